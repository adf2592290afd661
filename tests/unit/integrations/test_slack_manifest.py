"""The app's manifest holds what the code needs, and nothing else."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import integrations.slack
from integrations.slack import manifest
from service.testing.slack.methods import chat, conversations, users, views

_METHODS = {**chat.METHODS, **conversations.METHODS, **users.METHODS, **views.METHODS}
_FOLDER = Path(integrations.slack.__file__).parent
_FOR_PEOPLE = {"commands", "links:read", "users:read.email"}  # needed to hear and to see, by no method alone
# Needed by conversations.*, as the channel is.
_BY_CHANNEL = {"channels:history", "channels:read", "groups:history", "groups:read"}


def _called() -> Iterator[str]:
    """The methods of Slack's client that our code calls, as `self._client.chat_postMessage`."""
    for path in _FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("client", "self._client"):
                yield node.attr


def _scopes_of(attribute: str) -> set[str]:
    """The permissions of the method behind `chat_postMessage`, as the strict made-up Slack asks for them."""
    names = [name for name in _METHODS if name.replace(".", "_") == attribute]
    return {scope for name in names for scope in _METHODS[name].scope.replace(",", " ").split()}


def test_every_permission_is_needed_and_every_one_that_is_needed_is_there() -> None:
    """By the methods that are called, and by what is heard."""
    called = {name for name in _called() if any(name == method.replace(".", "_") for method in _METHODS)}
    assert {"chat_postMessage", "views_open", "users_info", "chat_unfurl", "conversations_history"} <= called
    needed = {scope for name in called for scope in _scopes_of(name)}
    assert needed | _FOR_PEOPLE | _BY_CHANNEL == set(manifest.SCOPES)


def test_the_file_is_what_the_command_prints() -> None:
    """`earful slack manifest` for an address that is an example."""
    kept = json.loads((_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert kept == manifest.build(host="earful.example.com")


@pytest.mark.parametrize("url", [None, "https://earful.example.com/hooks/slack"])
def test_it_keeps_to_slacks_limits(url: str | None) -> None:
    """Lengths and numbers as https://docs.slack.dev/reference/app-manifest gives them."""
    made: Any = manifest.build(host="earful.example.com", request_url=url)
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    (command,), (shortcut,) = made["features"]["slash_commands"], made["features"]["shortcuts"]
    assert (command["command"], command.get("url")) == ("/earful", url)
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert shortcut["type"] == "message"
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
    assert made["features"]["app_home"]["home_tab_enabled"]
    assert made["features"]["unfurl_domains"] == ["earful.example.com"]
    assert made["settings"]["socket_mode_enabled"] == (url is None)
    assert made["settings"]["interactivity"].get("request_url") == url
    assert set(made["settings"]["event_subscriptions"]["bot_events"]) == {"app_home_opened", "link_shared"}


def test_without_an_address_that_others_can_open_no_links_are_shown() -> None:
    """A domain of this machine alone is none that Slack takes."""
    made: Any = manifest.build(host=None)
    assert "unfurl_domains" not in made["features"]
    assert made["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened"]
