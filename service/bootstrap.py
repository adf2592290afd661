"""Settings and configuration -> tools: the only wiring."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import Engine

from collectors import registry as collector_kinds
from collectors.base import Collector, Passport, Post, Spec
from collectors.net import Net, user_agent
from integrations import registry as target_kinds
from integrations.base import Message, Payload, Target, TargetRefused
from integrations.recorder import Recorded
from integrations.translators import Translator, open_translator
from service import clock
from service.answering import Answering
from service.configuration import Configuration
from service.configuration.company import Company
from service.configuration.sources import SourceConfig, secrets_for
from service.domain.signatures import secrets_of
from service.errors import ConfigError
from service.models import Source
from service.models.columns import id_of
from service.settings import Settings
from service.store import sources as sources_store
from service.store.database import connect, transaction
from service.store.hook_calls import StoredCalls
from service.store.linkable import Linkable
from service.store.paces import SharedPace, digest_of_keys
from service.tools import Tools, observe_nothing

if TYPE_CHECKING:
    from integrations.slack.desk import SlackDesk
    from integrations.slack.workspaces import Workspaces
    from nlp.runtime import Understanding

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def connections(settings: Settings, database_url: str) -> Engine:
    """The connections of one process: enough for all that it does at a time, of which what leaves holds two."""
    return connect(database_url, pool_size=settings.workers * 2 + 12)


def build(
    settings: Settings,
    configuration: Configuration,
    *,
    engine: Engine,
    observe: Callable[[str], None] | None = None,
    settle_seconds: float = 20.0,
) -> Tools:
    """The tools of one process. Opens nothing yet: models and connections are made when first used."""

    def understanding() -> Understanding:
        from nlp.hub.load import load_understanding

        return load_understanding(configuration.models, topics=configuration.topics)

    def target(kind: str) -> Target:
        # A preview keeps nothing itself: what a message looked like stands on its delivery.
        return target_kinds.open_target(kind, settings.environment, keep=_forget)

    answering = Answering(settings, engine)
    return Tools(
        engine=engine,
        clock=clock.now,
        company=configuration.company,
        rules=configuration.rules,
        alarms=configuration.alarms,
        product_of=lambda post: product_of(configuration.company, post),
        page_url=settings.address,
        understanding=cache(understanding),
        collector=lambda source: _open_collector(source, settings, engine),
        author_scope=author_scope,
        may_link=may_link,
        may_train=may_train,
        may_pass_on=may_pass_on,
        translator=cache(lambda: _translator(configuration.company, settings)),
        source_title=_title,
        rechecks=_rechecks(),
        keep_raw=_keep_raw(),
        target=cache(target),
        render=_render,
        slack=slack_desks(settings),
        linkable=linkable(),
        replies=configuration.replies,
        door=answering.door,
        replier=answering.replier,
        reply_rules=answering.rules,
        reply_needs=answering.needs,
        turn_to_reply=answering.turn,
        settle_seconds=settle_seconds,
        observe=observe or observe_nothing,
    )


def slack_desks(settings: Settings) -> Callable[[str], SlackDesk]:
    """The desks of our Slack workspaces, by the team's id; they are made when one is first asked for."""

    @cache
    def workspaces() -> Workspaces:
        from integrations.slack.workspaces import Workspaces

        return Workspaces(settings.environment)

    return lambda team: workspaces().desk(team)


def synchronise_sources(engine: Engine, settings: Settings, configuration: Configuration) -> None:
    """Bring the table of sources in step with sources.yaml and the keys in the environment."""
    rows = [
        {
            "name": source.name,
            "kind": source.kind,
            "product": source.product,
            "options": source.options.model_dump(mode="json", exclude_unset=True),
            "base_url": source.base_url,
            "own": source.own,
            "enabled": source.enabled,
            "every_minutes": source.every_minutes,
            "pace_seconds": source.pace.step if source.pace else None,
            "setup_digest": _setup_digest(source, settings),
        }
        for source in configuration.sources
    ]
    with transaction(engine) as session:
        sources_store.synchronise(session, rows, now=clock.now())


def hook_secrets(settings: Settings, sources: Iterable[str] = ()) -> Callable[[str], tuple[bytes, ...]]:
    """What calls of webhooks for a source are signed with; none where the operator set no secret.

    `sources`: the names of those that may have a secret of their own. Raises ConfigError where what is set is none.
    """
    common = _hook_secret(settings, None)
    own = {source: _hook_secret(settings, source) for source in sources}
    return lambda source: own.get(source, common)


