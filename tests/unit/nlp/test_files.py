"""A damaged model folder is noticed at once, with a sentence that says what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nlp.base import ModelMissing
from nlp.files import FOLDER, MANIFEST, open_files, verify, write_manifest
from nlp.runtime import Understanding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small model folder that is whole."""
    (tmp_path / "graph.onnx").write_bytes(b"graph")
    (tmp_path / "table.npy").write_bytes(b"table")
    write_manifest(tmp_path, ["graph.onnx", "table.npy"])
    return tmp_path


def test_the_shipped_model_is_whole() -> None:
    """Every file in the repository is the one that its manifest names."""
    verify(FOLDER)


def test_the_version_follows_the_content(folder: Path) -> None:
    """The same files have the same version; another content has another."""
    before = open_files(folder).version
    assert write_manifest(folder, ["table.npy", "graph.onnx"]) == before
    (folder / "table.npy").write_bytes(b"other")
    assert write_manifest(folder, ["graph.onnx", "table.npy"]) != before


def test_a_missing_file_is_named(folder: Path) -> None:
    """The message names the file and what to do."""
    (folder / "table.npy").unlink()
    with pytest.raises(ModelMissing, match=r"table\.npy is missing\. Install Earful again") as caught:
        open_files(folder)
    assert "Install Earful again" in caught.value.what_to_do


def test_a_truncated_file_is_named(folder: Path) -> None:
    """The cheap check sees the size."""
    (folder / "graph.onnx").write_bytes(b"gra")
    with pytest.raises(ModelMissing, match="3 bytes instead of 5"):
        open_files(folder)


def test_a_changed_file_of_the_same_size_is_found_by_verify(folder: Path) -> None:
    """Only the thorough check reads the content."""
    (folder / "graph.onnx").write_bytes(b"grapH")
    open_files(folder)
    with pytest.raises(ModelMissing, match="not the one that was shipped"):
        verify(folder)


def test_another_layout_is_refused(folder: Path) -> None:
    """Files of another version of Earful are not guessed at."""
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(ModelMissing, match="layout 99"):
        open_files(folder)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1}', '{"format": 1, "files": []}'])
def test_a_broken_manifest_is_refused(folder: Path, content: str) -> None:
    """Whatever stands in the manifest, the answer is ours."""
    (folder / MANIFEST).write_text(content)
    with pytest.raises(ModelMissing):
        open_files(folder)


def test_no_manifest_is_refused(tmp_path: Path) -> None:
    """An empty folder is no model."""
    with pytest.raises(ModelMissing, match="is missing"):
        open_files(tmp_path)


@pytest.mark.parametrize(
    "name", ["encoder.onnx", "english.onnx", "english.json", "heads.npz", "sentencepiece.model", "background.npz"]
)
def test_files_of_another_kind_are_refused(tmp_path: Path, name: str) -> None:
    """A file that is listed but holds something else does not let a vendor's exception through."""
    names = [path.name for path in FOLDER.iterdir() if path.name != MANIFEST and path.suffix != ".md"]
    for each in names:
        (tmp_path / each).symlink_to(FOLDER / each)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(b"this is no model")
    write_manifest(tmp_path, names)
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        Understanding.load(folder=tmp_path, threads=1)


def test_a_folder_elsewhere_works(tmp_path: Path) -> None:
    """The model can be moved: nothing in it knows where it lies."""
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in FOLDER.iterdir():
        if path.name == MANIFEST:
            shutil.copy(path, moved)
        else:
            (moved / path.name).symlink_to(path)
    assert Understanding.load(folder=moved, threads=1).vectors(["hello"]).any()
