"""The stream of all posts on Bluesky (Jetstream), of which those with our words are kept. Needs the extra `bluesky`.

Written from github.com/bluesky-social/jetstream (the form of /subscribe, whose cursor is a time in microseconds). A run
hears what was written since the last one, up to the moment at which it began, and then leaves the stream again. Who
listens again is sent the last event a second time; the server keeps 36 hours and says nothing where a cursor is older.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from collectors import fields
from collectors.addresses import origin, refuse_private, shown
from collectors.base import JSON, Cursor, Page, Post, PostUnreadable, RawPost, SetAside, SourceBusy, SourceRefused
from collectors.bluesky_post import POST, post_of
from collectors.net import Net, move
from collectors.plain import storable
from collectors.remembered import Manner, Walk
from collectors.verdicts import judge

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

HOST = "jetstream1.us-east.bsky.network"
_KEPT = timedelta(hours=36)
_FIRST = timedelta(hours=1)  # how far back the first run hears where nobody says since when
_PAGE = 5_000  # events after which what was found is handed over: about two minutes of Bluesky
_LARGEST = 1_000_000  # bytes of one event
_KNOWN = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stream:
    """Hears the stream for one source; `quiet` is for how many seconds without any event it waits."""

    def __init__(self, net: Net, host: str, words: Sequence[str], *, product: str | None, quiet: float = 10.0) -> None:
        self._net = net
        self._home = f"https://{host}"
        self._product = product
        self._quiet = quiet
        self._wanted = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)

    def pages(self, cursor: Cursor, *, since: datetime | None) -> Iterator[Page]:
        """What was written since the cursor, and which posts were deleted. Each page's cursor stands.

        Raises:
            SourceBusy: the stream cannot be reached, or broke off.
            SourceRefused: the server does not let us in, or the extra is not installed.
        """
        now = datetime.now(UTC)
        begin = _moment(cursor.get("time_us")) or max(since or now - _FIRST, now - _KEPT)
        missed = f"The stream keeps {_KEPT / timedelta(hours=1):g} hours; what was written before is missing."
        heard = Walk.of({"anchors": cursor.get("recent")}, manner=Manner(most=_KNOWN))
        heard.climbs = True
        hearing = _Hearing(heard, begin, now, self._product)
        gap = missed if begin < now - _KEPT else None
        for frame in self._frames(begin):
            if frame is not None:
                hearing.take(frame, self._wanted)
            if frame is None or hearing.count >= _PAGE or hearing.caught_up:
                yield hearing.page(gap)
                gap = None
            if hearing.caught_up:
                return

    def _frames(self, begin: datetime) -> Iterator[str | bytes | None]:
        """Each event from a time on; None at last, where there is nothing more to hear for now.

        Where the stream breaks off, None comes first, so that what was heard is handed over.
        """
        connection = self._open(
            f"{self._home}/subscribe?{urlencode({'wantedCollections': POST, 'cursor': _micros(begin)})}"
        )
        from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

        with connection:
            while True:
                try:
                    yield connection.recv(timeout=self._quiet)
                except (TimeoutError, ConnectionClosedOK):
                    yield None
                    return
                except ConnectionClosed as error:
                    yield None
                    raise SourceBusy(f"{shown(self._home)} broke the stream off.") from error

    def _open(self, url: str) -> ClientConnection:
        try:
            from websockets.exceptions import InvalidHandshake, InvalidStatus
            from websockets.sync.client import connect
        except ImportError:
            raise SourceRefused(
                "Hearing Bluesky's stream needs the package websockets.",
                what_to_do="Install Earful with its extra: earful[bluesky].",
            ) from None
        target = move(url, self._net.base_url) if self._net.base_url else url
        address, where = refuse_private(target, trusted=self._net.base_url)[0], shown(url)
        try:
            line = socket.create_connection((address, origin(target)[2]), timeout=self._net.timeout)
            return connect(
                f"ws{target.removeprefix('http')}",
                sock=line,
                proxy=None,  # the line is ours: the address was checked
                user_agent_header=self._net.user_agent,
                open_timeout=self._net.timeout,
                max_size=_LARGEST,
            )
        except InvalidStatus as error:
            headers = {name.lower(): value for name, value in error.response.headers.raw_items()}
            judge(error.response.status_code, headers, where)
            raise SourceBusy(f"{where} answered in a form that we do not know; its API may have changed.") from error
        except (InvalidHandshake, EOFError, OSError) as error:
            raise SourceBusy(f"{where} cannot be reached, or broke its answer off.") from error


class _Hearing:
    """What was heard so far, and up to when."""

    def __init__(self, heard: Walk, begin: datetime, end: datetime, product: str | None) -> None:
        self.count = 0
        self._at = begin
        self._end = end
        self._heard = heard
        self._product = product
        self._posts: list[Post] = []
        self._gone: list[str] = []
        self._set_aside: list[SetAside] = []

    @property
    def caught_up(self) -> bool:
        """Whether all was heard that was written before the run began."""
        return self._at >= self._end

    def take(self, frame: str | bytes, wanted: re.Pattern[str]) -> None:
        """Hear one event."""
        self.count += 1
        try:
            event = storable(json.loads(frame))
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            beginning = str(frame)[:2000]
            self._set_aside.append(
                SetAside(place=f"stream, event {self.count}", reason="It is no JSON.", raw=beginning)
            )
            return
        when = _moment(event.get("time_us"))
        self._at = max(self._at, when or self._at)
        commit = fields.obj_or_empty(event, "commit")
        if commit.get("collection") != POST:
            return
        uri = f"at://{event.get('did')}/{POST}/{commit.get('rkey')}"
        if commit.get("operation") == "delete":
            self._gone.append(uri)
            return
        record = fields.obj_or_empty(commit, "record")
        if wanted.search(" ".join([str(record.get("text")), *map(str, fields.list_or_empty(record, "tags"))])):
            self._keep(event, commit, uri, when)

    def _keep(self, event: dict[str, JSON], commit: dict[str, JSON], uri: str, when: datetime | None) -> None:
        raw: RawPost = {
            "post": {
                "uri": uri,
                "cid": commit.get("cid"),
                "author": {"did": event.get("did")},
                "record": commit.get("record"),
                "indexedAt": when.isoformat() if when else None,
            },
            "product": self._product,
        }
        try:
            post = post_of(raw)
        except PostUnreadable as unreadable:
            place = f"stream, event {self.count}"
            self._set_aside.append(SetAside(place=place, reason=str(unreadable), raw=unreadable.raw))
            return
        version = str(commit.get("cid"))
        if self._heard.note(uri, when or post.created_at, version) and self._heard.first_time(uri, version):
            self._posts.append(post)

    def page(self, gap: str | None) -> Page:
        """Hand over what was heard since the last page."""
        reached = min(self._at, self._end)  # a time to come would make the server wait for it
        cursor: Cursor = {"time_us": _micros(reached), "recent": self._heard.place(over=True)["anchors"]}
        page = Page(posts=self._posts, gone=self._gone, set_aside=self._set_aside, cursor=cursor, gap=gap)
        self.count, self._posts, self._gone, self._set_aside = 0, [], [], []
        return page


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: JSON) -> datetime | None:
    if isinstance(micros, bool) or not isinstance(micros, int | float):
        return None
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
