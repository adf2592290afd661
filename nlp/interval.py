"""How sure a share is that was counted on few."""

from __future__ import annotations

import math

_Z = 1.959964  # standard errors that hold the true value 95 times in a hundred


def wilson(right: int, of: int) -> tuple[float, float]:
    """The Wilson interval, from and to, that holds the true share 95 times in a hundred; 0 to 1 where `of` is 0."""
    if not of:
        return 0.0, 1.0
    share = right / of
    middle = (share + _Z * _Z / (2 * of)) / (1 + _Z * _Z / of)
    spread = math.sqrt(share * (1 - share) / of + _Z * _Z / (4 * of**2))
    half = _Z * spread / (1 + _Z * _Z / of)
    return max(0.0, middle - half), min(1.0, middle + half)
