"""Post -> reading: language, sentiment, intents, topics, urgency and the vector for grouping."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from nlp.base import TextInput
from service.models import Post
from service.models.columns import id_of
from service.pipeline import flow, lessons, threads
from service.pipeline.outcome import Outcome
from service.store import posts as posts_store
from service.store import readings as readings_store
from service.tools import Tools


def run(session: Session, post_ids: Sequence[int], tools: Tools) -> Outcome:
    """Read the posts that have no reading of their current version. A deleted post gets none."""
    behind = posts_store.lock_behind(session, post_ids, "understood")
    alive = [post for post in behind if post.deleted_at is None]
    models = tools.understanding()
    lessons_due = lessons.keep_up(session, models)
    contexts = threads.answered(session, alive)
    readings = models.read([_input(post, contexts.get(id_of(post))) for post in alive]) if alive else []
    readings_store.store_readings(session, alive, readings, now=tools.clock())
    posts_store.mark(session, behind, "understood")
    return Outcome(next=[*flow.follow("understand", [id_of(post) for post in behind]), *lessons_due])


def _input(post: Post, context: str | None) -> TextInput:
    return TextInput(
        text=post.text, title=post.title, language=post.platform_language, rating=post.rating, context=context
    )
