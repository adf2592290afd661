"""One post's story as its page and the inbox's second column tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from service.models import Translation
from service.store import translations
from service.store.post_views import PostStory, Version, load_story
from service.web import changes
from service.web.changes import Piece
from service.web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an edit changed."""

    version: Version
    title: Sequence[Piece]
    text: Sequence[Piece]
    rating: tuple[str | None, str | None] | None  # before and after, where it changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story, ready to be shown."""

    story: PostStory
    changes: Sequence[Change]  # newest first
    translation: Translation | None


def tell(session: Session, site: Site, post_id: int) -> Told:
    """Load a post's story and work out what its edits changed.

    Raises:
        NotFound: there is no such post.
    """
    story = load_story(session, post_id, linkable=site.linkable)
    pairs = zip(story.versions, story.versions[1:], strict=False)
    return Told(
        story=story,
        changes=[_change(before, after) for before, after in pairs][::-1],
        translation=translations.of_post(session, story.view.post),
    )


def _change(before: Version, after: Version) -> Change:
    rated = (before.rating_label, after.rating_label)
    return Change(
        version=after,
        title=changes.between(before.title or "", after.title or "") if before.title != after.title else [],
        text=changes.between(before.text, after.text) if before.text != after.text else [],
        rating=rated if rated[0] != rated[1] else None,
    )
