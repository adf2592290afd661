"""The desk over a made-up Slack that gives our app what its manifest asks for, and not more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integrations.base import MessageRejected, OutcomeUncertain, Payload, TargetBusy, TargetRefused
from integrations.slack import manifest, notice
from integrations.slack.check import check
from integrations.slack.desk import ExpiredTrigger, SlackDesk, ViewGone
from integrations.slack.targets import SlackTargets
from integrations.slack.workspaces import Workspaces
from service.clock import now
from service.testing.cards import post_card
from service.testing.slack import People, Workspace, payloads, running

ADA = "U0ADA00000"
COMMUNITY = "C0COMMUNITY"
PARTNER = "T0PARTNER01"


@pytest.fixture
def first() -> Workspace:
    """Ours, with exactly the permissions of the manifest."""
    workspace = Workspace(scopes=",".join(manifest.SCOPES))
    workspace.app.pauses = ()  # nobody is connected to it
    return workspace


@pytest.fixture
def partner(first: Workspace) -> Workspace:
    """Another company's, with the same app."""
    return Workspace(token="xoxb-partner", app=first.app, team=PARTNER, name="Partner", scopes=first.scopes)


@pytest.fixture
def settings(first: Workspace, partner: Workspace) -> Iterator[dict[str, str]]:
    """What an operator would set."""
    with running(first, partner) as url:
        yield {
            "SLACK_BOT_TOKEN": first.token,
            "SLACK_BOT_TOKEN__PARTNER": partner.token,
            "SLACK_APP_TOKEN": first.app.sockets.app_token,
            "SLACK_API_URL": url,
        }


@pytest.fixture
def desk(settings: dict[str, str], first: Workspace) -> SlackDesk:
    """The first workspace's."""
    return Workspaces(settings).desk(first.team)


def trigger(workspace: Workspace) -> str:
    """What a click would bring."""
    return payloads.trigger(workspace, ADA)


def test_views_open_change_and_close(desk: SlackDesk, first: Workspace) -> None:
    """Each with the hash of what is shown; an older hash changes nothing."""
    shown = desk.open_view(trigger(first), notice.modal("One"))
    newer = desk.update_view(shown.id, notice.modal("Two"), hash=shown.hash)
    assert newer.id == shown.id
    with pytest.raises(ViewGone) as moved:
        desk.update_view(shown.id, notice.modal("Three"), hash=shown.hash)
    assert moved.value.moved
    pushed = desk.push_view(trigger(first), notice.modal("On top"))
    People(first).close(ADA, pushed.id, everything=True)
    with pytest.raises(ViewGone) as closed:
        desk.update_view(shown.id, notice.modal("Four"))
    assert not closed.value.moved
    desk.publish_home(ADA, notice.home("Hello"))
    assert "Hello" in str(first.homes[ADA].payload)


def test_a_trigger_opens_one_view_in_time(desk: SlackDesk, first: Workspace) -> None:
    """Whether it was used or is too old is told apart."""
    once = trigger(first)
    desk.open_view(once, notice.modal("One"))
    with pytest.raises(ExpiredTrigger) as used:
        desk.open_view(once, notice.modal("One"))
    late = trigger(first)
    first.triggers[late].issued -= timedelta(seconds=4)
    with pytest.raises(ExpiredTrigger) as expired:
        desk.open_view(late, notice.modal("One"))
    assert (used.value.used, expired.value.used) == (True, False)


def test_what_is_said_is_no_markup(desk: SlackDesk, first: Workspace) -> None:
    """Whoever wrote it: it is shown letter by letter."""
    hostile = "<!channel> *bold* & <https://evil.example|here>"
    receipt = desk.say(COMMUNITY, hostile, key="note:1")
    desk.say(COMMUNITY, "in its thread", thread_ts=receipt.remote_id)
    desk.whisper(COMMUNITY, ADA, hostile, thread_ts=receipt.remote_id)
    desk.dm(ADA, hostile)
    said: list[Any] = [*first.messages(), *first.seen_by(ADA)]
    shown = [message for message in said if "channel" in str(message["text"])]
    assert len(shown) == 3
    for message in shown:
        assert "&lt;!channel&gt;" in message["text"]
        assert message["blocks"][0]["text"]["type"] == "plain_text"
    assert desk.permalink(COMMUNITY, receipt.remote_id).startswith("https://")


def test_a_whisper_that_may_have_arrived_is_not_said_again(desk: SlackDesk, first: Workspace) -> None:
    """But a message to all, or to one, is for whoever called to settle."""
    first.faults.only, first.faults.dropped = "chat.postEphemeral", 1
    desk.whisper(COMMUNITY, ADA, "once")
    assert len(first.seen_by(ADA)) == 1
    assert first.messages() == []
    first.faults.only, first.faults.dropped = "chat.postMessage", 1
    with pytest.raises(OutcomeUncertain):
        desk.say(COMMUNITY, "once")


