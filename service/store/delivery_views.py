"""The outbox as the pages show it: what was sent where, why, and what stands in the way of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from service.domain.outbox import OutboxState
from service.models import Delivery, Source
from service.models.columns import id_of
from service.store.paging import Part, cursor, part, parts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Conditions that all must hold; None and empty: every delivery."""

    address: str | None = None
    target: str | None = None
    state: str | None = None
    post: int | None = None
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place that messages go, and how many went there in which state."""

    target: str
    address: str
    counts: dict[str, int]  # by state

    @property
    def total(self) -> int:
        """All messages to this place."""
        return sum(self.counts.values())

    @property
    def stuck(self) -> int:
        """Messages that will not leave before a person acts."""
        return self.counts.get(OutboxState.FAILED, 0) + self.counts.get(OutboxState.MANUAL, 0)


def find_deliveries(
    session: Session, chosen: DeliveryFilter, *, limit: int, after: str | None = None
) -> Part[Delivery]:
    """The newest deliveries that fulfil `chosen`, from the cursor `after` on.

    Raises:
        Invalid: `after` is not a cursor of this list.
    """
    wanted = select(Delivery).where(*_conditions(chosen))
    if after:
        (number,) = parts_of(after, int)
        wanted = wanted.where(col(Delivery.id) < number)
    rows = session.scalars(wanted.order_by(col(Delivery.id).desc()).limit(limit + 1)).all()
    return part(rows, limit=limit, key=lambda row: cursor(id_of(row)))


def count_deliveries(session: Session, chosen: DeliveryFilter) -> int:
    """How many deliveries fulfil `chosen`."""
    return int(session.scalar(select(func.count()).select_from(Delivery).where(*_conditions(chosen))) or 0)


def of_post(session: Session, post_id: int) -> Sequence[Delivery]:
    """Where a post was sent, oldest first."""
    return session.scalars(select(Delivery).where(col(Delivery.post_id) == post_id).order_by(col(Delivery.id))).all()


def of_issue(session: Session, issue_id: int) -> Sequence[Delivery]:
    """What was told of an issue, newest first."""
    wanted = select(Delivery).where(col(Delivery.issue_id) == issue_id).order_by(col(Delivery.id).desc()).limit(20)
    return session.scalars(wanted).all()


def source_names(session: Session, listed: Sequence[Delivery]) -> dict[int, str]:
    """The names of the sources that alarms among these deliveries are about, by id."""
    ids = {each.source_id for each in listed if each.source_id is not None}
    rows = session.execute(select(col(Source.id), col(Source.name)).where(col(Source.id).in_(ids)))
    return {int(number): name for number, name in rows if number is not None}


def channels(session: Session) -> list[Channel]:
    """Every place that something was to go to, busiest first."""
    rows = session.execute(
        select(col(Delivery.target), col(Delivery.address), col(Delivery.state), func.count()).group_by(
            col(Delivery.target), col(Delivery.address), col(Delivery.state)
        )
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for target, address, state, number in rows:
        found.setdefault((target, address), {})[state] = int(number)
    listed = [Channel(target=target, address=address, counts=counts) for (target, address), counts in found.items()]
    return sorted(listed, key=lambda channel: (-channel.total, channel.address))


def _conditions(chosen: DeliveryFilter) -> list[ColumnElement[bool]]:
    columns = {
        Delivery.address: chosen.address,
        Delivery.target: chosen.target,
        Delivery.state: chosen.state,
        Delivery.post_id: chosen.post,
        Delivery.issue_id: chosen.issue,
    }
    return [col(column) == value for column, value in columns.items() if value is not None]
