"""How a digest speaks: numbers, shares and spans of time in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from service.domain import wording
from service.domain.digest import NotSeen, SourceTrouble
from service.domain.issues import IssueState
from service.domain.metrics import FEW, Mood, counts_differ, shares_differ
from service.domain.periods import Period
from service.domain.sources import SourceState

STATES = {
    IssueState.OPEN: ("Open", ""),
    IssueState.RISING: ("Rising", "act"),
    IssueState.RETURNED: ("Returned", "act"),
    IssueState.QUIET: ("Quiet", ""),
    IssueState.FIXED: ("Fixed", "done"),
    IssueState.MUTED: ("Muted", ""),
    IssueState.MERGED: ("Merged", ""),
}
"""Each state's word, and what its colour may mean: a person must act, or it is done."""


def count(number: int, one: str, many: str = "") -> str:
    """1 post; 1,204 posts."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """0.414 -> 41 %. A share that is neither none nor all never reads as if it were."""
    rounded = round(share * 100)
    if rounded in (0, 100) and share not in (0, 1):
        rounded = 1 if rounded == 0 else 99
    return f"{rounded} %"


def part_of(part: int, whole: int) -> str:
    """A share as a percentage, or "3 of 7" where a percentage would say more than is known. Empty for nothing."""
    if whole <= 0:
        return ""
    return percent(part / whole) if whole >= FEW else f"{part} of {whole}"


def negative(mood: Mood) -> str:
    """The negative share of a mood."""
    return part_of(mood.negative, mood.felt)


def money(amount: Decimal, currency: str) -> str:
    """An amount in the company's currency."""
    return wording.money(float(amount), currency)


def period(given: Period) -> str:
    """15 to 21 November 2026; with times where it does not begin and end at midnight."""
    if given.whole_days is None:
        return f"{given.since:%-d %B, %H:%M} to {given.until:%-d %B %Y, %H:%M}"
    first, last = given.since.date(), given.last_day
    if first == last:
        return f"{last:%A, %-d %B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last:%-d %B %Y}"
    return f"{first:%-d %B}{f' {first.year}' if first.year != last.year else ''} to {last:%-d %B %Y}"


def the_time_before(given: Period) -> str:
    """What the period before is called: "the week before"."""
    match given.whole_days:
        case 1:
            return "the day before"
        case 7:
            return "the week before"
        case None:
            return "the same time before"
        case days:
            return f"the {days} days before"


def change(now: int, before: int, given: Period) -> str:
    """How a count compares with the period before: "twice as many as in the week before (24 against 12)"."""
    then = the_time_before(given)
    if not before:
        return f"none in {then}"
    if not counts_differ(now, before):
        return f"about as many as in {then} ({before:,})"
    if now >= 1.75 * before:
        return f"{_times(now / before)} as many as in {then} ({before:,})"
    return f"{'more' if now > before else 'fewer'} than in {then} ({before:,})"


def mood_change(now: Mood, before: Mood) -> str:
    """How the negative share compares: "up from 43 %", or that it did not move more than chance would move it."""
    if not before.felt:
        return ""
    then = negative(before)
    if not shares_differ(now, before):
        return f"much the same as before ({then})"
    return f"{'up' if (now.negative_share or 0) > (before.negative_share or 0) else 'down'} from {then}"


def day(moment: datetime, given: Period) -> str:
    """8 November."""
    return f"{moment.astimezone(given.zone):%-d %B}"


def moment(when: datetime, given: Period) -> str:
    """8 November, 14:02."""
    return f"{when.astimezone(given.zone):%-d %B, %H:%M}"


def listed(words: list[str]) -> str:
    """a, b and c; empty for none."""
    return wording.joined(words) if words else ""


def sources(titles: Sequence[str]) -> str:
    """The first two sources of an issue, and how many more."""
    more = f" and {len(titles) - 2} more" if len(titles) > 2 else ""
    return ", ".join(titles[:2]) + more


def trouble(source: SourceTrouble, given: Period) -> str:
    """What one source did not let us see, in sentences."""
    said = []
    if source.state in _STANDING:
        said.append(f"{_STANDING[source.state]} {_sentence(source.reason)} {_next_try(source, given)}".strip())
    if source.failed_runs:
        said.append(f"{source.failed_runs:,} of {count(source.runs, 'try', 'tries')} failed.")
    said += [f"Missed: {_sentence(gap)}" for gap in source.gaps]
    if source.set_aside:
        why = "because" if source.set_aside == 1 else "mostly because"
        items = count(source.set_aside, "item")
        said.append(f"{items} could not be read, {why}: {_sentence(source.set_aside_reason)}")
    return " ".join(said)


def losses(missed: NotSeen, given: Period) -> list[str]:
    """What else is not in the figures, a sentence each; never empty."""
    found = []
    new = [source.title for source in missed.sources if source.first_heard_at]
    if new:
        named = f"{listed(new[:4])}{' …' if len(new) > 4 else ''}"
        found.append(
            f"{count(len(new), 'source was', 'sources were')} first listened to after {given.since:%-d %B} ({named}): "
            "what was removed there before that, nobody here saw."
        )
    if missed.late:
        found.append(
            f"{count(missed.late, 'post')} from before this time came in only now; they are in no figure here."
        )
    if missed.not_understood:
        why = f", mostly because: {_sentence(missed.why_not)}" if missed.why_not else "."
        found.append(f"The models could not read {count(missed.not_understood, 'post')}{why}")
    if missed.unread:
        found.append(f"{count(missed.unread, 'post waits', 'posts wait')} to be read by the models.")
    if missed.removed:
        found.append(
            f"{count(missed.removed, 'post was', 'posts were')} removed again by author or platform, and left out."
        )
    if missed.spam:
        found.append(f"{count(missed.spam, 'post')} left out as spam.")
    if missed.afterwards:
        found.append(f"{count(missed.afterwards, 'post')} came after this time: for the next digest.")
    if missed.switched_off:
        found.append(f"Switched off: {listed(list(missed.switched_off))}.")
    if not found and not any(source.any for source in missed.sources):
        found.append("Every source answered every time, and everything that came could be read.")
    return found


_STANDING = {
    SourceState.BUSY: "Waiting for the platform.",
    SourceState.REFUSED: "A person must act.",
    SourceState.OFF: "Switched off.",
}


def _next_try(source: SourceTrouble, given: Period) -> str:
    return f"Next try on {moment(source.next_due_at, given)}." if source.state == SourceState.BUSY else ""


def _sentence(said: str) -> str:
    said = said.strip()
    return said if not said or said.endswith((".", "?", "!")) else f"{said}."


def _times(factor: float) -> str:
    return "twice" if factor < 2.5 else f"{factor:.0f} times"
