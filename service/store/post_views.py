"""One post with its whole story: what it said before, where it was sent and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from service.domain.contact import Refusal
from service.errors import NotFound
from service.models import Case, Delivery, PostVersion, Reply, User
from service.store import contact, delivery_views
from service.store.inbox import PostView, load_posts
from service.store.linkable import Linkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a post said at a time."""

    number: int
    title: str | None
    text: str
    rating_label: str | None
    seen_at: datetime
    raw_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStory:
    """A post with its versions, deliveries, case and replies."""

    view: PostView
    versions: Sequence[Version]  # oldest first
    deliveries: Sequence[Delivery]
    case: Case | None
    assignee: User | None
    replies: Sequence[Reply]
    writers: Mapping[int, str]  # the names of those who wrote them, by their ids
    refusal: Refusal | None  # its author asked not to be contacted

    @property
    def answerable(self) -> bool:
        """Whether its author may be answered: not what they wrote before they asked not to be contacted."""
        return self.refusal is None or self.view.post.created_at > self.refusal.at

    @property
    def raw_kept(self) -> bool:
        """Whether the payload of the current version is still kept as received."""
        return bool(self.versions) and self.versions[-1].raw_kept


def load_story(session: Session, post_id: int, *, linkable: Linkable) -> PostStory:
    """One post's whole story. Of a deleted post there is no text in it, nor in its versions.

    Raises:
        NotFound: there is no such post.
    """
    view = load_posts(session, [post_id], linkable=linkable).get(post_id)
    if view is None:
        raise NotFound(f"There is no post {post_id}.")
    case = session.scalars(select(Case).where(col(Case.post_id) == post_id)).one_or_none()
    replies = session.scalars(select(Reply).where(col(Reply.post_id) == post_id).order_by(col(Reply.id))).all()
    writers = select(col(User.id), col(User.name)).where(col(User.id).in_({each.written_by_id for each in replies}))
    return PostStory(
        view=view,
        versions=[] if view.post.deleted_at else _versions(session, post_id),
        deliveries=delivery_views.of_post(session, post_id),
        case=case,
        assignee=session.get(User, case.assignee_id) if case and case.assignee_id else None,
        replies=replies,
        writers={int(number or 0): name for number, name in session.execute(writers)},
        refusal=contact.of_author(session, view.post.author_id),
    )


def _versions(session: Session, post_id: int) -> list[Version]:
    rows = session.execute(
        select(
            col(PostVersion.version),
            col(PostVersion.title),
            col(PostVersion.text),
            col(PostVersion.rating_label),
            col(PostVersion.seen_at),
            col(PostVersion.raw).is_not(None),
        )
        .where(col(PostVersion.post_id) == post_id)
        .order_by(col(PostVersion.version))
    )
    return [
        Version(number=number, title=title, text=text, rating_label=rating, seen_at=seen_at, raw_kept=kept)
        for number, title, text, rating, seen_at, kept in rows
    ]
