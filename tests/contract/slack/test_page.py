"""The page of the made-up Slack, in a real browser's words: forms that are sent as they stand."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from slack_sdk import WebClient

from service.testing.slack import People, Workspace
from tests.contract.slack.answering import answering
from tests.contract.slack.corpus import BUTTON, ELEMENTS, IN_MESSAGES, TYPED, actions, asked, home, modal, option

ADA, BEN = "U0ADA00000", "U0BEN00000"
COMMUNITY = "C0COMMUNITY"


class Reading(HTMLParser):
    """The page's texts, and the values of its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.buttons: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note buttons."""
        if tag == "button":
            self.buttons.append(dict(attrs)["value"] or "")

    def handle_data(self, data: str) -> None:
        """Note texts."""
        self.texts.append(data.strip())


def look(url: str, user: str = ADA) -> Reading:
    """What this person sees."""
    with urllib.request.urlopen(f"{url.removesuffix('/api/')}/?{urlencode({'as': user})}") as answer:
        return Reading(answer.read().decode())


def do(url: str, what: str, **fields: object) -> Reading:
    """Send a form; the page that comes then."""
    form = urlencode({"as": ADA, "where": "", "what": what, **fields}, doseq=True).encode()
    with urllib.request.urlopen(f"{url.removesuffix('/api/')}/__do__", form) as answer:
        return Reading(answer.read().decode())


def test_everything_can_be_seen(url: str, workspace: Workspace, client: WebClient, people: People) -> None:
    """All kinds of blocks in messages, modals and homes; notes and people's words, which are no markup."""
    workspace.app.events = frozenset()
    client.chat_postMessage(channel=COMMUNITY, text="x", blocks=list(IN_MESSAGES.values())[:20])
    client.chat_postMessage(channel=COMMUNITY, text="x", blocks=list(IN_MESSAGES.values())[20:])
    client.chat_postEphemeral(channel=COMMUNITY, user=ADA, text="Between us.")
    people.say(BEN, COMMUNITY, "<script>alert(1)</script>")
    client.views_publish(user_id=ADA, view=home({"type": "header", "text": {"type": "plain_text", "text": "At home"}}))
    trigger = people.shortcut(ADA, "begin").payload["trigger_id"]
    client.views_open(trigger_id=trigger, view=modal(*[asked(element) for element in ELEMENTS.values()]))
    seen = look(url)
    assert {"Between us.", "At home", "Only you can see this.", "Ben Okoro"} <= set(seen.texts)
    assert any("<script>alert(1)</script>" in text for text in seen.texts)
    assert {"submit", "close", "home", f"say {COMMUNITY}"} <= set(seen.buttons)
    other = look(url, BEN)
    assert not {"Between us.", "At home"} & set(other.texts)
    assert "submit" not in other.buttons


def test_what_is_done_reaches_the_app(url: str, workspace: Workspace, client: WebClient, people: People) -> None:
    """Clicks, picks, fields of a modal, words and commands; the page says how it went."""
    with answering([200]) as server:
        workspace.app.http.url = server.url
        row = {
            **actions({**BUTTON, "action_id": "claim"}, {**ELEMENTS["static_select"], "action_id": "pick"}),
            "block_id": "row",
        }
        ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=[row])["ts"]
        do(url, f"click {json.dumps(['row', 'claim'])}", where=ts)
        name = json.dumps(["row", "pick"])
        do(url, f"select {name}", where=ts, **{"field": name, name: "high"})
        do(url, f"say {COMMUNITY}", text="Hello.")
        do(url, f"say {COMMUNITY}", text="/earful help")
        do(url, "home")
        do(url, "shortcut", callback_id="begin")
        sent = [(d.kind, d.payload.get("actions", [{}])[0].get("action_id", "")) for d in workspace.app.deliveries]
        assert sent == [
            ("interactive", "claim"),
            ("interactive", "pick"),
            ("events_api", ""),
            ("slash_commands", ""),
            ("events_api", ""),
            ("interactive", ""),
        ]
        trigger = workspace.app.deliveries[-1].payload["trigger_id"]
        blocks = [
            asked(TYPED, block_id="words"),
            asked({**ELEMENTS["multi_static_select"], "action_id": "m"}, block_id="many"),
        ]
        view = client.views_open(trigger_id=trigger, view=modal(*blocks))["view"]["id"]
        words, many = json.dumps(["words", "t"]), json.dumps(["many", "m"])
        fields = {"field": [words, many], words: "Typed.", many: ["low", "high"]}
        seen = do(url, "submit", where=view, **{**fields, words: ""})
        assert any("is to be filled in first" in text for text in seen.texts)
        do(url, "submit", where=view, **fields)
        values = workspace.app.deliveries[-1].payload["view"]["state"]["values"]
        assert values["words"]["t"]["value"] == "Typed."
        assert [picked["value"] for picked in values["many"]["m"]["selected_options"]] == ["low", "high"]
        assert workspace.modal(ADA) is None
    seen = do(url, f"click {json.dumps(['row', 'claim'])}", where=ts)
    assert "The app did not acknowledge it: connection_failed." in seen.texts


def test_options_are_searched_for(url: str, workspace: Workspace, client: WebClient) -> None:
    """What the app offers can be picked then."""
    menu = {**actions({"type": "external_select", "action_id": "who", "min_query_length": 1}), "block_id": "row"}
    ts = client.chat_postMessage(channel=COMMUNITY, text="x", blocks=[menu])["ts"]
    name = json.dumps(["row", "who"])
    with answering([200], body=json.dumps({"options": [option("adam")]})) as server:
        workspace.app.http.url = server.url
        assert "adam" in do(url, f"suggest {name}", where=ts, **{f"typed {name}": "a"}).texts
        do(url, f"select {name}", where=ts, **{"field": name, name: "adam"})
    assert workspace.app.deliveries[-1].payload["actions"][0]["selected_option"]["value"] == "adam"


@pytest.mark.parametrize("option", [[], ["--request-url", "http://127.0.0.1:9/slack/events"]])
def test_the_command_serves_it(option: list[str]) -> None:
    """It prints what to set, and where to look."""
    command = [sys.executable, "-m", "service.testing.slack", "--port", "0", *option]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        settings, address = process.stdout.readline().split(), process.stdout.readline().strip()
        try:
            url = settings[0].removeprefix("SLACK_API_URL=")
            assert url == f"{address}/api/"
            token = settings[1].removeprefix("SLACK_BOT_TOKEN=")
            assert WebClient(token, base_url=url).auth_test()["team"] == "Lantern Works"
            assert "#community" in look(url).texts
        finally:
            process.kill()
