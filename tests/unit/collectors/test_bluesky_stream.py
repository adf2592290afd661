"""The stream of all posts on Bluesky, over a real WebSocket on loopback."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.base import JSON, Collector, SourceBusy, SourceRefused
from collectors.bluesky_stream import Stream
from collectors.net import Net
from tests.recorded import bluesky
from tests.recorded.bluesky import commit, uri
from tests.recorded.listening import Run, listening
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Reply, serve

SINCE = datetime.now(UTC) - timedelta(hours=1)
START = int(SINCE.timestamp()) + 60


def listen(world: bluesky.Stream, **options: object) -> AbstractContextManager[Collector]:
    """A collector that hears the stream for “lamp” unless told otherwise."""
    return listening("bluesky", world, **{"stream": "lamp", **options})


def lately(event: dict[str, JSON], number: int) -> dict[str, JSON]:
    """The event as if it had happened in this hour: older ones are not asked for."""
    return {**event, "time_us": (START + number) * 1_000_000 + 7}


def test_posts_with_our_words_are_kept() -> None:
    """Whole words in the text or the author's tags, in any case; other posts and other records are passed over."""
    texts = ["A LAMP!", "clamp", "lamps", "#lamp", "in the fog"]
    events: list[JSON] = [
        lately(commit(n, record=bluesky.record(n, text=text)), n) for n, text in enumerate(texts, start=1)
    ]
    events += [
        lately(commit(6, record=bluesky.record(6, text="?", tags=["Lamp"])), 6),
        lately(commit(7, collection="app.bsky.feed.like"), 7),
        lately({"did": "did:plc:p8", "kind": "identity"}, 8),
    ]
    with listen(bluesky.Stream(events), product="Lantern") as collector:
        run = Run(collector, since=SINCE)
        for post in run.posts:
            assert collector.parse(json.loads(json.dumps(post.raw))) == post
    assert run.ids == [uri(1), uri(4), uri(6)]
    assert run.posts[0].product == "Lantern"
    assert run.posts[0].author is not None
    assert run.posts[0].author.external_id == "did:plc:p1"


def test_the_next_run_goes_on_where_the_last_one_was() -> None:
    """The cursor is the last event's time; that event comes again and is known. Deletions are told."""
    world = bluesky.Stream([lately(commit(n), n) for n in range(1, 4)])
    with listen(world) as collector:
        first = Run(collector, since=SINCE)
        world.events += [lately(commit(2, "delete"), 4), lately(commit(3, "update", cid="other"), 5)]
        second = Run(collector, first.cursor)
    assert first.ids == [uri(1), uri(2), uri(3)]
    assert world.asked[0].query["wantedCollections"] == "app.bsky.feed.post"
    assert world.asked[1].query["cursor"] == str((START + 3) * 1_000_000 + 7)
    assert second.ids == [uri(3)]
    assert [name for page in second.pages for name in page.gone] == [uri(2)]


def test_a_run_ends_with_the_moment_at_which_it_began() -> None:
    """What is written meanwhile is for the next run; a server's clock that is ahead does not move the cursor there."""
    later = {**commit(5), "time_us": 4_102_444_800_000_000}
    world = bluesky.Stream([lately(commit(1), 1), later, {**later, "did": "did:plc:p9"}])
    with listen(world) as collector:
        run = Run(collector, since=SINCE)
    assert run.ids == [uri(1), uri(5)]
    stream = (run.cursor or {})["stream"]
    assert isinstance(stream, dict)
    assert isinstance(stream["time_us"], int)
    assert SINCE.timestamp() < stream["time_us"] / 1_000_000 <= datetime.now(UTC).timestamp()


def test_a_cursor_from_before_what_is_kept_is_a_gap() -> None:
    """The server silently starts later; we say that something is missing."""
    with listen(bluesky.Stream([lately(commit(1), 1)])) as collector:
        run = Run(collector, {"stream": {"time_us": BEGIN * 1_000_000 - 10**14}})
        assert Run(collector, run.cursor).gaps == []
    assert run.gaps == ["The stream keeps 36 hours; what was written before is missing."]


