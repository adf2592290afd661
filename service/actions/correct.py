"""Say what is right about a reading: one label or several, given or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlmodel import Session, col

from service.domain import corrections as rules
from service.domain.corrections import Origin
from service.errors import Conflict, Invalid, NotFound
from service.models import AuditEvent, Correction, Post, Reading
from service.models.columns import id_of
from service.store import corrections
from service.store.posts import look_again


def label(
    session: Session,
    post_id: int,
    labels: Mapping[str, str],
    *,
    by: str,
    origin: Origin,
    now: datetime,
    version: int | None = None,
) -> Sequence[Correction]:
    """Store what a person says about a post and show it at once.

    `version` is the one that the person saw.

    Raises:
        NotFound: there is no such post, or it is gone.
        Conflict: the post was edited since the person saw it.
        Invalid: a head or a value that there is not; nothing is stored.
    """
    post = session.scalars(select(Post).where(col(Post.id) == post_id).with_for_update()).one_or_none()
    if post is None or post.deleted_at is not None:
        raise NotFound(f"There is no post {post_id}.")
    if version is not None and version != post.version:
        raise Conflict(f"Post {post_id} was edited meanwhile. Read it again, then correct it.")
    problems = [problem for head, value in labels.items() if (problem := rules.problem_of(head, value))]
    if problems or not labels:
        raise Invalid(" ".join(problem[:1].upper() + problem[1:] for problem in problems) or "There is nothing to say.")
    reading = session.scalars(select(Reading).where(col(Reading.post_id) == post_id)).one_or_none()
    said = {"origin": origin, "made_by": by, "made_at": now}
    made = [_made(session, post, reading, {"head": head, "value": value, **said}) for head, value in labels.items()]
    session.add_all(made)
    session.flush()
    for each in made:
        _audit(session, "label", each, by=by, now=now)
    if reading is not None and reading.post_version == post.version:
        _show(reading, corrections.labels_of(session, [(post_id, post.version)]).get(post_id, {}))
    return made


def withdraw(session: Session, correction_id: int, *, by: str, now: datetime) -> Correction:
    """Take a label back; the models' own answer returns with the next reading, a few seconds later.

    Raises:
        NotFound: there is no such label.
    """
    found = session.scalars(
        select(Correction).where(col(Correction.id) == correction_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no correction {correction_id}.")
    if found.withdrawn_at is None:
        found.withdrawn_at = now
        session.flush()
        look_again(session, [found.post_id], "understood")
        _audit(session, "withdraw", found, by=by, now=now)
    return found


def _made(session: Session, post: Post, reading: Reading | None, said: Mapping[str, Any]) -> Correction:
    """A label beside what the models said, which an earlier label may have covered."""
    made = Correction(post_id=id_of(post), post_version=post.version, **said)
    earlier = corrections.first_said(session, id_of(post), post.version, made.head)
    if earlier is not None:
        made.model_said, made.model_version = earlier.model_said, earlier.model_version
    elif reading is not None and reading.post_version == post.version:
        made.model_said = rules.said_by_models(made.head, _columns(reading))
        made.model_version = reading.model_version
    return made


def _show(reading: Reading, labels: Mapping[str, str]) -> None:
    columns = _columns(reading)
    rules.overrule(columns, labels)
    for name, value in columns.items():
        if name not in ("id", "vector"):
            setattr(reading, name, value)


def _columns(reading: Reading) -> dict[str, Any]:
    return {attribute.key: getattr(reading, attribute.key) for attribute in inspect(Reading).column_attrs}


def _audit(session: Session, verb: str, correction: Correction, *, by: str, now: datetime) -> None:
    detail = {
        "correction": correction.id,
        "head": correction.head,
        "value": correction.value,
        "model_said": correction.model_said,
    }
    session.add(AuditEvent(at=now, actor=by, verb=verb, noun="post", noun_id=correction.post_id, detail=detail))
