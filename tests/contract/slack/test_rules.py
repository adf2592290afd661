"""Our rules and Slack's own types agree on what Slack takes; where the types know no limit, our rules do."""

from __future__ import annotations

import pytest

from integrations.slack.blocks import payload
from service.testing.cards import ISSUE_CARD, POST_CARD, post_card
from service.testing.slack.rules import validate_message, validate_options, validate_unfurls, validate_view
from tests import slack_types
from tests.contract.slack.corpus import BAD_VIEWS, IN_MESSAGES, UNKNOWN_TO_TYPES, VIEWS, home, modal, option, plain
from tests.unit.integrations.test_slack_rules import GOOD

CARDS = {
    "post card": payload(POST_CARD, "k"),
    "gone post": payload(post_card(deleted=True), "k"),
    "issue card": payload(ISSUE_CARD, "k"),
    "links alone": payload(POST_CARD, "k", buttons=False),
}


@pytest.mark.parametrize("name", IN_MESSAGES)
def test_every_kind_of_block_passes(name: str) -> None:
    """Each block and element that we may need."""
    assert validate_message({"text": "x", "blocks": [IN_MESSAGES[name]]}) == []


@pytest.mark.parametrize("name", VIEWS)
def test_views_of_every_kind_of_block_pass(name: str) -> None:
    """Modals and homes."""
    assert validate_view(VIEWS[name]) == []


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_what_is_wrong_with_a_view_is_named_with_its_place(name: str) -> None:
    """Each mistake gives one line, which points at it."""
    view, place = BAD_VIEWS[name]
    [line] = validate_view(view)
    assert line.startswith("[ERROR] ")
    assert line.endswith(f"[json-pointer:{place}]")


def test_a_large_view_is_refused() -> None:
    """A view has an end too, though each of its blocks is fine."""
    texts = [{"type": "section", "text": plain("x" * 3000)}] * 90
    [line] = validate_view(home(*texts))
    assert "view_too_large" in line


def test_unfurls_are_blocks_by_address() -> None:
    """What is wrong in one is pointed at through its address."""
    good = {"https://earful.example/posts/7": {"blocks": [IN_MESSAGES["section"]]}}
    assert validate_unfurls(good) == []
    [line] = validate_unfurls({"https://earful.example/a": {"blocks": [{"type": "shout"}]}})
    assert line.endswith("[json-pointer:/unfurls/https:~1~1earful.example~1a/blocks/0/type]")
    assert validate_unfurls({"earful.example": {"blocks": []}})
    assert validate_unfurls([])


def test_suggested_options_may_be_none_at_all() -> None:
    """But they are there, in a list or in groups."""
    assert validate_options({"options": []}) == []
    assert validate_options({"option_groups": [{"label": plain(), "options": [option("x")]}]}) == []
    assert validate_options({"options": [{"text": plain()}]})
    assert validate_options({})
    assert validate_options({"options": [], "more": 1})


@pytest.fixture(scope="module")
def second_opinion() -> dict[str, list[str]]:
    """What Slack's types say of all that we have here: one run of the compiler."""
    ours = {name: card["blocks"] for name, card in CARDS.items()}
    good = {f"good {name}": [block] for name, block in {**GOOD, **IN_MESSAGES}.items()}
    bad = {f"bad {name}": [block] for name, block in UNKNOWN_TO_TYPES.items()}
    bad_views = {"bad view": modal(colour="red"), "bad home": {**home(), "title": plain()}}
    try:
        return slack_types.judge({**ours, **good, **bad}, {**VIEWS, **bad_views})
    except slack_types.Unavailable as error:
        pytest.skip(f"Slack's types cannot be asked: {error}")


def test_slacks_types_take_what_our_rules_take(second_opinion: dict[str, list[str]]) -> None:
    """Cards, blocks and views."""
    assert {name: said for name, said in second_opinion.items() if not name.startswith("bad ")} == {}


def test_slacks_types_refuse_what_they_should(second_opinion: dict[str, list[str]]) -> None:
    """The second opinion is one: it finds unknown blocks, fields and kinds, and our rules find the same."""
    expected = {*(f"bad {name}" for name in UNKNOWN_TO_TYPES), "bad view", "bad home"}
    assert {name for name in second_opinion if name.startswith("bad ")} == expected
    for name, block in UNKNOWN_TO_TYPES.items():
        assert validate_message({"text": "x", "blocks": [block]}), name
