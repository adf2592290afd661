"""Hearing Slack, against a made-up Socket Mode over real HTTP and WebSockets."""

from __future__ import annotations

import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from integrations.base import JSON, Payload, TargetRefused
from integrations.slack.link import Take
from integrations.slack.listen import Pace, listen
from service.store.database import psycopg_url
from service.testing.slack import App, Workspace, running
from service.testing.slack.lines import Line

TOKEN = "xapp-very-secret"
QUICK = Pace(look=0.02, ping=3600, answer=10, pause=0.05, longest_pause=0.2, steady=0)
PATIENCE = 60.0  # seconds: a bound for a machine that does other things too, not a measure
WORDS = "words that nobody may log"


def click(*names: str, envelope: str = "e-1") -> dict[str, object]:
    """What Slack sends when somebody presses a button."""
    actions = [{"type": "button", "action_id": name, "block_id": "b", "action_ts": "1.2"} for name in names]
    return {
        "envelope_id": envelope,
        "type": "interactive",
        "accepts_response_payload": False,
        "payload": {
            "type": "block_actions",
            "user": {"id": "U0SOMEBODY", "username": WORDS},
            "container": {"type": "message", "message_ts": "1.2", "channel_id": "C0COMMUNITY"},
            "message": {"type": "message", "text": WORDS, "ts": "1.2"},
            "response_url": f"https://hooks.example/{WORDS}",
            "actions": actions,
        },
    }


@dataclass
class Listening:
    """A made-up Slack and a listener that hears it."""

    slack: App
    heard: queue.Queue[JSON]
    line: Line

    def next(self) -> JSON:
        """The payload of the next thing that was heard."""
        return self.heard.get(timeout=PATIENCE)


@contextmanager
def listening(slack: App, *, take: Take | None = None, pace: Pace = QUICK) -> Iterator[Listening]:
    """Listen in a thread of its own; at the end it stops without an error."""
    heard: queue.Queue[JSON] = queue.Queue()
    stop = threading.Event()
    with running(Workspace(app=slack)) as url, ThreadPoolExecutor(1) as thread:
        settings = {"SLACK_APP_TOKEN": TOKEN, "SLACK_API_URL": url}
        listener = thread.submit(listen, settings, take or heard.put, stop, pace=pace)
        try:
            yield Listening(slack, heard, slack.sockets.line())
        finally:
            stop.set()
        listener.result(PATIENCE)


@pytest.fixture
def slack() -> App:
    """A made-up Slack that nobody is connected to yet."""
    return App(app_token=TOKEN)


@pytest.fixture
def connected(slack: App) -> Iterator[Listening]:
    """A listener with its first connection."""
    with listening(slack) as it:
        yield it


def test_a_click_is_acknowledged(connected: Listening) -> None:
    """With its envelope's id and nothing else, and its payload is handed on."""
    envelope = click("open_page", envelope="e-open")
    connected.line.say(envelope)
    assert connected.line.answer() == {"envelope_id": "e-open"}
    assert connected.next() == envelope["payload"]


@pytest.mark.parametrize(
    "envelope",
    [
        {"type": "events_api", "payload": {"type": "event_callback", "event": {"type": "app_mention"}}},
        {"type": "slash_commands", "payload": {"command": "/earful", "text": WORDS}},
        {"type": "something_new", "payload": None},
        {"type": "interactive", "payload": ["a", "list"]},
        {},
    ],
)
def test_every_envelope_is_acknowledged(connected: Listening, envelope: dict[str, Any]) -> None:
    """Also those that we make nothing of, and those that no document describes."""
    connected.line.say({"envelope_id": "e-9", **envelope})
    assert connected.line.answer() == {"envelope_id": "e-9"}
    assert connected.next() == envelope.get("payload")


@pytest.mark.parametrize("wanted", [True, False])
def test_the_acknowledgement_carries_an_answer_where_slack_takes_one(slack: App, wanted: bool) -> None:
    """Errors of a sent modal, or the view that it becomes."""
    answer: Payload = {"response_action": "clear"}
    with listening(slack, take=lambda _: answer) as it:
        it.line.say({**click("open_page"), "accepts_response_payload": wanted})
        assert it.line.answer() == {"envelope_id": "e-1", **({"payload": answer} if wanted else {})}


def test_what_cannot_be_read_does_not_end_the_listening(connected: Listening) -> None:
    """Frames that are no JSON, no object, or no envelope are passed over."""
    for frame in ("{broken", "[]", "", '{"type": "news"}', '{"type": "interactive", "envelope_id": 7}'):
        connected.line.say(frame)
    connected.line.say(click("open_page", envelope="after"))
    assert connected.line.answer() == {"envelope_id": "after"}


