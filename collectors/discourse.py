"""Posts of a Discourse forum, by its own JSON: /posts.json lists the newest of all topics (docs.discourse.org).

Ids only grow, so a walk down the list that ends at a known id leaves no gap. Edits are seen while a post is among the
newest that we remember, and when kept posts are looked up again. Older forums take `before` as a window of 50 ids that
includes its end, newer ones as the 50 posts below it; both are read here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields
from collectors.abilities import Ability, tried
from collectors.base import (
    JSON,
    Collector,
    Cursor,
    Pace,
    Page,
    Passport,
    Post,
    RawPost,
    ReplyDoor,
    Secret,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.discourse_post import id_of, is_gone, post_of
from collectors.net import Answer, Net
from collectors.options import Options, Words
from collectors.reading import none_of, read_named
from collectors.verdicts import retry_after
from collectors.walk import Listing, Sheet, Walk, follow

_WINDOW = 50  # posts, or ids, that one answer covers
_EMPTY_WINDOWS = 4  # so many in a row are taken for the end: older forums show windows of ids, which may be empty
_ANCHORS = 50


class DiscourseOptions(Options):
    """Which forum to listen to."""

    url: str = Field(description="The forum's address, as in https://forum.example.org.")
    categories: Words = Field(default=(), description="Only topics of these categories, by number (5,12).")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if fields.web_address(value) is None:
            raise ValueError("it must begin with https://")
        return value.partition("?")[0].partition("#")[0].rstrip("/")

    @field_validator("categories")
    @classmethod
    def _numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [word for word in value if not word.isdecimal()]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a category's number; it stands in the category's address")
        return value


class Discourse:
    """Listens to one forum."""

    def __init__(self, options: DiscourseOptions, headers: Mapping[str, str], net: Net) -> None:
        self._options = options
        self._headers = headers
        self._net = net
        net.home(options.url, verdict=_verdict)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield new posts, and edited ones among the newest, highest id first; see `Collector.pages`."""
        listing = Listing(
            name=self._options.url, ask=self._ask, read=partial(self._page, since), anchors=_ANCHORS, depth=""
        )
        return follow([listing], cursor, None)  # ids and not times say what is below

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again by listing what stands around them; what the list leaves out is gone.

        Raises as `Rechecks.recheck`; SourceBusy too where of several posts none is there, which is taken as a fault.
        """
        wanted = sorted({int(name) for name in external_ids if name.isdecimal()}, reverse=True)
        found: dict[int, JSON] = {}
        left = list(wanted)
        while left:
            items = {number: item for item in self._listing(left[0] + 1) if (number := id_of(item))}
            found |= items
            lowest = min((number for number in items if number <= left[0]), default=left[0])
            left = [number for number in left[1:] if number < lowest]
        here = [found[number] for number in wanted if number in found]
        if not here:
            none_of(len(wanted))
        gone = [str(number) for number in wanted if number not in found or is_gone(found[number])]
        raws = [(f"post {id_of(item)}", self._raw(item)) for item in here if not is_gone(item)]
        return replace(read_named(self.parse, raws), gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one stored payload; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the newest posts are shown to the key's user, or to guests; see `Able.abilities`."""
        if self._headers:
            return tried("read as the key's user", lambda: self._listing(None))
        get_one = f"Set DISCOURSE_API_KEY, from {self._options.url}/admin/api/keys."
        more = Ability("read what only members see", False, get_one)
        return [*tried("read what guests see", lambda: self._listing(None)), more]

    def _listing(self, before: int | None) -> list[JSON]:
        params = {} if before is None else {"before": str(before)}
        answer = self._net.json(f"{self._options.url}/posts.json", params=params, headers=self._headers)
        items = answer.get("latest_posts") if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise SourceBusy(f"{self._options.url} answered in a form that we do not know; is it a Discourse forum?")
        return items

    def _ask(self, walk: Walk) -> Sheet:
        """The posts below an id; of windows in which nothing is shown to us, some are passed over."""
        before = int(walk.position) if walk.position and walk.position.isdecimal() else None
        for _ in range(_EMPTY_WINDOWS + 1):
            items = self._listing(before)
            lowest = min((found for item in items if (found := id_of(item))), default=before or 0)
            if before is None or lowest < before:
                break
            before = lowest = max(before - _WINDOW, 0)
        else:
            lowest = 0
        return Sheet(items=[self._raw(item) for item in items], onward=str(lowest) if lowest > 1 else None)

    def _page(self, since: datetime | None, items: Sequence[RawPost], walk: Walk, where: str) -> Page:
        wanted: list[tuple[str, RawPost]] = []
        gone: list[str] = []
        for place, raw in enumerate(items, start=1):
            item = raw["post"]
            name = id_of(item)
            if isinstance(item, dict) and name:
                if since is not None and _before(item, since):
                    walk.ended = walk.met = True
                    continue
                stamp = str(_stamp(item))
                if not walk.note(str(name), float(name), stamp) or not walk.first_time(str(name), stamp):
                    continue
                if is_gone(item):
                    gone.append(str(name))
                    continue
                if self._options.categories and str(item.get("category_id")) not in self._options.categories:
                    continue
            wanted.append((f"{where}, post {place}", raw))
        return replace(read_named(self.parse, wanted), gone=gone)

    def _raw(self, item: JSON) -> RawPost:
        return {"post": item, "forum": self._options.url, "product": self._options.product}


