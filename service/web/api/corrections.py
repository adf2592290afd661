"""Corrections, as JSON: what people said, how often the models were right, and a door to say more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from service.actions.correct import label
from service.domain.corrections import Origin
from service.domain.roles import Deed
from service.models import Correction
from service.store import corrections, corrections_report
from service.store.database import transaction
from service.web.api.listing import Item
from service.web.auth import Who, requires
from service.web.correcting import as_json
from service.web.site import TheSite

router = APIRouter(prefix="/api")


class CorrectionItem(Item):
    """One label that a person gave."""

    id: int
    post_id: int
    post_version: int
    head: str
    value: str
    model_said: str | None
    model_version: str | None
    origin: str
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None


class AccuracyItem(Item):
    """How often the models were right; `low` and `high` bound the 95 % interval."""

    origin: str
    head: str
    right: int
    labels: int
    low: float
    high: float


class Said(Item):
    """What is right about a post: head -> value. `version` is the one that was looked at."""

    labels: Annotated[dict[str, str], Field(min_length=1, max_length=100)]
    version: int | None = None


@router.get("/corrections", dependencies=[requires(Deed.READ)])
def list_corrections(site: TheSite, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[CorrectionItem]:
    """The labels that were given last, newest first."""
    with site.reading() as session:
        return [_item(each) for each in corrections.newest(session, most=limit)]


@router.get("/accuracy", dependencies=[requires(Deed.READ)])
def get_accuracy(site: TheSite) -> list[AccuracyItem]:
    """By head, the chance sample apart from what people complained about."""
    with site.reading() as session:
        found = corrections_report.by_head(session)
    return [
        AccuracyItem(
            origin=each.origin,
            head=each.head,
            right=each.share.right,
            labels=each.share.of,
            low=each.share.interval[0],
            high=each.share.interval[1],
        )
        for each in found
    ]


@router.post("/posts/{post_id}/corrections", dependencies=[requires(Deed.CORRECT), Depends(as_json)], status_code=201)
def add_corrections(site: TheSite, by: Who, post_id: int, said: Said) -> list[CorrectionItem]:
    """Say what is right about a post."""
    with transaction(site.engine) as session:
        made = label(
            session,
            post_id,
            said.labels,
            by=by.name,
            origin=Origin.COMPLAINT,
            now=site.clock(),
            version=said.version,
        )
    return [_item(each) for each in made]


def _item(correction: Correction) -> CorrectionItem:
    return CorrectionItem.model_validate(correction, from_attributes=True)