def test_a_large_envelope_is_read_whole(connected: Listening) -> None:
    """A message with all its blocks comes along with a click."""
    envelope = click("open_page", envelope="large")
    connected.line.say({**envelope, "padding": "ü" * 300_000})
    assert connected.line.answer() == {"envelope_id": "large"}


def test_what_was_not_taken_is_not_acknowledged(slack: App, caplog: pytest.LogCaptureFixture) -> None:
    """So that Slack sends it again; and a failure silences nothing that comes after."""

    def refuse_once(payload: JSON) -> None:
        if not seen:
            seen.append(payload)
            raise RuntimeError(WORDS)

    seen: list[JSON] = []
    with listening(slack, take=refuse_once) as it:
        it.line.say(click("open_page", envelope="lost"))
        it.line.say(click("open_page", envelope="lost"))
        assert it.line.answer() == {"envelope_id": "lost"}
        it.line.say(click("open_page", envelope="after"))
        assert it.line.answer() == {"envelope_id": "after"}
    assert "is not acknowledged" in caplog.text
    assert WORDS not in caplog.text


def test_a_disconnect_leads_to_a_new_connection(connected: Listening) -> None:
    """The new one hears before the old one is closed."""
    connected.line.say({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "applink"}})
    newer = connected.slack.sockets.line()
    assert connected.line.ended()
    newer.say(click("open_page", envelope="newer"))
    assert newer.answer() == {"envelope_id": "newer"}
    assert connected.slack.sockets.others == [0, 1]


@pytest.mark.parametrize("way", [Line.drop, Line.hang_up])
def test_a_lost_connection_is_replaced(connected: Listening, way: Callable[[Line], None]) -> None:
    """Whether Slack closes it or a machine in between drops it without a word."""
    way(connected.line)
    newer = connected.slack.sockets.line()
    newer.say(click("open_page"))
    assert newer.answer() == {"envelope_id": "e-1"}


def test_a_connection_without_hello_is_replaced(slack: App) -> None:
    """Something that answers like a WebSocket and then stays silent is not Slack."""
    slack.sockets.greets = False
    with listening(slack, pace=Pace(look=0.02, ping=3600, answer=0.5, pause=0.05, steady=0)) as it:
        slack.sockets.greets = True
        newer = slack.sockets.line()
        assert it.line.ended()
        newer.say(click("open_page"))
        assert newer.answer() == {"envelope_id": "e-1"}


@pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning"
)  # slack-sdk leaves a refused one to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_trouble_at_slack_is_waited_out(slack: App, caplog: pytest.LogCaptureFixture) -> None:
    """Busy, failing, or turning connections away: it is tried again, and the log says so in words."""
    caplog.set_level(logging.INFO)
    slack.sockets.limited, slack.sockets.refusals, slack.sockets.turned_away = 1, ["internal_error"], 1
    with listening(slack) as it:
        it.line.say(click("open_page"))
        assert it.line.answer() == {"envelope_id": "e-1"}
    assert "Slack asks to wait. Trying again" in caplog.text
    assert "Slack failed while it answered (status 200). Trying again" in caplog.text
    assert slack.sockets.asked == 3


def test_waits_grow_until_a_connection_lasts(slack: App, caplog: pytest.LogCaptureFixture) -> None:
    """A Slack that asks for a new connection all the time is not asked in a hurry."""
    caplog.set_level(logging.WARNING)
    with listening(slack, pace=Pace(look=0.02, ping=3600, pause=0.1, longest_pause=0.2, steady=3600)) as it:
        it.line.say({"type": "disconnect", "reason": "warning"})
        slack.sockets.line().say({"type": "disconnect", "reason": "warning"})
        slack.sockets.line()
    assert [record.getMessage().partition("Trying")[2] for record in caplog.records] == [
        " again in 0.1 s.",
        " again in 0.2 s.",
    ]


@pytest.mark.parametrize(
    ("error", "what_to_do"),
    [
        ("invalid_auth", "Set SLACK_APP_TOKEN"),
        ("token_revoked", "Set SLACK_APP_TOKEN"),
        ("missing_scope", "connections:write"),
        ("not_allowed_token_type", "xapp-"),
        ("something_new", "Socket Mode is switched on"),
    ],
)
def test_a_refusal_says_what_to_do(slack: App, error: str, what_to_do: str) -> None:
    """It is not tried again, and the token is in no message."""
    slack.sockets.refusals = [error]
    with running(Workspace(app=slack)) as url, pytest.raises(TargetRefused) as caught:
        listen({"SLACK_APP_TOKEN": TOKEN, "SLACK_API_URL": url}, print, threading.Event())
    assert what_to_do in str(caught.value)
    assert error in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__
    assert slack.sockets.asked == 1


