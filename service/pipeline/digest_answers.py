"""How we answered in a digest's period, and what came of it: the measures of the page "Did it help?"."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col

from service.domain.closing import Standing
from service.domain.digest import Answering
from service.domain.metrics import first_response_hours
from service.models import Post
from service.pipeline.digest_frame import Frame
from service.store import outcomes, tellings
from service.store.post_filter import PostFilter, conditions

_MOST = 5000  # replies of a period that are looked at


def gather(frame: Frame) -> Answering:
    """The measures of the frame's period; with topics, of the posts about them."""
    session, topics = frame.session, frame.topics
    since, until = frame.period.since, frame.period.until
    answered, wanted = outcomes.answered_of(session, since=since, until=until, topics=topics)
    responses = outcomes.first_responses(session, since=since, until=until, topics=topics)
    after = outcomes.after_replies(session, since=since, until=until, topics=topics, most=_MOST)
    moved = [each for each in after if each.answered or each.raised or each.lowered]
    people = [
        each
        for number in tellings.moved_in(session, since=since, until=until)
        for each in tellings.people(session, number)
    ]
    about = _about(session, [each.person.post_id for each in people], topics)
    standings = [each.standing for each in people if each.person.post_id in about]
    again = tellings.heard_again(session, since=since, until=until)
    authors = {issue: _about(session, posts, topics) for issue, posts in again.items()}
    return Answering(
        wanted=wanted,
        answered=answered,
        first_response=first_response_hours(responses),
        replies=len(after),
        moved=len({each.author_id or -each.post_id for each in moved}),
        to_tell=len(standings),
        told=sum(each is Standing.TOLD for each in standings),
        again=len({author for found in authors.values() for author in found.values()}),
        again_about=tuple(issue for issue, found in authors.items() if found),
    )


def _about(session: Session, post_ids: Collection[int], topics: Collection[str]) -> dict[int, int]:
    """Those of the posts that are about the topics (none: all), with their authors."""
    wanted = select(col(Post.id), col(Post.author_id)).where(
        col(Post.id).in_(post_ids), *conditions(PostFilter(topics=tuple(topics)))
    )
    return {int(post or 0): int(author or -(post or 0)) for post, author in session.execute(wanted)}
