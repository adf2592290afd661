"""Posts and issues -> who must see them, by the rules, with the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session

from service.domain.cases import CaseState
from service.domain.facts import Facts, IssueChange, IssueFacts
from service.domain.issues import IssueState
from service.domain.routing import Decision, decide
from service.models import Case, Issue
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Outcome
from service.store import deliveries, facts, issue_facts, posts
from service.store.deliveries import Wanted
from service.store.facts import PostFacts
from service.store.issue_facts import IssueFacts as StoredIssueFacts
from service.tools import Tools

NEWS = timedelta(days=7)
"""A post that was older than this when we first saw it is history: read and kept, but nobody is called."""

_WORTH_TELLING = {
    IssueState.RISING: IssueChange.RISING,
    IssueState.RETURNED: IssueChange.RETURNED,
    IssueState.FIXED: IssueChange.FIXED,
}


def run(session: Session, post_ids: Sequence[int], tools: Tools) -> Outcome:
    """Put into the outbox what the rules ask for, and bring sent cards of changed posts up to date."""
    behind = posts.lock_behind(session, post_ids, "routed")
    ids = [id_of(post) for post in behind]
    now = tools.clock()
    wanted: list[Wanted] = []
    for known in facts.of_posts(session, ids):
        decisions = _decisions(known, tools) if _is_news(known) else ()
        wanted += [_post_delivery(known, decision) for decision in decisions]
        if decisions:
            _open_case(session, known, decisions, now)
    new = deliveries.ask(session, wanted, now=now)
    shown = deliveries.of_posts(session, ids, states=deliveries.LEFT)
    posts.mark(session, behind, "routed")
    return Outcome(next=[flow.deliver(delivery_id) for delivery_id in [*new, *(id_of(d) for d in shown)]])


def run_issues(session: Session, issue_ids: Sequence[int], tools: Tools) -> Outcome:
    """Tell of issues whose state is news; each state of an issue is told once."""
    new: list[int] = []
    for issue_id in issue_ids:
        issue = session.get_one(Issue, issue_id, with_for_update=True)
        change = _change(issue)
        issue.told_state = issue.state
        if change is not None:
            known = issue_facts.of_issue(session, issue_id)
            decisions = decide(tools.rules, _issue_facts(known, change, tools))
            wanted = [_issue_delivery(known, change, decision) for decision in decisions]
            new += deliveries.ask(session, wanted, now=tools.clock())
    return Outcome(next=[flow.deliver(delivery_id) for delivery_id in new])


def _is_news(known: PostFacts) -> bool:
    post = known.post
    return post.deleted_at is None and post.first_seen_at - post.created_at <= NEWS


def _decisions(known: PostFacts, tools: Tools) -> tuple[Decision, ...]:
    return decide(tools.rules, _post_facts(known, tools))


def _post_facts(known: PostFacts, tools: Tools) -> Facts:
    post, reading, who, issue = known.post, known.reading, known.customer, known.issue
    return Facts(
        source=known.source.name,
        source_kind=known.source.kind,
        product=post.product,
        product_version=post.product_version,
        language=reading.language if reading else None,
        rating=post.rating,
        sentiment=reading.sentiment if reading else None,
        sentiment_score=reading.sentiment_score if reading else None,
        intents=reading.intents if reading else {},
        topics=reading.topics if reading else {},
        urgency=reading.urgency if reading else None,
        spam=reading.spam if reading else 0.0,
        toxicity=reading.toxicity if reading else 0.0,
        unsure=reading.unsure if reading else (),
        understood=reading.understood if reading else False,
        reach=known.author.reach if known.author else None,
        customer_known=who is not None,
        customer_segments=who.customer.segments if who else (),
        customer_lifecycle=who.customer.lifecycle if who else None,
        customer_value=float(who.value) if who else None,
        currency=tools.company.currency,
        organisation=who.organisation if who else None,
        issue_number=issue.id if issue else None,
        issue_state=issue.state if issue else None,
        issue_posts=issue.post_count if issue else None,
    )


def _issue_facts(known: StoredIssueFacts, change: IssueChange, tools: Tools) -> IssueFacts:
    return IssueFacts(
        number=id_of(known.issue),
        change=change,
        product=known.issue.product,
        product_versions=known.versions,
        languages=known.languages,
        sources=known.sources,
        topics=known.topics,
        posts=len(known.times),
        people=known.people,
        customers=known.customers,
        value=float(known.value),
        currency=tools.company.currency,
        urgency=known.urgency,
    )


def _change(issue: Issue) -> IssueChange | None:
    """What is worth a word: an issue that people hear of for the first time, or a state that is news."""
    if issue.state == issue.told_state or issue.post_count == 0:
        return None
    if issue.told_state is None and issue.state == IssueState.OPEN:
        return IssueChange.OPENED
    return _WORTH_TELLING.get(IssueState(issue.state))


def _post_delivery(known: PostFacts, decision: Decision) -> Wanted:
    return Wanted(
        post_id=id_of(known.post),
        target=decision.target,
        address=decision.address,
        reason=decision.reason,
        rules=decision.rules,
    )


def _issue_delivery(known: StoredIssueFacts, change: IssueChange, decision: Decision) -> Wanted:
    # With the day of the change, so that a second rise is told too, but the same one never twice.
    return Wanted(
        issue_id=id_of(known.issue),
        event=f"{change}:{known.issue.state_changed_at:%Y-%m-%d}",
        target=decision.target,
        address=decision.address,
        reason=decision.reason,
        rules=decision.rules,
    )


def _open_case(session: Session, known: PostFacts, decisions: Sequence[Decision], now: datetime) -> None:
    opening = {
        "post_id": id_of(known.post),
        "customer_id": known.customer.customer.id if known.customer else None,
        "state": CaseState.NEW,
        "urgency": known.reading.urgency if known.reading else 0.0,
        "reason": "; ".join(decision.reason for decision in decisions),
        "opened_at": now,
    }
    session.execute(upsert(Case).values(**opening).on_conflict_do_nothing(index_elements=["post_id"]))
