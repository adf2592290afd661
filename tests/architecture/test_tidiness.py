"""What must not be in the repository: a machine's own paths, registries' hosts, secrets, patched modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# Written so that these lines do not match themselves.
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|opt/wheels|opt/pypi|home/[a-z]\w*|Users/[a-z]\w*)/")
REGISTRY = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.org|deb\.debian\.org|docker\.io|ghcr\.io|quay\.io)\b")
SECRET = re.compile(r"xox[bp]-\d{9,}-\w+|xapp-\d-\w{8,}-\d+|ghp_\w{30,}|-----BEGIN [A-Z ]*PRIVATE KEY")


def test_no_path_of_a_machine_and_no_registry(root: Path, tracked: list[Path]) -> None:
    """What is checked in works on anybody's machine, with whatever registry they use."""
    assert list(_matches(root, tracked, MACHINE, REGISTRY)) == []


def test_no_secret(root: Path, tracked: list[Path]) -> None:
    """Nothing that looks like a real token or key is checked in."""
    assert list(_matches(root, tracked, SECRET)) == []


def test_tests_patch_nothing(root: Path, modules: list[Path]) -> None:
    """Code under test is handed something real, or a fake that ships in service/testing."""
    guilty = [path for path in modules if "unittest.mock" in _imported(path)]
    assert [str(path.relative_to(root)) for path in guilty] == []


def _matches(root: Path, tracked: list[Path], *patterns: re.Pattern[str]) -> Iterator[str]:
    for path in tracked:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or the model's weights
        for pattern in patterns:
            yield from (f"{path.relative_to(root)}: {found.group()}" for found in pattern.finditer(text))


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
