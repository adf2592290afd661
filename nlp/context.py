"""Replies that say nothing by themselves are read with the post that they answer.

Two kinds of reply need it. One that agrees ("+1", "same here, since the update") says what it agrees with. One of a few
words about nothing that can be told ("and on my Switch?") is about what it answers, and feels and wants what it says
itself. Every other reply speaks for itself, whatever stands above it. An agreement without what it agrees with is read,
and called a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.base import Prediction, Reading, Sentiment, TextInput
from nlp.clean import clean
from nlp.heads.agreement import rest_of_agreement
from nlp.learning.adapter import output_of, topic_output
from nlp.words import count_words

_FEW_WORDS = 6  # of a reply that may be about what it answers
_FEW_CHARACTERS = 200  # more are not counted: whatever it is, it is not a few words
_ALONE = 80  # characters; a longer text without what it answers is no mere agreement
_MOST_BESIDE = 4  # words beside an agreement, beyond which it tells a story of its own and is placed by that
_OPPOSITES = {Sentiment.NEGATIVE.value, Sentiment.POSITIVE.value}


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply that may lean on what it answers: where the readings stand that it is put together from."""

    row: int
    answered: int | None  # None: nobody knows what it agrees with
    agrees: bool
    beside: int | None = None  # what an agreement says besides
    placed_by_answered: bool = False


class Threads:
    """What has to be read beside some texts, and how that changes their readings."""

    def __init__(self, texts: Sequence[TextInput]) -> None:
        self._own = len(texts)
        self._rows: dict[str, int] = {}
        self._replies = [reply for row, given in enumerate(texts) if (reply := self._reply(row, given))]

    @property
    def beside(self) -> list[TextInput]:
        """To be read in the same batch, after the texts themselves; nothing where every text speaks for itself."""
        return [TextInput(text=text) for text in self._rows]

    def merged(self, readings: Sequence[Reading]) -> list[Reading]:
        """The texts' own readings, from those of the texts and of `beside`."""
        found = list(readings[: self._own])
        for reply in self._replies:
            found[reply.row] = _merged(reply, readings)
        return found

    def _reply(self, row: int, given: TextInput) -> _Reply | None:
        if given.title or given.rating is not None or not (given.context or len(given.text) <= _ALONE):
            return None
        rest = rest_of_agreement(given.text)
        if not given.context:
            return _Reply(row, None, True) if rest == "" else None
        if rest is not None:
            beside = self._ask(rest) if rest else None
            return _Reply(row, self._ask(given.context), True, beside, count_words(rest) <= _MOST_BESIDE)
        if len(given.text) <= _FEW_CHARACTERS and 0 < count_words(clean(given.text).words) <= _FEW_WORDS:
            return _Reply(row, self._ask(given.context), False)
        return None

    def _ask(self, text: str) -> int:
        return self._own + self._rows.setdefault(text, len(self._rows))


def _merged(reply: _Reply, readings: Sequence[Reading]) -> Reading:
    own = readings[reply.row]
    if reply.answered is None:
        return _guessed(own) if own.understood else own
    answered = readings[reply.answered]
    beside = readings[reply.beside] if reply.beside is not None else None
    if reply.agrees and not _contradicts(beside, answered):
        return _agreeing(own, answered, beside, placed=reply.placed_by_answered)
    if own.understood and not own.topics and answered.topics:
        guesses = {name for name in answered.unsure if name.startswith("topic:")}
        return replace(own, topics=answered.topics, unsure=own.unsure | guesses, from_thread=frozenset({"topics"}))
    return own


def _guessed(own: Reading) -> Reading:
    """The same answers, as guesses all of them."""
    intents = {output_of(each.label) for each in own.intents}
    topics = {topic_output(each.label) for each in own.topics}
    return replace(own, unsure=own.unsure | intents | topics | {"sentiment"})


def _contradicts(beside: Reading | None, answered: Reading) -> bool:
    """Whether what an agreement says besides is surely felt the other way: then it speaks for itself."""
    if beside is None or beside.sentiment is None or answered.sentiment is None or "sentiment" in beside.unsure:
        return False
    return {beside.sentiment.label, answered.sentiment.label} == _OPPOSITES


def _agreeing(own: Reading, answered: Reading, beside: Reading | None, *, placed: bool) -> Reading:
    """The reading of what was agreed with, with what the reply adds. Abuse and spam are always the writer's own.

    `placed`: what it says besides is a circumstance, which adds nothing and is grouped with what it agrees with.
    """
    vector = answered.vector if placed else own.vector
    shared = frozenset({"sentiment", "intents", "topics", *(("vector",) if placed else ())})
    if not answered.understood:
        why_not = f"It agrees with a post that was not understood: {answered.why_not}"
        return replace(answered, language=own.language, vector=vector, why_not=why_not, from_thread=shared)
    added = beside if beside is not None and beside.understood and not placed else None
    return replace(
        answered,
        language=own.language,
        intents=_together(answered.intents, added.intents if added else ()),
        topics=_together(answered.topics, added.topics if added else ()),
        urgency=max(answered.urgency, added.urgency if added else 0.0),
        spam=own.spam,
        toxicity=own.toxicity,
        unsure=answered.unsure - {"language"} | own.unsure & {"language"},
        partly=own.partly,
        vector=vector,
        from_thread=shared,
    )


def _together(*several: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """Each label once, with its highest score, strongest first."""
    best: dict[str, Prediction] = {}
    for each in (prediction for predictions in several for prediction in predictions):
        if each.label not in best or each.score > best[each.label].score:
            best[each.label] = each
    return tuple(sorted(best.values(), key=lambda each: -each.score))
