"""The machine's labels in the words that pages use; each state with its tone.

A tone is what a colour may mean: "act" a person must act, "unsure", "done", or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.slack.views import work
from service.domain.alarms import Trouble
from service.domain.backfills import BackfillState
from service.domain.cases import CaseState
from service.domain.closing import Standing, TellingState
from service.domain.issues import IssueState
from service.domain.languages import UNDETERMINED, language_name
from service.domain.outbox import OutboxState
from service.domain.people import Evidence, IdentityState, Lifecycle
from service.domain.sources import Heard, SourceState
from service.store.inbox import PostOrder
from service.store.reply_views import Queue


@dataclass(frozen=True, slots=True)
class State:
    """A state as people read it."""

    word: str
    tone: str = ""
    hint: str = ""


SENTIMENTS = {"negative": "Negative", "neutral": "Neutral", "positive": "Positive", "mixed": "Mixed feelings"}
INTENTS = {
    "bug_report": "Reports a bug",
    "feature_request": "Asks for a feature",
    "question": "Asks a question",
    "praise": "Praises",
    "complaint": "Complains",
    "churn_threat": "May leave",
}
PARTLY = "It is so long that only its beginning and its end were read."
MARKS = {"spam": "Spam", "toxic": "Abusive"}
CASES: dict[str, State] = {
    CaseState.NEW: State("Nobody has it", "act"),
    CaseState.CLAIMED: State("Claimed"),
    CaseState.ANSWERED: State("Answered", "done"),
    CaseState.SOLVED: State("Solved", "done"),
    CaseState.DISMISSED: State("Dismissed"),
}
ISSUES: dict[str, State] = {
    IssueState.OPEN: State("Open"),
    IssueState.RISING: State("Rising", "act"),
    IssueState.QUIET: State("Quiet"),
    IssueState.FIXED: State("Fixed", "done"),
    IssueState.RETURNED: State("Returned", "act"),
    IssueState.MUTED: State("Muted"),
    IssueState.MERGED: State("Merged"),
}
OUTBOX: dict[str, State] = {
    OutboxState.DRAFT: State("Draft", "", "A person has not approved it yet."),
    OutboxState.APPROVED: State("Waiting to be sent"),
    OutboxState.SENDING: State("Being sent"),
    OutboxState.SENT: State("Sent", "done"),
    OutboxState.UNCERTAIN: State("May have arrived", "unsure", "Earful looks whether it did before it sends again."),
    OutboxState.FAILED: State("Not sent", "act"),
    OutboxState.MANUAL: State("A person must send it", "act"),
    OutboxState.DROPPED: State("Taken back", "done", "A person took it back before it left."),
}
QUEUES: dict[str, str] = {
    Queue.APPROVAL: "To approve",
    Queue.MANUAL: "To be pasted",
    Queue.FAILED: "Not sent",
    Queue.UNCERTAIN: "May have arrived",
    Queue.GOING: "On their way",
    Queue.SENT: "Sent",
}
TELLINGS: dict[str, State] = {
    TellingState.DRAFT: State("Words to be looked at", "act"),
    TellingState.GOING: State("They are being told"),
    TellingState.HELD: State("Held", "act"),
    TellingState.DONE: State("Done", "done"),
}
STANDINGS: dict[str, State] = {
    Standing.TO_REVIEW: State("To be looked at"),
    Standing.LEFT_OUT: State("Left out"),
    Standing.WAITING: State("Waits for their turn"),
    Standing.GOING: State("Being told"),
    Standing.BY_HAND: State("A person must tell them", "act"),
    Standing.FAILED: State("Not told", "act"),
    Standing.TOLD: State("Told", "done"),
}
UNTIL = work.UNTIL
WHY_NOT = work.WHY_NOT
ORDERS: dict[str, str] = {PostOrder.NEWEST: "Newest", PostOrder.AGAIN: "Wrote again first"}
NO_CONTACT = State("Asked not to be contacted", "act", "Nobody writes to them, and no fix is told to them.")
SOURCES: dict[str, State] = {
    SourceState.NEW: State("Not listened to yet"),
    SourceState.LISTENING: State("Listening", "done"),
    SourceState.BUSY: State("Waiting for the platform", "unsure"),
    SourceState.REFUSED: State("A person must act", "act"),
    SourceState.OFF: State("Switched off"),
}
TROUBLES: dict[str, str] = {Trouble.REFUSED: "It refuses", Trouble.SILENT: "It is silent"}
HEARD: dict[str, str] = {
    Heard.NOTHING_NEW: "nothing new",
    Heard.NOT_MODIFIED: "nothing new, as the platform says itself",
    Heard.SUSPECT: "it says that there is nothing at all",
}
HISTORIES: dict[str, State] = {
    BackfillState.RUNNING: State("Being fetched"),
    BackfillState.DONE: State("Fetched", "done"),
    BackfillState.STOPPED: State("Stopped: a person must act", "act"),
}
IDENTITIES: dict[str, State] = {
    IdentityState.CONFIRMED: State("Confirmed", "done"),
    IdentityState.SUGGESTED: State("Suggested", "unsure"),
    IdentityState.REFUSED: State("Refused"),
}
EVIDENCE = {
    Evidence.ACCOUNT: "The record names this account",
    Evidence.VERIFIED_EMAIL: "Verified e-mail",
    Evidence.ORDER_NUMBER: "Order number",
    Evidence.FIRST_CONTACT: "First contact",
}
LIFECYCLES = {
    Lifecycle.PROSPECT: "Prospect",
    Lifecycle.LEAD: "Lead",
    Lifecycle.CUSTOMER: "Customer",
    Lifecycle.ADVOCATE: "Advocate",
    Lifecycle.FORMER: "Former customer",
}


def state(table: dict[str, State], name: str) -> State:
    """A state's words; its own name where a newer version wrote one that we do not know."""
    return table.get(name) or State(plain(name).capitalize())


