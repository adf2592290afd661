"""The models' labels in the words that people use."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.base import CardLabel
from integrations.slack.escape import cut, one_line

URGENT_FROM = 0.8

_SENTIMENTS = {
    "negative": "🙁 Negative",
    "neutral": "😐 Neutral",
    "positive": "🙂 Positive",
    "mixed": "😕 Mixed feelings",
}
_INTENTS = {
    "bug_report": "reports a bug",
    "feature_request": "asks for a feature",
    "question": "asks a question",
    "praise": "praises",
    "complaint": "complains",
    "churn_threat": "may leave",
}


def sentiment(label: CardLabel) -> str:
    """Glyph and word, and how sure: "🙁 Negative, 94 %"."""
    return feeling(label.label) + _sureness(label)


def feeling(label: str) -> str:
    """Glyph and word of a sentiment."""
    return _SENTIMENTS.get(label, plain(label))


def deed(label: str) -> str:
    """What the author does, such as "reports a bug"."""
    return _INTENTS.get(label, plain(label))


def intents(labels: Sequence[CardLabel]) -> str:
    """What the author does with the text: "reports a bug, 92 % · may leave, 71 %". Empty for none."""
    return " · ".join(deed(label.label) + _sureness(label) for label in labels)


def topics(labels: Sequence[CardLabel]) -> str:
    """The topics' names, the strongest first. Empty for none."""
    return " · ".join(plain(label.label) + _sureness(label) for label in labels)


def stars(rating: str) -> str:
    """ "4/5" as "★★★★☆"; every other rating as the platform says it."""
    given, slash, best = rating.partition("/")
    if slash and best == "5" and given in {"0", "1", "2", "3", "4", "5"}:
        return "★" * int(given) + "☆" * (5 - int(given))
    return rating


def count(number: int, one: str, many: str = "") -> str:
    """ "1 post", "1,204 posts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def name(text: str) -> str:
    """A short thing that has its place in a line of others."""
    return cut(one_line(text), 80)


def dotted(*parts: str) -> str:
    """The parts that are not empty, with a dot between each two."""
    return " · ".join(part for part in parts if part)


def plain(label: str) -> str:
    """A label's name without the underscores of the machine."""
    return label.replace("_", " ")


def _sureness(label: CardLabel) -> str:
    sure = f"{label.score * 100:.0f} %"
    return f", {sure}" if label.sure else f" (a guess, {sure})"
