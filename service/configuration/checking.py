"""Holds a part of a YAML file against a pydantic model, and says in words and lines what does not fit."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from service.configuration.yaml_lines import Document, Place, Value, spelled
from service.domain.wording import did_you_mean, one_of, shown, what_is_right

Model = TypeVar("Model", bound=BaseModel)

_SECRET = re.compile(r"secret|token|password|key|credential", re.IGNORECASE)

Name = Annotated[str, Field(min_length=1, max_length=80)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
"""One text, or a list of texts."""


class Section(BaseModel):
    """The root of what a part of a configuration file may say: unknown keys are refused, each field is described."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def checked(document: Document, model: type[Model], place: Place = ()) -> Model | None:
    """What the file says at `place` (nothing: an empty mapping), as a `model`.

    None where it does not fit; the document notes why.
    """
    given = document.at(place)
    given = {} if given is None else given
    if not isinstance(given, dict):
        known = one_of(keys(model))
        where = f"{spelled(place)} is {shown(document.written(place))}" if place else f"The file is {shown(given)}"
        document.complain(place, f"{where}.", fix=f"It must be a mapping with {known}.")
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        for each in error.errors():
            _complain(document, model, place, each)
        return None


def entries(document: Document, key: str, *, beside: Collection[str] = ()) -> list[Place]:
    """The places of the entries of a file that is one list under `key`; notes where it is anything else.

    `beside`: other keys that the file may have.
    """
    data = document.data
    if data is None:
        document.complain((), "The file is empty.", fix=f"Write `{key}:` and its entries; none: `{key}: []`.", line=1)
        return []
    if not isinstance(data, dict):
        document.complain((), f"The file is {shown(data)}.", fix=f"It must begin with `{key}:`.", line=1)
        return []
    for other in data.keys() - {key, *beside}:
        document.complain((other,), f"There is no `{other}` here.", fix=did_you_mean(other, [key, *beside]))
    listed = data.get(key)
    if not isinstance(listed, list):
        message = f"`{key}` is {shown(listed)}." if key in data else f"`{key}` is missing."
        document.complain((key,), message, fix=f"It must be a list; none: `{key}: []`.")
        return []
    return [(key, index) for index in range(len(listed))]


def unique(document: Document, places: list[Place], field: str = "name") -> None:
    """Notes entries whose `field` another entry before them has."""
    first: dict[str, int | None] = {}
    for place in places:
        here = (*place, field)
        given = document.at(here)
        if not isinstance(given, str):
            continue
        if given.casefold() in first:
            message = f"The name {shown(given)} is taken (line {first[given.casefold()]})."
            document.complain(here, message, fix="Give each entry a name of its own.")
        first.setdefault(given.casefold(), document.line(here))


def keys(model: type[BaseModel]) -> list[str]:
    """What a mapping of this model may hold."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _complain(document: Document, model: type[BaseModel], place: Place, error: ErrorDetails) -> None:
    within = _within(document, place, error)
    here = (*place, *within)
    name, kind = spelled(here), error["type"]
    if kind == "extra_forbidden":
        document.complain(here, f"There is no {name}.", fix=did_you_mean(str(here[-1]), _siblings(model, within)))
    elif kind == "missing":
        meaning = _meaning(model, within)
        document.complain(here, f"{name} is missing.", fix=f"Add `{here[-1]}`{f': {meaning}' if meaning else ''}.")
    elif not within and kind == "value_error":
        document.complain(here, f"{spelled(place)} does not fit together.", fix=what_is_right(error))
    else:
        meaning = _meaning(model, within) if kind == "string_pattern_mismatch" and within else None
        fix = f"It must be {meaning}." if meaning else what_is_right(error)
        document.complain(here, f"{name} is {_given(document, here)}.", fix=fix)


def _within(document: Document, place: Place, error: ErrorDetails) -> Place:
    """pydantic's path, without the names of unions' branches that it puts between."""
    path: Place = ()
    for step in error["loc"]:
        if (*place, *path, step) in document.lines:
            path = (*path, step)
    missing = error["loc"][-1] if error["type"] == "missing" else None
    return path if missing is None else (*path, missing)


def _siblings(model: type[BaseModel], within: Place) -> list[str]:
    inner = _model_at(model, within[:-1])
    return keys(inner) if inner else []


def _meaning(model: type[BaseModel], within: Place) -> str | None:
    """What the documentation says of the field at `within`."""
    inner = _model_at(model, within[:-1])
    fields = inner.model_fields.items() if inner else ()
    found = next((field.description for name, field in fields if (field.alias or name) == within[-1]), None)
    return found.rstrip(".") if found else None


def _model_at(model: type[BaseModel], within: Place) -> type[BaseModel] | None:
    """The model that governs the mapping at `within`, where the annotations tell."""
    for step in within:
        if isinstance(step, int):
            continue
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == step), None)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return None
        model = inner
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found), None)


def _given(document: Document, place: Place) -> str:
    written: Value = document.written(place)
    if written is not None and _SECRET.search(str(place[-1])) and place not in document.expanded:
        return "not usable"
    return shown(written)
