"""Fits the vector space: what all texts share and what tells languages apart is taken out of the encoder's vectors.

Raw sentence vectors are dominated by a few common directions, so that unrelated posts look alike and the same
complaint in two languages looks different. We take out the mean, project away the directions along which the means of
parallel texts in different languages differ, and shrink the strongest of the remaining directions (half-way whitening).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.base import Vector

_LANGUAGE_DIRECTIONS = 8
_SHRINKING = 0.5  # 0 leaves the spread as it is, 1 whitens fully
_FLOOR = 300  # spread of this direction, times 0.3, keeps noise from being blown up


def fit_space(vectors: Vector, parallel: Sequence[Vector]) -> tuple[Vector, Vector]:
    """Mean (512,) and matrix (512, 512), from unit vectors of many texts and of the same texts in several languages.

    A vector's place is `(vector - mean) @ matrix`, brought to unit length.
    """
    mean = vectors.mean(0)
    means = np.stack([each.mean(0) for each in parallel])
    _, _, directions = np.linalg.svd(means - means.mean(0), full_matrices=False)
    aside = directions[:_LANGUAGE_DIRECTIONS]
    keep = np.eye(len(mean), dtype=np.float32) - aside.T @ aside
    spread, axes = np.linalg.eigh(np.cov(((vectors - mean) @ keep).T))
    spread, axes = np.maximum(spread[::-1], 0), axes[:, ::-1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(len(mean))])  # or which way they point is a toss
    scaled = axes * (spread + 0.3 * spread[_FLOOR]) ** (-_SHRINKING / 2)
    matrix = keep @ scaled
    return mean.astype(np.float32), (matrix / np.abs(matrix).max()).astype(np.float32)


def place(vectors: Vector, space: tuple[Vector, Vector]) -> Vector:
    """The vectors' places in the space, of unit length; the graph does the same."""
    mean, matrix = space
    moved = (vectors - mean) @ matrix
    placed: Vector = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return placed
