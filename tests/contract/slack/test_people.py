"""What people do in the made-up Slack reaches an app of slack-bolt's through both doors, and its answers reach them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, Respond
from slack_bolt import App as Bolt
from slack_sdk import WebClient

from service.testing.slack import CannotDo, People, View, Workspace, methods, stack
from service.testing.slack.messages import checked_view
from tests.contract.slack.answering import answering
from tests.contract.slack.corpus import (
    BUTTON,
    ELEMENTS,
    IN_MESSAGES,
    INPUTS,
    actions,
    asked,
    home,
    modal,
    option,
    plain,
)

ADA, BEN = "U0ADA00000", "U0BEN00000"
COMMUNITY = "C0COMMUNITY"


CARD = [{**actions({**BUTTON, "action_id": "claim"}), "block_id": "row"}]
OPTIONS = [option("low"), option("high")]
MODAL = modal(
    asked({"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 100}, block_id="words"),
    asked({"type": "static_select", "action_id": "level", "options": OPTIONS}, block_id="care", optional=True),
    title=plain("Reply"),
    callback_id="reply",
    private_metadata="case 7",
    notify_on_close=True,
)


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
    assert seen[0]["actions"][0].items() >= {"action_id": "claim", "block_id": "row", "value": "v"}.items()
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


def test_modals_close_one_by_one_or_all_at_once(workspace: Workspace, people: People) -> None:
    """A submission closes its own; a cancelled one all, if it says so."""
    for view in (MODAL, {**MODAL, "clear_on_close": True}, {**MODAL, "clear_on_close": True}):
        stack.open_modal(workspace, ADA, checked_view(view, "modal"))
    with answering([200]) as server:
        workspace.app.http.url = server.url
        people.submit(ADA, workspace.modals[ADA][-1].id, {"words": {"text": "x"}})
        assert len(workspace.modals[ADA]) == 2
        people.close(ADA, workspace.modals[ADA][-1].id)
    assert workspace.modals[ADA] == []


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


def test_what_is_said_is_heard_as_events(workspace: Workspace, people: People, connected: Bolt) -> None:
    """Messages where the app is, mentions, reactions, links to our pages, and a home that is opened."""
    heard: list[tuple[str, str]] = []
    workspace.app.events -= {"app_uninstalled"}  # what an app does not listen to it does not acknowledge
    for kind in ("message", "app_mention", "reaction_added", "link_shared", "app_home_opened", "tokens_revoked"):
        connected.event(kind)(lambda event: heard.append((event["type"], event.get("text", ""))))
    parent = people.say(ADA, COMMUNITY, "Look at https://earful.example/posts/7")
    people.say(BEN, COMMUNITY, "<@U0EARFUL01> what is it?", thread_ts=parent.ts)
    people.say(BEN, "C0ELSEWHERE", "The app is not here.")
    people.react(ADA, parent.ts, "eyes")
    people.open_home(ADA)
    people.uninstall()
    until(lambda: len(heard) == 7)
    assert sorted(heard) == [
        ("app_home_opened", ""),
        ("app_mention", "<@U0EARFUL01> what is it?"),
        ("link_shared", ""),
        ("message", "<@U0EARFUL01> what is it?"),
        ("message", "Look at https://earful.example/posts/7"),
        ("reaction_added", ""),
        ("tokens_revoked", ""),
    ]


def test_nothing_is_heard_without_leave(workspace: Workspace, people: People) -> None:
    """Neither what the app did not subscribe to, nor what its scopes do not cover."""
    workspace.scopes = workspace.scopes.replace("channels:history,", "")
    assert people.say(ADA, COMMUNITY, "Hello.").deliveries == []
    workspace.app.events -= {"app_home_opened"}
    assert people.open_home(ADA) == []


def test_a_home_can_be_used(workspace: Workspace, client: WebClient, people: People, connected: Bolt) -> None:
    """The app publishes it when somebody opens it; a click there names the view."""
    clicked: list[dict[str, Any]] = []

    @connected.event("app_home_opened")
    def publish(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view=home(*CARD))

    @connected.action("claim")
    def claim(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        clicked.append(body)

    people.open_home(ADA)
    until(lambda: workspace.homes)
    people.click(ADA, workspace.homes[ADA].id, "claim")
    until(lambda: clicked)
    assert clicked[0]["container"] == {"type": "view", "view_id": workspace.homes[ADA].id}
    assert clicked[0]["view"]["type"] == "home"


def test_options_are_suggested_by_the_app(workspace: Workspace, people: People, connected: Bolt) -> None:
    """While somebody types; only what was offered can be picked."""
    connected.options("who")(lambda ack: ack(options=[option("ada"), option("adam")]))
    menu = asked({"type": "external_select", "action_id": "who", "min_query_length": 2}, block_id="person")
    opened = open_modal(workspace, people, connected, modal(menu))
    with pytest.raises(CannotDo):
        people.suggest(ADA, opened, "who", "a")
    assert people.suggest(ADA, opened, "who", "ad") == ["ada", "adam"]
    with pytest.raises(CannotDo):
        people.submit(ADA, opened, {"person": {"who": "ben"}})
    submitted = people.submit(ADA, opened, {"person": {"who": "adam"}})
    state = submitted.payload["view"]["state"]["values"]["person"]["who"]
    assert state["selected_option"] == option("adam")


def test_options_that_slack_refuses_are_not_offered(workspace: Workspace, client: WebClient, people: People) -> None:
    """The person is told of trouble."""
    menu = actions({"type": "external_select", "action_id": "who", "min_query_length": 1})
    ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=[menu])["ts"]
    with answering([200], body=json.dumps({"options": [option("x" * 151)]})) as server:
        workspace.app.http.url = server.url
        assert people.suggest(ADA, ts, "who", "a") == []
    assert "trouble" in workspace.app.deliveries[-1].trouble


def test_a_shortcut_of_a_message_brings_the_message(workspace: Workspace, people: People, connected: Bolt) -> None:
    """Also one that somebody else wrote."""
    heard: list[dict[str, Any]] = []

    @connected.shortcut("note")
    def note(ack: Ack, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    workspace.app.events = frozenset()
    ts = people.say(BEN, COMMUNITY, "It crashes.").ts
    assert people.message_shortcut(ADA, ts, "note").acknowledged
    assert heard[0]["message"]["text"] == "It crashes."
    assert heard[0]["user"]["id"] == ADA


PICKED: dict[str, tuple[object, dict[str, object]]] = {
    "static_select": ("high", {"selected_option": ELEMENTS["static_select"]["options"][1]}),
    "grouped": ("low", {"selected_option": ELEMENTS["static_select"]["options"][0]}),
    "multi_static_select": (["low"], {"selected_options": ELEMENTS["static_select"]["options"][:1]}),
    "users_select": (BEN, {"selected_user": BEN}),
    "multi_users_select": ([ADA, BEN], {"selected_users": [ADA, BEN]}),
    "channels_select": (COMMUNITY, {"selected_channel": COMMUNITY}),
    "conversations_select": (COMMUNITY, {"selected_conversation": COMMUNITY}),
    "radio_buttons": ("low", {"selected_option": ELEMENTS["static_select"]["options"][0]}),
    "checkboxes": ([], {"selected_options": []}),
    "datepicker": ("2026-12-01", {"selected_date": "2026-12-01"}),
    "timepicker": ("09:15", {"selected_time": "09:15"}),
    "datetimepicker": (1_800_000_000, {"selected_date_time": 1_800_000_000}),
    "plain_text_input": ("two\nlines", {"value": "two\nlines"}),
    "email_text_input": ("c@d.example", {"value": "c@d.example"}),
    "url_text_input": ("https://y.example", {"value": "https://y.example"}),
    "number_input": ("7", {"value": "7"}),
}
NOT_PICKED: dict[str, object] = {
    "static_select": "middle",
    "multi_static_select": ["low", "high", "low"],
    "multi_users_select": ADA,
    "users_select": "ada",
    "radio_buttons": "middle",
    "checkboxes": ["w"],
    "datepicker": "tomorrow",
    "timepicker": "25:00",
    "datetimepicker": "noon",
    "plain_text_input": "x" * 3001,
    "email_text_input": 7,
    "number_input": "10",
    "rich_text_input": 7,
}


@pytest.mark.parametrize("name", PICKED)
def test_everything_can_be_picked_and_is_told(client: WebClient, people: People, name: str) -> None:
    """At once in a message: in the action, and in the state beside what the other inputs began with."""
    value, told = PICKED[name]
    block = asked({**INPUTS[name], "action_id": "it"}, block_id="here", dispatch_action=True)
    other = asked({**INPUTS["timepicker"], "action_id": "other"}, block_id="there")
    ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=[block, other])["ts"]
    payload = people.select(ADA, ts, "it", value).payload
    assert payload["actions"][0].items() >= told.items()
    assert payload["state"]["values"]["here"]["it"] == {"type": INPUTS[name]["type"], **told}
    assert payload["state"]["values"]["there"]["other"]["selected_time"] == "17:30"


@pytest.mark.parametrize("name", NOT_PICKED)
def test_what_nobody_could_enter_is_refused(client: WebClient, people: People, name: str) -> None:
    """A test that does what no person can would prove nothing."""
    block = asked({**INPUTS[name], "action_id": "it"}, dispatch_action=True)
    ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=[block])["ts"]
    with pytest.raises(CannotDo):
        people.select(ADA, ts, "it", NOT_PICKED[name])


def test_buttons_of_every_kind_can_be_pressed(client: WebClient, people: People) -> None:
    """Overflow menus are picked from; a button of the same name in another block has to be told apart."""
    rows = [{**actions({**BUTTON, "value": str(n)}), "block_id": f"row {n}"} for n in range(2)]
    more = actions({"type": "overflow", "action_id": "more", "options": [option("mute"), option("close")]})
    blocks = [*rows, more, IN_MESSAGES["feedback"]]
    ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=blocks)["ts"]
    assert people.click(ADA, ts, "a", block_id="row 1").payload["actions"][0]["value"] == "1"
    assert people.select(ADA, ts, "more", "close").payload["actions"][0]["selected_option"]["value"] == "close"
    assert people.click(ADA, ts, "f").payload["actions"][0]["value"] == "yes"
    assert people.click(ADA, ts, "f", negative=True).payload["actions"][0]["value"] == "no"
    assert people.click(ADA, ts, "i").payload["actions"][0]["icon"] == "trash"
    for where, action_id in ((ts, "a"), (ts, "none"), (ts, "more"), ("1.000001", "a")):
        with pytest.raises(CannotDo):
            people.click(ADA, where, action_id)


def test_a_view_is_not_submitted_before_it_is_filled_in(workspace: Workspace, people: People, connected: Bolt) -> None:
    """Slack itself holds it back; so does a view without the button, and one that is not on top."""
    opened = open_modal(workspace, people, connected)
    for entered in ({}, {"words": {"text": ""}}, {"words": {"other": "x"}}, {"nowhere": {"text": "x"}}):
        with pytest.raises(CannotDo):
            people.submit(ADA, opened, entered)
    with pytest.raises(CannotDo):
        people.select(ADA, opened, "text", "The app hears of it when it is submitted.")
    with pytest.raises(CannotDo):
        people.submit(BEN, opened, {"words": {"text": "x"}})


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"words": ""}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "update", "view": home()},
        {"response_action": "shout"},
        {"response_action": "clear", "view": MODAL},
        ["a", "list"],
    ],
)
def test_an_answer_that_slack_refuses_is_trouble(workspace: Workspace, people: People, answer: object) -> None:
    """The modal stays, and the person is told to try again."""
    view = submitted(workspace, people, answer)
    assert "trouble" in workspace.app.deliveries[-1].trouble
    assert workspace.modal(ADA) is view


def test_an_answer_can_change_or_clear_the_modals(workspace: Workspace, people: People) -> None:
    """An update keeps the view's id."""
    view = submitted(workspace, people, {"response_action": "update", "view": {**MODAL, "title": plain("Thanks")}})
    assert view.payload["title"]["text"] == "Thanks"
    submitted(workspace, people, {"response_action": "clear"})
    assert workspace.modal(ADA) is None


def until(done: Callable[[], object]) -> None:
    """Events are acknowledged before they are handled: wait until they are."""
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def submitted(workspace: Workspace, people: People, answer: object) -> View:
    """A modal that was submitted to an app that answers this."""
    with answering([200], body=json.dumps(answer)) as server:
        workspace.app.http.url = server.url
        trigger = people.shortcut(ADA, "begin").payload["trigger_id"]
        methods.answer(workspace, "views.open", workspace.token, {"trigger_id": trigger, "view": MODAL})
        view = workspace.modal(ADA)
        assert view is not None
        people.submit(ADA, view.id, {"words": {"text": "x"}})
        return view


def open_modal(workspace: Workspace, people: People, bolt: Bolt, shown: dict[str, Any] = MODAL) -> str:
    """Let the app open a modal on a shortcut; the view's id."""

    @bolt.shortcut("begin")
    def begin(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=shown)
        ack()

    assert people.shortcut(ADA, "begin").acknowledged
    view = workspace.modal(ADA)
    assert view is not None
    return view.id
