"""A post on a made-up Mastodon server, our team, and the way of a reply between them: what tests of replies share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from service.actions import replies
from service.actions.actors import Actor, actor_of
from service.actions.replies import Seen
from service.configuration.replies import RepliesConfig
from service.domain.replies import ApprovalRules, text_digest
from service.models import Case, Post, Reply
from service.models.columns import id_of
from service.pipeline import reply as stage
from service.pipeline.outcome import Job, Outcome
from service.store.database import transaction
from service.testing.factories import make_author, make_case, make_post, make_source, make_user
from service.testing.tools import make_tools
from service.tools import Tools
from tests.contract.repliers.fake import NOW
from tests.contract.repliers.mastodon import AUTHOR, TOKEN, Platform

THANKS = "Thank you, we are looking into it."
NO_RULES = RepliesConfig(approval=ApprovalRules(first_replies=0))
T = TypeVar("T")


class Killed(BaseException):
    """Stands for a process that is killed: nothing of ours catches it."""


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Bench:
    """Everything that a reply passes. Jobs wait in `jobs`, with the time at which they are due."""

    engine: Engine
    platform: Platform
    clock: Clock
    tools: Tools
    post_id: int
    case_id: int
    kim: Actor  # community: writes, publishes, approves
    ada: Actor  # community too
    sam: Actor  # support: writes
    jobs: list[tuple[datetime, Job]] = field(default_factory=list)

    def queue(self, session: Session, jobs: Iterable[Job]) -> None:
        """As the queue does: these jobs wait until they are due."""
        del session
        self.jobs += [(self.clock() + timedelta(seconds=job.wait_seconds), job) for job in jobs]

    def do(self, action: Callable[[Session], Outcome]) -> Outcome:
        """One action in a transaction of its own; the jobs that follow wait."""
        with transaction(self.engine) as session:
            outcome = action(session)
            self.queue(session, outcome.next)
        return outcome

    def look(self, tools: Tools | None = None) -> Seen:
        """The post as it stands there."""
        return replies.look(self.post_id, tools or self.tools)

    def draft(self, text: str = THANKS, *, by: Actor | None = None, seen: Seen | None = None) -> Reply:
        """A draft of what was seen just now."""
        seen = seen or self.look()
        with transaction(self.engine) as session:
            return replies.draft(
                session,
                self.case_id,
                text,
                seen_digest=seen.digest,
                post_version=seen.post_version,
                by=by or self.kim,
                now=self.clock(),
                tools=self.tools,
                queue=self.queue,
            )

    def publish(self, reply: Reply, *, by: Actor | None = None, text: str | None = None) -> Outcome:
        """Its writer lets it leave."""
        digest = text_digest(reply.text if text is None else text)
        return self.do(
            lambda session: replies.publish(
                session, id_of(reply), text_digest=digest, by=by or self.kim, now=self.clock(), tools=self.tools
            )
        )

    def approve(self, reply: Reply, *, by: Actor | None = None, text: str | None = None) -> Outcome:
        """Somebody else lets it leave."""
        digest = text_digest(reply.text if text is None else text)
        return self.do(
            lambda session: replies.approve(
                session, id_of(reply), text_digest=digest, by=by or self.ada, now=self.clock(), tools=self.tools
            )
        )

    def published(self, text: str = THANKS) -> Reply:
        """A reply whose time to be taken back is over; nothing worked on it yet."""
        reply = self.draft(text)
        self.publish(reply)
        self.clock.pass_(self.tools.replies.undo_seconds)
        return reply

    def run(self, reply: Reply, tools: Tools | None = None) -> Outcome:
        """One job's worth of work."""
        outcome = stage.run(id_of(reply), tools or self.tools)
        self.jobs += [(self.clock() + timedelta(seconds=job.wait_seconds), job) for job in outcome.next]
        return outcome

    def settle(self) -> None:
        """Every job that waits, in its time; those for cards have nowhere to go."""
        for _ in range(40):
            self.jobs = [(due, job) for due, job in self.jobs if job.task == "reply"]
            if not self.jobs:
                return
            self.jobs.sort(key=lambda waiting: waiting[0])
            due, job = self.jobs.pop(0)
            self.clock.now = max(self.clock.now, due)
            outcome = stage.run(job.arguments["reply_id"], self.tools)
            self.jobs += [(self.clock() + timedelta(seconds=each.wait_seconds), each) for each in outcome.next]
        raise AssertionError("the reply never comes to rest")

    def held(self, reply: Reply) -> Reply:
        """The reply as it is stored."""
        with transaction(self.engine) as session:
            return session.get_one(Reply, id_of(reply))

    def case(self) -> Case:
        """The case as it is stored."""
        with transaction(self.engine) as session:
            return session.get_one(Case, self.case_id)

    def all_replies(self) -> Sequence[Reply]:
        """Every reply there is."""
        with transaction(self.engine) as session:
            return session.scalars(select(Reply).order_by(col(Reply.id))).all()

    def on_platform(self) -> list[str]:
        """The texts of our replies there, without the address that the replier puts before them."""
        return [text.removeprefix(f"@{AUTHOR} ") for text in self.platform.held()]

    def killed_at(self, step: str) -> Tools:
        """Tools of a process that dies at this step."""

        def observe(name: str) -> None:
            if name == step:
                raise Killed

        return replace(self.tools, observe=observe)


@contextmanager
def bench_on(engine: Engine, config: RepliesConfig = NO_RULES) -> Iterator[Bench]:
    """A post on a made-up Mastodon server, collected, with a case that nobody has."""
    clock, platform = Clock(), Platform()
    with platform.running():
        tools = make_tools(
            engine, environment={"MASTODON_ACCESS_TOKEN": TOKEN}, clock=clock, replies=config, turn_to_reply=_at_once
        )
        with transaction(engine) as session:
            source = make_source(
                session, name="lamps", kind="mastodon", base_url=platform.url, options={"instance": "lamps.example"}
            )
            author = make_author(session, handle=AUTHOR, scope="mastodon")
            post = make_post(
                session,
                source,
                text=platform.place.text,
                author=author,
                external_id="111",
                url="https://lamps.example/111",
            )
            case = make_case(session, post)
            kim, ada, sam = (
                actor_of(session, id_of(make_user(session, name=name, role=role)))
                for name, role in (("Kim", "community"), ("Ada", "community"), ("Sam", "support"))
            )
            post_id, case_id = id_of(post), id_of(case)
        yield Bench(engine, platform, clock, tools, post_id, case_id, kim, ada, sam)


def _at_once(source: object) -> float:
    del source
    return 0.0


def edit_post(bench: Bench, text: str) -> None:
    """The author edits the post, and Earful collects that."""
    bench.platform.change(text)
    with transaction(bench.engine) as session:
        post = session.get_one(Post, bench.post_id)
        post.text, post.version = text, post.version + 1
