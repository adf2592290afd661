"""Labels as they are given, taken back and looked up; and what was learnt from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlmodel import Session, col

from service.models import Correction, Lesson, Post, PostVersion, Reading, Source
from service.models.columns import id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """One version of a post with the labels that hold for it."""

    text: str
    title: str | None
    language: str | None
    labels: Mapping[str, str]


_KEPT = (PostVersion.post_id, PostVersion.version, PostVersion.text, PostVersion.title)


def labels_of(session: Session, posts: Sequence[tuple[int, int]]) -> dict[int, dict[str, str]]:
    """The labels that hold (head -> value) for posts at these versions, by post."""
    versions = dict(posts)
    found: dict[int, dict[str, str]] = {}
    rows = session.scalars(
        select(Correction)
        .where(col(Correction.post_id).in_(versions), col(Correction.withdrawn_at).is_(None))
        .order_by(col(Correction.id))
    )
    for each in rows:
        if each.post_version == versions[each.post_id]:
            found.setdefault(each.post_id, {})[each.head] = each.value
    return found


def current_labels(session: Session, post_id: int) -> dict[str, str]:
    """The labels that hold for a post as it is now."""
    version = session.scalar(select(col(Post.version)).where(col(Post.id) == post_id))
    return labels_of(session, [(post_id, version)]).get(post_id, {}) if version is not None else {}


def history(session: Session, post_id: int) -> Sequence[Correction]:
    """Every label of a post, newest first, with those that were taken back."""
    return session.scalars(
        select(Correction).where(col(Correction.post_id) == post_id).order_by(col(Correction.id).desc())
    ).all()


def newest(session: Session, *, most: int) -> Sequence[Correction]:
    """The labels that were given last, newest first."""
    return session.scalars(select(Correction).order_by(col(Correction.id).desc()).limit(most)).all()


def first_said(session: Session, post_id: int, version: int, head: str) -> Correction | None:
    """The first label of a head on this version that holds: it knows what the models said before people spoke."""
    return session.scalars(
        select(Correction)
        .where(
            col(Correction.post_id) == post_id,
            col(Correction.post_version) == version,
            col(Correction.head) == head,
            col(Correction.withdrawn_at).is_(None),
        )
        .order_by(col(Correction.id))
        .limit(1)
    ).first()


def all_texts(session: Session, *, may_train: Callable[[Source], bool]) -> list[LabelledText]:
    """What there is to learn from: every labelled version whose text we still keep, of sources that let us."""
    sources = [id_of(source) for source in session.scalars(select(Source)) if may_train(source)]
    labels: dict[tuple[int, int], dict[str, str]] = {}
    for each in session.scalars(holding()):
        labels.setdefault((each.post_id, each.post_version), {})[each.head] = each.value
    rows = session.execute(
        select(*(col(each) for each in _KEPT), col(Post.platform_language))
        .join(Post, col(Post.id) == col(PostVersion.post_id))
        .where(
            col(PostVersion.post_id).in_({post_id for post_id, _ in labels}),
            col(Post.source_id).in_(sources),
            col(Post.deleted_at).is_(None),
        )
        .order_by(col(PostVersion.id))
    )
    return [
        LabelledText(text=text, title=title, language=language, labels=labels[post_id, version])
        for post_id, version, text, title, language in rows
        if (post_id, version) in labels
    ]


NO_LABELS = "0/0/0"


def state(session: Session) -> str:
    """What changes whenever a label is given or taken back, or a labelled post is deleted."""
    last, withdrawn = session.execute(
        select(func.max(col(Correction.id)), func.count(col(Correction.withdrawn_at)))
    ).one()
    labelled = col(Post.id).in_(select(col(Correction.post_id)))
    gone = session.scalar(select(func.count()).select_from(Post).where(labelled, col(Post.deleted_at).is_not(None)))
    return f"{last or 0}/{withdrawn}/{gone}"


def newest_lesson(session: Session, models: str | None = None) -> tuple[int, str] | None:
    """Number and state of the last lesson (for these models), without its content."""
    wanted = select(col(Lesson.id), col(Lesson.seen)).order_by(col(Lesson.id).desc()).limit(1)
    if models is not None:
        wanted = wanted.where(col(Lesson.models) == models)
    row = session.execute(wanted).first()
    return (int(row[0]), str(row[1])) if row else None


def lesson(session: Session, number: int) -> Lesson:
    """One lesson with its content."""
    return session.scalars(select(Lesson).where(col(Lesson.id) == number)).one()


def last_lesson(session: Session) -> Lesson | None:
    """The newest lesson, whatever it was fitted for."""
    return session.scalars(select(Lesson).order_by(col(Lesson.id).desc()).limit(1)).first()


def start_lesson(session: Session, *, models: str, seen: str, now: datetime) -> Lesson:
    """A lesson with a number and nothing in it yet; fill it within the same transaction."""
    made = Lesson(made_at=now, models=models, seen=seen, content=b"")
    session.add(made)
    session.flush()
    return made


def forget_earlier(session: Session, number: int) -> None:
    """Empty the lessons before this one: what they were fitted on may be deleted by now. Their verdicts stay."""
    session.execute(update(Lesson).where(col(Lesson.id) < number).values(content=b""))


def read_again(session: Session) -> int:
    """Ask for every finished post to be read again with what was learnt; returns how many."""
    number = last_lesson(session)
    if number is None:
        return 0
    done = session.execute(
        update(Post)
        .where(
            col(Post.id) == col(Reading.post_id),
            col(Post.deleted_at).is_(None),
            col(Post.routed_version) == col(Post.version),
            col(Reading.model_version).not_like(f"%+c{id_of(number)}"),
        )
        .values(understood_version=0)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))


def waiting_to_be_read_again(session: Session) -> int:
    """How many posts are still to be read again."""
    return int(session.scalar(select(func.count()).select_from(_again().subquery())) or 0)


def next_to_read_again(session: Session, *, most: int) -> list[int]:
    """Some of them, newest first."""
    return [int(number) for number in session.scalars(_again().order_by(col(Post.id).desc()).limit(most))]


def _again() -> Select[Any]:
    # Spelt as the partial index of the migration says it.
    return select(col(Post.id)).where(col(Post.understood_version) == 0, col(Post.routed_version) == col(Post.version))


def holding() -> Select[Any]:
    """The label that holds for each head of each version: the latest that was not taken back."""
    latest = (
        select(func.max(col(Correction.id)))
        .where(col(Correction.withdrawn_at).is_(None))
        .group_by(col(Correction.post_id), col(Correction.post_version), col(Correction.head))
    )
    return select(Correction).where(col(Correction.id).in_(latest)).order_by(col(Correction.id))