def _hook_secret(settings: Settings, source: str | None) -> tuple[bytes, ...]:
    try:
        return secrets_of(settings.secret("WEBHOOK_SECRET", source=source) or "")
    except ValueError as error:
        make = "Make one: echo whsec_$(openssl rand -base64 32)"
        whose = f" of the source {source}" if source else ""
        raise ConfigError(f"WEBHOOK_SECRET{whose} cannot be used: {error}.", fix=make) from None


def product_of(company: Company, post: Post) -> str | None:
    """The company's product that the platform names, or that title and text do; None where neither does."""
    return company.product(post.product) or company.mentioned(post.title, post.text)


def author_scope(source: Source) -> str:
    """The space in which the source's accounts are unique: its platform, or the source where there is none."""
    return source.kind if collector_kinds.spec(source.kind).home else source.name


@cache
def linkable() -> Linkable:
    """The sources whose authors may be tied to customers, as the passports say it."""
    specs = [collector_kinds.spec(kind) for kind in collector_kinds.kinds()]
    return Linkable(
        kinds=frozenset(spec.kind for spec in specs if spec.passport.may_link),
        own_kinds=frozenset(spec.kind for spec in specs if spec.home is None),
    )


def may_link(source: Source) -> bool:
    """Whether the source's authors may be tied to customers."""
    return _permits(source, lambda passport: passport.may_link)


def may_train(source: Source) -> bool:
    """Whether models may be fitted to the source's texts."""
    return _permits(source, lambda passport: passport.may_train)


def may_pass_on(source: Source) -> bool:
    """Whether the source's texts may be handed to others."""
    return _permits(source, lambda passport: passport.may_export)


def _translator(company: Company, settings: Settings) -> Translator | None:
    """The translator of company.yaml. Without its key there is none: `earful doctor` says so."""
    wanted = company.translation
    if wanted is None:
        return None
    try:
        return open_translator(wanted.service, wanted.url, settings.environment)
    except TargetRefused:
        return None


def _permits(source: Source, asked: Callable[[Passport], bool]) -> bool:
    """What the passport says; what the operator vouches for (`own`) counts only where there is no platform whose terms
    would forbid it. A kind that this version does not know permits nothing.
    """
    if source.kind not in collector_kinds.kinds():
        return False
    spec = collector_kinds.spec(source.kind)
    return asked(spec.passport) or (source.own and spec.home is None)


def _setup_digest(source: SourceConfig, settings: Settings) -> str:
    """What a person can change when a source refuses: another digest means that somebody did."""
    keys = digest_of_keys(source.kind, secrets_for(source.kind, source.name, settings))
    told = "\x1f".join((source.kind, source.options.model_dump_json(exclude_unset=True), source.base_url or "", keys))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _pacing(source: Source, spec: Spec, secrets: Mapping[str, str], engine: Engine) -> SharedPace | None:
    """The turns that a source shares with all that ask the same platform with the same keys.

    None for a server on this machine whose pace nobody set: it is the operator's own.
    """
    if source.pace_seconds is None and source.base_url and urlsplit(source.base_url).hostname in _THIS_MACHINE:
        return None
    return SharedPace(
        engine=engine,
        platform=source.kind if spec.home and not source.base_url else None,
        credential=digest_of_keys(source.kind, secrets),
        step=source.pace_seconds if source.pace_seconds is not None else spec.pace.step,
    )


@contextmanager
def _open_collector(source: Source, settings: Settings, engine: Engine) -> Iterator[Collector]:
    spec = collector_kinds.spec(source.kind)
    secrets = secrets_for(source.kind, source.name, settings)
    pacing = _pacing(source, spec, secrets, engine)
    calls = StoredCalls(engine, id_of(source)) if spec.hears else None
    with Net(source.base_url, user_agent=user_agent(settings.contact), pacing=pacing, calls=calls) as net:
        yield spec.build(spec.options.model_validate(source.options), secrets, net)


def _title(source: Source) -> str:
    """What people call the place: the platform with the product, or the name that the operator gave it."""
    spec = collector_kinds.spec(source.kind)
    if spec.home is None:
        return source.name
    return f"{spec.title}, {source.product}" if source.product else f"{spec.title}, {source.name}"


def _rechecks() -> dict[str, timedelta]:
    hours = {kind: collector_kinds.spec(kind).passport.recheck_hours for kind in collector_kinds.kinds()}
    return {kind: timedelta(hours=each) for kind, each in hours.items() if each is not None}


def _keep_raw() -> dict[str, timedelta]:
    days = {kind: collector_kinds.spec(kind).passport.keep_raw_days for kind in collector_kinds.kinds()}
    return {kind: timedelta(days=each) for kind, each in days.items() if each is not None}


def _render(kind: str, message: Message, key: str) -> Payload:
    return target_kinds.spec(kind).render(message, key)


def _forget(recorded: Recorded) -> None:
    del recorded
