"""Who is asking, and what they may do. The only place that decides it.

Every route declares the deed that its callers must be allowed. There is no sign-in yet: whoever reaches the loopback
address is the local user, an admin of ours, and the settings refuse any other address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from service.actions.actors import Actor, require
from service.actions.users import local_user
from service.domain.roles import Deed
from service.store.database import transaction
from service.web.site import site_of


def who(request: Request) -> Actor:
    """The user who asks."""
    site = site_of(request)
    with transaction(site.engine) as session:
        return local_user(session, now=site.clock())


Who = Annotated[Actor, Depends(who)]
"""The user who asks, for a route that notes who did something."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a route asks of whoever calls it."""

    deed: Deed

    async def __call__(self, by: Who) -> None:
        """Let pass who may. Raises NotAllowed."""
        require(by, self.deed)


class OpenToAnyone:
    """What a route says that tells nothing about posts or people: health, static files, signed calls."""

    async def __call__(self) -> None:
        """Let everybody pass."""


def requires(deed: Deed) -> Any:
    """The dependency by which a route declares the deed that its callers must be allowed."""
    return Depends(Requirement(deed))


def open_to_anyone() -> Any:
    """The dependency by which a route declares that it needs nobody's leave."""
    return Depends(OpenToAnyone())


def declared(route: APIRoute) -> Deed | OpenToAnyone | None:
    """What a route declares; None where it declares nothing, which no route may."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Requirement):
            return dependency.call.deed
        if isinstance(dependency.call, OpenToAnyone):
            return dependency.call
    return None
