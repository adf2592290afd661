"""Sending to Slack, against a made-up Slack that speaks its Web API over real HTTP."""

from __future__ import annotations

import json
import logging
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import pytest

from integrations.base import MessageRejected, OutcomeUncertain, Receipt, TargetBusy, TargetRefused
from integrations.slack.check import check
from integrations.slack.manifest import SCOPES
from integrations.slack.send import SlackTarget
from service.testing.cards import ISSUE_CARD, POST_CARD, post_card
from service.testing.slack import Faults, Workspace, methods, running

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
TOKEN = "xoxb-very-secret"


@dataclass
class Slack:
    """A running made-up Slack and a target that talks to it."""

    workspace: Workspace
    url: str
    target: SlackTarget

    def sent(self) -> list[dict[str, object]]:
        """What the workspace holds."""
        return self.workspace.messages()

    def faults(self, **faults: object) -> None:
        """Let the next requests go wrong, over HTTP as another process would."""
        body = json.dumps({**asdict(Faults()), **faults}).encode()
        address = self.url.removesuffix("/api/") + "/__faults__"
        with urllib.request.urlopen(urllib.request.Request(address, data=body, method="POST")):
            pass


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A fresh workspace on loopback."""
    workspace = Workspace(token=TOKEN, clock=lambda: NOW)
    with running(workspace) as url:
        yield Slack(workspace, url, SlackTarget(TOKEN, url))


def test_a_card_arrives_and_its_receipt_leads_to_it(slack: Slack) -> None:
    """The message is in the channel, and the receipt has the channel's id, the message's and its address."""
    receipt = slack.target.send(POST_CARD, address="#community", key="k1")
    [message] = slack.sent()
    assert message["channel"] == receipt.address == "C0COMMUNITY"
    assert message["ts"] == receipt.remote_id
    assert receipt.url == f"https://lantern-works.slack.com/archives/C0COMMUNITY/p{receipt.remote_id.replace('.', '')}"
    assert message["metadata"] == {"event_type": "earful_delivery", "event_payload": {"key": "k1"}}


def test_an_update_changes_the_card_in_place(slack: Slack) -> None:
    """There is still one message, and after the author's deletion it holds none of the words; twice does no harm."""
    receipt = slack.target.send(POST_CARD, address="#community", key="k1")
    for _ in range(2):
        assert slack.target.update(post_card(deleted=True), receipt=receipt, key="k1") == receipt
    [message] = slack.sent()
    assert "crashes" not in json.dumps(message)
    assert slack.target.find(address="#community", key="k1", after=NOW) == receipt


def test_what_arrived_is_found_by_its_key(slack: Slack) -> None:
    """By the channel's name or id, among more messages than one page holds; another key is not found."""
    receipt = slack.target.send(POST_CARD, address="#community", key="k1")
    for number in range(205):
        methods.answer(
            slack.workspace, "chat.postMessage", TOKEN, {"channel": "community", "text": f"chatter {number}"}
        )
    for address in ("#community", "community", "C0COMMUNITY"):
        assert slack.target.find(address=address, key="k1", after=NOW) == receipt
    assert slack.target.find(address="#community", key="k2", after=NOW) is None
    assert slack.target.find(address="#support", key="k1", after=NOW) is None
    assert slack.target.find(address="#community", key="k1", after=NOW + timedelta(hours=1)) is None


@pytest.mark.parametrize("fault", ["dropped", "failed_after"])
def test_a_break_after_sending_is_uncertain_and_settled_by_looking(slack: Slack, fault: str) -> None:
    """The message arrived though no answer came: one request was made, none again, and the message is found."""
    slack.faults(**{fault: 1})
    with pytest.raises(OutcomeUncertain):
        slack.target.send(POST_CARD, address="#community", key="k1")
    assert len(slack.sent()) == 1
    found = slack.target.find(address="#community", key="k1", after=NOW)
    assert found is not None
    assert found.remote_id == slack.sent()[0]["ts"]


@pytest.mark.parametrize("faults", [{"failed": 1}, {"answers": ["fatal_error"]}, {"answers": ["internal_error"]}])
def test_slacks_own_failure_is_uncertain(slack: Slack, faults: dict[str, object]) -> None:
    """After a 5xx or a half-done answer nobody can say; looking says that it did not arrive."""
    slack.faults(**faults)
    with pytest.raises(OutcomeUncertain):
        slack.target.send(POST_CARD, address="#community", key="k1")
    assert slack.target.find(address="#community", key="k1", after=NOW) is None


def test_a_rate_limit_says_how_long_to_wait(slack: Slack) -> None:
    """429 is not an outcome: nothing was sent, and the wait is Slack's."""
    slack.faults(rate_limited=1, retry_after=17)
    with pytest.raises(TargetBusy) as caught:
        slack.target.send(POST_CARD, address="#community", key="k1")
    assert caught.value.retry_after == 17
    assert slack.sent() == []
    slack.target.send(POST_CARD, address="#community", key="k1")
    assert len(slack.sent()) == 1


