"""Running a collector of any kind against a made-up platform, as the service does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from collectors import registry
from collectors.base import Collector, Cursor, Page, Post, SetAside
from collectors.net import Net
from collectors.options import read_options
from tests.recorded.web import Answering, serve


@contextmanager
def listening(
    kind: str, answering: Answering, *, keys: Mapping[str, str] | None = None, **options: object
) -> Iterator[Collector]:
    """A collector that asks the given platform without pauses."""
    spec = registry.spec(kind)
    with serve(answering) as web, Net(web.url, timeout=5, sleep=lambda _: None) as net:
        yield spec.build(read_options(spec, options), keys or {}, net)


class Run:
    """What one run brought, and the cursor that is stored after it (through JSON that sorts its names)."""

    def __init__(self, collector: Collector, cursor: Cursor | None = None, since: datetime | None = None) -> None:
        self.pages: list[Page] = list(collector.pages(cursor, since=since))
        for page in self.pages:
            cursor = page.cursor if page.cursor is not None else cursor
        self.cursor: Cursor | None = json.loads(json.dumps(cursor, sort_keys=True))

    @property
    def posts(self) -> list[Post]:
        """All posts, in the order in which they came."""
        return [post for page in self.pages for post in page.posts]

    @property
    def ids(self) -> list[str]:
        """The posts' ids."""
        return [post.external_id for post in self.posts]

    @property
    def set_aside(self) -> list[SetAside]:
        """What could not be read."""
        return [item for page in self.pages for item in page.set_aside]

    @property
    def gaps(self) -> list[str]:
        """What was missed, in words."""
        return [page.gap for page in self.pages if page.gap]
