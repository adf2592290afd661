"""The made-up Web API, asked by Slack's own client: it takes what Slack takes, and refuses by the same names."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from service.testing.slack import App, CannotDo, People, Workspace, running
from tests.contract.slack.corpus import BUTTON, TYPED, actions, asked, home, modal, plain

ADA, BEN = "U0ADA00000", "U0BEN00000"
COMMUNITY = "C0COMMUNITY"
ROW = [actions({**BUTTON, "action_id": "claim"})]


def refusal(call: Callable[[], object]) -> dict[str, Any]:
    """What Slack answers to a request that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        call()
    answer: dict[str, Any] = caught.value.response.data
    return answer


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE00", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0ARCHIVED0", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": COMMUNITY}, "no_text"),
        ("chat.postMessage", {"channel": COMMUNITY, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": COMMUNITY, "text": "x", "blocks": [{"type": "shout"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": COMMUNITY, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"channel": COMMUNITY, "text": "x", "colour": "red"}, "invalid_arguments"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "U0NOBODY00", "text": "x"}, "user_not_found"),
        ("chat.postEphemeral", {"channel": COMMUNITY, "user": "U0NOBODY00", "text": "x"}, "user_not_found"),
        ("chat.update", {"channel": COMMUNITY, "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": COMMUNITY, "ts": "1.000001"}, "message_not_found"),
        ("chat.getPermalink", {"channel": COMMUNITY, "message_ts": "1.000001"}, "message_not_found"),
        (
            "chat.unfurl",
            {"channel": COMMUNITY, "ts": "1.000001", "unfurls": {"https://a.example": {}}},
            "cannot_find_message",
        ),
        ("conversations.replies", {"channel": COMMUNITY, "ts": "1.000001"}, "thread_not_found"),
        ("conversations.history", {"channel": "C0ELSEWHERE"}, "not_in_channel"),
        ("conversations.info", {"channel": "C0PRIVATE00"}, "channel_not_found"),
        ("conversations.list", {"types": "shout"}, "invalid_types"),
        ("conversations.history", {"channel": COMMUNITY, "limit": "0"}, "invalid_limit"),
        ("conversations.open", {"users": f"{ADA},{BEN}"}, "too_many_users"),
        ("users.info", {"user": "U0NOBODY00"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@x.example"}, "users_not_found"),
        ("views.open", {"trigger_id": "none", "view": modal()}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "none", "view": {"type": "modal", "blocks": []}}, "invalid_arguments"),
        ("views.update", {"view_id": "V0", "view": modal()}, "not_found"),
        ("views.update", {"view": modal()}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0NOBODY00", "view": home()}, "user_not_found"),
        ("views.publish", {"user_id": ADA, "view": modal()}, "invalid_arguments"),
        ("team.info", {"team": "T0OTHER000"}, "team_not_found"),
        ("auth.test", {"team_id": "T0OTHER000"}, "team_access_not_granted"),
        ("chat.shout", {}, "unknown_method"),
    ],
)
def test_refusals_have_slacks_names(client: WebClient, method: str, arguments: dict[str, Any], error: str) -> None:
    """Status 200 and `ok: false`."""
    assert refusal(lambda: client.api_call(method, json=arguments))["error"] == error


def test_a_refused_block_is_pointed_at(client: WebClient) -> None:
    """In a message from its blocks, in a view from the view."""
    bad = [{"type": "header", "text": plain("x" * 151)}]
    answer = refusal(lambda: client.chat_postMessage(channel=COMMUNITY, text="x", blocks=bad))
    [line] = answer["response_metadata"]["messages"]
    assert line.endswith("[json-pointer:/blocks/0/text/text]")
    answer = refusal(lambda: client.views_publish(user_id=ADA, view=home(*bad)))
    [line] = answer["response_metadata"]["messages"]
    assert line.endswith("[json-pointer:/view/blocks/0/text/text]")


def test_a_missing_scope_is_named(workspace: Workspace, client: WebClient) -> None:
    """With those that there are; the answers' header tells them too."""
    workspace.scopes = "chat:write,users:read"
    answer = refusal(lambda: client.conversations_history(channel=COMMUNITY))
    assert (answer["needed"], answer["provided"]) == ("channels:history", "chat:write,users:read")
    assert client.auth_test().headers["X-OAuth-Scopes"] == "chat:write,users:read"
    assert "email" not in client.users_info(user=ADA)["user"]["profile"]
    assert (
        refusal(lambda: client.users_lookupByEmail(email="ada@lantern-works.example"))["needed"] == "users:read.email"
    )


