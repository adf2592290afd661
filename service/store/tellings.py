"""Tellings in the store: who reported an issue, who was told of it, whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlmodel import Session, col

from service.domain.cases import CaseState
from service.domain.closing import Report, Standing, TellingState, in_words, key_of, standing, wrote_again
from service.domain.contact import ASKED_NOT_TO
from service.domain.outbox import OutboxState
from service.domain.people import IdentityState
from service.domain.replies import text_digest
from service.models import (
    Author,
    Case,
    Identity,
    Issue,
    IssuePost,
    Post,
    Reading,
    Reply,
    Source,
    Telling,
    TellingPerson,
    User,
)
from service.models.columns import id_of
from service.store import contact


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One person of a telling, with the reply to them."""

    person: TellingPerson
    reply: Reply | None
    post: Post
    source: Source
    author: Author | None
    refused: bool  # they asked not to be contacted

    @property
    def standing(self) -> Standing:
        """How far they have come."""
        person, reply = self.person, self.reply
        return standing(
            reason=person.reason,
            refused=self.refused and (reply is None or reply.remote_id is None),
            ticked=person.ticked,
            agreed=reply is not None and person.agreed_digest == text_digest(reply.text),
            left=person.left_at is not None,
            reply=reply.state if reply else None,
            removed=reply is not None and reply.removed_at is not None,
        )

    @property
    def why_not(self) -> str:
        """Why they cannot be told, in a sentence; empty where they can."""
        return self.person.reason or (ASKED_NOT_TO if self.standing is Standing.CANNOT else "")


