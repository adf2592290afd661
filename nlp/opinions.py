"""Who is asked about a text: the heads on the shared encoder, a network tuned for its language, and the lexicon.

They know different things and err on different texts; a blend, fitted on held-out texts, makes one answer of them.
English has a network of its own, all other languages share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.base import Prediction, Vector
from nlp.encoder import Encoded, Encoder
from nlp.english import LANGUAGE, EnglishNetwork
from nlp.files import ModelFiles
from nlp.heads.blend import Blend
from nlp.heads.inputs import head_inputs
from nlp.heads.intents import IntentHead
from nlp.heads.lexicon import Lexicon
from nlp.heads.sentiment import SentimentHead
from nlp.multilingual import MultilingualNetwork

ENGLISH, OTHERS = "english", "others"  # names of the blends
OPINIONS = 3

Arrays = Mapping[str, npt.NDArray[np.floating]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Texts as those who are asked want them: as they came, cleaned with emoji spelled out, and encoded."""

    whole: Sequence[str]
    spelled: Sequence[str]
    encoded: Encoded


class Opinions:
    """Everybody who is asked; safe to use from several threads."""

    def __init__(self, files: ModelFiles, encoder: Encoder, heads: Arrays, *, threads: int | None = None) -> None:
        """Load from checked files; `heads` are the arrays of the heads.

        Raises:
            ModelMissing: a file is there but is not what it should be.
            KeyError: the heads lack an array.
            ValueError: their answers are not as many as this version reads.
        """
        self.sentiment, self.intents = SentimentHead(heads), IntentHead(heads)
        self._english = EnglishNetwork(files, threads=threads)
        self._multilingual = MultilingualNetwork(files, encoder.pieces, threads=threads)
        self._lexicon = Lexicon(files)
        self.answers = len(self.sentiment.decides_at()) + len(self.intents.decides_at())
        for name, found in (
            ("the English network", self._english.answers),
            ("the multilingual network", self._multilingual.answers),
            ("the lexicon", self._lexicon.answers),
        ):
            if found != self.answers:
                raise ValueError(f"{name} has {found} answers, but this version of Earful reads {self.answers}")

    def heads(self, asked: Asked) -> Vector:
        """The heads' logits (n, answers): negative, neutral, positive, mixed, then the outputs of intents."""
        inputs = head_inputs(asked.encoded, asked.whole)
        return np.concatenate([self.sentiment.logits(inputs), self.intents.logits(inputs)], axis=1)

    def network(self, asked: Asked, rows: Sequence[int], *, english: bool) -> Vector:
        """The logits (rows, answers) of the network for English, or of the one for all other languages."""
        if english:
            return self._english([asked.spelled[row] for row in rows])
        return self._multilingual([asked.encoded.tokens[row] for row in rows])

    def lexicon(self, asked: Asked) -> Vector:
        """The lexicon's logits (n, answers)."""
        return self._lexicon(asked.spelled)


class Answers:
    """One answer of all opinions."""

    def __init__(self, opinions: Opinions, heads: Arrays) -> None:
        """Take the blends from the heads' arrays; raises KeyError and ValueError where they do not fit."""
        self._opinions = opinions
        self._blends = {name: Blend(heads, name) for name in (ENGLISH, OTHERS)}
        for name, blend in self._blends.items():
            if blend.shape != (OPINIONS, opinions.answers):
                raise ValueError(
                    f"the blend for {name} is made for {blend.shape[0]} opinions with {blend.shape[1]} answers, "
                    f"but this version of Earful has {OPINIONS} with {opinions.answers}"
                )

    def __call__(self, asked: Asked, languages: Sequence[Prediction]) -> Vector:
        """Calibrated logits (n, answers): negative, neutral, positive, mixed, then the outputs of intents."""
        heads, lexicon = self._opinions.heads(asked), self._opinions.lexicon(asked)
        answers = np.empty_like(heads)
        for name, rows in _by_network(languages).items():
            if rows:
                network = self._opinions.network(asked, rows, english=name == ENGLISH)
                answers[rows] = self._blends[name](np.stack([heads[rows], network, lexicon[rows]]))
        return answers


def _by_network(languages: Sequence[Prediction]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {ENGLISH: [], OTHERS: []}
    for row, language in enumerate(languages):
        rows[ENGLISH if language.label == LANGUAGE else OTHERS].append(row)
    return rows
