"""The least value of a smooth function: L-BFGS, the textbook way, in plain numpy."""

from __future__ import annotations

import math
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
        gain, length = dot(slope, way), 1.0
        for _ in range(_HALVINGS):
            new_value, new_slope = function(here + length * way)
            if new_value <= value + 1e-4 * length * gain:
                break
            length /= 2
        else:
            break
        moved, turned = length * way, new_slope - slope
        if dot(moved, turned) > 1e-12:
            past.append((moved, turned))
        here, value, slope = here + moved, new_value, new_slope
    return here


def dot(one: Point, other: Point) -> float:
    """The product of two long vectors, on this thread alone.

    `@` would hand it to the threads of BLAS, who wait for each other for longer than the work takes, and where others
    work on the same cores a hundred times longer.
    """
    return float(np.einsum("i,i->", one, other))


def _downhill(slope: Point, past: deque[tuple[Point, Point]]) -> Point:
    way = slope.copy()
    shares = []
    for moved, turned in reversed(past):
        share = dot(moved, way) / dot(moved, turned)
        way -= share * turned
        shares.append(share)
    if past:
        moved, turned = past[-1]
        way *= dot(moved, turned) / dot(turned, turned)
    else:
        way /= max(math.sqrt(dot(slope, slope)), 1.0)
    for (moved, turned), share in zip(past, reversed(shares), strict=True):
        way += moved * (share - dot(turned, way) / dot(moved, turned))
    return way
