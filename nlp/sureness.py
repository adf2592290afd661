"""What counts as a guess: the one place where a probability becomes sure or unsure.

A reading names its guesses as people's labels name what they correct: `sentiment`, `language`, `intent:bug_report`,
`topic:crashes`. An intent or a topic can be named that does not hold, where it was as near as nothing to holding.
"""

from __future__ import annotations

from nlp.base import Prediction
from nlp.words import count_words

_LANGUAGE = 0.8  # probability below which a language is a guess
_SENTIMENT = 0.5  # the same for a sentiment: no answer has as much as all others together
_SENTIMENT_OF_ONE_WORD = 0.6  # of held-out single words between one half and this, fewer than half were right
_NEAR = 0.05  # as near as this to its threshold, an answer may as well be the other one


def sure_of_language(language: Prediction) -> bool:
    """Whether a language is more than a guess; `und` never is."""
    return language.score >= _LANGUAGE


def sure_of_sentiment(sentiment: Prediction, text: str) -> bool:
    """Whether the sentiment of this cleaned text is more than a guess."""
    return sentiment.score >= (_SENTIMENT_OF_ONE_WORD if count_words(text) < 2 else _SENTIMENT)


def doubtful(chance: float, threshold: float) -> bool:
    """Whether something that holds from a threshold on may as well be the other way round."""
    return abs(chance - threshold) < _NEAR
