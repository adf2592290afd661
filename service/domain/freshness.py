"""When a source's silence is unusual, learnt from its own rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

ENOUGH = 30  # silences between posts; with less, nothing is usual yet
LOOKED_AT = 500  # the newest posts, from which the rhythm is learnt
_USUAL = 0.99  # the share of silences that are shorter than the one that we call long
_GRACE = 2.0  # a busy source has long silences of its own each week: only twice as long is worth a word
_SHORTEST = timedelta(hours=1)


def usual_quiet(times: Sequence[datetime]) -> timedelta | None:
    """The longest silence that is still usual, by when the last posts were written (in any order).

    Twice the 99th percentile of the silences between them, at least an hour. None below 30 silences.
    """
    ordered = sorted(times)
    silences = sorted(later - earlier for earlier, later in pairwise(ordered))
    if len(silences) < ENOUGH:
        return None
    return max(silences[ceil(_USUAL * len(silences)) - 1] * _GRACE, _SHORTEST)


def quiet_since(times: Sequence[datetime], *, now: datetime) -> datetime | None:
    """When the source fell silent, where it is silent for longer than is usual; None where all is as ever."""
    usual = usual_quiet(times)
    if usual is None:
        return None
    newest = max(times)
    return newest if now - newest > usual else None


def in_words(hours: float) -> str:
    """What is usual, in a sentence."""
    length = f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
    return f"It is seldom quiet for longer than {'an hour' if hours <= 1 else length}."
