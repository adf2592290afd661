"""Walks the whole loop on the sample studio, and makes a picture of each message and form in Slack.

python -m tests.evidence.walk --output build/walk

A post comes in and its card stands in Slack; a colleague claims it and answers; a second one approves; the reply stands
on the sample's Reddit and its author writes back; the issue is called fixed from its card, everybody who may be told is
told, and the team's digest says so. All is real but Slack and the platforms: `earful up`, its worker and its listener.
Where a step does not come, it ends with exit code 1 and says which. Needs Chromium for the pictures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Page, sync_playwright

from integrations.slack import names
from service.testing.slack.app import App
from service.testing.slack.people import People
from service.testing.slack.server import running
from service.testing.slack.workspace import Channel, Workspace
from service.testing.studio.content import load_studio
from service.testing.studio.ids import number
from service.testing.studio.model import SamplePost

ADA, BEN, DEE = "U0ADA00000", "U0BEN00000", "U0DEE00000"
_TEAM = (("ada", "Ada Lund", "community"), ("ben", "Ben Okoro", "community"), ("dee", "Dee Marsh", "product"))
_SAID = "Thank you for telling us. We see it here as well and are working on it; we will write to you when it is fixed."
_CONFIG = Path(__file__).resolve().parents[2] / "config"
_EARFUL = (sys.executable, "-m", "service")
_ZONE = ZoneInfo("Europe/Berlin")  # company.yaml's
_DIGEST_AFTER = timedelta(minutes=4)
_REPORTERS = 3  # on Reddit: enough that some are told by a program
_PATIENCE = 240.0  # seconds for what has to be read, grouped, or collected first
T = TypeVar("T")
Message = dict[str, Any]


class Missed(Exception):
    """A step that did not come."""


class Walk:
    """Earful, the people in Slack, and an album of what they see."""

    def __init__(self, workspace: Workspace, page: Page, home: str, output: Path) -> None:
        self.workspace, self.people, self.page = workspace, People(workspace), page
        self.home, self.output = home, output
        self.told: list[str] = []

    def picture(self, name: str, words: str, *, user: str, part: str) -> None:
        """What a person sees of a part of the made-up Slack's page, as a picture with a line about it."""
        file = f"{len(self.told) + 1:02}-{name}.png"
        self.page.goto(f"{self.workspace.app.address}/?as={user}")
        self.page.locator(part).last.screenshot(path=self.output / file)
        self._note(file, words)

    def web(self, name: str, words: str, path: str) -> None:
        """One of our pages."""
        file = f"{len(self.told) + 1:02}-{name}.png"
        self.page.goto(f"{self.home}{path}", wait_until="networkidle")
        self.page.screenshot(path=self.output / file, full_page=True)
        self._note(file, words)

    def _note(self, file: str, words: str) -> None:
        self.told.append(f"## {words}\n\n![{words}]({file})\n")
        sys.stdout.write(f"{file:32} {words}\n")
        sys.stdout.flush()

    def until(self, what: str, found: Callable[[], T | None], patience: float = _PATIENCE) -> T:
        """What is found, as soon as it is. Raises Missed where it does not come."""
        ends = time.monotonic() + patience
        while (here := found()) is None:
            if time.monotonic() > ends:
                raise Missed(what)
            time.sleep(0.5)
        return here

    def card(self, said: str, *, holds: str) -> Message | None:
        """The newest message with these words and a button of this name."""
        for message in reversed(self.workspace.messages()):
            if said in str(message) and holds in str(message):
                return message
        return None

    def on_card(self, words: str, *held: str) -> Callable[[], Message | None]:
        """Looks for a card with these words that holds one of the names."""
        return lambda: next(filter(None, (self.card(words, holds=each) for each in held)), None)

    def form(self, user: str, callback: str) -> str:
        """The id of the form on top, as soon as it is the one that is waited for."""

        def found() -> str | None:
            view = self.workspace.modal(user)
            return view.id if view is not None and view.payload["callback_id"] == callback else None

        return self.until(f"the form {callback}", found)

    def submit(self, user: str, view_id: str, name: str = "", value: str = "") -> None:
        """Fill in the field of this name, and press the form's button."""
        view = self.workspace.modal(user)
        inputs = [block for block in view.payload["blocks"] if block["type"] == "input"] if view and name else []
        entered = {
            block["block_id"]: {block["element"]["action_id"]: value}
            for block in inputs
            if block["element"]["action_id"].startswith(name)
        }
        self.people.submit(user, view_id, entered)


