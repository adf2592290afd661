"""The least value of a smooth function: L-BFGS, the textbook way, in plain numpy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Point: TypeAlias = npt.NDArray[np.float64]
Slope: TypeAlias = Callable[[Point], tuple[float, Point]]

_REMEMBERED = 8
_HALVINGS = 25


def minimise(function: Slope, start: Point, *, steps: int = 60, precision: float = 1e-2) -> Point:
    """Where `function` (value and gradient) is least, for a convex one; stops early when the gradient is small."""
    here = start
    value, slope = function(here)
    past: deque[tuple[Point, Point]] = deque(maxlen=_REMEMBERED)
    for _ in range(steps):
        if np.abs(slope).max(initial=0.0) < precision:
            break
        way = -_downhill(slope, past)
        gain, length = float(slope @ way), 1.0
        for _ in range(_HALVINGS):
            new_value, new_slope = function(here + length * way)
            if new_value <= value + 1e-4 * length * gain:
                break
            length /= 2
        else:
            break
        moved, turned = length * way, new_slope - slope
        if moved @ turned > 1e-12:
            past.append((moved, turned))
        here, value, slope = here + moved, new_value, new_slope
    return here


def _downhill(slope: Point, past: deque[tuple[Point, Point]]) -> Point:
    way = slope.copy()
    shares = []
    for moved, turned in reversed(past):
        share = float(moved @ way) / float(moved @ turned)
        way -= share * turned
        shares.append(share)
    if past:
        moved, turned = past[-1]
        way *= float(moved @ turned) / float(turned @ turned)
    else:
        way /= max(float(np.linalg.norm(slope)), 1.0)
    for (moved, turned), share in zip(past, reversed(shares), strict=True):
        way += moved * (share - float(turned @ way) / float(moved @ turned))
    return way
