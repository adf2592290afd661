"""Closing the loop: who is told that an issue is fixed, in which order and pace, and how far that has come."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.contact import ASKED_NOT_TO
from service.domain.issues import FIX_ARRIVES_WITHIN
from service.domain.outbox import OutboxState
from service.domain.wording import joined


class TellingState(StrEnum):
    """How far a telling has come."""

    DRAFT = "draft"  # its words are being looked at
    GOING = "going"
    HELD = "held"  # a person stopped it, or the issue is not fixed after all
    DONE = "done"  # whoever was to be told has been, or a person has to see to it


class Standing(StrEnum):
    """How far one person of a telling has come."""

    CANNOT = "cannot be told"
    LEFT_OUT = "left out"
    TO_REVIEW = "to be looked at"
    WAITING = "waiting for their turn"
    GOING = "being told"
    BY_HAND = "to be told by hand"
    FAILED = "not told, somebody must look"
    TOLD = "told"


UNKNOWN = "Their author is not known."
NO_DOOR = "Nobody can be answered there."
DISMISSED = "We had dismissed what they wrote."
TOLD_BEFORE = "They were told before, and have not written since."
AFTER_THE_FIX = "They reported it again after it was fixed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A post of an issue, as far as telling its author depends on it."""

    post_id: int
    author_id: int | None
    customer_id: int | None  # the record that the author is tied to
    written_at: datetime
    answerable: bool  # by a program or by hand
    dismissed: bool = False  # a person decided that nothing is to be done about it
    refused: bool = False  # its author asked not to be contacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A person, and the post below which they are told; or why they are not."""

    key: str
    post_id: int
    reason: str = ""


def key_of(report: Report) -> str:
    """What a person is called in a telling: one customer with several accounts is one person."""
    if report.customer_id is not None:
        return f"customer:{report.customer_id}"
    return f"author:{report.author_id}" if report.author_id is not None else f"post:{report.post_id}"


def choose(reports: Iterable[Report], *, told: Mapping[str, datetime], fixed_at: datetime) -> list[Chosen]:
    """Each person once, with the newest post that can be answered; oldest report first.

    `told`: when people were told of an earlier fix of the same issue.
    """
    by_person: dict[str, list[Report]] = {}
    for report in sorted(reports, key=lambda each: (each.written_at, each.post_id)):
        by_person.setdefault(key_of(report), []).append(report)
    return [_choose(key, written, told.get(key), fixed_at) for key, written in by_person.items()]


def _choose(key: str, written: Sequence[Report], told_at: datetime | None, fixed_at: datetime) -> Chosen:
    newest = written[-1]
    open_to_us = [each for each in written if each.answerable and not each.dismissed and each.author_id is not None]
    at = open_to_us[-1] if open_to_us else newest
    reason = ""
    if newest.author_id is None:
        reason = UNKNOWN
    elif any(each.refused for each in written):
        reason = ASKED_NOT_TO
    elif told_at is not None and newest.written_at <= told_at:
        reason = TOLD_BEFORE
    elif newest.written_at > fixed_at + FIX_ARRIVES_WITHIN:
        reason = AFTER_THE_FIX
    elif not open_to_us:
        reason = DISMISSED if any(each.answerable for each in written) else NO_DOOR
    return Chosen(key=key, post_id=at.post_id, reason=reason)


def standing(
    *, reason: str, refused: bool, ticked: bool, agreed: bool, left: bool, reply: str | None, removed: bool
) -> Standing:
    """How far one person has come.

    `refused`: they asked not to be contacted, and nothing of ours stands there; `reply`: the state of the reply to
    them; `removed`: it does not stand any more.
    """
    if reason or reply is None or (refused and reply in _STILL_HERE):
        return Standing.CANNOT
    if reply == OutboxState.DRAFT:
        waiting = Standing.WAITING if agreed and not left else Standing.TO_REVIEW
        return waiting if ticked else Standing.LEFT_OUT
    return Standing.FAILED if removed else _REACHED.get(OutboxState(reply), Standing.GOING)


_STILL_HERE = (OutboxState.DRAFT, OutboxState.APPROVED, OutboxState.FAILED, OutboxState.MANUAL)
_REACHED = {
    OutboxState.SENT: Standing.TOLD,
    OutboxState.MANUAL: Standing.BY_HAND,
    OutboxState.FAILED: Standing.FAILED,
    OutboxState.DROPPED: Standing.FAILED,
}


def in_words(standings: Sequence[Standing], reasons: Collection[str]) -> str:
    """ "Told 61 of 84; 9 cannot be told: their author is not known (9)." `reasons`: of each who cannot."""
    counts = Counter(standings)
    if not standings:
        return "Nobody reported it."
    told = [f"Told {counts[Standing.TOLD]:,} of {len(standings):,}"]
    others = [each for each in Standing if each not in (Standing.TOLD, Standing.CANNOT) and counts[each]]
    told += [f"{counts[each]:,} {each}" for each in others]
    if counts[Standing.CANNOT]:
        told.append(f"{counts[Standing.CANNOT]:,} cannot be told: {_why(reasons)}")
    return f"{'; '.join(told)}."


def reach_in_words(reasons: Sequence[str]) -> str:
    """ "61 people can be told, 9 cannot: nobody can be answered there (9)." `reasons`: of each, empty who can."""
    cannot = [reason for reason in reasons if reason]
    can = len(reasons) - len(cannot)
    if not reasons:
        return "Nobody reported it who is still there."
    said = f"{can:,} {'person' if can == 1 else 'people'} can be told" if can else "Nobody can be told"
    return f"{said}, {len(cannot):,} cannot: {_why(cannot)}." if cannot else f"{said}."


def _why(reasons: Collection[str]) -> str:
    counts = Counter(reasons)
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return joined([f"{reason[:1].lower()}{reason[1:].rstrip('.')} ({counts[reason]:,})" for reason in ordered])


def digest_of(words: Iterable[tuple[int, str]]) -> str:
    """What releasing a telling is bound to: (person, digest of their words) of everybody in it."""
    listed = "\n".join(f"{person} {words}" for person, words in sorted(words))
    return hashlib.sha256(listed.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many are told in an hour, on each platform, by all tellings together."""

    an_hour: int = 20
    an_hour_on: Mapping[str, int] | None = None  # kind of source -> how many

    def apart(self, platform: str) -> timedelta:
        """The time between two people on one platform."""
        return timedelta(hours=1) / (self.an_hour_on or {}).get(platform, self.an_hour)


def turns(
    waiting: Iterable[tuple[int, str | None]], *, last: Mapping[str, datetime], pace: Pace, now: datetime
) -> tuple[list[int], datetime | None]:
    """Who is due, and when the next is; None where nobody waits any more.

    `waiting`: (person, platform), in their order; without a platform a person does it by hand, at any time. `last`:
    when a platform's last one left.
    """
    due: list[int] = []
    free_at = {platform: at + pace.apart(platform) for platform, at in last.items()}
    later: set[datetime] = set()
    for person, platform in waiting:
        at = free_at.get(platform, now) if platform else now
        if at > now:
            later.add(at)
            continue
        due.append(person)
        if platform:
            free_at[platform] = now + pace.apart(platform)
    return due, min(later, default=None)


def wrote_again(reports: Iterable[Report], told: Mapping[str, datetime]) -> list[int]:
    """Posts of people who were told, written after that; newest first."""
    after = [each for each in reports if (at := told.get(key_of(each))) is not None and each.written_at > at]
    return [each.post_id for each in sorted(after, key=lambda each: each.written_at, reverse=True)]
