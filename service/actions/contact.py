"""People note that somebody does not want to be written to, and that they may be again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.actions.actors import Actor, require
from service.actions.auditing import audit
from service.domain.contact import fingerprint
from service.domain.roles import Deed
from service.errors import Invalid, NotFound
from service.models import Author, ContactRefusal, Customer, Post
from service.pipeline import cards
from service.pipeline.outcome import Outcome
from service.store import contact

_LONGEST_REASON = 500


def refuse_author(session: Session, post_id: int, *, reason: str, by: Actor, now: datetime) -> Outcome:
    """Note that the author of a post asked not to be contacted; noted already, it changes nothing.

    What is on its way to them and did not leave is taken back. It holds for every account of the same customer.

    Raises:
        NotFound: there is no such post, or its author is not known. NotAllowed. Invalid: no reason.
    """
    require(by, Deed.CONTACT, session=session)
    post = session.get(Post, post_id)
    author = session.get(Author, post.author_id) if post is not None and post.author_id is not None else None
    if author is None:
        raise NotFound(f"There is no post {post_id} whose author is known.")
    values = {"fingerprint": fingerprint(author.scope, author.account), "author_id": author.id}
    return _noted(session, values, reason, by=by, now=now)


def refuse_customer(session: Session, customer_id: int, *, reason: str, by: Actor, now: datetime) -> Outcome:
    """Note that a customer asked not to be contacted, under whatever account. As `refuse_author`."""
    require(by, Deed.CONTACT, session=session)
    if session.get(Customer, customer_id) is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return _noted(session, {"customer_id": customer_id}, reason, by=by, now=now)


def withdraw(session: Session, refusal_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Note that they may be contacted again. What was to be told to them is looked at anew before it leaves.

    Raises:
        NotFound: there is no such refusal. NotAllowed.
    """
    require(by, Deed.CONTACT, session=session)
    noted = session.get(ContactRefusal, refusal_id, with_for_update=True)
    if noted is None:
        raise NotFound(f"There is no refusal {refusal_id}. `earful contact list` shows them.")
    if noted.withdrawn_at is not None:
        return Outcome()
    authors = contact.authors_of(session, noted)
    noted.withdrawn_by_id, noted.withdrawn_at = by.user_id, now
    session.flush()
    audit(session, "withdraw", "contact_refusal", refusal_id, by=by, now=now)
    contact.look_anew(session, authors)
    return _shown(session, authors)


def _noted(session: Session, whose: Mapping[str, Any], reason: str, *, by: Actor, now: datetime) -> Outcome:
    words = " ".join(reason.split())[:_LONGEST_REASON]
    if not words:
        raise Invalid("Say how they asked: whoever reads it later wants to know.")
    values = {**whose, "reason": words, "noted_by_id": by.user_id, "noted_at": now}
    made = upsert(ContactRefusal).values(**values).on_conflict_do_nothing().returning(col(ContactRefusal.id))
    refusal_id = session.scalars(made).one_or_none()
    if refusal_id is None:
        return Outcome()  # it was noted already
    audit(session, "note", "contact_refusal", refusal_id, by=by, now=now)
    noted = session.get_one(ContactRefusal, refusal_id)
    authors = contact.authors_of(session, noted)
    contact.take_back(session, authors)
    return _shown(session, authors)


def _shown(session: Session, author_ids: Sequence[int]) -> Outcome:
    """Every card of theirs says whether they may be written to."""
    session.flush()
    return Outcome(next=cards.of_posts(session, contact.posts_by(session, author_ids)))
