"""The store's rows -> what forms in Slack show."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from collectors.base import ReplyDoor
from integrations.slack.views.outcome import WrittenReply
from integrations.slack.views.post import ShownPost
from service.domain.outbox import OutboxState
from service.domain.people import shown_name
from service.errors import NotFound
from service.models import Author, Case, Post, Reply, Source, User
from service.models.columns import id_of
from service.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The post that a case is about."""

    case_id: int
    post_id: int
    version: int
    shown: ShownPost
    platform: str  # "Steam"
    door: ReplyDoor
    handle: str  # the author's on the platform; empty where it has none


def of_case(session: Session, case_id: int, tools: Tools) -> Subject:
    """What a case is about. Raises NotFound where there is no such case, or its post is gone."""
    case = session.get(Case, case_id)
    post = session.get(Post, case.post_id) if case is not None else None
    if case is None or post is None or post.deleted_at is not None:
        raise NotFound("The post is gone: there is nothing to show any more.")
    source = session.get_one(Source, post.source_id)
    author = session.get(Author, post.author_id) if post.author_id is not None else None
    title = tools.source_title(source)
    shown = ShownPost(
        source=title,
        author=shown_name(author.name or author.handle or author.account) if author else "",
        text=post.text,
        created_at=post.created_at,
        title=post.title,
        rating=post.rating_label,
        url=post.url,
    )
    return Subject(
        case_id=id_of(case),
        post_id=id_of(post),
        version=post.version,
        shown=shown,
        platform=title.partition(",")[0],
        door=tools.door(source),
        handle=(author.handle or "") if author else "",
    )


def reply_of(session: Session, reply_id: int, tools: Tools) -> WrittenReply:
    """A reply as forms show it. Raises NotFound where there is none, or its post is gone."""
    reply = session.get(Reply, reply_id)
    if reply is None:
        raise NotFound(f"There is no reply {reply_id}.")
    about = of_case(session, reply.case_id, tools)
    return WrittenReply(
        reply_id=reply_id,
        state=reply.state,
        text=reply.text,
        by=session.get_one(User, reply.written_by_id).name,
        platform=about.platform,
        post=about.shown,
        approval_reasons=reply.approval_reasons if reply.state == OutboxState.DRAFT else (),
        send_after=reply.send_after,
        url=reply.remote_url or about.shown.url,
        problem=reply.problem or "",
        what_to_do=reply.what_to_do or "",
    )