def test_people_are_found(workspace: Workspace, client: WebClient) -> None:
    """By id, by address in any case, page by page; who left is found by id alone."""
    assert client.users_lookupByEmail(email="Ada@Lantern-Works.example")["user"]["id"] == ADA
    first = client.users_list(limit=3)
    rest = client.users_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert [len(first["members"]), len(rest["members"])] == [3, 1]
    workspace.user(ADA).gone = True
    assert client.users_info(user=ADA)["user"]["deleted"]
    assert refusal(lambda: client.users_lookupByEmail(email="ada@lantern-works.example"))["error"] == "users_not_found"


def test_answers_stand_in_their_thread(client: WebClient) -> None:
    """And in the channel only where they are broadcast; an answer begins no thread of its own."""
    parent = client.chat_postMessage(channel=COMMUNITY, text="card")["ts"]
    answer = client.chat_postMessage(channel=COMMUNITY, text="quiet", thread_ts=parent)["ts"]
    client.chat_postMessage(channel=COMMUNITY, text="loud", thread_ts=parent, reply_broadcast=True)
    texts = [message["text"] for message in client.conversations_replies(channel=COMMUNITY, ts=parent)["messages"]]
    assert texts == ["card", "quiet", "loud"]
    history = client.conversations_history(channel=COMMUNITY)["messages"]
    assert [message["text"] for message in history] == ["loud", "card"]
    assert history[1]["reply_count"] == 2
    again = refusal(lambda: client.chat_postMessage(channel=COMMUNITY, text="x", thread_ts=answer))
    assert again["error"] == "thread_not_found"


def test_a_person_can_be_written_to(workspace: Workspace, client: WebClient, people: People) -> None:
    """By their id or through a conversation that is opened; nobody else sees it."""
    channel = client.conversations_open(users=ADA)["channel"]["id"]
    sent = client.chat_postMessage(channel=ADA, text="For you.", blocks=ROW)
    assert sent["channel"] == channel
    with pytest.raises(CannotDo):
        people.click(BEN, sent["ts"], "claim")
    people.say(ADA, channel, "Thanks.")
    assert [message["text"] for message in client.conversations_history(channel=channel)["messages"]] == [
        "Thanks.",
        "For you.",
    ]
    workspace.user(BEN).gone = True
    assert refusal(lambda: client.conversations_open(users=BEN))["error"] == "user_disabled"


def test_an_ephemeral_message_is_seen_by_one(workspace: Workspace, client: WebClient) -> None:
    """Who is in the channel; it is in no history and cannot be changed."""
    ts = client.chat_postEphemeral(channel=COMMUNITY, user=ADA, text="Only you.")["message_ts"]
    assert [message["text"] for message in workspace.seen_by(ADA)] == ["Only you."]
    assert workspace.seen_by(BEN) == workspace.messages() == []
    assert refusal(lambda: client.chat_update(channel=COMMUNITY, ts=ts, text="x"))["error"] == "message_not_found"
    workspace.channel(COMMUNITY).outsiders = {BEN}
    answer = refusal(lambda: client.chat_postEphemeral(channel=COMMUNITY, user=BEN, text="x"))
    assert answer["error"] == "user_not_in_channel"


def test_only_our_own_messages_can_be_changed(client: WebClient, people: People) -> None:
    """What people wrote is theirs."""
    ts = people.say(ADA, COMMUNITY, "Mine.").ts
    assert refusal(lambda: client.chat_update(channel=COMMUNITY, ts=ts, text="x"))["error"] == "cant_update_message"
    assert refusal(lambda: client.chat_delete(channel=COMMUNITY, ts=ts))["error"] == "cant_delete_message"
    ours = client.chat_postMessage(channel=COMMUNITY, text="Ours.")["ts"]
    link = client.chat_getPermalink(channel=COMMUNITY, message_ts=ours)["permalink"]
    assert link.endswith(f"/archives/{COMMUNITY}/p{ours.replace('.', '')}")
    client.chat_delete(channel=COMMUNITY, ts=ours)
    assert [message["text"] for message in client.conversations_history(channel=COMMUNITY)["messages"]] == ["Mine."]


