"""Posts, as JSON. Vectors are never part of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from service.bootstrap import may_pass_on
from service.domain.roles import Deed
from service.errors import NotFound
from service.store.inbox import Answer, PostOrder, PostView, ReadingView, count_posts, find_posts, load_posts
from service.web.api.listing import Item, Listing
from service.web.auth import requires
from service.web.queries import PostQuery
from service.web.site import TheSite

router = APIRouter(prefix="/api")


class AuthorItem(Item):
    """Who wrote."""

    id: int
    handle: str | None
    name: str | None
    url: str | None
    reach: int | None


class AnswerItem(Item):
    """One head's answer; `score` is a probability, and without `sure` it is a guess."""

    label: str
    score: float
    sure: bool


class ReadingItem(Item):
    """What the models made of the text."""

    language: AnswerItem
    sentiment: AnswerItem | None
    intents: list[AnswerItem]
    topics: list[AnswerItem]
    urgency: float
    spam: float
    toxicity: float
    unsure: list[str]
    partly: bool
    from_thread: list[str]
    understood: bool
    why_not: str | None
    model_version: str


class PostItem(Item):
    """One post. Of a deleted one the text, the title and the author are gone."""

    id: int
    source: str
    source_kind: str
    external_id: str
    kind: str
    url: str | None
    author: AuthorItem | None
    title: str | None
    text: str | None  # None, like author and title, where the source's terms forbid handing its texts on
    may_export: bool
    created_at: datetime
    edited_at: datetime | None
    first_seen_at: datetime
    deleted: bool
    edited: bool
    language: str | None
    rating: float | None
    rating_label: str | None
    product: str | None
    version: str | None
    reading: ReadingItem | None
    issue: int | None
    customer: int | None
    case: str | None
    deliveries: int


@router.get("/posts", dependencies=[requires(Deed.READ)])
def list_posts(site: TheSite, query: Annotated[PostQuery, Query()]) -> Listing[PostItem]:
    """Posts, newest first unless `order` says otherwise."""
    chosen = query.filter(now=site.clock(), zone=site.company.time_zone)
    with site.reading() as session:
        found = find_posts(
            session,
            chosen,
            linkable=site.linkable,
            limit=query.limit,
            after=query.cursor,
            order=query.order or PostOrder.NEWEST,
        )
        total = count_posts(session, chosen, linkable=site.linkable)
    return Listing(items=[_item(view) for view in found.items], next=found.next, total=total)


@router.get("/posts/{post_id}", dependencies=[requires(Deed.READ)])
def get_post(site: TheSite, post_id: int) -> PostItem:
    """One post."""
    with site.reading() as session:
        view = load_posts(session, [post_id], linkable=site.linkable).get(post_id)
    if view is None:
        raise NotFound(f"There is no post {post_id}.")
    return _item(view)


def _item(view: PostView) -> PostItem:
    post, source, author = view.post, view.source, view.author
    gone = post.deleted_at is not None
    may_export = may_pass_on(source)
    return PostItem(
        id=view.id,
        source=source.name,
        source_kind=source.kind,
        external_id=post.external_id,
        kind=post.kind,
        url=post.url,
        author=AuthorItem.model_validate(author, from_attributes=True) if author and may_export else None,
        title=post.title if may_export else None,
        text=post.text if may_export else None,
        may_export=may_export,
        created_at=post.created_at,
        edited_at=post.edited_at,
        first_seen_at=post.first_seen_at,
        deleted=gone,
        edited=post.version > 1 and not gone,
        language=view.reading.language.label if view.reading else post.platform_language,
        rating=post.rating,
        rating_label=post.rating_label,
        product=post.product,
        version=post.product_version,
        reading=_reading(view.reading) if view.reading else None,
        issue=view.issue.number if view.issue else None,
        customer=view.customer.id if view.customer else None,
        case=view.case_state,
        deliveries=view.delivery_count,
    )


def _reading(reading: ReadingView) -> ReadingItem:
    return ReadingItem(
        language=_answer(reading.language),
        sentiment=_answer(reading.sentiment) if reading.sentiment else None,
        intents=[_answer(each) for each in reading.intents],
        topics=[_answer(each) for each in reading.topics],
        urgency=reading.urgency,
        spam=reading.spam,
        toxicity=reading.toxicity,
        unsure=list(reading.unsure),
        partly=reading.partly,
        from_thread=list(reading.from_thread),
        understood=reading.understood,
        why_not=reading.why_not,
        model_version=reading.model_version,
    )


def _answer(answer: Answer) -> AnswerItem:
    return AnswerItem(label=answer.label, score=answer.score, sure=answer.sure)