def plain(label: str) -> str:
    """A label's name without the underscores of the machine."""
    return label.replace("_", " ")


def sentiment(label: str) -> str:
    """How the author feels."""
    return SENTIMENTS.get(label, plain(label).capitalize())


def intent(label: str) -> str:
    """What the author does with the text."""
    return INTENTS.get(label, plain(label).capitalize())


def topic(label: str) -> str:
    """A topic of the company's taxonomy."""
    name = plain(label)
    return name[:1].upper() + name[1:]


def sureness(score: float, *, sure: bool) -> str:
    """How sure the models are of an answer, in a sentence."""
    return f"The models give this {percent(score)}{'' if sure else ': it is a guess'}."


def thread_note(from_thread: Sequence[str]) -> str:
    """What a reading took from the post that it answers; empty for nothing."""
    if "sentiment" in from_thread:
        return "It agrees with the post that it answers, so it is read as saying the same."
    return "What it is about comes from the post that it answers." if from_thread else ""


def lifecycle(name: str) -> str:
    """How far a customer has come with the company."""
    return LIFECYCLES.get(Lifecycle(name), name) if name in set(Lifecycle) else plain(name).capitalize()


def evidence(name: str) -> str:
    """What an identity rests on."""
    return EVIDENCE[Evidence(name)] if name in set(Evidence) else plain(name).capitalize()


def language(code: str) -> str:
    """A language's English name, or its code where we have none."""
    return "Language not recognised" if code == UNDETERMINED else language_name(code)


def stars(rating_label: str | None) -> int | None:
    """The number of stars in "4/5"; None for every other rating."""
    given, _, best = (rating_label or "").partition("/")
    return int(given) if best == "5" and given.isdigit() and int(given) <= 5 else None


def percent(score: float) -> str:
    """A probability for people. Never 0 or 100: a model does not know."""
    return f"{min(max(round(score * 100), 1), 99)} %"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 post", "1,204 posts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def capped(number: int, at_most: int) -> str:
    """A count that stopped at `at_most`: "999+"."""
    return f"{at_most - 1:,}+" if number >= at_most else f"{number:,}"


def ago(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """How long ago, or how soon, in as few letters as a list has room for."""
    passed = now - moment
    if passed < timedelta(0):
        return _soon(-passed, moment, now, zone)
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min ago"
    if passed < timedelta(hours=24):
        return f"{passed // timedelta(hours=1)} h ago"
    if passed < timedelta(days=7):
        return count(passed // timedelta(days=1), "day") + " ago"
    return day(moment, now, zone)


def day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day, with its year where that is not this one."""
    local = moment.astimezone(zone)
    return f"{local:%-d %b}" if local.year == now.astimezone(zone).year else f"{local:%-d %b %Y}"


def exact(moment: datetime, zone: ZoneInfo) -> str:
    """The moment to the minute, with its zone."""
    local = moment.astimezone(zone)
    return f"{local:%a %-d %b %Y, %H:%M} {local.tzname()}"


def _soon(ahead: timedelta, moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    if ahead < timedelta(minutes=1):
        return "in a moment"
    if ahead < timedelta(hours=1):
        return f"in {ahead // timedelta(minutes=1)} min"
    if ahead < timedelta(hours=24):
        return f"in {ahead // timedelta(hours=1)} h"
    return day(moment, now, zone)


def label(head: str, value: str) -> str:
    """What a person's label says, in words."""
    kind, _, name = head.partition(":")
    if kind == "sentiment":
        return sentiment(value)
    if kind == "language":
        return language(value)
    named = {"intent": intent, "topic": topic}[kind](name) if name else MARKS.get(kind, kind.capitalize())
    return named if value == "yes" else f"not: {named}"
