"""What one message of Discord says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import tidy

SITE = "https://discord.com"
_SAID = {0, 19}  # an ordinary message, and a reply; the other types are Discord's own notes
_USER = re.compile(r"<@!?(\d{1,20})>")
_EMOJI = re.compile(r"<a?:(\w{1,64}):\d{1,20}>")
_CONTENTS = (
    "content", "attachments", "embeds", "sticker_items", "stickers", "poll", "message_snapshots", "components",
)  # fmt: skip


def post_of(raw: RawPost) -> Post:
    """The post of one stored message: pure. Raises PostUnreadable."""
    message = fields.obj(raw, "message")
    channel, name = fields.text(message, "channel_id"), fields.text(message, "id")
    if not (channel.isdigit() and name.isdigit()):
        raise PostUnreadable("The message has no id, or none of a channel.", raw=fields.sample(message))
    guild = fields.text_or_none(raw, "guild") or "@me"
    return Post(
        kind=PostKind.MESSAGE,
        external_id=f"{channel}/{name}",
        url=f"{SITE}/channels/{guild}/{channel}/{name}",
        title=fields.text_or_none(raw, "thread") if name == channel else None,  # a forum's post begins its thread
        text=words_of(message),
        created_at=fields.instant(message, "timestamp"),
        edited_at=fields.instant_or_none(message, "edited_timestamp"),
        author=_author(fields.obj_or_empty(message, "author")),
        thread_id=channel,
        parent_id=_answered(fields.obj_or_empty(message, "message_reference"), channel),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(likes=_reactions(message)),
        raw=raw,
    )


def name_of(message: JSON) -> str:
    """Channel and message as the id of a post; empty where it has none."""
    if not isinstance(message, dict):
        return ""
    channel, name = fields.text_or_none(message, "channel_id"), fields.text_or_none(message, "id")
    return f"{channel}/{name}" if channel and name else ""


def is_said_by_somebody(message: Mapping[str, JSON]) -> bool:
    """Whether a person said something: not a bot, a web hook, or Discord itself (somebody joined, a pin)."""
    author = fields.obj_or_empty(message, "author")
    machine = author.get("bot") is True or author.get("system") is True or bool(message.get("webhook_id"))
    kind = message.get("type", 0)
    return not machine and (kind in _SAID if isinstance(kind, int) else True)


def is_stripped(message: Mapping[str, JSON]) -> bool:
    """Whether nothing at all is in it, as bots see messages that may not read what is said."""
    return not any(message.get(name) for name in _CONTENTS)


def words_of(message: Mapping[str, JSON]) -> str:
    """The text, names in place of numbers; where there is none, what the author says about the pictures."""
    text = fields.text(message, "content") if message.get("content") is not None else ""
    if "<" in text:
        people = {
            fields.text_or_none(user, "id"): fields.text_or_none(user, "username")
            for user in fields.objects(message.get("mentions"))
        }
        text = _USER.sub(lambda match: f"@{people.get(match[1]) or match[1]}", text)
        text = _EMOJI.sub(r":\1:", text)
    pictures = fields.objects(message.get("attachments")) if not text else []
    return text or tidy("\n\n".join(filter(None, (fields.text_or_none(one, "description") for one in pictures))))


def _author(user: Mapping[str, JSON]) -> Author | None:
    name = fields.text_or_none(user, "id")
    if name is None:
        return None
    return Author(
        external_id=name,
        handle=fields.text_or_none(user, "username"),
        name=fields.text_or_none(user, "global_name"),
        url=f"{SITE}/users/{name}",
    )


def _answered(reference: Mapping[str, JSON], channel: str) -> str | None:
    """The message that is answered; one that was forwarded is none."""
    name = fields.text_or_none(reference, "message_id")
    if name is None or reference.get("type") == 1:
        return None
    return f"{fields.text_or_none(reference, 'channel_id') or channel}/{name}"


def _reactions(message: Mapping[str, JSON]) -> int | None:
    counts = [fields.count_or_none(one, "count") for one in fields.objects(message.get("reactions"))]
    return sum(count for count in counts if count is not None) if counts else None
