"""One style sheet for page and mail: as it is on our pages, written into the elements for mail."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from service.digest.palette import DARK, LIGHT, Palette

FILE = Path(__file__).parent / "digest.css"
_RULE = re.compile(r"\.(d-[\w-]+)\s*\{([^}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")


def classes(names: str) -> Markup:
    """The attribute of an element on our pages. `names`: the classes without their prefix."""
    return Markup('class="{}"').format(" ".join(f"d-{name}" for name in names.split()))


def written_in(names: str) -> Markup:
    """The attributes of an element in mail: the classes for <style>, and what they say on the light ground.

    Raises:
        KeyError: a class has no rule; a mistake in the template.
    """
    said = " ".join(_rules()[f"d-{name}"] for name in names.split() if name != "phone-off")
    return Markup('{} style="{}"').format(classes(names), with_colours(said, LIGHT))


@cache
def for_mail() -> str:
    """What goes into mail's <style>: the ground, the dark colours, and what depends on the screen or on paper."""
    base, *later = _COMMENT.sub("", FILE.read_text(encoding="utf-8")).split("@media")
    coloured = [
        (name, f"{key}: {value}")
        for name, said in _RULE.findall(base)
        for key, value in _declarations(said)
        if "var(" in value
    ]
    dark = "\n".join(f".{name} {{ {with_colours(said, DARK)} !important; }}" for name, said in coloured)
    blocks = "\n".join(f"@media{re.sub(r';', ' !important;', with_colours(block, LIGHT)).rstrip()}" for block in later)
    return "\n".join(
        [
            ":root { color-scheme: light dark; supported-color-schemes: light dark; }",
            f"body {{ background: {LIGHT['n0']}; }}",
            blocks,
            f"@media screen and (prefers-color-scheme: dark) {{\nbody {{ background: {DARK['n0']} !important; }}",
            dark,
            "}",
        ]
    )


def with_colours(said: str, palette: Palette) -> str:
    """Declarations with the palette's colours in place of the custom properties."""
    return _VARIABLE.sub(lambda found: palette[found[1]], said)


@cache
def _rules() -> dict[str, str]:
    base = _COMMENT.sub("", FILE.read_text(encoding="utf-8")).split("@media")[0]
    return {name: " ".join(said.split()) for name, said in _RULE.findall(base)}


def _declarations(said: str) -> list[tuple[str, str]]:
    parts = [part.partition(":") for part in said.split(";") if part.strip()]
    return [(key.strip(), value.strip()) for key, _, value in parts]
