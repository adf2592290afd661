"""How soon a person should look, from 0 (can wait) to 1 (now): a plain rule on the other readings and strong cues.

Each reason takes away part of what is left to full urgency, so reasons add up without ever passing 1.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

_FROM_READINGS = {"bug_report": 0.35, "complaint": 0.15, "churn_threat": 0.4, "question": 0.08}
_FROM_NEGATIVE = 0.15
_FROM_WORST_RATING = 0.1
_FROM_CUES = {
    "danger": 0.75,  # danger to people
    "security": 0.65,  # accounts and data in strangers' hands
    "money": 0.55,  # money that is gone
    "loss": 0.5,  # work or progress that is gone
    "blocked": 0.45,  # nobody gets in
    "law": 0.5,  # the law
    "now": 0.4,  # says so itself
}
_CUE_OF_A_HAPPY_PERSON = 0.3  # share of a cue's weight that stays when the text is positive


def urgency(
    *, chances: Mapping[str, float], negative: float, positive: float, rating: float | None, text: str, spam: float
) -> float:
    """How urgent a text is.

    `chances` are the intents' probabilities, `negative` and `positive` the sentiment's shares, `rating` 0 to 1, `text`
    the cleaned words, `spam` a probability: what is surely spam can wait.
    """
    calm = 1.0 - _FROM_NEGATIVE * negative
    for intent, weight in _FROM_READINGS.items():
        calm *= 1.0 - weight * chances.get(intent, 0.0)
    if rating is not None:
        calm *= 1.0 - _FROM_WORST_RATING * max(0.0, 1.0 - 2.0 * rating)
    trust = 1.0 - (1.0 - _CUE_OF_A_HAPPY_PERSON) * positive
    lowered = text.lower()
    for reason, cue in _CUES.items():
        if cue.search(lowered):
            calm *= 1.0 - _FROM_CUES[reason] * trust
    return (1.0 - calm) * (1.0 - 0.9 * spam)


def _read_cues() -> dict[str, re.Pattern[str]]:
    """The cues of each reason, in many languages: whole words, or anywhere in scripts that do not part words.

    They are for texts in lower case: a pattern that ignores case takes twice as long.
    """
    words: dict[str, list[str]] = {reason: [] for reason in _FROM_CUES}
    anywhere: dict[str, list[str]] = {reason: [] for reason in _FROM_CUES}
    with Path(__file__).with_name("urgency_cues.tsv").open(encoding="utf-8", newline="") as file:
        for reason, where, pattern in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            (words if where == "word" else anywhere)[reason].append(pattern)
    return {
        reason: re.compile("|".join([rf"\b(?:{'|'.join(words[reason])})\b", *anywhere[reason]]))
        for reason in _FROM_CUES
    }


_CUES = _read_cues()