def _stamp(item: Mapping[str, JSON]) -> int:
    changed = fields.instant_or_none(item, "updated_at") or fields.instant_or_none(item, "created_at")
    return int(changed.timestamp()) if changed else 0


def _before(item: Mapping[str, JSON], since: datetime) -> bool:
    created = fields.instant_or_none(item, "created_at")
    return created is not None and created < since


def _verdict(answer: Answer) -> None:
    """A forum says in the body how long to wait, and whether it shows anything to guests."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return
    if not isinstance(said, dict):
        return
    wait = fields.count_or_none(fields.obj_or_empty(said, "extras"), "wait_seconds")
    if answer.status == 429 and wait is not None and retry_after(answer.headers) is None:
        raise SourceBusy(f"The forum asks us to wait {wait} seconds (429).", retry_after=float(wait))
    if answer.status == 403 and said.get("error_type") == "not_logged_in":
        raise SourceRefused(
            "The forum forbids guests to read it (403).",
            what_to_do="Set DISCOURSE_API_KEY and DISCOURSE_API_USERNAME.",
            status=403,
        )


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options; with a key it reads what that key's user may read.

    Raises SourceRefused for a key without a user's name: nobody should read as the forum's own "system" by accident.
    """
    key, user = secrets.get("DISCOURSE_API_KEY"), secrets.get("DISCOURSE_API_USERNAME")
    if key and not user:
        raise SourceRefused(
            "DISCOURSE_API_KEY is set, but not whose eyes to read with.",
            what_to_do="Set DISCOURSE_API_USERNAME to a user of the forum, one who sees only what the public sees.",
        )
    headers = {"Api-Key": key, "Api-Username": user} if key and user else {}
    return Discourse(cast("DiscourseOptions", options), headers, net)


_WHERE = "https://YOUR-FORUM/admin/api/keys (a read-only key is enough, of a user who sees what the public sees)"

SPEC = Spec(
    kind="discourse",
    title="Discourse forums",
    options=DiscourseOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="Post on the forum, with the author's name and a link",
        terms="Each forum has terms of its own. Authors are tied to customers only where the forum is ours "
        "(own: true). What is deleted or hidden there goes here too.",
    ),
    secrets=(
        Secret(name="DISCOURSE_API_KEY", where=_WHERE, required=False),
        Secret(name="DISCOURSE_API_USERNAME", where=_WHERE, required=False),
    ),
    # 60 a minute for all admins' keys of a forum together, 200 for an address (meta.discourse.org/t/78612); each forum
    # may have set others.
    pace=Pace(requests=50, seconds=60),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
