"""Where we listen: config/sources.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, JsonValue, field_validator

from collectors import registry
from collectors.base import Pace, Secret
from service.configuration.checking import Name, Section, checked, entries, unique
from service.configuration.yaml_lines import Document, Place, read
from service.domain.wording import did_you_mean
from service.errors import ConfigError
from service.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """A place to listen to, as the operator configured it."""

    name: str
    kind: str  # of collectors.registry
    options: BaseModel  # an instance of the kind's Spec.options
    base_url: str | None = None  # in place of the platform's own address; the operator vouches for it
    every_minutes: int = 15
    enabled: bool = True
    product: str | None = None  # where the platform names none
    own: bool = False  # the company runs this place itself, and its terms there allow linking its authors
    pace: Pace | None = None  # None: the kind's own

    def secrets(self, settings: Settings) -> dict[str, str]:
        """The credentials that the kind asks for, as far as there are any, by name. Never log them."""
        return secrets_for(self.kind, self.name, settings)

    def missing_secrets(self, settings: Settings) -> tuple[Secret, ...]:
        """The required credentials that are not there."""
        have = self.secrets(settings)
        return tuple(need for need in registry.spec(self.kind).secrets if need.required and need.name not in have)


def secrets_for(kind: str, source: str, settings: Settings) -> dict[str, str]:
    """What a kind asks for, by name: a source's own credential before the common one. Never log them."""
    needs = registry.spec(kind).secrets
    return {need.name: value for need in needs if (value := settings.secret(need.name, source=source))}


class PaceSection(Section):
    """How fast a source may be asked."""

    requests: int = Field(ge=1, description="how many requests")
    seconds: float = Field(gt=0, le=24 * 3600, description="in how many seconds")


class SourceSection(Section):
    """What an entry of sources.yaml may say."""

    name: str = Field(
        pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="a name of small letters, digits and -; it stays for life"
    )
    kind: str = Field(description="the kind of place, see below")
    product: Name | None = Field(None, description="the product of company.yaml that it is about")
    enabled: bool = Field(True, description="`false` switches it off and keeps what was heard")
    every_minutes: int | None = Field(
        None, ge=1, le=7 * 24 * 60, description="how often to listen; without it, what suits the kind"
    )
    base_url: str | None = Field(
        None,
        description="another address than the platform's own: a gateway, a test server. Private ones are allowed here",
    )
    pace: PaceSection | None = Field(
        None,
        description="how fast to ask, as `{requests: 60, seconds: 60}`; without it, what the kind allows itself. All "
        "sources with the same platform and keys share one budget, on all machines",
    )
    own: bool = Field(
        False, description="`true` where we run the place ourselves and may link its authors to customers"
    )
    options: dict[str, JsonValue] = Field(default_factory=dict, description="what the kind needs, see below")

    @field_validator("base_url")
    @classmethod
    def _web(cls, address: str | None) -> str | None:
        if address is not None:
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("Give an address that begins with https:// or http://.")
        return address


def load_sources(
    path: Path, env: Mapping[str, str], *, products: Iterable[str] | None = None
) -> tuple[SourceConfig, ...]:
    """Read sources.yaml, with `${NAME}` filled in from `env`, and the rules beside it (KIND/*.yaml).

    `products`: those it may name (None: any).

    Raises:
        ConfigError: it does not fit; names file, line and what would be right, for everything that is wrong.
    """
    document = read(path, env)
    places = entries(document, "sources")
    known = None if products is None else tuple(products)
    sources = [source for place in places if (source := _source(document, place, known))]
    unique(document, places)
    rules, wrong = load_rules(path.parent)
    problems = [document.error()] if document.problems else []
    if problems or wrong:
        raise ConfigError.several([*problems, *wrong])
    return tuple(_with_rules(source, rules.get(source.kind, ())) for source in sources)


def load_rules(folder: Path) -> tuple[dict[str, tuple[BaseModel, ...]], list[ConfigError]]:
    """What the files of `folder`/KIND say to the kinds that take rules, by kind; and what is wrong with them."""
    found: dict[str, tuple[BaseModel, ...]] = {}
    wrong: list[ConfigError] = []
    for kind in registry.kinds():
        model = registry.spec(kind).rules
        for file in sorted((folder / kind).glob("*.yaml")) if model else ():
            try:
                document = read(file)
                rules = checked(document, model) if model else None
                if document.problems:
                    raise document.error()
            except ConfigError as error:
                wrong.append(error)
                continue
            found[kind] = (*found.get(kind, ()), *([rules] if rules else []))
    return found, wrong


def _with_rules(source: SourceConfig, rules: tuple[BaseModel, ...]) -> SourceConfig:
    if not rules:
        return source
    own = getattr(source.options, "rules", ())  # what the source itself says comes first
    return replace(source, options=source.options.model_copy(update={"rules": (*own, *rules)}))


def _source(document: Document, place: Place, products: tuple[str, ...] | None) -> SourceConfig | None:
    section = checked(document, SourceSection, place)
    kind = document.at((*place, "kind"))
    if not isinstance(kind, str):
        return None
    if kind not in registry.kinds():
        message = f'There is no kind of source "{kind}".'
        document.complain((*place, "kind"), message, fix=did_you_mean(kind, registry.kinds()))
        return None
    spec = registry.spec(kind)
    options = checked(document, spec.options, (*place, "options"))
    if section is None or options is None:
        return None
    if section.product is not None and products is not None and section.product not in products:
        message = f'company.yaml has no product "{section.product}".'
        document.complain((*place, "product"), message, fix=did_you_mean(section.product, products))
    return SourceConfig(
        name=section.name,
        kind=kind,
        options=options,
        base_url=section.base_url,
        every_minutes=section.every_minutes or spec.every_minutes,
        enabled=section.enabled,
        product=section.product,
        own=section.own,
        pace=Pace(requests=section.pace.requests, seconds=section.pace.seconds) if section.pace else None,
    )
