"""Both doors: what is sent again and when, what counts as an acknowledgement, and who may not speak for Slack."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from slack_bolt import App as Bolt
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from websockets.sync.client import ClientConnection, connect

from service.testing.slack import People, Workspace
from service.testing.slack.lines import Farewell
from service.testing.slack.signed import Forgery
from tests.contract.slack.answering import Asked, answering
from tests.contract.slack.conftest import over_http

ADA = "U0ADA00000"
COMMUNITY = "C0COMMUNITY"


@contextmanager
def lines(workspace: Workspace, url: str, number: int) -> Iterator[list[ClientConnection]]:
    """So many connections of an app that answers by hand."""
    client = WebClient(base_url=url)
    with ExitStack() as stack:
        opened = []
        for _ in range(number):
            address = client.apps_connections_open(app_token=workspace.app.sockets.app_token)["url"]
            opened.append(stack.enter_context(connect(address, compression=None)))
            workspace.app.sockets.line()
        yield opened


def receive(connection: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    frame: dict[str, Any] = json.loads(connection.recv(timeout=20))
    return frame


def test_an_event_comes_again_until_it_is_acknowledged(workspace: Workspace, url: str, people: People) -> None:
    """In a new envelope that counts the tries, with the same event_id."""
    workspace.app.patience = 0.1
    with lines(workspace, url, 1) as [line]:
        assert receive(line)["type"] == "hello"
        saying = threading.Thread(target=people.say, args=(ADA, COMMUNITY, "Hello."))
        saying.start()
        first, second = receive(line), receive(line)
        line.send(json.dumps({"envelope_id": second["envelope_id"]}))
        saying.join()
    assert first["envelope_id"] != second["envelope_id"]
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert [(frame["retry_attempt"], frame["retry_reason"]) for frame in (first, second)] == [(0, ""), (1, "timeout")]
    [delivery] = workspace.app.deliveries
    assert [attempt.why for attempt in delivery.attempts] == ["timeout", ""]
    assert delivery.attempts[0].seconds == pytest.approx(0.1, abs=0.09)


def test_a_click_comes_once_and_too_late_is_never(workspace: Workspace, url: str, people: People) -> None:
    """What people do is not repeated by Slack; a late acknowledgement does nothing."""
    workspace.app.patience = 0.1
    with lines(workspace, url, 1) as [line]:
        receive(line)
        delivery = people.shortcut(ADA, "begin")
        assert not delivery.acknowledged
        envelope = receive(line)
        line.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
        assert [attempt.why for attempt in delivery.attempts] == ["timeout"]
        workspace.app.deliver_again(delivery)
        assert receive(line)["payload"] == envelope["payload"]


def test_each_envelope_goes_to_one_of_the_connections(workspace: Workspace, url: str, people: People) -> None:
    """In turn; to one that is to end only while there is no other; to none that is gone."""
    workspace.app.patience = 0.05
    with lines(workspace, url, 2) as opened:
        assert [receive(line)["num_connections"] for line in opened] == [1, 2]
        for _ in range(4):
            people.shortcut(ADA, "begin")
        assert [len([receive(line) for _ in range(2)]) for line in opened] == [2, 2]
        [first, _] = workspace.app.sockets.each()
        opened[0].close()
        assert first.ended()
        people.shortcut(ADA, "begin")
        assert receive(opened[1])["type"] == "interactive"


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_a_connection_that_is_to_end_is_spared(
    workspace: Workspace, url: str, people: People, reason: Farewell
) -> None:
    """The app is told why, and what comes next goes elsewhere."""
    workspace.app.patience = 0.05
    with lines(workspace, url, 1) as [old]:
        receive(old)
        with lines(workspace, url, 1) as [new]:
            receive(new)
            workspace.app.sockets.each()[0].disconnect(reason)
            assert receive(old)["reason"] == reason
            for _ in range(2):
                people.shortcut(ADA, "begin")
                assert receive(new)["type"] == "interactive"


def test_there_are_ten_connections_at_most(workspace: Workspace, url: str) -> None:
    """One more is told so and closed."""
    with lines(workspace, url, 11) as opened:
        assert {receive(line)["type"] for line in opened[:10]} == {"hello"}
        assert receive(opened[10])["reason"] == "too_many_websockets"


def test_nobody_there_is_a_failed_connection(workspace: Workspace, people: People) -> None:
    """The person is told that it did not work."""
    delivery = people.slash(ADA, COMMUNITY, "/earful help")
    assert [attempt.why for attempt in delivery.attempts] == ["connection_failed"]
    assert "dispatch_failed" in delivery.trouble


def test_requests_are_signed_and_repeated_with_a_count(workspace: Workspace, url: str, people: People) -> None:
    """Events are JSON; the second try says that it is one, and why; slack-sdk finds the signatures right."""
    with answering([500, 200]) as server:
        workspace.app.http.url = server.url
        said = people.say(ADA, COMMUNITY, "Hello.")
    assert [attempt.status for attempt in said.deliveries[0].attempts] == [500, 200]
    first, second = server.asked
    assert "X-Slack-Retry-Num" not in first.headers
    assert (second.headers["X-Slack-Retry-Num"], second.headers["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert first.body == second.body
    assert json.loads(first.body)["event"]["text"] == "Hello."
    assert all(_verifies(workspace, asked) for asked in server.asked)


def test_an_answer_that_takes_too_long_is_none(workspace: Workspace, url: str, people: People) -> None:
    """Slack waits three seconds by default, and says why it asks again."""
    assert Workspace().app.patience == 3
    workspace.app.patience = 0.1
    with answering([200, 200], seconds=0.3) as server:
        workspace.app.http.url = server.url
        [delivery] = people.say(ADA, COMMUNITY, "Hello.").deliveries
        assert [attempt.why for attempt in delivery.attempts] == ["http_timeout"] * 3
        assert server.asked[1].headers["X-Slack-Retry-Reason"] == "http_timeout"


@pytest.mark.parametrize("forgery", ["signature", "stale", "junk", "unsigned"])
def test_forgeries_can_be_sent(workspace: Workspace, people: People, forgery: Forgery) -> None:
    """None of them verifies."""
    with answering([401]) as server:
        workspace.app.http.url, workspace.app.http.forgery = server.url, forgery
        assert not people.shortcut(ADA, "begin").acknowledged
    [asked] = server.asked
    if forgery == "junk":
        with pytest.raises(ValueError, match="int"):  # slack-sdk's own, which whoever uses it has to catch
            _verifies(workspace, asked)
    else:
        assert not _verifies(workspace, asked)


@pytest.mark.parametrize("forgery", ["signature", "stale"])
def test_bolt_refuses_forgeries(workspace: Workspace, bolt: Bolt, people: People, forgery: Forgery) -> None:
    """And takes what is signed well."""
    bolt.shortcut("begin")(lambda ack: ack())
    with over_http(workspace, bolt):
        assert people.shortcut(ADA, "begin").acknowledged
        workspace.app.http.forgery = forgery
        assert people.shortcut(ADA, "begin").attempts[0].status == 401


def test_bolt_passes_the_test_of_its_url(workspace: Workspace, bolt: Bolt) -> None:
    """The challenge comes back."""
    with over_http(workspace, bolt):
        assert workspace.app.http.verify_url(workspace.app.verification_token)
    with answering([200]) as server:
        workspace.app.http.url = server.url
        assert not workspace.app.http.verify_url(workspace.app.verification_token)


def test_what_is_still_tried_ends_with_the_server(workspace: Workspace, url: str, people: People) -> None:
    """Nobody waits five minutes for a retry in a test."""
    workspace.app.pauses = (60.0,)
    saying = threading.Thread(target=people.say, args=(ADA, COMMUNITY, "Hello."))
    saying.start()
    while not (workspace.app.deliveries and workspace.app.deliveries[0].attempts):
        time.sleep(0.005)
    workspace.app.stop()
    saying.join(20)
    assert not saying.is_alive()


def _verifies(workspace: Workspace, asked: Asked) -> bool:
    verifier = SignatureVerifier(workspace.app.http.secret)
    return verifier.is_valid_request(asked.body, {name.lower(): value for name, value in asked.headers.items()})
