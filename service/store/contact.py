"""Who does not want to be written to: noted of an account or of a customer, and true of all that is the same person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.domain.closing import TellingState
from service.domain.contact import ASKED_NOT_TO, Refusal, fingerprint, why_not
from service.domain.outbox import OutboxState
from service.domain.people import IdentityState
from service.domain.replies import Wish
from service.models import Author, ContactRefusal, Customer, Identity, Post, Reply, Telling, TellingPerson, User
from service.models.columns import id_of

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A refusal that holds, and whom it is of; no author where nothing of them is kept any more."""

    refusal: Refusal
    customer: Customer | None
    author: Author | None


@dataclass(frozen=True, slots=True)
class _People:
    """Authors and customers, each with the fingerprints of the accounts and the customers that are the same person."""

    accounts: dict[int, set[str]]
    customers: dict[int, set[int]]


def standing(session: Session, author_ids: Collection[int]) -> dict[int, Refusal]:
    """Author id -> the newest refusal that holds for them: their own, their customer's, or of another account of it."""
    if not author_ids or session.scalars(select(col(ContactRefusal.id)).where(_holds()).limit(1)).first() is None:
        return {}
    people = _same_people(session, author_ids)
    prints, customers = _all(people.accounts.values()), _all(people.customers.values())
    rows = _holding(
        session, or_(col(ContactRefusal.fingerprint).in_(prints), col(ContactRefusal.customer_id).in_(customers))
    )
    found: dict[int, Refusal] = {}
    for row, refusal in rows:  # oldest first, so that the newest stays
        for author in author_ids:
            if row.fingerprint in people.accounts[author] or row.customer_id in people.customers[author]:
                found[author] = refusal
    return found


def of_author(session: Session, author_id: int | None) -> Refusal | None:
    """The newest refusal that holds for an author."""
    return standing(session, [author_id]).get(author_id) if author_id is not None else None


def of_customer(session: Session, customer_id: int) -> Refusal | None:
    """The newest refusal that holds for a customer, noted of the record or of one of its accounts."""
    prints = _prints(session, _accounts(session, customer_id))
    mine = or_(col(ContactRefusal.customer_id) == customer_id, col(ContactRefusal.fingerprint).in_(prints.values()))
    rows = _holding(session, mine)
    return rows[-1][1] if rows else None


def authors_of(session: Session, refusal: ContactRefusal) -> list[int]:
    """The authors for whom a refusal holds, as far as they are known."""
    if refusal.customer_id is not None:
        return _accounts(session, refusal.customer_id)
    held = session.get(Author, refusal.author_id) if refusal.author_id is not None else None
    if held is None:
        return []
    whose = select(col(Identity.customer_id)).where(
        col(Identity.author_id) == held.id, col(Identity.state) == IdentityState.CONFIRMED
    )
    customer_id = session.scalars(whose).one_or_none()
    return sorted({id_of(held), *(_accounts(session, customer_id) if customer_id is not None else ())})


def posts_by(session: Session, author_ids: Collection[int]) -> list[int]:
    """The posts of these authors that still stand."""
    theirs = select(col(Post.id)).where(col(Post.author_id).in_(author_ids), col(Post.deleted_at).is_(None))
    return [int(post_id or 0) for post_id in session.scalars(theirs.order_by(col(Post.id)))]


def why_not_to(session: Session, reply: Reply, post: Post) -> str:
    """Why a reply may not leave for its post's author, in sentences; empty where it may."""
    refusal = of_author(session, post.author_id)
    return why_not(
        refusal,
        written_at=post.created_at,
        confirmed=reply.answers_refusal_id,
        telling=reply.telling_id is not None,
    )


def listed(session: Session, *, most: int) -> list[Listed]:
    """The refusals that hold, newest first."""
    rows = session.execute(
        select(ContactRefusal, col(User.name), Customer, Author)
        .join(User, col(User.id) == col(ContactRefusal.noted_by_id))
        .outerjoin(Customer, col(Customer.id) == col(ContactRefusal.customer_id))
        .outerjoin(Author, col(Author.id) == col(ContactRefusal.author_id))
        .where(_holds())
        .order_by(col(ContactRefusal.id).desc())
        .limit(most)
    )
    return [Listed(refusal=_told(row, name), customer=customer, author=author) for row, name, customer, author in rows]


