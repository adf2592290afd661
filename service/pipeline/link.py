"""Author -> customer, where the source's passport permits it; a record for those heard for the first time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.domain.linking import Keys, decide
from service.domain.people import Evidence, IdentityState
from service.models import Author, Post, Source
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Outcome
from service.store import people, posts, sources
from service.tools import Tools


def run(session: Session, post_ids: Sequence[int], tools: Tools) -> Outcome:
    """Tie the posts' authors to customers by exact, lawful keys; open records for unknown ones."""
    behind = posts.lock_behind(session, post_ids, "linked")
    allowed = {i: sources.get(session, i) for i in {post.source_id for post in behind}}
    allowed = {i: source for i, source in allowed.items() if tools.may_link(source)}
    _link(session, [p for p in behind if p.author_id is not None and p.source_id in allowed], allowed, tools.clock())
    posts.mark(session, behind, "linked")
    return Outcome(next=flow.follow("link", [id_of(post) for post in behind]))


@dataclass(slots=True)
class _Known:
    authors: dict[int, Author]
    confirmed: dict[int, int]
    by_email: dict[str, int]
    by_order: dict[str, int]

    def keys(self, post: Post, author_id: int) -> Keys:
        return Keys(
            confirmed=self.confirmed.get(author_id),
            by_email=self.by_email.get((post.verified_email or "").lower()),
            by_order=self.by_order.get(post.order_number or ""),
            email=post.verified_email,
            order_number=post.order_number,
        )


def _link(session: Session, linkable: Sequence[Post], where: dict[int, Source], now: datetime) -> None:
    author_ids = sorted({post.author_id for post in linkable if post.author_id is not None})
    known = _Known(
        authors=people.lock_authors(session, author_ids),
        confirmed=people.confirmed_customers(session, author_ids),
        by_email=people.by_verified_email(session, [p.verified_email for p in linkable if p.verified_email]),
        by_order=people.by_order_number(session, [p.order_number for p in linkable if p.order_number]),
    )
    for post in linkable:
        if post.author_id is not None and post.author_id not in known.confirmed:
            _link_author(session, post, post.author_id, known, where[post.source_id].name, now)


def _link_author(session: Session, post: Post, author_id: int, known: _Known, where: str, now: datetime) -> None:
    link = decide(known.keys(post, author_id))
    if link is None:
        customer = people.open_record(
            session, known.authors[author_id], where=where, email=post.verified_email, now=now
        )
        people.add_identity(
            session,
            author_id=author_id,
            customer_id=id_of(customer),
            state=IdentityState.CONFIRMED,
            evidence=Evidence.FIRST_CONTACT,
            reason=f"the record was made when they were first heard on {where}",
            now=now,
        )
        known.confirmed[author_id] = id_of(customer)
        return
    people.add_identity(
        session,
        author_id=author_id,
        customer_id=link.customer_id,
        state=link.state,
        evidence=link.evidence,
        reason=link.reason,
        now=now,
    )
    if link.state == IdentityState.CONFIRMED:
        known.confirmed[author_id] = link.customer_id
