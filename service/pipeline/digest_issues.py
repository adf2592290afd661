"""The issues of a digest: which moved, which hurt the most people, which the best customers, each in its own words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlsplit

from service.domain.digest import Changes, IssueLine, Quote
from service.domain.issues import QUIET_AFTER, IssueState, Judgement, judge
from service.domain.metrics import concerns
from service.domain.periods import Period
from service.models import Issue
from service.pipeline.digest_frame import Frame
from service.store import digest_numbers, people, tellings
from service.store.digest_numbers import Member

RANKED = 5
_CANDIDATES = 6  # posts an issue, among which the one to quote is looked for
_QUOTE_FROM, _QUOTE_TO = 40, 240  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Issues:
    """What a digest says of issues."""

    by_value: tuple[IssueLine, ...]
    by_people: tuple[IssueLine, ...]
    changes: Changes
    heard: int
    customers: int
    value: Decimal


def gather(frame: Frame) -> Issues:
    """The issues that the period's posts belong to, and those that were marked fixed in it."""
    known = digest_numbers.issues_heard(frame.session, frame.period)
    held: dict[int, list[Member]] = defaultdict(list)
    for member in digest_numbers.members(frame.session, known, until=frame.period.until):
        held[member.issue_id].append(member)
    held = {number: found for number, found in held.items() if _is_ours(found, frame)}
    customers = _customers(frame, held.values())
    values = people.values(frame.session, sorted(set(customers.values())))
    lines = [_line(known[number], found, frame, customers, values) for number, found in held.items()]
    touched = {customers[a] for found in held.values() for a in _authors(found, frame.period) if a in customers}
    by_people = sorted(lines, key=lambda line: (-line.people, -line.posts, line.number))[:RANKED]
    by_value = sorted(lines, key=lambda line: (-line.value, -line.people, line.number))[:RANKED]
    by_value = [line for line in by_value if line.value > 0]
    by_people = [line for line in by_people if line.posts]
    # Where an issue stands in both rankings, a customer speaks in one and somebody else in the other.
    told = _quotes(frame, held, by_value, lambda member: member.author_id in customers)
    taken = {quote.post_id for quote in told.values()}
    others = _quotes(frame, held, by_people, lambda member: member.post_id not in taken)
    return Issues(
        by_value=tuple(replace(line, quote=told.get(line.number)) for line in by_value),
        by_people=tuple(replace(line, quote=others.get(line.number)) for line in by_people),
        changes=_with_tellings(frame, _changes(lines, held, known, frame.period)),
        heard=sum(line.posts > 0 for line in lines),
        customers=len(touched),
        value=sum((values[customer] for customer in touched), Decimal(0)),
    )


def _within(found: Iterable[Member], period: Period) -> list[Member]:
    return [member for member in found if period.holds(member.at)]


def _authors(found: Iterable[Member], period: Period) -> set[int]:
    return {member.author_id for member in _within(found, period) if member.author_id is not None}


def _is_ours(found: Sequence[Member], frame: Frame) -> bool:
    judged = _within(found, frame.period) or found
    about = sum(any(topic in frame.topics for topic in member.topics) for member in judged)
    return not frame.topics or concerns(about, len(judged))


def _customers(frame: Frame, held: Iterable[Sequence[Member]]) -> dict[int, int]:
    """Author -> customer, for authors of sources whose passport lets us tie them."""
    authors = {
        member.author_id
        for found in held
        for member in found
        if member.author_id is not None and member.source_id in frame.linkable
    }
    return people.confirmed_customers(frame.session, sorted(authors))


def _line(
    issue: Issue,
    found: Sequence[Member],
    frame: Frame,
    customers: Mapping[int, int],
    values: Mapping[int, Decimal],
) -> IssueLine:
    period = frame.period
    now = _within(found, period)
    authors = _authors(found, period)
    touched = {customers[author] for author in authors if author in customers}
    verdict = _state_at_the_end(issue, found, period)
    return IssueLine(
        number=issue.id or 0,
        title=issue.title,
        state=verdict.state,
        reason=verdict.reason,
        product=issue.product,
        posts=len(now),
        posts_before=len(_within(found, period.before)),
        people=len(authors),
        without_record=sum(author not in customers for author in authors),
        customers=len(touched),
        value=sum((values[customer] for customer in touched), Decimal(0)),
        posts_ever=len(found),
        first_at=found[0].at,
        languages=_ranked(member.language for member in now),
        sources=_ranked(frame.kinds[member.source_id] for member in now),
        versions=_ranked(member.version for member in now if member.version),
    )


