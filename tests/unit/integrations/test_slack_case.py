"""A card says who works on its post and how far the answer is, and offers what can be done now and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.base import CardCase, CardReply
from integrations.slack.blocks import payload
from service.testing.cards import post_card
from service.web.slack_preview import render

THEN = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
CASE = CardCase(case_id=12, state="new", door="api")
REPLY = CardReply(reply_id=7, state="draft", text="Thank you, we look into it.", by="Kim")
SENT = replace(REPLY, state="sent", url="https://lamps.example/9", may_edit=True, may_take_down=True)


def buttons(case: CardCase, **changes: object) -> list[str]:
    """The names of what the card offers besides ways out."""
    blocks: Any = payload(post_card(case=case, **changes), "key-1")["blocks"]
    found = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [element["action_id"] for element in found if not element["action_id"].startswith("open_")]


def words(case: CardCase, **changes: object) -> str:
    """The card as a reader sees it."""
    return render(payload(post_card(case=case, **changes), "key-1")).striptags()


@pytest.mark.parametrize(
    ("case", "offered"),
    [
        (CASE, ["case:claim", "reply:open", "case:more"]),
        (replace(CASE, state="claimed"), ["case:solve", "reply:open", "case:more"]),
        (replace(CASE, door="none"), ["case:claim", "case:more"]),
        (replace(CASE, state="solved"), ["case:reopen"]),
        (replace(CASE, state="dismissed"), ["case:reopen"]),
        (replace(CASE, state="claimed", reply=REPLY), ["case:solve", "reply:open", "reply:drop", "case:more"]),
        (
            replace(CASE, state="claimed", reply=replace(REPLY, approval_reasons=("first",))),
            ["case:solve", "reply:approve", "reply:send_back", "reply:open", "case:more"],
        ),
        (
            replace(CASE, state="claimed", reply=replace(REPLY, state="approved", send_after=THEN)),
            ["case:solve", "reply:undo", "case:more"],
        ),
        (replace(CASE, state="claimed", reply=replace(REPLY, state="sending")), ["case:solve", "case:more"]),
        (replace(CASE, state="claimed", reply=replace(REPLY, state="uncertain")), ["case:solve", "case:more"]),
        (
            replace(CASE, state="claimed", reply=replace(REPLY, state="failed")),
            ["case:solve", "reply:retry", "reply:open", "reply:drop", "case:more"],
        ),
        (
            replace(CASE, state="claimed", door="link", reply=replace(REPLY, state="manual")),
            ["case:solve", "reply:sent_by_hand", "case:more"],
        ),
        (replace(CASE, state="answered", reply=SENT), ["case:solve", "reply:edit", "reply:take_down", "case:more"]),
        (
            replace(CASE, state="answered", reply=replace(SENT, may_edit=False, may_take_down=False)),
            ["case:solve", "case:more"],
        ),
    ],
)
def test_what_is_offered_follows_from_the_state(case: CardCase, offered: list[str]) -> None:
    """Nothing that would be refused, and nothing twice."""
    assert buttons(case) == offered


def test_only_a_person_can_post_there() -> None:
    """The button says where; the words to paste are there whole."""
    case = replace(CASE, door="link")
    assert "Answer on Steam ↗" in words(case)
    text = "Line one.\n\n" + "word " * 300
    shown = json.dumps(payload(post_card(case=replace(case, reply=replace(REPLY, state="manual", text=text))), "k"))
    assert json.dumps(text.strip())[1:-1] in shown


def test_who_has_it_and_until_when_it_sleeps() -> None:
    """In one line."""
    shown = words(replace(CASE, state="claimed", assignee="Kim", snoozed_until=THEN, escalated=True))
    assert "In work with Kim · asleep until Nov 22, 2026 at 14:00 · shown to R&D" in shown
    assert "Wake up" in json.dumps(payload(post_card(case=replace(CASE, snoozed_until=THEN)), "k"))


def test_what_went_wrong_and_what_to_do() -> None:
    """A failed reply says both, a published one neither."""
    failed = replace(REPLY, state="failed", problem="The thread is locked.", what_to_do="Write to them elsewhere.")
    assert "🔴 The thread is locked. Write to them elsewhere." in words(replace(CASE, reply=failed))
    assert "🔴" not in words(replace(CASE, reply=replace(SENT, problem="old")))


def test_a_long_post_has_a_button_to_all_of_it() -> None:
    """And a short one has none."""
    assert "text:all" in buttons(CASE, text="word " * 2000)
    assert "text:all" not in buttons(CASE)


def test_a_removed_post_offers_only_to_close_its_case() -> None:
    """There is nobody to answer."""
    assert buttons(CASE, deleted=True) == ["case:dismiss"]


def test_without_a_listener_nothing_waits_for_a_click() -> None:
    """The state is told all the same."""
    shown = payload(post_card(case=replace(CASE, state="claimed", assignee="Kim")), "key-1", buttons=False)
    assert "In work" in json.dumps(shown)
    assert "button" not in json.dumps(shown)
    assert "overflow" not in json.dumps(shown)
