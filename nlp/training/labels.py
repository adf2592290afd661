"""From a row of a labelled set to what the heads should answer. What a set does not say stays unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from nlp.base import Intent, Sentiment
from nlp.heads.intents import OUTPUTS, SPAM, TOXIC
from nlp.heads.sentiment import CLASSES

UNKNOWN = -1
EMOTIONS = ("anger", "joy", "optimism", "sadness")

BUG, FEATURE, QUESTION = Intent.BUG_REPORT, Intent.FEATURE_REQUEST, Intent.QUESTION
PRAISE, COMPLAINT, CHURN = Intent.PRAISE, Intent.COMPLAINT, Intent.CHURN_THREAT

Row: TypeAlias = Mapping[str, object]

_LEAVING = re.compile(
    r"\b(?:un-?install(?:ed|ing)?|cancel(?:l?ed|l?ing)? (?:my|our|the) (?:sub|membership|account|plan|service)\w*"
    r"|switch(?:ed|ing)? (?:to|over)|never (?:buy|buying|use|using|play|order)\w* (?:\w+ )?again|lost a customer"
    r"|unsubscrib\w+|delet(?:ed|ing) (?:the|this|my)? ?(?:app|game|account)|clos(?:e|ed|ing) my account"
    r"|d[ée]sinstall\w+|r[ée]sili\w+|plus jamais|deinstallier\w*|gek[üu]ndigt|desinstal\w+)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？؟]")


@dataclass(slots=True)
class Example:
    """One text and what is known about it.

    Sentiment is an index of CLASSES; intents map outputs to 0 or 1; emotion is an index of EMOTIONS. Emotion and irony
    are not answered by the product: they teach an encoder what it needs for the rest.
    """

    text: str
    language: str = ""
    sentiment: int = UNKNOWN
    mixed: int = UNKNOWN
    intents: dict[str, int] = field(default_factory=dict)
    emotion: int = UNKNOWN
    irony: int = UNKNOWN

    @property
    def labelled(self) -> bool:
        """Whether anything is known about it."""
        return bool(self.intents) or any(
            each != UNKNOWN for each in (self.sentiment, self.mixed, self.emotion, self.irony)
        )


Reader: TypeAlias = Callable[[Row], Example]


def tweet(row: Row) -> Example:
    """Sentiment alone is labelled; strangers' tweets practically never report bugs or ask for features."""
    example = polarity(row)
    example.mixed = 0 if example.sentiment != UNKNOWN else UNKNOWN
    example.intents |= {BUG: 0, FEATURE: 0} | _not_leaving(example.text)
    if example.sentiment != UNKNOWN and CLASSES[example.sentiment] != Sentiment.POSITIVE:
        example.intents[PRAISE] = 0
    if example.sentiment != UNKNOWN and CLASSES[example.sentiment] != Sentiment.NEGATIVE:
        example.intents[COMPLAINT] = 0
    return example


def polarity(row: Row) -> Example:
    """A set with a sentiment label, or with a `sentiment` key beside other labels (those may say mixed)."""
    label = str(row.get("sentiment") or row["label"])
    example = _example(row)
    if label in CLASSES:
        example.sentiment = CLASSES.index(Sentiment(label))
    if label == "question":
        example.intents[QUESTION] = 1
    return example


def aspects(row: Row) -> Example:
    """Sentences whose aspects are labelled: the only ones that say which sentences are mixed."""
    example = polarity(row)
    example.mixed = int(row.get("sentiment") == Sentiment.MIXED)
    return example


def stars(row: Row) -> Example:
    """A review with one to five stars: sentiment, praise and complaint follow from them."""
    example = polarity(row) if isinstance(row["label"], str) and row["label"] in CLASSES else _example(row)
    rating = row.get("rating")
    example.intents |= {SPAM: 0}
    if isinstance(rating, int | float):
        example.intents |= _from_stars(float(rating), example.text)
    return example


def app_review(row: Row) -> Example:
    """Reviews labelled as bug report, feature request, experience or rating, several at once."""
    example = stars(row)
    labels = row.get("labels") or row["label"]
    names = set(labels) if isinstance(labels, list) else {labels}
    example.intents |= {
        BUG: int(bool(names & {"bug_report", "problem_report"})),
        FEATURE: int("feature_request" in names),
    }
    if example.intents[BUG] or example.intents[FEATURE]:
        example.intents.pop(PRAISE, None)
    return example


def tracker_entry(row: Row) -> Example:
    """Entries of issue trackers: bug report, feature request or question, exactly one."""
    example = _example(row)
    for intent in (BUG, FEATURE, QUESTION):
        example.intents[intent] = int(row["label"] == intent)
    example.intents |= {PRAISE: 0, SPAM: 0, CHURN: 0}
    return example


