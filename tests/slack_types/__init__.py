"""A second opinion on what we send to Slack: the types that Slack publishes for TypeScript, asked through its compiler.

They know fields and kinds, and no limits; what they refuse, Slack refuses too. Needs node, npm and, the first time, the
registry that npm is set up with: `package-lock.json` names the versions. Kept in `build/slack_types` in between.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_HERE = Path(__file__).parent
_KEPT = _HERE.parent.parent / "build" / "slack_types"
_UNREACHABLE = re.compile(r"code (ECONN\w+|ENOTFOUND|EAI_AGAIN|E\w*TIMEDOUT|ENETUNREACH|EHOSTUNREACH)")
_HEAD = """
import type { HomeView, KnownBlock, ModalView } from "@slack/types";
type Known<V> = Omit<V, "blocks"> & { blocks: KnownBlock[] };
export type Blocks = KnownBlock[];
export type View = Known<HomeView> | Known<ModalView>;
"""


class Unavailable(Exception):
    """There is no npm here, or its registry cannot be reached."""


def install() -> Path:
    """The folder with the compiler and the types; installed if it is not there yet, by one process at a time.

    Raises:
        Unavailable: it is not installed and cannot be.
    """
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (_HERE / "package-lock.json").read_text(encoding="utf-8")
        stamp = _KEPT / "installed"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            _install()
            stamp.write_text(wanted, encoding="utf-8")
    return _KEPT


def judge(blocks: Mapping[str, object], views: Mapping[str, object]) -> dict[str, list[str]]:
    """What the compiler says of each list of blocks and each view, by name; nothing where it takes them all.

    Raises:
        Unavailable: see `install`.
    """
    folder = install()
    wanted = [(name, "Blocks", payload) for name, payload in blocks.items()]
    wanted += [(name, "View", payload) for name, payload in views.items()]
    head = _HEAD.strip().splitlines()
    lines = [f"export const _{n}: {kind} = {json.dumps(payload)};" for n, (_, kind, payload) in enumerate(wanted)]
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        file = Path(scratch) / "payloads.ts"
        file.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
        compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
        options = ("--noEmit", "--strict", "--pretty", "false", "--skipLibCheck", "--module", "nodenext")
        ran = subprocess.run(["node", compiler, *options, file], capture_output=True, text=True, check=False)
    found = re.findall(r"payloads\.ts\((\d+),\d+\): error (.*)", ran.stdout)
    if ran.returncode != 0 and not found:
        raise RuntimeError(f"The compiler did not run: {ran.stdout}{ran.stderr}")
    said: dict[str, list[str]] = {}
    for line, error in found:
        said.setdefault(wanted[int(line) - 1 - len(head)][0], []).append(error)
    return said


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("there is no npm on this machine")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / name, _KEPT / name)
    ran = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000"],
        cwd=_KEPT,
        capture_output=True,
        text=True,
        check=False,
    )
    if unreachable := _UNREACHABLE.search(ran.stderr):
        raise Unavailable(f"npm cannot reach its registry: {unreachable[1]}")
    if ran.returncode != 0:
        raise RuntimeError(f"npm ci failed: {ran.stderr}")
