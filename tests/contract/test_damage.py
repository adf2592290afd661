"""Payloads and answers that are damaged at random end in a post, in being set aside, or in one of our two errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors import registry
from tests.evidence import fuzz
from tests.evidence.faults import FAULTS, survives
from tests.recorded.cases import case_of, listening

FOUND = sorted(fuzz.FOUND.glob("*.json"))


@pytest.mark.parametrize("kind", registry.kinds())
def test_damaged_payloads_break_no_parser(kind: str, tmp_path: Path) -> None:
    """A few hundred here; `make fuzz` tries as many as one likes."""
    tried = fuzz.try_parser(kind, 300, payloads=tmp_path)
    assert tried.broken == []
    assert tried.cases > 250
    assert tried.read > 50


@pytest.mark.parametrize("kind", sorted({*registry.kinds()} - fuzz.NO_ANSWERS - {"reddit"}))  # its library pauses
def test_damaged_answers_end_in_order(kind: str) -> None:
    """Whole runs in which half the answers are damaged."""
    tried = fuzz.Tried(kind)
    fuzz.try_answers(tried, 8)
    assert tried.strange == []


@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_what_once_broke_a_parser_does_so_no_more(path: Path, tmp_path: Path) -> None:
    """Payloads that `make fuzz` found."""
    kind = path.stem.rpartition("-")[0]
    with listening(kind, case_of(kind, tmp_path), "http://127.0.0.1:9") as collector:
        assert fuzz.problem_of(collector, kind, json.loads(path.read_text(encoding="utf-8"))["raw"])[0] is None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_meets_a_fault_is_completed_by_the_next(fault: str) -> None:
    """For one kind here; docs/collectors.md has them all."""
    assert survives("steam", fault, after=1)
