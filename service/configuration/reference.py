"""Writes the tables of docs/reference from the code that reads the configuration, so that they are never out of date.

Run `python -m service.configuration.reference docs/reference` after a change; the text around the tables is by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from collectors import registry
from collectors.base import Passport, Spec
from integrations.repliers import registry as repliers
from integrations.replies import Counting, Markup, ReplierSpec
from service.configuration.company import CompanySection, ProductSection, TeamSection, TranslationSection
from service.configuration.nlp import ClassifierSection, NlpSection
from service.configuration.replies import (
    ApprovalSection,
    ClosingSection,
    ClosingTextSection,
    GreetingSection,
    RepliesSection,
    TemplateSection,
)
from service.configuration.routing import RuleSection
from service.configuration.sources import SourceSection
from service.configuration.topics import TopicSection
from service.domain.fields import ISSUE_FIELDS, POST_FIELDS
from service.domain.vocabulary import F, Field, Flag, Number
from service.domain.wording import figure
from service.settings import Settings

_BLOCK = re.compile(r"<!-- table: (?P<name>[\w ]+) -->\n.*?<!-- end -->", re.DOTALL)


def settings_table() -> str:
    """The settings in the environment."""
    fields = [(str(f.alias), f) for f in Settings.model_fields.values() if f.alias]
    return _table(("Name", "Default", "Meaning"), [(f"`{n}`", _default(f), f.description or "") for n, f in fields])


def keys_table(model: type[BaseModel]) -> str:
    """What a part of a file may say."""
    fields = sorted(model.model_fields.items(), key=lambda field: not field[1].is_required())
    rows = [(f"`{f.alias or n}`", _default(f), f.description or "") for n, f in fields]
    return _table(("Key", "Default", "Meaning"), rows) if rows else "Nothing to set."


def fields_table(fields: Mapping[str, Field[F]]) -> str:
    """What a rule's `when` may ask."""
    rows = [(f"`{field.name}`", _takes(field), field.meaning) for field in fields.values()]
    return _table(("Field", "Takes", "Meaning"), rows)


def kinds_section() -> str:
    """All kinds of sources with their options, keys, and what their passports allow."""
    return "\n\n".join(_kind(registry.spec(kind)) for kind in registry.kinds())


def answers_table() -> str:
    """Where authors can be answered by a program, and what the platform allows there."""
    head = ("Kind", "At most", "Markup", "Can be changed", "Can be taken back", "Good to know")
    return _table(head, [_answering(spec) for spec in _repliers()])


def answers_shown() -> str:
    """How long a reply that cannot be found is looked for, and why."""
    rows = [
        (f"`{spec.kind}`", _patience(spec.rules.shown.within_seconds), spec.rules.shown.why) for spec in _repliers()
    ]
    return _table(("Kind", "Believed after", "Because"), rows)


def _patience(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    number, unit = (seconds / 3600, "hour") if seconds >= 3600 else (seconds / 60, "minute")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


def answers_keys() -> str:
    """What answering needs in the environment, kind by kind."""
    rows = [
        (spec.kind, f"`{need.name}`{'' if need.required else ' (not required)'}", need.where)
        for spec in _repliers()
        for need in spec.secrets
    ]
    return _table(("Kind", "Name", "Where to get it"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "company": lambda: keys_table(CompanySection),
    "products": lambda: keys_table(ProductSection),
    "teams": lambda: keys_table(TeamSection),
    "translation": lambda: keys_table(TranslationSection),
    "topics": lambda: keys_table(TopicSection),
    "nlp": lambda: keys_table(NlpSection),
    "classifiers": lambda: keys_table(ClassifierSection),
    "replies": lambda: keys_table(RepliesSection),
    "approval": lambda: keys_table(ApprovalSection),
    "greetings": lambda: keys_table(GreetingSection),
    "templates": lambda: keys_table(TemplateSection),
    "closing": lambda: keys_table(ClosingSection),
    "closing texts": lambda: keys_table(ClosingTextSection),
    "rules": lambda: keys_table(RuleSection),
    "post fields": lambda: fields_table(POST_FIELDS),
    "issue fields": lambda: fields_table(ISSUE_FIELDS),
    "sources": lambda: keys_table(SourceSection),
    "kinds": kinds_section,
    "answers": answers_table,
    "answers shown": answers_shown,
    "answers keys": answers_keys,
}


def rendered(text: str) -> str:
    """The page with every `<!-- table: NAME -->` … `<!-- end -->` filled anew. Raises KeyError for an unknown name."""
    return _BLOCK.sub(lambda block: f"<!-- table: {block['name']} -->\n{TABLES[block['name']]()}\n<!-- end -->", text)


def write(folder: Path) -> None:
    """Fill the tables of all pages in `folder` anew."""
    for page in sorted(folder.glob("*.md")):
        page.write_text(rendered(page.read_text(encoding="utf-8")), encoding="utf-8")


def _kind(spec: Spec) -> str:
    secrets = [
        f"- `{need.name}` in the environment{'' if need.required else ' (not required)'}: {need.where}"
        for need in spec.secrets
    ]
    lines = [
        f"### `{spec.kind}`: {spec.title}",
        keys_table(spec.options),
        "\n".join(secrets) if secrets else "No key is needed.",
        f"{_rhythm(spec)} {_passport(spec.passport)}",
    ]
    return "\n\n".join(lines)


_UNITS: Mapping[Counting, str] = {
    Counting.CHARACTERS: "characters",
    Counting.UTF16: "characters, most emoji as two",
    Counting.GRAPHEMES: "characters as people see them",
    Counting.BYTES: "bytes",
    Counting.WEIGHTED: "characters as X counts",
    Counting.LINKS_SHORT: "characters, an address as 23",
}
_MARKUP: Mapping[Markup, str] = {Markup.PLAIN: "none", Markup.MARKDOWN: "Markdown", Markup.HTML: "HTML"}


def _repliers() -> list[ReplierSpec]:
    found = (repliers.spec(kind) for kind in repliers.kinds())
    return [spec for spec in found if spec is not None]


def _answering(spec: ReplierSpec) -> tuple[str, ...]:
    rules = spec.rules
    limit = "no limit" if rules.limit is None else f"{figure(rules.limit)} {_UNITS[rules.counting]}"
    yes = ("no", "yes")
    notes = " ".join(rules.notes)
    return f"`{spec.kind}`", limit, _MARKUP[rules.markup], yes[rules.edits], yes[rules.deletes], notes


def _rhythm(spec: Spec) -> str:
    return f"Listens every {spec.every_minutes} minutes, with requests at a pace of {spec.pace}, unless told otherwise."


def _passport(passport: Passport) -> str:
    linked = "may be linked to customers" if passport.may_link else "are never linked to customers"
    kept = "as long as you like" if passport.keep_raw_days is None else f"{passport.keep_raw_days} days"
    return f"Authors {linked}; what was received is kept {kept}. {passport.terms}"


def _takes(field: Field[F]) -> str:
    if isinstance(field, Flag):
        return "`true`, `false`"
    if isinstance(field, Number):
        return "a number from 0 up" if field.highest is None else f"a number, 0 to {figure(field.highest)}"
    return ", ".join(f"`{word}`" for word in field.known) if field.known else "text"


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        return str(extra["default"])
    if field.is_required():
        return "required"
    value = field.default if field.default is not PydanticUndefined else None
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    return "" if value in (None, "") else f"`{value}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
