"""The registry knows every kind of target and builds it, or its preview, from settings."""

from __future__ import annotations

import subprocess
import sys

import pytest

from integrations.recorder import PreviewTarget, Recorded
from integrations.registry import UnknownKind, kinds, missing, open_target, spec
from service.testing.cards import ISSUE_CARD, POST_CARD
from service.testing.slack.rules import validate_message


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_describes_itself(kind: str) -> None:
    """Title, and for each setting its name and where to get it."""
    found = spec(kind)
    assert found.kind == kind
    assert found.title
    for secret in found.secrets:
        assert secret.name.isupper()
        assert secret.where.endswith(".")


@pytest.mark.parametrize("kind", kinds())
def test_without_settings_there_is_a_preview(kind: str) -> None:
    """A newcomer without accounts gets what would have been sent."""
    kept: list[Recorded] = []
    target = open_target(kind, {}, keep=kept.append)
    assert isinstance(target, PreviewTarget)
    target.send(ISSUE_CARD, address="#product", key="k1")
    assert [recorded.key for recorded in kept] == ["k1"]


def test_with_its_token_slack_is_built_and_hides_it() -> None:
    """The token is in no text that could reach a log."""
    settings = {"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_API_URL": "http://127.0.0.1:9/api"}
    target = open_target("slack", settings, keep=lambda _: None)
    assert "xoxb-secret" not in repr(target)
    assert missing("slack", settings) == ()
    assert missing("slack", {"SLACK_BOT_TOKEN": ""}) == ("SLACK_BOT_TOKEN",)


def test_an_unknown_kind_names_the_nearest() -> None:
    """A slip of the pen is answered with what was meant."""
    with pytest.raises(UnknownKind, match="Did you mean slack"):
        spec("slak")
    with pytest.raises(UnknownKind, match="There are: slack"):
        spec("carrier pigeon")


def test_slacks_spec_renders_what_slack_takes() -> None:
    """The spec's own rendering is the one that is sent."""
    assert validate_message(spec("slack").render(POST_CARD, "k1")) == []


def test_the_registry_imports_no_vendor() -> None:
    """Listing kinds and previewing Slack's cards does not load slack-sdk."""
    code = (
        "import sys; from integrations.registry import *; spec('slack'); open_target('slack', {}, keep=print);"
        "sys.exit('slack_sdk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
