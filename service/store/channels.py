"""What people asked of us in a channel: to let new cards wait, to send a digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.domain.outbox import OutboxState
from service.models import Channel, Delivery


def of(session: Session, *, target: str, workspace: str, address: str, address_by_id: str) -> Channel:
    """The channel, held until the transaction ends; noted now where nobody asked anything there before."""
    row = {"target": target, "workspace": workspace, "address": address, "address_by_id": address_by_id}
    # A renamed channel keeps its id, and its old name may be another's by now.
    session.execute(
        upsert(Channel).values(**row).on_conflict_do_update(index_elements=["address_by_id"], set_={"address": address})
    )
    wanted = select(Channel).where(col(Channel.address_by_id) == address_by_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def paused_until(session: Session, *, target: str, address: str, now: datetime) -> datetime | None:
    """Until when new cards for an address wait; None: they do not."""
    named = or_(col(Channel.address) == address, col(Channel.address_by_id) == address)
    until = select(col(Channel.paused_until)).where(col(Channel.target) == target, named)
    return session.scalars(until.where(col(Channel.paused_until) > now)).first()


def with_their_own_digest(session: Session, *, target: str, addresses: Collection[str]) -> set[str]:
    """The addresses of channels whose people chose a digest there, or none: what company.yaml says does not hold."""
    rows = session.execute(
        select(col(Channel.address), col(Channel.address_by_id)).where(
            col(Channel.target) == target,
            col(Channel.digest).is_not(None),
            or_(col(Channel.address).in_(addresses), col(Channel.address_by_id).in_(addresses)),
        )
    )
    return {address for row in rows for address in row}


def waiting(session: Session, channel: Channel) -> Sequence[int]:
    """The cards that wait for the channel, the oldest first."""
    wanted = select(col(Delivery.id)).where(
        col(Delivery.target) == channel.target,
        col(Delivery.address).in_((channel.address, channel.address_by_id)),
        col(Delivery.state) == OutboxState.APPROVED,
        col(Delivery.remote_id).is_(None),
    )
    return [int(each or 0) for each in session.scalars(wanted.order_by(col(Delivery.id)))]
