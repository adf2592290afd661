"""Who acts: a user of ours, with the role that decides what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from service.domain.roles import Deed, Role, may, who_may
from service.errors import NotAllowed, NotFound
from service.models import User
from service.models.columns import id_of

_DEEDS = {
    Deed.READ: "read here",
    Deed.CORRECT: "say what is right about a reading",
    Deed.CONTACT: "note who wants no words from us",
    Deed.WORK: "work on cases",
    Deed.WRITE: "write replies",
    Deed.PUBLISH: "publish replies",
    Deed.APPROVE: "approve replies of others",
    Deed.CLOSE: "close issues",
    Deed.ADMINISTER: "administer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody of our team, as actions know them."""

    user_id: int
    name: str
    role: Role


def actor_of(session: Session, user_id: int) -> Actor:
    """The user as an actor.

    Raises:
        NotFound: there is no such user.
        NotAllowed: an admin switched the user off.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    if not user.active:
        raise NotAllowed(f"{user.name} is switched off. An admin can switch users on: earful user change.")
    return Actor(user_id=id_of(user), name=user.name, role=Role(user.role))


def require(actor: Actor, deed: Deed, *, session: Session | None = None) -> None:
    """Let pass whose role may do it. With `session`, the refusal names people who may.

    Raises:
        NotAllowed: another role is needed; says which.
    """
    if may(actor.role, deed):
        return
    roles = who_may(deed)
    *others, last = [str(role) for role in roles]
    who = f"{', '.join(others)} and {last}" if others else last
    names = _names(session, roles) if session is not None else ""
    raise NotAllowed(f"Only {who} may {_DEEDS[deed]}, and {actor.name} is {actor.role}.{names}")


def _names(session: Session, roles: tuple[Role, ...]) -> str:
    people = select(col(User.name)).where(col(User.role).in_(roles), col(User.active)).order_by(col(User.id)).limit(5)
    found = list(session.scalars(people))
    return f" Ask one of them: {', '.join(found)}." if found else ""
