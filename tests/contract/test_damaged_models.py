"""A damaged installation: the command line names the file and what to do, and never shows a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nlp.files import FOLDER, MANIFEST, write_manifest

ROOT = FOLDER.parents[1]
_NAMES = [path.name for path in FOLDER.iterdir() if path.name != MANIFEST and path.suffix != ".md"]


def missing_tokenizer(model: Path) -> None:
    """Somebody tidied up."""
    (model / "sentencepiece.model").unlink()


def truncated_network(model: Path) -> None:
    """A copy that broke off."""
    (model / "english.onnx").unlink()
    (model / "english.onnx").write_bytes((FOLDER / "english.onnx").read_bytes()[:1000])


def other_layout(model: Path) -> None:
    """The files of a later version."""
    manifest = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))
    (model / MANIFEST).unlink()
    (model / MANIFEST).write_text(json.dumps({**manifest, "format": 2}), encoding="utf-8")


def other_labels(model: Path) -> None:
    """Heads that were fitted for one intent more, shipped with a list that is right about them."""
    with np.load(FOLDER / "heads.npz") as stored:
        arrays = dict(stored)
    for part in ("intents.wide.outer", "intents.wide.outer_bias"):
        arrays[part] = np.concatenate([arrays[part], arrays[part][..., :1]], axis=-1)
    (model / "heads.npz").unlink()
    (model / MANIFEST).unlink()
    np.savez(model / "heads.npz", **arrays)
    write_manifest(model, _NAMES)


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """Earful in a folder of its own, whose model files can be damaged: links to the files here."""
    for package in ("collectors", "integrations", "service", "config"):
        (tmp_path / package).symlink_to(ROOT / package)
    for path in (ROOT / "nlp").iterdir():
        if path.name not in (FOLDER.name, "__pycache__"):
            (tmp_path / "nlp").mkdir(exist_ok=True)
            (tmp_path / "nlp" / path.name).symlink_to(path)
    (tmp_path / "nlp" / FOLDER.name).mkdir()
    for path in FOLDER.iterdir():
        (tmp_path / "nlp" / FOLDER.name / path.name).symlink_to(path)
    (tmp_path / "in.jsonl").write_text('{"text": "It crashes"}\n', encoding="utf-8")
    return tmp_path


def earful(installation: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of that installation."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("EARFUL_", "SLACK_"))}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=installation,
        env={**environment, "EARFUL_DATA_DIR": str(installation / "data"), "PYTHONPATH": str(installation)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("damage", "file", "said", "seen_before_the_start"),
    [
        (missing_tokenizer, "sentencepiece.model", "is missing", True),
        (truncated_network, "english.onnx", "it was cut short or changed", True),
        (other_layout, "nlp/model", "has layout 2, this version of Earful reads 1", True),
        (other_labels, "heads.npz", "intents.wide has 9 answers, but this version of Earful reads 8", False),
    ],
)
def test_every_verb_says_what_is_wrong_with_the_models(
    installation: Path, damage: Callable[[Path], None], file: str, said: str, seen_before_the_start: bool
) -> None:
    """`understand`, `up` and a worker end with 2 and a sentence on stderr; `doctor` counts it among its findings."""
    damage(installation / "nlp" / FOLDER.name)
    understood = earful(installation, "understand", "--input", "in.jsonl", "--output", "-")
    started = earful(installation, "up" if seen_before_the_start else "worker")
    asked = earful(installation, "doctor")
    assert (understood.returncode, started.returncode, asked.returncode) == (2, 2, 1)
    for answer in (understood.stderr, started.stderr, asked.stdout):
        sentence = " ".join(answer.split())
        assert said in sentence
        assert file in sentence
        assert "Install Earful again, or restore the folder nlp/model from the repository." in sentence
    assert "Traceback" not in understood.stderr + started.stderr + asked.stdout + asked.stderr
    assert understood.stdout == ""