def reports(session: Session, issue_id: int, answerable: Callable[[Source], bool]) -> list[Report]:
    """The posts of an issue that are still there and no spam."""
    rows = session.execute(
        select(Post, Source, col(Identity.customer_id), col(Case.state))
        .join(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .outerjoin(
            Identity,
            (col(Identity.author_id) == col(Post.author_id)) & (col(Identity.state) == IdentityState.CONFIRMED),
        )
        .outerjoin(Case, col(Case.post_id) == col(Post.id))
        .where(col(IssuePost.issue_id) == issue_id, col(Post.deleted_at).is_(None), col(Reading.spam) < 0.5)
        .order_by(col(Post.id))
    ).all()
    refused = contact.standing(session, {row[0].author_id for row in rows if row[0].author_id is not None})
    doors = {source.name: answerable(source) for source in {id_of(row[1]): row[1] for row in rows}.values()}
    return [
        Report(
            post_id=id_of(post),
            author_id=post.author_id,
            customer_id=customer_id,
            written_at=post.created_at,
            answerable=doors[source.name],
            dismissed=case_state == CaseState.DISMISSED,
            refused=post.author_id in refused,
        )
        for post, source, customer_id, case_state in rows
    ]


def told(session: Session, issue_id: int, written: Iterable[Report]) -> dict[str, datetime]:
    """When the people who wrote these were told that the issue, or one that was merged into it, is fixed."""
    mine = select(col(Issue.id)).where((col(Issue.id) == issue_id) | (col(Issue.merged_into_id) == issue_id))
    rows = session.execute(
        select(col(Post.author_id), func.max(col(Reply.sent_at)))
        .join(Reply, col(Reply.post_id) == col(Post.id))
        .join(Telling, col(Telling.id) == col(Reply.telling_id))
        .where(col(Telling.issue_id).in_(mine), col(Reply.sent_at).is_not(None), col(Post.author_id).is_not(None))
        .group_by(col(Post.author_id))
    )
    authors = {int(author): at for author, at in rows if author is not None}
    found: dict[str, datetime] = {}
    for report in written:
        if (at := authors.get(report.author_id or 0)) is not None:
            key = key_of(report)
            found[key] = max(at, found.get(key, at))
    return found


def of_issue(session: Session, issue_id: int) -> Telling | None:
    """The telling of an issue's last fix."""
    wanted = select(Telling).where(col(Telling.issue_id) == issue_id).order_by(col(Telling.fixed_at).desc()).limit(1)
    return session.scalars(wanted).one_or_none()


def hold(session: Session, telling_id: int) -> Telling | None:
    """The telling, held until the transaction ends; before any of its replies."""
    return session.get(Telling, telling_id, with_for_update=True, populate_existing=True)


def people(session: Session, telling_id: int) -> list[PersonView]:
    """Everybody in a telling, in the order in which they are told."""
    rows = session.execute(
        select(TellingPerson, Reply, Post, Source, Author)
        .outerjoin(Reply, col(Reply.id) == col(TellingPerson.reply_id))
        .join(Post, col(Post.id) == col(TellingPerson.post_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .where(col(TellingPerson.telling_id) == telling_id)
        .order_by(col(TellingPerson.id))
        .execution_options(populate_existing=True)
    ).all()
    refused = contact.standing(session, {row[2].author_id for row in rows if row[2].author_id is not None})
    return [
        PersonView(
            person=person,
            reply=reply,
            post=post,
            source=source,
            author=author,
            refused=post.author_id in refused,
        )
        for person, reply, post, source, author in rows
    ]


def summary(views: Sequence[PersonView]) -> str:
    """ "Told 61 of 84; 9 cannot be told: …"."""
    return in_words([each.standing for each in views], [each.why_not for each in views if each.why_not])


def said_of_issue(session: Session, issue_id: int) -> str:
    """What a card or a digest says of the telling of an issue; empty where nobody prepared one."""
    telling = of_issue(session, issue_id)
    if telling is None:
        return ""
    said = summary(people(session, id_of(telling)))
    if telling.state == TellingState.HELD:
        return f"{said} Held: {telling.problem}"
    return f"{said} The words wait for somebody to look at them." if telling.state == TellingState.DRAFT else said


def can_be_told(session: Session, telling_id: int) -> int:
    """How many people of a telling there are words for."""
    mine = (col(TellingPerson.telling_id) == telling_id) & col(TellingPerson.reply_id).is_not(None)
    return int(session.scalar(select(func.count()).select_from(TellingPerson).where(mine)) or 0)


def wrote_after(session: Session, issue_id: int) -> list[int]:
    """Posts of an issue by people who had been told that it is fixed; newest first."""
    written = reports(session, issue_id, lambda _: True)
    return wrote_again(written, told(session, issue_id, written))


def moved_in(session: Session, *, since: datetime, until: datetime) -> list[int]:
    """The tellings that were prepared in that time, or that somebody was told in."""
    told_then = (
        select(col(Reply.telling_id))
        .where(col(Reply.telling_id).is_not(None), col(Reply.sent_at) >= since, col(Reply.sent_at) < until)
        .distinct()
    )
    prepared = and_(col(Telling.prepared_at) >= since, col(Telling.prepared_at) < until)
    wanted = select(col(Telling.id)).where(prepared | col(Telling.id).in_(told_then))
    return [int(each or 0) for each in session.scalars(wanted.order_by(col(Telling.id)))]


def heard_again(session: Session, *, since: datetime, until: datetime) -> dict[int, list[int]]:
    """Issue -> posts written in that time by people who had been told that it is fixed."""
    posts = select(col(Post.id)).where(col(Post.created_at) >= since, col(Post.created_at) < until)
    candidates = session.scalars(
        select(col(IssuePost.issue_id))
        .where(col(IssuePost.issue_id).in_(select(col(Telling.issue_id))), col(IssuePost.post_id).in_(posts))
        .distinct()
        .order_by(col(IssuePost.issue_id))
    )
    found: dict[int, list[int]] = {}
    for issue_id in candidates.all():
        after = wrote_after(session, issue_id)
        if then := list(session.scalars(posts.where(col(Post.id).in_(after)))) if after else []:
            found[issue_id] = [int(each or 0) for each in then]
    return found


def names(session: Session, telling: Telling) -> tuple[str, str | None]:
    """Who prepared a telling, and who released it."""
    ids = (telling.prepared_by_id, telling.released_by_id or 0)
    rows = session.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(ids)))
    found = {int(user or 0): name for user, name in rows}
    return found[telling.prepared_by_id], found.get(telling.released_by_id or 0)


def give_up(session: Session, telling: Telling) -> None:
    """End a telling whose fix did not hold: drafts that did not leave are dropped."""
    pull_back(session, id_of(telling))
    mine = (col(Reply.telling_id) == telling.id) & (col(Reply.state) == OutboxState.DRAFT)
    session.execute(update(Reply).where(mine).values(state=OutboxState.DROPPED, problem="It was fixed again since."))
    telling.state, telling.problem = TellingState.DONE, "It was fixed again since."


def last_left(session: Session) -> dict[str, datetime]:
    """When somebody was last told on each platform, in any telling."""
    rows = session.execute(
        select(col(Source.kind), func.max(col(TellingPerson.left_at)))
        .join(Post, col(Post.source_id) == col(Source.id))
        .join(TellingPerson, col(TellingPerson.post_id) == col(Post.id))
        .where(col(TellingPerson.left_at).is_not(None))
        .group_by(col(Source.kind))
    )
    return {kind: at for kind, at in rows if at is not None}


def going(session: Session) -> list[int]:
    """The tellings that go on by themselves."""
    wanted = select(col(Telling.id)).where(col(Telling.state) == TellingState.GOING).order_by(col(Telling.id))
    return [int(i) for i in session.scalars(wanted) if i is not None]


def pull_back(session: Session, telling_id: int) -> list[int]:
    """Take back what was handed to the outbox and did not leave; returns the posts."""
    mine = select(col(Reply.id), col(Reply.post_id)).where(
        col(Reply.telling_id) == telling_id, col(Reply.state) == OutboxState.APPROVED
    )
    back = session.execute(mine.order_by(col(Reply.id)).with_for_update()).all()
    ids = [reply_id for reply_id, _ in back]
    session.execute(
        update(Reply).where(col(Reply.id).in_(ids)).values(state=OutboxState.DRAFT, send_after=None, problem=None)
    )
    session.execute(update(TellingPerson).where(col(TellingPerson.reply_id).in_(ids)).values(left_at=None))
    session.flush()
    return [int(post_id) for _, post_id in back]
