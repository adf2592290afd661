"""`earful doctor`: asks every part how it is, and says in words what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions

import typer
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from integrations import registry as targets
from integrations.base import IntegrationError, TargetRefused
from integrations.translators import open_translator
from service.cli import slack, wiring
from service.cli.console import OUT, verdict
from service.domain.freshness import in_words
from service.domain.languages import language_name
from service.domain.sources import SourceState
from service.errors import ConfigError
from service.store import schema
from service.store.database import connect, transaction
from service.store.source_views import list_sources

_PACKAGES = ("collectors", "nlp", "service", "integrations")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    text: str
    what_to_do: str = ""


def doctor() -> None:
    """Check settings, configuration, database, queue, models, sources and Slack. Exit code 1 where something is wrong.

    Example: earful doctor
    """
    findings = list(_findings())
    for finding in findings:
        for line in verdict(finding.ok, finding.text, finding.what_to_do):
            OUT.print(line, soft_wrap=True)
    wrong = sum(not finding.ok for finding in findings)
    OUT.print("All is well." if not wrong else f"{wrong} of {len(findings)} things need you.")
    if wrong:
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    yield from _installation()
    setup = wiring.read_setup()
    yield Finding(True, f"Configuration in {setup.settings.config_dir} is sound.")
    if setup.sample:
        yield Finding(True, "No source is switched on, so `earful up` shows the sample studio.")
    yield from _sources(setup)
    yield _models(setup)
    yield from _database(setup)
    yield from _slack(setup)
    yield from _translator(setup)


def _installation() -> Iterator[Finding]:
    owners = packages_distributions()
    for package in _PACKAGES:
        strangers = {owner for owner in owners.get(package, []) if owner != "earful"}
        if strangers:
            yield Finding(
                False,
                f"{', '.join(sorted(strangers))} also installs a package called “{package}”.",
                "Install Earful in an environment of its own (make up does).",
            )


def _sources(setup: wiring.Setup) -> Iterator[Finding]:
    for source in setup.configuration.sources:
        lacking = source.missing_secrets(setup.settings)
        if source.enabled and lacking:
            yield Finding(False, f"Source {source.name} needs {lacking[0].name}.", f"Get it here: {lacking[0].where}")


def _models(setup: wiring.Setup) -> Finding:
    from nlp.base import ModelMissing
    from nlp.hub.load import load_understanding

    try:
        version = load_understanding(setup.configuration.models, topics=setup.configuration.topics).model_version
    except ModelMissing as error:
        return Finding(False, str(error))
    return Finding(True, f"The models load (version {version}).")


def _database(setup: wiring.Setup) -> Iterator[Finding]:
    try:
        with wiring.database(setup) as url:
            engine = connect(url)
            current, newest = schema.current(engine), schema.newest()
            yield Finding(True, f"The database answers ({_server(engine)}).")
            if current != newest:
                yield Finding(
                    False, f"Its schema is at {current}, this version needs {newest}.", "earful database upgrade"
                )
            else:
                yield _queue(engine)
                yield from _listening(engine)
            engine.dispose()
    except (OperationalError, ConfigError) as error:
        yield Finding(
            False, f"The database does not answer: {str(error).splitlines()[0]}", "Check EARFUL_DATABASE_URL."
        )


def _server(engine: Engine) -> str:
    with engine.connect() as connection:
        return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar()}"


def _queue(engine: Engine) -> Finding:
    with engine.connect() as connection:
        failed = connection.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")).scalar()
    if failed:
        return Finding(
            False,
            f"{failed} jobs failed for good.",
            "Their errors stand in the worker's log; the sweep tries their posts again.",
        )
    return Finding(True, "The queue has no failed jobs.")


def _listening(engine: Engine) -> Iterator[Finding]:
    """Sources that are parked, or silent for longer than is usual for them."""
    with transaction(engine) as session:
        enabled = [view.source for view in list_sources(session) if view.source.enabled]
    for source in enabled:
        if source.state == SourceState.REFUSED:
            said = f"Source {source.name} refused and is parked: {source.state_reason}"
            yield Finding(False, said, f"Put it right, then: earful source retry {source.name}")
        if source.quiet_since is not None and source.usual_quiet_hours is not None:
            said = f"Source {source.name} brought no post since {source.quiet_since:%Y-%m-%d %H:%M}."
            usual = in_words(source.usual_quiet_hours)
            yield Finding(False, said, f"{usual} Look whether it still writes there: earful source try {source.name}")


def _slack(setup: wiring.Setup) -> Iterator[Finding]:
    if targets.missing("slack", setup.settings.environment):
        yield Finding(True, "No Slack token is set, so cards are shown on the page “Slack preview”.")
        return
    from integrations.slack.check import check

    for found in check(setup.settings.environment, slack.channels(setup.configuration)):
        yield Finding(found.ok, found.text, found.what_to_do)


def _translator(setup: wiring.Setup) -> Iterator[Finding]:
    wanted = setup.configuration.company.translation
    if wanted is None:
        return
    try:
        translator = open_translator(wanted.service, wanted.url, setup.settings.environment)
        translator.translate("Hola", into=wanted.into)
    except IntegrationError as error:
        what_to_do = error.what_to_do if isinstance(error, TargetRefused) else ""
        yield Finding(False, f"Cards are not translated: {str(error).removesuffix(what_to_do).strip()}", what_to_do)
    else:
        yield Finding(True, f"{translator.name} translates posts into {language_name(wanted.into)}.")
