"""`earful collect`: run one collector without a database and write what it read, one post a line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer
from pydantic import BaseModel
from rich.progress import Progress, SpinnerColumn, TextColumn

from collectors import registry
from collectors.base import Collector, CollectorError, Page, Post, SourceRefused, Spec
from collectors.dates import read_date
from collectors.net import Net
from collectors.options import BadOption, describe_options, missing_secrets, read_options
from collectors.pacing import OwnPace
from collectors.public import post_to_json
from service.cli.console import ERR, OUT, complain, say
from service.errors import ConfigError


@dataclass(slots=True)
class _Tally:
    """What a run brought."""

    posts: int = 0
    set_aside: int = 0
    gone: int = 0
    gaps: list[str] = field(default_factory=list)

    def sentence(self, output: str) -> str:
        parts = [f"{self.posts} posts written to {output}", f"{self.set_aside} items set aside"]
        if self.gone:
            parts.append(f"{self.gone} deleted on the platform and left out")
        return ", ".join(parts) + "."


def collect(
    kind: Annotated[str, typer.Argument(help=f"What to read: {', '.join(registry.kinds())}.")],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", metavar="NAME=VALUE", help="An option of the kind; repeatable."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", metavar="FILE", help="Where to write; - is stdout.")
    ] = "posts.jsonl",
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Ask this server instead of the platform's own (for tests).")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only what is newer than this.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Stop after this many posts.")] = None,
    help_options: Annotated[bool, typer.Option("--help-options", help="Show the options of KIND and stop.")] = False,
) -> None:
    """Run one collector, without a database, and write the posts as JSON Lines (raw payload included).

    Items that cannot be read are named on stderr and do not stop the others. Exit codes: 0 done; 1 the source was busy
    or refused (what came before is written); 2 wrong use.

    Examples:

      earful collect steam --option appid=440 --since 2026-10-01 --output posts.jsonl

      earful collect feed --option url=https://example.com/feed.xml --output -

      earful collect steam --help-options
    """
    spec = _spec(kind)
    if help_options:
        _show_options(spec)
        return
    oldest = moment_of(since)
    tally = _Tally()
    with _net(spec, base_url) as net:
        collector = _collector(spec, option or [], net)  # before the output is opened: wrong use must not empty a file
        with _sink(output) as sink:
            try:
                _run(spec, collector, sink, tally, since=oldest, limit=limit)
            except CollectorError as error:
                complain(str(error))
                complain(f"Not complete: {tally.sentence(output)}")
                raise typer.Exit(1) from None
    for gap in tally.gaps:
        say(f"Missed: {gap}")
    say(tally.sentence(output))


def _run(
    spec: Spec, collector: Collector, sink: TextIO, tally: _Tally, *, since: datetime | None, limit: int | None
) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as progress:
        task = progress.add_task(f"Reading {spec.title}", total=None)
        with closing(_pages(collector, since)) as pages:
            for page in pages:
                _report(page, tally)
                for post in page.posts[: None if limit is None else limit - tally.posts]:
                    _write(sink, post, spec.kind)
                    tally.posts += 1
                sink.flush()
                of = f" of {page.total}" if page.total else ""
                progress.update(task, description=f"Reading {spec.title}: {tally.posts}{of} posts")
                if limit is not None and tally.posts >= limit:
                    return


def _pages(collector: Collector, since: datetime | None) -> Generator[Page, None, None]:
    """The collector's pages, as something that can be closed when the limit is reached."""
    yield from collector.pages(None, since=since)


def _report(page: Page, tally: _Tally) -> None:
    for item in page.set_aside:
        complain(f"Set aside: {item.place}: {item.reason}")
    tally.set_aside += len(page.set_aside)
    tally.gone += len(page.gone)
    if page.gap:
        tally.gaps.append(page.gap)


def _write(sink: TextIO, post: Post, kind: str) -> None:
    sink.write(json.dumps(post_to_json(post, collector=kind), ensure_ascii=False) + "\n")


def _spec(kind: str) -> Spec:
    try:
        return registry.spec(kind)
    except registry.UnknownKind as error:
        raise ConfigError(str(error), fix="See earful collect --help.") from None


def options_of(spec: Spec, given: list[str]) -> BaseModel:
    """The options of a kind as the command line gives them. Raises ConfigError at what is wrong with them."""
    try:
        return read_options(spec, _pairs(given))
    except BadOption as error:
        raise ConfigError(str(error), fix=f"See earful collect {spec.kind} --help-options.") from None


def _collector(spec: Spec, given: list[str], net: Net) -> Collector:
    options = options_of(spec, given)
    missing = missing_secrets(spec, os.environ)
    if missing:
        names = " and ".join(secret.name for secret in missing)
        raise ConfigError(
            f"{spec.title} needs {names} in the environment.", fix=f"Get it from {missing[0].where}, then set it."
        )
    secrets = {secret.name: os.environ[secret.name] for secret in spec.secrets if secret.name in os.environ}
    try:
        return spec.build(options, secrets, net)
    except SourceRefused as error:
        raise ConfigError(str(error), fix=f"See earful collect {spec.kind} --help-options.") from None


def _pairs(given: list[str]) -> Mapping[str, object]:
    found: dict[str, list[str]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"--option {pair} is not NAME=VALUE.", fix="Write it as --option appid=440.")
        found.setdefault(name.strip(), []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def moment_of(since: str | None) -> datetime | None:
    """The moment that --since names. Raises ConfigError where it is no date."""
    try:
        return read_date(since, zone=UTC) if since is not None else None
    except ValueError as error:
        raise ConfigError(f"--since: {error}.", fix="Write it as --since 2026-10-31.") from None


@contextmanager
def _net(spec: Spec, base_url: str | None) -> Iterator[Net]:
    try:
        net = Net(base_url, pacing=None if base_url else OwnPace(spec.pace))  # who names a server knows what it bears
    except SourceRefused as error:
        raise ConfigError(f"--base-url: {error}", fix="Write it as --base-url http://127.0.0.1:8080.") from None
    with net:
        yield net


@contextmanager
def _sink(output: str) -> Iterator[TextIO]:
    if output == "-":
        yield sys.stdout
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(output).open("w", encoding="utf-8", newline="\n"))
        except OSError as error:
            raise ConfigError(f"{output} cannot be written: {error.strerror}.", fix="Give another --output.") from None
        yield stream


def _show_options(spec: Spec) -> None:
    OUT.print(f"{spec.title}. Options of earful collect {spec.kind}, each given as --option NAME=VALUE:", markup=False)
    for option in describe_options(spec):
        state = "needed" if option.required else f"unset: {option.default}" if option.default else "may be left out"
        choices = f" One of: {', '.join(option.choices)}." if option.choices else ""
        OUT.print(f"\n  {option.name}  ({state})\n    {option.description}{choices}", markup=False)
    for secret in spec.secrets:
        OUT.print(f"\nIn the environment: {secret.name}\n    From {secret.where}", markup=False)
    OUT.print(f"\nTerms: {spec.passport.terms}", markup=False)
