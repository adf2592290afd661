"""`earful source …`: where we listen, what each place permits, and whether it answers."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from collectors import registry
from collectors.base import Passport, Post, ReplyDoor, SourceBusy, SourceRefused
from collectors.net import Net
from service.cli import source_care, source_show, wiring
from service.cli.console import OUT, complain, say
from service.configuration.sources import SourceConfig
from service.errors import NotFound
from service.settings import Settings

app = typer.Typer(help="The places that are listened to.", no_args_is_help=True)
_DOORS = {ReplyDoor.API: "yes", ReplyDoor.LINK: "by hand", ReplyDoor.NONE: "no"}


@app.command("list")
def list_sources() -> None:
    """Show every kind of source with its passport, and the sources of sources.yaml with what they lack.

    Example: earful source list
    """
    setup = wiring.read_setup()
    OUT.print(_kinds())
    OUT.print()
    OUT.print(_configured(setup.configuration.sources, setup.settings))


@app.command("try")
def try_source(
    name: Annotated[str, typer.Argument(help="A source of sources.yaml, switched on or not.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many posts to show.")] = 5,
) -> None:
    """Fetch the first posts of a source and show them as they would be stored; nothing is kept.

    Example: earful source try steam-reviews --limit 3
    """
    setup = wiring.read_setup()
    source = next((s for s in setup.configuration.sources if s.name == name), None)
    if source is None:
        known = ", ".join(s.name for s in setup.configuration.sources) or "none yet"
        raise NotFound(f"sources.yaml has no source {name}. It has: {known}.")
    try:
        posts, set_aside = _first(source, setup.settings, limit)
    except (SourceBusy, SourceRefused) as error:
        complain(str(error))
        raise typer.Exit(1) from error
    for post in posts:
        OUT.print(_shown(post))
    say(f"{len(posts)} posts shown, {set_aside} items could not be read. Nothing was stored.")


app.command("show")(source_show.show_source)
app.command("retry")(source_care.retry_source)
app.command("backfill")(source_care.fetch_history)
app.command("replay")(source_care.replay_source)


def _first(source: SourceConfig, settings: Settings, limit: int) -> tuple[list[Post], int]:
    spec = registry.spec(source.kind)
    posts: list[Post] = []
    set_aside = 0
    with Net(source.base_url) as net:
        for page in spec.build(source.options, source.secrets(settings), net).pages(None):
            posts += islice(page.posts, limit - len(posts))
            set_aside += len(page.set_aside)
            if len(posts) >= limit:
                break
    return posts, set_aside


def _shown(post: Post) -> Text:
    author = (post.author.name or post.author.handle or "unnamed") if post.author else "deleted account"
    facts = [
        post.external_id,
        f"{post.created_at:%Y-%m-%d %H:%M}",
        author,
        post.rating_label,
        post.product,
        post.language,
    ]
    return Text("\n".join((" · ".join(fact for fact in facts if fact), post.title or "", post.text[:400], ""))).copy()


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
        "needs",
    ):
        table.add_column(heading)
    for kind in registry.kinds():
        spec = registry.spec(kind)
        table.add_row(
            kind,
            spec.title,
            *_permits(spec.passport),
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
