"""A source that needs somebody -> a message where `alarms` of routing.yaml says; mended in place when it is over.

Called in the transaction that writes down how listening went, so that a kill leaves both or neither; what is told is
named by its occurrence, so that it is told once, whoever finds it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from service.domain.alarms import Occurrence, Trouble, occurrences
from service.domain.sources import SourceState
from service.models import Source
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Job
from service.store import deliveries, rhythm
from service.store.deliveries import Wanted
from service.tools import Tools

_REASONS = {
    Trouble.REFUSED: "a source refuses: alarms of routing.yaml",
    Trouble.SILENT: "a source is silent for unusually long: alarms of routing.yaml",
}


def possible(source: Source) -> tuple[Occurrence, ...]:
    """What could be told of a source as it is now."""
    return occurrences(source.last_succeeded_at, source.quiet_since)


def tell(session: Session, source: Source, before: Sequence[Occurrence], tools: Tools) -> list[Job]:
    """Ask for a message about what the source needs; `before` is what was `possible` before it was listened to.

    Returns the jobs that send them, and that mend what was said of troubles that are over.
    """
    now = possible(source)
    wanted = [
        Wanted(
            source_id=id_of(source),
            event=str(each),
            target=place.target,
            address=place.address,
            reason=_REASONS[each.trouble],
        )
        for each in now
        if _is_on(session, source, each)
        for place in tools.alarms
    ]
    new = deliveries.ask(session, wanted, now=tools.clock())
    over = [str(each) for each in before if each not in now]
    return [flow.deliver(number) for number in [*new, *deliveries.shown_alarms(session, id_of(source), over)]]


def _is_on(session: Session, source: Source, each: Occurrence) -> bool:
    if each.trouble is Trouble.REFUSED:
        return source.state == SourceState.REFUSED
    # A place that was dead before we came did not fall silent.
    first = rhythm.listened_since(session, id_of(source))
    return first is not None and each.since is not None and first <= each.since