def _state_at_the_end(issue: Issue, found: Sequence[Member], period: Period) -> Judgement:
    """What the issue's posts said of its state when the period ended; what people did before that counts too."""
    stored = IssueState(issue.state)
    held = issue.state_changed_at <= period.until
    fixed_at = issue.state_changed_at if held and stored is IssueState.FIXED else None
    judged = judge([member.at.astimezone(period.zone) for member in found], now=period.until, fixed_at=fixed_at)
    if held and stored is IssueState.RETURNED and judged.state in (IssueState.OPEN, IssueState.RISING):
        # It came back after a fix that its times alone do not show.
        return Judgement(state=stored, reason=issue.state_reason)
    return judged


def _changes(
    lines: Sequence[IssueLine], held: Mapping[int, Sequence[Member]], known: Mapping[int, Issue], period: Period
) -> Changes:
    ordered = sorted(lines, key=lambda line: (-line.posts, line.number))

    def came_back(line: IssueLine) -> bool:
        issue, times = known[line.number], [member.at for member in held[line.number]]
        noticed = issue.state == IssueState.RETURNED and period.holds(issue.state_changed_at)
        after_quiet = any(later - earlier > QUIET_AFTER and period.holds(later) for earlier, later in pairwise(times))
        return line.state is IssueState.RETURNED and (noticed or after_quiet)

    def was_fixed(line: IssueLine) -> bool:
        return line.state is IssueState.FIXED and period.holds(known[line.number].state_changed_at)

    return Changes(
        rising=tuple(line for line in ordered if line.state is IssueState.RISING),
        returned=tuple(line for line in ordered if came_back(line)),
        fixed=tuple(line for line in ordered if was_fixed(line)),
        new=tuple(line for line in ordered if period.holds(line.first_at)),
    )


def _with_tellings(frame: Frame, changes: Changes) -> Changes:
    """Of what was fixed, how many of its reporters were told."""
    told = {line.number: tellings.said_of_issue(frame.session, line.number) for line in changes.fixed}
    fixed = (replace(line, reason=f"{line.reason}. {told[line.number]}".strip(" .")) for line in changes.fixed)
    return replace(changes, fixed=tuple(fixed))


def _quotes(
    frame: Frame,
    held: Mapping[int, Sequence[Member]],
    lines: Sequence[IssueLine],
    preferred: Callable[[Member], bool],
) -> dict[int, Quote]:
    """The most telling words of each issue in the period: near its centre, and neither a grunt nor an essay."""
    nearest = {
        line.number: sorted(
            _within(held[line.number], frame.period),
            key=lambda member: (member.agrees, not preferred(member), -member.similarity),
        )[:_CANDIDATES]
        for line in lines
    }
    said = digest_numbers.quotable(frame.session, [member.post_id for found in nearest.values() for member in found])

    def rank(member: Member) -> tuple[bool, bool, bool]:
        return member.agrees, not preferred(member), not _QUOTE_FROM <= len(said[member.post_id].text) <= _QUOTE_TO

    return {
        number: Quote(
            post_id=member.post_id,
            text=_cut(said[member.post_id].text),
            language=member.language,
            source=frame.kinds[member.source_id],
            author=said[member.post_id].author,
            written_at=member.at,
            original=_web_address(said[member.post_id].url),
        )
        for number, found in nearest.items()
        for member in sorted(found, key=rank)[:1]
    }


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _QUOTE_TO else words[: _QUOTE_TO - 1].rsplit(" ", 1)[0] + "…"


def _web_address(url: str | None) -> str | None:
    """The address, where it is one that a browser may be sent to."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _ranked(values: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(values)
    return tuple(sorted(counts, key=lambda value: (-counts[value], value)))
