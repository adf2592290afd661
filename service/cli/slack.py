"""`earful slack`: sets Slack up, and says what is missing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.text import Text

from integrations import registry as targets
from integrations.base import Finding, IntegrationError, PostCard
from integrations.slack import manifest as app_manifest
from integrations.slack.addresses import BOT_TOKEN, SIGNING_SECRET, named, setting_of
from service import clock
from service.cli.console import OUT
from service.cli.wiring import read_setup
from service.configuration import Configuration
from service.configuration.company import DigestRhythm
from service.settings import Settings

_APPS = "https://api.slack.com/apps"
_DOOR = "/hooks/slack"

app = typer.Typer(help="Set Slack up: the app's manifest, and what is missing.", no_args_is_help=True)


@app.command()
def manifest(
    http: Annotated[
        bool, typer.Option("--http", help="For an app that Slack reaches at EARFUL_PUBLIC_URL, without Socket Mode.")
    ] = False,
    workspace: Annotated[
        str, typer.Option("--workspace", help="With --http: the name of a further workspace.", metavar="NAME")
    ] = "",
) -> None:
    """Print the manifest of the Slack app, to paste at https://api.slack.com/apps, From a manifest.

    Example: earful slack manifest --http
    """
    settings = read_setup().settings
    url = f"{settings.address}{_DOOR}{f'/{workspace}' if workspace else ''}" if http else None
    made = app_manifest.build(host=_host(settings), request_url=url)
    typer.echo(json.dumps(made, indent=2))


@app.command()
def setup(
    channel: Annotated[
        str | None,
        typer.Option("--channel", help="Where the test card goes; else to the first channel of your rules."),
    ] = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send a test card.")] = True,
) -> None:
    """Check tokens, permissions, doors and the channels of your rules and teams, send a test card, and say what is
    missing.

    Exit code 1 where something is.

    Example: earful slack setup --channel "#community"
    """
    here = read_setup()
    settings = here.settings
    if not named(settings.environment, BOT_TOKEN):
        _show(_first_steps())
        raise typer.Exit(1)
    from integrations.slack.check import check

    rules = channels(here.configuration)
    found = [*check(settings.environment, rules), *_reachable(settings)]
    wanted = channel or next(iter(rules), None)
    if send and wanted is not None:
        found.append(_test_card(settings, wanted))
    _show(found)
    wrong = [each for each in found if not each.ok]
    OUT.print("Slack is set up." if not wrong else f"{len(wrong)} of {len(found)} things need you.")
    if wrong:
        raise typer.Exit(1)


def channels(configuration: Configuration) -> list[str]:
    """The Slack channels that the rules name and that teams get their digests in, in their order, each once."""
    named_there = [
        destination.address
        for rule in configuration.rules
        for destination in rule.destinations
        if destination.target == "slack"
    ]
    digests = [team.channel for team in configuration.company.teams if team.digest != DigestRhythm.NEVER]
    return list(dict.fromkeys([*named_there, *digests]))


def _first_steps() -> list[Finding]:
    """What to do where there is nothing yet."""
    secrets = {secret.name: secret.where for secret in targets.spec("slack").secrets}
    return [
        Finding(
            ok=False,
            text="There is no Slack app yet, or its token is not set.",
            what_to_do=f"1. earful slack manifest; paste what it prints at {_APPS}: Create New App, From a manifest.",
        ),
        *(
            Finding(ok=False, text=f"{name} is not set.", what_to_do=f"{number}. {secrets[name]}")
            for number, name in enumerate((BOT_TOKEN, "SLACK_APP_TOKEN"), 2)
        ),
    ]


def _reachable(settings: Settings) -> list[Finding]:
    """Over HTTP, Slack has to find us."""
    found = []
    for name in named(settings.environment, SIGNING_SECRET):
        url = f"{settings.address}{_DOOR}{f'/{name}' if name else ''}"
        if settings.address.startswith("https://") and _host(settings):
            text = f"{setting_of(name, SIGNING_SECRET)}: Slack must reach {url}; the manifest says so with --http."
            found.append(Finding(ok=True, text=text))
        else:
            fix = "Set EARFUL_PUBLIC_URL to an address that begins with https://, or use Socket Mode (SLACK_APP_TOKEN)."
            found.append(Finding(ok=False, text=f"Slack cannot reach {url} over HTTP.", what_to_do=fix))
    return found


def _test_card(settings: Settings, channel: str) -> Finding:
    target = targets.spec("slack").build(settings.environment)
    try:
        receipt = target.send(_card(settings), address=channel, key=f"test:{clock.now():%Y%m%d%H%M%S%f}")
    except IntegrationError as error:
        from integrations.slack.findings import problem

        return problem(error, about=f"The test card for {channel}")
    return Finding(ok=True, text=f"A test card is in {channel}: {receipt.url or 'see there'}")


def _card(settings: Settings) -> PostCard:
    return PostCard(
        text="This is what a post looks like. Nobody wrote it: it was sent to see whether cards arrive.",
        title="A test card",
        source="Earful",
        author="earful slack setup",
        author_url=None,
        reach=None,
        created_at=clock.now() - timedelta(minutes=1),
        edited=False,
        deleted=False,
        rating=None,
        product=None,
        product_version=None,
        language=None,
        sentiment=None,
        intents=(),
        topics=(),
        urgency=0.0,
        not_understood=None,
        customer=None,
        issue=None,
        why="You asked for it: earful slack setup",
        page_url=settings.address,
        original_url=None,
    )


def _host(settings: Settings) -> str | None:
    """The host of the pages, where others than this machine could open them."""
    host = urlsplit(settings.address).hostname or ""
    return host if "." in host and not host.replace(".", "").isdecimal() else None


def _show(found: list[Finding]) -> None:
    for each in found:
        mark, style = ("✓", "green") if each.ok else ("✗", "red")
        OUT.print(Text(f"{mark} ", style=style) + Text(each.text), soft_wrap=True)
        if each.what_to_do:
            OUT.print(Text(f"  {each.what_to_do}", style="bold"), soft_wrap=True)
