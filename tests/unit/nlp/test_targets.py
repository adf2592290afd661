"""Which targets count as reached, and which nobody can tell."""

from __future__ import annotations

import pytest

from nlp.evaluation.scores import Value
from nlp.evaluation.tables import BY_CHANCE, CALIBRATION, OURS, Entry
from nlp.evaluation.targets import section


@pytest.mark.parametrize(
    ("error", "by_chance", "verdict"),
    [
        (0.04, 0.08, "| yes | 4.0 |"),
        (0.07, 0.02, "| **no** | 7.0 |"),
        (0.09, 0.08, "| **no** | 9.0 |"),
        (0.07, 0.08, "| too few texts | 7.0; true ones: 8.0 |"),
    ],
)
def test_a_calibration_that_chance_would_miss_is_not_called_missed(
    error: float, by_chance: float, verdict: str
) -> None:
    """Only where true probabilities would do no better on as few texts; and it is not called reached either."""
    values = {CALIBRATION: Value(error), BY_CHANCE: Value(by_chance)}
    told = section([Entry("calibration: question", OURS, 144, values)]).markdown
    assert verdict in told
    assert f"{int(verdict == '| yes | 4.0 |')} of 1 are reached" in told
