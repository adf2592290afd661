"""A made-up Slack with people in it, over real HTTP and WebSockets, whose clicks reach handlers of the tests' own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select, text
from sqlmodel import col

from integrations.base import Payload
from integrations.slack.answer import Answer
from integrations.slack.app import SlackApp
from integrations.slack.heard import Heard
from integrations.slack.listen import Pace, listen
from integrations.slack.workspaces import Workspaces
from service.clock import now
from service.desk import dispatch
from service.desk.registry import Entry
from service.desk.visit import Visit
from service.jobs.clicks import keeper
from service.jobs.queue import queue
from service.models import Click
from service.store.database import transaction
from service.testing.serving import serving
from service.testing.slack import People, Workspace, running
from service.testing.tools import make_tools
from service.tools import Tools
from service.web.app import create_app
from service.web.site import Hooks
from tests.web.conftest import SomeCompany

ADA, BEN = "U0ADA00000", "U0BEN00000"
COMMUNITY, ELSEWHERE = "C0COMMUNITY", "C0ELSEWHERE"
PATIENCE = 60.0  # seconds: a bound for a machine that does other things too, not a measure


def plain(words: str) -> Payload:
    """Plain text."""
    return {"type": "plain_text", "text": words}


def form(title: str = "Reply") -> Payload:
    """A modal with one field."""
    entry: Payload = {"type": "plain_text_input", "action_id": "text"}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [{"type": "input", "block_id": "words", "label": plain("Words"), "element": entry}],
    }


def check(heard: Heard) -> Answer | None:
    """What a form that is sent becomes at once."""
    if heard.values["text"] == "wrong":
        return Answer(errors={heard.blocks["text"]: "Not so."})
    return Answer(view={**form("Working"), "submit": plain("Wait")})


@dataclass
class Desk:
    """Handlers that note what they are given, and do what a test puts into `act`."""

    seen: list[Visit] = field(default_factory=list)
    act: Callable[[Visit], object] = lambda _: None

    def handle(self, visit: Visit) -> None:
        """Note it, and act."""
        self.seen.append(visit)
        self.act(visit)

    @property
    def handlers(self) -> Mapping[str, Entry]:
        """What would stand in the registry."""
        names = ("action:claim", "action:open", "command:/earful", "home", "message_shortcut:note", "close:form")
        return {
            **{name: Entry(self.handle) for name in names},
            "submit:form": Entry(self.handle, check),
            "link": Entry(self.handle, quiet=True),
        }


@dataclass
class Place:
    """A workspace whose people reach the store through one door; jobs are run by hand."""

    workspace: Workspace
    people: People
    desk: Desk
    tools: Tools

    def card(self, *actions: str) -> str:
        """A message of ours with buttons; its ts."""
        slack = self.tools.slack(self.workspace.team)
        buttons: list[Any] = [
            {"type": "button", "action_id": name, "text": plain(name), "value": "7"} for name in actions
        ]
        return slack.say(COMMUNITY, "A card", blocks=[{"type": "actions", "elements": buttons}]).remote_id

    def clicks(self) -> list[Click]:
        """What is kept, oldest first."""
        with transaction(self.tools.engine) as session:
            return list(session.scalars(select(Click).order_by(col(Click.id))))

    def jobs(self) -> list[tuple[str, int]]:
        """What is queued: task and priority."""
        with self.tools.engine.connect() as connection:
            found = connection.execute(text("SELECT task_name, priority FROM procrastinate_jobs ORDER BY id"))
            return [(str(name), int(priority)) for name, priority in found]

    def work(self, tools: Tools | None = None) -> None:
        """Run the job of each click that is not done."""
        for click in self.clicks():
            if click.done_at is None and click.id is not None:
                dispatch.run(click.id, tools or self.tools, queue, handlers=self.desk.handlers)

    def told(self, user: str) -> list[str]:
        """The words that one person alone saw."""
        direct = [message for message in self.workspace.messages() if message["channel"] == "D" + user[1:]]
        return [str(message["text"]) for message in (*self.workspace.seen_by(user), *direct)]


@contextmanager
def place_of(workspace: Workspace, database: Engine, door: str, *, engine: Engine | None = None) -> Iterator[Place]:
    """The place, heard through `door`. `engine`: where clicks are kept, if not in the database."""
    desk = Desk()
    with ExitStack() as stack:
        url = stack.enter_context(running(workspace))
        settings = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_API_URL": url}
        tools = make_tools(database, environment=settings)
        workspaces = Workspaces(settings)
        workspaces.learn()
        keep = keeper(engine or database, now, desk.handlers)
        app = SlackApp(keep, workspaces, signing_secret=workspace.app.http.secret)
        if door == "http":
            web = create_app(
                engine=database, company=SomeCompany(), previewing=False, hooks=Hooks(slack={"": app.over_http})
            )
            workspace.app.http.url = f"{stack.enter_context(serving(web))}/hooks/slack"
        else:
            stack.enter_context(connected(workspace, app, url))
        yield Place(workspace, People(workspace), desk, tools)


@contextmanager
def connected(workspace: Workspace, app: SlackApp, url: str) -> Iterator[None]:
    """Socket Mode, in a thread of its own."""
    stop = threading.Event()
    settings = {"SLACK_APP_TOKEN": workspace.app.sockets.app_token, "SLACK_API_URL": url}
    with ThreadPoolExecutor(1) as thread:
        ends = thread.submit(listen, settings, app.over_socket, stop, pace=Pace(look=0.02, ping=3600))
        try:
            workspace.app.sockets.line()
            yield
        finally:
            stop.set()
        ends.result(PATIENCE)
