"""What the made-up Slack sends has the fields of what was recorded from the real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient

from service.testing.slack import People, Workspace
from tests.contract.slack.corpus import BUTTON, actions

ADA = "U0ADA00000"
COMMUNITY = "C0COMMUNITY"
# Of organisations with many workspaces, which ours is not in, and what Slack has given up since.
ELSEWHERE = {"enterprise_id", "enterprise_name", "authed_users", "authed_teams"}

pytestmark = pytest.mark.shared


@pytest.fixture
def recorded(shared_folder: Path) -> Path:
    """The folder of recorded payloads."""
    return shared_folder / "payloads" / "slack"


def lacks(ours: dict[str, Any], theirs: dict[str, Any]) -> set[str]:
    """The fields of theirs, also within their objects, that ours does not have."""
    missing = {name for name in theirs if name not in ours and name not in ELSEWHERE}
    for name, value in theirs.items():
        if isinstance(value, dict) and isinstance(ours.get(name), dict):
            missing |= {f"{name}.{inner}" for inner in lacks(ours[name], value)}
    return missing


def sent(workspace: Workspace, kind: str) -> dict[str, Any]:
    """The last event of this kind."""
    events = [d.payload for d in workspace.app.deliveries if d.payload.get("event", {}).get("type") == kind]
    return events[-1]


def load(file: Path) -> dict[str, Any]:
    """A recorded payload."""
    payload: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return payload


def test_events_have_the_recorded_fields(recorded: Path, workspace: Workspace, people: People) -> None:
    """Each kind that we listen to."""
    workspace.app.pauses = ()
    parent = people.say(ADA, COMMUNITY, "It crashes.").ts
    people.say(ADA, COMMUNITY, "<@U0EARFUL01> https://earful.example/posts/7", thread_ts=parent)
    people.react(ADA, parent, "eyes")
    people.uninstall()
    for kind, file in {
        "message": "events/bolt__message__message_body_1.json",
        "app_mention": "events/bolt__app__app_mention_event_body_1.json",
        "link_shared": "shape_logs/java_jsonlogs__LinkSharedPayload.json",
        "reaction_added": "shape_logs/java_jsonlogs__ReactionAddedPayload.json",
        "tokens_revoked": "shape_logs/java_jsonlogs__TokensRevokedPayload.json",
        "app_uninstalled": "shape_logs/java_jsonlogs__AppUninstalledPayload.json",
    }.items():
        assert lacks(sent(workspace, kind), load(recorded / file)) == set(), kind


def test_interactions_have_the_recorded_fields(
    recorded: Path, client: WebClient, workspace: Workspace, people: People
) -> None:
    """A click, a search in a menu, a command."""
    menu = {"type": "external_select", "action_id": "who"}
    button = {**BUTTON, "text": {"type": "plain_text", "text": "x"}}
    ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=[actions(button, menu)])["ts"]
    clicked = people.click(ADA, ts, "a").payload
    assert lacks(clicked, load(recorded / "interactions/bolt__authorize__block_actions_body_1.json")) == set()
    action = load(recorded / "interactions/bolt__authorize__block_actions_body_1.json")["actions"][0]
    assert lacks(clicked["actions"][0], action) == set()
    people.suggest(ADA, ts, "who", "ada")
    suggestion = load(recorded / "interactions/bolt__block_suggestion__body_1.json")
    del suggestion["view"], suggestion["container"]  # recorded in a view; ours is in a message
    assert lacks(workspace.app.deliveries[-1].payload, suggestion) == set()
    form = (recorded / "slash_commands/bolt__slash_command__slash_command_body_1.form.txt").read_text(encoding="utf-8")
    assert lacks(people.slash(ADA, COMMUNITY, "/earful help").payload, dict(parse_qs(form))) == set()
