"""The replay set: texts whose answers a correction must not spoil. Shipped without the texts themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.base import ModelMissing, Vector
from nlp.learning.bags import Bags
from nlp.learning.fitting import Texts, feelings_at

REPLAY = "replay.npz"
HEADS = "heads.npz"

_PRECISION = 127.0


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Texts as adapters see them, and what is right about each: 1 holds, 0 does not, NaN unknown."""

    texts: Texts
    right: Vector  # (n, outputs)
    outputs: tuple[str, ...]
    made_for: str  # the digest of the heads whose logits these are

    def halves(self) -> tuple[Replay, Replay]:
        """One half to fit with, the other to judge by."""
        rows = np.arange(len(self.texts))
        return self._only(rows[::2]), self._only(rows[1::2])

    def _only(self, rows: npt.NDArray[np.int64]) -> Replay:
        return Replay(self.texts.only(rows), self.right[rows], self.outputs, self.made_for)

    def save(self, path: Path) -> None:
        """Write it: vectors in int8, logits in half precision."""
        scale = np.abs(self.texts.vectors).max(axis=1, keepdims=True).clip(1e-6)
        np.savez_compressed(
            path,
            vectors=np.round(self.texts.vectors / scale * _PRECISION).astype(np.int8),
            scale=(scale[:, 0] / _PRECISION).astype(np.float32),
            keys=self.texts.bags.keys,
            starts=self.texts.bags.starts.astype(np.int32),
            logits=self.texts.logits.astype(np.float16),
            right=np.where(np.isnan(self.right), -1, self.right).astype(np.int8),
            outputs=np.array(self.outputs, np.str_),
            made_for=np.array(self.made_for),
        )

    @classmethod
    def load(cls, path: Path) -> Replay:
        """Read it.

        Raises:
            ModelMissing: the file is missing or broken.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                right = stored["right"].astype(np.float32)
                return cls(
                    Texts(
                        stored["vectors"].astype(np.float32) * stored["scale"][:, None],
                        Bags(stored["keys"], stored["starts"].astype(np.int64)),
                        stored["logits"].astype(np.float32),
                    ),
                    np.where(right < 0, np.float32(np.nan), right),
                    tuple(str(name) for name in stored["outputs"]),
                    str(stored["made_for"]),
                )
        except Exception as error:  # a broken archive raises half a dozen kinds
            raise ModelMissing(
                f"The replay set {path} cannot be read: {error}.",
                what_to_do="Install Earful again, or restore the folder nlp/model from the repository.",
            ) from error


def holds(logits: Vector, outputs: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """What is answered (n, outputs): the strongest of negative, neutral and positive; of the others those above 0."""
    answers = logits > 0
    three = feelings_at(outputs)
    if three:
        best = logits[:, three].argmax(axis=1)
        answers[:, three] = np.arange(len(three)) == best[:, None]
    return answers
