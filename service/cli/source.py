"""`earful source …`: where we listen, what each place permits, and whether it answers."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.table import Table
from rich.text import Text

from collectors import registry
from collectors.base import Passport, ReplyDoor
from service.cli import source_care, source_show, source_try, wiring
from service.cli.console import OUT
from service.configuration.sources import SourceConfig
from service.settings import Settings
from service.store.database import transaction
from service.store.source_views import SourceView
from service.store.source_views import list_sources as list_views
from service.web import words

app = typer.Typer(help="The places that are listened to.", no_args_is_help=True)
_DOORS = {ReplyDoor.API: "yes", ReplyDoor.LINK: "by hand", ReplyDoor.NONE: "no"}


@app.command("list")
def list_sources() -> None:
    """Show every kind of source with its passport, the sources of sources.yaml with what they lack, and how they do.

    How they do is told where EARFUL_DATABASE_URL names a database.

    Example: earful source list
    """
    setup = wiring.read_setup()
    OUT.print(_kinds())
    OUT.print()
    OUT.print(_configured(setup.configuration.sources, setup.settings))
    if setup.settings.database_url is not None:  # for a mere list no server is started
        OUT.print()
        with wiring.open_tools(setup) as tools, transaction(tools.engine) as session:
            OUT.print(_listened(list_views(session)))


app.command("try")(source_try.try_source)
app.command("show")(source_show.show_source)
app.command("retry")(source_care.retry_source)
app.command("backfill")(source_care.fetch_history)
app.command("replay")(source_care.replay_source)


def _kinds() -> Table:
    table = Table(title="Kinds of source and what their terms permit", title_justify="left")
    for heading in (
        "kind",
        "platform",
        "link to customers",
        "answer",
        "export",
        "learn",
        "keep raw",
        "look again",
        "requests",
        "needs",
    ):
        table.add_column(heading)
    for kind in registry.kinds():
        spec = registry.spec(kind)
        table.add_row(
            kind,
            spec.title,
            *_permits(spec.passport),
            str(spec.pace),
            ", ".join(need.name if need.required else f"{need.name} (optional)" for need in spec.secrets) or "nothing",
        )
    return table


def _permits(passport: Passport) -> tuple[str, ...]:
    return (
        "yes" if passport.may_link else "no",
        _DOORS[passport.may_reply],
        "yes" if passport.may_export else "no",
        "yes" if passport.may_train else "no",
        "as long as you like" if passport.keep_raw_days is None else f"{passport.keep_raw_days} days",
        "never" if passport.recheck_hours is None else f"every {passport.recheck_hours} h",
    )


def _listened(views: Sequence[SourceView]) -> Table:
    """How those do that were listened to; `earful source show` has the rest."""
    table = Table(title="How they do", title_justify="left")
    for heading in ("name", "state", "last heard (UTC)", "posts", "missed", "silent since"):
        table.add_column(heading)
    for view in views:
        source = view.source
        state = words.state(words.SOURCES, source.state).word if source.enabled else "Switched off"
        heard = f"{source.last_succeeded_at:%Y-%m-%d %H:%M}" if source.last_succeeded_at else "never"
        of = f" of {source.platform_total:,}" if source.platform_total else ""
        silent = f"{source.quiet_since:%Y-%m-%d %H:%M}" if source.quiet_since else ""
        table.add_row(source.name, state, heard, f"{view.live_count:,}{of}", Text(view.last_gap or ""), silent)
    return table


def _configured(sources: tuple[SourceConfig, ...], settings: Settings) -> Table:
    table = Table(title="Sources of sources.yaml", title_justify="left")
    for heading in ("name", "kind", "product", "every", "state"):
        table.add_column(heading)
    for source in sources:
        lacking = source.missing_secrets(settings)
        state = "on" if source.enabled else "off"
        state += f", needs {', '.join(need.name for need in lacking)}" if lacking else ""
        table.add_row(source.name, source.kind, source.product or "", f"{source.every_minutes} min", state)
    return table
