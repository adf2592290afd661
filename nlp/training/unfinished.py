"""A run of some hours that may be cut off: what is finished lies beside the model, and the next run goes on from there.

The model itself is touched when all is done, so a run that is cut off leaves it as it was.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from nlp.files import MANIFEST

_STATE = "unfinished.json"


class Unfinished:
    """The model being made, in a folder of its own."""

    def __init__(self, output: Path, made_from: str, say: Callable[[str], None]) -> None:
        """Go on with what was cut off on the way to `output`, or begin with a copy of the model there.

        `made_from` stands for everything that decides the result: what was made from something else is thrown away.
        """
        self.folder = output.with_name(f"{output.name}.unfinished")
        self._output, self._made_from, self._say = output, made_from, say
        self._done: list[str] = self._left() or []
        if self._done:
            say(f"going on in {self.folder}, where {', '.join(self._done)} is finished")
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        shutil.copytree(output, self.folder)
        self._write()

    def step(self, name: str, work: Callable[[], None]) -> None:
        """Do it, unless it was finished before."""
        if name not in self._done:
            work()
            self._done.append(name)
            self._write()

    def publish(self, names: Sequence[str]) -> None:
        """Put these files, and the manifest last, into the place of the model; nothing of the run is left.

        They are copied, so that a run that is cut off here finds all of them when it is called again.
        """
        for name in (*names, MANIFEST):
            copied = shutil.copyfile(self.folder / name, self.folder / f"{name}.copy")
            copied.replace(self._output / name)
        shutil.rmtree(self.folder)

    def _left(self) -> list[str] | None:
        try:
            state = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return list(state["done"]) if state["made_from"] == self._made_from else None

    def _write(self) -> None:
        written = self.folder / f"{_STATE}.new"
        written.write_text(json.dumps({"made_from": self._made_from, "done": self._done}), encoding="utf-8")
        written.replace(self.folder / _STATE)
