"""Several opinions of one text made one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from nlp.base import Vector


class Blend:
    """For each answer how much each opinion counts, and a shift; fitted so that the result is calibrated."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]], name: str) -> None:
        """Take `blend.<name>.weights` (opinions, answers) and `.shift` (answers,); KeyError where one is missing."""
        self._weights, self._shift = (
            np.asarray(arrays[f"blend.{name}.{part}"], np.float32) for part in ("weights", "shift")
        )

    @property
    def shape(self) -> tuple[int, int]:
        """How many opinions it takes, and how many answers each has."""
        opinions, answers = self._weights.shape
        return opinions, answers

    def __call__(self, opinions: Vector) -> Vector:
        """Logits (n, answers) from each opinion's logits (opinions, n, answers)."""
        blended: Vector = (opinions * self._weights[:, None]).sum(axis=0) + self._shift
        return blended
