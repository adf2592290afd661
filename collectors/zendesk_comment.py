"""One comment of a Zendesk ticket: whether a customer wrote it, what of it is kept, and the post that it makes."""

from __future__ import annotations

from collections.abc import Mapping

from collectors import fields
from collectors.base import JSON, Author, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import from_html

_OF_TICKET = ("id", "subject", "status", "created_at", "updated_at")
_OF_COMMENT = ("id", "type", "author_id", "body", "public", "created_at")  # not metadata, which holds IP addresses
_CUSTOMER = "end-user"


def is_customers(comment: Mapping[str, JSON], author: Mapping[str, JSON], ticket: Mapping[str, JSON]) -> bool:
    """Whether an end user wrote the comment. Of a user who is gone, the ticket's requester is taken for one."""
    if comment.get("type") not in (None, "Comment"):  # a call's record is Zendesk's own text, with a phone number
        return False
    role = fields.text_or_none(author, "role")
    if role is not None:
        return role == _CUSTOMER
    requester = fields.text_or_none(ticket, "requester_id")
    return requester is not None and fields.text_or_none(comment, "author_id") == requester


def raw_of(
    comment: Mapping[str, JSON], author: Mapping[str, JSON], ticket: Mapping[str, JSON], *, first: bool
) -> RawPost:
    """What is kept of a comment: no addresses but those that Zendesk verified, no IP addresses, no attachments."""
    kept: dict[str, JSON] = {name: comment.get(name) for name in _OF_COMMENT}
    if not fields.text_or_none(comment, "body"):
        kept["html_body"] = comment.get("html_body")
    person: dict[str, JSON] = {"name": author.get("name"), "locale": author.get("locale")}
    if author.get("verified") is True:
        person["verified_email"] = author.get("email")
    about: dict[str, JSON] = {name: ticket.get(name) for name in _OF_TICKET}
    about["channel"] = fields.obj_or_empty(ticket, "via").get("channel")
    return {"ticket": about, "comment": kept, "author": person, "first": first}


def name_of(raw: RawPost) -> str:
    """The post's id: the ticket's number for the comment that opened it, so that the thread has its beginning.

    Raises PostUnreadable where ticket or comment have none.
    """
    ticket, comment = fields.obj(raw, "ticket"), fields.obj(raw, "comment")
    number, name = fields.text(ticket, "id"), fields.text(comment, "id")
    if not number or not name:
        raise PostUnreadable("The ticket or the comment has no id.", raw=fields.sample(comment))
    return number if raw.get("first") is True else f"{number}/{name}"


def post_of(raw: RawPost) -> Post:
    """The post of one stored comment: pure. Raises PostUnreadable."""
    ticket, comment, author = fields.obj(raw, "ticket"), fields.obj(raw, "comment"), fields.obj_or_empty(raw, "author")
    name, number = name_of(raw), fields.text(ticket, "id")
    subject = fields.text_or_none(ticket, "subject") if name == number else None
    text = fields.text_or_none(comment, "body") or from_html(fields.text_or_none(comment, "html_body") or "")
    if not text and not subject:
        raise PostUnreadable("The comment has no text.", raw=fields.sample(comment))
    return Post(
        kind=PostKind.MESSAGE,
        external_id=name,
        url=f"https://{fields.text(raw, 'subdomain')}.zendesk.com/agent/tickets/{number}",
        title=subject,
        text=text or subject or "",
        created_at=fields.instant(comment, "created_at"),
        author=_author(author, fields.text_or_none(comment, "author_id")),
        thread_id=number,
        parent_id=None if name == number else number,
        language=fields.language_tag(fields.text_or_none(author, "locale")),
        product=fields.text_or_none(raw, "product"),
        raw=raw,
    )


def _author(author: Mapping[str, JSON], external_id: str | None) -> Author | None:
    name, email = fields.text_or_none(author, "name"), fields.text_or_none(author, "verified_email")
    if external_id is None and name is None:
        return None
    return Author(external_id=external_id, name=name, verified_email=email)
