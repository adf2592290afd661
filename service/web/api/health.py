"""Whether Earful is well, for whatever watches it. Says nothing about posts or people."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from service.store import schema
from service.store.queue_views import QueueFigures, queue_figures
from service.web.auth import open_to_anyone
from service.web.site import Site, TheSite

router = APIRouter()

_WAITS_TOO_LONG_SECONDS = 900


class SchemaHealth(BaseModel):
    """Whether the tables are those that this version needs."""

    current: str | None
    needed: str | None


class QueueHealth(BaseModel):
    """Jobs by where they stand."""

    waiting: int
    running: int
    failed: int
    oldest_waiting_seconds: int


class Health(BaseModel):
    """`degraded`: something needs a look, and `problems` says what."""

    status: Literal["ok", "degraded"]
    database: Literal["ok", "no answer"]
    # `schema` is the name in the JSON; pydantic keeps that name for itself.
    tables: SchemaHealth | None
    queue: QueueHealth | None
    problems: list[str]
    version: str


@router.get("/health", dependencies=[open_to_anyone()])
def health(site: TheSite, response: Response) -> dict[str, object]:
    """200 while the database answers, 503 when it does not."""
    try:
        found = _look(site)
    except OperationalError:
        response.status_code = 503
        problem = "The database does not answer; `earful doctor` says more."
        found = Health(
            status="degraded", database="no answer", tables=None, queue=None, problems=[problem], version=_version()
        )
    plain = found.model_dump()
    return {"schema" if name == "tables" else name: value for name, value in plain.items()}


def _look(site: Site) -> Health:
    tables = SchemaHealth(current=schema.current(site.engine), needed=schema.newest())
    problems = []
    queue = None
    if tables.current != tables.needed:
        problems.append("The tables are not those of this version. Run `earful database upgrade`.")
    else:
        with site.reading() as session:
            figures = queue_figures(session)
        problems += _queue_problems(figures)
        queue = QueueHealth(
            waiting=figures.waiting,
            running=figures.running,
            failed=figures.failed,
            oldest_waiting_seconds=int(figures.oldest_waiting_seconds),
        )
    return Health(
        status="degraded" if problems else "ok",
        database="ok",
        tables=tables,
        queue=queue,
        problems=problems,
        version=_version(),
    )


def _queue_problems(figures: QueueFigures) -> list[str]:
    if figures.oldest_waiting_seconds <= _WAITS_TOO_LONG_SECONDS:
        return []
    minutes = int(figures.oldest_waiting_seconds // 60)
    return [f"A job has waited for {minutes} minutes. Is a worker running? Start one with `earful worker`."]


def _version() -> str:
    try:
        return version("earful")
    except PackageNotFoundError:
        return "unknown"  # run from a checkout that was not installed
