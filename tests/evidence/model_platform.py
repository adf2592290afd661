"""A model of a platform with one post, as a replier sees it: it loses requests, does them late, shows them late, and
people change the post at any time. It notes what a careful outbox must never do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from integrations.base import IntegrationError, MessageRejected, OutcomeUncertain, Receipt, TargetBusy, TargetRefused
from integrations.replies import Answer, Place, Standing
from service.domain.replies import difference

LATEST = 100.0  # seconds until a request that broke off is done and shown: fewer than `Shown` says


class Broken(AssertionError):
    """Something happened that never may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    answer: Answer
    key: str | None  # of the reply; None: a person wrote it on the platform itself
    shown_from: datetime


@dataclass
class ModelPlatform:
    """See the module. `allowed` says whether these words may leave under this key, and what their writer saw."""

    rng: Random
    clock: Callable[[], datetime]
    allowed: Callable[[str, str], str | None]
    by_worker: Callable[[], bool]  # whether it is a worker that looks, and no person
    faults: float = 0.25  # how many requests go wrong
    text: str = "It crashes on load."
    exists: bool = True
    locked: bool = False
    held: dict[str, _Held] = field(default_factory=dict)
    late: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)  # first sendings by key
    met: Counter[str] = field(default_factory=Counter)  # what happened, for the report
    _looked: Standing | None = None
    _doing_at: datetime | None = None  # when what is done late was done: before now, where time leapt
    _number: int = 0

    def look(self, place: Place) -> Standing:
        """See `Replier.look`."""
        del place
        self._may_fail(writing=False)
        standing = self._standing()
        if self.by_worker():
            self._looked = standing
        return standing

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. A key that comes again is no news: this platform knows nothing of keys."""
        del place
        seen = self.allowed(key, text)
        if seen is None:
            raise Broken(f"“{text}” left, and nobody let it")
        if self._looked is None or difference(seen, self._looked):
            raise Broken(f"“{text}” left, and its writer did not see how the post stands")
        self._looked = None
        return self._write(lambda: self._put(text, key), "send")

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by the words and our account, as where a platform keeps no key."""
        del place, key
        self._may_fail(writing=False)
        for held in reversed(self._shown()):
            answer = held.answer
            if answer.ours and answer.text == text and answer.at is not None and answer.at >= after:
                return _receipt(answer)
        return None

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        del place
        held = self.held.get(receipt.remote_id)
        if held is None:
            raise MessageRejected("There is no such answer.")
        if self.allowed(held.key or "", text) is None:
            raise Broken(f"“{text}” was put in place, and nobody let it")
        return self._write(lambda: self._change(receipt.remote_id, text), "edit")

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        del place
        self._write(lambda: self._drop(receipt), "delete")

    def by_hand(self, text: str, *, ours: bool) -> None:
        """Somebody answers on the platform itself."""
        self._add(text, None, ours=ours)

    def standing_of(self, key: str) -> list[Answer]:
        """Our answers that a reply put there."""
        return [held.answer for held in self.held.values() if held.key == key]

    def pass_time(self) -> None:
        """Do what is late and due."""
        due = [(at, act) for at, act in self.late if at <= self.clock()]
        self.late = [(at, act) for at, act in self.late if at > self.clock()]
        for at, act in due:
            self._doing_at = at
            act()
        self._doing_at = None

    def _write(self, act: Callable[[], Receipt], verb: str) -> Receipt:
        if self.rng.random() >= self.faults:
            return act()
        fault = self.rng.choice(["lost", "done, answer lost", "late", "busy", "refused", "rejected"])
        self.met[f"{verb}: {fault}"] += 1
        if fault == "done, answer lost":
            act()
        if fault == "late":
            self.late.append((self.clock() + timedelta(seconds=self.rng.uniform(1, LATEST / 2)), act))
        raise self._error(fault)

    def _may_fail(self, *, writing: bool) -> None:
        if not writing and self.rng.random() < self.faults / 2:
            self.met["read: busy"] += 1
            raise self._error("busy")

    def _error(self, fault: str) -> IntegrationError:
        if fault == "busy":
            return TargetBusy("The model asks to wait.", retry_after=self.rng.choice([None, 3.0, 40.0]))
        if fault == "refused":
            return TargetRefused("The model refused.", what_to_do="Set another token.")
        if fault == "rejected":
            return MessageRejected("The model did not take it.")
        return OutcomeUncertain("The connection broke; it may have been done.")

    def _put(self, text: str, key: str) -> Receipt:
        self.done[key] += 1
        if self.done[key] > 1:
            raise Broken(f"reply {key} was put there twice")
        others = [held for held in self.held.values() if held.key is not None]
        if others:
            raise Broken(f"reply {key} was put beside {others[0].key}")
        return _receipt(self._add(text, key, ours=True))

    def _add(self, text: str, key: str | None, *, ours: bool) -> Answer:
        self._number += 1
        at = self._doing_at or self.clock()
        answer = Answer(remote_id=f"a{self._number}", text=text, by="us" if ours else "ben", ours=ours, at=at)
        # What people write themselves is seen at once: how late a look may be is asked of our own words.
        delay = self.rng.uniform(0, LATEST / 2) if key is not None and self.rng.random() < self.faults else 0.0
        shown_from = at + timedelta(seconds=delay)
        self.held[answer.remote_id] = _Held(answer=answer, key=key, shown_from=shown_from)
        return answer

    def _change(self, remote_id: str, text: str) -> Receipt:
        held = self.held.get(remote_id)
        if held is not None:
            self.held[remote_id] = replace(held, answer=replace(held.answer, text=text))
        return Receipt(address="model", remote_id=remote_id)

    def _drop(self, receipt: Receipt) -> Receipt:
        self.held.pop(receipt.remote_id, None)
        return receipt

    def _shown(self) -> list[_Held]:
        return [held for held in self.held.values() if held.shown_from <= self.clock()]

    def _standing(self) -> Standing:
        answers = [held.answer for held in self._shown()]
        if not self.exists:
            return Standing(exists=False)
        return Standing(
            exists=True, text=self.text, answers=answers, may_answer=not self.locked, why_not="It is locked."
        )


def _receipt(answer: Answer) -> Receipt:
    return Receipt(address="model", remote_id=answer.remote_id, url=f"https://model.example/{answer.remote_id}")
