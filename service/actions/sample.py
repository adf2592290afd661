"""The sample studio: its own records, its team, and when its story began."""

from __future__ import annotations

import socket
from datetime import datetime
from pathlib import Path

from service.actions.imports import import_customers, import_orders, import_organisations
from service.actions.users import add_user, list_users, local_user
from service.domain.roles import Role
from service.store.database import transaction
from service.tools import Tools


def epoch_of(folder: Path, *, now: datetime) -> datetime:
    """The moment that the sample's days count from: that of its first start, kept in `folder`."""
    file = folder / "epoch"
    if file.exists():
        return datetime.fromisoformat(file.read_text(encoding="utf-8").strip())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(now.isoformat(), encoding="utf-8")
    return now


def port_of(folder: Path) -> int:
    """A free port for the sample's internet: that of the first start where it is still free.

    Links in the sample hold the address, and another one would make every forum entry look edited.
    """
    file = folder / "port"
    kept = int(file.read_text(encoding="utf-8")) if file.exists() else 0
    port = _free(kept) or _free(0)
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(str(port), encoding="utf-8")
    return port


def _free(port: int) -> int:
    """`port` (0: any) if nobody listens there, else 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def import_records(tools: Tools, folder: Path) -> None:
    """Import the organisations, customers and orders that the studio exported to `folder`; again, nothing changes."""
    import_organisations(tools, folder / "organisations.csv")
    import_customers(tools, folder / "customers.csv")
    import_orders(tools, folder / "orders.csv")


_TEAM = (
    ("Imke Tallow", Role.ADMIN),
    ("Rafi Finch", Role.COMMUNITY),
    ("Noor Okafor", Role.COMMUNITY),
    ("Sunny Park", Role.SUPPORT),
    ("Dario Vega", Role.PRODUCT),
)


def take_in_team(tools: Tools) -> None:
    """The studio's people, so that cases can be given to somebody; again, nothing changes."""
    now = tools.clock()
    with transaction(tools.engine) as session:
        by = local_user(session, now=now)
        known = {user.email for user in list_users(session)}
        for name, role in _TEAM:
            email = f"{name.split()[0].lower()}@tallow-finch.example"
            if email not in known:
                add_user(session, name=name, email=email, role=role, by=by, now=now)