def test_links_of_ours_are_unfurled(workspace: Workspace, client: WebClient, people: People) -> None:
    """Those in the message, by its name or by the event's unfurl_id."""
    link = "https://earful.example/posts/7"
    ts = people.share_link(ADA, COMMUNITY, link).ts
    shown = {link: {"blocks": [{"type": "divider"}]}}
    elsewhere = {"https://earful.example/other": shown[link]}
    assert (
        refusal(lambda: client.chat_unfurl(channel=COMMUNITY, ts=ts, unfurls=elsewhere))["error"] == "cannot_unfurl_url"
    )
    [event] = [d.payload["event"] for d in workspace.app.deliveries if d.payload["event"]["type"] == "link_shared"]
    assert event["links"] == [{"domain": "earful.example", "url": link}]
    client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=shown)
    assert workspace.messages()[0]["attachments"][0]["from_url"] == link


def test_a_revoked_token_is_worth_nothing(client: WebClient, people: People) -> None:
    """From the moment that somebody removes the app."""
    people.uninstall()
    assert refusal(client.auth_test)["error"] == "token_revoked"


def test_each_workspace_has_its_own_token() -> None:
    """What is sent with one is not seen in the other; ids of the other are unknown."""
    app = App()
    first = Workspace(app=app)
    second = Workspace(app=app, token="xoxb-other", team="T0OTHER000", name="Other Works")
    with running(first, second) as url:
        clients = [WebClient(workspace.token, base_url=url) for workspace in (first, second)]
        assert [client.auth_test()["team_id"] for client in clients] == ["T0LANTERN1", "T0OTHER000"]
        assert clients[1].team_info()["team"]["domain"] == "other-works"
        clients[1].chat_postMessage(channel=COMMUNITY, text="x")
    assert (len(first.messages()), len(second.messages())) == (0, 1)
    with pytest.raises(ValueError, match="different apps"), running(first, Workspace()):
        pass


def test_slacks_pace_can_be_switched_on(workspace: Workspace, client: WebClient) -> None:
    """A message a second in a channel after a short burst, other methods by their tier; 429 says how long to wait."""
    moment = 0.0
    workspace.pace.on, workspace.pace.seconds = True, lambda: moment
    for _ in range(5):
        client.chat_postMessage(channel=COMMUNITY, text="x")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=COMMUNITY, text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    client.chat_postMessage(channel="C0SUPPORT00", text="x")
    moment += 1
    client.chat_postMessage(channel=COMMUNITY, text="x")
    for _ in range(20):
        client.users_list()
    with pytest.raises(SlackApiError) as caught:
        client.users_list()
    assert caught.value.response.headers["Retry-After"] == "3"


def test_a_trigger_opens_one_view_within_three_seconds(url: str, workspace: Workspace, people: People) -> None:
    """After that it is expired; used once, it is exchanged."""
    start = moment = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    workspace.clock = lambda: moment
    client = WebClient(workspace.token, base_url=url)
    triggers = [people.shortcut(ADA, "begin").payload["trigger_id"] for _ in range(2)]
    moment = start + timedelta(seconds=3)
    client.views_open(trigger_id=triggers[0], view=modal())
    assert refusal(lambda: client.views_open(trigger_id=triggers[0], view=modal()))["error"] == "exchanged_trigger_id"
    moment = start + timedelta(seconds=3.1)
    assert refusal(lambda: client.views_open(trigger_id=triggers[1], view=modal()))["error"] == "expired_trigger_id"


def test_modals_stand_three_deep_and_change_unless_somebody_was_faster(
    workspace: Workspace, client: WebClient, people: People
) -> None:
    """A fourth is refused; an old hash too; what was closed is not found; names of our own are unique."""
    root = client.views_open(trigger_id=_trigger(people), view=modal(external_id="root"))["view"]
    for _ in range(2):
        client.views_push(trigger_id=_trigger(people), view=modal())
    assert (
        refusal(lambda: client.views_push(trigger_id=_trigger(people), view=modal()))["error"] == "push_limit_reached"
    )
    twin = modal(external_id="root")
    assert (
        refusal(lambda: client.views_push(trigger_id=_trigger(people), view=twin))["error"] == "duplicate_external_id"
    )
    changed = client.views_update(external_id="root", hash=root["hash"], view=modal(external_id="root"))["view"]
    assert changed["hash"] != root["hash"]
    late = refusal(lambda: client.views_update(view_id=root["id"], hash=root["hash"], view=modal()))
    assert late["error"] == "hash_conflict"
    top = workspace.modal(ADA)
    assert top is not None
    assert top.payload["root_view_id"] == root["id"]
    people.close(ADA, top.id, everything=True)
    assert refusal(lambda: client.views_update(view_id=root["id"], view=modal()))["error"] == "not_found"
    assert refusal(lambda: client.views_push(trigger_id=_trigger(people), view=modal()))["error"] == "not_found"


