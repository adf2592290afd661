"""`earful source show`: one source as the database knows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from service.bootstrap import may_link
from service.cli import wiring
from service.cli.console import OUT
from service.domain.backfills import BackfillState
from service.domain.freshness import in_words
from service.models import Backfill, SourceGap
from service.store.backfills import progress_of
from service.store.database import transaction
from service.store.source_views import SourceHistory, SourceView, load_history, load_source
from service.web import passports, words


def show_source(name: Annotated[str, typer.Argument(help="A source of sources.yaml.")]) -> None:
    """Show how a source does: its state, how much of it we hold, what was missed, its history, and what is permitted.

    Example: earful source show steam-reviews
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        view = load_source(session, name)
        told = list(_told(view, load_history(session, view.id)))
    for line in told:
        OUT.print(Text(line), soft_wrap=True)


def _told(view: SourceView, history: SourceHistory) -> Iterator[str]:
    source = view.source
    state = words.state(words.SOURCES, source.state).word
    yield f"{source.name}: {passports.title_of(source.kind)}. {state if source.enabled else 'Switched off'}."
    if source.state_reason:
        yield f"  {source.state_reason}"
    yield f"  Last heard {_when(source.last_succeeded_at)}; newest post {_when(view.newest_post_at)}."
    if source.quiet_since and source.usual_quiet_hours:
        yield f"  No post since {_when(source.quiet_since)}. {in_words(source.usual_quiet_hours)}"
    of = f" of {source.platform_total:,} that the platform counts" if source.platform_total else ""
    yield f"  {view.live_count:,} posts{of}, {view.gone_count:,} removed, {view.set_aside_count:,} could not be read."
    for gap in history.gaps:
        yield f"  Missed: {_gap(gap)}"
    if history.backfill:
        yield f"  History: {_history(history.backfill)}"
    spec = passports.spec_of(source.kind)
    if spec:
        yield "What its terms let us do:"
        yield from (f"  {line}" for line in passports.in_words(spec.passport, may_link=may_link(source)))
        yield f"  {spec.passport.terms}"


def _gap(gap: SourceGap) -> str:
    between = f" Written after {_when(gap.since)}, before {_when(gap.until)}." if gap.since and gap.until else ""
    ended = f"Filled {_when(gap.filled_at)} {gap.filled_by}." if gap.filled_at else f"Open since {_when(gap.noted_at)}."
    return f"{gap.words}{between} {ended}"


def _history(begun: Backfill) -> str:
    share = progress_of(begun)
    far = f", {share:.0%}" if share is not None and begun.state == BackfillState.RUNNING else ""
    state = words.state(words.HISTORIES, begun.state).word.lower()
    return f"{state}{far}; {begun.posts:,} posts, {begun.new_count:,} of them new. {begun.reason}".rstrip()


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
