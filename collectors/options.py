"""What the options of all kinds have in common: typed, documented, strict about names, readable as words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from collectors.base import CollectorError, Secret, SourceRefused, Spec


class Options(BaseModel):
    """The root of every kind's options. Each field has a description, which is its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class BadOption(CollectorError):
    """An option is unknown, missing or not usable; `name` is its name, the message says what would be right."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class OptionHelp:
    """One option, for a person."""

    name: str
    required: bool
    default: str  # as it would be written on the command line; empty where there is none
    choices: tuple[str, ...]
    description: str


def need_secrets(spec: Spec, secrets: Mapping[str, str]) -> None:
    """Raises SourceRefused, with where to get it, where a credential that the kind cannot do without is missing."""
    missing = missing_secrets(spec, secrets)
    if missing:
        names = " and ".join(secret.name for secret in missing)
        raise SourceRefused(f"{spec.title} is off: {names} not set.", what_to_do=f"Get it here: {missing[0].where}")


def _words(value: object) -> object:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def _pairs(value: object) -> object:
    if isinstance(value, str):
        pairs = [pair.partition(":") for pair in value.split(",") if pair.strip()]
        if not all(colon for _, colon, _ in pairs):
            raise ValueError("give name:value pairs with commas between them")
        return {name.strip(): given.strip() for name, _, given in pairs}
    return value


def _host(value: str) -> str:
    try:
        host = urlsplit(value if "://" in value else f"https://{value}").netloc
    except ValueError:
        host = ""
    if not host or "@" in host:
        raise ValueError(f"{value!r} is no server's name; one is written like social.example.org")
    return host.lower()


Host = Annotated[str, AfterValidator(_host)]
"""A server's name in small letters; its address (https://Name/about) is taken for it."""
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""A list in sources.yaml, or words with commas between them on the command line."""
Pairs = Annotated[dict[str, str], BeforeValidator(_pairs)]
"""A mapping in sources.yaml, or name:value pairs with commas between them on the command line."""


def read_options(spec: Spec, given: Mapping[str, object]) -> BaseModel:
    """The options of a kind, checked. Values may be texts, as the command line has them.

    Raises BadOption at the first one that is unknown, missing or not usable.
    """
    try:
        return spec.options.model_validate(dict(given))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")  # a misspelt name explains the rest
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        raise BadOption(name, f"{spec.kind} has no option “{name}”. {_near(name, spec)}")
    if first["type"] == "missing":
        raise BadOption(name, f"{spec.kind} needs the option {name}: {spec.options.model_fields[name].description}")
    reason = first["msg"].removeprefix("Value error, ")
    about = spec.options.model_fields[name.partition(".")[0]].description if name else ""
    raise BadOption(name, f"The option {name or 'list'} of {spec.kind} is not usable: {reason}. {about}".rstrip())


def describe_options(spec: Spec) -> Iterator[OptionHelp]:
    """Each option of a kind: the required ones first, else in the order in which they are declared."""
    for name, field in sorted(spec.options.model_fields.items(), key=lambda option: not option[1].is_required()):
        kinds = [field.annotation, *get_args(field.annotation)]
        enum = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)), None)
        default = "" if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
        yield OptionHelp(
            name=name,
            required=field.is_required(),
            default=_written(default),
            choices=tuple(str(member.value) for member in enum) if enum else (),
            description=field.description or "",
        )


def missing_secrets(spec: Spec, environ: Mapping[str, str]) -> list[Secret]:
    """The credentials that the kind cannot do without and the environment does not hold."""
    return [secret for secret in spec.secrets if secret.required and not environ.get(secret.name)]


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(_written(item) for item in value)
    if isinstance(value, dict):
        return ",".join(f"{key}:{item}" for key, item in value.items())
    return str(value.value) if isinstance(value, Enum) else str(value)


def _near(name: str, spec: Spec) -> str:
    near = get_close_matches(name.lower().replace("-", "_"), spec.options.model_fields, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"It has: {', '.join(spec.options.model_fields)}."
