"""The public form of a post: the JSON object on each line of posts.jsonl. Stable; fields are only ever added.

    collector        kind of source that read it: "steam", "feed" …
    kind             "review", "post", "comment" or "message"
    external_id      the platform's own id, unique within a source
    url              where it stands, or null
    title, text      plain text, markup removed; title may be null
    created_at       ISO 8601 with offset; edited_at the same or null
    author           null, or {external_id, handle, name, url, reach, verified_email}, each of them may be null
    thread_id        the conversation, parent_id what it answers; may be null
    language         BCP 47 as the platform says, or null
    rating           0 (worst) to 1 (best), or null; rating_label as people know it ("4/5")
    product, product_version, order_number            text or null
    engagement       {likes, replies, shares}, counts or null
    raw              the payload as the collector received it

`post_from_json` needs external_id, text and created_at; what else is absent is null, and kind is "post".
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.fields import sample
from collectors.plain import storable


class _AuthorForm(BaseModel):
    model_config = ConfigDict(extra="ignore")
    external_id: str | None = None
    handle: str | None = None
    name: str | None = None
    url: str | None = None
    reach: int | None = Field(default=None, ge=0)
    verified_email: str | None = None


class _EngagementForm(BaseModel):
    model_config = ConfigDict(extra="ignore")
    likes: int | None = None
    replies: int | None = None
    shares: int | None = None


class _PostForm(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    kind: PostKind = PostKind.POST
    external_id: str = Field(min_length=1)
    url: str | None = None
    title: str | None = None
    text: str
    created_at: AwareDatetime
    edited_at: AwareDatetime | None = None
    author: _AuthorForm | None = None
    thread_id: str | None = None
    parent_id: str | None = None
    language: str | None = None
    rating: float | None = Field(default=None, ge=0, le=1)
    rating_label: str | None = None
    product: str | None = None
    product_version: str | None = None
    order_number: str | None = None
    engagement: _EngagementForm = Field(default_factory=_EngagementForm)


def post_to_json(post: Post, *, collector: str) -> dict[str, JSON]:
    """The public form of a post that this kind of collector read."""
    counts = post.engagement
    form: dict[str, JSON] = {
        "collector": collector,
        "kind": post.kind.value,
        "external_id": post.external_id,
        "url": post.url,
        "title": post.title,
        "text": post.text,
        "created_at": post.created_at.isoformat(),
        "edited_at": post.edited_at.isoformat() if post.edited_at else None,
        "author": _author(post.author),
        "thread_id": post.thread_id,
        "parent_id": post.parent_id,
        "language": post.language,
        "rating": post.rating,
        "rating_label": post.rating_label,
        "product": post.product,
        "product_version": post.product_version,
        "order_number": post.order_number,
        "engagement": {"likes": counts.likes, "replies": counts.replies, "shares": counts.shares},
        "raw": post.raw,
    }
    return form


def _author(author: Author | None) -> JSON:
    return None if author is None else {name: getattr(author, name) for name in _AuthorForm.model_fields}


def post_from_json(form: Mapping[str, JSON], *, raw: RawPost | None = None) -> Post:
    """The post of a public form; `raw` takes the place of the form's own raw payload where given.

    Raises PostUnreadable that names the field which is missing or wrong.
    """
    try:
        read = _PostForm.model_validate(storable(dict(form)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PostUnreadable(f"The field {field} is wrong: {first['msg']}.", raw=sample(dict(form))) from None
    own = form.get("raw")
    kept = raw if raw is not None else own if isinstance(own, dict) else {}
    fields = {name: getattr(read, name) for name in _PostForm.model_fields if name not in {"author", "engagement"}}
    return Post(
        **fields,
        author=Author(**read.author.model_dump()) if read.author else None,
        engagement=Engagement(**read.engagement.model_dump()),
        raw=kept,
    )
