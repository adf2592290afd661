"""What is imported is declared, what is declared is imported, and the versions that make installs fit both."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS = ("collectors", "nlp", "integrations", "service")
SAME_HOUSE = {"httpcore": "httpx", "prawcore": "praw", "requests": "praw", "starlette": "fastapi", "click": "typer"}
SAME_HOUSE |= {"pydantic-core": "pydantic", "twisted": "scrapy", "zope-interface": "scrapy", "psycopg-pool": "psycopg"}
SAME_HOUSE |= {"huggingface-hub": "transformers", "scipy": "scikit-learn"}
"""A part that comes with the whole that is declared, in the version that the whole wants."""
USED_WITHOUT_AN_IMPORT = {
    "tzdata": "read by zoneinfo",
    "python-multipart": "read by FastAPI's forms",
    "httptools": "uvicorn's parser where it is there",
    "uvloop": "uvicorn's loop where it is there",
}
EXTRAS = ("bluesky", "evaluation", "models", "training")


def test_what_is_imported_is_declared(root: Path) -> None:
    """A package that only happens to be there, because another wants it, may be gone tomorrow."""
    used = _used(root)
    assert used - _declared(root, *EXTRAS) == set()


def test_what_is_declared_is_used(root: Path) -> None:
    """Every declared dependency is downloaded by everybody, so each has to earn its place."""
    assert _declared(root) - _used(root) - USED_WITHOUT_AN_IMPORT.keys() == set()


def test_the_constraints_fit_what_is_declared(root: Path) -> None:
    """`make up` installs the versions that the tests ran with, and each is one that pyproject.toml allows."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    chosen = {canonicalize_name(name): version for name, version in pinned.items()}
    project = _project(root)
    wanted = [Requirement(each) for each in (*project["dependencies"], *project["optional-dependencies"]["dev"])]
    unfit = [str(each) for each in wanted if not each.specifier.contains(chosen.get(canonicalize_name(each.name), ""))]
    assert unfit == []


def _project(root: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _declared(root: Path, *extras: str) -> set[str]:
    project = _project(root)
    named = [*project["dependencies"], *(each for extra in extras for each in project["optional-dependencies"][extra])]
    return {canonicalize_name(re.split(r"[\[<>=~ ]", each)[0]) for each in named}


def _used(root: Path) -> set[str]:
    owners = packages_distributions()
    used: set[str] = set()
    for package in OURS:
        for path in (root / package).rglob("*.py"):
            for name in _top_levels(path) - set(OURS) - sys.stdlib_module_names:
                owner = canonicalize_name(owners.get(name, [name])[0])
                used.add(SAME_HOUSE.get(owner, owner))
    return used


def _top_levels(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names
