"""Builds the web application: pages, API, door for webhooks, static files, guard, error pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from starlette.types import ASGIApp

import service.clock
from service.bootstrap import linkable
from service.clock import Clock
from service.web import errors, slack_door, statics
from service.web import hooks as hooks_door
from service.web.api import corrections as corrections_api
from service.web.api import customers as customers_api
from service.web.api import deliveries as deliveries_api
from service.web.api import health, schema
from service.web.api import issues as issues_api
from service.web.api import posts as posts_api
from service.web.api import sources as sources_api
from service.web.auth import declared
from service.web.guard import Guard
from service.web.pages import (
    answering,
    contact,
    corrections,
    customers,
    deliveries,
    digest,
    effects,
    inbox,
    issues,
    posts,
    replies,
    search,
    sources,
    tellings,
)
from service.web.site import CompanyLike, Desk, Hooks, Site

ROUTERS = (
    slack_door.router,  # first, as routes are tried in this order: Slack waits for an answer, and many click at once
    hooks_door.router,
    inbox.router,
    posts.router,
    answering.router,
    customers.router,
    contact.router,
    issues.router,
    tellings.router,
    digest.router,
    effects.router,
    replies.router,
    deliveries.router,
    sources.router,
    corrections.router,
    search.router,
    health.router,
    posts_api.router,
    issues_api.router,
    customers_api.router,
    deliveries_api.router,
    sources_api.router,
    corrections_api.router,
    schema.router,
)


class _Application(FastAPI):
    """FastAPI with the guard outermost, so that an answer to a fault carries the headers too."""

    hosts: Collection[str] = ()

    def build_middleware_stack(self) -> ASGIApp:
        return Guard(super().build_middleware_stack(), hosts=self.hosts)


def create_app(  # noqa: PLR0913  what a running application is made of, each by its name
    *,
    engine: Engine,
    company: CompanyLike,
    clock: Clock = service.clock.now,
    previewing: bool,
    sample: bool = False,
    hosts: Collection[str] = (),
    hooks: Hooks | None = None,
    desk: Desk | None = None,
) -> FastAPI:
    """The web application.

    Args:
        engine: the store; the schema is expected to be there, `/health` says whether it is.
        company: its name, currency and time zone.
        clock: what time it is.
        previewing: Slack is not set up, so cards are shown on the preview page and nowhere else.
        sample: the store holds the sample studio; every page says that nothing in it is real.
        hosts: names under which the application answers, besides loopback: the host of the public address.
        hooks: what calls of programs are signed with, and what takes Slack's; none: none is taken in.
        desk: what authors are answered with; None: nobody is answered from these pages.

    Raises:
        ValueError: a route does not declare what its callers must be allowed.
    """
    app = _Application(title="Earful", docs_url=None, redoc_url=None, openapi_url=None)
    app.hosts = hosts
    files = statics.load()
    app.state.site = Site(
        engine=engine,
        company=company,
        clock=clock,
        previewing=previewing,
        sample=sample,
        linkable=linkable(),
        statics=files,
        hooks=hooks or Hooks(),
        desk=desk,
    )
    for router in (*ROUTERS, statics.router(files)):
        # Not `include_router`, behind which newer releases of FastAPI hide the routes from `check_deeds`.
        app.router.routes.extend(router.routes)
    errors.install(app)
    check_deeds(app)
    return app


def routes_of(app: FastAPI) -> Sequence[APIRoute]:
    """Every route that the application answers."""
    return [route for route in app.routes if isinstance(route, APIRoute)]


def check_deeds(app: FastAPI) -> None:
    """Look that every route declares what its callers must be allowed.

    Raises:
        ValueError: one does not.
    """
    for route in routes_of(app):
        if declared(route) is None:
            raise ValueError(f"{route.path} does not declare what its callers must be allowed")
