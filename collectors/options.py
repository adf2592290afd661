"""What the options of all kinds have in common: typed, documented, strict about names, readable as words."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Options(BaseModel):
    """The root of every kind's options. Each field has a description, which is its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


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


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""A list in sources.yaml, or words with commas between them on the command line."""
Pairs = Annotated[dict[str, str], BeforeValidator(_pairs)]
"""A mapping in sources.yaml, or name:value pairs with commas between them on the command line."""
