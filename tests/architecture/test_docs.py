"""The documentation tells no untruth that a machine can catch: links, commands, verbs, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli.reference import page
from service.settings import Settings
from tests.architecture.commands import in_markdown, unknown

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ANCHOR = re.compile(r"[^\w\- ]")


@pytest.fixture(scope="module")
def pages(tracked: list[Path]) -> list[Path]:
    """Every page of documentation."""
    return [path for path in tracked if path.suffix == ".md"]


def test_links_lead_somewhere(root: Path, pages: list[Path]) -> None:
    """Every relative link in a page names a file, and a heading in it where it says so."""
    broken = [f"{page.relative_to(root)}: {link}" for page in pages for link in _broken_links(page)]
    assert broken == []


def test_earful_commands_exist(root: Path, pages: list[Path], verbs: dict[str, frozenset[str]]) -> None:
    """Every `earful …` that a page tells people to type is a verb with the options that it shows."""
    commands = [(page, words) for page in pages for words in in_markdown(page.read_text(encoding="utf-8"))]
    assert len(commands) > 20
    wrong = [f"{page.relative_to(root)}: {unknown(words, verbs)}" for page, words in commands if _wrong(words, verbs)]
    assert wrong == []


def test_make_commands_exist(root: Path, pages: list[Path]) -> None:
    """Every `make …` that a page tells people to type is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (page.relative_to(root).as_posix(), words[1])
        for page in pages
        for words in in_markdown(page.read_text(encoding="utf-8"))
        if words[0] == "make" and len(words) > 1
    }
    assert named
    assert {(name, target) for name, target in named if target not in targets} == set()


def test_the_page_of_the_command_line_is_current(root: Path) -> None:
    """`make docs` would change nothing; so every verb and option is documented."""
    assert (root / "docs/reference/cli.md").read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_setting_is_documented(root: Path) -> None:
    """Each setting in the environment has its line in the reference."""
    text = (root / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert [field.alias for field in Settings.model_fields.values() if field.alias and field.alias not in text] == []


def test_every_decision_has_its_four_parts(root: Path) -> None:
    """A decision says what was decided, why, what follows, and what holds it."""
    decisions = sorted((root / "docs/decisions").glob("[0-9]*.md"))
    assert decisions
    for decision in decisions:
        headings = re.findall(r"^## (.+)$", decision.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "What holds it"], decision.name


def _wrong(words: list[str], verbs: dict[str, frozenset[str]]) -> bool:
    return words[0] == "earful" and unknown(words, verbs) is not None


def _broken_links(page: Path) -> Iterator[str]:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (heading and heading not in _headings(target)):
            yield link


def _headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {ANCHOR.sub("", title.lower()).replace(" ", "-") for title in titles}