def test_events_that_cannot_be_read_are_set_aside() -> None:
    """No JSON, no object, no record: each with its place; the others are read."""
    nameless = lately(commit(3, record={"text": "lamp"}), 3)
    events: list[JSON] = ['{"cut', "[1]", lately({**commit(2), "did": None}, 2), nameless, lately(commit(4), 4)]
    with listen(bluesky.Stream(events)) as collector:
        run = Run(collector, since=SINCE)
    assert run.ids == [uri(3), uri(4)]
    assert [aside.place for aside in run.set_aside] == [f"stream, event {n}" for n in (1, 2, 3)]


def test_what_was_heard_before_the_stream_broke_off_is_kept() -> None:
    """The page comes first, with its cursor; then it is said that the stream broke."""
    with listen(bluesky.Stream([lately(commit(1), 1)], fault="cut")) as collector:
        pages = collector.pages(None, since=SINCE)
        page = next(iter(pages))
        with pytest.raises(SourceBusy, match="broke the stream off"):
            next(iter(pages))
    assert [post.external_id for post in page.posts] == [uri(1)]
    assert page.cursor is not None


def test_much_is_handed_over_in_parts() -> None:
    """After five thousand events there is a page, whether or not one of them was ours."""
    events: list[JSON] = [lately(commit(n, record=bluesky.record(n, text="fog")), 1) for n in range(5_001)]
    with listen(bluesky.Stream(events)) as collector:
        assert len(Run(collector, since=SINCE).pages) == 2


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(status=429, headers={"Retry-After": "77"}), SourceBusy, "slow down"),
        (Reply(status=503), SourceBusy, "trouble of its own"), (Reply(status=403), SourceRefused, "forbids"),
        (Reply("<html>"), SourceBusy, "form that we do not know"),
        (Reply(fault="reset"), SourceBusy, "broke its answer"),
    ],
)  # fmt: skip
def test_a_server_that_does_not_speak_is_told_apart(reply: Reply, error: type[Exception], words: str) -> None:
    """The same verdicts as for any other request."""
    with listening("bluesky", lambda _: reply, stream="lamp") as collector, pytest.raises(error, match=words):
        Run(collector)


def test_a_quiet_stream_is_left() -> None:
    """Where nothing comes, nothing is waited for."""

    def answering(_: object) -> Reply:
        return Reply(frames=[json.dumps(lately(commit(1), 1))], fault="silence")

    with serve(answering) as web, Net(web.url) as net:
        stream = Stream(net, "jetstream.example", ["lamp"], product=None, quiet=0.1)
        (page,) = stream.pages({}, since=SINCE)
    assert len(page.posts) == 1


def test_private_addresses_are_refused() -> None:
    """The stream's host is checked like any other address."""
    with Net() as net, pytest.raises(SourceRefused, match="not a public address"):
        list(Stream(net, "127.0.0.1:9", ["lamp"], product=None).pages({}, since=None))


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, the extra's name is in the message; other listening does not need it."""
    monkeypatch.setitem(sys.modules, "websockets.sync.client", None)
    with listen(bluesky.Stream([])) as collector, pytest.raises(SourceRefused, match=r"earful\[bluesky\]"):
        Run(collector)


@pytest.mark.shared
def test_recorded_events_are_heard(shared_folder: Path) -> None:
    """Every post in the recorded stream becomes a post when its own first word is listened to."""
    lines = [
        line
        for file in sorted((shared_folder / "payloads" / "bluesky" / "jetstream").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    events = [lately(json.loads(line), number) for number, line in enumerate(lines)]
    with listen(bluesky.Stream([*events]), stream="the,a,to,and,i,in,of,you") as collector:
        run = Run(collector, since=SINCE)
    assert run.set_aside == []
    assert len(run.ids) > 2
