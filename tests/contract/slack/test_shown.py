"""Everything that we show in Slack is what Slack takes, whatever strangers write."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from integrations.slack.views import feedback
from service.testing.slack.rules import validate_view
from tests import slack_types
from tests.evidence.cards import EVERY, Shown, problem_of

_CASES = 25
_ASKED = 4  # of each, for the second opinion


@pytest.mark.parametrize("shown", EVERY, ids=lambda shown: shown.name)
def test_slack_takes_whatever_stands_in_it(shown: Shown) -> None:
    """A few cases of each; `make fuzz-cards` tries as many as one likes."""
    seeds = [f"{shown.name} test {number}" for number in range(_CASES)]
    assert {seed: problem for seed in seeds if (problem := problem_of(shown, seed)) is not None} == {}


def test_slacks_types_take_it_too() -> None:
    """One run of the compiler over a few cases of each."""
    made = {
        f"{shown.name} {number}": (shown, shown.show(Random(f"{shown.name} types {number}")))
        for shown in EVERY
        for number in range(_ASKED)
    }
    views = {name: payload for name, (shown, payload) in made.items() if shown.problems is validate_view}
    blocks = {name: payload["blocks"] for name, (_, payload) in made.items() if name not in views}
    try:
        assert slack_types.judge(blocks, views) == {}
    except slack_types.Unavailable as error:
        pytest.skip(f"Slack's types cannot be asked: {error}")


def test_more_than_a_hundred_choices_stand_in_groups() -> None:
    """Slack takes a hundred in a list; a group is named after its ends, and a view holds the longest that there are."""
    form: Any = feedback.form("It broke.", [f"Product {number:03}" for number in range(150)], {})
    assert validate_view(form) == []
    groups = form["blocks"][1]["element"]["option_groups"]
    assert [(group["label"]["text"], len(group["options"])) for group in groups] == [
        ("Product 000 … Product 099", 100),
        ("Product 100 … Product 149", 50),
    ]
    longest = feedback.form("It broke.", [f"{number:03}{'長' * 72}" for number in range(1000)], {})
    assert validate_view(longest) == []
    assert len(json.dumps(longest)) < 250_000
    try:
        assert slack_types.judge({}, {"many": form}) == {}
    except slack_types.Unavailable as error:
        pytest.skip(f"Slack's types cannot be asked: {error}")
