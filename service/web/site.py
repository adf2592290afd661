"""What a page needs of the running application: its store, its company, its clock; and how a request comes to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from sqlalchemy import Engine, text
from sqlmodel import Session

from integrations.slack.answer import HttpAnswer
from service.clock import Clock
from service.errors import NotAllowed
from service.store.database import transaction
from service.store.linkable import Linkable
from service.tools import Tools

if TYPE_CHECKING:
    from service.pipeline.outcome import Queue
    from service.web.statics import Statics  # whose route asks auth, which asks this

# No page takes this long unless something is wrong; then the reader should hear of it.
_LONGEST_QUESTION = "10s"


SlackDoor: TypeAlias = Callable[[bytes, Mapping[str, str]], HttpAnswer]
"""Takes the body and the headers (with names in lower case) of one request of Slack's."""


class CompanyLike(Protocol):
    """What pages say of the company; `service.configuration.company.Company` is one."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def currency(self) -> str:
        """The currency of its orders, as ISO 4217 writes it."""
        ...

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone in which exact times are given."""
        ...


def _no_secrets(source: str) -> Sequence[bytes]:
    del source
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The doors for programs. Without a secret a door is closed."""

    secrets: Callable[[str], Sequence[bytes]] = _no_secrets  # any of them signs a source's calls
    slack: Mapping[str, SlackDoor] = field(default_factory=dict)  # by workspace, "" for the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What pages answer authors with."""

    tools: Tools
    queue: Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The running application, as pages see it."""

    engine: Engine
    company: CompanyLike
    clock: Clock
    previewing: bool  # cards go to the preview page, because Slack is not set up
    sample: bool  # the sample studio: nothing in the store is real
    linkable: Linkable
    statics: Statics
    hooks: Hooks
    desk: Desk | None  # None: nobody is answered from these pages

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store and can change nothing."""
        with transaction(self.engine) as session:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            session.execute(text(f"SET LOCAL statement_timeout = '{_LONGEST_QUESTION}'"))
            yield session


def desk_of(site: Site) -> Desk:
    """What the pages answer with. Raises NotAllowed where they do not."""
    if site.desk is None:
        raise NotAllowed("Nobody is answered from these pages.")
    return site.desk


def site_of(request: Request) -> Site:
    """The application that a request came to."""
    site: Site = request.app.state.site
    return site


async def _the_site(request: Request) -> Site:
    """For FastAPI, which asks a plain function in a thread of its own: too far for what only looks."""
    return site_of(request)


TheSite = Annotated[Site, Depends(_the_site)]
