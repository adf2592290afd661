"""Whether a reply leaves, and what becomes of it: approved, sent back, taken back, tried again, posted by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlmodel import Session

from integrations.base import JSON, Payload
from integrations.slack import names
from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from integrations.slack.views import outcome, reply
from integrations.slack.views.outcome import WrittenReply
from service.actions import replies
from service.actions.actors import require
from service.desk import homes, seeing, telling_writers
from service.desk.given import carried, number, show, written
from service.desk.visit import Note, Visit
from service.domain.replies import text_digest
from service.domain.roles import Deed
from service.pipeline.outcome import Outcome
from service.store.database import transaction

_Act = Callable[[Session, int, Visit], Outcome]


def open_approval(visit: Visit) -> None:
    """The exact words, for somebody else than their writer."""
    _open(visit, outcome.approval, Deed.APPROVE, bound=True)


def open_sending_back(visit: Visit) -> None:
    """Why the writer should look at it again."""
    _open(visit, outcome.sending_back, Deed.APPROVE)


def open_by_hand(visit: Visit) -> None:
    """The words to paste, and where they stand then."""
    _open(visit, outcome.posted_by_hand, Deed.PUBLISH)


def wait(heard: Heard) -> Answer:
    """The form that waits for its job."""
    return Answer(view=reply.saving(heard.view.metadata if heard.view else {}))


def check_address(heard: Heard) -> Answer | None:
    """An address must be one, where there is one."""
    said = str(heard.values.get(names.FIELD_URL) or "").strip()
    if said and not said.startswith(("https://", "http://")):
        return Answer(errors={names.FIELD_URL: "Give the address of your answer, beginning with https://."})
    return wait(heard)


def approve(visit: Visit) -> None:
    """Exactly the words that were shown go out."""
    words = str(visit.heard.view.metadata.get("words")) if visit.heard.view else ""

    def act(session: Session, reply_id: int, visit: Visit) -> Outcome:
        now = visit.tools.clock()
        return replies.approve(session, reply_id, text_digest=words, by=visit.by, now=now, tools=visit.tools)

    _from_form(visit, act)


def send_back(visit: Visit) -> None:
    """The writer is told, and why."""
    reason, reply_id = written(visit, names.FIELD_REASON), carried(visit, "reply")

    def act(session: Session) -> Note:
        done = replies.send_back(session, reply_id, reason=reason, by=visit.by, now=visit.tools.clock())
        visit.after(session, done.next)
        return telling_writers.account(session, reply_id, visit.heard.workspace)

    telling_writers.sent_back(visit, visit.once("deed", act), reason)


def posted_by_hand(visit: Visit) -> None:
    """A person put it there."""
    url = written(visit, names.FIELD_URL).strip() or None
    _from_form(visit, lambda s, reply_id, v: replies.sent_by_hand(s, reply_id, url=url, by=v.by, now=v.tools.clock()))


def undo(visit: Visit) -> None:
    """Take it back while it has not left."""
    _at_once(visit, lambda s, reply_id, v: replies.undo(s, reply_id, by=v.by, now=v.tools.clock()))


def retry(visit: Visit) -> None:
    """Try it once more."""
    _at_once(visit, lambda s, reply_id, v: replies.retry(s, reply_id, by=v.by, now=v.tools.clock()))


def drop(visit: Visit) -> None:
    """Give it up."""
    _at_once(visit, lambda s, reply_id, v: replies.drop(s, reply_id, by=v.by, now=v.tools.clock()))


def take_down(visit: Visit) -> None:
    """Remove it from where it stands."""
    _at_once(visit, lambda s, reply_id, v: replies.take_down(s, reply_id, by=v.by, now=v.tools.clock(), tools=v.tools))


def _open(
    visit: Visit, form: Callable[[WrittenReply, Mapping[str, JSON]], Payload], deed: Deed, *, bound: bool = False
) -> None:
    reply_id = number(visit.heard.value)
    with transaction(visit.tools.engine) as session:
        require(visit.by, deed, session=session)
        kept = seeing.reply_of(session, reply_id, visit.tools)
    words: dict[str, JSON] = {"words": text_digest(kept.text)} if bound else {}
    show(visit, form(kept, {"reply": reply_id, **words}))


def _from_form(visit: Visit, act: _Act) -> None:
    """What a form asks for; the form then says how far the reply is."""
    reply_id = carried(visit, "reply")
    view_id = visit.heard.view.id if visit.heard.view else ""
    visit.once("deed", lambda session: _done(session, reply_id, visit, act))
    _show_outcome(visit, reply_id, view_id)


def _at_once(visit: Visit, act: _Act) -> None:
    """What a button asks for; where it stood in a form or a home, that follows. Cards follow by themselves."""
    reply_id = number(visit.heard.value)
    visit.once("deed", lambda session: _done(session, reply_id, visit, act))
    view = visit.heard.view
    if view is not None and view.type == "modal":
        _show_outcome(visit, reply_id, view.id)
    elif view is not None:
        homes.show(visit)


def _show_outcome(visit: Visit, reply_id: int, view_id: str) -> None:
    with transaction(visit.tools.engine) as session:
        kept = seeing.reply_of(session, reply_id, visit.tools)
    visit.slack.update_view(view_id, outcome.outcome(kept))


def _done(session: Session, reply_id: int, visit: Visit, act: _Act) -> Note:
    visit.after(session, act(session, reply_id, visit).next)
    return {}
