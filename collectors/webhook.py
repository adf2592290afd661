"""What other programs bring: signed calls of POST /hooks/in/NAME, by the Standard Webhooks scheme.

The door verifies and keeps each call before it answers; this reads what was kept, as other kinds read a platform. The
body is JSON: one object or a list of them, each as a row of a table (names as in CSV exports, nested ones joined with
dots) or as one of our own posts in its public form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields
from collectors.abilities import Ability
from collectors.base import (
    JSON,
    Call,
    Collector,
    Cursor,
    Page,
    Passport,
    Post,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    SetAside,
    SourceRefused,
    Spec,
)
from collectors.cells import BadCell
from collectors.columns import ALIASES, find_columns, key
from collectors.net import Net
from collectors.options import Words, need_secrets
from collectors.plain import storable
from collectors.row_post import RowOptions, post_of, raw_of

_CALLS_A_PAGE = 50
_DEEPEST = 6  # levels of objects within an item
_MOST_NAMES = 300  # of one item


class WebhookOptions(RowOptions):
    """How the bodies of calls are to be read."""

    items: str | None = Field(
        default=None,
        description="Where the post, or the list of posts, stands in the body, as data.reviews; unset: in data where "
        "there is one, else the body itself.",
    )
    gone: Words = Field(
        default=("deleted", "removed"),
        description="Last words of the body's type (review.deleted) that say that its posts are gone.",
    )

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        if unknown := [name for name in value if name not in ALIASES]:
            raise ValueError(f"there is no field “{unknown[0]}”; there are {', '.join(ALIASES)}")
        return value


@dataclass(slots=True)
class _Found:
    """What some calls brought; of several words about one post the last counts."""

    posts: dict[str, Post] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)

    def take(self, name: str, post: Post | None) -> None:
        """Note a post, or that it is gone."""
        self.posts.pop(name, None)
        self.gone.pop(name, None)
        if post is None:
            self.gone[name] = None
        else:
            self.posts[name] = post


class Webhook:
    """Listens to the calls that came for one source."""

    def __init__(self, options: WebhookOptions, net: Net) -> None:
        self._options = options
        self._calls = net.calls

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what the calls brought since the last one that was read, fifty calls a page; see `Collector.pages`."""
        if self._calls is None:
            raise SourceRefused(
                "Calls of webhooks are kept by the running service.",
                what_to_do="Start it with earful up, and send a call to /hooks/in/ and the source's name.",
            )
        number = fields.count_or_none(cursor or {}, "call") or 0
        floor = since if cursor is None else None
        while True:
            calls = self._calls.after(number, most=_CALLS_A_PAGE)
            number = calls[-1].number if calls else number
            found = _Found()
            for call in calls:
                self._read(call, found)
            posts = [post for post in found.posts.values() if floor is None or post.created_at >= floor]
            yield Page(posts=posts, gone=[*found.gone], set_aside=found.set_aside, cursor={"call": number})
            if len(calls) < _CALLS_A_PAGE:
                return

    def abilities(self) -> Sequence[Ability]:
        """Nobody can be asked: whether the sender has the same secret shows when it calls; see `Able.abilities`."""
        kept = self._calls.after(0, most=1) if self._calls is not None else ()
        told = "A call that was signed with another secret is refused with 401; none has come yet."
        return [Ability("take in signed calls", True if kept else None, "" if kept else told)]

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one item; see `Collector.parse`."""
        return post_of(raw)

    def _read(self, call: Call, found: _Found) -> None:
        place = f"call {call.name[:80]}"
        try:
            body = _body(call.content)
            items = self._items(body)
        except PostUnreadable as unreadable:
            found.set_aside.append(SetAside(place=place, reason=str(unreadable), raw=unreadable.raw))
            return
        gone = self._says_gone(body)
        for position, item in enumerate(items, start=1):
            try:
                if not isinstance(item, dict):
                    raise PostUnreadable("The item is not an object.", raw=fields.sample(item))
                row = _flat(item)
                raw = self._raw(row, call.received_at)
                if gone or item.get("deleted") is True:
                    found.take(_name(raw), None)
                    continue
                post = self.parse(raw)
            except PostUnreadable as unreadable:
                where = f"{place}, item {position}"
                where += f", field {unreadable.column}" if isinstance(unreadable, BadCell) else ""
                found.set_aside.append(SetAside(place=where, reason=str(unreadable), raw=fields.sample(item)))
                continue
            found.take(post.external_id, post)

    def _items(self, body: JSON) -> list[JSON]:
        at: JSON = body
        if self._options.items is None and isinstance(body, dict) and isinstance(body.get("data"), dict | list):
            at = body["data"]
        for step in (self._options.items or "").split("."):
            if step:
                at = at.get(step) if isinstance(at, dict) else None
        if not isinstance(at, dict | list):
            where = f"at {self._options.items}" if self._options.items else "in the body"
            raise PostUnreadable(f"There is neither an object nor a list {where}.", raw=fields.sample(body))
        return at if isinstance(at, list) else [at]

    def _says_gone(self, body: JSON) -> bool:
        told = body.get("type") or body.get("event") if isinstance(body, dict) else None
        return isinstance(told, str) and re.split(r"[^A-Za-z0-9]+", told.lower())[-1] in self._options.gone

    def _raw(self, row: Mapping[str, JSON], received_at: datetime) -> RawPost:
        there = {*row, *map(key, row)}  # a call need not have every name
        given = {name: column for name, column in self._options.columns.items() if {column, key(column)} & there}
        try:
            columns = find_columns([*row], given)
        except ValueError as error:
            raise PostUnreadable(f"The option columns does not fit: {error}.", raw=fields.sample(dict(row))) from None
        reading = self._options.reading()
        return raw_of(row, columns, {**reading, "date": reading["date"] or received_at.isoformat()})


def _body(content: bytes) -> JSON:
    try:
        return storable(cast("JSON", json.loads(content.decode("utf-8-sig"))))
    except (ValueError, RecursionError):
        beginning = content[:2000].decode("utf-8", "replace")
        raise PostUnreadable("The body is not JSON in UTF-8.", raw=beginning) from None


def _flat(item: Mapping[str, JSON]) -> dict[str, JSON]:
    """The item with the names of nested objects joined: {"author": {"name": …}} has author.name."""
    if isinstance(item.get("collector"), str) and "external_id" in item:  # one of our own posts
        return dict(item)
    flat: dict[str, JSON] = {}
    waiting: list[tuple[str, Mapping[str, JSON], int]] = [("", item, 1)]
    while waiting:
        prefix, inner, depth = waiting.pop(0)
        for name, value in inner.items():
            if isinstance(value, dict):
                if depth < _DEEPEST:
                    waiting.append((f"{prefix}{name}.", value, depth + 1))
            elif len(flat) < _MOST_NAMES:
                flat[f"{prefix}{name}"] = value
    return flat


def _name(raw: RawPost) -> str:
    """The id of a post that is gone. Raises PostUnreadable where it is not told."""
    row = fields.obj_or_empty(raw, "row") or fields.obj_or_empty(raw, "form")
    column = fields.text_or_none(fields.obj_or_empty(raw, "columns"), "id") or "external_id"
    found = fields.text_or_none(row, column)
    if found is None:
        raise PostUnreadable("It does not say which post is gone.", raw=fields.sample(row))
    return found


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options. Raises SourceRefused without the secret, without which no call comes."""
    need_secrets(SPEC, secrets)
    return Webhook(cast("WebhookOptions", options), net)


_WHERE = (
    "Make one of your own (whsec_ and 32 random bytes in base64; see https://www.standardwebhooks.com) and give it to "
    "the sender"
)

SPEC = Spec(
    kind="webhook",
    title="Webhooks",
    options=WebhookOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.NONE,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Name of the source",
        terms="The sender is a program of the company's own choice, which answers for having the right to the texts. "
        "An address that it calls verified may tie an author to a customer; posts of other platforms that it passes on "
        "keep what their own terms forbid.",
    ),
    secrets=(Secret(name="WEBHOOK_SECRET", where=_WHERE),),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    hears=True,
)
