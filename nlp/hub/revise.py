"""Puts the answers of the operator's models in the place of the shipped ones, reading by reading."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from nlp.base import Intent, Prediction, Reading, Sentiment, TextInput, Vector
from nlp.clean import Cleaned, clean
from nlp.heads.urgency import urgency
from nlp.hub.answers import Answer, Answers
from nlp.hub.choice import SPAM, TOXICITY
from nlp.learning.adapter import output_of
from nlp.sureness import doubtful, sure_of_sentiment

_SIDES = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
_MIXED_ENOUGH = 0.7  # probability; below it the stronger side is the answer


class Answering(Protocol):
    """Models that are asked together."""

    def __call__(self, cleaned: Sequence[str], originals: Sequence[str]) -> Answers:
        """What they say of these texts; `originals` as they were before cleaning."""


class HubModels:
    """The operator's models, as `Understanding.use_others` takes them."""

    def __init__(self, ask: Answering, *, version: str, languages: Collection[str] = ()) -> None:
        """`languages` are read though the shipped models do not understand them."""
        self.version = version
        self._ask, self._languages = ask, frozenset(languages)

    def revise(self, texts: Sequence[TextInput], readings: Sequence[Reading]) -> list[Reading]:
        """The same readings, with what the operator's models say in the place of what the shipped ones said."""
        whole = [f"{each.title}\n{each.text}" if each.title else each.text for each in texts]
        cleaned = [clean(text) for text in whole]
        rows = [row for row, reading in enumerate(readings) if self._reads(reading, cleaned[row])]
        if not rows:
            return list(readings)
        answers = self._ask([cleaned[row].spelled for row in rows], [whole[row] for row in rows])
        revised = list(readings)
        for place, row in enumerate(rows):
            revised[row] = _revised(readings[row], answers.of(place), texts[row].rating, cleaned[row].words)
        return revised

    def _reads(self, reading: Reading, cleaned: Cleaned) -> bool:
        return cleaned.has_words and (reading.understood or reading.language.label in self._languages)


def _revised(reading: Reading, answer: Answer, rating: float | None, words: str) -> Reading:
    if not reading.understood:  # the shipped vector of a language that it does not know would tie strangers together
        nowhere = np.zeros_like(reading.vector)
        reading = replace(reading, understood=True, why_not=None, vector=nowhere, topics=())
    shares = answer.rated(rating)
    sentiment = reading.sentiment if shares is None else _sentiment(shares, answer.mixed)
    intents = _intents(reading, answer)
    return replace(
        reading,
        sentiment=sentiment,
        intents=intents,
        urgency=_urgency(reading, answer, shares, rating, words),
        spam=answer.chances.get(SPAM, reading.spam),
        toxicity=answer.chances.get(TOXICITY, reading.toxicity),
        unsure=_unsure(reading, answer, sentiment, words),
    )


def _sentiment(shares: Vector, mixed: float) -> Prediction:
    if mixed >= _MIXED_ENOUGH:
        return Prediction(label=Sentiment.MIXED, score=mixed)
    best = int(np.argmax(shares))
    return Prediction(label=_SIDES[best], score=float(shares[best]))


def _intents(reading: Reading, answer: Answer) -> tuple[Prediction, ...]:
    kept = [each for each in reading.intents if each.label not in answer.chances]
    held = [
        Prediction(label=intent, score=answer.chances[intent])
        for intent in Intent
        if intent in answer.chances and answer.chances[intent] >= answer.threshold(intent)
    ]
    return tuple(sorted([*kept, *held], key=lambda each: -each.score))


def _urgency(reading: Reading, answer: Answer, shares: Vector | None, rating: float | None, words: str) -> float:
    """By the plain rule on what is said now; as it was where nothing that it asks has changed."""
    if shares is None and not answer.chances:
        return reading.urgency
    sides: Mapping[str, float] = {reading.sentiment.label: reading.sentiment.score} if reading.sentiment else {}
    if shares is not None:
        sides = dict(zip(_SIDES, map(float, shares), strict=True))
    return urgency(
        chances={each.label: each.score for each in reading.intents} | dict(answer.chances),
        negative=sides.get(Sentiment.NEGATIVE, 0.0),
        positive=sides.get(Sentiment.POSITIVE, 0.0),
        rating=rating,
        text=words,
        spam=answer.chances.get(SPAM, reading.spam),
    )


def _unsure(reading: Reading, answer: Answer, sentiment: Prediction | None, words: str) -> frozenset[str]:
    """What is a guess: the shipped models' word for their own answers, ours for those that were replaced."""
    asked = {output_of(intent): intent for intent in Intent if intent in answer.chances}
    guesses = {name for name, intent in asked.items() if doubtful(answer.chances[intent], answer.threshold(intent))}
    replaced = set(asked)
    if answer.shares is not None and sentiment is not None:
        replaced.add("sentiment")
        guesses |= set() if sure_of_sentiment(sentiment, words) else {"sentiment"}
    return reading.unsure - replaced | guesses
