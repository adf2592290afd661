"""What people do in the made-up Slack reaches an app of slack-bolt's through both doors, and its answers reach them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt import Ack, Respond
from slack_bolt import App as Bolt
from slack_sdk import WebClient

from service.testing.slack import CannotDo, People, Workspace

ADA, BEN = "U0ADA00000", "U0BEN00000"
COMMUNITY = "C0COMMUNITY"


def plain(text: str) -> dict[str, Any]:
    """Plain text."""
    return {"type": "plain_text", "text": text}


def button(action_id: str, **more: object) -> dict[str, Any]:
    """A button."""
    return {"type": "button", "action_id": action_id, "text": plain("Press"), "value": "42", **more}


CARD = [{"type": "actions", "block_id": "row", "elements": [button("claim", style="primary")]}]
OPTIONS = [{"text": plain(word.title()), "value": word} for word in ("low", "high")]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "reply",
    "private_metadata": "case 7",
    "notify_on_close": True,
    "title": plain("Reply"),
    "submit": plain("Send"),
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": plain("Words"),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 100},
        },
        {
            "type": "input",
            "block_id": "care",
            "label": plain("Urgency"),
            "optional": True,
            "element": {"type": "static_select", "action_id": "level", "options": OPTIONS},
        },
    ],
}


def test_a_click_opens_a_modal_and_a_submission_closes_it(
    workspace: Workspace, client: WebClient, people: People, connected: Bolt
) -> None:
    """The whole way: a card, a click, a modal, its values, and the card changed in place."""
    seen: list[dict[str, Any]] = []

    @connected.action("claim")
    def claim(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        seen.append(body)
        ack()

    @connected.view("reply")
    def reply(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    ts = client.chat_postMessage(channel=COMMUNITY, text="card", blocks=CARD)["ts"]
    clicked = people.click(ADA, ts, "claim")
    assert clicked.acknowledged
    assert clicked.seconds < 1
    assert seen[0]["actions"][0].items() >= {"action_id": "claim", "block_id": "row", "value": "42"}.items()
    assert seen[0]["container"]["message_ts"] == seen[0]["message"]["ts"] == ts
    modal = workspace.modal(ADA)
    assert modal is not None
    submitted = people.submit(ADA, modal.id, {"words": {"text": "We are on it."}, "care": {"level": "high"}})
    assert submitted.acknowledged
    values = seen[1]["view"]["state"]["values"]
    assert values["words"]["text"] == {"type": "plain_text_input", "value": "We are on it."}
    assert values["care"]["level"]["selected_option"] == OPTIONS[1]
    assert seen[1]["view"]["private_metadata"] == "case 7"
    assert workspace.modal(ADA) is None


def test_errors_stand_under_the_inputs_until_they_are_right(
    workspace: Workspace, people: People, connected: Bolt
) -> None:
    """A submission that is refused leaves the modal open with what was entered; a wrong key is trouble."""
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"words": "Too short."}},
        {"response_action": "errors", "errors": {"text": "This names the action, not the block."}},
        {"response_action": "push", "view": {**MODAL, "title": plain("Sure?")}},
    ]
    connected.view("reply")(lambda ack: ack(**answers.pop(0)))
    opened = open_modal(workspace, people, connected)
    people.submit(ADA, opened, {"words": {"text": "Hm."}})
    view = workspace.modal(ADA)
    assert view is not None
    assert view.errors == {"words": "Too short."}
    assert "trouble" in people.submit(ADA, opened, {}).trouble
    people.submit(ADA, opened, {})  # what was entered is still there
    assert [view.payload["title"]["text"] for view in workspace.modals[ADA]] == ["Reply", "Sure?"]


def test_what_is_closed_is_told_where_the_view_asks(workspace: Workspace, people: People, connected: Bolt) -> None:
    """A view_closed with what was entered, and then the view is no longer there to be changed."""
    closed: list[dict[str, Any]] = []

    @connected.view_closed("reply")
    def note(ack: Ack, body: dict[str, Any]) -> None:
        closed.append(body)
        ack()

    opened = open_modal(workspace, people, connected)
    assert people.close(ADA, opened) is not None
    assert closed[0]["is_cleared"] is False
    assert closed[0]["view"]["id"] == opened
    with pytest.raises(CannotDo):
        people.close(ADA, opened)


def test_a_command_is_answered_to_one_person(workspace: Workspace, people: People, connected: Bolt) -> None:
    """In the acknowledgement, or later at the response_url."""

    @connected.command("/earful")
    def command(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
        ack(f"You said {body['text']}.")
        respond(text="And more.", response_type="in_channel")

    delivery = people.slash(ADA, COMMUNITY, "/earful mute 3 days")
    assert delivery.acknowledged
    assert [message["text"] for message in workspace.seen_by(ADA)] == ["You said mute 3 days."]
    assert workspace.seen_by(BEN) == []


def open_modal(workspace: Workspace, people: People, bolt: Bolt) -> str:
    """Let the app open MODAL on a shortcut; the view's id."""

    @bolt.shortcut("begin")
    def begin(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        ack()

    assert people.shortcut(ADA, "begin").acknowledged
    view = workspace.modal(ADA)
    assert view is not None
    return view.id
