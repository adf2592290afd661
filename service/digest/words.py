"""How a digest speaks: numbers, shares and spans of time in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from service.domain import wording
from service.domain.issues import IssueState
from service.domain.metrics import FEW, Mood, counts_differ, shares_differ
from service.domain.periods import Period

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
_NEAR = 0.1  # shares that differ by no more are called much the same
_TOO_FEW = 5  # to be a base for "so many times as many"


def count(number: int, one: str, many: str = "") -> str:
    """1 post; 1,204 posts."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """0.414 -> 41 %. A share that is neither none nor all never reads as if it were."""
    rounded = round(share * 100)
    if rounded in (0, 100) and share not in (0, 1):
        rounded = 1 if rounded == 0 else 99
    return f"{rounded} %"


def hours(number: float) -> str:
    """A span of time: 20 minutes; 2.5 hours; 3.0 days."""
    if number < 1:
        return count(max(round(number * 60), 1), "minute")
    return f"{number:.1f} hours" if number < 48 else f"{number / 24:.1f} days"


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
    if before < _TOO_FEW:
        moved = "as many as" if now == before else "up from" if now > before else "down from"
        return f"{moved} {before} in {then}" if now != before else f"{moved} in {then}"
    if not counts_differ(now, before):
        if abs(now - before) > before / 4:
            return f"{before:,} in {then}, which may be chance"
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
        if abs((now.negative_share or 0) - (before.negative_share or 0)) > _NEAR:
            return f"{then} before, which may be chance"
        return f"much the same as before ({then})"
    return f"{'up' if (now.negative_share or 0) > (before.negative_share or 0) else 'down'} from {then}"


def day(moment: datetime, given: Period) -> str:
    """8 November."""
    return f"{moment.astimezone(given.zone):%-d %B}"


def moment(when: datetime, given: Period) -> str:
    """8 November, 14:02."""
    return f"{when.astimezone(given.zone):%-d %B, %H:%M}"


def days(first: datetime, last: datetime, given: Period) -> str:
    """8 November; 8 and 9 November; 8 to 10 November; 30 November and 1 December."""
    one, other = first.astimezone(given.zone).date(), last.astimezone(given.zone).date()
    if one == other:
        return day(first, given)
    begin = f"{one.day}" if one.month == other.month else day(first, given)
    return f"{begin} {'and' if (other - one).days == 1 else 'to'} {day(last, given)}"


def title(given: str) -> str:
    """An issue's title within a sentence of ours: quoted, without its own full stop."""
    return f"“{given.strip().rstrip('.。') or given}”"


def listed(words: list[str]) -> str:
    """a, b and c; empty for none."""
    return wording.joined(words) if words else ""


def sources(titles: Sequence[str]) -> str:
    """The first two sources of an issue, and how many more."""
    more = f" and {len(titles) - 2} more" if len(titles) > 2 else ""
    return ", ".join(titles[:2]) + more


def _times(factor: float) -> str:
    return "twice" if factor < 2.5 else f"{factor:.0f} times"
