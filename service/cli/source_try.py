"""`earful source try`: listens once and shows what would be stored; keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated

import typer
from rich.text import Text

from collectors import registry
from collectors.abilities import abilities_of
from collectors.base import Collector, Post, SourceBusy, SourceRefused, Spec
from collectors.net import Net, user_agent
from collectors.pacing import OwnPace
from service.bootstrap import product_of
from service.cli import wiring
from service.cli.collect import options_of
from service.cli.console import ERR, OUT, complain, say, verdict
from service.configuration.company import Company
from service.configuration.sources import SourceConfig
from service.errors import NotFound
from service.settings import Settings

_LONGEST = 400  # letters of a text that are shown


@dataclass(slots=True)
class _Heard:
    """What listening once brought."""

    posts: list[Post] = field(default_factory=list)
    set_aside: int = 0
    total: int | None = None
    gaps: list[str] = field(default_factory=list)


def try_source(
    name: Annotated[str, typer.Argument(help="A source of sources.yaml, switched on or not, or a kind of source.")],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", metavar="NAME=VALUE", help="An option, where a kind is tried; repeatable."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Ask this server instead of the platform's own.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many posts to show.")] = 5,
) -> None:
    """Say what a source's keys can and cannot do, fetch its first posts, and show them as they would be stored.

    Nothing is kept, and the platform is only read.

    Examples:

      earful source try steam-reviews --limit 3

      earful source try steam --option appid=440
    """
    setup = wiring.read_setup()
    source = _meant(name, option or [], base_url, setup.configuration.sources)
    spec = registry.spec(source.kind)
    secrets = source.secrets(setup.settings)
    try:
        with _collector(source, spec, setup.settings) as collector:
            for ability in abilities_of(collector, secrets.values()):
                for line in verdict(ability.allowed, ability.what, "" if ability.allowed else ability.how_to_get):
                    ERR.print(line, soft_wrap=True)
            heard = _listen(collector, limit)
    except (SourceBusy, SourceRefused) as error:
        complain(str(error))
        raise typer.Exit(1) from error
    for post in heard.posts:
        OUT.print(Text("\n".join(_shown(post, source, setup.configuration.company))))
    for sentence in _can(spec, secrets, heard):
        say(sentence)
    say(f"{len(heard.posts)} posts shown, {heard.set_aside} items could not be read. Nothing was stored.")


def _meant(name: str, given: list[str], base_url: str | None, sources: Sequence[SourceConfig]) -> SourceConfig:
    """The source of that name, or one made of a kind and its options."""
    found = next((source for source in sources if source.name == name), None)
    if found is not None and not given and base_url is None:
        return found
    if name not in registry.kinds():
        known = ", ".join(source.name for source in sources) or "none yet"
        raise NotFound(
            f"There is no source and no kind of source named {name} to try like this. sources.yaml has: {known}. "
            f"Kinds, which take --option: {', '.join(registry.kinds())}."
        )
    return SourceConfig(name=name, kind=name, options=options_of(registry.spec(name), given), base_url=base_url)


@contextmanager
def _collector(source: SourceConfig, spec: Spec, settings: Settings) -> Iterator[Collector]:
    if lacking := source.missing_secrets(settings):
        raise SourceRefused(f"{spec.title} needs {lacking[0].name}.", what_to_do=f"Get it here: {lacking[0].where}")
    pacing = None if source.base_url else OwnPace(source.pace or spec.pace)
    with Net(source.base_url, user_agent=user_agent(settings.contact), pacing=pacing) as net:
        yield spec.build(source.options, source.secrets(settings), net)


def _listen(collector: Collector, limit: int) -> _Heard:
    heard = _Heard()
    for page in collector.pages(None):
        heard.posts += islice(page.posts, limit - len(heard.posts))
        heard.set_aside += len(page.set_aside)
        heard.total = page.total if page.total is not None else heard.total
        heard.gaps += [page.gap] if page.gap else []
        if len(heard.posts) >= limit:
            break
    return heard


def _shown(post: Post, source: SourceConfig, company: Company) -> Iterator[str]:
    """A post as it would be stored, line by line; what the platform does not tell is left out."""
    author = (post.author.name or post.author.handle or "unnamed") if post.author else "deleted account"
    edited = f"edited {post.edited_at:%Y-%m-%d %H:%M}" if post.edited_at else None
    product = product_of(company, post) or post.product or source.product
    facts = (f"{post.created_at:%Y-%m-%d %H:%M}", edited, author, post.rating_label, product, post.product_version)
    yield " · ".join(fact for fact in (post.kind.value, post.external_id, *facts, post.language) if fact)
    if post.url:
        yield post.url
    if post.parent_id or post.thread_id:
        yield f"answers {post.parent_id or post.thread_id}"
    if post.title:
        yield post.title
    yield post.text if len(post.text) <= _LONGEST else f"{post.text[: _LONGEST - 1]}…"
    yield ""


def _can(spec: Spec, secrets: Mapping[str, str], heard: _Heard) -> Iterator[str]:
    """Which keys might be set as well, and what is seen there."""
    if not spec.secrets:
        yield "It needs no keys."
    for need in spec.secrets:
        if need.name not in secrets:
            yield f"{need.name} is not set, and may be left out. Get it here: {need.where}"
    if heard.total is not None:
        yield f"The platform counts {heard.total:,} posts."
    yield from (f"Missed: {gap}" for gap in heard.gaps)
    edits = "are seen" if spec.sees_edits else "are not seen"
    deletions = "are noticed" if spec.sees_deletes else "are not noticed"
    yield f"Edits {edits}; removed posts {deletions}."
