"""Where a named model lies on this machine, whether it is safe to load, and how it gets there.

Loading is from files that are here: only `fetch` goes to the network, and only people call it. Weights are read from
safetensors alone, which hold numbers and no code, and no code of a model's repository is ever run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.base import ModelMissing
from nlp.hub.choice import NamedModel
from nlp.hub.vendors import installed

_WANTED = ["*.json", "*.txt", "*.model", "*.jinja", "*.safetensors"]
_UNWANTED = ["onnx/*", "openvino/*", "*/onnx/*", "*/openvino/*"]
_OWN_MODULES = "sentence_transformers."
_REFETCH = "Fetch it again: earful models fetch"


@dataclass(frozen=True, slots=True)
class Place:
    """A model on this machine."""

    name: str
    folder: Path
    revision: str  # the hub's commit, or a digest of a folder's content

    @property
    def size(self) -> int:
        """Bytes of the weights."""
        return sum(path.stat().st_size for path in self.folder.rglob("*.safetensors"))


def find(model: NamedModel) -> Place:
    """The model on this machine; opens no connection.

    Raises:
        ModelMissing: it is not here, not whole, or not safe; says what to do.
    """
    folder = _own_folder(model) if model.folder is not None else _cached(model)
    _check(model, folder)
    return Place(model.name, folder, _digest(folder) if model.folder is not None else folder.name)


def fetch(model: NamedModel) -> Place:
    """The model, downloaded from the hub where it is not one of this machine's folders.

    Raises:
        ModelMissing: it cannot be had, or what came is not safe to load; says what to do.
    """
    if model.folder is None:
        with installed():
            from huggingface_hub import snapshot_download
        try:
            snapshot_download(model.name, revision=model.revision, allow_patterns=_WANTED, ignore_patterns=_UNWANTED)
        except Exception as error:  # the vendor has a dozen kinds, and all of them end here
            raise ModelMissing(
                f"{_spelled(model)} could not be fetched: {str(error).strip().splitlines()[0]}",
                what_to_do="Check its name and revision and the way to the hub. A model that is not public also wants "
                "HF_TOKEN in the environment. Or copy its folder here and write the folder's path.",
            ) from error
    return find(model)


def _own_folder(model: NamedModel) -> Path:
    assert model.folder is not None  # noqa: S101  what the only caller asked
    if not model.folder.is_dir():
        raise ModelMissing(
            f"nlp.yaml names the folder {model.folder}, and there is none.",
            what_to_do="Write the path of a folder that holds a saved model; it counts from nlp.yaml's own folder.",
        )
    return model.folder


def _cached(model: NamedModel) -> Path:
    with installed():
        from huggingface_hub import snapshot_download
    try:
        return Path(snapshot_download(model.name, revision=model.revision, local_files_only=True))
    except Exception as error:  # one kind for a cache that is empty, others for one that is broken
        raise ModelMissing(
            f"{_spelled(model)} is not on this machine, and is only fetched when somebody asks for it.",
            what_to_do="Run: earful models fetch. Without a way to the hub, copy the model's folder here and write "
            "its path.",
        ) from error


def _check(model: NamedModel, folder: Path) -> None:
    """Refuse what is not whole, and what would be more than numbers."""
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise ModelMissing(f"{folder} holds no model: config.json is missing.", what_to_do=f"{_REFETCH}.")
    weights = set(folder.rglob("*.safetensors"))
    missing = [name for name in _shards(folder) if folder / name not in weights]
    if missing:
        raise ModelMissing(f"{_spelled(model)} is not whole: {missing[0]} is missing.", what_to_do=f"{_REFETCH}.")
    unsafe = [path for path in folder.rglob("pytorch_model*.bin") if not list(path.parent.glob("*.safetensors"))]
    if unsafe or not weights:
        raise ModelMissing(
            f"{_spelled(model)} has no weights in safetensors; other formats can run code when they are read.",
            what_to_do="Choose a model or a revision that has model.safetensors, or convert it.",
        )
    strange = [kind for kind in _modules(folder) if not kind.startswith(_OWN_MODULES)]
    if strange:
        raise ModelMissing(
            f"{_spelled(model)} wants to run code of its own ({strange[0]}), which Earful never does.",
            what_to_do="Choose a model that sentence-transformers knows by itself.",
        )


def _shards(folder: Path) -> Iterator[str]:
    """The files that the index of a divided model names."""
    for index in folder.glob("*.safetensors.index.json"):
        named = _json(index)
        yield from (
            sorted(set(named["weight_map"].values())) if isinstance(named, dict) and "weight_map" in named else ()
        )


def _modules(folder: Path) -> list[str]:
    file = folder / "modules.json"
    listed = _json(file) if file.is_file() else []
    return [str(each.get("type")) for each in listed if isinstance(each, dict)]


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissing(f"{file} cannot be read: {error}.", what_to_do=f"{_REFETCH}.") from error


def _digest(folder: Path) -> str:
    """Of all that decides what the model says."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".txt", ".safetensors")):
        with path.open("rb") as file:
            whole.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:12]


def _spelled(model: NamedModel) -> str:
    return f"{model.name} at {model.revision}" if model.revision else model.name
