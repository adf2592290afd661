"""The accounts that write: stored once in each scope, and kept up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from collectors.base import Author as CollectedAuthor
from service.models import Author
from service.store.bulk import as_rows
from service.store.texts import storable, storable_or_none


@dataclass(frozen=True, slots=True)
class StoredAuthor:
    """An account as we hold it. `ours`: we write with it ourselves."""

    id: int
    ours: bool


@dataclass(frozen=True, slots=True)
class Accounts:
    """The space in which the accounts of a source are unique, and which of them are ours as company.yaml has them."""

    scope: str
    ours: frozenset[str] = frozenset()  # comparable, see `domain.people.plain_account`


def account_of(author: CollectedAuthor | None) -> str:
    """What tells one author from another within a scope: the platform's id, else the handle, the e-mail, the name."""
    if author is None:
        return ""
    return storable(author.external_id or author.handle or author.verified_email or author.name or "")


def store_authors(
    session: Session, authors: Sequence[CollectedAuthor], *, scope: str, now: datetime
) -> dict[str, StoredAuthor]:
    """Store the accounts, or bring them up to date; by account (see `account_of`)."""
    rows = {
        account: {
            "scope": scope,
            "account": account,
            "handle": storable_or_none(author.handle),
            "name": storable_or_none(author.name),
            "url": storable_or_none(author.url),
            "reach": author.reach,
            "ours": False,
            "first_seen_at": now,
        }
        for author in authors
        if (account := account_of(author))
    }
    if not rows:
        return {}
    # Sorted, so that two sources of one platform take the rows' locks in one order and cannot deadlock.
    statement = upsert(Author).from_select(*as_rows(Author, [rows[account] for account in sorted(rows)]))
    fresh = {name: statement.excluded[name] for name in ("handle", "name", "url", "reach")}
    found = session.execute(
        statement.on_conflict_do_update(index_elements=["scope", "account"], set_=fresh).returning(
            col(Author.id), col(Author.account), col(Author.ours)
        )
    )
    return {account: StoredAuthor(int(author_id), ours) for author_id, account, ours in found}
