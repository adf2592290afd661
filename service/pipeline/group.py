"""Posts with one cause -> one issue: join, open, or stay loose; then the issue's state is judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from nlp.base import Vector
from nlp.grouping import GroupItem, KnownIssue, group
from service.domain.issues import IssueState, judge
from service.domain.titles import Voice, title_of
from service.models import Issue, Post, Reading
from service.models.columns import id_of
from service.pipeline import flow, twins
from service.pipeline.outcome import Outcome
from service.store import deliveries, issues, posts
from service.store.issues import Placed
from service.store.readings import agrees
from service.tools import Tools

WINDOW = timedelta(days=60)  # older posts that found no company stay alone
_HANDS_OFF = (IssueState.MUTED, IssueState.MERGED)
"""States that a person set and that posts do not change."""


def run(session: Session, post_ids: Sequence[int], tools: Tools) -> Outcome:
    """Place the posts that were not grouped at their version; tell of issues whose state changed."""
    issues.hold_grouping(session)
    behind = posts.lock_behind(session, post_ids, "grouped")
    now = tools.clock()
    bereft = issues.leave(session, [id_of(post) for post in behind if post.deleted_at is not None])
    touched = {*bereft, *issues.leave(session, [id_of(post) for post in behind])}
    late: set[int] = set()
    readings = _groupable(session, behind)
    for product in sorted({post.product for post in behind}, key=str):
        mine = [(post, readings[id_of(post)]) for post in behind if post.product == product and id_of(post) in readings]
        if mine:
            gained, placed = _place(session, product, mine, now)
            touched |= gained
            late |= placed
    issues.forget_titles(session, bereft)
    for issue_id in touched:
        recount(session, issue_id)
    touched = twins.merge(session, touched, now)
    posts.mark(session, behind, "grouped")
    ids = [id_of(post) for post in behind]
    late -= set(ids)
    posts.look_again(session, sorted(late), "routed")  # their cards now name an issue
    untold = [issue_id for issue_id in sorted(touched) if review(session, issue_id, now)]
    telling = flow.tell_of_issues(untold, wait_seconds=tools.settle_seconds)
    mended = [flow.deliver(delivery_id) for delivery_id in deliveries.shown_issues(session, bereft)]  # they quote
    return Outcome(next=[*flow.follow("group", [*ids, *sorted(late)]), *telling, *mended])


def review_all(session: Session, tools: Tools) -> Outcome:
    """Judge every issue that time alone may have changed: a rise that is over, a quiet that begins."""
    issues.hold_grouping(session)
    now = tools.clock()
    untold = [issue_id for issue_id in issues.living(session) if review(session, issue_id, now)]
    return Outcome(next=flow.tell_of_issues(untold, wait_seconds=tools.settle_seconds))


def review(session: Session, issue_id: int, now: datetime) -> bool:
    """Recount an issue and judge its state from its posts; True where people were not told of that state."""
    issue, found = recount(session, issue_id)
    if found:
        _name(session, issue, found)
    if issue.state in _HANDS_OFF:
        return False
    fixed_at = issue.state_changed_at if issue.state == IssueState.FIXED else None
    verdict = judge([post.at for post in found], now=now, fixed_at=fixed_at)
    issue.state_reason = verdict.reason
    if verdict.state != issue.state:
        issue.state, issue.state_changed_at = verdict.state, now
    return issue.told_state != issue.state


def recount(session: Session, issue_id: int) -> tuple[Issue, list[Placed]]:
    """Make an issue's own numbers those of its posts; returns both."""
    session.flush()
    issue = session.get_one(Issue, issue_id)
    found = issues.members(session, issue_id)
    issues.recount(issue, found)
    return issue, found


def _groupable(session: Session, behind: Sequence[Post]) -> dict[int, Vector]:
    rows = session.execute(
        select(col(Reading.post_id), col(Reading.vector)).where(
            col(Reading.post_id).in_([post.id for post in behind if post.deleted_at is None]), col(Reading.groupable)
        )
    )
    return {int(post): np.asarray(vector, dtype=np.float32) for post, vector in rows}


def _place(
    session: Session, product: str | None, mine: Sequence[tuple[Post, Vector]], now: datetime
) -> tuple[set[int], set[int]]:
    """Join and open issues; returns the issues that gained a post, and the posts that found one.

    Posts that were loose until now may join as well: an issue that has grown since is another one to be near to.
    """
    items = {id_of(post): GroupItem(key=id_of(post), vector=vector, at=post.created_at) for post, vector in mine}
    oldest = min(item.at for item in items.values()) - WINDOW
    for post in issues.loose_posts(session, product, since=oldest):
        items.setdefault(post.post_id, GroupItem(key=post.post_id, vector=post.vector, at=post.at))
    known = {id_of(issue): _known(issue) for issue in issues.to_join(session, product)}
    result = group(list(items.values()), [], list(known.values()))
    for key, number in result.joins.items():
        nearness = _cosine(items[key].vector, known[number].centroid)
        issues.join(session, number, key, similarity=nearness, reason=_like("its posts", nearness), now=now)
    opened = [_open(session, product, [items[key] for key in keys], now) for keys in result.openings]
    placed = {*result.joins, *(key for keys in result.openings for key in keys)}
    return {*result.joins.values(), *opened}, placed


def _known(issue: Issue) -> KnownIssue:
    return KnownIssue(
        number=id_of(issue),
        centroid=issues.as_vector(issue.centroid),
        size=issue.post_count,
        last_at=issue.last_post_at,
    )


def _open(session: Session, product: str | None, members: Sequence[GroupItem], now: datetime) -> int:
    centre = np.mean(np.stack([item.vector for item in members]), axis=0)
    centre = (centre / max(float(np.linalg.norm(centre)), 1e-9)).astype(np.float32)
    title = f"{len(members)} posts about {product or 'one thing'}"
    issue = issues.open_issue(session, title=title, product=product, centroid=centre, at=now)
    for item in members:
        nearness = _cosine(item.vector, centre)
        reason = _like(f"{len(members) - 1} others that had no issue yet", nearness)
        issues.join(session, id_of(issue), item.key, similarity=nearness, reason=reason, now=now)
    return id_of(issue)


def _name(session: Session, issue: Issue, found: Sequence[Placed]) -> None:
    """Choose the title anew each time the issue has doubled: its first posts need not be its most telling."""
    if len(found) < 2 * issue.titled_at_count:
        return
    centre = issues.as_vector(issue.centroid)
    nearness = {post.post_id: _cosine(post.vector, centre) for post in found}
    issue.title = title_of(_voices(session, nearness), fallback=issue.title)
    issue.titled_at_count = len(found)


def _voices(session: Session, nearness: dict[int, float]) -> list[Voice]:
    """What the members say in their own words: who only agrees stands as near as what they agree with."""
    rows = session.execute(
        select(Post, col(Reading.language))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .where(col(Post.id).in_(nearness), ~agrees())
    )
    return [
        Voice(title=post.title, text=post.text, language=language, nearness=nearness[id_of(post)])
        for post, language in rows
    ]


def _cosine(a: Vector, b: Vector) -> float:
    return float(np.dot(a, b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))


def _like(whom: str, nearness: float) -> str:
    return f"says much the same as {whom} (similarity {nearness:.2f})"
