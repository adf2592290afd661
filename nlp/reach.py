"""Which texts the models may speak about: the languages they were found to work in, and texts that say something."""

from __future__ import annotations

from nlp.base import Prediction
from nlp.clean import Cleaned
from nlp.sureness import sure_of_language
from nlp.words import UNPARTED

# Languages with a held-out score for sentiment in docs/models/evaluation.md, and their close relatives.
_LISTED = (
    "ar bg bs ca da de en es fa fr gl ha hi hr id ig it ja ko ms nl no pcm pl pt ro ru sk sl sq sr sv sw th tr uk vi yo"
    " zh"
)
IN_REACH = frozenset(_LISTED.split())

_TOO_STRANGE = 0.5  # share of pieces that the vocabulary does not have


def why_not_understood(cleaned: Cleaned, language: Prediction, unknown: float, rating: float | None) -> str | None:
    """Why the models should not be asked about this text, in words; None where they may."""
    if not cleaned.spelled or not any(character.isalnum() for character in cleaned.spelled):
        return None if rating is not None else "There are no words in it."
    if rating is None and len(cleaned.spelled) == 1 and not UNPARTED.match(cleaned.spelled):
        return "It is a single letter or digit."
    if unknown > _TOO_STRANGE:
        return "Most of its signs are not in the model's vocabulary."
    if language.label not in IN_REACH and sure_of_language(language):  # a guess about the language silences nobody
        return f"The models were not tested in its language ({language.label})."
    return None
