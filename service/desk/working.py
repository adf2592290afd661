"""Our work on a case: who has it, until when it sleeps, whether anything is to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from integrations.base import JSON, Payload
from integrations.slack import names
from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from integrations.slack.views import work
from service.actions import cases
from service.actions.actors import actor_of, require
from service.actions.users import tie_account
from service.desk import homes, labelling
from service.desk.given import carried, number, show, written
from service.desk.visit import Note, Visit
from service.domain.cases import sleeps_until, why_dismissed
from service.domain.roles import Deed
from service.errors import Invalid, NotAllowed
from service.models.columns import id_of
from service.pipeline.outcome import Outcome
from service.store.database import transaction

_Act = Callable[[Session, int, Visit], Outcome]


def claim(visit: Visit) -> None:
    """Take it."""
    _do(visit, lambda s, case_id, v: cases.claim(s, case_id, by=v.by, now=v.tools.clock()))


def release(visit: Visit) -> None:
    """Give it back."""
    _do(visit, lambda s, case_id, v: cases.release(s, case_id, by=v.by, now=v.tools.clock()))


def solve(visit: Visit) -> None:
    """It is done."""
    _do(visit, lambda s, case_id, v: cases.solve(s, case_id, by=v.by, now=v.tools.clock()))


def reopen(visit: Visit) -> None:
    """It is not done."""
    _do(visit, lambda s, case_id, v: cases.reopen(s, case_id, by=v.by, now=v.tools.clock()))


def wake(visit: Visit) -> None:
    """It need not wait."""
    _do(visit, lambda s, case_id, v: cases.wake(s, case_id, by=v.by, now=v.tools.clock()))


def more(visit: Visit) -> None:
    """A choice of a card's menu: the deed and the case, such as "case:assign 12"."""
    deed, _, case_id = visit.heard.value.partition(" ")
    chosen = _MENU.get(deed)
    if chosen is None:
        raise Invalid("This card is too old for what you asked. Open the post in Earful.")
    chosen(replace(visit, heard=replace(visit.heard, value=case_id)))


def open_assigning(visit: Visit) -> None:
    """To whom."""
    _open(visit, work.assign)


def open_snooze(visit: Visit) -> None:
    """Until when."""
    tomorrow = _here(visit).date() + timedelta(days=1)
    _open(visit, lambda metadata: work.snooze(metadata, first=tomorrow))


def open_dismissal(visit: Visit) -> None:
    """Why not."""
    _open(visit, work.dismiss)


def open_escalation(visit: Visit) -> None:
    """With which note."""
    _open(visit, lambda metadata: work.escalate(metadata, channel=visit.tools.replies.escalate_to))


def assign(visit: Visit) -> None:
    """Give it to whom was chosen, or back to all."""
    chosen = written(visit, names.FIELD_PERSON)
    if not chosen:
        _submitted(visit, lambda s, case_id, v: cases.release(s, case_id, by=v.by, now=v.tools.clock()))
        return
    user_id = _user_of(visit, chosen)
    _submitted(visit, lambda s, case_id, v: cases.assign(s, case_id, to_user_id=user_id, by=v.by, now=v.tools.clock()))


def check_snooze(heard: Heard) -> Answer | None:
    """A day is needed where one is to be waited for."""
    if heard.values.get(names.FIELD_WHEN) == "day" and not heard.values.get(names.FIELD_DAY):
        return Answer(errors={names.FIELD_DAY: "Choose a day."})
    return None


def snooze(visit: Visit) -> None:
    """Let it sleep until the time that was chosen."""
    until = sleeps_until(written(visit, names.FIELD_WHEN), written(visit, names.FIELD_DAY), _here(visit))
    if until is None:
        raise Invalid("Choose until when it should sleep.")
    _submitted(visit, lambda s, case_id, v: cases.snooze(s, case_id, until=until, by=v.by, now=v.tools.clock()))


def check_dismissal(heard: Heard) -> Answer | None:
    """Another reason must be said."""
    said = heard.values.get(names.FIELD_NOTE)
    if heard.values.get(names.FIELD_REASON) == "other" and not (isinstance(said, str) and said.strip()):
        return Answer(errors={names.FIELD_NOTE: "Say why, in a few words."})
    return None


def dismiss(visit: Visit) -> None:
    """Nothing is done about it."""
    why = why_dismissed(written(visit, names.FIELD_REASON), written(visit, names.FIELD_NOTE))
    _submitted(visit, lambda s, case_id, v: cases.dismiss(s, case_id, reason=why, by=v.by, now=v.tools.clock()))


def escalate(visit: Visit) -> None:
    """Show it to R&D."""
    note = written(visit, names.FIELD_NOTE)
    _submitted(
        visit,
        lambda s, case_id, v: cases.escalate(s, case_id, note=note, by=v.by, now=v.tools.clock(), tools=v.tools),
    )


def _open(visit: Visit, form: Callable[[dict[str, JSON]], Payload]) -> None:
    """A form about the case, for those who may do what it asks."""
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.WORK, session=session)
    show(visit, form({"case": number(visit.heard.value)}))


def _do(visit: Visit, act: _Act) -> None:
    """What a button asks for. Cards follow by themselves, a home is shown anew."""
    case_id = number(visit.heard.value)
    visit.once("deed", lambda session: _done(session, case_id, visit, act))
    if visit.heard.view is not None and visit.heard.view.type == "home":
        homes.show(visit)


def _submitted(visit: Visit, act: _Act) -> None:
    case_id = carried(visit, "case")
    visit.once("deed", lambda session: _done(session, case_id, visit, act))


def _done(session: Session, case_id: int, visit: Visit, act: _Act) -> Note:
    visit.after(session, act(session, case_id, visit).next)
    return {}


def _user_of(visit: Visit, member_id: str) -> int:
    """Our user behind a member of the workspace. Raises NotAllowed where there is none, with what to do."""
    member = visit.slack.member(member_id)
    with transaction(visit.tools.engine) as session:
        user = tie_account(
            session,
            target="slack",
            workspace=visit.heard.workspace,
            remote_id=member_id,
            email=None if member.stranger else member.email,
            now=visit.tools.clock(),
        )
        if user is None:
            how = f"earful user add {member.email}" if member.email else "earful user add"
            raise NotAllowed(
                f"{member.name or 'They'} cannot take cases yet: Earful does not know them. An admin can: {how}"
            )
        return actor_of(session, id_of(user)).user_id


def _here(visit: Visit) -> datetime:
    return visit.tools.clock().astimezone(visit.tools.company.time_zone)


_MENU: dict[str, Callable[[Visit], None]] = {
    names.ASSIGN: open_assigning,
    names.ESCALATE: open_escalation,
    names.SNOOZE: open_snooze,
    names.WAKE: wake,
    names.DISMISS: open_dismissal,
    names.LABEL: labelling.open_form,
}
