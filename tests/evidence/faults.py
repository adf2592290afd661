"""The faults of platforms and of what lies between us and them: a run meets one, and the next run completes it."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from collectors.base import Cursor, Page, SourceBusy, SourceRefused
from tests.recorded.cases import SIGN_INS, Case, case_of, listening
from tests.recorded.web import Asked, Reply, serve

_SLOW = 0.4  # seconds; more than we wait for here
_PAGE = "<!doctype html><html><title>Just a moment</title></html>"


def _slow(reply: Reply) -> Reply:
    time.sleep(_SLOW)
    return reply


FAULTS: Mapping[str, Callable[[Reply], Reply]] = {
    "slow": _slow,
    "reset": lambda _: Reply(fault="reset"),
    "truncated": lambda reply: Reply(reply.data()[: len(reply.data()) // 2], fault="cut"),
    "garbage": lambda _: Reply(b"\x00\xff{]" * 20, headers={"Content-Type": "application/json"}),
    "HTML for JSON": lambda _: Reply(_PAGE, headers={"Content-Type": "text/html"}),
    "empty": lambda _: Reply(b""),
    **{
        str(status): lambda _, status=status: Reply({"error": "x"}, status=status)  # type: ignore[misc]  # a lambda's default
        for status in (401, 403, 404, 429, 500, 503)
    },
}
"""What each makes of an answer."""


@dataclass
class _Faulty:
    """A platform that answers well so many times, and then with a fault until it is mended."""

    case: Case
    fault: Callable[[Reply], Reply]
    well: int

    def __call__(self, asked: Asked) -> Reply:
        reply = self.case.answering(asked)
        if asked.path in SIGN_INS:
            return reply
        self.well -= 1
        return reply if self.well >= 0 else self.fault(reply)


def survives(kind: str, fault: str, *, after: int) -> bool:
    """Whether a run that meets a fault after so many answers ends in order, and the next ones bring the rest.

    A fault may not be taken for the end of a list: then posts would be missing for ever.
    """
    with tempfile.TemporaryDirectory() as folder:
        case = case_of(kind, Path(folder))
        faulty = _Faulty(case, FAULTS[fault], after)
        kept: list[Page] = []
        with (
            serve(faulty) as web,
            listening(kind, case, web.url, timeout=_SLOW / 2) as collector,
            suppress(SourceBusy, SourceRefused),
        ):
            for page in collector.pages(None):
                kept.append(page)  # noqa: PERF402 - what came before the fault counts
        with serve(case.answering) as web, listening(kind, case, web.url) as collector:
            kept += collector.pages(_place(kept))
        return len({post.external_id for page in kept for post in page.posts}) == case.posts


def _place(pages: list[Page]) -> Cursor | None:
    cursors = [page.cursor for page in pages if page.cursor is not None]
    return json.loads(json.dumps(cursors[-1], sort_keys=True)) if cursors else None
