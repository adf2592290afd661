"""The sample internet's HTML pages, as Jinja templates beside this module."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def render(template: str, **values: object) -> str:
    """The page that a template makes of the values; whatever people wrote in them is escaped."""
    return _ENVIRONMENT.get_template(template).render(values)
