"""One message of an Intercom conversation: whether a customer wrote it, what of it is kept, the post that it makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors import fields
from collectors.base import JSON, Author, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import from_html

_CUSTOMERS = {"user", "lead", "contact", "visitor"}
_OF_PART = ("id", "part_type", "type", "delivered_as", "subject", "body", "created_at", "redacted")
_KNOWN_TO_US = "user"  # who signed in to the company's own product; a lead typed an address into a box
_WORST, _BEST = 1, 5


def customers_parts(conversation: Mapping[str, JSON], *, emails_are_ours: bool) -> Iterator[RawPost]:
    """What customers wrote in a conversation: its first message, the replies, and the remark beside a rating.

    `emails_are_ours`: the addresses of signed-in users were verified by the company. Others are not kept.
    """
    first = fields.obj_or_empty(conversation, "source") or fields.obj_or_empty(conversation, "conversation_message")
    begun = conversation.get("created_at")
    writers = _writers(conversation)
    rating = fields.obj_or_empty(conversation, "conversation_rating")
    remark: dict[str, JSON] = {**rating, "body": rating.get("remark"), "author": _rater(rating)}
    found: list[tuple[str, Mapping[str, JSON]]] = [("source", {**first, "created_at": begun})]
    listed = fields.list_or_empty(fields.obj_or_empty(conversation, "conversation_parts"), "conversation_parts")
    found += [("part", part) for part in listed if isinstance(part, dict)]
    found += [("rating", remark)] if fields.text_or_none(rating, "remark") else []
    about = {"id": conversation.get("id"), "title": conversation.get("title"), "state": conversation.get("state")}
    for role, part in found:
        author = fields.obj_or_empty(part, "author")
        if fields.text_or_none(author, "type") not in _CUSTOMERS:
            continue
        if not fields.text_or_none(part, "body") and part.get("redacted") is not True:
            continue  # that somebody opened, closed or snoozed it
        kept: dict[str, JSON] = {name: part[name] for name in _OF_PART if name in part}
        kept |= {"rating": rating.get("rating")} if role == "rating" else {}
        yield {
            "conversation": dict(about),
            "role": role,
            "part": kept,
            "author": _kept_author(author, writers, emails_are_ours=emails_are_ours),
        }


def name_of(raw: RawPost) -> str:
    """The post's id: the conversation's for its first message, so that the thread has its beginning.

    Raises PostUnreadable where there is none.
    """
    conversation, role = fields.text(fields.obj(raw, "conversation"), "id"), fields.text(raw, "role")
    part = fields.text(fields.obj(raw, "part"), "id") if role == "part" else role
    if not conversation or not part:
        raise PostUnreadable("The conversation or its part has no id.", raw=fields.sample(raw.get("part")))
    return conversation if role == "source" else f"{conversation}/{part}"


def is_gone(raw: RawPost) -> bool:
    """Whether the words were taken out."""
    return fields.obj_or_empty(raw, "part").get("redacted") is True


def post_of(raw: RawPost) -> Post:
    """The post of one stored message: pure. Raises PostUnreadable."""
    conversation, part = fields.obj(raw, "conversation"), fields.obj(raw, "part")
    name, thread, role = name_of(raw), fields.text(conversation, "id"), fields.text(raw, "role")
    text = from_html(fields.text_or_none(part, "body") or "")
    if not text:
        raise PostUnreadable("The message has no text.", raw=fields.sample(part))
    title = fields.text_or_none(part, "subject") or fields.text_or_none(conversation, "title")
    rating, label = _rating(part)
    workspace = fields.text_or_none(raw, "workspace")
    return Post(
        kind=PostKind.REVIEW if role == "rating" else PostKind.MESSAGE,
        external_id=name,
        url=f"https://app.intercom.com/a/inbox/{workspace}/inbox/conversation/{thread}" if workspace else None,
        title=from_html(title) or None if title and role == "source" else None,
        text=text,
        created_at=fields.moment(part, "created_at"),
        author=_author(fields.obj_or_empty(raw, "author")),
        thread_id=thread,
        parent_id=None if role == "source" else thread,
        rating=rating,
        rating_label=label,
        product=fields.text_or_none(raw, "product"),
        raw=raw,
    )


def _writers(conversation: Mapping[str, JSON]) -> dict[str, Mapping[str, JSON]]:
    """What is known of each customer: parts of older conversations name their author by id alone."""
    people = [fields.obj_or_empty(conversation, "user")]
    first = fields.obj_or_empty(conversation, "source")
    people += [fields.obj_or_empty(first, "author")]
    return {name: person for person in people if (name := fields.text_or_none(person, "id"))}


def _rater(rating: Mapping[str, JSON]) -> dict[str, JSON]:
    contact = fields.obj_or_empty(rating, "contact") or fields.obj_or_empty(rating, "customer")
    return {**contact, "type": fields.text_or_none(contact, "type") or "contact"}


def _kept_author(
    author: Mapping[str, JSON], writers: Mapping[str, Mapping[str, JSON]], *, emails_are_ours: bool
) -> dict[str, JSON]:
    whole = {**writers.get(fields.text_or_none(author, "id") or "", {}), **author}
    kept: dict[str, JSON] = {name: whole.get(name) for name in ("id", "type", "name")}
    if emails_are_ours and whole.get("type") == _KNOWN_TO_US:
        kept["verified_email"] = fields.text_or_none(whole, "email")
    return kept


def _author(author: Mapping[str, JSON]) -> Author | None:
    external_id, name = fields.text_or_none(author, "id"), fields.text_or_none(author, "name")
    email = fields.text_or_none(author, "verified_email")
    if external_id is None and name is None and email is None:
        return None
    return Author(external_id=external_id, name=name, verified_email=email)


def _rating(part: Mapping[str, JSON]) -> tuple[float | None, str | None]:
    value = fields.count_or_none(part, "rating")
    if value is None or not _WORST <= value <= _BEST:
        return None, None
    return (value - _WORST) / (_BEST - _WORST), f"{value}/{_BEST}"
