"""Load the models once, read many texts: everything that the rest of Earful needs from this library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.base import Intent, ModelMissing, OtherModels, Prediction, Reading, TextInput, Topic, Vector
from nlp.clean import Cleaned, clean
from nlp.encoder import WIDTH, Encoded, Encoder
from nlp.files import FOLDER, open_files
from nlp.heads.inputs import head_inputs
from nlp.heads.intents import OUTPUTS, IntentHead
from nlp.heads.sentiment import SentimentHead
from nlp.heads.topics import TopicHead
from nlp.heads.urgency import urgency
from nlp.language import Languages
from nlp.reach import why_not_understood

HEADS = "heads.npz"
BACKGROUND = "background.npz"

_CHUNK = 512  # texts read at a time, which keeps memory flat


@dataclass(frozen=True, slots=True)
class _Sized:
    """A text with everything that was found before the heads ran."""

    given: TextInput
    cleaned: Cleaned
    language: Prediction


class Understanding:
    """All heads on one shared encoder. Safe to use from several threads."""

    def __init__(
        self,
        encoder: Encoder,
        sentiment: SentimentHead,
        intents: IntentHead,
        background: Mapping[str, npt.NDArray[np.floating]],
        model_version: str,
    ) -> None:
        self.model_version = model_version
        self._encoder = encoder
        self._sentiment = sentiment
        self._intents = intents
        self._languages = Languages()
        self._background = background
        self._others: OtherModels | None = None
        self.use_topics(())

    @classmethod
    def load(cls, *, topics: Sequence[Topic] = (), threads: int | None = None, folder: Path = FOLDER) -> Understanding:
        """Load the shipped models; `threads` is how many cores the encoder may use (default: all of this process).

        Raises:
            ModelMissing: a file is missing, cut short, or of another version.
        """
        files = open_files(folder)
        encoder = Encoder(files, threads=threads)
        try:
            heads, background = _arrays(files.path(HEADS)), _arrays(files.path(BACKGROUND))
            understanding = cls(encoder, SentimentHead(heads), IntentHead(heads), background, files.version)
        except (OSError, ValueError, KeyError) as error:
            raise ModelMissing(
                f"The heads in {files.folder} cannot be loaded: {error}.",
                what_to_do="Install Earful again, or restore the folder nlp/model from the repository.",
            ) from error
        understanding.use_topics(topics)
        return understanding

    def use_topics(self, topics: Sequence[Topic]) -> None:
        """Answer with this taxonomy from now on."""
        sentences = [sentence for topic in topics for sentence in (topic.description, *topic.examples)]
        self._topics = TopicHead(topics, self.vectors(sentences), self._background)

    def use_others(self, others: OtherModels) -> None:
        """Let these models answer for their heads from now on; the version on each reading covers them too."""
        self._others = others
        self.model_version = f"{self.model_version}+{others.version}"

    def vectors(self, texts: Sequence[str]) -> Vector:
        """The frozen vectors (n, 512): unit length, zeros for a text without words."""
        found = np.zeros((len(texts), WIDTH), np.float32)
        for start in range(0, len(texts), _CHUNK):
            cleaned = [clean(text) for text in texts[start : start + _CHUNK]]
            encoded = self._encoder.encode([each.spelled for each in cleaned])
            found[start : start + _CHUNK] = _without_wordless(encoded.vectors, cleaned)
        return found

    def read(self, texts: Sequence[TextInput]) -> list[Reading]:
        """A reading for each text, in their order. Any string is allowed; what cannot be read says why."""
        return [
            reading
            for start in range(0, len(texts), _CHUNK)
            for reading in self._revised(texts[start : start + _CHUNK])
        ]

    def _revised(self, texts: Sequence[TextInput]) -> list[Reading]:
        readings = self._read(texts)
        return self._others.revise(texts, readings) if self._others else readings

    def _read(self, texts: Sequence[TextInput]) -> list[Reading]:
        whole = [f"{each.title}\n{each.text}" if each.title else each.text for each in texts]
        cleaned = [clean(text) for text in whole]
        sized = [
            _Sized(given, each, self._languages.identify(each.words, given.language))
            for given, each in zip(texts, cleaned, strict=True)
        ]
        encoded = self._encoder.encode([each.spelled for each in cleaned])
        inputs = head_inputs(encoded, whole)
        ratings = [each.rating for each in texts]
        feelings = self._sentiment(inputs, ratings)
        chances = self._intents(inputs, ratings)
        vectors = _without_wordless(encoded.vectors, cleaned)
        topics = self._topics(vectors)
        return [
            self._reading(sized[row], encoded, row, vectors[row], feelings[row], chances[row], topics[row])
            for row in range(len(texts))
        ]

    def _reading(
        self,
        sized: _Sized,
        encoded: Encoded,
        row: int,
        vector: Vector,
        feeling: tuple[Prediction, Vector],
        chances: Vector,
        topics: tuple[Prediction, ...],
    ) -> Reading:
        """Put one text's answers together, or say why there are none."""
        why_not = why_not_understood(sized.cleaned, sized.language, float(encoded.unknown[row]), sized.given.rating)
        if why_not is not None:
            return Reading(
                language=sized.language,
                sentiment=None,
                intents=(),
                topics=(),
                urgency=0.0,
                vector=vector,
                understood=False,
                why_not=why_not,
                model_version=self.model_version,
            )
        prediction, shares = feeling
        spam = float(chances[len(Intent)])
        return Reading(
            language=sized.language,
            sentiment=prediction,
            intents=self._intents.holding(chances),
            topics=topics,
            urgency=urgency(
                chances=dict(zip(OUTPUTS, chances.tolist(), strict=True)),
                negative=float(shares[0]),
                positive=float(shares[2]),
                rating=sized.given.rating,
                text=sized.cleaned.words,
                spam=spam,
            ),
            spam=spam,
            vector=vector,
            understood=True,
            why_not=None,
            model_version=self.model_version,
        )


def _arrays(path: Path) -> dict[str, npt.NDArray[np.floating]]:
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def _without_wordless(vectors: Vector, cleaned: Sequence[Cleaned]) -> Vector:
    wordless = [row for row, each in enumerate(cleaned) if not each.has_words]
    vectors[wordless] = 0
    return vectors
