"""What one message of Telegram says, and how much of it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from collectors import fields
from collectors.base import JSON, Author, Post, PostKind, PostUnreadable, RawPost

SITE = "https://t.me"
HELD_IN = ("message", "edited_message", "channel_post", "edited_channel_post")
_KEPT = (
    "message_id", "message_thread_id", "date", "edit_date", "text", "caption", "author_signature", "media_group_id",
)  # fmt: skip
_ACCOUNT = ("id", "type", "title", "username", "first_name", "last_name")
_SUPERGROUP = "-100"  # what Telegram writes before the number of a supergroup or channel


def kept_of(message: JSON) -> JSON:
    """The message without what is nobody's business: telephone numbers, places, payments, who else is named."""
    if not isinstance(message, dict):
        return message
    kept: dict[str, JSON] = {name: message[name] for name in _KEPT if name in message}
    for name in ("chat", "from", "sender_chat"):
        account = message.get(name)
        if isinstance(account, dict):
            kept[name] = {field: account[field] for field in _ACCOUNT if field in account}
    answered = fields.text_or_none(fields.obj_or_empty(message, "reply_to_message"), "message_id")
    return {**kept, "reply_to_message": {"message_id": answered}} if answered else kept


def is_said_by_somebody(message: Mapping[str, JSON]) -> bool:
    """Whether a person, or a channel, said something there: no bot, nothing passed on, no note of Telegram's."""
    passed_on = message.get("forward_origin") or message.get("forward_date") or message.get("is_automatic_forward")
    machine = fields.obj_or_empty(message, "from").get("is_bot") is True and "sender_chat" not in message
    return not machine and not passed_on and _words(message) is not None


def post_of(raw: RawPost) -> Post:
    """The post of one stored message: pure. Raises PostUnreadable."""
    message = fields.obj(raw, "message")
    chat, name = fields.obj(message, "chat"), fields.text(message, "message_id")
    where = fields.text(chat, "id")
    if not name or not where:
        raise PostUnreadable("The message has no id, or none of a chat.", raw=fields.sample(message))
    thread = fields.text_or_none(message, "message_thread_id")
    answered = fields.text_or_none(fields.obj_or_empty(message, "reply_to_message"), "message_id")
    return Post(
        kind=PostKind.MESSAGE,
        external_id=f"{where}/{name}",
        url=_url(chat, where, name),
        text=_words(message) or "",
        created_at=fields.moment(message, "date"),
        edited_at=fields.moment(message, "edit_date") if message.get("edit_date") else None,
        author=_author(fields.obj_or_empty(message, "sender_chat") or fields.obj_or_empty(message, "from")),
        thread_id=f"{where}/{thread}" if thread else None,
        parent_id=f"{where}/{answered}" if answered else None,
        product=fields.text_or_none(raw, "product"),
        raw=raw,
    )


def _words(message: Mapping[str, JSON]) -> str | None:
    return fields.text_or_none(message, "text") or fields.text_or_none(message, "caption")


def _url(chat: Mapping[str, JSON], where: str, name: str) -> str | None:
    """The message's address; members alone can open that of a chat without a name, and small groups have none."""
    public = fields.text_or_none(chat, "username")
    if public and fields.text_or_none(chat, "type") != "private":
        return f"{SITE}/{public}/{name}"
    return f"{SITE}/c/{where.removeprefix(_SUPERGROUP)}/{name}" if where.startswith(_SUPERGROUP) else None


def _author(account: Mapping[str, JSON]) -> Author | None:
    name = fields.text_or_none(account, "id")
    if name is None:
        return None
    handle = fields.text_or_none(account, "username")
    people = (fields.text_or_none(account, field) for field in ("first_name", "last_name"))
    return Author(
        external_id=name,
        handle=handle,
        name=fields.text_or_none(account, "title") or " ".join(filter(None, people)) or None,
        url=f"{SITE}/{handle}" if handle else None,
    )
