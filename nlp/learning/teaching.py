"""From labels to an adapter that may be used: each head is fitted by itself, judged by the replay set, and tried out on
the company's own labels.

A head that would break what was right is fitted more carefully, and in the end left as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nlp.base import Vector
from nlp.learning.adapter import FEELINGS, WIDTH, Adapter
from nlp.learning.bags import Keys
from nlp.learning.fitting import HELD, Texts, feelings_at, fit
from nlp.learning.labels import SENTIMENT, head_of
from nlp.learning.replay import Replay, holds

TOLERANCE = 0.005  # how much accuracy on the replay set a head may lose, beyond what is chance
_MOST_CHANGED = 0.02  # how many of the replayed answers may change where nothing says what is right
_ENOUGH_KNOWN = 50  # replayed texts of which the right answer is known, for it to be the judge
_CARE = ((1.0, HELD), (1.0, 1.0), (0.3, 3.0), (0.05, 10.0))  # weight of a label, of a replayed text: ever more careful
_FOLDS, _FOLDS_OF_MANY, _MANY = 10, 3, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one head."""

    head: str
    labels: int
    applied: bool
    note: str  # why not, or how carefully, in words; empty: as usual
    replay_before: float | None  # share of replayed texts that are right; None where nothing says what is right
    replay_after: float | None
    right_before: int  # labels that the models as shipped agree with
    right_after: int  # labels that an adapter fitted without them agrees with


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """An adapter with the judgement on each of its heads."""

    adapter: Adapter
    verdicts: Sequence[Verdict]


def teach(texts: Texts, wanted: Vector, replay: Replay, outputs: Sequence[str], *, topics: Vector) -> Lesson:
    """Fit what the labels say, as far as it does not break what was right.

    Args:
        texts: those that people labelled, untaught.
        wanted: the labels (n, outputs): 1 holds, 0 does not, NaN nobody said.
        replay: the texts to judge by.
        outputs: the columns' names, the company's topics last.
        topics: the replayed texts' logits of those topics.
    """
    whole = _with_topics(replay, outputs, topics)
    verdicts, parts = [], []
    for head in dict.fromkeys(map(head_of, outputs)):
        columns = [at for at, output in enumerate(outputs) if head_of(output) == head]
        rows = np.flatnonzero(~np.isnan(wanted[:, columns]).all(axis=1))
        if len(rows):
            one = _Head(head, columns, texts.only(rows), wanted[rows], whole, outputs)
            verdict, adapter = one.judged()
            verdicts.append(verdict)
            parts += [adapter] if adapter else []
    return Lesson(adapter=_together(parts), verdicts=verdicts)


