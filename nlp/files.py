"""The shipped model files: where they are, whether they are whole, and what to do when they are not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from nlp.base import ModelMissing

FORMAT = 1  # raise it when code and files of an older layout no longer go together
FOLDER = Path(__file__).parent / "model"
MANIFEST = "manifest.json"
INSTALL_AGAIN = "Install Earful again, or restore the folder nlp/model from the repository."


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder of model files that has passed the cheap check."""

    folder: Path
    version: str

    def path(self, name: str) -> Path:
        return self.folder / name

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays in a file of them.

        Raises:
            ModelMissing: it is damaged.
        """
        try:
            with self.path(name).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return dict(stored)
        except (OSError, ValueError, EOFError, BadZipFile) as error:
            raise ModelMissing(f"{self.path(name)} cannot be loaded: {error}.", what_to_do=INSTALL_AGAIN) from error


def open_files(folder: Path = FOLDER) -> ModelFiles:
    """The model files of this folder, after a check of layout, presence and size (milliseconds, no file is read).

    Raises:
        ModelMissing: a file is not there, is cut short, or belongs to another version of Earful.
    """
    manifest = _read_manifest(folder)
    if manifest.get("format") != FORMAT:
        raise ModelMissing(
            f"The model in {folder} has layout {manifest.get('format')!r}, this version of Earful reads {FORMAT}.",
            what_to_do=INSTALL_AGAIN,
        )
    for name, facts in _files(manifest, folder).items():
        _check_size(folder / name, int(facts["bytes"]))
    return ModelFiles(folder, str(manifest["version"]))


def verify(folder: Path = FOLDER) -> None:
    """Read every file and compare its SHA-256 with the manifest (a second or less; for `earful doctor`).

    Raises:
        ModelMissing: as `open_files`, or the content of a file has changed.
    """
    open_files(folder)
    for name, facts in _files(_read_manifest(folder), folder).items():
        if digest(folder / name) != facts["sha256"]:
            raise ModelMissing(
                f"The model file {folder / name} is not the one that was shipped.", what_to_do=INSTALL_AGAIN
            )


def listed(folder: Path) -> list[str]:
    """The names of the files in the folder's manifest; raises ModelMissing where there is none."""
    return sorted(_files(_read_manifest(folder), folder))


def write_manifest(folder: Path, names: list[str]) -> str:
    """Write the manifest for these files and return the model's version, which their content decides."""
    files = {name: {"bytes": (folder / name).stat().st_size, "sha256": digest(folder / name)} for name in sorted(names)}
    version = hashlib.sha256("".join(str(facts["sha256"]) for facts in files.values()).encode()).hexdigest()[:12]
    manifest = {"format": FORMAT, "version": version, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return version


def digest(path: Path) -> str:
    """SHA-256 of the file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(folder: Path) -> Mapping[str, object]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelMissing(f"The model's list of files, {path}, is missing.", what_to_do=INSTALL_AGAIN) from None
    except (OSError, ValueError) as error:
        raise ModelMissing(f"{path} cannot be read: {error}.", what_to_do=INSTALL_AGAIN) from error
    if not isinstance(content, dict):
        raise ModelMissing(f"{path} is not a list of model files.", what_to_do=INSTALL_AGAIN)
    return content


def _files(manifest: Mapping[str, object], folder: Path) -> Mapping[str, Mapping[str, str | int]]:
    files = manifest.get("files")
    if not isinstance(files, dict) or "version" not in manifest:
        raise ModelMissing(f"{folder / MANIFEST} names no files or no version.", what_to_do=INSTALL_AGAIN)
    return files


def _check_size(path: Path, expected: int) -> None:
    if not path.is_file():
        raise ModelMissing(f"The model file {path} is missing.", what_to_do=INSTALL_AGAIN)
    found = path.stat().st_size
    if found != expected:
        raise ModelMissing(
            f"The model file {path} has {found} bytes instead of {expected}: it was cut short or changed.",
            what_to_do=INSTALL_AGAIN,
        )
