"""People in a made-up Slack, our app behind its door, a made-up Mastodon server: what tests of the desk share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from integrations.slack.app import SlackApp
from integrations.slack.targets import SlackTargets
from integrations.slack.workspaces import Workspaces
from service.desk import dispatch
from service.jobs.clicks import keeper
from service.models import Click, User
from service.pipeline import deliver, reply
from service.pipeline.outcome import Job, Outcome
from service.store import deliveries
from service.store.database import transaction
from service.store.deliveries import Wanted
from service.testing.slack import People, Workspace, running
from service.tools import Tools
from tests.database.clicks.scene import connected
from tests.database.replying import Bench
from tests.recorded.web import Asked, Reply, serve

KIM, ADA, VIC = "U0BEN00000", "U0ADA00000", "U0CEM00000"
STRANGER = "U0DEE00000"
"""Ben's account is Kim's, Ada's is Ada's, Cem's is a viewer's, Dee has none with us."""
CHANNEL = "C0COMMUNITY"


@dataclass
class Desk:
    """A card about a post in #community, and everybody around it. What people do is worked on by `work`."""

    answering: Bench
    workspace: Workspace
    people: People
    tools: Tools
    delivery_id: int
    jobs: list[tuple[datetime, Job]] = field(default_factory=list)

    def queue(self, session: Session, jobs: Iterable[Job]) -> None:
        """As the queue does: these jobs wait until they are due."""
        del session
        self.jobs += [(self.tools.clock() + timedelta(seconds=job.wait_seconds), job) for job in jobs]

    def work(self) -> None:
        """Do what people asked for, and what is due after it."""
        for _ in range(60):
            self._clicks()
            due = [waiting for waiting in self.jobs if waiting[0] <= self.tools.clock()]
            if not due:
                return
            self.jobs.remove(due[0])
            self._run(due[0][1])
        raise AssertionError("the work never ends")

    def later(self, seconds: float) -> None:
        """Let time pass, and do what is due then."""
        self.answering.clock.pass_(seconds)
        self.work()

    def click(self, user: str, where: str, action_id: str, block_id: str = "") -> None:
        """Press a button; it is acknowledged, and worked on."""
        delivery = self.people.click(user, where, action_id, block_id=block_id)
        assert delivery.acknowledged, delivery
        self.work()

    def choose(self, user: str, where: str, action_id: str, value: object) -> None:
        """Pick from a menu."""
        delivery = self.people.select(user, where, action_id, value)
        assert delivery.acknowledged, delivery
        self.work()

    def submit(self, user: str, values: Mapping[str, object]) -> None:
        """Fill in the form on top, by the fields' names, and send it."""
        view = self.modal(user)
        entered = {name: {name: value} for name, value in values.items()}
        delivery = self.people.submit(user, str(view["id"]), entered)
        assert delivery.acknowledged, delivery
        self.work()

    def card(self) -> Mapping[str, Any]:
        """The card in #community as it stands."""
        (card,) = [each for each in self.workspace.messages() if each["channel"] == CHANNEL]
        return card

    @property
    def ts(self) -> str:
        """The card's name in Slack."""
        return str(self.card()["ts"])

    def modal(self, user: str) -> Mapping[str, Any]:
        """The form that somebody has on top."""
        view = self.workspace.modal(user)
        assert view is not None, "no form is open"
        return {**view.payload, "id": view.id, "errors": view.errors}

    def whispers(self, user: str) -> list[str]:
        """What only this person was told, the oldest first."""
        direct = [str(message["text"]) for message in self.workspace.messages() if message["channel"] == "D" + user[1:]]
        return [*(str(message["text"]) for message in self.workspace.seen_by(user)), *direct]

    def names(self, where: Mapping[str, Any]) -> list[str]:
        """The buttons and menus of a message or a form, in order."""
        blocks = [block for block in where["blocks"] if block["type"] == "actions"]
        return [str(element["action_id"]) for block in blocks for element in block["elements"]]

    def _clicks(self) -> None:
        with transaction(self.tools.engine) as session:
            wanted = select(col(Click.id)).where(col(Click.done_at).is_(None)).order_by(col(Click.id))
            waiting = list(session.scalars(wanted))
        for click_id in waiting:
            dispatch.run(int(click_id or 0), self.tools, self.queue)

    def _run(self, job: Job) -> None:
        match job.task:
            case "deliver":
                self._after(deliver.run(job.arguments["delivery_id"], self.tools))
            case "reply":
                self._after(reply.run(job.arguments["reply_id"], self.tools))
            case _:
                pass  # the models' stages are not this bench's

    def _after(self, outcome: Outcome) -> None:
        with transaction(self.tools.engine) as session:
            self.queue(session, outcome.next)


@contextmanager
def desk_on(answering: Bench, *, door: str = "http") -> Iterator[Desk]:
    """The bench of a reply, with a card about its post in a made-up Slack whose people are our team.

    `door`: "http" or "socket", through which we hear them.
    """
    workspace = Workspace()
    with running(workspace) as url:
        secret = workspace.app.http.secret
        settings = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_API_URL": url, "SLACK_SIGNING_SECRET": secret}
        desks, targets = Workspaces(settings), SlackTargets(settings)
        tools = replace(answering.tools, slack=desks.desk, target=lambda kind: targets)
        app = SlackApp(keeper(tools.engine, tools.clock), desks, signing_secret=secret)
        with connected(workspace, app, url) if door == "socket" else _over_http(workspace, app):
            desk = Desk(answering, workspace, People(workspace), tools, _delivery(answering, tools))
            _know_each_other(answering, workspace)
            desk.jobs.append((tools.clock(), Job(task="deliver", arguments={"delivery_id": desk.delivery_id})))
            desk.work()
            yield desk


@contextmanager
def _over_http(workspace: Workspace, app: SlackApp) -> Iterator[None]:
    with serve(lambda asked: _answered(app, asked)) as web:
        workspace.app.http.url = f"{web.url}/hooks/slack"
        yield


def _answered(app: SlackApp, asked: Asked) -> Reply:
    answer = app.over_http(asked.body, asked.headers)
    return Reply(answer.body, status=answer.status, headers=dict(answer.headers))


def _delivery(answering: Bench, tools: Tools) -> int:
    with transaction(answering.engine) as session:
        wanted = Wanted(post_id=answering.post_id, target="slack", address="#community", reason="a question", rules=[])
        (delivery_id,) = deliveries.ask(session, [wanted], now=tools.clock())
    return delivery_id


def _know_each_other(answering: Bench, workspace: Workspace) -> None:
    """The people of the workspace are users of ours, by their e-mail addresses."""
    emails = {user.id: user.email for user in workspace.users}
    with transaction(answering.engine) as session:
        session.get_one(User, answering.kim.user_id).email = emails[KIM]
        session.get_one(User, answering.ada.user_id).email = emails[ADA]
        session.add(User(name="Vic", email=emails[VIC], role="viewer", created_at=answering.clock()))
