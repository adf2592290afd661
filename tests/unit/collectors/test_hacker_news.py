"""Hacker News: what a hit becomes, how a search is walked by time, and how deletions are found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Collector, PostKind, PostUnreadable, SourceBusy
from collectors.hacker_news import HackerNews, HackerNewsOptions
from collectors.net import Net
from tests.recorded import hacker_news
from tests.recorded.hacker_news import hit
from tests.recorded.listening import Run, listening
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Reply, serve


def listen(world: Answering, **options: object) -> AbstractContextManager[Collector]:
    """A collector that searches for “lamp” unless told otherwise."""
    return listening("hacker_news", world, **{"searches": "lamp", **options})


@contextmanager
def asking(world: Answering) -> Iterator[HackerNews]:
    """The collector itself."""
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield HackerNews(HackerNewsOptions(searches=("lamp",)), net)


def test_hits_become_posts() -> None:
    """A comment and a story, each with what the search shows."""
    with asking(hacker_news.HackerNews([])) as collector:
        comment = collector.parse({"hit": hit(4), "product": "Lantern"})
        story = collector.parse({"hit": hit(5)})
        question = collector.parse({"hit": hit(5, story_text="Why does it <b>flicker</b>?")})
    assert (comment.kind, comment.external_id, comment.parent_id, comment.thread_id) == (
        PostKind.COMMENT, "5004", "4001", "4000",
    )  # fmt: skip
    assert (comment.title, comment.text, comment.product) == (None, "The lamp 4 flickers\n\na < b", "Lantern")
    assert comment.url == "https://news.ycombinator.com/item?id=5004"
    assert comment.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert comment.author is not None
    assert comment.author.handle == "player_4"
    assert (story.kind, story.thread_id, story.parent_id) == (PostKind.POST, "5005", None)
    assert story.text == story.title == "Lamp 5 &lt;flickers&gt;"
    assert (story.engagement.likes, story.engagement.replies) == (5, 2)
    assert question.text == "Why does it flicker?"


@pytest.mark.parametrize(
    "changed",
    [
        {"author": None}, {"points": "many"}, {"_tags": None}, {"created_at_i": None}, {"parent_id": None},
        {"num_comments": -1}, {"story_id": "4000"}, {"created_at_i": str(BEGIN)}, {"children": None},
    ],
)  # fmt: skip
def test_odd_fields_are_borne(changed: dict[str, JSON]) -> None:
    """What is missing, null or of another type leaves its field empty, not the hit unread."""
    with asking(hacker_news.HackerNews([])) as collector:
        assert collector.parse({"hit": {**hit(4), **changed}}).kind == PostKind.COMMENT


def test_a_comment_of_which_nothing_is_left_is_gone() -> None:
    """The search still knows it; that is neither a post nor a complaint."""
    with listen(lambda _: Reply({"hits": [hit(3), {**hit(2), "comment_text": None}, hit(1)]})) as collector:
        run = Run(collector)
    assert run.ids == ["5003", "5001"]
    assert run.set_aside == []
    assert {name for page in run.pages for name in page.gone} == {"5002"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("objectID", ""), ("objectID", None), ("comment_text", [1]), ("created_at_i", 1e20)],
)
def test_a_damaged_hit_is_set_aside_with_its_place(field: str, value: JSON) -> None:
    """The field is named, the neighbours are read."""
    hits: JSON = [hit(3), {**hit(2), field: value}, hit(1)]
    with listen(lambda _: Reply({"hits": hits})) as collector:
        run = Run(collector)
    assert run.ids == ["5003", "5001"]
    assert {aside.place for aside in run.set_aside} == {f"search “lamp”, page {n}, item 2" for n in (1, 2)}
    assert field in run.set_aside[0].reason


def test_a_search_is_walked_by_time() -> None:
    """More than a thousand hits are read, several of one second too, each once; then only what is new or edited."""
    world = hacker_news.HackerNews([hit(n, at=BEGIN + 60 * (n // 3)) for n in range(1, 1401)])
    with listen(world, backlog=10_000) as collector:
        first = Run(collector)
        world.asked.clear()
        world.hits.append(hit(1501))
        world.hits[1390] = hit(1391, at=BEGIN + 60 * 463, comment_text="The lamp is mended")
        second = Run(collector, first.cursor)
        third = Run(collector, second.cursor)
    assert len(first.ids) == len(set(first.ids)) == 1400
    assert sorted(second.ids) == ["6391", "6501"]
    assert third.ids == []
    assert world.asked[0].query["numericFilters"] == f"created_at_i>={BEGIN + 60 * 466 - 7200}"


def test_what_is_asked_for() -> None:
    """Two searches, stories only; the backlog and `since` bound the first time."""
    world = hacker_news.HackerNews([hit(n) for n in range(1000)])
    with listen(world, searches="lamp,flickers", comments=False, backlog=50) as collector:
        run = Run(collector)
        assert len(run.ids) == 100
        assert Run(collector, since=datetime.fromtimestamp(BEGIN + 60 * 990, UTC)).ids == ["5995", "5990"]
    assert {asked.query["tags"] for asked in world.asked} == {"(story,poll)"}


def test_an_empty_answer_after_a_full_one_is_a_fault() -> None:
    """A search that had hits a moment ago and shows none is busy, not empty."""
    world = hacker_news.HackerNews([hit(n) for n in range(20)])
    with listen(world) as collector:
        run = Run(collector)
        world.hits = []
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            Run(collector, run.cursor)


@pytest.mark.parametrize("body", [{"message": "no"}, {"hits": None}, [1]])
def test_answers_of_another_form_are_a_fault(body: JSON) -> None:
    """Said in words."""
    with listen(lambda _: Reply(json.dumps(body))) as collector, pytest.raises(SourceBusy, match="form that we do not"):
        Run(collector)


def test_asking_again_finds_deletions() -> None:
    """Deleted, dead and unknown items are gone; the others are left as they are."""
    world = hacker_news.HackerNews(
        [hit(n) for n in range(6)],
        gone={"5001": {"id": 5001, "deleted": True}, "5002": {"id": 5002, "dead": True}, "5003": None},
    )
    with asking(world) as collector:
        page = collector.recheck(["5000", "5001", "5002", "5003", "5004", "x", "²"])
    assert page.gone == ["5001", "5002", "5003"]
    assert page.posts == []


@pytest.mark.shared
def test_recorded_hits_are_read(shared_folder: Path) -> None:
    """Recorded stories become posts; a comment whose text was taken out is set aside by name."""
    folder = shared_folder / "payloads" / "hackernews" / "algolia_search"
    hits: list[JSON] = []
    for file in sorted(folder.glob("*.json")):
        answer = json.loads(file.read_text(encoding="utf-8"))
        hits += answer.get("hits", [answer])
    assert len(hits) >= 5
    read = 0
    with asking(hacker_news.HackerNews([])) as collector:
        for item in hits:
            try:
                post = collector.parse({"hit": item})
            except PostUnreadable as unreadable:
                assert "comment_text" in str(unreadable)  # noqa: PT017 - only comments without text are meant to fail
                continue
            assert post.title
            read += 1
    assert read >= 4
