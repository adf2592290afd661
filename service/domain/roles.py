"""Who of our own team may do what. Every door asks here: pages, calls, Slack, the command line."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a user is to us, from least to most."""

    VIEWER = "viewer"
    SUPPORT = "support"
    COMMUNITY = "community"
    PRODUCT = "product"
    ADMIN = "admin"


class Deed(StrEnum):
    """What a person may want to do."""

    READ = "read"
    CORRECT = "correct"  # say what is right about a reading
    CONTACT = "contact"  # note who does not want to be written to
    WORK = "work"  # claim, assign, snooze, dismiss, escalate
    WRITE = "write"  # draft a reply
    PUBLISH = "publish"  # send one's own reply
    APPROVE = "approve"  # let another's reply go out
    CLOSE = "close"  # say that an issue is fixed, and have its reporters told
    ADMINISTER = "administer"


_VIEWER = frozenset({Deed.READ})
_SUPPORT = _VIEWER | {Deed.CORRECT, Deed.CONTACT, Deed.WORK, Deed.WRITE}
_MAY: Mapping[Role, frozenset[Deed]] = {
    Role.VIEWER: _VIEWER,
    Role.SUPPORT: _SUPPORT,
    Role.COMMUNITY: _SUPPORT | {Deed.PUBLISH, Deed.APPROVE, Deed.CLOSE},
    Role.PRODUCT: _VIEWER | {Deed.CORRECT, Deed.WORK, Deed.CLOSE},
    Role.ADMIN: frozenset(Deed),
}


def may(role: Role, deed: Deed) -> bool:
    """Whether somebody with this role may do it."""
    return deed in _MAY[role]


def who_may(deed: Deed) -> tuple[Role, ...]:
    """The roles that may do it, for the sentence that says so."""
    return tuple(role for role in Role if may(role, deed))
