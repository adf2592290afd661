"""What one status of Mastodon, or of a server that speaks its language, says."""

from __future__ import annotations

from collections.abc import Mapping

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import from_simple_html

_PUBLIC = {None, "public", "unlisted", "local"}


def post_of(raw: RawPost) -> Post:
    """The post of one stored status: pure. Raises PostUnreadable."""
    status, host = fields.obj(raw, "status"), fields.text(raw, "host")
    name = fields.text(status, "id")
    if not name:
        raise PostUnreadable("The status has no id.", raw=fields.sample(status))
    answered = fields.text_or_none(status, "in_reply_to_id")
    return Post(
        kind=PostKind.COMMENT if answered else PostKind.POST,
        external_id=name,
        url=fields.web_address(fields.text_or_none(status, "url") or fields.text_or_none(status, "uri")),
        title=fields.text_or_none(status, "spoiler_text"),
        text=_text(status),
        created_at=fields.instant(status, "created_at"),
        edited_at=fields.instant_or_none(status, "edited_at"),
        author=_author(fields.obj_or_empty(status, "account"), host),
        thread_id=None if answered else name,
        parent_id=answered,
        language=fields.language_tag(fields.text_or_none(status, "language")),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(status, "favourites_count"),
            replies=fields.count_or_none(status, "replies_count"),
            shares=fields.count_or_none(status, "reblogs_count"),
        ),
        raw=raw,
    )


def is_ours_to_read(status: Mapping[str, JSON]) -> bool:
    """Whether it is public, and the author's own words: neither a letter to us or to followers, nor passed on."""
    return fields.text_or_none(status, "visibility") in _PUBLIC and not isinstance(status.get("reblog"), dict)


def _text(status: Mapping[str, JSON]) -> str:
    """The words; where there are none, what the author says about the pictures."""
    content = status.get("content")
    if content is not None and not isinstance(content, str):
        fields.text(status, "content")
    text = from_simple_html(content) if isinstance(content, str) else ""
    pictures = fields.objects(status.get("media_attachments")) if not text else []
    return text or "\n\n".join(filter(None, (fields.text_or_none(picture, "description") for picture in pictures)))


def _author(account: Mapping[str, JSON], host: str) -> Author | None:
    """The account under its full address, user@server, which is the same on every server and never changes."""
    name = fields.text_or_none(account, "acct") or fields.text_or_none(account, "username")
    if name is None:
        return None
    address = name if "@" in name else f"{name}@{host}"
    return Author(
        external_id=address.lower(),
        handle=address,
        name=fields.text_or_none(account, "display_name"),
        url=fields.web_address(fields.text_or_none(account, "url")),
        reach=fields.count_or_none(account, "followers_count"),
    )
