"""Payloads and answers that are damaged at random end in a post, in being set aside, or in one of our two errors."""

from __future__ import annotations

import json
from base64 import b64decode
from contextlib import suppress
from pathlib import Path

import pytest

from collectors import registry
from collectors.base import PostUnreadable, SourceBusy, SourceRefused
from tests.evidence import documents, fuzz
from tests.evidence.faults import FAULTS, survives
from tests.recorded.cases import case_of, listening
from tests.recorded.web import Reply, serve

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


@pytest.mark.parametrize("kind", documents.READ)
def test_damaged_documents_end_in_order(kind: str, tmp_path: Path) -> None:
    """Feeds, pages and letters whose bytes, declared encodings and entities were changed; none takes long."""
    tried = fuzz.Tried(kind)
    fuzz.try_documents(tried, 60, payloads=tmp_path)
    assert tried.spoilt == []


@pytest.mark.parametrize("kind", documents.READ)
def test_entities_from_elsewhere_are_never_fetched(kind: str, tmp_path: Path) -> None:
    """Neither a file of this machine nor an address gets into a text, or is asked for."""
    file = tmp_path / "secret.txt"
    file.write_text("hush-hush", encoding="utf-8")
    with serve(lambda _: Reply("hush-hush")) as web:
        for outside in (file.as_uri(), f"{web.url}/a.txt"):
            named = f'SYSTEM "{outside}"'
            entities = f"<!DOCTYPE x {named} [<!ENTITY a {named}><!ENTITY % p {named}> %p;]>"
            for whole in documents.whole(kind, tmp_path):
                head, tag, rest = whole.partition(b"<rss" if b"<rss" in whole else b"<feed")
                hostile = head + entities.encode() + tag + rest.replace(b"flickers", b"flickers &a;")
                with suppress(PostUnreadable, SourceBusy, SourceRefused):
                    assert "hush-hush" not in str(list(documents.READ[kind](hostile)))
        assert web.asked == []


@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_what_once_broke_a_parser_does_so_no_more(path: Path, tmp_path: Path) -> None:
    """Payloads and documents that `make fuzz` found."""
    kind = path.stem.rpartition("-")[0]
    with listening(kind, case_of(kind, tmp_path), "http://127.0.0.1:9") as collector:
        found = json.loads(path.read_text(encoding="utf-8"))
        if "document" in found:
            assert fuzz.problem_of_document(collector, kind, b64decode(found["document"])) is None
        else:
            assert fuzz.problem_of(collector, kind, found["raw"])[0] is None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_meets_a_fault_is_completed_by_the_next(fault: str) -> None:
    """For one kind here; docs/collectors.md has them all."""
    assert survives("steam", fault, after=1)
