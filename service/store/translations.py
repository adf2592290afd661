"""Posts in the language that our team reads, as a service put them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.domain.languages import UNDETERMINED
from service.domain.outbox import OutboxState
from service.models import Delivery, Post, Reading, Source, Translation
from service.models.columns import id_of

# Cards that stand somewhere, or will.
_SHOWN = (
    OutboxState.APPROVED,
    OutboxState.SENDING,
    OutboxState.UNCERTAIN,
    OutboxState.SENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untranslated:
    """A post of a card that our team cannot read yet."""

    post_id: int
    version: int
    text: str
    source: Source


def missing(session: Session, delivery_id: int, *, into: str) -> Untranslated | None:
    """The post of a card, where it is in another language and was not translated as it stands; else None."""
    row = session.execute(
        select(Post, Source, Translation, col(Reading.language))
        .join(Delivery, col(Delivery.post_id) == col(Post.id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .outerjoin(Translation, col(Translation.post_id) == col(Post.id))
        .where(col(Delivery.id) == delivery_id, col(Delivery.state).in_(_SHOWN), col(Post.deleted_at).is_(None))
    ).one_or_none()
    if row is None:
        return None
    post, source, held, language = row
    known = held is not None and (held.post_version, held.language) == (post.version, into)
    if known or language in (UNDETERMINED, into) or language.split("-")[0] == into or not post.text.strip():
        return None
    return Untranslated(post_id=id_of(post), version=post.version, text=post.text, source=source)


def keep(session: Session, translated: Translation) -> None:
    """Keep it, in place of an older one; unless the post changed or went meanwhile."""
    post = session.get(Post, translated.post_id, with_for_update=True)
    if post is None or post.deleted_at is not None or post.version != translated.post_version:
        return
    values = translated.model_dump(exclude={"id"})
    changed = {name: value for name, value in values.items() if name != "post_id"}
    stored = upsert(Translation).values(**values)
    session.execute(stored.on_conflict_do_update(index_elements=["post_id"], set_=changed))


def of_post(session: Session, post: Post) -> Translation | None:
    """The translation of a post as it stands."""
    found = session.scalars(select(Translation).where(col(Translation.post_id) == id_of(post))).one_or_none()
    return found if found is not None and found.post_version == post.version and post.deleted_at is None else None
