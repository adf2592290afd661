"""The collectors against bodies that platforms really sent, with the faults of the replay server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collectors import registry
from collectors.base import Collector, Page, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import read_options
from tests.recorded import platforms
from tests.recorded.web import serve

pytestmark = pytest.mark.shared
KEYS = {"REDDIT_CLIENT_ID": "id", "REDDIT_CLIENT_SECRET": "secret"}


@contextmanager
def replaying(shared: Path, *arguments: str) -> Iterator[str]:
    """The replay server's address, until the block ends."""
    command = [sys.executable, str(shared / "tools" / "replay.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@contextmanager
def listening(kind: str, base_url: str, **options: object) -> Iterator[Collector]:
    """A collector that asks the given server without pauses."""
    spec = registry.spec(kind)
    with Net(base_url, timeout=5, sleep=lambda _: None) as net:
        yield spec.build(read_options(spec, options), KEYS, net)


def check(collector: Collector, pages: list[Page]) -> int:
    """Every post survives JSON and parse; returns how many there are."""
    posts = [post for page in pages for post in page.posts]
    assert len({post.external_id for post in posts}) == len(posts)
    for post in posts:
        assert collector.parse(json.loads(json.dumps(post.raw))) == post
    return len(posts)


def test_recorded_steam_reviews(shared_folder: Path) -> None:
    """Every recorded review of thirteen games is read, served in the new endpoint's form."""
    files = sorted((shared_folder / "payloads" / "steam").glob("appreviews_*/*.json"))
    assert files
    for file in files:
        recorded = json.loads(file.read_text(encoding="utf-8"))["reviews"]
        reviews = list(recorded.values()) if isinstance(recorded, dict) else recorded
        with serve(platforms.Steam(reviews)) as web, listening("steam", web.url, appid=440) as collector:
            pages = list(collector.pages(None))
        assert check(collector, pages) == len(reviews)
        assert [page.set_aside for page in pages if page.set_aside] == []


def test_recorded_feeds(shared_folder: Path) -> None:
    """Of the recorded feeds each entry is either read or set aside; whole ones lose nothing."""
    rows = (shared_folder / "payloads" / "rss_atom" / "index.jsonl").read_text(encoding="utf-8").splitlines()
    read = aside = 0
    for row in map(json.loads, rows):
        if row["kind"] == "jsonfeed":
            continue
        body = (shared_folder / "payloads" / "rss_atom" / row["file"]).read_bytes()
        with (
            serve(platforms.Feed(body, "application/xml")) as web,
            listening("feed", web.url, url="https://blog.example/feed") as collector,
        ):
            try:
                (page,) = collector.pages(None)
            except SourceBusy as busy:
                assert "breaks off" in str(busy)  # noqa: PT017 - only some of the corner cases are meant to fail
                continue
            read += check(collector, [page])
            aside += len(page.set_aside)
            assert page.total == len(page.posts) + len(page.set_aside)
    assert read >= 280
    assert aside <= 15


@pytest.mark.parametrize("path", ["r/all/new", "r/askreddit/top"])
def test_recorded_reddit_listings(shared_folder: Path, path: str) -> None:
    """A recorded page of a hundred submissions."""
    file = next(
        row["file"]
        for row in map(json.loads, (shared_folder / "payloads" / "reddit" / "index.jsonl").read_text().splitlines())
        if f"/{path}?" in row["request"] and row["status"] == 200
    )
    children = json.loads((shared_folder / "payloads" / "reddit" / file).read_text(encoding="utf-8"))["data"][
        "children"
    ]
    things = [child["data"] for child in children]
    options = {"subreddits": "lamps", "comments": False}
    with serve(platforms.Reddit(things)) as web, listening("reddit", web.url, **options) as collector:
        pages = list(collector.pages(None))
    read = check(collector, pages)
    gone = {name for page in pages for name in page.gone}
    assert read + len(gone) == len({thing["name"] for thing in things})
    assert [page.set_aside for page in pages if page.set_aside] == []


FAULTS = {
    "429:after=100": (SourceBusy, "come back in 100 seconds"),
    "503:after=100": (SourceBusy, "trouble of its own"),
    "500": (SourceBusy, "trouble of its own"),
    "401": (SourceRefused, "credentials"),
    "403": (SourceRefused, "forbids"),
    "404": (SourceRefused, "nothing at this address"),
    "reset": (SourceBusy, "closed the connection"),
    "truncate": (SourceBusy, "cut off or damaged"),
    "html": (SourceBusy, "web page where data was due"),
    "empty": (SourceBusy, "empty answer"),
    "garbage": (SourceBusy, "cut off or damaged"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_a_sentence_of_its_own(shared_folder: Path, fault: str) -> None:
    """The door's answer to each fault of the replay server."""
    error, words = FAULTS[fault]
    home = "https://store.steampowered.com"
    with replaying(shared_folder, "steam", "--fault", fault) as url, Net(url, timeout=5, sleep=lambda _: None) as net:
        net.home(home)
        with pytest.raises(error, match=words):
            net.json(f"{home}/appreviews/332540", params={"json": "1"})


def test_faults_now_and_then_are_overcome(shared_folder: Path) -> None:
    """Every second request is told to wait two seconds: the wait is kept, and the answer comes."""
    waits: list[float] = []
    with (
        replaying(shared_folder, "steam", "--fault", "429:every=2,after=2") as url,
        Net(url, sleep=waits.append) as net,
    ):
        for _ in range(3):
            assert net.json(f"{url}/appreviews/332540", params={"json": "1"})
    assert waits == [2, 2]