@pytest.mark.parametrize("address", ["wss://127.0.0.1:8443/link/", "http://127.0.0.1/link/", "wss:///link/", ""])
def test_a_connection_in_the_open_is_refused(slack: App, address: str) -> None:
    """slack-sdk encrypts on port 443 alone, and the address holds a ticket."""
    slack.sockets.elsewhere = address
    with running(Workspace(app=slack)) as url, pytest.raises(TargetRefused, match="SLACK_API_URL"):
        listen({"SLACK_APP_TOKEN": TOKEN, "SLACK_API_URL": url}, print, threading.Event())


def test_a_token_that_is_revoked_later_ends_the_listening(slack: App) -> None:
    """Where Slack takes the connection back and gives no other, a person has to act."""
    stop = threading.Event()
    with running(Workspace(app=slack)) as url:

        def revoke() -> None:
            line = slack.sockets.line()
            slack.sockets.refusals = ["token_revoked"]
            line.say({"type": "disconnect", "reason": "link_disabled"})

        thread = threading.Thread(target=revoke)
        thread.start()
        with pytest.raises(TargetRefused, match="token_revoked"):
            listen({"SLACK_APP_TOKEN": TOKEN, "SLACK_API_URL": url}, print, stop, pace=QUICK)
        thread.join()


def test_neither_texts_nor_secrets_are_logged(slack: App, caplog: pytest.LogCaptureFixture) -> None:
    """Not even at the level debug: no token, no ticket, nothing that a person wrote."""
    caplog.set_level(logging.DEBUG)
    with listening(slack) as it:
        it.line.say(click("open_page", WORDS))
        it.line.answer()
        it.line.drop()
        slack.sockets.line()
    ours = "\n".join(line for line in caplog.text.splitlines() if "websockets" not in line)  # the fake's own
    assert "Slack says hello" in ours
    assert not [secret for secret in ("xapp", "ticket", WORDS) if secret in ours]


@contextmanager
def the_command(database: Engine, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`earful listener` as a process."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("EARFUL_", "SLACK_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "listener"],
        env={**others, "EARFUL_DATABASE_URL": psycopg_url(database), "EARFUL_LOG_LEVEL": "debug", **settings},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_command_hears_and_stops_politely(slack: App, database: Engine) -> None:
    """It acknowledges, notes names alone, and ends with exit code 0 when it is told to; no proxy is in its way."""
    proxy = {"HTTPS_PROXY": "http://127.0.0.1:9"}  # of no concern where nothing is encrypted
    with (
        running(Workspace(app=slack)) as url,
        the_command(database, SLACK_APP_TOKEN=TOKEN, SLACK_API_URL=url, **proxy) as process,
    ):
        line = slack.sockets.line()
        line.say(click("open_page"))
        assert line.answer() == {"envelope_id": "e-1"}
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert "listener: heard kind=action handler=open_page" in said
    assert "SLACK_BOT_TOKEN is not set" in said
    assert not [secret for secret in (TOKEN, "ticket", WORDS) if secret in said]


def test_the_command_says_what_is_missing(database: Engine) -> None:
    """Without a token: exit code 2, and where to get one."""
    with the_command(database) as process:
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2
    assert "SLACK_APP_TOKEN is not set" in said
    assert "api.slack.com/apps" in said


def test_the_command_says_that_slack_refuses(slack: App, database: Engine) -> None:
    """With a wrong token: exit code 1, one sentence, no token in it."""
    with (
        running(Workspace(app=slack)) as url,
        the_command(database, SLACK_APP_TOKEN="xapp-wrong", SLACK_API_URL=url) as process,
    ):
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
    assert "invalid_auth" in said
    assert "Set SLACK_APP_TOKEN" in said
    assert "xapp-wrong" not in said
    assert "Traceback" not in said


def test_an_unreachable_slack_is_tried_again_until_it_is_time_to_stop(database: Engine) -> None:
    """Nobody listens there: the log says so, and Ctrl-C ends the wait."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
        with the_command(database, SLACK_APP_TOKEN=TOKEN, SLACK_API_URL=url) as process:
            assert process.stderr is not None
            said = next(line for line in process.stderr if "Trying again" in line)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
    assert "Slack cannot be reached from here. Trying again in 1 s." in said
