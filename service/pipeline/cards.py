"""Which messages must follow when something about a post changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Job
from service.store import deliveries


def of_issue(session: Session, issue_id: int) -> list[Job]:
    """The jobs that bring the issue's cards up to date."""
    return [flow.deliver(delivery_id) for delivery_id in deliveries.shown_issues(session, [issue_id])]


def of_post(session: Session, post_id: int) -> list[Job]:
    """The jobs that bring the post's cards up to date."""
    return of_posts(session, [post_id])


def of_posts(session: Session, post_ids: Sequence[int]) -> list[Job]:
    """The jobs that bring the posts' cards up to date."""
    shown = deliveries.of_posts(session, post_ids, states=deliveries.LEFT)
    return [flow.deliver(id_of(each)) for each in shown]
