"""What a colleague heard -> a post, as if a source had told it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from collectors.base import JSON
from collectors.row_post import RowOptions, post_of, raw_of
from service.actions.actors import Actor, require
from service.actions.auditing import audit
from service.domain.roles import Deed
from service.errors import Invalid
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Outcome
from service.store import posts, sources
from service.store.authors import Accounts
from service.store.texts import storable_json
from service.tools import Tools

SOURCE = "colleagues"
KIND = "webhook"
_LONGEST = 20_000


def take_in(  # noqa: PLR0913 (what a form says, each by its name)
    session: Session,
    said: str,
    *,
    key: str,
    kind: str,
    product: str | None,
    url: str | None,
    heard_at: datetime,
    by: Actor,
    tools: Tools,
) -> Outcome:
    """Store what somebody said, as a post of the source `colleagues`, and send it through the stages.

    `key` names where it was said: the same place again is the same post, with the newer words. Its author is nobody:
    whoever wrote it down did not write it.

    Raises:
        NotAllowed: `by` does not work here.
        Invalid: nothing was said.
    """
    require(by, Deed.CORRECT, session=session)
    if not said.strip():
        raise Invalid("Nothing was said.")
    row: dict[str, JSON] = {"id": key, "text": said.strip()[:_LONGEST], "date": heard_at.isoformat(), "kind": kind}
    row |= {name: value for name, value in (("product", product), ("url", url)) if value}
    raw = raw_of(storable_json(row), {name: name for name in row}, RowOptions().reading())
    now = tools.clock()
    why = "written down by colleagues"
    source = sources.brought_in(session, SOURCE, kind=KIND, product=None, why=why, now=now, own=True)
    scope = tools.author_scope(source)
    stored = posts.store_posts(
        session, source, [post_of(raw)], [], accounts=Accounts(scope), product=tools.product_of, now=now
    )
    audit(session, "take_in", "source", id_of(source), by=by, now=now)
    return Outcome(next=flow.start(stored.to_read))
