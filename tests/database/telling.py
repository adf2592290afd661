"""An issue that several people reported on a made-up Mastodon server, and the way back to them: what tests of tellings
share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from service.actions import closing, tellings
from service.actions.actors import Actor, actor_of
from service.configuration.replies import ClosingConfig, RepliesConfig, Template
from service.domain.replies import ApprovalRules
from service.models import Issue, Telling
from service.models.columns import id_of
from service.pipeline import reply as reply_stage
from service.pipeline import tell as tell_stage
from service.pipeline.outcome import Job, Outcome
from service.store import tellings as store
from service.store.database import transaction
from service.store.tellings import PersonView
from service.testing.factories import make_author, make_issue, make_post, make_source, make_user
from service.testing.tools import make_tools
from service.tools import Tools
from tests.contract.repliers.fake import NOW, Refused, json_of, query_of, route
from tests.contract.repliers.mastodon import TOKEN, Platform, status
from tests.database.replying import Clock, Killed
from tests.recorded.web import Asked, Reply

PERSONAL, PLAIN = "Hi {author}, it is fixed in {version}.", "It is fixed in {version}."
GERMAN = "Hallo {author}, es ist mit {version} behoben."
CONFIG = RepliesConfig(
    approval=ApprovalRules(first_replies=0),
    closing=ClosingConfig(
        second_person_from=None,
        texts=(
            Template(name="Fixed", language="en", text=PERSONAL),
            Template(name="Fixed", language="en", text=PLAIN),
            Template(name="Fixed", language="de", text=GERMAN),
        ),
    ),
)


@dataclass
class Server(Platform):
    """The made-up Mastodon server with as many statuses as one likes."""

    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, name: str, author: str, text: str) -> None:
        """Somebody writes a status."""
        self.statuses[name] = status(name, f"9{name}", author, text)

    def told(self) -> dict[str, int]:
        """How many replies of ours stand below each status."""
        return Counter(one["in_reply_to_id"] for one in self.replies)

    @route("GET", r"/api/v1/statuses/(?P<name>\d+)")
    def show(self, asked: Asked, name: str) -> Reply:
        query_of(asked)
        if name not in self.statuses:
            raise Refused(404, "Record not found")
        return Reply(self.statuses[name])

    @route("GET", r"/api/v1/statuses/(?P<name>\d+)/context")
    def context(self, asked: Asked, name: str) -> Reply:
        if name not in self.statuses:
            raise Refused(404, "Record not found")
        below = [one for one in self.replies if one["in_reply_to_id"] == name]
        return Reply({"ancestors": [], "descendants": below})

    @route("POST", "/api/v1/statuses")
    def publish(self, asked: Asked) -> Reply:
        body = json_of(asked, {"status", "in_reply_to_id", "visibility"})
        key = asked.headers.get("idempotency-key", "")
        if key in self.keys:
            return Reply(self.keys[key])
        if body["in_reply_to_id"] not in self.statuses:
            raise Refused(404, "The post you are trying to reply to does not appear to exist.")
        made = status(str(900 + len(self.replies)), "1", "studio", body["status"], parent=body["in_reply_to_id"])
        self.replies.append(made)
        self.keys[key] = made
        return Reply(made)


@dataclass
class Bench:
    """An issue, its reporters, our team, and the jobs that wait with the time at which they are due."""

    engine: Engine
    server: Server
    clock: Clock
    tools: Tools
    issue_id: int
    posts: dict[str, int]  # the status's name -> our post
    kim: Actor  # community: closes, writes, publishes, approves
    ada: Actor  # community too
    pat: Actor  # product: closes, does not write
    jobs: list[tuple[datetime, Job]] = field(default_factory=list)

    def queue(self, session: Session, jobs: Sequence[Job]) -> None:
        """As the queue does: one of a queueing lock waits at most."""
        del session
        for job in jobs:
            if job.queueing_lock is None or all(job.queueing_lock != each.queueing_lock for _, each in self.jobs):
                self.jobs.append((self.clock() + timedelta(seconds=job.wait_seconds), job))

    def do(self, action: Callable[[Session], Outcome | None]) -> None:
        """One action in a transaction of its own; the jobs that follow wait."""
        with transaction(self.engine) as session:
            outcome = action(session)
            self.queue(session, outcome.next if outcome else ())

    def fix(self, version: str = "2.4", *, by: Actor | None = None) -> None:
        """Somebody says that the issue is fixed."""
        self.do(
            lambda session: closing.fix(
                session, self.issue_id, version=version, by=by or self.kim, now=self.clock(), tools=self.tools
            )
        )

    def prepare(self, *, by: Actor | None = None) -> int:
        """Words for everybody; returns the telling."""
        with transaction(self.engine) as session:
            return id_of(closing.prepare(session, self.issue_id, by=by or self.kim, now=self.clock(), tools=self.tools))

    def release(self, telling_id: int, *, by: Actor | None = None, digest: str | None = None) -> None:
        """Let the words leave as they stand, or as they stood when `digest` was taken."""
        exact = digest or tellings.words_digest(self.people(telling_id))
        self.do(
            lambda session: tellings.release(
                session, telling_id, digest=exact, by=by or self.kim, now=self.clock(), tools=self.tools
            )
        )

    def people(self, telling_id: int) -> list[PersonView]:
        """Everybody in the telling."""
        with transaction(self.engine) as session:
            return store.people(session, telling_id)

    def standings(self, telling_id: int) -> dict[str, str]:
        """How far each has come, by the name of the status below which they are told."""
        return {each.post.external_id: str(each.standing) for each in self.people(telling_id)}

    def telling(self, telling_id: int) -> Telling:
        """The telling as it is stored."""
        with transaction(self.engine) as session:
            return session.get_one(Telling, telling_id)

    def said(self) -> str:
        """What the card says."""
        with transaction(self.engine) as session:
            return store.said_of_issue(session, self.issue_id)

    def step(self, tools: Tools | None = None) -> bool:
        """The job that is due first, in its time; False where none waits."""
        self.jobs = [(due, job) for due, job in self.jobs if job.task in ("tell", "reply")]
        if not self.jobs:
            return False
        self.jobs.sort(key=lambda waiting: waiting[0])
        due, job = self.jobs.pop(0)
        self.clock.now = max(self.clock.now, due)
        try:
            self._work(job, tools or self.tools)
        except Killed:
            self.jobs.append((self.clock(), job))  # as the queue hands it back
            raise
        return True

    def _work(self, job: Job, tools: Tools) -> None:
        if job.task == "tell":
            tell_stage.run(job.arguments["telling_id"], tools, self.queue)
            return
        outcome = reply_stage.run(job.arguments["reply_id"], tools)
        with transaction(self.engine) as session:
            self.queue(session, outcome.next)

    def work(self, tools: Tools) -> None:
        """Every job in its time, until none waits."""
        for _ in range(400):
            if not self.step(tools):
                return
        raise AssertionError("the telling never comes to rest")

    def settle(self) -> None:
        """Every job in its time, until none waits, with nothing that dies."""
        self.work(self.tools)

    def killed_at(self, step: str) -> Tools:
        """Tools of a process that dies at this step."""

        def observe(name: str) -> None:
            if name == step:
                raise Killed

        return replace(self.tools, observe=observe)


@contextmanager
def telling_bench(engine: Engine, config: RepliesConfig = CONFIG) -> Iterator[Bench]:
    """Three people on Mastodon, one of whom wrote twice and one in German; one on a site without keys; one nameless;
    and one in a table.
    """
    clock, server = Clock(), Server()
    with server.running():
        tools = make_tools(
            engine, environment={"MASTODON_ACCESS_TOKEN": TOKEN}, clock=clock, replies=config, turn_to_reply=_at_once
        )
        with transaction(engine) as session:
            source = make_source(
                session, name="lamps", kind="mastodon", base_url=server.url, options={"instance": "lamps.example"}
            )
            by_hand, table = make_source(session, name="tube", kind="youtube"), make_source(session, name="survey")
            posts, authors = {}, {}
            for name, who, days, language in (
                ("201", "ann@a.example", 5, "en"),
                ("202", "ann@a.example", 1, "en"),
                ("203", "bea@b.example", 4, "de"),
                ("204", "cid@c.example", 3, "fi"),
                ("205", "dora", 3, "en"),
                ("206", "", 2, "en"),
                ("207", "eve", 2, "en"),
            ):
                at = {"205": by_hand, "207": table}.get(name, source)
                if who and who not in authors:
                    authors[who] = make_author(session, handle=who, name=who.split("@")[0].title(), scope=at.kind)
                posts[name] = make_post(
                    session,
                    at,
                    text=f"The lamp flickers {name}",
                    author=authors.get(who),
                    external_id=name,
                    url=f"https://lamps.example/{name}",
                    created_at=NOW - timedelta(days=days),
                    reading={"language": language},
                )
                server.write(name, who, f"The lamp flickers {name}")
            issue = make_issue(session, title="The lamp flickers", posts=list(posts.values()))
            kim, ada, pat = (
                actor_of(session, id_of(make_user(session, name=name, role=role)))
                for name, role in (("Kim", "community"), ("Ada", "community"), ("Pat", "product"))
            )
            numbers = {name: id_of(post) for name, post in posts.items()}
            issue_id = id_of(issue)
        yield Bench(engine, server, clock, tools, issue_id, numbers, kim, ada, pat)


def set_issue(bench: Bench, **columns: object) -> None:
    """The issue changes, as grouping would change it."""
    with transaction(bench.engine) as session:
        issue = session.get_one(Issue, bench.issue_id)
        for name, value in columns.items():
            setattr(issue, name, value)


def _at_once(source: object) -> float:
    del source
    return 0.0
