"""The style sheets keep to the tokens, and the tokens can be read on both grounds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import service.web

STATIC = Path(service.web.__file__).parent / "static"
OURS = [STATIC / name for name in ("base.css", "pieces.css", "pages.css")]


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme by name."""
    sheet = (STATIC / "tokens.css").read_text()
    light = sheet[sheet.index(":root {") : sheet.index(':root[data-theme="dark"]')]
    dark = sheet[sheet.index(':root[data-theme="dark"]') : sheet.index("@media (prefers-color-scheme: dark)")]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light if theme == "light" else dark))


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio after WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_words_reads_at_aa_on_every_ground(theme: str) -> None:
    """4.5 to 1 at least, on the page, the raised ground and under the pointer; each meaning on its own tint too."""
    colour = tokens(theme)
    grounds = ["n0", "n1", "n2"]
    pairs = [(ink, ground) for ink in ("n6", "n7", "n8", "accent", "act", "unsure", "done") for ground in grounds]
    pairs += [(meaning, f"{meaning}-soft") for meaning in ("accent", "act", "unsure", "done")]
    pairs += [("n8", f"{meaning}-soft") for meaning in ("act", "unsure")] + [("n8", "n3"), ("n6", "unsure-soft")]
    poor = {pair: ratio for pair in pairs if (ratio := contrast(colour[pair[0]], colour[pair[1]])) < 4.5}
    assert poor == {}


def test_dark_by_the_switch_is_dark_by_the_system() -> None:
    """The two blocks of the sheet say the same."""
    sheet = (STATIC / "tokens.css").read_text()
    by_system = sheet[sheet.index("@media (prefers-color-scheme: dark)") :]
    assert dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", by_system)) == tokens("dark")


@pytest.mark.parametrize("sheet", OURS, ids=lambda path: path.name)
def test_sheets_use_the_tokens(sheet: Path) -> None:
    """No colour, size or weight of their own."""
    text = sheet.read_text()
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])", text)
    assert set(re.findall(r"font-weight:\s*([^;]+);", text)) <= {"var(--strong)", "var(--regular)"}
    assert set(re.findall(r"font-size:\s*([^;]+);", text)) <= {f"var(--size-{n})" for n in (12, 14, 16, 20, 28)}


def test_every_icon_that_a_template_names_exists() -> None:
    """A misspelt one would be an empty space."""
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    templates = (Path(service.web.__file__).parent / "templates").glob("*.html")
    named = {name for path in templates for name in re.findall(r'icon\("([\w-]+)"\)', path.read_text())}
    assert named <= known
