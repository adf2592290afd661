"""Runs replies through random interleavings of clicks, workers, kills and a platform's faults, each told by its seed.

    python -m tests.evidence.interleavings --seeds 10000

People act between any two steps of a worker, workers are killed at any of them, and the platform does what it likes. In
the end everything is let come to rest, and what must hold is looked at. A seed that fails is named, and fails again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from integrations.replies import ReplyRules
from service.actions import replies
from service.actions.actors import Actor, actor_of
from service.configuration.replies import RepliesConfig
from service.domain.outbox import OutboxState
from service.domain.replies import ApprovalRules, text_digest
from service.errors import NotAllowed, ServiceError
from service.models import Case, Post, Reply
from service.models.columns import id_of
from service.pipeline import reply as stage
from service.pipeline import upkeep
from service.pipeline.outcome import Job
from service.store.database import transaction
from service.store.erasure import erase
from service.store.replies import ON_ITS_WAY
from service.testing.factories import (
    make_author,
    make_case,
    make_customer,
    make_identity,
    make_post,
    make_source,
    make_user,
)
from service.tools import Tools
from tests.evidence.model_platform import Broken, ModelPlatform

START = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
WORDS = ("Thank you!", "We are on it.", "You get a refund.", "Sorry about that.", "Write to customer@example.org.")
RULES = RepliesConfig(undo_seconds=20, approval=ApprovalRules(first_replies=0, words=("refund",)))
STEPS = 40
INTERNAL = ("customer@example.org", "127.0.0.1", "@example.com")


class Killed(BaseException):
    """Stands for a process that is killed: nothing of ours catches it."""


@dataclass
class World:
    """One post, one team, one worker's queue, and the hand of chance."""

    base: Tools
    seed: int
    engine: Engine = field(init=False)
    rng: Random = field(init=False)
    now: datetime = START
    jobs: list[tuple[datetime, Job]] = field(default_factory=list)
    let: dict[int, str] = field(default_factory=dict)  # reply -> the words that somebody let leave
    met: Counter[str] = field(default_factory=Counter)
    deep: int = 0  # how many steps people act within
    working: bool = False
    calm: bool = False
    people: list[Actor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = self.base.engine
        self.rng = Random(self.seed)
        self.platform = ModelPlatform(
            rng=self.rng, clock=lambda: self.now, allowed=self._allowed, by_worker=self._by_worker
        )
        rules = ReplyRules(limit=500, edits=True, deletes=True)
        self.tools = replace(
            self.base,
            clock=lambda: self.now,
            replies=RULES,
            replier=lambda _: self.platform,
            reply_rules=lambda _: rules,
            door=lambda _: "api",
            turn_to_reply=lambda _: 0.0,
            observe=self._step,
        )
        with transaction(self.engine) as session:
            source = make_source(session, name=f"model-{self.seed}", kind="mastodon")
            author = make_author(session, scope=f"model-{self.seed}")
            make_identity(session, author, make_customer(session, email="customer@example.org"))
            post = make_post(session, source, text=self.platform.text, author=author)
            case = make_case(session, post)
            self.post_id, self.case_id, self.source_id = id_of(post), id_of(case), id_of(source)
            roles = ("community", "community", "support", "admin")
            users = [make_user(session, name=f"P{number}", role=role) for number, role in enumerate(roles)]
            self.people = [actor_of(session, id_of(user)) for user in users]
        self._verbs: list[tuple[Callable[[Actor], None], int]] = [
            (self._answer, 6), (self._draft, 1), (self._reword, 1), (self._publish, 2), (self._approve, 2),
            (self._send_back, 1), (self._undo, 1), (self._drop, 1), (self._retry, 2), (self._by_hand, 1),
            (self._edit, 1), (self._take_down, 1),
        ]  # fmt: skip

    def live(self) -> None:
        """Let so many things happen, then let everything come to rest, and look."""
        for _ in range(STEPS):
            self._happen()
        self._rest()
        self._judge()

    # What happens

    def _happen(self) -> None:
        self.rng.choices([self._person, self._work, self._wait, self._outside], weights=[5, 9, 2, 1])[0]()

    def _person(self) -> None:
        who = self.rng.choice(self.people)
        verb = self.rng.choices([each for each, _ in self._verbs], weights=[weight for _, weight in self._verbs])[0]
        for _ in range(2 if self.rng.random() < 0.2 else 1):  # a double click
            self.met[f"people: {verb.__name__.strip('_')}"] += 1
            try:
                verb(who)
            except ServiceError as error:
                self.met[f"told: {type(error).__name__}"] += 1

    def _work(self) -> None:
        """One job, now or before its time; sometimes the worker is killed, and the job comes again."""
        if not self.jobs:
            return
        waiting = self.jobs.pop(self.rng.randrange(len(self.jobs)))
        if self.rng.random() < 0.7:
            self.now = max(self.now, waiting[0])
            self.platform.pass_time()
        self.working = True
        try:
            outcome = stage.run(waiting[1].arguments["reply_id"], self.tools)
        except Killed:
            self.met["kills"] += 1
            self.jobs.append((self.now, waiting[1]))
            return
        finally:
            self.working = False
        self._queue_all(outcome.next)
        self.met["jobs"] += 1

    def _wait(self) -> None:
        self.now += timedelta(seconds=self.rng.choice([1, 5, 21, 30, 61, 90]))
        self.platform.pass_time()

    def _outside(self) -> None:
        """Others do something on the platform; sometimes Earful hears of it."""
        event = self.rng.choice(["edit", "collect", "collect", "chatter", "by hand", "lock", "delete"])
        self.met[f"outside: {event}"] += 1
        if event == "edit":
            self.platform.text = f"It crashes, {self.rng.randrange(9)} times."
        elif event == "chatter":
            self.platform.by_hand("Same here.", ours=False)
        elif event == "by hand":
            self.platform.by_hand("A colleague was here.", ours=True)
        elif event == "lock":
            self.platform.locked = not self.platform.locked and self.rng.random() < 0.3
        elif event == "delete" and self.rng.random() < 0.2:
            self.platform.exists = False
        elif event == "collect":
            self._collect()

    def _collect(self) -> None:
        with transaction(self.engine) as session:
            post = session.get_one(Post, self.post_id)
            if not self.platform.exists:
                erase(session, self.source_id, [post.external_id], now=self.now)
            elif post.deleted_at is None and post.text != self.platform.text:
                post.text, post.version = self.platform.text, post.version + 1

    def _by_worker(self) -> bool:
        return self.calm or (self.working and self.deep == 0)

    def _step(self, name: str) -> None:
        """Between two steps of a worker: people act, others write, or it dies."""
        if self.calm or self.deep > 1:
            return
        if self.rng.random() < 0.12:
            self.met[f"killed at {name}"] += 1
            raise Killed
        if self.rng.random() < 0.25:
            self.deep += 1
            try:
                self.rng.choice([self._person, self._person, self._outside])()
            finally:
                self.deep -= 1

    # What people do

    def _any(self, session: Session, *states: str) -> Reply | None:
        wanted = select(Reply).where(col(Reply.post_id) == self.post_id).order_by(col(Reply.id))
        found = session.scalars(wanted).all()
        fitting = [reply for reply in found if reply.state in states] or found
        return self.rng.choice(fitting) if fitting else None

    def _chosen(self, *states: str) -> Reply:
        with transaction(self.engine) as session:
            reply = self._any(session, *states)
        if reply is None:
            raise ServiceError("There is no reply yet.")
        return reply

    def _answer(self, who: Actor) -> None:
        """Write and let it leave, as people mostly do; where that needs a second person, one looks."""
        self._draft(who)
        try:
            self._publish(who)
        except NotAllowed:
            self._approve(self.rng.choice(self.people))

    def _draft(self, who: Actor) -> None:
        seen = replies.look(self.post_id, self.tools)
        with self._acting() as session:
            replies.draft(
                session, self.case_id, self.rng.choice(WORDS), seen_digest=seen.digest, post_version=seen.post_version,
                by=who, now=self.now, tools=self.tools, queue=self._queue,
            )  # fmt: skip

    def _reword(self, who: Actor) -> None:
        reply, seen = self._chosen("draft", "failed"), replies.look(self.post_id, self.tools)
        with self._acting() as session:
            replies.reword(
                session, id_of(reply), self.rng.choice(WORDS), seen_digest=seen.digest, post_version=seen.post_version,
                by=who, now=self.now, tools=self.tools, queue=self._queue,
            )  # fmt: skip
        self.let.pop(id_of(reply), None)

    def _publish(self, who: Actor) -> None:
        reply = self._chosen("draft")
        with self._acting() as session:
            outcome = replies.publish(
                session, id_of(reply), text_digest=text_digest(reply.text), by=who, now=self.now, tools=self.tools
            )
            self._queue(session, outcome.next)
        self._note_let(reply, bool(outcome.next))

    def _approve(self, who: Actor) -> None:
        reply = self._chosen("draft")
        with self._acting() as session:
            outcome = replies.approve(
                session, id_of(reply), text_digest=text_digest(reply.text), by=who, now=self.now, tools=self.tools
            )
            self._queue(session, outcome.next)
        self._note_let(reply, bool(outcome.next))

    def _note_let(self, reply: Reply, something_follows: bool) -> None:
        if something_follows:
            self.let[id_of(reply)] = reply.text

    def _send_back(self, who: Actor) -> None:
        reply = self._chosen("draft")
        self._do(lambda session: replies.send_back(session, id_of(reply), reason="No.", by=who, now=self.now))

    def _undo(self, who: Actor) -> None:
        reply = self._chosen("approved")
        self._do(lambda session: replies.undo(session, id_of(reply), by=who, now=self.now))
        self.let.pop(id_of(reply), None)

    def _drop(self, who: Actor) -> None:
        reply = self._chosen("draft", "failed")
        self._do(lambda session: replies.drop(session, id_of(reply), by=who, now=self.now))
        self.let.pop(id_of(reply), None)

    def _retry(self, who: Actor) -> None:
        reply, seen = self._chosen("failed"), replies.look(self.post_id, self.tools)
        again = {"seen_digest": seen.digest, "post_version": seen.post_version} if self.rng.random() < 0.7 else {}
        self._do(lambda session: replies.retry(session, id_of(reply), by=who, now=self.now, **again))

    def _by_hand(self, who: Actor) -> None:
        reply = self._chosen("manual", "failed")
        if reply.state == OutboxState.UNCERTAIN:
            raise ServiceError("Nobody goes and looks.")
        self._do(lambda session: replies.sent_by_hand(session, id_of(reply), by=who, now=self.now))

    def _edit(self, who: Actor) -> None:
        reply, text = self._chosen("sent"), self.rng.choice(WORDS)
        self._do(lambda session: replies.edit(session, id_of(reply), text, by=who, now=self.now, tools=self.tools))
        with transaction(self.engine) as session:
            held = session.get_one(Reply, id_of(reply))
            if held.state == OutboxState.APPROVED:
                self.let[id_of(reply)] = text

    def _take_down(self, who: Actor) -> None:
        reply = self._chosen("sent")
        self._do(lambda session: replies.take_down(session, id_of(reply), by=who, now=self.now, tools=self.tools))

    def _do(self, action: Callable[[Session], object]) -> None:
        with self._acting() as session:
            outcome = action(session)
            self._queue(session, outcome.next)  # type: ignore[attr-defined]  # an Outcome

    @contextmanager
    def _acting(self) -> Iterator[Session]:
        """A transaction; jobs that are queued in it exist if it is committed."""
        before = list(self.jobs)
        try:
            with transaction(self.engine) as session:
                yield session
        except BaseException:
            self.jobs = before
            raise

    def _queue(self, session: Session, jobs: Sequence[Job]) -> None:
        del session
        self._queue_all(jobs)

    def _queue_all(self, jobs: Sequence[Job]) -> None:
        self.jobs += [(self.now + timedelta(seconds=job.wait_seconds), job) for job in jobs if job.task == "reply"]

    def _allowed(self, key: str, text: str) -> str | None:
        """What the writer of these words saw, where somebody let them leave."""
        with transaction(self.engine) as session:
            reply = session.scalars(select(Reply).where(col(Reply.key) == key)).one_or_none()
        if reply is None or self.let.get(id_of(reply)) != text or any(word in text for word in INTERNAL):
            return None
        if "refund" in text and (reply.approved_by_id in (None, reply.written_by_id)):
            return None
        return reply.seen_digest

    # The end

    def _rest(self) -> None:
        self.calm, self.platform.faults = True, 0.0
        for _ in range(60):
            self.now += timedelta(minutes=20)
            self.platform.pass_time()
            with transaction(self.engine) as session:
                self._queue(session, upkeep.forgotten(session, self.now).next)
            jobs, self.jobs = self.jobs, []
            for _, job in jobs:
                self._queue_all(stage.run(job.arguments["reply_id"], self.tools).next)
            if not self.jobs:
                return
        raise Broken("it never comes to rest")

    def _judge(self) -> None:
        with transaction(self.engine) as session:
            held = session.scalars(select(Reply).where(col(Reply.post_id) == self.post_id)).all()
            case = session.get_one(Case, self.case_id)
            gone = session.get_one(Post, self.post_id).deleted_at is not None
        for reply in held:
            self.met[f"end: {reply.state}{' and taken down' if reply.removed_at else ''}"] += 1
            self._judge_one(reply, gone=gone)
        stands = [reply for reply in held if reply.remote_id is not None and reply.removed_at is None]
        if len(stands) > 1:
            raise Broken("two replies stand")
        if stands and stands[0].state == OutboxState.SENT and case.answered_at is None:
            raise Broken("a reply stands, and its case is not answered")

    def _judge_one(self, reply: Reply, *, gone: bool) -> None:
        there = self.platform.standing_of(reply.key)
        if reply.state in ON_ITS_WAY:
            raise Broken(f"reply {reply.key} did not come to rest: {reply.state}")
        if reply.state in (OutboxState.FAILED, OutboxState.MANUAL) and not (reply.problem and reply.what_to_do):
            raise Broken(f"nobody is told why reply {reply.key} is {reply.state}")
        if reply.state == OutboxState.SENT and reply.remote_id is None:
            return  # a person said so
        expected = reply.remote_id is not None and reply.removed_at is None
        if bool(there) != expected:
            raise Broken(f"reply {reply.key} is {reply.state} here, and there stand {len(there)}")
        if there and not gone and there[0].text != reply.sent_text:
            raise Broken(f"reply {reply.key} says “{there[0].text}” there and “{reply.sent_text}” here")


def run(tools: Tools, seeds: Sequence[int]) -> Counter[str]:
    """Live through these seeds; what was met. Raises Broken with the seed where something must not have been."""
    met = Counter[str]()
    for seed in seeds:
        world = World(tools, seed)
        try:
            world.live()
        except Broken as error:
            raise Broken(f"seed {seed}: {error}") from error
        met += world.met + world.platform.met
    return met