def test_what_was_entered_stays_when_a_view_changes(workspace: Workspace, client: WebClient, people: People) -> None:
    """As long as an input of the same names stands there; another kind begins anew."""
    block = asked(TYPED, block_id="words", dispatch_action=True)
    view = client.views_open(trigger_id=_trigger(people), view=modal(block))["view"]
    people.select(ADA, view["id"], "t", "typed before")
    changed = client.views_update(view_id=view["id"], view=modal({"type": "divider"}, block))["view"]
    assert changed["state"]["values"]["words"]["t"]["value"] == "typed before"
    number = asked({"type": "number_input", "action_id": "t", "is_decimal_allowed": True}, block_id="words")
    changed = client.views_update(view_id=view["id"], view=modal(number))["view"]
    assert changed["state"]["values"]["words"]["t"] == {"type": "number_input", "value": None}


def test_a_home_is_each_persons_own(workspace: Workspace, client: WebClient) -> None:
    """It keeps its id, and changes only if the hash is the last one."""
    first = client.views_publish(user_id=ADA, view=home())["view"]
    second = client.views_publish(user_id=ADA, view=home({"type": "divider"}), hash=first["hash"])["view"]
    assert first["id"] == second["id"]
    assert (
        refusal(lambda: client.views_publish(user_id=ADA, view=home(), hash=first["hash"]))["error"] == "hash_conflict"
    )
    assert set(workspace.homes) == {ADA}


def test_a_response_url_is_good_for_five_answers_within_half_an_hour(
    workspace: Workspace, client: WebClient, people: People
) -> None:
    """They replace or delete what was clicked, or say something to one person or all."""
    start = moment = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    workspace.clock = lambda: moment
    ts = client.chat_postMessage(channel=COMMUNITY, text="card", blocks=ROW)["ts"]
    urls = [people.click(ADA, ts, "claim").payload["response_url"] for _ in range(2)]
    hook = WebhookClient(urls[0])
    assert hook.send(text="To one.").status_code == 200
    assert hook.send(text="To all.", response_type="in_channel").status_code == 200
    assert hook.send(text="Changed.", replace_original=True).status_code == 200
    assert hook.send(text="Wrong.", blocks=[{"type": "shout"}]).status_code == 400
    assert [message["text"] for message in workspace.messages()] == ["Changed.", "To all."]
    assert [message["text"] for message in workspace.seen_by(ADA)] == ["To one."]
    assert hook.send(delete_original=True).status_code == 200
    assert [message["text"] for message in workspace.messages()] == ["To all."]
    assert "used_url" in hook.send(text="Too often.").body
    moment = start + timedelta(minutes=31)
    assert "expired_url" in WebhookClient(urls[1]).send(text="Too late.").body


def test_an_ephemeral_message_is_replaced_through_its_response_url(
    workspace: Workspace, client: WebClient, people: People
) -> None:
    """There is no other way to change one."""
    ts = client.chat_postEphemeral(channel=COMMUNITY, user=ADA, text="Sure?", blocks=ROW)["message_ts"]
    click = people.click(ADA, ts, "claim").payload
    assert click["container"]["is_ephemeral"]
    WebhookClient(click["response_url"]).send(text="Done.", replace_original=True)
    assert [message["text"] for message in workspace.seen_by(ADA)] == ["Done."]


def test_one_method_alone_can_go_wrong(workspace: Workspace, client: WebClient) -> None:
    """Others work meanwhile."""
    workspace.faults.only, workspace.faults.answers = "views.publish", ["internal_error"]
    client.chat_postMessage(channel=COMMUNITY, text="x")
    assert refusal(lambda: client.views_publish(user_id=ADA, view=home()))["error"] == "internal_error"


def test_many_ask_at_once_and_nothing_is_left_behind(workspace: Workspace) -> None:
    """Each message has a name of its own; no thread survives the server."""
    before = threading.active_count()
    with running(workspace) as url:
        client = WebClient(workspace.token, base_url=url)
        threads = [
            threading.Thread(target=client.chat_postMessage, kwargs={"channel": COMMUNITY, "text": "x"})
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({message["ts"] for message in workspace.messages()}) == 20
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def _trigger(people: People) -> str:
    trigger: str = people.shortcut(ADA, "begin").payload["trigger_id"]
    return trigger