def complaint(row: Row) -> Example:
    """Tweets to brands, labelled as complaint or not."""
    example = _example(row)
    complains = row["label"] == "complaint"
    example.intents |= {COMPLAINT: int(complains), SPAM: 0} | _not_leaving(example.text)
    if complains:
        example.intents[PRAISE] = 0
    return example


def message(row: Row) -> Example:
    """Text messages, spam or not."""
    example = _example(row)
    example.intents = {SPAM: int(row["label"] == "spam")}
    return example


def offence(row: Row) -> Example:
    """Tweets, offensive or not."""
    example = _example(row)
    example.intents |= {TOXIC: int(row["label"] == "offensive")}
    return example


def emotion(row: Row) -> Example:
    """Tweets with one of four emotions."""
    example = _example(row)
    example.emotion = EMOTIONS.index(str(row["label"]))
    return example


def irony(row: Row) -> Example:
    """Tweets, ironic or not."""
    example = _example(row)
    example.irony = int(row["label"] == "irony")
    return example


def unlabelled(row: Row) -> Example:
    """A text about which nothing is known."""
    return Example(_text(row), str(row.get("lang") or ""))


def seed(label: str, language: str, text: str) -> Example:
    """One of our own sentences, which says what it is and, for most labels, what it is not."""
    feeling, intents, also = _SEEDS[label]
    example = Example(text, language, intents=dict.fromkeys(also, 0) | dict.fromkeys(intents, 1))
    example.mixed = int(feeling == Sentiment.MIXED)
    if feeling != Sentiment.MIXED:
        example.sentiment = CLASSES.index(feeling)
    return example


def prose(language: str, feeling: str, intents: str, text: str) -> Example:
    """One of our own longer texts, of which everything is known: what is not named does not hold."""
    named = frozenset(intents.split(",")) - {"none"}
    if unknown := sorted(named - set(OUTPUTS)):
        raise ValueError(f"no intent is called {', '.join(unknown)}: {text}")
    example = Example(text, language, intents={output: int(output in named) for output in OUTPUTS})
    example.mixed = int(feeling == Sentiment.MIXED)
    if feeling != Sentiment.MIXED:
        example.sentiment = CLASSES.index(Sentiment(feeling))
    return example


# What a kind of our own sentences says: the feeling, the intents that hold, and those that do not.
_SEEDS: Mapping[str, tuple[Sentiment, Sequence[str], Sequence[str]]] = {
    BUG: (Sentiment.NEGATIVE, (BUG,), (FEATURE, PRAISE, CHURN, SPAM)),
    FEATURE: (Sentiment.NEUTRAL, (FEATURE,), (BUG, CHURN, SPAM)),
    QUESTION: (Sentiment.NEUTRAL, (QUESTION,), (PRAISE, FEATURE, CHURN, SPAM)),
    PRAISE: (Sentiment.POSITIVE, (PRAISE,), (BUG, FEATURE, COMPLAINT, QUESTION, CHURN, SPAM)),
    COMPLAINT: (Sentiment.NEGATIVE, (COMPLAINT,), (PRAISE, FEATURE, CHURN, SPAM)),
    CHURN: (Sentiment.NEGATIVE, (CHURN,), (PRAISE, FEATURE, SPAM)),
    SPAM: (Sentiment.NEUTRAL, (SPAM,), tuple(Intent)),
    "none": (Sentiment.NEUTRAL, (), OUTPUTS),
    "sarcasm": (Sentiment.NEGATIVE, (COMPLAINT,), (PRAISE, FEATURE, CHURN, SPAM)),
    "mixed": (Sentiment.MIXED, (COMPLAINT,), (FEATURE, CHURN, SPAM)),
    TOXIC: (Sentiment.NEGATIVE, (TOXIC,), (PRAISE, FEATURE, SPAM)),
    "harsh": (Sentiment.NEGATIVE, (COMPLAINT,), (TOXIC, PRAISE, SPAM)),
}


def _example(row: Row) -> Example:
    example = unlabelled(row)
    if not _ASKS.search(example.text):
        example.intents[QUESTION] = 0
    return example


def _text(row: Row) -> str:
    return f"{row['title']}\n{row['text']}" if row.get("title") else str(row["text"])


def _from_stars(rating: float, text: str) -> dict[str, int]:
    said: dict[str, int] = _not_leaving(text)
    if rating >= 5:
        said |= {PRAISE: 1, COMPLAINT: 0, TOXIC: 0}
    elif rating <= 2:
        said |= {PRAISE: 0, COMPLAINT: 1, CHURN: int(not said)}
    return said


def _not_leaving(text: str) -> dict[str, int]:
    return {} if _LEAVING.search(text) else {CHURN: 0}
