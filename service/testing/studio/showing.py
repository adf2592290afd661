"""What the world shows of the sample's posts at a moment: before, or after the second phase began.

Days counted back from "now" become moments here, relative to `epoch`, the moment the sample was first started. They
depend on nothing else, so that a restart shows the same posts and no platform seems to have edited everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.testing.studio.model import Content, SamplePost, Title, Writer

SECOND_PHASE = timedelta(seconds=30)
"""How long after the epoch the last event of the second phase has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A post as its platform shows it now; `post` keeps how it was written."""

    post: SamplePost
    writer: Writer
    title: Title  # the game it is about
    text: str
    heading: str | None
    stars: int | None
    recommended: bool | None
    created_at: datetime
    edited_at: datetime | None
    deleted: bool

    @property
    def changed_at(self) -> datetime:
        """When it last changed; the moment of writing where it never did."""
        return self.edited_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """All posts of one phase, newest first."""

    studio: str
    epoch: datetime
    phase: int
    titles: tuple[Title, ...]
    posts: tuple[Shown, ...]  # deleted ones too, marked

    def of(self, source: str, product: str | None = None) -> Sequence[Shown]:
        """The posts that a source shows, newest first; deleted ones are gone."""
        return [
            shown
            for shown in self.posts
            if shown.post.source == source and not shown.deleted and product in (None, shown.post.product)
        ]


def moment(epoch: datetime, days: float) -> datetime:
    """The moment `days` (negative) before `epoch`, to the second, as platforms tell time."""
    return (epoch + timedelta(days=days)).replace(microsecond=0)


def show(content: Content, epoch: datetime, phase: int) -> Showing:
    """What the world shows in a phase (1 or 2).

    What happens in the second phase (new posts, edits) happens in the half minute after the epoch, in the order of its
    days: later than everything before it, as a collector that remembers where it stopped relies on.
    """
    later = _second_phase(content, epoch)
    posts = [_shown(post, content, epoch, phase, later) for post in content.posts if post.phase <= phase]
    posts.sort(key=lambda shown: (shown.created_at, shown.post.id), reverse=True)
    return Showing(
        studio=content.studio, epoch=epoch, phase=phase, titles=tuple(content.titles.values()), posts=tuple(posts)
    )


def _second_phase(content: Content, epoch: datetime) -> dict[str, datetime]:
    """When the new posts and the edits of the second phase happen, by the post's id."""
    events = [(post.edited.at, post.id) for post in content.posts if post.edited]
    events += [(post.at, post.id) for post in content.posts if post.phase == 2]
    step = SECOND_PHASE / max(len(events), 1)
    return {
        post_id: (epoch + step * number).replace(microsecond=0) + timedelta(seconds=1)
        for number, (_, post_id) in enumerate(sorted(events))
    }


def _shown(post: SamplePost, content: Content, epoch: datetime, phase: int, later: dict[str, datetime]) -> Shown:
    edit = post.edited if phase == 2 else None
    recommended = edit.recommended if edit and edit.recommended is not None else post.recommended
    return Shown(
        post=post,
        writer=content.writers[post.author],
        title=content.titles[post.product],
        text=(edit and edit.text) or post.text,
        heading=(edit and edit.title) or post.title,
        stars=(edit and edit.stars) or post.stars,
        recommended=recommended,
        created_at=later[post.id] if post.phase == 2 else moment(epoch, post.at),
        edited_at=later[post.id] if edit else None,
        deleted=post.deleted and phase == 2,
    )
