"""Heads that were refitted for an encoder of the hub, and whether they belong to the encoder that is loaded.

A folder of the operator's holds them: `heads.npz` (the numbers) and `heads.json` (which encoder, which revision, how
wide, a digest of the numbers, what they were fitted on and how well they do).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.base import ModelMissing, Vector
from nlp.files import digest
from nlp.heads.perceptron import Perceptron, sigmoid, softmax
from nlp.heads.surface import WIDTH as SURFACE
from nlp.heads.surface import surface
from nlp.hub.answers import CHANCES, Answers

FORMAT = 1
ARRAYS, FACTS = "heads.npz", "heads.json"
_REFIT = "Refit them: earful models refit --data FOLDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What belongs to a file of refitted heads."""

    encoder: str
    revision: str
    width: int  # of the encoder's vectors
    prompt: str
    answers: Sequence[str]  # what they answer: "sentiment", and of CHANCES those with enough labelled texts
    sha256: str = ""  # of the arrays
    inputs: int = 0  # what the heads see: the vector and the surface of the text
    chances: Sequence[str] = CHANCES  # the outputs' order
    format: int = FORMAT
    fitted_on: Mapping[str, int] = field(default_factory=dict)  # texts by set
    scores: Mapping[str, float] = field(default_factory=dict)  # on held-out texts


def inputs_of(vectors: Vector, originals: Sequence[str]) -> Vector:
    """What the heads see of each text: the encoder's vector, and the marks that cleaning takes away."""
    return np.concatenate([vectors, surface(originals)], axis=1)


class FittedHeads:
    """From an encoder's vectors to answers."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]], answers: Sequence[str]) -> None:
        """Take the arrays as `nlp.hub.refit` writes them; raises KeyError where one is missing."""
        self._answers = frozenset(answers)
        self._sentiment = Perceptron(arrays, "sentiment")
        self._chances = Perceptron(arrays, "intents")
        self._temperature = float(arrays["sentiment.temperature"])
        self._slopes, self._shifts, self._thresholds = (
            np.asarray(arrays[f"intents.{part}"], np.float32) for part in ("slopes", "shifts", "thresholds")
        )

    def __call__(self, vectors: Vector, originals: Sequence[str]) -> Answers:
        """What the heads say of texts with these vectors."""
        inputs = inputs_of(vectors, originals)
        chances = sigmoid(self._chances(inputs) * self._slopes + self._shifts)
        said = [(number, name) for number, name in enumerate(CHANCES) if name in self._answers]
        found = Answers(
            chances={name: chances[:, number] for number, name in said},
            thresholds={name: float(self._thresholds[number]) for number, name in said},
        )
        if "sentiment" not in self._answers:
            return found
        logits = self._sentiment(inputs)
        return Answers(shares=softmax(logits[:, :3] / self._temperature), mixed=sigmoid(logits[:, 3])).over(found)


def read_facts(folder: Path) -> Facts:
    """What the folder says of its heads.

    Raises:
        ModelMissing: there are none, or they are of another version of Earful.
    """
    try:
        facts = Facts(**json.loads((folder / FACTS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ModelMissing(f"There are no heads for this encoder in {folder}.", what_to_do=f"{_REFIT}.") from None
    except (OSError, ValueError, TypeError) as error:
        raise ModelMissing(f"{folder / FACTS} cannot be read: {error}.", what_to_do=f"{_REFIT}.") from error
    if facts.format != FORMAT or tuple(facts.chances) != CHANCES or facts.inputs != facts.width + SURFACE:
        raise ModelMissing(f"The heads in {folder} were fitted by another version of Earful.", what_to_do=f"{_REFIT}.")
    return facts


def load_heads(folder: Path, *, encoder: str, revision: str, prompt: str) -> tuple[FittedHeads, Facts]:
    """The heads in `folder`, for this encoder and no other.

    Raises:
        ModelMissing: they are missing, damaged, or belong to another encoder, revision or prompt.
    """
    facts = read_facts(folder)
    theirs, ours = (facts.encoder, facts.revision, facts.prompt), (encoder, revision, prompt)
    if theirs != ours:
        raise ModelMissing(
            f"The heads in {folder} were fitted for {_named(*theirs)}, and nlp.yaml names {_named(*ours)}.",
            what_to_do=f"{_REFIT}; or write what they were fitted for.",
        )
    try:
        if digest(folder / ARRAYS) != facts.sha256:
            raise ModelMissing(f"{folder / ARRAYS} is not the file that was fitted.", what_to_do=f"{_REFIT}.")
        with np.load(folder / ARRAYS, allow_pickle=False) as stored:
            return FittedHeads(dict(stored), facts.answers), facts
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(f"The heads in {folder} cannot be loaded: {error}.", what_to_do=f"{_REFIT}.") from error


def refuse_width(facts: Facts, width: int) -> None:
    """Hold the width that the heads were fitted for against the encoder's.

    Raises:
        ModelMissing: they differ.
    """
    if facts.width != width:
        raise ModelMissing(
            f"The heads were fitted for vectors of {facts.width} numbers, and {facts.encoder} gives {width}.",
            what_to_do=f"{_REFIT}.",
        )


def write_facts(folder: Path, facts: Facts) -> None:
    """Write the facts beside the arrays."""
    (folder / FACTS).write_text(json.dumps(asdict(facts), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _named(encoder: str, revision: str, prompt: str) -> str:
    return f"{encoder} at {revision}" + (f" with the prompt “{prompt}”" if prompt else "")
