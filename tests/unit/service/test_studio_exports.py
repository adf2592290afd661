"""The sample shop's files, and that the same epoch always shows the same world."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.testing.studio.content import Studio, load_studio
from service.testing.studio.imports import write_imports
from service.testing.studio.showing import show
from service.testing.studio.truth import load_truth
from service.testing.studio.world import World

EPOCH = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def studio() -> Studio:
    """The shipped content, read and checked."""
    return load_studio()


def test_records_are_written_with_real_dates(studio: Studio, tmp_path: Path) -> None:
    """Orders have real times before the epoch, and point at customers that are in the other file."""
    write_imports(tmp_path, studio, show(studio.content, EPOCH, 1))
    tables = {}
    for name in ("customers", "organisations", "orders"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    assert len(tables["customers"]) == len(studio.records.customers)
    assert {order["customer"] for order in tables["orders"]} <= {row["id"] for row in tables["customers"]}
    assert all(datetime.fromisoformat(order["placed_at"]) <= EPOCH for order in tables["orders"])
    assert {row["email_verified"] for row in tables["customers"]} <= {"true", "false"}


def test_a_world_switches_its_exports_too(studio: Studio, tmp_path: Path) -> None:
    """The files of the shop change with the phase, since a collector of files has nobody to ask."""
    world = World(studio, EPOCH, exports=tmp_path)
    first = (tmp_path / "survey.csv").read_text(encoding="utf-8")
    world.turn(2)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "survey.csv").read_text(encoding="utf-8"))))
    assert {row["id"] for row in rows if not row["id"].startswith("survey-")} == {
        post.external_id for post in load_truth().in_phase(2) if post.kind == "survey"
    }
    world.turn(1)
    assert (tmp_path / "survey.csv").read_text(encoding="utf-8") == first


def test_the_same_epoch_shows_the_same_world(studio: Studio) -> None:
    """A restart changes no id and no time, so that nothing seems edited."""
    for phase in (1, 2):
        assert show(studio.content, EPOCH, phase) == show(studio.content, EPOCH, phase)
        assert all(shown.changed_at.microsecond == 0 for shown in show(studio.content, EPOCH, phase).posts)


def test_external_ids_are_unique_in_each_source() -> None:
    """No two posts share the id under which their source reports them."""
    truth = load_truth()
    assert len(truth.by_source_and_id()) == len(truth.posts)
