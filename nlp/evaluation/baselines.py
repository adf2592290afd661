"""What the shipped models are held against: a word list, counted words, and encoders that nobody tuned.

Each is fitted on the set that it is judged on, so it knows which labels the set has and how its labellers think, which
the shipped models, one for all sets, do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nlp.base import NlpError, Sentiment, Vector
from nlp.evaluation.data import NOT_SAID
from nlp.evaluation.exams import Exam, Task
from nlp.evaluation.scores import Marks, one_hot

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion

VADER = "VADER"
WORDS = "TF-IDF + LR"
VECTOR = "frozen vector + LR"
MINILM = "frozen MiniLM + LR"

_LIBRARIES = {"sklearn": "scikit-learn", "vaderSentiment": "vaderSentiment"}

_ENGLISH = ("en", NOT_SAID)  # the one set that does not say its languages is mostly English
_VADER_SIDE = 0.05  # of its compound score: what its authors call positive and negative
_RARE = 2  # texts that a feature must be in, where there are enough texts
_FEW = 1000  # texts below which a feature of one text counts too
_MOST_PIECES = 200_000  # of words, the commonest
_ROUNDS = 1000  # of fitting; it ends by itself before
_MOST_WORDS, _MOST_VECTORS, _MOST_SLOW_VECTORS = 15_000, 10_000, 5_000  # training texts of a set


class BaselinesMissing(NlpError):
    """A library that baselines need is not installed; says what to do."""


class Baseline(Protocol):
    """One way to answer an exam."""

    def fit(self, texts: Sequence[str], labels: Marks) -> None:
        """Learn from these; `labels` has a row for each text."""

    def predict(self, texts: Sequence[str]) -> Marks:
        """What holds for each text, in the order of the labels that it was fitted on."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A baseline, where it may take part, and what it is fitted on."""

    name: str
    make: Callable[[Exam], Baseline]
    most: int  # training texts of a set that it is fitted on, for each language apart
    english: bool = False  # knows no other language
    sentiment: bool = False  # answers nothing else

    def takes(self, exam: Exam, language: str) -> bool:
        """Whether it can answer this."""
        return (not self.english or language in _ENGLISH) and (not self.sentiment or exam.task is Task.SENTIMENT)


def contenders(vectors: Callable[[Sequence[str]], Vector]) -> list[Contender]:
    """The baselines that need nothing but the extra; `vectors` are the shipped encoder's.

    Raises:
        BaselinesMissing: a library is not installed; asked before the work begins, not after minutes.
    """
    for module, package in _LIBRARIES.items():
        if find_spec(module) is None:
            raise BaselinesMissing(
                f"{package} is not installed, which the baselines need. Run: pip install 'earful[evaluation]', "
                "or leave them out: --without-baselines."
            )
    return [
        Contender(VADER, lambda _: Vader(), 0, english=True, sentiment=True),
        Contender(WORDS, lambda exam: Words(exclusive=exam.exclusive), _MOST_WORDS),
        Contender(VECTOR, lambda exam: Vectors(vectors, exclusive=exam.exclusive), _MOST_VECTORS),
    ]


def untuned_minilm(vectors: Callable[[Sequence[str]], Vector]) -> Contender:
    """A well-known English encoder as it is; `vectors` are its own."""
    return Contender(MINILM, lambda exam: Vectors(vectors, exclusive=exam.exclusive), _MOST_SLOW_VECTORS, english=True)


class Vader:
    """A list of English words with feelings, and rules; nothing is fitted."""

    def __init__(self) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._rules = SentimentIntensityAnalyzer()

    def fit(self, texts: Sequence[str], labels: Marks) -> None:
        """Nothing to learn."""

    def predict(self, texts: Sequence[str]) -> Marks:
        """Negative, neutral and positive."""
        scores = [float(self._rules.polarity_scores(text)["compound"]) for text in texts]
        return one_hot(map(_side, scores), (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE))


class Words:
    """Words, pairs of words, and pieces of 2 to 5 characters, weighed by rarity; logistic regression on top."""

    def __init__(self, *, exclusive: bool) -> None:
        self._exclusive = exclusive

    def fit(self, texts: Sequence[str], labels: Marks) -> None:
        """Count and fit."""
        self._features = counter(_RARE if len(texts) >= _FEW else 1)
        self._regression = _Regression(exclusive=self._exclusive)
        self._regression.fit(self._features.fit_transform(texts), labels)

    def predict(self, texts: Sequence[str]) -> Marks:
        """What the counted words say."""
        return self._regression.predict(self._features.transform(texts))


class Vectors:
    """An encoder's vectors, with a logistic regression on top."""

    def __init__(self, vectors: Callable[[Sequence[str]], Vector], *, exclusive: bool) -> None:
        self._vectors = vectors
        self._regression = _Regression(exclusive=exclusive)

    def fit(self, texts: Sequence[str], labels: Marks) -> None:
        """Encode and fit."""
        self._regression.fit(self._vectors(texts), labels)

    def predict(self, texts: Sequence[str]) -> Marks:
        """What the vectors say."""
        return self._regression.predict(self._vectors(texts))


class _Regression:
    """Logistic regression on any features: one for labels that exclude each other, else one for each label."""

    def __init__(self, *, exclusive: bool) -> None:
        self._exclusive = exclusive

    def fit(self, features: Any, labels: Marks) -> None:
        """Every label weighs the same, however rare it is."""
        self._width = labels.shape[1]
        targets = [labels.argmax(axis=1)] if self._exclusive else list(labels.T.astype(np.int64))
        self._fitted = [_fitted(features, target) for target in targets]

    def predict(self, features: Any) -> Marks:
        """Marks for each row."""
        told = [each if isinstance(each, int) else each.predict(features) for each in self._fitted]
        columns = [np.broadcast_to(each, features.shape[0]) for each in told]
        marks: Marks = np.stack(columns, axis=1)
        if self._exclusive:  # one column, with the label's number
            marks = marks == np.arange(self._width)
        return marks.astype(np.bool_)


def _fitted(features: Any, target: Any) -> Any:
    """A regression, or the one answer where there is no other."""
    from sklearn.linear_model import LogisticRegression

    if len(set(target.tolist())) == 1:
        return int(target[0])
    return LogisticRegression(class_weight="balanced", max_iter=_ROUNDS).fit(features, target)


def counter(rare: int) -> FeatureUnion:
    """Counts words, pairs of words and pieces of words that are in `rare` texts or more; rare ones weigh more."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    return make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=rare, sublinear_tf=True, dtype=np.float32),
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 5),
            min_df=rare,
            max_features=_MOST_PIECES,
            sublinear_tf=True,
            dtype=np.float32,
        ),
    )


def _side(score: float) -> str:
    if abs(score) < _VADER_SIDE:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if score > 0 else Sentiment.NEGATIVE
