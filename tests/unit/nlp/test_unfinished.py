"""A training run that is cut off: the model stays as it was, and what was finished is not done twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nlp.files import MANIFEST
from nlp.training.unfinished import Unfinished

_NAMES = ("network", "heads")


class CutOffError(Exception):
    """What a power cut is to a test."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model, with a file that no run makes."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (*_NAMES, MANIFEST, "NOTICE.md"):
        (folder / name).write_text("old", encoding="utf-8")
    return folder


class Run:
    """A run of two steps that remembers what it did."""

    def __init__(self, model: Path, made_from: str = "these sets") -> None:
        self.did: list[str] = []
        self.said: list[str] = []
        self.unfinished = Unfinished(model, made_from, self.said.append)

    def make(self, name: str) -> Callable[[], None]:
        """Write this file."""

        def work() -> None:
            self.did.append(name)
            (self.unfinished.folder / name).write_text("new", encoding="utf-8")

        return work

    def all(self) -> None:
        """From the first step to the last."""
        for name in _NAMES:
            self.unfinished.step(name, self.make(name))
        (self.unfinished.folder / MANIFEST).write_text("new", encoding="utf-8")
        self.unfinished.publish(_NAMES)


def content(folder: Path) -> dict[str, str]:
    """What the files hold."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def cut_off_after_the_network(model: Path) -> None:
    """The heads are half written."""
    run = Run(model)
    run.unfinished.step("network", run.make("network"))

    def fall() -> None:
        (run.unfinished.folder / "heads").write_text("half", encoding="utf-8")
        raise CutOffError

    with pytest.raises(CutOffError):
        run.unfinished.step("heads", fall)


def test_a_whole_run_replaces_the_model_and_leaves_nothing(model: Path) -> None:
    """Also what belongs to the model and is not made stays."""
    Run(model).all()
    assert content(model) == {"network": "new", "heads": "new", MANIFEST: "new", "NOTICE.md": "old"}
    assert [path.name for path in model.parent.iterdir()] == ["model"]


def test_a_run_that_is_cut_off_leaves_the_model_as_it_was(model: Path) -> None:
    """The half-written file lies elsewhere."""
    before = content(model)
    cut_off_after_the_network(model)
    assert content(model) == before


def test_the_next_run_does_only_what_is_missing(model: Path) -> None:
    """It says what it found."""
    cut_off_after_the_network(model)
    run = Run(model)
    run.all()
    assert run.did == ["heads"]
    assert "where network is finished" in run.said[0]
    assert content(model)["heads"] == "new"


@pytest.mark.parametrize("damage", ["", "{"])
def test_what_cannot_be_told_apart_is_made_anew(model: Path, damage: str) -> None:
    """Another set, other code, or a list of steps that cannot be read."""
    cut_off_after_the_network(model)
    if damage:
        (model.parent / "model.unfinished" / "unfinished.json").write_text(damage, encoding="utf-8")
    run = Run(model, "these sets" if damage else "other sets")
    assert content(run.unfinished.folder)["heads"] == "old"
    run.all()
    assert run.did == ["network", "heads"]


def test_a_cut_while_the_files_are_put_in_place_is_mended(model: Path) -> None:
    """The next run finds all that was made, and puts it there."""
    run = Run(model)
    for name in _NAMES:
        run.unfinished.step(name, run.make(name))
    with pytest.raises(FileNotFoundError):
        run.unfinished.publish(["network", "not made"])
    again = Run(model)
    assert content(again.unfinished.folder).items() >= {"network": "new", "heads": "new"}.items()
    again.all()
    assert again.did == []
    assert content(model) == {"network": "new", "heads": "new", MANIFEST: "new", "NOTICE.md": "old"}
