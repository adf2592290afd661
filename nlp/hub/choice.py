"""Which models the operator named instead of the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from nlp.base import Intent, Sentiment

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
Precision: TypeAlias = Literal["auto", "fp32", "bf16", "fp16"]

SPAM, TOXICITY = "spam", "toxicity"
NOTHING = "none"  # a label of a model's that says nothing to us

HEADS: Mapping[str, tuple[str, ...]] = {
    "sentiment": tuple(Sentiment),
    "intents": tuple(Intent),
    SPAM: (SPAM,),
    TOXICITY: (TOXICITY,),
}
"""The heads that a classifier may answer for, each with the labels that its own may mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedModel:
    """A model by its name on the hub (`owner/name`), or a folder on this machine."""

    name: str
    revision: str | None = None  # a commit, tag or branch of the hub; None: whatever was fetched
    folder: Path | None = None  # where it is one on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where and how models run."""

    device: Device = "auto"  # auto: a GPU where there is one
    precision: Precision = "auto"  # auto: half on a GPU, full on a processor
    batch_texts: int = 32
    threads: int | None = None  # None: all cores of this process


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderChoice:
    """A sentence encoder, and the folder with the heads that were refitted for it."""

    model: NamedModel
    heads: Path
    prompt: str = ""  # what the model wants to see before each text


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierChoice:
    """A classifier for one head; `labels` says what each of its labels means in ours, or NOTHING."""

    model: NamedModel
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What answers beside the shipped models; nothing, unless the operator says so."""

    encoder: EncoderChoice | None = None
    classifiers: Mapping[str, ClassifierChoice] = field(default_factory=dict)  # by head
    languages: tuple[str, ...] = ()  # that the named models understand, though the shipped ones do not
    running: Running = field(default_factory=Running)

    @property
    def models(self) -> tuple[NamedModel, ...]:
        """All models that are named, the encoder first."""
        first = () if self.encoder is None else (self.encoder.model,)
        return (*first, *(each.model for each in self.classifiers.values()))
