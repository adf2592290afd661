"""Who is asking, and what they may see. The only place that decides it.

Every route declares the role that it needs. There is no sign-in yet: whoever reaches the loopback address is the local
user, and the settings refuse any other address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends
from fastapi.routing import APIRoute


class Role(StrEnum):
    """What a user may do, from least to most."""

    ANYONE = "anyone"  # health, static files, signed calls: nothing is told about posts or people
    VIEWER = "viewer"
    EDITOR = "editor"  # may say what is right about a reading


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody of our own team."""

    name: str
    role: Role


LOCAL_USER = User(name="you", role=Role.EDITOR)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a route asks of whoever calls it."""

    role: Role

    def __call__(self) -> User:
        """The user, who has the role: today the local user has every role there is."""
        return LOCAL_USER


def requires(role: Role) -> Any:
    """The dependency by which a route declares the role that it needs."""
    return Depends(Requirement(role))


def declared_role(route: APIRoute) -> Role | None:
    """The role that a route declares; None where it declares none, which no route may."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Requirement):
            return dependency.call.role
    return None
