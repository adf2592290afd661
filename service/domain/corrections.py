"""Labels that people give: what they may say, how they change a reading, and how sure a share of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nlp.base import Intent, Sentiment
from nlp.interval import wilson
from service.domain.issues import may_belong_to_an_issue

SENTIMENT, LANGUAGE, SPAM, TOXIC = "sentiment", "language", "spam", "toxic"
INTENT, TOPIC = "intent:", "topic:"
YES, NO = "yes", "no"
HOLDS_FROM = 0.5  # probability from which a text counts as spam, or as abusive
_COLUMNS = {SPAM: "spam", TOXIC: "toxicity"}
_LONGEST_NAME = 100


class Origin(StrEnum):
    """How a label came about, which decides what it says about accuracy."""

    COMPLAINT = "complaint"  # somebody saw an error, or that all is right, on a post that they came upon
    SAMPLE = "sample"  # Earful chose the post by chance and asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many, with the Wilson interval that holds the true share 95 times in a hundred."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 where there is nothing."""
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """From and to."""
        return wilson(self.right, self.of)


def problem_of(head: str, value: str) -> str | None:
    """Why a label cannot be used, in words; None: it can."""
    if head == SENTIMENT:
        return _one_of(head, value, list(Sentiment))
    if head == LANGUAGE:
        known = value == "und" or (2 <= len(value) <= 3 and value.isascii() and value.isalpha() and value.islower())
        return None if known else f"language is {value!r}; give a code such as en, de or pt."
    if head.startswith(INTENT) and head.removeprefix(INTENT) not in set(Intent):
        return f"there is no intent {head.removeprefix(INTENT)!r}; there are {', '.join(Intent)}."
    named = head.startswith(TOPIC) and 0 < len(head) - len(TOPIC) <= _LONGEST_NAME
    if head in (SPAM, TOXIC) or named or head.startswith(INTENT):
        return _one_of(head, value, [YES, NO])
    return f"there is no head {head!r}; there are sentiment, language, spam, toxic, intent:NAME and topic:NAME."


def said_by_models(head: str, reading: Mapping[str, Any]) -> str | None:
    """What a reading (by column) answers for a head, in the words of labels; None: nothing."""
    if head == LANGUAGE:
        return str(reading["language"])
    if not reading["understood"]:
        return None
    if head == SENTIMENT:
        return str(reading["sentiment"]) if reading["sentiment"] else None
    if head in (SPAM, TOXIC):
        return YES if float(reading[_COLUMNS[head]]) >= HOLDS_FROM else NO
    held = reading["intents"] if head.startswith(INTENT) else reading["topics"]
    return YES if head.partition(":")[2] in held else NO


def overrule(reading: dict[str, Any], labels: Mapping[str, str]) -> None:
    """Put people's labels in the place of the models' answers, in a reading's columns."""
    for head, value in labels.items():
        _overrule_one(reading, head, value)
    reading["labelled"] = dict(labels)
    reading["unsure"] = [name for name in reading["unsure"] if name not in labels]
    sentiment = reading["sentiment"]
    reading["groupable"] = may_belong_to_an_issue(
        understood=reading["understood"], spam=reading["spam"], sentiment=sentiment, intents=reading["intents"]
    )


def _overrule_one(reading: dict[str, Any], head: str, value: str) -> None:
    if head in (SENTIMENT, LANGUAGE):
        reading |= {head: value, f"{head}_score": 1.0}
    elif head in (SPAM, TOXIC):
        reading[_COLUMNS[head]] = float(value == YES)
    else:
        column = "intents" if head.startswith(INTENT) else "topics"
        name = head.partition(":")[2]
        others = {label: score for label, score in reading[column].items() if label != name}
        reading[column] = {name: 1.0, **others} if value == YES else others


def _one_of(head: str, value: str, allowed: list[str]) -> str | None:
    return None if value in allowed else f"{head} is {value!r}; give {', '.join(allowed[:-1])} or {allowed[-1]}."
