"""Slack's payloads as `Heard`, and `Heard` as JSON and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.slack.heard import from_json, to_json
from integrations.slack.reading import read

TEAM, ADA = "T0LANTERN1", "U0ADA00000"
SECRETS = ("very-secret-token", "https://hooks.slack.example/secret")


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    """What every interaction says."""
    return {
        "type": kind,
        "token": SECRETS[0],
        "response_url": SECRETS[1],
        "team": {"id": TEAM, "domain": "lantern"},
        "user": {"id": ADA, "team_id": TEAM},
        "trigger_id": "1.2.abc",
        **more,
    }


def state(**elements: Any) -> dict[str, Any]:
    """The state of a view, each element in a block of its own."""
    return {"values": {f"block of {name}": {name: element} for name, element in elements.items()}}


VIEW = {
    "id": "V0000000001",
    "type": "modal",
    "callback_id": "reply:publish",
    "hash": "1.x",
    "private_metadata": '{"case": 7}',
    "app_installed_team_id": TEAM,
}


def test_a_click_on_a_card() -> None:
    """Who, where, what; and what makes an action_id unique is left out."""
    heard = read(
        interaction(
            "block_actions",
            channel={"id": "C0COMMUNITY"},
            container={"type": "message", "message_ts": "5.1", "channel_id": "C0COMMUNITY"},
            message={"ts": "5.1", "thread_ts": "5.1", "text": "words"},
            actions=[{"type": "button", "action_id": "case:claim#2", "block_id": "b", "value": "12"}],
        )
    )
    assert (heard.kind, heard.name, heard.value) == ("action", "case:claim", "12")
    assert (heard.workspace, heard.user, heard.channel, heard.message_ts) == (TEAM, ADA, "C0COMMUNITY", "5.1")
    assert heard.thread_ts == "5.1"
    assert heard.text == ""


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": "some words"}, "some words"),
        ({"type": "plain_text_input", "value": None}, ""),
        ({"type": "static_select", "selected_option": {"value": "low"}}, "low"),
        ({"type": "static_select", "selected_option": None}, None),
        ({"type": "radio_buttons", "selected_option": {"value": "low"}}, "low"),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, ["a", "b"]),
        ({"type": "checkboxes", "selected_options": []}, []),
        ({"type": "users_select", "selected_user": ADA}, ADA),
        ({"type": "multi_users_select", "selected_users": [ADA]}, [ADA]),
        ({"type": "datepicker", "selected_date": "2026-03-20"}, "2026-03-20"),
        ({"type": "datepicker", "selected_date": None}, None),
        ({"type": "timepicker", "selected_time": "09:30"}, "09:30"),
        ({"type": "datetimepicker", "selected_date_time": 1_700_000_000}, "1700000000"),
        ({"type": "something_new"}, None),
    ],
)
def test_what_is_entered(element: dict[str, Any], value: str | list[str] | None) -> None:
    """By action_id; what is not chosen is absent, and the block is known in any case."""
    heard = read(interaction("view_submission", view={**VIEW, "state": state(**{"field#3": element})}))
    assert heard.values == ({} if value is None else {"field": value})
    assert heard.blocks == {"field": "block of field#3"}


def test_a_sent_modal() -> None:
    """Its name finds the handler, its metadata says what it is about."""
    heard = read(interaction("view_submission", view=VIEW))
    assert heard.view is not None
    assert (heard.kind, heard.name, heard.view.id, heard.view.hash) == ("submit", "reply:publish", VIEW["id"], "1.x")
    assert heard.view.metadata == {"case": 7}
    assert read(interaction("view_closed", view=VIEW)).kind == "close"


@pytest.mark.parametrize("kept", ["", "case 7", "[1]", '{"half', "null", "9" * 5000])
def test_metadata_that_is_no_object_is_empty(kept: str) -> None:
    """Whoever wrote it, it was not us."""
    view = read(interaction("view_submission", view={**VIEW, "private_metadata": kept})).view
    assert view is not None
    assert view.metadata == {}


def test_commands_shortcuts_and_events() -> None:
    """Each of them has what its handler needs."""
    form = {"command": "/earful", "text": "ana", "team_id": TEAM, "user_id": ADA, "channel_id": "C1", "trigger_id": "t"}
    command = read(form)
    assert (command.kind, command.name, command.text, command.user, command.channel) == (
        "command", "/earful", "ana", ADA, "C1",
    )  # fmt: skip
    message = {"ts": "7.1", "text": "it crashes", "user": "U0BEN00000"}
    on_message = read(interaction("message_action", callback_id="feedback:make", message=message, channel={"id": "C1"}))
    assert (on_message.kind, on_message.text, on_message.author) == ("message_shortcut", "it crashes", "U0BEN00000")
    assert read(interaction("shortcut", callback_id="x")).kind == "shortcut"

    def event(**inner: Any) -> dict[str, Any]:
        return {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": inner}

    assert read(event(type="app_home_opened", user=ADA, tab="home")).kind == "home"
    assert read(event(type="app_home_opened", user=ADA, tab="messages")).kind == "other"
    shared = read(
        event(type="link_shared", user=ADA, links=[{"url": "https://e.example/1"}], unfurl_id="u", source="s")
    )
    assert (shared.kind, shared.links, shared.unfurl_id, shared.source) == ("link", ("https://e.example/1",), "u", "s")
    assert read(event(type="message", user=ADA, text="hello")).text == "hello"
    assert read(event(type="message", subtype="message_changed")).kind == "other"
    assert read(event(type="app_mention", text="secret words")).text == ""


def test_the_workspace_is_the_one_where_the_app_is_installed() -> None:
    """In a shared channel the person may be of another."""
    shared = {"type": "event_callback", "team_id": "T0OTHER", "authorizations": [{"team_id": TEAM}], "event": {}}
    assert read(shared).workspace == TEAM
    assert read(interaction("block_actions", team=None)).workspace == TEAM


def test_the_same_thing_has_the_same_key() -> None:
    """However often Slack sends it; two different things have two."""
    once, again = interaction("block_actions", actions=[]), interaction("block_actions", actions=[])
    assert read(once).key == read(again).key
    assert read(once).key != read({**once, "trigger_id": "another"}).key
    assert read(once).key != read({**once, "team": {"id": "T0OTHER"}}).key
    closed = interaction("view_closed", view=VIEW, trigger_id=None)
    assert read(closed).key == read(json.loads(json.dumps(closed))).key != read({**closed, "view": {"id": "V2"}}).key


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    [
        *("type", "event", "event_id", "trigger_id", "team", "team_id", "user", "id", "view", "state", "values"),
        *("actions", "action_id", "value", "container", "channel", "message", "links", "authorizations"),
        *("selected_option", "selected_options", "selected_users", "private_metadata", "command"),
    ]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no finding
@given(
    st.dictionaries(_NAMES, _JSON | st.dictionaries(_NAMES, _JSON, max_size=4), max_size=8),
    st.sampled_from(["block_actions", "view_submission", "event_callback", "message_action", "something", None]),
)
def test_whatever_comes_is_read_and_kept(payload: dict[str, Any], kind: str | None) -> None:
    """Nothing raises, and JSON gives the same back."""
    heard = read({**payload, "type": kind} if kind else payload)
    assert from_json(json.loads(json.dumps(to_json(heard)))) == heard


def test_nothing_secret_is_kept() -> None:
    """Neither the token nor the address to answer at."""
    heard = read(interaction("block_actions", view=VIEW, actions=[{"action_id": "a", "value": "v"}]))
    assert not [secret for secret in SECRETS if secret in json.dumps(to_json(heard))]


@pytest.mark.shared
def test_recorded_payloads_are_read(shared_folder: Path) -> None:
    """Every recorded interaction and event, parts of them too, has a kind and is kept as it is read."""
    folder = shared_folder / "payloads" / "slack"
    kinds = set()
    for inside in ("interactions", "events"):
        for file in sorted((folder / inside).glob("*.json")):
            heard = read(json.loads(file.read_text(encoding="utf-8")))
            kinds.add(heard.kind)
            assert from_json(json.loads(json.dumps(to_json(heard)))) == heard, file.name
    assert {"action", "submit"} <= kinds
