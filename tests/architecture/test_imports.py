"""Which way imports go, and that our packages' names are ours alone."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

OURS = ("collectors", "nlp", "integrations", "service")
ASYNCHRONOUS = re.compile(r"^ *async ", re.MULTILINE)
ASYNC = {
    "collectors/product_pages/spider.py",  # Scrapy's own loop, in a process of its own
    "collectors/product_pages/turns.py",  # likewise
    "service/jobs/app.py",  # the worker's loop
    "service/jobs/tasks.py",  # procrastinate's search for stalled jobs has no other face
    "service/web/auth.py",  # what only looks: FastAPI asks plain functions in a thread each
    "service/web/site.py",  # likewise
    "service/web/guard.py",  # the outermost layer of the web application
}


def test_imports_go_the_way_that_the_contracts_say(root: Path) -> None:
    """Every contract of import-linter in pyproject.toml is kept."""
    # In a process of its own: it sets up logging anew, and other tests listen to theirs.
    ask = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    asked = subprocess.run([sys.executable, "-c", ask], cwd=root, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stdout + asked.stderr


@pytest.mark.parametrize("package", OURS)
def test_no_other_distribution_brings_a_package_of_ours(package: str) -> None:
    """Where another wheel installs a `service`, say, which of the two is imported would be a matter of luck."""
    assert set(packages_distributions().get(package, [])) <= {"earful"}


@pytest.mark.parametrize("package", OURS)
def test_every_folder_of_modules_is_a_package(package: str, root: Path, tracked: list[Path]) -> None:
    """A folder without __init__.py would lose against any installed package of its name."""
    folders = {path.parent for path in tracked if path.suffix == ".py" and (root / package) in path.parents}
    assert folders
    assert [str(each.relative_to(root)) for each in sorted(folders) if not (each / "__init__.py").is_file()] == []


def test_our_code_is_synchronous(root: Path, tracked: list[Path]) -> None:
    """A library's loop is entered in a few named places; everything else can be called as it is."""
    ours = [path for path in tracked if path.suffix == ".py" and path.relative_to(root).parts[0] in OURS]
    guilty = {path.relative_to(root).as_posix() for path in ours if ASYNCHRONOUS.search(path.read_text("utf-8"))}
    assert guilty == ASYNC
