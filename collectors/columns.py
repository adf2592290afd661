"""Which column of somebody's table is which field of a post, by the names that such columns usually have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "external_id", "review_id", "post_id", "comment_id", "message_id", "response_id", "ticket_id", "uid"),
    "text": (
        "text", "review", "body", "comment", "review_text", "review_body", "content", "message", "feedback", "verbatim",
        "comments", "description", "answer", "response", "post",
    ),
    "title": ("title", "review_title", "subject", "headline", "summary"),
    "date": (
        "date", "created_at", "created", "review_date", "posted_at", "published_at", "submitted_at", "submission_date",
        "timestamp", "datetime", "time", "date_created", "created_date", "timestamp_created",
    ),
    "edited": ("edited_at", "updated_at", "edited", "updated", "modified_at", "timestamp_updated"),
    "rating": ("rating", "stars", "star_rating", "score", "review_rating", "rate"),
    "author": ("author", "author_name", "user", "username", "user_name", "reviewer", "reviewer_name", "name", "handle"),
    "author_id": ("author_id", "user_id", "reviewer_id", "account_id"),
    "author_url": ("author_url", "profile_url", "user_url"),
    "author_email": ("author_email", "email", "user_email", "reviewer_email", "e_mail"),
    "author_email_verified": ("author_email_verified", "email_verified", "verified_email"),
    "url": ("url", "link", "permalink", "review_url"),
    "language": ("language", "lang", "locale", "language_code"),
    "product": ("product", "product_name", "app", "app_name", "game", "title_name"),
    "product_version": ("product_version", "version", "app_version", "review_version"),
    "order_number": ("order_number", "order", "order_no", "order_id", "order_ref", "order_reference"),
    "likes": ("likes", "votes_up", "helpful", "helpful_votes", "upvotes", "thumbs_up"),
    "replies": ("replies", "reply_count", "comment_count", "num_comments"),
    "shares": ("shares", "share_count", "reposts"),
    "thread_id": ("thread_id", "conversation_id"),
    "parent_id": ("parent_id", "in_reply_to", "reply_to"),
    "kind": ("kind", "type", "post_type"),
}  # fmt: skip
"""For each field the names that are taken for it, the most telling first; spelt as `key` makes them."""


def key(name: str) -> str:
    """A column's name without case, spaces and signs: "Created At (UTC)" is created_at_utc."""
    return re.sub(r"[^\w]+", "_", name.strip().lower()).strip("_")


def find_columns(header: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Field -> column of the header; `given` names columns outright, aliases find the others, each column serves once.

    Raises ValueError in words where `given` names a field or a column that is not there.
    """
    found: dict[str, str] = {}
    by_key = {key(name): name for name in reversed(header)}
    for field, column in given.items():
        if field not in ALIASES:
            raise ValueError(f"there is no field “{field}”; there are {', '.join(ALIASES)}")
        if column not in header and key(column) not in by_key:
            raise ValueError(f"there is no column “{column}”; there are {', '.join(header)[:300]}")
        found[field] = column if column in header else by_key[key(column)]
    for field, names in ALIASES.items():
        free = (by_key[name] for name in names if name in by_key and by_key[name] not in found.values())
        if field not in found and (column_found := next(free, None)) is not None:
            found[field] = column_found
    return found
