"""A small Hacker News: its search, as strict as the real one about parameters, and its items."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

_ALLOWED = {"query", "tags", "numericFilters", "hitsPerPage"}


def hit(number: int, *, at: int | None = None, **changed: JSON) -> dict[str, JSON]:
    """One comment as the search shows it; every fifth is a story."""
    made = at if at is not None else BEGIN + 60 * number
    common: dict[str, JSON] = {
        "objectID": str(5000 + number), "author": f"player_{number}", "created_at_i": made,
        "created_at": datetime.fromtimestamp(made, UTC).isoformat().replace("+00:00", "Z"), "children": [1, 2],
        "_highlightResult": {"author": {"value": "x"}}, "updated_at": "2026-10-01T00:00:00Z",
    }  # fmt: skip
    if number % 5 == 0:
        return {**common, "_tags": ["story", f"story_{5000 + number}"], "title": f"Lamp {number} &lt;flickers&gt;",
                "url": "https://lamps.example", "points": number, "num_comments": 2, **changed}  # fmt: skip
    return {
        **common, "_tags": ["comment"], "comment_text": f"The lamp {number} <i>flickers</i><p>a &lt; b", "points": None,
        "story_id": 4000, "story_title": "Lamps", "parent_id": 4001, "num_comments": None, **changed,
    }  # fmt: skip


@dataclass
class HackerNews:
    """search_by_date over these hits, and /v0/item; `gone` are deleted, dead or unknown there."""

    hits: list[dict[str, JSON]]
    gone: dict[str, JSON] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        item = re.fullmatch(r"/v0/item/(\d+)\.json", asked.path)
        if item:
            return Reply(self._item(item[1]))
        if asked.path != "/api/v1/search_by_date":
            return Reply({"message": "Not Found"}, 404)
        size = int(asked.query.get("hitsPerPage", "20"))
        if not set(asked.query) <= _ALLOWED or not 1 <= size <= 1000:
            return Reply({"message": "invalid parameter"}, 400)
        wanted = set(asked.query["tags"].strip("()").split(","))
        found = [
            hit
            for hit in sorted(self.hits, key=lambda hit: -int(str(hit["created_at_i"])))
            if wanted & set(map(str, hit["_tags"] if isinstance(hit["_tags"], list) else []))
            and _within(int(str(hit["created_at_i"])), asked.query["numericFilters"])
            and asked.query["query"].strip('"') in str(hit).lower()
        ]
        return Reply({"hits": found[:size], "nbHits": len(found), "page": 0, "hitsPerPage": size})

    def _item(self, name: str) -> JSON:
        known = any(hit["objectID"] == name for hit in self.hits)
        return self.gone[name] if name in self.gone else {"id": int(name), "type": "comment"} if known else None


def _within(made: int, filters: str) -> bool:
    """numericFilters as Algolia reads them: conditions with commas between, all of which must hold."""
    for condition in filters.split(","):
        match = re.fullmatch(r"created_at_i(<=|>=|<|>)(\d+)", condition)
        assert match, condition
        bound = int(match[2])
        if not {"<=": made <= bound, ">=": made >= bound, "<": made < bound, ">": made > bound}[match[1]]:
            return False
    return True
