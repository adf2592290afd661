"""Two opinions of one English text made one: the heads on the shared encoder, and the English network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from nlp.base import Vector


class Blend:
    """For each answer how much each opinion counts, and a shift; fitted so that the result is calibrated."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        """Take `blend.heads`, `blend.network` and `blend.shift`; raises KeyError where one is missing."""
        self._heads, self._network, self._shift = (
            np.asarray(arrays[f"blend.{part}"], np.float32) for part in ("heads", "network", "shift")
        )

    @property
    def answers(self) -> int:
        """How many answers both opinions have."""
        return len(self._shift)

    def __call__(self, heads: Vector, network: Vector) -> Vector:
        """Logits (n, answers) from the heads' calibrated logits and the network's, both (n, answers)."""
        blended: Vector = heads * self._heads + network * self._network + self._shift
        return blended
