"""Load the models once, read many texts: everything that the rest of Earful needs from this library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.base import ModelMissing, OtherModels, Prediction, Reading, TextInput, Topic, Vector
from nlp.clean import Cleaned, clean
from nlp.context import Threads
from nlp.encoder import WIDTH, Encoded, Encoder
from nlp.files import FOLDER, INSTALL_AGAIN, open_files
from nlp.heads.intents import OUTPUTS, SPAM, TOXIC
from nlp.heads.topics import TopicHead
from nlp.heads.urgency import urgency
from nlp.language import Languages
from nlp.learning.adapter import FEELINGS, Adapter, output_of, topic_output
from nlp.learning.bags import bags
from nlp.learning.fitting import Texts
from nlp.opinions import Answers, Asked, Opinions
from nlp.reach import why_not_understood
from nlp.sureness import sure_of_language, sure_of_sentiment

HEADS = "heads.npz"
BACKGROUND = "background.npz"

_BOUNDS = (len(FEELINGS), len(FEELINGS) + len(OUTPUTS))  # where intents and topics begin among the logits
_CHUNK = 512  # texts read at a time, which keeps memory flat
_LANES = 2  # chunks under way: what Python does for one fills the time in which it would leave the networks idle
# The lanes' threads stay: the C library keeps a heap for each thread, and new threads leave their holes in ever more.


@dataclass(frozen=True, slots=True)
class _Sized:
    """A text with everything that was found before the heads ran."""

    given: TextInput
    cleaned: Cleaned
    language: Prediction
    version: str  # of the models, with what was learnt


class Understanding:
    """All heads on one shared encoder. Safe to use from several threads."""

    def __init__(
        self,
        encoder: Encoder,
        opinions: Opinions,
        answers: Answers,
        languages: Languages,
        background: Mapping[str, npt.NDArray[np.floating]],
        model_version: str,
    ) -> None:
        self.model_version = model_version
        self._encoder = encoder
        self._sentiment, self._intents = opinions.sentiment, opinions.intents
        self._answers = answers
        self._languages = languages
        self._background = background
        self.folder = FOLDER
        self._others: OtherModels | None = None
        self._adapter = Adapter.none()
        self._lanes = ThreadPoolExecutor(_LANES, thread_name_prefix="reading")
        self.use_topics(())

    @classmethod
    def load(cls, *, topics: Sequence[Topic] = (), threads: int | None = None, folder: Path = FOLDER) -> Understanding:
        """Load the shipped models; `threads` is how many cores the encoder may use (default: all of this process).

        Raises:
            ModelMissing: a file is missing, cut short, or of another version.
        """
        files = open_files(folder)
        encoder, languages = Encoder(files, threads=threads), Languages(files)
        heads, background = files.arrays(HEADS), files.arrays(BACKGROUND)
        try:
            opinions = Opinions(files, encoder, heads, threads=threads)
            understanding = cls(encoder, opinions, Answers(opinions, heads), languages, background, files.version)
        except (ValueError, KeyError) as error:
            raise ModelMissing(
                f"The heads in {files.path(HEADS)} cannot be loaded: {error}.", what_to_do=INSTALL_AGAIN
            ) from error
        understanding.folder = folder
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

    def use_corrections(self, adapter: Adapter) -> None:
        """Read with what the company's labels taught from the next batch on; other threads may be reading."""
        self._adapter = adapter

    @property
    def corrections(self) -> int:
        """The number of the adapter in use; 0: none."""
        return self._adapter.number

    @property
    def outputs(self) -> tuple[str, ...]:
        """Everything that labels can teach, in the order of `untaught`'s logits."""
        return _outputs(self._topics)

    @property
    def decides_at(self) -> Vector:
        """The log-odds (outputs,) from which each output holds; with them, `untaught`'s logits are chances again."""
        return self._decides_at(self._topics)

    def _decides_at(self, head: TopicHead) -> Vector:
        return np.concatenate([self._sentiment.decides_at(), self._intents.decides_at(), head.decides_at()])

    def untaught(self, texts: Sequence[TextInput]) -> Texts:
        """The texts as labels teach them: without stars and without what was learnt; 0 is where a head decides."""
        head = self._topics
        cleaned, asked = self._asked(texts)
        vectors = _without_wordless(asked.encoded.vectors, cleaned)
        answers = self._answers(asked, self._languages_of(cleaned, texts))
        logits = np.concatenate([answers, head.logits(vectors)], axis=1) - self._decides_at(head)
        return Texts(vectors, bags([each.words for each in cleaned]), logits)

    def _asked(self, texts: Sequence[TextInput]) -> tuple[list[Cleaned], Asked]:
        whole = [_whole(each) for each in texts]
        cleaned = [clean(text) for text in whole]
        spelled = [each.spelled for each in cleaned]
        return cleaned, Asked(whole, spelled, self._encoder.encode(spelled))

    def _languages_of(self, cleaned: Sequence[Cleaned], texts: Sequence[TextInput]) -> list[Prediction]:
        return self._languages.identify([each.words for each in cleaned], [given.language for given in texts])

    def topic_logits(self, vectors: Vector) -> Vector:
        """How these vectors' topics look (n, topics), untaught; 0 is where the head decides."""
        found: Vector = self._topics.logits(vectors) - self._topics.decides_at()
        return found

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
        chunks = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
        if len(chunks) < _LANES:
            return [reading for chunk in chunks for reading in self._in_threads(chunk)]
        return [reading for found in self._lanes.map(self._in_threads, chunks) for reading in found]

    def _in_threads(self, texts: Sequence[TextInput]) -> list[Reading]:
        """With what replies answer read beside them, in the same batch, where a reply says nothing by itself."""
        threads = Threads(texts)
        return threads.merged(self._revised([*texts, *threads.beside]))

    def _revised(self, texts: Sequence[TextInput]) -> list[Reading]:
        readings = self._read(texts)
        return self._others.revise(texts, readings) if self._others else readings

    def _read(self, texts: Sequence[TextInput]) -> list[Reading]:
        adapter, topic_head = self._adapter, self._topics  # as they are now, for the whole batch
        version = self.model_version + adapter.suffix
        cleaned, asked = self._asked(texts)
        languages = self._languages_of(cleaned, texts)
        sized = [
            _Sized(given, each, language, version)
            for given, each, language in zip(texts, cleaned, languages, strict=True)
        ]
        ratings = [each.rating for each in texts]
        vectors = _without_wordless(asked.encoded.vectors, cleaned)
        answers = self._answers(asked, languages)
        logits = np.concatenate([answers, topic_head.logits(vectors)], axis=1)
        if adapter.number:
            words = bags([each.words for each in cleaned])
            logits = adapter.adjust(vectors, words, logits, _outputs(topic_head))
        of_feelings, of_intents, of_topics = np.split(logits, _BOUNDS, axis=1)
        feelings = self._sentiment(of_feelings, ratings)
        chances = self._intents(of_intents, ratings)
        topics = topic_head(of_topics)
        return [
            self._reading(sized[row], asked.encoded, row, vectors[row], feelings[row], chances[row], topics[row])
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
        topics: tuple[Sequence[Prediction], Sequence[str]],
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
                model_version=sized.version,
            )
        prediction, shares = feeling
        spam, toxicity = (float(chances[OUTPUTS.index(name)]) for name in (SPAM, TOXIC))
        return Reading(
            language=sized.language,
            sentiment=prediction,
            intents=self._intents.holding(chances),
            topics=topics[0],
            urgency=urgency(
                chances=dict(zip(OUTPUTS, chances.tolist(), strict=True)),
                negative=float(shares[0]),
                positive=float(shares[2]),
                rating=sized.given.rating,
                text=sized.cleaned.words,
                spam=spam,
            ),
            spam=spam,
            toxicity=toxicity,
            unsure=self._unsure(sized, prediction, chances, topics[1]),
            partly=bool(encoded.partly[row]),
            vector=vector,
            understood=True,
            why_not=None,
            model_version=sized.version,
        )

    def _unsure(self, sized: _Sized, sentiment: Prediction, chances: Vector, topics: Sequence[str]) -> frozenset[str]:
        """The answers that are guesses; `topics` are those that may as well hold as not."""
        guesses = {output_of(intent) for intent in self._intents.doubtful(chances)} | set(map(topic_output, topics))
        guesses |= set() if sure_of_language(sized.language) else {"language"}
        return frozenset(guesses | (set() if sure_of_sentiment(sentiment, sized.cleaned.spelled) else {"sentiment"}))


def _outputs(topics: TopicHead) -> tuple[str, ...]:
    return (*FEELINGS, *(output_of(name) for name in OUTPUTS), *(topic_output(name) for name in topics.names))


def _whole(given: TextInput) -> str:
    return f"{given.title}\n{given.text}" if given.title else given.text


def _without_wordless(vectors: Vector, cleaned: Sequence[Cleaned]) -> Vector:
    wordless = [row for row, each in enumerate(cleaned) if not each.has_words]
    vectors[wordless] = 0
    return vectors