def take_back(session: Session, author_ids: Collection[int]) -> None:
    """Make drafts again of what did not leave for these authors yet."""
    mine = (
        select(col(Reply.id))
        .join(Post, col(Post.id) == col(Reply.post_id))
        .where(
            col(Post.author_id).in_(author_ids),
            col(Reply.state).in_((OutboxState.APPROVED, OutboxState.MANUAL)),
            col(Reply.wish) == Wish.PUBLISH,
        )
        .order_by(col(Reply.id))
        .with_for_update(of=Reply)
    )
    ids = session.scalars(mine).all()
    draft = {"state": OutboxState.DRAFT, "send_after": None, "problem": ASKED_NOT_TO, "what_to_do": None}
    session.execute(update(Reply).where(col(Reply.id).in_(ids)).values(**draft))
    session.execute(update(TellingPerson).where(col(TellingPerson.reply_id).in_(ids)).values(left_at=None))


def look_anew(session: Session, author_ids: Collection[int]) -> None:
    """Have what was to be told to these authors looked at again before it leaves."""
    posts = select(col(Post.id)).where(col(Post.author_id).in_(author_ids))
    drafts = select(col(Reply.id)).where(col(Reply.post_id).in_(posts), col(Reply.state) == OutboxState.DRAFT)
    waiting = col(TellingPerson.reply_id).in_(drafts)
    theirs = col(Telling.id).in_(select(col(TellingPerson.telling_id)).where(waiting))
    over = update(Telling).where(theirs, col(Telling.state) == TellingState.DONE)
    session.execute(over.values(state=TellingState.DRAFT, done_at=None))
    session.execute(update(TellingPerson).where(waiting).values(agreed_digest=None))
    # Who got no words at all is found again by whoever looks for more reporters.
    without = (col(TellingPerson.reply_id).is_(None)) & (col(TellingPerson.reason) == ASKED_NOT_TO)
    session.execute(delete(TellingPerson).where(col(TellingPerson.post_id).in_(posts), without))
    marked = update(Reply).where(col(Reply.id).in_(drafts), col(Reply.problem) == ASKED_NOT_TO)
    session.execute(marked.values(problem=None))


def outlive(session: Session, author_ids: Sequence[int]) -> None:
    """Keep the refusals of authors who are about to be erased by their fingerprints alone, without our words."""
    session.execute(
        update(ContactRefusal).where(col(ContactRefusal.author_id).in_(author_ids)).values(author_id=None, reason="")
    )


def _holds() -> ColumnElement[bool]:
    return col(ContactRefusal.withdrawn_at).is_(None)


def _holding(session: Session, whose: ColumnElement[bool]) -> list[tuple[ContactRefusal, Refusal]]:
    rows = session.execute(
        select(ContactRefusal, col(User.name))
        .join(User, col(User.id) == col(ContactRefusal.noted_by_id))
        .where(_holds(), whose)
        .order_by(col(ContactRefusal.id))
    )
    return [(row, _told(row, name)) for row, name in rows]


def _told(row: ContactRefusal, name: str) -> Refusal:
    return Refusal(
        id=id_of(row), at=row.noted_at, noted_by=name, reason=row.reason, of_customer=row.customer_id is not None
    )


def _same_people(session: Session, author_ids: Collection[int]) -> _People:
    mine, theirs = aliased(Identity), aliased(Identity)
    confirmed = IdentityState.CONFIRMED
    same: dict[int, set[int]] = {author: {author} for author in author_ids}
    customers: dict[int, set[int]] = defaultdict(set)
    for author, customer, other in session.execute(
        select(col(mine.author_id), col(mine.customer_id), col(theirs.author_id))
        .join(theirs, col(theirs.customer_id) == col(mine.customer_id))
        .where(col(mine.author_id).in_(author_ids), col(mine.state) == confirmed, col(theirs.state) == confirmed)
    ):
        same[author].add(other)
        customers[author].add(customer)
    prints = _prints(session, _all(same.values()))
    return _People(
        {author: {prints[each] for each in ids if each in prints} for author, ids in same.items()}, customers
    )


def _accounts(session: Session, customer_id: int) -> list[int]:
    wanted = select(col(Identity.author_id)).where(
        col(Identity.customer_id) == customer_id, col(Identity.state) == IdentityState.CONFIRMED
    )
    return list(session.scalars(wanted.order_by(col(Identity.author_id))))


def _prints(session: Session, author_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(col(Author.id), col(Author.scope), col(Author.account)).where(col(Author.id).in_(author_ids))
    )
    return {int(author or 0): fingerprint(scope, account) for author, scope, account in rows}


def _all(several: Iterable[Collection[_T]]) -> set[_T]:
    return {each for one in several for each in one}
