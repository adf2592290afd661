"""What replies answer: the post above them in the thread, as far as we hold it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from nlp.heads.agreement import rest_of_agreement
from service.models import Post
from service.models.columns import id_of
from service.store import posts as posts_store

_HIGHEST = 4  # steps up a thread of agreements; who agrees with a longer chain is read alone


def answered(session: Session, posts: Sequence[Post]) -> dict[int, str]:
    """For each reply among `posts` the text that it answers; where that only agrees itself, what that agrees with.

    A post that we do not hold, or that was removed, answers for nothing, and neither does what stands above it.
    """
    found: dict[int, str] = {}
    climbing = {id_of(post): post for post in posts}
    for _ in range(_HIGHEST):
        above = posts_store.answered_by(session, list(climbing.values()))
        climbing = {reply: above[id_of(post)] for reply, post in climbing.items() if id_of(post) in above}
        if not climbing:
            break
        found |= {reply: _whole(post) for reply, post in climbing.items()}
        climbing = {reply: post for reply, post in climbing.items() if _only_agrees(post)}
    return found


def _only_agrees(post: Post) -> bool:
    return not post.title and rest_of_agreement(post.text) is not None


def _whole(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text
