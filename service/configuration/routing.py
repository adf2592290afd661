"""Who is told of what: config/routing.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, JsonValue

from collectors import registry
from service.configuration.addresses import TARGETS
from service.configuration.checking import Name, Section, checked, entries, unique
from service.configuration.conditions import EVERYTHING, ConditionReader
from service.configuration.yaml_lines import Document, Place, read, spelled
from service.domain.facts import Facts, IssueFacts
from service.domain.fields import ISSUE_FIELDS, POST_FIELDS
from service.domain.routing import AnyRule, Destination, Rule
from service.domain.vocabulary import F
from service.domain.wording import did_you_mean, one_of, shown

_ALARMS = "alarms"
_Known: TypeAlias = Mapping[str, tuple[str, ...]]


class RuleSection(Section):
    """What an entry of routing.yaml may say."""

    name: Name = Field(description="what people read as the reason why a card is where it is")
    on: Literal["post", "issue"] = Field(
        "post",
        description="`post`: looked at for each post; `issue`: for each issue that opens, rises, returns, is fixed",
    )
    when: JsonValue = Field(description=f"the fields that must fit, see below; `{EVERYTHING}` fits all")
    send: dict[str, JsonValue] = Field(
        default_factory=dict, description='where it goes: `{slack: "#rnd"}`, or `{slack: ["#rnd", "#support"]}`'
    )
    stop: bool = Field(
        False, description="`true`: rules below are not looked at. Alone, without `send`: it goes nowhere"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """All of routing.yaml."""

    rules: tuple[AnyRule, ...]
    alarms: tuple[Destination, ...] = ()  # who hears of a source that needs somebody; none: pages and `doctor` only


def load_routing(path: Path, *, topics: Iterable[str] | None = None, products: Iterable[str] | None = None) -> Routing:
    """Read routing.yaml, in its order. `topics`, `products`: the names that rules may use (None: any).

    Raises:
        ConfigError: it does not fit; names file, line and what would be right, for everything that is wrong.
    """
    document = read(path)
    places = entries(document, "rules", beside=[_ALARMS])
    named = {"topic": topics, "product": products, "source_kind": registry.kinds()}
    known = {field: tuple(names) for field, names in named.items() if names is not None}
    rules = [_rule(document, place, known) for place in places]
    unique(document, places)
    alarms = _alarms(document)
    if document.problems:
        raise document.error()
    return Routing(rules=tuple(rule for rule in rules if rule), alarms=alarms)


def _alarms(document: Document) -> tuple[Destination, ...]:
    given = document.at((_ALARMS,))
    if given is not None and not isinstance(given, dict):
        fix = f'Write it as rules do: `{_ALARMS}: {{slack: "#channel"}}`.'
        document.complain((_ALARMS,), f"`{_ALARMS}` is {shown(given)}.", fix=fix)
    return _destinations(document, (_ALARMS,))


def _rule(document: Document, place: Place, known: _Known) -> AnyRule | None:
    if document.at((*place, "on")) == "issue":
        asked = f"Rules `on: issue` ask for {one_of(ISSUE_FIELDS)}."
        issues = ConditionReader(document, ISSUE_FIELDS, elsewhere=dict.fromkeys(POST_FIELDS, asked), known=known)
        return _made(document, place, IssueFacts, issues)
    asked = "Issues have this: add `on: issue` to the rule."
    posts = ConditionReader(document, POST_FIELDS, elsewhere=dict.fromkeys(ISSUE_FIELDS, asked), known=known)
    return _made(document, place, Facts, posts)


def _made(document: Document, place: Place, about: type[F], reader: ConditionReader[F]) -> Rule[F] | None:
    section = checked(document, RuleSection, place)
    destinations = _destinations(document, (*place, "send"))
    when = reader.read((*place, "when"))
    if section is None:
        return None
    if not section.send and not section.stop:
        message = f"The rule {shown(section.name)} sends nothing anywhere."
        document.complain((*place, "send"), message, fix='Add `send: {slack: "#channel"}`.')
    return Rule(name=section.name, about=about, when=when, destinations=destinations, stop=section.stop)


def _destinations(document: Document, place: Place) -> tuple[Destination, ...]:
    given = document.at(place)
    found: dict[Destination, None] = {}
    for target, addresses in given.items() if isinstance(given, dict) else ():
        here = (*place, target)
        check = TARGETS.get(target)
        if check is None:
            document.complain(here, f'There is no target "{target}".', fix=did_you_mean(target, tuple(TARGETS)))
            continue
        listed = addresses if isinstance(addresses, list) else [addresses]
        for index, address in enumerate(listed):
            at = (*here, index) if addresses is listed else here
            try:
                if not isinstance(address, str):
                    raise ValueError('Put it in quotes, as in "#rnd": without them, # begins a comment.')
                found[Destination(target, check(address))] = None
            except ValueError as error:
                document.complain(at, f"{spelled(at)} is {shown(address)}.", fix=str(error))
    return tuple(found)