def test_links_are_unfurled_before_and_after_they_are_sent(desk: SlackDesk, first: Workspace) -> None:
    """By the message, or by Slack's own name for what is being written."""
    url = "https://earful.example/posts/7"
    said = People(first).share_link(ADA, COMMUNITY, url)
    blocks: list[Payload] = [{"type": "section", "text": {"type": "plain_text", "text": "A post"}}]
    desk.unfurl({url: blocks}, channel=COMMUNITY, ts=said.ts)
    unfurl_id = next(iter(first.unfurls))
    desk.unfurl({url: blocks}, channel="", ts="", unfurl_id=unfurl_id, source="conversations_history")


def test_people_are_known_by_addresses_that_prove_something(desk: SlackDesk, first: Workspace) -> None:
    """Nobody who left, and no address without the permission."""
    member = desk.member(ADA)
    assert (member.email, member.zone, member.stranger) == ("ada@lantern-works.example", "Europe/Berlin", "")
    first.users[0].gone = True
    assert desk.member(ADA).stranger == "has left the workspace"
    assert desk.member(first.bot_user).stranger == "is a program"
    with pytest.raises(MessageRejected):
        desk.member("U0NOBODY")


@pytest.mark.parametrize(
    ("answer", "error"),
    [("token_revoked", TargetRefused), ("missing_scope", TargetRefused), ("invalid_blocks", MessageRejected),
     ("view_too_large", MessageRejected), ("internal_error", TargetBusy), ("ratelimited", TargetBusy)],
)  # fmt: skip
def test_how_a_view_fails(desk: SlackDesk, first: Workspace, answer: str, error: type[Exception]) -> None:
    """Named by what comes next."""
    first.faults.answers = [answer]
    with pytest.raises(error):
        desk.open_view(trigger(first), notice.modal("One"))


def test_each_workspace_has_its_own_desk(settings: dict[str, str], first: Workspace, partner: Workspace) -> None:
    """Found by the team's id; one without a token is refused, and known as a stranger only once all are known."""
    workspaces = Workspaces(settings)
    assert not workspaces.stranger("T0STRANGER")
    workspaces.desk(PARTNER).say(COMMUNITY, "over there")
    assert [len(first.messages()), len(partner.messages())] == [0, 1]
    assert workspaces.stranger("T0STRANGER")
    assert not workspaces.stranger(first.team)
    with pytest.raises(TargetRefused, match="SLACK_BOT_TOKEN__NAME"):
        workspaces.desk("T0STRANGER")


def test_while_slack_is_away_nobody_is_a_stranger(settings: dict[str, str], partner: Workspace) -> None:
    """It cannot be known whose the tokens are; it is asked again."""
    partner.faults.answers = ["service_unavailable"]
    workspaces = Workspaces(settings)
    with pytest.raises(TargetBusy):
        workspaces.desk(PARTNER)
    assert not workspaces.stranger("T0STRANGER")
    workspaces.desk(PARTNER)


def test_cards_go_to_the_workspace_that_the_address_names(settings: dict[str, str], partner: Workspace) -> None:
    """And are changed and found there again, by the receipt alone."""
    targets = SlackTargets(settings)
    before = now() - timedelta(seconds=1)
    receipt = targets.send(post_card(), address="partner/#community", key="post:1")
    assert receipt.address == f"partner/{COMMUNITY}"
    targets.update(post_card(text="Changed"), receipt=receipt, key="post:1")
    assert "Changed" in str(partner.messages()[0]["blocks"])
    assert targets.find(address="partner/#community", key="post:1", after=before) == receipt
    with pytest.raises(TargetRefused, match="SLACK_BOT_TOKEN__NOBODY"):
        targets.send(post_card(), address="nobody/#community", key="post:2")


def test_a_check_says_what_is_missing(settings: dict[str, str], first: Workspace) -> None:
    """Each permission of the manifest, the doors, the channels, and workspaces without a token."""
    assert all(found.ok for found in check(settings, ["#community", "partner/#support"]))
    first.scopes = first.scopes.replace("users:read.email,", "")
    first.app.sockets.refusals = ["invalid_auth"]
    wrong = {
        found.text: found.what_to_do
        for found in check({**settings, "SLACK_SIGNING_SECRET": "no secret"}, ["#elsewhere", "nobody/#rnd"])
        if not found.ok
    }
    assert "users:read.email" in next(fix for text, fix in wrong.items() if "may not know by their address" in text)
    assert any("not in #elsewhere" in text for text in wrong)
    assert any("SLACK_APP_TOKEN" in text for text in wrong)
    assert any("does not look like a signing secret" in text for text in wrong)
    assert any("SLACK_BOT_TOKEN__NOBODY" in fix for fix in wrong.values())
    silent = {name: value for name, value in settings.items() if name != "SLACK_APP_TOKEN"}
    assert any("nobody hears clicks" in found.text for found in check(silent))
