"""Labels from a file: one a row, each stored by itself, so that a bad one stops no other."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from service.actions.correct import label
from service.domain.corrections import Origin
from service.errors import Invalid, NotFound
from service.store import corrections
from service.store.database import transaction
from service.tools import Tools

_NEEDED = ("post", "head", "value")


@dataclass(slots=True, kw_only=True)
class ImportedLabels:
    """What an import did."""

    stored: int = 0
    same: int = 0
    set_aside: list[str] = field(default_factory=list)  # file, line, field, what is wrong


def import_labels(tools: Tools, file: Path, *, by: str) -> ImportedLabels:
    """Store each row's label; the same file again changes nothing.

    Raises:
        Invalid: the file as a whole is no table of labels.
    """
    result = ImportedLabels()
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        rows = csv.DictReader(opened)
        missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise Invalid(f"{file} has no column {' and no column '.join(missing)}. The first line names the columns.")
        for row in rows:
            problem = _store(tools, row, result, row.get("by") or by)
            if problem:
                result.set_aside.append(f"{file.name}, line {rows.line_num}, {problem}")
    return result


def _store(tools: Tools, row: dict[str, str | None], result: ImportedLabels, by: str) -> str | None:
    post, head, value = ((row.get(name) or "").strip() for name in _NEEDED)
    if not (post.isascii() and post.isdigit() and len(post) < 18):
        return f"post: {post!r} is no number of a post; `earful correct add --help` shows one."
    try:
        with transaction(tools.engine) as session:
            if corrections.current_labels(session, int(post)).get(head) == value:
                result.same += 1
                return None
            label(session, int(post), {head: value}, by=by, origin=Origin.COMPLAINT, now=tools.clock())
    except NotFound as error:
        return f"post: {error} Take the number from the address of its page."
    except Invalid as error:
        return f"head or value: {error}"
    result.stored += 1
    return None
