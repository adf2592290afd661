"""What was learnt from the company's labels, as the heads use it: something to add to each output's logit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.base import Intent, Sentiment, Vector
from nlp.learning.bags import Bags, Keys

FEELINGS = tuple(f"sentiment:{label}" for label in Sentiment)  # the first three exclude each other
WIDTH = 512  # of the frozen vector
_FORMAT = 1


def output_of(head: str) -> str:
    """The output that stands for one of the intents' head: an intent, spam or toxic."""
    return f"intent:{head}" if head in set(Intent) else head


def topic_output(name: str) -> str:
    """The output that stands for a topic of the company's taxonomy."""
    return f"topic:{name}"


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """A linear correction on the frozen vector and the words. Never changes once made, so threads may share it."""

    number: int  # counts up with each fit; 0: nothing was learnt
    outputs: tuple[str, ...]
    by_vector: Vector  # (512, outputs)
    words: Keys  # (m,), sorted
    by_word: Vector  # (m, outputs)

    @classmethod
    def none(cls) -> Adapter:
        """The adapter that changes nothing."""
        return cls(0, (), np.zeros((WIDTH, 0), np.float32), np.zeros(0, np.uint32), np.zeros((0, 0), np.float32))

    @property
    def suffix(self) -> str:
        """What a reading's model version carries when this adapter took part."""
        return f"+c{self.number}" if self.number else ""

    def adjust(self, vectors: Vector, bags: Bags, logits: Vector, outputs: Sequence[str]) -> Vector:
        """The logits (n, outputs) with what was learnt added to the columns called `outputs`."""
        learnt = self.residual(vectors, bags, outputs)
        moved: Vector = logits + learnt
        return moved

    def residual(self, vectors: Vector, bags: Bags, outputs: Sequence[str]) -> Vector:
        """What is to be added (n, outputs); zero where nothing was learnt about an output."""
        found = np.zeros((len(vectors), len(outputs)), np.float32)
        known = [(at, self.outputs.index(name)) for at, name in enumerate(outputs) if name in self.outputs]
        if not known or not len(vectors):
            return found
        here, there = (list(each) for each in zip(*known, strict=True))
        found[:, here] = vectors @ self.by_vector[:, there] + self._of_words(bags)[:, there]
        return found

    def _of_words(self, bags: Bags) -> Vector:
        summed = np.zeros((len(bags), len(self.outputs)), np.float32)
        if len(self.words) and len(bags.keys):
            at = np.minimum(np.searchsorted(self.words, bags.keys), len(self.words) - 1)
            hit = self.words[at] == bags.keys
            np.add.at(summed, bags.owners[hit], self.by_word[at[hit]])
        return summed

    def numbered(self, number: int) -> Adapter:
        """The same under another number."""
        return replace(self, number=number)

    def dump(self) -> bytes:
        """The adapter as bytes, for `load`."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            format=np.array(_FORMAT),
            number=np.array(self.number),
            outputs=np.array(self.outputs, np.str_),
            by_vector=self.by_vector.astype(np.float16),
            words=self.words,
            by_word=self.by_word.astype(np.float16),
        )
        return file.getvalue()

    @classmethod
    def load(cls, content: bytes) -> Adapter:
        """The adapter that `dump` wrote.

        Raises:
            ValueError: these are not the bytes of an adapter, or of one that this version does not read.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                if int(stored["format"]) != _FORMAT:
                    raise ValueError(f"it has layout {int(stored['format'])}, this version reads {_FORMAT}")
                adapter = cls(
                    int(stored["number"]),
                    tuple(str(name) for name in stored["outputs"]),
                    stored["by_vector"].astype(np.float32),
                    stored["words"].astype(np.uint32),
                    stored["by_word"].astype(np.float32),
                )
        except Exception as error:  # a broken archive raises half a dozen kinds
            raise ValueError(f"What was learnt from corrections cannot be read: {error}.") from error
        sizes = (len(adapter.outputs), len(adapter.words))
        if adapter.by_vector.shape != (WIDTH, sizes[0]) or adapter.by_word.shape != (sizes[1], sizes[0]):
            raise ValueError("What was learnt from corrections cannot be read: its parts do not fit together.")
        return adapter
