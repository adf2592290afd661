"""A few of the interleavings that `make interleavings` tries by the thousand; and that they find what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from service.testing.tools import make_tools
from tests.evidence.interleavings import run
from tests.evidence.model_platform import Broken


def test_whatever_comes_between_there_is_one_reply(database: Engine) -> None:
    """Clicks, kills and faults in any order: nothing is doubled, lost, unexplained or let out."""
    met = run(make_tools(database), range(30))
    assert met["end: sent"] > 5
    assert met["kills"] > 20
    assert {"end: failed", "end: draft", "told: Conflict"} <= set(met)


def test_an_impatient_outbox_is_found_out(database: Engine) -> None:
    """Whoever believes at once that a reply is not there sends it twice, and the model says so."""
    careless = replace(make_tools(database), certain_after=timedelta())
    with pytest.raises(Broken, match=r"seed \d+: .* (twice|beside|did not see|here, and there)"):
        run(careless, range(300))
