"""A period -> what happened in it, for one team: counted, compared with the period before, with what was not seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlmodel import Session

from service.configuration.company import Team
from service.domain.bursts import LOOK_BACK, find_bursts
from service.domain.digest import Compared, DayMood, Digest, NotSeen, SourceTrouble, Storm, Sureness
from service.domain.metrics import Mood
from service.domain.periods import Period
from service.domain.sources import SourceState
from service.models import Source
from service.pipeline import digest_answers, digest_frame, digest_issues
from service.pipeline.digest_frame import Frame, Needs
from service.store import digest_losses, digest_numbers
from service.store.digest_losses import SourceLosses
from service.store.digest_numbers import Cell, Part

CONTEXT = timedelta(days=14)  # the picture shows at least as much, so that a single day can be judged
TOPICS = 8


def compute(session: Session, needs: Needs, period: Period, team: Team | None = None) -> Digest:
    """The digest of `period` for `team` (None: everybody, everything). Reads only; an empty store is fine."""
    topics = team.topics if team else ()
    frame = digest_frame.frame(session, needs, period, topics)
    cells = digest_numbers.cells(session, period, topics, since=_context_since(period))
    within = [cell for cell in cells if cell.part is Part.WITHIN]
    issues = digest_issues.gather(frame)
    return Digest(
        company=needs.company.name,
        currency=needs.company.currency,
        team=team.name if team else None,
        topics=topics,
        period=period,
        made_at=needs.clock(),
        mood=_mood(within),
        before=_mood(cell for cell in cells if cell.part is Part.BEFORE),
        days=_days(cells, period),
        by_value=issues.by_value,
        by_people=issues.by_people,
        changes=issues.changes,
        issues_heard=issues.heard,
        value_heard=issues.value,
        customers_heard=issues.customers,
        reporting=sum(cell.posts for cell in within if cell.groupable),
        ungrouped=sum(cell.posts for cell in within if cell.groupable and not cell.grouped),
        by_topic=_topics(frame),
        by_source=_compared(
            cells, key=lambda c: frame.sources[c.source_id].name, title=lambda c: frame.titles[c.source_id]
        ),
        by_product=_compared(cells, key=lambda c: c.product or "", title=lambda c: c.product or "No product named"),
        languages=_languages(within),
        storms=_storms(frame, _mood(within)),
        answering=digest_answers.gather(frame),
        not_seen=_not_seen(frame),
        sureness=_sureness(within),
    )


def _context_since(period: Period) -> datetime:
    earliest = min(period.before.since, period.until - CONTEXT)
    return datetime.combine(earliest.date(), time(), period.zone)


def _mood(cells: Iterable[Cell]) -> Mood:
    counts: Counter[str] = Counter()
    for cell in cells:
        counts[cell.sentiment or "unread"] += cell.posts
    return Mood(**{name: counts[name] for name in ("negative", "mixed", "neutral", "positive", "unread")})


def _days(cells: Sequence[Cell], period: Period) -> list[DayMood]:
    by_day: dict[object, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_day[cell.day].append(cell)
    first, last = _context_since(period).date(), period.last_day
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return [DayMood(day=day, mood=_mood(by_day[day]), within=day >= period.since.date()) for day in days]


def _compared(
    cells: Sequence[Cell], *, key: Callable[[Cell], str], title: Callable[[Cell], str]
) -> tuple[Compared, ...]:
    """Most posts first; a name without a post in either period is left out."""
    grouped: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.part is not Part.EARLIER:
            grouped[key(cell)].append(cell)
    found = [
        Compared(
            name=name,
            title=title(held[0]),
            mood=_mood(cell for cell in held if cell.part is Part.WITHIN),
            before=_mood(cell for cell in held if cell.part is Part.BEFORE),
        )
        for name, held in grouped.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.mood.posts, -each.before.posts, each.name)))


def _topics(frame: Frame) -> tuple[Compared, ...]:
    moods: dict[str, dict[Part, Mood]] = defaultdict(lambda: defaultdict(Mood))
    for topic, part, sentiment, posts in digest_numbers.topic_cells(frame.session, frame.period, frame.topics):
        moods[topic][part] += Mood(**{sentiment or "unread": posts})
    found = [
        Compared(name=topic, title=topic.replace("_", " "), mood=of[Part.WITHIN], before=of[Part.BEFORE])
        for topic, of in moods.items()
        if not frame.topics or topic in frame.topics
    ]
    heard = [each for each in found if each.mood.posts]
    return tuple(sorted(heard, key=lambda each: (-each.mood.posts, each.name))[:TOPICS])


def _languages(within: Sequence[Cell]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for cell in within:
        if cell.language is not None:
            counts[cell.language] += cell.posts
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _sureness(within: Sequence[Cell]) -> Sureness:
    counts: Counter[bool | None] = Counter()
    for cell in within:
        counts[cell.guessed] += cell.posts
    models = sorted({cell.model for cell in within if cell.model is not None})
    return Sureness(sure=counts[False], guessed=counts[True], models=tuple(models))


def _storms(frame: Frame, mood: Mood) -> tuple[Storm, ...]:
    period, look_back = frame.period, frame.period.since - LOOK_BACK
    heard_from = digest_numbers.first_post_at(frame.session, since=look_back)
    if heard_from is None:
        return ()
    told = digest_numbers.complaints(frame.session, period, frame.topics, since=look_back)
    bursts = find_bursts(told, since=period.since, until=period.until, heard_from=heard_from)
    return tuple(
        Storm(
            burst=burst,
            source=frame.sources[burst.source_id].name,
            place=frame.kinds[burst.source_id],
            otherwise=mood + Mood(negative=-burst.posts),
        )
        for burst in bursts
        if burst.names_no_defect
    )


def _not_seen(frame: Frame) -> NotSeen:
    losses = digest_losses.of_sources(frame.session, since=frame.period.since)
    left = digest_losses.left_out(frame.session, frame.period, frame.topics)
    ordered = sorted(frame.sources.items(), key=lambda pair: frame.titles[pair[0]])
    return NotSeen(
        sources=tuple(
            _trouble(source, frame.titles[number], losses.get(number, SourceLosses()), frame.period)
            for number, source in ordered
            if source.enabled
        ),
        switched_off=tuple(frame.titles[number] for number, source in ordered if not source.enabled),
        not_understood=left.not_understood,
        why_not=left.why_not,
        unread=left.unread,
        spam=left.spam,
        removed=left.removed,
        late=left.late,
        afterwards=left.afterwards,
        without_topic=left.without_topic,
    )


def _trouble(source: Source, title: str, losses: SourceLosses, period: Period) -> SourceTrouble:
    began = losses.first_run_at
    return SourceTrouble(
        name=source.name,
        title=title,
        state=SourceState(source.state),
        reason=source.state_reason,
        next_due_at=source.next_due_at,
        runs=losses.runs,
        failed_runs=losses.failed_runs,
        gaps=tuple(losses.gaps),
        set_aside=losses.set_aside,
        set_aside_reason=losses.set_aside_reason,
        collected=losses.collected,
        platform_total=source.platform_total,
        quiet_since=source.quiet_since,
        usual_quiet_hours=source.usual_quiet_hours,
        first_heard_at=began if began is not None and began >= period.since else None,
    )