class _Head:
    """One head's labels, and the replayed texts with the columns of that head."""

    def __init__(
        self, head: str, columns: list[int], texts: Texts, wanted: Vector, replay: Replay, outputs: Sequence[str]
    ) -> None:
        self._head = head
        self._outputs = tuple(outputs[at] for at in columns)
        self._texts, self._wanted = _columns(texts, columns), wanted[:, columns]
        fitted, judging = Replay(
            _columns(replay.texts, columns), replay.right[:, columns], self._outputs, replay.made_for
        ).halves()
        self._fitted, self._judging = fitted.texts, judging

    def judged(self) -> tuple[Verdict, Adapter | None]:
        """The most that may be learnt, and what it does; no adapter where nothing may."""
        for attempt, (strength, held) in enumerate(_CARE):
            adapter = fit(self._texts, self._wanted, self._fitted, self._outputs, strength=strength, held=held)
            if self._harmless(adapter):
                note = "learnt more carefully, so as not to break other texts" if attempt else ""
                right = self._cross_validated(strength, held)
                return self._verdict(adapter, note, right), adapter
        refused = self._verdict(adapter, "not applied: it would break other texts", None)
        return replace(refused, applied=False), None

    def _verdict(self, adapter: Adapter, note: str, right_after: int | None) -> Verdict:
        before, after = self._replayed(None), self._replayed(adapter)
        right = int(self._agreeing(self._texts.logits).sum())
        return Verdict(
            head=self._head,
            labels=len(self._texts),
            applied=True,
            note=note,
            replay_before=None if before is None else float(before.mean()),
            replay_after=None if after is None else float(after.mean()),
            right_before=right,
            right_after=right if right_after is None else right_after,
        )

    def _replayed(self, adapter: Adapter | None) -> npt.NDArray[np.bool_] | None:
        """Which texts of the judging half are answered right; None where too few right answers are known."""
        compared = slice(0, 3) if self._head == SENTIMENT else slice(None)
        right = self._judging.right[:, compared]
        known = ~np.isnan(right).any(axis=1)
        if known.sum() < _ENOUGH_KNOWN:
            return None
        answers = holds(self._logits(adapter, self._judging.texts), self._outputs)[known][:, compared]
        return np.asarray((answers == (right[known] > 0)).all(axis=1))

    def _harmless(self, adapter: Adapter) -> bool:
        before, after = self._replayed(None), self._replayed(adapter)
        if before is not None and after is not None:
            lost, gained = int((before & ~after).sum()), int((after & ~before).sum())
            return bool(lost - gained <= TOLERANCE * len(before) + 0.5 * np.sqrt(lost + gained))
        answers = [holds(self._logits(each, self._judging.texts), self._outputs) for each in (None, adapter)]
        return bool((answers[0] != answers[1]).any(axis=1).mean() <= _MOST_CHANGED)

    def _logits(self, adapter: Adapter | None, texts: Texts) -> Vector:
        if adapter is None:
            return texts.logits.copy()
        return adapter.adjust(texts.vectors, texts.bags, texts.logits, self._outputs)

    def _agreeing(self, logits: Vector, rows: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.bool_]:
        wanted = self._wanted if rows is None else self._wanted[rows]
        answers = holds(logits.copy(), self._outputs)
        if self._head == SENTIMENT:
            answers[:, feelings_at(self._outputs)] &= ~answers[:, [FEELINGS.index(self._outputs[-1])]]
        return np.asarray((np.isnan(wanted) | (answers == (wanted > 0))).all(axis=1))

    def _cross_validated(self, strength: float, held: float) -> int:
        """How many labels an adapter agrees with that was fitted without them."""
        count = len(self._texts)
        folds = min(count, _FOLDS if count <= _MANY else _FOLDS_OF_MANY)
        fold_of = np.random.default_rng(0).permutation(count) % folds
        right = 0
        for fold in range(folds):
            taught, tried = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
            if len(taught):
                adapter = fit(
                    self._texts.only(taught),
                    self._wanted[taught],
                    self._fitted,
                    self._outputs,
                    strength=strength,
                    held=held,
                )
                logits = self._logits(adapter, self._texts.only(tried))
            else:
                logits = self._texts.only(tried).logits
            right += int(self._agreeing(logits, tried).sum())
        return right


def _columns(texts: Texts, columns: list[int]) -> Texts:
    return Texts(texts.vectors, texts.bags, texts.logits[:, columns])


def _with_topics(replay: Replay, outputs: Sequence[str], topics: Vector) -> Replay:
    """The replay set with a column for each output: what it does not know of is left unknown."""
    logits = np.full((len(replay.texts), len(outputs)), -4.0, np.float32)  # unheard of: hardly ever
    right = np.full_like(logits, np.nan)
    for at, output in enumerate(outputs):
        if output in replay.outputs:
            logits[:, at] = replay.texts.logits[:, replay.outputs.index(output)]
            right[:, at] = replay.right[:, replay.outputs.index(output)]
    if topics.shape[1]:
        logits[:, -topics.shape[1] :] = topics
    return replace(replay, texts=replace(replay.texts, logits=logits), right=right, outputs=tuple(outputs))


def _together(parts: Sequence[Adapter]) -> Adapter:
    """One adapter of several that know different outputs."""
    if not parts:
        return Adapter.none()
    words: Keys = np.unique(np.concatenate([part.words for part in parts]))
    outputs = tuple(name for part in parts for name in part.outputs)
    by_word = np.zeros((len(words), len(outputs)), np.float32)
    at = 0
    for part in parts:
        by_word[np.searchsorted(words, part.words), at : at + len(part.outputs)] = part.by_word
        at += len(part.outputs)
    by_vector = np.concatenate([part.by_vector for part in parts], axis=1).reshape(WIDTH, len(outputs))
    return Adapter(1, outputs, by_vector, words, by_word)
