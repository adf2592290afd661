"""A telling that was prepared: its words are looked at, changed, released, stopped, and gone on with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from service.actions.actors import Actor, require
from service.actions.auditing import audit
from service.actions.replies.common import fitting, reasons, unchanged, void_approval
from service.domain.closing import Standing, TellingState, digest_of
from service.domain.issues import IssueState
from service.domain.outbox import OutboxState
from service.domain.replies import text_digest
from service.domain.roles import Deed
from service.errors import Conflict, NotAllowed, NotFound
from service.models import Issue, Telling
from service.models.columns import id_of
from service.pipeline import cards, flow
from service.pipeline.outcome import Job, Outcome
from service.store import replies, tellings
from service.store.tellings import PersonView
from service.tools import Tools

REVIEWED = (Standing.TO_REVIEW, Standing.WAITING, Standing.LEFT_OUT)
"""Whose words can still be changed, and who can still be left out."""


def words_digest(views: Sequence[PersonView]) -> str:
    """What `release` is bound to: the words to everybody as they stand now."""
    return digest_of((id_of(each.person), text_digest(each.reply.text)) for each in views if each.reply is not None)


def reword(
    session: Session, telling_id: int, person_id: int, text: str, *, by: Actor, now: datetime, tools: Tools
) -> None:
    """Put other words in place of those for one person; they have to be released anew.

    Raises:
        NotFound: there is no such person, or their post is gone. NotAllowed.
        Conflict: they have left already. Invalid: the text cannot be sent.
    """
    _, views = _held(session, telling_id, by)
    view = next((each for each in views if each.person.id == person_id), None)
    if view is None or view.reply is None:
        raise NotFound("There is nobody like this to be told.")
    if view.standing not in REVIEWED or replies.hold(session, id_of(view.reply)) is None:
        raise Conflict("Their reply has left already. What stands there can be changed on the page of the post.")
    reply = view.reply
    post, source = unchanged(session, reply.post_id, reply.post_version)
    text = fitting(session, text, post, source, tools)
    if text_digest(text) == text_digest(reply.text):
        return
    reply.text, reply.written_by_id, reply.written_at = text, by.user_id, now
    reply.approval_reasons = reasons(session, text, post, by=by, tools=tools)
    void_approval(reply)
    view.person.agreed_digest = None
    session.flush()
    audit(session, "reword", "reply", id_of(reply), by=by, now=now, words=text_digest(text)[:8])


def tick(session: Session, telling_id: int, people: Collection[int], *, by: Actor, now: datetime) -> None:
    """Tell these, and leave out the others whose words have not left. Raises NotFound, NotAllowed."""
    _, views = _held(session, telling_id, by)
    changed = 0
    for view in views:
        if view.standing in REVIEWED and view.person.ticked != (id_of(view.person) in people):
            view.person.ticked, changed = not view.person.ticked, changed + 1
    session.flush()
    if changed:
        audit(session, "tick", "telling", telling_id, by=by, now=now, changed=changed)


def second_person(views: Sequence[PersonView], tools: Tools) -> list[str]:
    """Why a second person must release what is ticked, in sentences; none where nobody must."""
    todo = to_release(views)
    least = tools.replies.closing.second_person_from
    told = [f"{len(todo):,} people are told at once."] if least is not None and len(todo) >= least else []
    return [*told, *dict.fromkeys(reason for each in todo if each.reply for reason in each.reply.approval_reasons)]


def release(session: Session, telling_id: int, *, digest: str, by: Actor, now: datetime, tools: Tools) -> Outcome:
    """Let the words to everybody who is ticked leave, at the platforms' pace: exactly these words.

    Raises:
        NotFound.
        NotAllowed: another person must release it; says why.
        Conflict: somebody's words changed since they were read, or the issue is not fixed any more.
    """
    require(by, Deed.PUBLISH, session=session)
    telling, views = _held(session, telling_id, by)
    _must_be_fixed(session, telling)
    if words_digest(views) != digest:
        raise Conflict("Somebody changed words in this list since you read it. Read it again.")
    todo = to_release(views)
    if not todo:
        return _on_its_way(session, telling) if telling.state == TellingState.GOING else Outcome()
    found = second_person(views, tools)
    if found:
        _refuse_own(session, telling, todo, found, by)
    for view in todo:
        _agree(session, view, by if found else None, now)
    telling.state, telling.problem = TellingState.GOING, None
    telling.released_by_id, telling.released_at, telling.done_at = by.user_id, now, None
    session.flush()
    audit(session, "release", "telling", telling_id, by=by, now=now, people=len(todo), words=digest[:8])
    return _on_its_way(session, telling)


def stop(session: Session, telling_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Tell nobody more: what did not leave yet is taken back and waits. Raises NotFound, NotAllowed."""
    telling, _ = _held(session, telling_id, by)
    if telling.state != TellingState.GOING:
        return Outcome()
    telling.state, telling.problem = TellingState.HELD, f"{by.name} stopped it."
    posts = tellings.pull_back(session, telling_id)
    audit(session, "stop", "telling", telling_id, by=by, now=now)
    return Outcome(next=[*_shown(session, posts), *cards.of_issue(session, telling.issue_id)])


