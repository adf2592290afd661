"""Files and functions stay short enough to be read in one go. Docstrings are ruff's to ask for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60

TOO_LONG_WITH_A_REASON: dict[str, str] = {}
"""Files that may be longer, each with the reason. The list may only shrink."""


def test_no_file_is_too_long(root: Path, modules: list[Path]) -> None:
    """A file that grows past 400 lines holds a second idea."""
    names = {path.relative_to(root).as_posix(): _lines(path) for path in modules}
    long = {name: lines for name, lines in names.items() if lines > MOST_LINES_OF_A_FILE}
    assert long.keys() == TOO_LONG_WITH_A_REASON.keys(), long


def test_no_function_is_too_long(root: Path, modules: list[Path]) -> None:
    """A function that does not fit on a screen does two things."""
    long = [
        f"{path.relative_to(root)}:{line} {name} has {length} lines"
        for path in modules
        for name, line, length in _functions(path)
        if length > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _functions(path: Path) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1