def main() -> int:
    """Walk; returns the exit code."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--output", type=Path, default=Path("build/walk"), help="the folder for the pictures")
    output: Path = reader.parse_args().output
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    app = App()
    workspace = Workspace(app=app)
    workspace.channels += [Channel(id=f"C0{name.upper():0<9}", name=name) for name in ("rnd", "studio")]
    with running(workspace) as url, earful(url, app, output / "data") as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        walk = Walk(workspace, browser.new_page(viewport={"width": 1100, "height": 900}), home, output)
        try:
            whole_loop(walk)
        except Missed as missed:
            sys.stderr.write(f"It did not come: {missed}\n")
            return 1
        finally:
            (output / "README.md").write_text("# The whole loop\n\n" + "\n".join(walk.told), encoding="utf-8")
            browser.close()
    return 0


def whole_loop(walk: Walk) -> None:
    """From a post to a digest that says that its author was told."""
    post, card = walk.until("a card about a post on Reddit", lambda: _first_card(walk))
    answer(walk, post.text[:40], str(card["ts"]))
    fix(walk, walk.until("the card of an issue", lambda: _issue_with_reporters_on_reddit(walk)))
    walk.web("effect", "Did it help", "/replies/effect")
    walk.web("digest-page", "The digest of the last day and night, with how we answered", "/digest?since=24h")
    patience = _DIGEST_AFTER.total_seconds() * 2
    digest = walk.until("the team's digest", walk.on_card("How we answered", "header"), patience)
    walk.picture("digest", "The team's digest of yesterday", user=ADA, part=_message(digest["ts"]))


def answer(walk: Walk, words: str, ts: str) -> None:
    """Claim, write, approve, and hear from the author. `words`: how the post begins."""
    people, card = walk.people, _message(ts)
    walk.picture("card", "A post comes in, and its card says who, what, and why here", user=ADA, part=card)
    people.click(ADA, ts, names.CLAIM)
    walk.until("the claim on the card", walk.on_card(words, "Ada Lund"))
    walk.picture("claimed", "Ada claims it", user=BEN, part=card)
    people.click(ADA, ts, names.REPLY)
    form = walk.form(ADA, names.PUBLISH)
    walk.picture("form", "The form shows the post as it stands now, and words to begin from", user=ADA, part=_FORM)
    walk.submit(ADA, form, names.FIELD_TEXT, _SAID)
    walk.until("a draft that waits for a second person", walk.on_card(words, names.APPROVE))
    walk.picture("waits", "It waits for a second person, and says why", user=BEN, part=card)
    people.click(BEN, ts, names.APPROVE)
    form = walk.form(BEN, names.APPROVE)
    walk.picture("approval", "Ben reads the exact words", user=BEN, part=_FORM)
    walk.submit(BEN, form)
    walk.until("a reply that can be taken back", walk.on_card(words, names.UNDO))
    walk.picture("undo", "For a moment it can be taken back", user=ADA, part=card)
    walk.until("a reply that stands there", walk.on_card(words, names.EDIT, names.TAKE_DOWN))
    walk.picture("answered", "It stands on Reddit", user=ADA, part=card)
    walk.web("wrote-back", "Its author wrote back", f"/posts/{walk.until('the author', lambda: _wrote_back(walk))}")
    people.open_home(ADA)
    walk.until("Ada's home", lambda: walk.workspace.homes.get(ADA))
    walk.picture("home", "Ada's home", user=ADA, part=_HOME)


def fix(walk: Walk, issue: Message) -> None:
    """Call it fixed, look at the words, and have everybody told."""
    card, ts = _message(issue["ts"]), issue["ts"]
    walk.picture("issue", "The issue's card", user=DEE, part=card)
    walk.people.click(DEE, ts, names.FIXED)
    form = walk.form(DEE, names.FIXED)
    walk.picture("fixed-form", "Dee says in which version, and sees who can be told", user=DEE, part=_FORM)
    walk.submit(DEE, form, names.FIELD_VERSION, "2.4.1")
    walk.form(DEE, names.DONE)
    walk.picture("fixed", "The words are prepared", user=DEE, part=_FORM)
    page = f"/issues/{_issue_number(issue)}/telling"
    walk.web("words", "The words to everybody, to be looked at", page)
    walk.page.get_by_role("button", name="Tell those who are ticked").click()
    walk.page.wait_for_load_state("networkidle")
    walk.until("somebody who was told", lambda: _told(httpx.get(f"{walk.home}{page}").text))
    walk.web("told", "How far telling has come", page)
    walk.picture("issue-told", "The issue's card counts them", user=DEE, part=card)


_FORM, _HOME = "section.modal", "section:has(h2:text('Home'))"


def _message(ts: str) -> str:
    return f"[id='message-{ts}']"


def _first_card(walk: Walk) -> tuple[SamplePost, Message] | None:
    """A post on Reddit whose author will write back; one that belongs to an issue rather than another."""
    posts = [post for post in load_studio().content.posts if post.source == "reddit" and _writes_back(post)]
    for post in sorted(posts, key=lambda each: each.truth.issue is None):
        found = walk.card(post.text[:40], holds=names.REPLY)
        if found is not None:
            return post, found
    return None


def _writes_back(post: SamplePost) -> bool:
    stays = not post.deleted and not post.edited
    return stays and "churn_threat" not in post.truth.intents and number(post.id + "answers", 4) > 0


def _wrote_back(walk: Walk) -> int | None:
    """The newest comment that was written while the sample runs: its names are longer. Ours are not kept as posts."""
    found = httpx.get(f"{walk.home}/api/posts", params={"source": "reddit", "limit": "20"}).json()["items"]
    return next((int(post["id"]) for post in found if len(post["external_id"]) > len("t1_1234567")), None)


def _issue_with_reporters_on_reddit(walk: Walk) -> Message | None:
    """The card of the issue that most people there reported; some of them remove what they wrote."""
    found = []
    for message in walk.workspace.messages():
        if names.FIXED in str(message):
            asked = {"issue": str(_issue_number(message)), "source": "reddit", "deleted": "false"}
            found.append((httpx.get(f"{walk.home}/api/posts", params=asked).json()["total"], message))
    most, card = max(found, key=lambda each: each[0], default=(0, None))
    return card if most >= _REPORTERS else None


def _issue_number(issue: Message) -> int:
    buttons = [element for block in issue["blocks"] for element in block.get("elements", [])]
    return next(int(each["value"]) for each in buttons if str(each.get("action_id", "")).startswith(names.FIXED))


def _told(page: str) -> str | None:
    return page if "Told " in page and "Told 0 of" not in page else None


@contextmanager
def earful(slack: str, app: App, data: Path) -> Iterator[str]:
    """Earful with the sample studio, on Slack; gives the address of its pages."""
    config = data.parent / "config"
    shutil.copytree(_CONFIG, config)
    _hurry(config)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {
        "EARFUL_DATA_DIR": str(data),
        "EARFUL_CONFIG_DIR": str(config),
        "EARFUL_PORT": str(port),
        "SLACK_API_URL": slack,
        "SLACK_BOT_TOKEN": "xoxb-made-up",
        "SLACK_APP_TOKEN": app.sockets.app_token,
    }
    env = {**os.environ, **settings}
    log = (data.parent / "earful.log").open("w", encoding="utf-8")
    with log, subprocess.Popen([*_EARFUL, "up"], env=env, stdout=log, stderr=log) as up:
        home = f"http://127.0.0.1:{port}"
        try:
            _ready(home, up)
            for mail, name, role in _TEAM:
                add = ["user", "add", f"{mail}@lantern-works.example", "--name", name, "--role", role]
                subprocess.run([*_EARFUL, *add], env=env, check=True, stdout=log)
            yield home
        finally:
            up.terminate()
            up.wait(60)


def _hurry(config: Path) -> None:
    """Telling takes no hours, and the digest comes while we are there."""
    replies = config / "replies.yaml"
    replies.write_text(replies.read_text(encoding="utf-8").replace("reddit: 6", "reddit: 1200"), encoding="utf-8")
    company = config / "company.yaml"
    at = (datetime.now(_ZONE) + _DIGEST_AFTER).strftime("%H:%M")
    company.write_text(company.read_text(encoding="utf-8").replace('"08:30"', f'"{at}"'), encoding="utf-8")


def _ready(home: str, up: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends and up.poll() is None:
        try:
            if httpx.get(f"{home}/health").is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(1)
    raise Missed("Earful itself; see earful.log")


if __name__ == "__main__":
    sys.exit(main())
