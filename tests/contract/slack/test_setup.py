"""`earful slack`: what is printed, and what it says is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from integrations.slack import manifest
from service.testing.slack import Workspace, running
from service.testing.slack.workspace import Channel

ROUTING = """
rules:
  - name: all of it
    when: everything
    send: {slack: ["#community", "partner/#support"]}
"""


def run(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """The command's exit code, and everything that it printed."""
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "routing.yaml").write_text(ROUTING, encoding="utf-8")
    for name in ("company", "sources", "topics"):
        shipped = Path(__file__).parents[3] / "config" / f"{name}.yaml"
        (config / f"{name}.yaml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    others = {name: value for name, value in os.environ.items() if not name.startswith(("EARFUL_", "SLACK_"))}
    done = subprocess.run(
        [sys.executable, "-m", "service", "slack", *arguments],
        env={**others, "EARFUL_CONFIG_DIR": str(config), "EARFUL_DATA_DIR": str(folder), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_is_for_the_address_of_the_pages(tmp_path: Path) -> None:
    """Over HTTP it says where Slack finds us."""
    code, said = run(tmp_path, "manifest", "--http", EARFUL_PUBLIC_URL="https://ears.example.com")
    assert code == 0
    url = "https://ears.example.com/hooks/slack"
    assert json.loads(said) == manifest.build(host="ears.example.com", request_url=url)


def test_without_anything_it_says_where_to_begin(tmp_path: Path) -> None:
    """Exit code 1, and the steps in their order."""
    code, said = run(tmp_path, "setup")
    assert code == 1
    assert (
        said.index("earful slack manifest") < said.index("SLACK_BOT_TOKEN is not set") < said.index("SLACK_APP_TOKEN")
    )


def test_what_is_missing_is_said_and_a_card_is_sent(tmp_path: Path) -> None:
    """First with a permission and a workspace's token missing, then with all."""
    first = Workspace(scopes=",".join(scope for scope in manifest.SCOPES if scope != "im:write"))
    partner = Workspace(token="xoxb-partner", app=first.app, team="T0PARTNER01", name="Partner")
    first.channels += [Channel(id=f"C0{name.upper():0<9}", name=name) for name in ("rnd", "studio")]
    with running(first, partner) as url:
        settings = {
            "SLACK_BOT_TOKEN": first.token,
            "SLACK_APP_TOKEN": first.app.sockets.app_token,
            "SLACK_API_URL": url,
        }
        code, said = run(tmp_path, "setup", **settings)
        assert code == 1
        assert "Add the scope im:write" in said
        assert "SLACK_BOT_TOKEN__PARTNER" in said
        first.scopes = ",".join(manifest.SCOPES)
        code, said = run(tmp_path, "setup", SLACK_BOT_TOKEN__PARTNER=partner.token, **settings)
    assert code == 0, said
    assert "Slack is set up." in said
    assert not [secret for secret in (first.token, partner.token, first.app.sockets.app_token) if secret in said]
    assert ["A test card" in str(message["blocks"]) for message in first.messages()] == [True, True]
