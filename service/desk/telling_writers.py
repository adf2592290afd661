"""Tells the writer of a reply in Slack that somebody wants other words."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from integrations.base import IntegrationError
from integrations.slack.views import found
from service.desk.visit import Note, Visit
from service.errors import NotFound
from service.models import Account, Reply


def account(session: Session, reply_id: int, workspace: str) -> Note:
    """Who the writer is in this workspace; empty where they never did anything there."""
    kept = session.get(Reply, reply_id)
    if kept is None:
        raise NotFound(f"There is no reply {reply_id}.")
    wanted = select(col(Account.remote_id)).where(
        col(Account.user_id) == kept.written_by_id,
        col(Account.target) == "slack",
        col(Account.workspace) == workspace,
    )
    return {"member": session.scalars(wanted.limit(1)).first() or "", "post": kept.post_id}


def sent_back(visit: Visit, writer: Note, reason: str) -> None:
    """A message to the writer, who may be away: the card says it too, so that nothing depends on it."""
    if not writer.get("member"):
        return
    page = f"{visit.tools.page_url}/posts/{writer['post']}"
    told = found.note(f"{visit.by.name} sent your reply back: {reason or 'no reason given'}", page)
    try:
        visit.slack.dm(writer["member"], told.text, blocks=told.blocks, key=f"click:{visit.click_id}")
    except IntegrationError:
        return
