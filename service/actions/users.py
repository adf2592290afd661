"""Our own team: who is in it, what they may do, and by which accounts other places know them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from unicodedata import category

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.actions.actors import Actor, require
from service.domain.roles import Deed, Role, may
from service.domain.wording import did_you_mean
from service.errors import Conflict, Invalid, NotFound
from service.models import Account, AuditEvent, User
from service.models.columns import id_of

LOCAL_EMAIL = "you@localhost"
"""Who sits at this machine: pages on the loopback address and the command line act as this admin."""
_TRACKER_EMAIL = "tracker@localhost"


def local_user(session: Session, *, now: datetime) -> Actor:
    """Whoever sits at this machine; made when there is none yet."""
    return _standing(session, LOCAL_EMAIL, "you", Role.ADMIN, now=now)


def tracker_user(session: Session, *, now: datetime) -> Actor:
    """The program that tells us of tickets, with the role that closes issues and publishes nothing."""
    return _standing(session, _TRACKER_EMAIL, "the tracker", Role.PRODUCT, now=now)


def _standing(session: Session, email: str, name: str, role: Role, *, now: datetime) -> Actor:
    wanted = select(User).where(col(User.email) == email)
    if (user := session.scalars(wanted).one_or_none()) is not None:
        return Actor(user_id=id_of(user), name=user.name, role=Role(user.role))
    made = upsert(User).values(name=name, email=email, role=role, active=True, created_at=now)
    session.execute(made.on_conflict_do_nothing(index_elements=["email"]))
    user = session.scalars(wanted).one()
    return Actor(user_id=id_of(user), name=user.name, role=Role(user.role))


def add_user(session: Session, *, name: str, email: str, role: str, by: Actor, now: datetime) -> User:
    """Take somebody into the team.

    Raises:
        Invalid: no name, no e-mail address, or no role that there is.
        Conflict: the e-mail address is somebody's.
        NotAllowed: `by` does not administer.
    """
    require(by, Deed.ADMINISTER, session=session)
    user = User(name=_name(name), email=_email(email), role=_role(role), created_at=now)
    _refuse_taken(session, user.email)
    session.add(user)
    session.flush()
    _audit(session, "add", user, {"role": user.role}, by=by, now=now)
    return user


def change_user(  # noqa: PLR0913  what a form says, each by its name
    session: Session,
    user_id: int,
    *,
    name: str | None = None,
    email: str | None = None,
    role: str | None = None,
    active: bool | None = None,
    by: Actor,
    now: datetime,
) -> User:
    """Change what is not None. Cases of somebody who is switched off stay theirs until somebody takes them over.

    Raises:
        NotFound: there is no such user.
        Invalid, Conflict: as for `add_user`; or nobody would be left who administers, or who sits at this machine
            would lose it, with nobody there to give it back.
        NotAllowed: `by` does not administer.
    """
    require(by, Deed.ADMINISTER, session=session)
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound(f"There is no user {user_id}. `earful user list` shows them.")
    if user.email == LOCAL_EMAIL and not (email is None and role in (None, Role.ADMIN) and active is not False):
        raise Conflict(f"{LOCAL_EMAIL} is whoever sits at this machine, and stays its admin. Only the name may change.")
    if email is not None and _email(email) != user.email:
        _refuse_taken(session, _email(email))
        user.email = _email(email)
    user.name = user.name if name is None else _name(name)
    user.role = user.role if role is None else _role(role)
    user.active = user.active if active is None else active
    session.flush()
    if not _admins(session):
        raise Conflict("Then nobody would administer Earful. Make somebody else an admin first.")
    _audit(session, "change", user, {"role": user.role, "active": user.active}, by=by, now=now)
    return user


def list_users(session: Session, *, active: bool | None = None) -> Sequence[User]:
    """The team, in the order in which they came; with `active`, only those who are, or are not."""
    wanted = select(User).order_by(col(User.id))
    return session.scalars(wanted if active is None else wanted.where(col(User.active) == active)).all()


def who_work(session: Session) -> list[User]:
    """Those of the team who may be given a case."""
    return [user for user in list_users(session, active=True) if may(Role(user.role), Deed.WORK)]


def tie_account(
    session: Session, *, target: str, workspace: str, remote_id: str, email: str | None, now: datetime
) -> User | None:
    """Who of us a member of a workspace is: the user that it was tied to, or now is, by the e-mail address there.

    None where no user has that address: an admin adds one.
    """
    at = (col(Account.target) == target, col(Account.workspace) == workspace, col(Account.remote_id) == remote_id)
    held = select(User).join(Account, col(Account.user_id) == col(User.id)).where(*at)
    found = session.scalars(held).one_or_none()
    if found is not None or not email:
        return found
    user = session.scalars(select(User).where(col(User.email) == email.strip().lower())).one_or_none()
    if user is None:
        return None
    tie = {"user_id": id_of(user), "target": target, "workspace": workspace, "remote_id": remote_id, "tied_at": now}
    session.execute(upsert(Account).values(**tie).on_conflict_do_nothing())
    return session.scalars(held).one()


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid("A user needs a name.")
    if _unwritable(name):
        raise Invalid("The name holds signs that cannot be shown. Write it anew.")
    return " ".join(name.split())[:80]


def _email(email: str) -> str:
    address = email.strip().lower()
    before, at, behind = address.partition("@")
    if not (before and at and behind) or any(sign.isspace() for sign in address) or _unwritable(address):
        raise Invalid(f"{email!r} is no e-mail address. Give one such as kim@example.com.")
    return address


def _unwritable(text: str) -> bool:
    """Whether it holds what would command a terminal, or bytes that are no text."""
    return any(category(sign) in ("Cc", "Cs") and not sign.isspace() for sign in text)


def _role(role: str) -> str:
    if role not in set(Role):
        raise Invalid(f"There is no role {role!r}. {did_you_mean(role, [str(each) for each in Role])}")
    return Role(role)


def _refuse_taken(session: Session, email: str) -> None:
    holder = session.scalars(select(User).where(col(User.email) == email)).one_or_none()
    if holder is not None:
        raise Conflict(f"{email} is taken by {holder.name}, user {holder.id}.")


def _admins(session: Session) -> int:
    wanted = select(func.count()).select_from(User).where(col(User.role) == Role.ADMIN, col(User.active))
    return int(session.scalar(wanted) or 0)


def _audit(session: Session, verb: str, user: User, detail: dict[str, object], *, by: Actor, now: datetime) -> None:
    session.add(AuditEvent(at=now, actor=by.name, verb=verb, noun="user", noun_id=user.id, detail=detail))
