"""Making feedback of a message in Slack."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from integrations.slack import names
from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from integrations.slack.views import feedback
from service.actions import feedback as feedback_action
from service.actions.actors import require
from service.desk.given import show, written
from service.desk.visit import Note, Visit
from service.domain.roles import Deed
from service.store.database import transaction


def open_form(visit: Visit) -> None:
    """The message's words, to be put right before they are taken in."""
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.CORRECT, session=session)
    heard = visit.heard
    products = [product.name for product in visit.tools.company.products]
    place = {"channel": heard.channel, "ts": heard.message_ts}
    show(visit, feedback.form(heard.text, products, place))


def check(heard: Heard) -> Answer | None:
    """Something must have been said."""
    said = heard.values.get(names.FIELD_SAID)
    if not (isinstance(said, str) and said.strip()):
        return Answer(errors={names.FIELD_SAID: "Write what was said."})
    return None


def take_in(visit: Visit) -> None:
    """Take it in, and say so to whoever wrote it down."""
    metadata = visit.heard.view.metadata if visit.heard.view else {}
    channel, ts = str(metadata.get("channel")), str(metadata.get("ts"))

    def act(session: Session) -> Note:
        done = feedback_action.take_in(
            session,
            written(visit, names.FIELD_SAID),
            key=f"{visit.heard.workspace}:{channel}:{ts}",
            kind=written(visit, names.FIELD_KIND) or "message",
            product=written(visit, names.FIELD_PRODUCT) or None,
            url=None,
            heard_at=_moment(ts, visit.tools.clock()),
            by=visit.by,
            tools=visit.tools,
        )
        visit.after(session, done.next)
        return {}

    visit.once("deed", act)
    visit.slack.whisper(channel, visit.heard.user, "Taken in. It is read, grouped and routed like every post.")


def _moment(ts: str, now: datetime) -> datetime:
    """When the message was written, by its name in Slack."""
    try:
        return min(datetime.fromtimestamp(float(ts), UTC), now)
    except (ValueError, OverflowError, OSError):
        return now
