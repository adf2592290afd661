"""Who we are: config/company.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field

from collectors import registry
from service.configuration.addresses import SlackAddress
from service.configuration.checking import Name, Names, Section, checked, unique
from service.configuration.yaml_lines import Document, read
from service.domain.people import plain_account
from service.domain.wording import did_you_mean, nearest

_SHORTEST_MENTION = 5  # letters


class DigestRhythm(StrEnum):
    """How often a team gets its digest."""

    DAILY = "daily"
    WEEKLY = "weekly"  # on Mondays
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Something that the company makes and people write about."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Colleagues who share a channel and a digest."""

    name: str
    channel: str  # in Slack: "#rnd"
    digest: DigestRhythm
    digest_at: time  # in the company's time zone
    topics: tuple[str, ...] = ()  # what its digest is about; none: everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Who puts posts into the language that our team reads."""

    service: str  # integrations.translators
    into: str  # ISO 639-1
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company that runs this Earful."""

    name: str
    currency: str  # ISO 4217
    time_zone: ZoneInfo
    products: tuple[Product, ...]
    teams: tuple[Team, ...]
    rates: Mapping[str, Decimal] = field(default_factory=dict)  # what one unit of another currency is worth in ours
    accounts: Mapping[str, frozenset[str]] = field(default_factory=dict)  # kind of source -> what we write with
    translation: Translation | None = None

    def rate(self, currency: str) -> Decimal | None:
        """What one unit of `currency` (ISO 4217) is worth in the company's own; None where nobody said."""
        return Decimal(1) if currency == self.currency else self.rates.get(currency)

    def accounts_on(self, kind: str) -> frozenset[str]:
        """Our own accounts on a kind of source, made comparable (see `domain.people.plain_account`)."""
        return self.accounts.get(kind, frozenset())

    def product(self, words: str | None) -> str | None:
        """The name of the product that a source, an import or a person calls `words`; None where it is none of ours."""
        wanted = (words or "").strip().casefold()
        named = (p.name for p in self.products if wanted in {n.casefold() for n in (p.name, *p.aliases)})
        return next(named, None)

    def mentioned(self, *texts: str | None) -> str | None:
        """The one product that the texts name, as whole words; None where they name none, or several.

        Short and numeric aliases ("LH", "900101") are left out: in running text they mean anything.
        """
        words = " ".join(text for text in texts if text)
        found = {
            product.name
            for product in self.products
            for name in (product.name, *product.aliases)
            if len(name) >= _SHORTEST_MENTION and not name.isdigit() and _whole_words(name).search(words)
        }
        return found.pop() if len(found) == 1 else None

    def team(self, name: str) -> Team | None:
        """The team of this name; letters' case does not count."""
        return next((team for team in self.teams if team.name.casefold() == name.casefold()), None)


@cache
def _whole_words(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, available_timezones())
        raise ValueError(f"Did you mean `{near}`?" if near else "Use a name such as Europe/Berlin or UTC.") from None
    return name


def _clock(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise ValueError('Write a time of day in quotes, as in "08:30".') from None
    return value


class ProductSection(Section):
    """What an entry of its `products` may say."""

    name: Name = Field(description="what we call it")
    aliases: Names = Field((), description="other names, as sources, imports and people write it")


class TeamSection(Section):
    """What an entry of its `teams` may say."""

    name: Name = Field(description="what we call it; `earful digest --team` takes this")
    channel: SlackAddress = Field(description='its Slack channel, in quotes: "#rnd"')
    digest: DigestRhythm = Field(DigestRhythm.WEEKLY, description="`daily`, `weekly` (on Mondays) or `never`")
    digest_at: Annotated[str, AfterValidator(_clock)] = Field("08:00", description='time of day in quotes: "08:00"')
    topics: Names = Field((), description="topics that its digest is about; none: everything")


class TranslationSection(Section):
    """What its `translation` may say."""

    service: Literal["deepl", "libretranslate"] = Field(
        description="`deepl` (needs DEEPL_API_KEY), or `libretranslate`, which you can run yourself"
    )
    into: str = Field(pattern="^[a-z]{2}$", description="the language that your team reads, as two letters: `en`")
    url: str | None = Field(
        None, pattern="^https?://", description="where it answers; required for `libretranslate`: http://translate:5000"
    )


class CompanySection(Section):
    """What company.yaml may say."""

    name: Name = Field(description="the company's name")
    currency: str = Field(pattern="^[A-Z]{3}$", description="the currency of its orders, as three letters: EUR, USD …")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="its time zone: Europe/Berlin …")
    products: tuple[ProductSection, ...] = Field((), description="what people write about")
    teams: tuple[TeamSection, ...] = Field((), description="who gets a digest, and where")
    rates: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Annotated[Decimal, Field(gt=0)]] = Field(
        default_factory=dict, description="what one unit of another currency is worth in ours: `USD: 0.92`"
    )
    accounts: dict[str, Names] = Field(
        default_factory=dict,
        description="our own accounts on a kind of source, by handle or id: `reddit: [TallowAndFinch]`. What they "
        "write is no customer's voice and is not kept. Those that Earful answers with are known by themselves",
    )
    translation: TranslationSection | None = Field(
        None, description="who translates the posts on cards; without it they stand in their own language alone"
    )


def load_company(path: Path, *, topics: Iterable[str] | None = None) -> Company:
    """Read company.yaml. `topics`: the names of those that teams may name (None: any).

    Raises:
        ConfigError: it does not fit; names file, line and what would be right, for everything that is wrong.
    """
    document = read(path)
    section = checked(document, CompanySection)
    for key in ("products", "teams"):
        listed = document.at((key,))
        unique(document, [(key, index) for index in range(len(listed) if isinstance(listed, list) else 0)])
    if section is not None:
        _check_names(document, section, None if topics is None else set(topics))
    if section is None or document.problems:
        raise document.error()
    return _company(section)


def _check_names(document: Document, section: CompanySection, topics: set[str] | None) -> None:
    taken: dict[str, str] = {}
    for index, product in enumerate(section.products):
        for called in (product.name, *product.aliases):
            owner = taken.setdefault(called.casefold(), product.name)
            if owner != product.name:
                message = f'"{called}" names {owner} and {product.name}.'
                document.complain(("products", index), message, fix="Keep it with one of them.")
    translator = section.translation
    if translator is not None and translator.service == "libretranslate" and not translator.url:
        document.complain(("translation",), "libretranslate needs an address.", fix="Add `url: http://…`.")
    for kind in section.accounts:
        if kind not in registry.kinds():
            message = f'there is no kind of source "{kind}".'
            document.complain(("accounts", kind), message, fix=did_you_mean(kind, registry.kinds()))
    for index, team in enumerate(section.teams):
        for topic in team.topics:
            if topics is not None and topic not in topics:
                message = f'topics.yaml has no topic "{topic}".'
                document.complain(("teams", index, "topics"), message, fix=did_you_mean(topic, topics))


def _company(section: CompanySection) -> Company:
    return Company(
        name=section.name,
        currency=section.currency,
        time_zone=ZoneInfo(section.time_zone),
        rates=section.rates,
        translation=Translation(**section.translation.model_dump()) if section.translation else None,
        accounts={kind: frozenset(map(plain_account, named)) for kind, named in section.accounts.items()},
        products=tuple(Product(name=p.name, aliases=p.aliases) for p in section.products),
        teams=tuple(
            Team(
                name=team.name,
                channel=team.channel,
                digest=team.digest,
                digest_at=time.fromisoformat(team.digest_at),
                topics=team.topics,
            )
            for team in section.teams
        ),
    )