def go_on(session: Session, telling_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Go on with a telling that was held: those who were released before, and no others.

    Raises:
        NotFound. NotAllowed: `by` does not publish. Conflict: the issue is not fixed any more.
    """
    require(by, Deed.PUBLISH, session=session)
    telling, _ = _held(session, telling_id, by)
    if telling.state != TellingState.HELD:
        return Outcome()
    _must_be_fixed(session, telling)
    telling.state, telling.problem = TellingState.GOING, None
    audit(session, "go_on", "telling", telling_id, by=by, now=now)
    return _on_its_way(session, telling)


def _held(session: Session, telling_id: int, by: Actor) -> tuple[Telling, list[PersonView]]:
    """The telling and its people, held until the transaction ends."""
    # Who writes looks the words over, who closes decides on the issue; whoever may neither has no business here.
    require(by, Deed.WORK, session=session)
    telling = tellings.hold(session, telling_id)
    if telling is None:
        raise NotFound(f"There is no telling {telling_id}.")
    return telling, tellings.people(session, telling_id)


def _must_be_fixed(session: Session, telling: Telling) -> None:
    issue = session.get_one(Issue, telling.issue_id)
    if issue.state != IssueState.FIXED or issue.state_changed_at != telling.fixed_at:
        raise Conflict(f"Issue #{telling.issue_id} is {issue.state} again: nobody is told that it is fixed.")


def to_release(views: Sequence[PersonView]) -> list[PersonView]:
    """Who is ticked, and whose words nobody agreed to yet."""
    return [each for each in views if each.standing is Standing.TO_REVIEW and each.person.ticked]


def writers(telling: Telling, todo: Sequence[PersonView]) -> set[int]:
    """Who prepared the telling or wrote in it: where a second person must release it, none of them does."""
    return {telling.prepared_by_id, *(each.reply.written_by_id for each in todo if each.reply)}


def _refuse_own(
    session: Session, telling: Telling, todo: Sequence[PersonView], found: Sequence[str], by: Actor
) -> None:
    require(by, Deed.APPROVE, session=session)
    if by.user_id in writers(telling, todo):
        raise NotAllowed(f"Somebody else must release it. {' '.join(found)}")


def _agree(session: Session, view: PersonView, approver: Actor | None, now: datetime) -> None:
    if view.reply is None or replies.hold(session, id_of(view.reply)) is None:
        raise NotFound("There is nobody like this to be told.")
    reply = view.reply
    if reply.state != OutboxState.DRAFT:
        raise Conflict("One of the replies has left already. Read the list again.")
    digest = text_digest(reply.text)
    view.person.agreed_digest, view.person.left_at = digest, None
    if approver is None:
        reply.approval_reasons = []
    else:
        reply.approved_by_id, reply.approved_at, reply.approved_digest = approver.user_id, now, digest


def _on_its_way(session: Session, telling: Telling) -> Outcome:
    session.flush()
    return Outcome(next=[flow.tell(id_of(telling)), *cards.of_issue(session, telling.issue_id)])


def _shown(session: Session, post_ids: Sequence[int]) -> list[Job]:
    return cards.of_posts(session, post_ids)