@pytest.mark.parametrize(
    ("address", "what_to_do"),
    [
        ("#nowhere", "routing.yaml"),
        ("#private", "/invite"),
        ("#archived", "archive"),
    ],
)
def test_a_channel_that_does_not_take_it_needs_a_person(slack: Slack, address: str, what_to_do: str) -> None:
    """The error says what the person has to do."""
    with pytest.raises(TargetRefused) as caught:
        slack.target.send(POST_CARD, address=address, key="k1")
    assert what_to_do in caught.value.what_to_do


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("token_revoked", TargetRefused),
        ("account_inactive", TargetRefused),
        ("restricted_action_read_only_channel", TargetRefused),
        ("ratelimited", TargetBusy),
        ("service_unavailable", TargetBusy),
        ("msg_too_long", MessageRejected),
        ("msg_blocks_too_long", MessageRejected),
        ("something_new", MessageRejected),
    ],
)
def test_slacks_refusals_say_who_acts_next(slack: Slack, error: str, kind: type[Exception]) -> None:
    """Wait, tell a person, or give this message up."""
    slack.faults(answers=[error])
    with pytest.raises(kind):
        slack.target.send(POST_CARD, address="#community", key="k1")
    assert slack.sent() == []


def test_a_wrong_token_is_told_without_telling_it(slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
    """The token is in no message, no chained error and no log line."""
    caplog.set_level(logging.DEBUG)
    target = SlackTarget("xoxb-other-secret", slack.url)
    with pytest.raises(TargetRefused, match="SLACK_BOT_TOKEN") as caught:
        target.send(POST_CARD, address="#community", key="k1")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "xoxb" not in str(caught.value) + repr(target) + caplog.text


def test_a_missing_permission_is_named(slack: Slack) -> None:
    """The scope that the app lacks is in what to do."""
    slack.workspace.scopes = "channels:read"
    with pytest.raises(TargetRefused) as caught:
        slack.target.send(POST_CARD, address="#community", key="k1")
    assert "chat:write" in caught.value.what_to_do


def test_a_card_that_people_deleted_cannot_be_updated(slack: Slack) -> None:
    """Only this message is given up."""
    gone = Receipt(address="C0COMMUNITY", remote_id="1.000001")
    with pytest.raises(MessageRejected, match="deleted in Slack"):
        slack.target.update(POST_CARD, receipt=gone, key="k1")


def test_what_could_not_be_looked_up_is_not_taken_for_absent(slack: Slack) -> None:
    """Where history is closed to the app, `find` says so; it never says that nothing is there."""
    with pytest.raises(TargetRefused):
        slack.target.find(address="C0ELSEWHERE", key="k1", after=NOW)
    with pytest.raises(TargetRefused, match="knows no channel"):
        slack.target.find(address="#nowhere", key="k1", after=NOW)
    slack.faults(failed=1)
    with pytest.raises(TargetBusy):
        slack.target.find(address="C0COMMUNITY", key="k1", after=NOW)


def test_a_refused_connection_never_left() -> None:
    """Where nobody listens, the message may be sent again."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        target = SlackTarget(TOKEN, f"http://127.0.0.1:{closed.getsockname()[1]}/api/")
        with pytest.raises(TargetBusy, match="cannot be reached"):
            target.send(POST_CARD, address="#community", key="k1")


def test_a_time_out_is_uncertain(slack: Slack) -> None:
    """Slack takes longer than we wait: the message may still arrive."""
    slack.faults(delay_seconds=0.5)
    with pytest.raises(OutcomeUncertain):
        SlackTarget(TOKEN, slack.url, timeout=0.1).send(POST_CARD, address="#community", key="k1")


def test_a_page_in_place_of_data_is_uncertain() -> None:
    """A proxy's page with status 200 says nothing of what Slack did."""
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Type: text/html\r\n\r\n<html>"
    with answering(page) as url, pytest.raises(OutcomeUncertain):
        SlackTarget(TOKEN, url).send(ISSUE_CARD, address="#product", key="k1")


def test_a_truncated_answer_is_uncertain() -> None:
    """The connection ended in the middle of the answer."""
    half = b'HTTP/1.1 200 OK\r\nContent-Length: 60\r\nContent-Type: application/json\r\n\r\n{"ok": tr'
    with answering(half) as url, pytest.raises(OutcomeUncertain):
        SlackTarget(TOKEN, url).send(ISSUE_CARD, address="#product", key="k1")


def test_the_check_finds_all_well(slack: Slack) -> None:
    """Signed in, all scopes, member of the channel: nothing to do."""
    findings = slack.target.check(["#community"])
    assert all(finding.ok and not finding.what_to_do for finding in findings)
    assert "Lantern Works" in findings[0].text
    assert slack.sent() == []


def test_the_check_says_what_to_do(slack: Slack) -> None:
    """A missing scope, a channel without the app and an unknown channel are three findings, each with its remedy."""
    slack.workspace.scopes = ",".join(scope for scope in SCOPES if scope != "channels:history")
    bad = [finding for finding in slack.target.check(["C0ELSEWHERE", "#nowhere"]) if not finding.ok]
    assert [finding.what_to_do.split()[0] for finding in bad] == ["Add", "Type", "Check"]
    assert "channels:history" in bad[0].what_to_do


def test_the_check_never_raises(slack: Slack) -> None:
    """A wrong token is a finding."""
    finding, *_ = check({"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_API_URL": slack.url})
    assert not finding.ok
    assert "SLACK_BOT_TOKEN" in finding.what_to_do
    assert "SLACK_BOT_TOKEN" not in finding.text


def test_what_was_sent_can_be_looked_at(slack: Slack) -> None:
    """The made-up Slack shows its messages over HTTP."""
    slack.target.send(POST_CARD, address="#community", key="k1")
    with urllib.request.urlopen(slack.url.removesuffix("/api/") + "/__messages__") as answer:
        [message] = json.load(answer)["messages"]
    assert message["metadata"]["event_payload"] == {"key": "k1"}


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that reads one request whole, answers these bytes and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as request:
            length = 0
            while line := request.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            request.read(length)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
    finally:
        thread.join()
        listener.close()
