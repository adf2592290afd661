"""What goes into the models and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]


class Sentiment(StrEnum):
    """How the author feels about what they write of; mixed where both sides are strong."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    MIXED = "mixed"


class Intent(StrEnum):
    """What the author wants or does with the text; several may hold, or none."""

    BUG_REPORT = "bug_report"
    FEATURE_REQUEST = "feature_request"
    QUESTION = "question"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    CHURN_THREAT = "churn_threat"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput:
    """One text to read, with what its platform says beside it."""

    text: str
    title: str | None = None
    language: str | None = None  # BCP 47, where the platform says so
    rating: float | None = None  # 0 (worst) to 1 (best), where the author gave one
    context: str | None = None  # the post that it answers; counts where the reply says nothing by itself (nlp.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A standing category of the company's own taxonomy (`config/topics.yaml`)."""

    name: str
    description: str  # one sentence
    examples: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One head's answer. `score` is a probability, 0 to 1."""

    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All heads' answers for one text.

    Where `understood` is False (a language or a length outside the training) only language and vector are filled, and
    `why_not` says the reason in words.
    """

    language: Prediction  # BCP 47 code; "und" where it cannot be told
    sentiment: Prediction | None
    intents: Sequence[Prediction]  # those that hold, strongest first
    topics: Sequence[Prediction]  # those that hold, strongest first
    urgency: float  # 0 (can wait) to 1 (a person must look now)
    spam: float = 0.0  # 0 to 1: advertisement, off-topic
    toxicity: float = 0.0  # 0 to 1: insults, threats, hate; harsh words about a product alone are none
    unsure: frozenset[str] = frozenset()  # what is a guess, held or not: sentiment, intent:question … (nlp.sureness)
    partly: bool = False  # the text is so long that only its beginning and its end were read
    from_thread: frozenset[str] = frozenset()  # what the post it answers gave: sentiment, intents, topics, vector
    vector: Vector  # (512,) float32, unit length; zeros for a text without words
    understood: bool
    why_not: str | None
    model_version: str


class OtherModels(Protocol):
    """Models that the operator named beside the shipped ones; they answer for some of the heads."""

    @property
    def version(self) -> str:
        """Changes whenever one of them does."""

    def revise(self, texts: Sequence[TextInput], readings: Sequence[Reading]) -> list[Reading]:
        """The shipped models' readings of these texts, with the other models' answers in their place."""


class NlpError(Exception):
    """Root of what the models may raise."""


class ModelMissing(NlpError):
    """A model file is missing, truncated or of another version."""

    def __init__(self, message: str, *, what_to_do: str) -> None:
        super().__init__(f"{message} {what_to_do}")
        self.what_to_do = what_to_do
