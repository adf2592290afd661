"""A telling that was released -> the outbox, person by person, at the pace of each platform.

Each post is looked at when its person's turn comes: one that was changed since the words were made is left to a person.
Before anybody's turn the issue must still be fixed, and they must not have asked us not to contact them. Killed
anywhere, the next run finds who was handed over by `left_at`, which is committed together with the reply and its job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from integrations.base import IntegrationError, TargetBusy
from integrations.replies import Place, Replier, Standing
from service.domain.closing import Standing as Reached
from service.domain.closing import TellingState, turns
from service.domain.issues import IssueState
from service.domain.outbox import OutboxState, move
from service.domain.replies import changed_since, digest_of
from service.models import Issue, Reply, Telling
from service.models.columns import id_of
from service.pipeline import cards, flow
from service.pipeline.outcome import Job, Queue
from service.store import replies, tellings
from service.store.database import transaction
from service.store.locks import TELLINGS, alone
from service.store.tellings import PersonView
from service.tools import Tools

_BACK_OFF = timedelta(minutes=1)  # where a busy platform names no time, and until what left has come to rest
_LOOK_FIRST = "Look at the post again; then try once more, change the words, or drop the reply."


@dataclass(frozen=True, slots=True)
class _Turn:
    """One person whose turn has come."""

    reply_id: int
    person_id: int
    held: Standing
    place: Place
    replier: Replier | None  # None: a person does it by hand


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stood there when a person's turn came."""

    digest: str | None = None  # None: not looked at, a person does it by hand
    problem: str = ""
    what_to_do: str = ""


def run(telling_id: int, tools: Tools, queue: Queue) -> None:
    """Hand over whose turn has come, and come back for the next; safe to run again at any time, by anyone."""
    with alone(tools.engine, TELLINGS, telling_id) as free:
        if not free:
            return  # the other run queues what follows
        for turn in _due(telling_id, tools, queue):
            tools.observe("tell:prepared")
            try:
                seen = _look(turn)
            except TargetBusy as error:
                _come_back(telling_id, tools, queue, timedelta(seconds=error.retry_after or 0) or _BACK_OFF)
                return
            tools.observe("tell:looked")
            _hand_over(telling_id, turn, seen, tools, queue)
            tools.observe("tell:handed")
        _go_on(telling_id, tools, queue)


def _due(telling_id: int, tools: Tools, queue: Queue) -> list[_Turn]:
    with transaction(tools.engine) as session:
        telling = tellings.hold(session, telling_id)
        if telling is None or not _still(session, telling, queue):
            return []
        views = {id_of(each.person): each for each in tellings.people(session, telling_id)}
        due, _ = _turns(session, list(views.values()), tools)
        return [_turn(session, views[person_id], tools) for person_id in due]


def _turns(session: Session, views: list[PersonView], tools: Tools) -> tuple[list[int], timedelta | None]:
    waiting = [each for each in views if each.standing is Reached.WAITING]
    named = [(id_of(each.person), each.source.kind if tools.replier(each.source) else None) for each in waiting]
    now = tools.clock()
    due, at = turns(named, last=tellings.last_left(session), pace=tools.replies.closing.pace, now=now)
    return due, at - now if at else None


def _turn(session: Session, view: PersonView, tools: Tools) -> _Turn:
    if view.reply is None:
        raise ValueError(f"person {view.person.id} waits without a reply")
    return _Turn(
        reply_id=id_of(view.reply),
        person_id=id_of(view.person),
        held=replies.as_collected(view.post),
        place=replies.place_of(session, view.post, view.source),
        replier=tools.replier(view.source),
    )


def _still(session: Session, telling: Telling, queue: Queue) -> bool:
    """Whether the telling goes on. An issue that is not fixed any more holds it, and a person is asked."""
    if telling.state != TellingState.GOING:
        return False
    issue = session.get_one(Issue, telling.issue_id)
    if issue.state == IssueState.FIXED and issue.state_changed_at == telling.fixed_at:
        return True
    telling.state = TellingState.HELD
    telling.problem = (
        f"The issue is {issue.state}: {issue.state_reason}. Whoever was not told is told once somebody says that it is "
        "fixed all the same, or again."
    )
    posts = tellings.pull_back(session, id_of(telling))
    queue(session, [*cards.of_issue(session, telling.issue_id), *_of_posts(session, posts)])
    return False


def _of_posts(session: Session, post_ids: list[int]) -> list[Job]:
    return cards.of_posts(session, post_ids)


def _look(turn: _Turn) -> _Seen:
    if turn.replier is None:
        return _Seen()
    try:
        standing = turn.replier.look(turn.place)
    except TargetBusy:
        raise
    except IntegrationError as error:
        return _Seen(problem=str(error), what_to_do="Then try once more.")
    changed = changed_since(turn.held, standing)
    return _Seen(digest=digest_of(standing), problem=" ".join(changed), what_to_do=_LOOK_FIRST if changed else "")


def _hand_over(telling_id: int, turn: _Turn, seen: _Seen, tools: Tools, queue: Queue) -> None:
    with transaction(tools.engine) as session:
        telling = tellings.hold(session, telling_id)
        if telling is None or not _still(session, telling, queue):
            return
        held = replies.hold(session, turn.reply_id)
        views = {id_of(each.person): each for each in tellings.people(session, telling_id)}
        view = views[turn.person_id]
        if held is None or view.reply is None or view.standing is not Reached.WAITING:
            return  # somebody changed the words, or left the person out, while their post was looked at
        reply = view.reply
        reply.state = move(OutboxState.DRAFT, OutboxState.APPROVED)
        view.person.left_at = reply.send_after = tools.clock()
        if seen.problem:
            _set_aside(reply, seen)
            queue(session, cards.of_post(session, reply.post_id))
            return
        reply.seen_digest = seen.digest or reply.seen_digest
        session.flush()
        queue(session, [flow.reply(id_of(reply)), *cards.of_post(session, reply.post_id)])


def _set_aside(reply: Reply, seen: _Seen) -> None:
    reply.state = move(OutboxState.APPROVED, OutboxState.FAILED)
    reply.problem, reply.what_to_do, reply.send_after = seen.problem, seen.what_to_do, None


def _go_on(telling_id: int, tools: Tools, queue: Queue) -> None:
    """Come back for the next; done, once nobody waits and whatever left has come to rest."""
    with transaction(tools.engine) as session:
        telling = tellings.hold(session, telling_id)
        if telling is None or not _still(session, telling, queue):
            return
        views = tellings.people(session, telling_id)
        due, wait = _turns(session, views, tools)
        if due or wait is not None:
            queue(session, [flow.tell(telling_id, wait_seconds=0 if due else (wait or _BACK_OFF).total_seconds())])
        elif any(each.standing is Reached.GOING for each in views):
            queue(session, [flow.tell(telling_id, wait_seconds=_BACK_OFF.total_seconds())])
        else:
            telling.state, telling.done_at = TellingState.DONE, tools.clock()
        session.flush()
        queue(session, cards.of_issue(session, telling.issue_id))


def _come_back(telling_id: int, tools: Tools, queue: Queue, wait: timedelta) -> None:
    with transaction(tools.engine) as session:
        queue(session, [flow.tell(telling_id, wait_seconds=wait.total_seconds())])
