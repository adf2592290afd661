"""Closing the loop: a person says that an issue is fixed, and words are made for everybody who reported it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session

from collectors.base import ReplyDoor
from service.actions.actors import Actor, require
from service.actions.auditing import audit
from service.actions.replies.common import fitting, reasons
from service.actions.suggestions import values_of
from service.configuration.replies import CLOSING, Template
from service.domain.cases import CaseState
from service.domain.closing import Chosen, Report, TellingState, choose, key_of
from service.domain.issues import IssueState
from service.domain.replies import digest_of
from service.domain.roles import Deed
from service.errors import Conflict, Invalid, NotFound
from service.models import Case, Issue, Note, Reply, Telling, TellingPerson
from service.models.columns import id_of
from service.pipeline import cards, flow, group
from service.pipeline.outcome import Outcome
from service.store import cases, events, facts, issues, tellings
from service.store.facts import PostFacts
from service.store.replies import as_collected
from service.store.texts import storable
from service.tools import Tools

_LONGEST_VERSION, _LONGEST_NOTE = 60, 2000
_NO_WORDS = "No text of replies.yaml fits their post."
_ENGLISH = "en"


def fix(  # noqa: PLR0913 (what is said of it, who says it, and whether it may have been said before)
    session: Session,
    issue_id: int,
    *,
    version: str = "",
    note: str = "",
    by: Actor,
    now: datetime,
    tools: Tools,
    once: bool = False,
) -> Outcome:
    """Say that an issue is fixed, in which version where that is known, and for us alone how.

    `once`: whoever says so saw it open; where somebody said so since, nothing changes.

    Raises:
        NotFound: there is no such issue. NotAllowed: `by` does not close issues.
        Conflict: it was merged into another, or is muted; with `once`, it is fixed already: says who did it, and when.
    """
    issue = _held(session, issue_id, by)
    named = storable(" ".join(version.split())[:_LONGEST_VERSION])
    if issue.state in (IssueState.MERGED, IssueState.MUTED):
        into = f" into #{issue.merged_into_id}" if issue.merged_into_id else ""
        raise Conflict(f"Issue #{issue_id} is {issue.state}{into}.")
    if once:
        _must_not_be_fixed(session, issue, tools)
    again = issue.state == IssueState.FIXED
    named = named or (issue.fixed_version or "" if again else "")
    said = storable(note.strip()[:_LONGEST_NOTE])
    if again and issue.fixed_version == named and (not said or issues.has_note(session, issue_id, said)):
        return Outcome()
    if not again:
        issue.state, issue.state_changed_at = IssueState.FIXED, now
        issue.state_reason = f"marked fixed on {now:%-d %B}"
    issue.fixed_version = named
    if said:
        session.add(Note(issue_id=issue_id, text=said, written_by=by.name, written_at=now))
    audit(session, "fix", "issue", issue_id, by=by, now=now, version=named)
    session.flush()
    told = flow.tell_of_issues([] if again else [issue_id], wait_seconds=tools.settle_seconds)
    return Outcome(next=[*told, *cards.of_issue(session, issue_id)])


def unfix(session: Session, issue_id: int, *, by: Actor, now: datetime, tools: Tools) -> Outcome:
    """Say that it is not fixed after all: its posts decide its state again, and nobody more is told.

    Raises:
        NotFound, NotAllowed. Conflict: it is not fixed; says who took it back, and when, where somebody did.
    """
    issue = _held(session, issue_id, by)
    if issue.state != IssueState.FIXED:
        raise Conflict(_as_it_stands(session, issue, tools.company.time_zone))
    issue.state, issue.state_changed_at, issue.fixed_version = IssueState.OPEN, now, None
    group.review(session, issue_id, now)
    telling = tellings.of_issue(session, issue_id)
    pulled: list[int] = []
    if telling is not None and telling.state == TellingState.GOING:
        telling.state, telling.problem = TellingState.HELD, f"{by.name} says that it is not fixed."
        pulled = tellings.pull_back(session, id_of(telling))
    audit(session, "unfix", "issue", issue_id, by=by, now=now)
    session.flush()
    posts = cards.of_posts(session, pulled)
    return Outcome(next=[*posts, *cards.of_issue(session, issue_id)])


def outlook(session: Session, issue_id: int, *, by: Actor, now: datetime, tools: Tools) -> list[str]:
    """What telling its reporters would meet if the issue were fixed now: for each person why they cannot be told,
    empty where they can.

    Raises:
        NotFound, NotAllowed. Conflict: it is fixed already; says who did it, and when.
    """
    require(by, Deed.CLOSE, session=session)
    issue = session.get(Issue, issue_id)
    if issue is None:
        raise NotFound(f"There is no issue {issue_id}.")
    _must_not_be_fixed(session, issue, tools)
    chosen, _ = _chosen(session, issue_id, now, tools)
    return [each.reason for each in chosen]


def prepare(session: Session, issue_id: int, *, by: Actor, now: datetime, tools: Tools) -> Telling:
    """Make one draft for each person who reported a fixed issue and may be answered; list the others with the reason.

    Done again, it adds who came to it since, and changes nobody's words.

    Raises:
        NotFound, NotAllowed. Conflict: the issue is not fixed.
    """
    issue = _held(session, issue_id, by)
    if issue.state != IssueState.FIXED or issue.fixed_version is None:
        raise Conflict(f"Issue #{issue_id} is {issue.state}. Say first that it is fixed.")
    telling = _telling(session, issue, by=by, now=now)
    chosen_now, written = _chosen(session, issue_id, telling.fixed_at, tools)
    new = _not_yet_in(session, telling, chosen_now, written)
    known = {id_of(each.post): each for each in facts.of_posts(session, [each.post_id for each in new])}
    for chosen in new:
        session.add(_person(session, telling, chosen, known[chosen.post_id], by=by, now=now, tools=tools))
    if new and telling.state == TellingState.DONE:
        telling.state, telling.done_at = TellingState.DRAFT, None
    session.flush()
    audit(session, "prepare", "telling", id_of(telling), by=by, now=now, people=len(new))
    return telling


def _held(session: Session, issue_id: int, by: Actor) -> Issue:
    """The issue; whoever groups posts waits until this transaction ends, as grouping judges its state too."""
    require(by, Deed.CLOSE, session=session)
    issues.hold_grouping(session)
    issue = session.get(Issue, issue_id, with_for_update=True, populate_existing=True)
    if issue is None:
        raise NotFound(f"There is no issue {issue_id}.")
    return issue


def _must_not_be_fixed(session: Session, issue: Issue, tools: Tools) -> None:
    if issue.state == IssueState.FIXED and issue.fixed_version is not None:
        raise Conflict(_as_it_stands(session, issue, tools.company.time_zone))


def _as_it_stands(session: Session, issue: Issue, zone: ZoneInfo) -> str:
    """ "Issue #12 is fixed already: Ada said so on 3 November at 14:05." """
    fixed = issue.state == IssueState.FIXED
    last = events.last(session, "issue", id_of(issue), verbs=("fix", "unfix"))
    if last is None or (last.verb == "fix") != fixed:
        return f"Issue #{issue.id} is {issue.state}."
    when = f"{last.at.astimezone(zone):%-d %B at %H:%M}"
    if fixed:
        return f"Issue #{issue.id} is fixed already: {last.actor} said so on {when}."
    return f"Issue #{issue.id} is {issue.state}: {last.actor} said on {when} that it is not fixed."


def _chosen(session: Session, issue_id: int, fixed_at: datetime, tools: Tools) -> tuple[list[Chosen], list[Report]]:
    written = tellings.reports(session, issue_id, lambda source: tools.door(source) is not ReplyDoor.NONE)
    return choose(written, told=tellings.told(session, issue_id, written), fixed_at=fixed_at), written


def _telling(session: Session, issue: Issue, *, by: Actor, now: datetime) -> Telling:
    telling = tellings.of_issue(session, id_of(issue))
    if telling is not None and telling.fixed_at == issue.state_changed_at:
        return telling
    if telling is not None and telling.state != TellingState.DONE:
        tellings.give_up(session, telling)
    telling = Telling(
        issue_id=id_of(issue),
        fixed_at=issue.state_changed_at,
        version=issue.fixed_version or "",
        prepared_by_id=by.user_id,
        prepared_at=now,
    )
    session.add(telling)
    session.flush()
    return telling


def _not_yet_in(
    session: Session, telling: Telling, chosen: Sequence[Chosen], written: Sequence[Report]
) -> list[Chosen]:
    """Those who are not in the telling under whatever key: an author may have been tied to a customer since."""
    held = tellings.people(session, id_of(telling))
    keys = {each.person.key for each in held}
    authors = {each.post.author_id for each in held if each.post.author_id is not None}
    posts = {id_of(each.post) for each in held}
    known = {key_of(report) for report in written if report.author_id in authors or report.post_id in posts}
    return [each for each in chosen if each.key not in keys | known]


def _person(
    session: Session, telling: Telling, chosen: Chosen, known: PostFacts, *, by: Actor, now: datetime, tools: Tools
) -> TellingPerson:
    reason, language, reply = chosen.reason, _language(known), None
    if not reason:
        words = _words(session, telling, known, tools)
        if words is None:
            reason = _NO_WORDS
        else:
            text, language = words
            reply = _draft(session, telling, known, text, by=by, now=now, tools=tools)
    return TellingPerson(
        telling_id=id_of(telling),
        key=chosen.key,
        post_id=chosen.post_id,
        language=language,
        reason=reason,
        reply_id=reply.id if reply else None,
    )


def _words(session: Session, telling: Telling, known: PostFacts, tools: Tools) -> tuple[str, str] | None:
    """The first text that can be said to this person and that their platform has room for, and its language."""
    values = {**values_of(known), "version": telling.version}
    own = _language(known)
    for language in dict.fromkeys((own, _ENGLISH)):
        for words in _sayable(tools.replies.closing.texts, language, values):
            try:
                return fitting(session, words, known.post, known.source, tools), language
            except Invalid:
                continue  # too long there, most of all; the next is shorter
    return None


def _sayable(texts: Sequence[Template], language: str, values: dict[str, str]) -> Iterator[str]:
    for each in texts:
        if each.language.split("-")[0] == language and (words := each.words(values)) is not None:
            yield words


def _language(known: PostFacts) -> str:
    return (known.reading.language if known.reading else _ENGLISH).split("-")[0]


def _draft(
    session: Session, telling: Telling, known: PostFacts, text: str, *, by: Actor, now: datetime, tools: Tools
) -> Reply:
    reply = Reply(
        key=f"ef{secrets.token_hex(10)}",
        case_id=_case(session, known, telling, now),
        post_id=id_of(known.post),
        telling_id=id_of(telling),
        post_version=known.post.version,
        seen_digest=digest_of(as_collected(known.post)),  # looked at anew when their turn comes
        text=text,
        template=CLOSING,
        written_by_id=by.user_id,
        written_at=now,
        approval_reasons=reasons(session, text, known.post, by=by, tools=tools),
    )
    session.add(reply)
    session.flush()
    return reply


def _case(session: Session, known: PostFacts, telling: Telling, now: datetime) -> int:
    """The post's case. One that is opened for this asks nobody to work: what it was about is done."""
    opening = {
        "post_id": id_of(known.post),
        "customer_id": known.customer.customer.id if known.customer else None,
        "state": CaseState.SOLVED,
        "urgency": known.reading.urgency if known.reading else 0.0,
        "reason": f"Its author is told that issue #{telling.issue_id} is fixed.",
        "opened_at": now,
        "closed_at": now,
    }
    session.execute(upsert(Case).values(**opening).on_conflict_do_nothing(index_elements=["post_id"]))
    return cases.of_post(session, id_of(known.post))
