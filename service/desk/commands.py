"""`/earful …`: finding people and issues, and what a channel wants of us. Only the one who asked sees the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlmodel import Session

from integrations.slack.views import found
from integrations.slack.views.found import Hit, Message
from service.actions import channels
from service.actions.actors import require
from service.configuration.company import DigestRhythm
from service.desk.visit import Note, Visit
from service.domain.roles import Deed
from service.domain.wording import did_you_mean, money
from service.errors import Invalid
from service.models import Channel, Issue
from service.store import channels as channel_store
from service.store.database import transaction
from service.store.issue_views import IssueFilter, IssueView, find_issues, load_issues
from service.store.records import find_customers

_EACH = 5
_LENGTH = re.compile(r"(\d{1,3})\s*(m|min|h|d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_OFF = {"off": DigestRhythm.NEVER}


def answer(visit: Visit) -> None:
    """What was asked for by its first word; everything else is searched for."""
    said = visit.heard.text.strip()
    verb, _, rest = said.partition(" ")
    todo = _VERBS.get(verb.lower())
    told = (
        todo(visit, rest.strip())
        if todo is not None and (not rest or verb.lower() not in ("help", "resume"))
        else _search(visit, said)
    )
    visit.slack.whisper(visit.heard.channel, visit.heard.user, told.text, blocks=told.blocks)


def _help(visit: Visit, rest: str) -> Message:
    del visit, rest
    return found.helped()


def _search(visit: Visit, said: str) -> Message:
    if not said:
        return found.helped()
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.READ, session=session)
        number = said.removeprefix("#")
        if said.startswith("#") and number.isascii() and number.isdecimal() and len(number) < 10:
            hits = _issue(session, visit, int(number))
        else:
            hits = [*_customers(session, visit, said), *_issues(session, visit, said)]
    return found.hits(said, hits)


def _customers(session: Session, visit: Visit, said: str) -> list[Hit]:
    tools = visit.tools
    listed = find_customers(session, text=said, linkable=tools.linkable, limit=_EACH)
    return [
        Hit(
            kind="Customer",
            title=view.customer.name,
            facts=[
                view.customer.lifecycle,
                view.organisation or "",
                money(float(view.value), tools.company.currency),
                f"{view.post_count} posts",
            ],
            url=f"{tools.page_url}/customers/{view.id}",
        )
        for view in listed.items
    ]


def _issues(session: Session, visit: Visit, said: str) -> list[Hit]:
    tools = visit.tools
    listed = find_issues(session, IssueFilter(text=said), now=tools.clock(), linkable=tools.linkable, limit=_EACH)
    return [issue_hit(visit, view) for view in listed.items]


def _issue(session: Session, visit: Visit, number: int) -> list[Hit]:
    """The issue of this number; of one that went into another, that one."""
    tools = visit.tools
    kept = session.get(Issue, number)
    if kept is not None and kept.merged_into_id is not None:
        number = kept.merged_into_id
    views = load_issues(session, [number], now=tools.clock(), linkable=tools.linkable)
    return [issue_hit(visit, view) for view in views.values()]


def issue_hit(visit: Visit, view: IssueView) -> Hit:
    """An issue in one line."""
    issue = view.issue
    facts = [issue.state, f"{view.post_count} posts", f"{view.people} people", view.change]
    return Hit(
        kind="Issue", title=f"#{issue.id} {issue.title}", facts=facts, url=f"{visit.tools.page_url}/issues/{issue.id}"
    )


def _pause(visit: Visit, rest: str) -> Message:
    length = _LENGTH.fullmatch(rest.lower())
    if length is None:
        raise Invalid("For how long? /earful pause 30m, 2h or 1d.")
    span = timedelta(**{_UNITS[length[2]]: int(length[1])})

    def act(session: Session, channel: Channel) -> Note:
        channels.pause(session, channel, length=span, by=visit.by, now=visit.tools.clock())
        return {}

    _in_channel(visit, act)
    return found.note(f"New cards wait for {length[1]} {_UNITS[length[2]]}.", "/earful resume lets them come at once.")


def _resume(visit: Visit, rest: str) -> Message:
    del rest

    def act(session: Session, channel: Channel) -> Note:
        done = channels.resume(session, channel, by=visit.by, now=visit.tools.clock())
        visit.after(session, done.next)
        return {"waited": len(done.next)}

    waited = int(_in_channel(visit, act)["waited"])
    return found.note(f"{waited} cards that waited come now." if waited else "Nothing waited. New cards come at once.")


def _digest(visit: Visit, rest: str) -> Message:
    said = rest.lower()
    rhythm = _OFF.get(said) or next((each for each in DigestRhythm if each == said), None)
    if rhythm is None:
        raise Invalid(f"How often? {did_you_mean(said, ['daily', 'weekly', 'off'])}")

    def act(session: Session, channel: Channel) -> Note:
        channels.subscribe(session, channel, rhythm, by=visit.by, now=visit.tools.clock())
        return {}

    _in_channel(visit, act)
    if rhythm is DigestRhythm.NEVER:
        return found.note("This channel gets no digest any more.")
    when = "every morning" if rhythm is DigestRhythm.DAILY else "on Monday mornings"
    return found.note(f"This channel gets a digest {when}.")


def _in_channel(visit: Visit, act: Callable[[Session, Channel], Note]) -> Note:
    """Do it to the channel that the command was typed in. Raises Invalid where that is none."""
    if not visit.heard.channel.startswith(("C", "G")):
        raise Invalid("Type this in the channel that it is about.")
    address, by_id = visit.slack.addresses(visit.heard.channel)

    def in_it(session: Session) -> Note:
        where = {"workspace": visit.heard.workspace, "address": address, "address_by_id": by_id}
        return act(session, channel_store.of(session, target="slack", **where))

    return visit.once("deed", in_it)


_VERBS: Mapping[str, Callable[[Visit, str], Message]] = {
    "help": _help,
    "pause": _pause,
    "resume": _resume,
    "digest": _digest,
}
