"""X: what a post becomes, that a run costs no more than allowed, and how edits and deletions are followed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from collectors.x import SPEC, X
from collectors.x_post import users
from tests.recorded import x
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Reply, Web, serve
from tests.recorded.x import edit_of, post_id, x_post


@contextmanager
def listening(world: Answering, token: str = "t0ken", **options: object) -> Iterator[tuple[X, Web]]:
    """A collector of a search that asks the given world."""
    chosen = read_options(SPEC, options or {"query": "lamps"})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = SPEC.build(chosen, {"X_BEARER_TOKEN": token}, net)
        assert isinstance(collector, X)
        yield collector, web


def walk(
    source: X, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(source.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    ids = [post.external_id for page in pages for post in page.posts]
    return ids, json.loads(json.dumps(cursors[-1], sort_keys=True)), pages


def ids_of(*minutes: float) -> list[str]:
    """The ids of the posts of these minutes."""
    return [str(post_id(minute)) for minute in minutes]


def test_a_post_becomes_a_post() -> None:
    """Every field that X shows is found again; of the author only what a post shows is kept."""
    item = x_post(3, referenced_tweets=[{"type": "quoted", "id": "1"}, {"type": "replied_to", "id": "2"}])
    with listening(x.X([item]), query="lamps", product="Lantern") as (source, web):
        (post,) = (post for page in source.pages(None) for post in page.posts)
    assert post.external_id == item["id"]
    assert post.url == f"https://x.com/i/status/{item['id']}"
    assert post.text == "The lamp 3 flickers & dies"
    assert (post.created_at, post.edited_at) == (datetime.fromtimestamp(BEGIN + 180, UTC), None)
    assert post.author is not None
    assert (post.author.external_id, post.author.handle, post.author.reach) == ("77", "ana", 12)
    assert (post.thread_id, post.parent_id, post.language, post.product) == (item["id"], "2", "en", "Lantern")
    assert (post.engagement.likes, post.engagement.replies, post.engagement.shares) == (5, 1, 3)
    assert "Lisbon" not in json.dumps(post.raw)
    assert "t0ken" not in json.dumps(post.raw)
    assert web.asked[0].query["query"] == "lamps"


def test_long_posts_are_read_whole() -> None:
    """`text` is then only the beginning."""
    with listening(x.X()) as (source, _):
        long = source.parse({"post": x_post(1, note_tweet={"text": "long &lt;words&gt;"})})
    assert long.text == "long <words>"


@pytest.mark.parametrize(
    ("told", "language"),
    [("pt", "pt"), ("in", "id"), ("iw", "he"), ("und", None), ("qme", None), ("zxx", None), (None, None), (5, None),
     ("zh-TW", "zh-TW")],
)  # fmt: skip
def test_languages(told: JSON, language: str | None) -> None:
    """Old names get their new ones; names that say "none" are none."""
    with listening(x.X()) as (source, _):
        assert source.parse({"post": x_post(1, lang=told)}).language == language


def test_the_moment_is_in_the_id() -> None:
    """Where the field is missing; ids of before 2010 hold none."""
    bare: JSON = {"id": str(post_id(5)), "text": "x"}
    with listening(x.X()) as (source, _):
        post = source.parse({"post": bare})
        with pytest.raises(PostUnreadable, match="created_at"):
            source.parse({"post": {"id": "20", "text": "just setting up"}})
    assert post.created_at == datetime.fromtimestamp(BEGIN + 300, UTC)
    assert (post.author, post.engagement.shares) == (None, None)


@pytest.mark.parametrize("changed", [{"id": None}, {"id": "x1"}, {"id": True}, {"text": None}, {"text": ["a"]}])
def test_a_damaged_post_is_set_aside(changed: dict[str, JSON]) -> None:
    """Its neighbours are read."""
    items: list[JSON] = [x_post(3), {**x_post(2), **changed}, None, x_post(1)]
    with listening(lambda _: Reply({"data": items, "meta": None})) as (source, _):
        ids, _, pages = walk(source)
    assert ids == ids_of(3, 1)
    assert [item.place for item in pages[0].set_aside] == ["search, page 1, item 2", "search, page 1, item 3"]


def test_all_is_read_and_then_only_what_is_new() -> None:
    """The second run names the newest post of the first."""
    world = x.X([x_post(n) for n in range(25)], most=10)
    with listening(world) as (source, web):
        ids, cursor, pages = walk(source)
        assert ids == ids_of(*range(24, -1, -1))
        assert cursor == {"search": {"newest": ids[0]}}
        world.posts += [x_post(n) for n in range(30, 33)]
        before = len(web.asked)
        ids, cursor, pages = walk(source, cursor)
        assert ids == ids_of(32, 31, 30)
        assert len(web.asked) == before + 1
        assert walk(source, cursor)[0] == []
    assert [page.gap for page in pages] == [None]


def test_a_search_that_finds_nothing() -> None:
    """Is no fault."""
    with listening(x.X()) as (source, _):
        ids, cursor, _ = walk(source)
        assert (ids, walk(source, cursor)[0]) == ([], [])


def test_a_run_reads_no_more_than_it_may() -> None:
    """The next one goes on below; what came meanwhile is read by the one after it."""
    world = x.X([x_post(n) for n in range(60)], most=10)
    with listening(world, query="lamps", max_posts=25) as (source, web):
        found, cursor, _ = walk(source)
        assert len(found) == 20
        assert [asked.query["max_results"] for asked in web.asked] == ["25", "15"]
        world.posts += [x_post(n) for n in range(70, 75)]
        for _ in range(3):
            ids, cursor, _ = walk(source, cursor)
            found += ids
        assert len(found) == len(set(found)) == 65
        assert walk(source, cursor)[0] == []


def test_a_run_that_breaks_off_is_taken_up_below() -> None:
    """From the last stored page."""
    world = x.X([x_post(n) for n in range(40)], most=10)
    with listening(world) as (source, _):
        first = next(iter(source.pages(None)))
        ids, _, _ = walk(source, json.loads(json.dumps(first.cursor)))
    assert ids == ids_of(*range(29, -1, -1))


def test_search_and_mentions_share_what_may_be_read() -> None:
    """Two lists, each with its own place."""
    world = x.X([x_post(n) for n in range(12)])
    with listening(world, query="lamps", user_id="77") as (source, web):
        ids, cursor, _ = walk(source)
        assert len(ids) == 24
        assert set(cursor) == {"search", "mentions"}
        assert [asked.path for asked in web.asked] == ["/2/tweets/search/recent", "/2/users/77/mentions"]
    with listening(world, query="lamps", user_id="77", max_posts=15) as (source, web):
        walk(source)
        assert len(web.asked) == 1


def test_pages_of_mentions_are_asked_for_by_their_own_name() -> None:
    """pagination_token, where search says next_token."""
    with listening(x.X([x_post(n) for n in range(25)], most=10), user_id="77") as (source, web):
        assert len(walk(source)[0]) == 25
    assert web.asked[1].query["pagination_token"] == "10"


def test_more_than_a_week_away_is_a_gap() -> None:
    """X refuses the old id; then all that it shows is read, and the gap is told."""
    world = x.X([x_post(n) for n in range(5)])
    with listening(world) as (source, _):
        _, cursor, _ = walk(source)
        world.posts += [x_post(n) for n in range(100, 104)]
        world.oldest = post_id(100)
        ids, cursor, pages = walk(source, cursor)
        assert ids == ids_of(103, 102, 101, 100)
        assert "seven days" in (pages[0].gap or "")
        assert walk(source, cursor)[0] == []


def test_since_ends_the_first_walk() -> None:
    """No further page is paid for."""
    with listening(x.X([x_post(n) for n in range(50)], most=10)) as (source, web):
        ids, cursor, _ = walk(source, since=datetime.fromtimestamp(BEGIN + 60 * 47, UTC))
        assert ids == ids_of(49, 48, 47)
        assert len(web.asked) == 1
        assert walk(source, cursor)[0] == []


def test_tokens_in_a_circle_end() -> None:
    """And a post that comes twice is handed over once."""
    answer = Reply({"data": [x_post(1)], "meta": {"next_token": "again", "result_count": 1}})
    with listening(lambda _: answer) as (source, web):
        assert walk(source)[0] == ids_of(1)
    assert len(web.asked) == 2


def test_an_edit_is_a_version_of_its_first_post() -> None:
    """Though X gives it an id of its own."""
    old = x_post(1)
    world = x.X([old])
    with listening(world) as (source, _):
        _, cursor, _ = walk(source)
        world.posts.append(edit_of(old, 5, text="Mended"))
        ids, _, pages = walk(source, cursor)
    (post,) = pages[0].posts
    assert ids == ids_of(1)
    assert (post.text, post.url) == ("Mended", f"https://x.com/i/status/{post_id(5)}")
    assert post.created_at == datetime.fromtimestamp(BEGIN + 60, UTC)
    assert post.edited_at == datetime.fromtimestamp(BEGIN + 300, UTC)


def test_recheck_tells_edits_and_deletions() -> None:
    """The last version is fetched; what X shows to nobody is gone; what it says nothing about stays."""
    posts = [x_post(n) for n in range(105)]
    world = x.X([*posts, edit_of(posts[3], 200, text="Mended")], suspended=set(ids_of(7)))
    with listening(world) as (source, web):
        page = source.recheck([*ids_of(*range(110)), "word", ids_of(1)[0]])
    assert sorted(page.gone) == sorted(ids_of(7, *range(105, 110)))
    assert len(page.posts) == 104
    assert {post.external_id: post.text for post in page.posts}[ids_of(3)[0]] == "Mended"
    assert len(web.asked) == 3
    with listening(lambda _: Reply({"data": []})) as (source, _):
        assert source.recheck(ids_of(1, 2)).gone == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, {"title": "Forbidden", "detail": "attached to a Project"}, "refuses .403.: attached to a Project"),
        (402, {"title": "CreditsDepleted", "detail": "no credits"}, "credits of the developer account"),
        (400, {"title": "Invalid Request", "detail": "bad", "errors": [{"message": "operator\nx"}]}, "operator x"),
        (403, [], "forbids"), (400, "<html>", "our request"),
    ],
)  # fmt: skip
def test_refusals_are_told_in_xs_words(status: int, body: object, words: str) -> None:
    """Where there are any."""
    reply = Reply(body, status=status)
    with listening(lambda _: reply) as (source, _), pytest.raises(SourceRefused, match=words) as caught:
        walk(source)
    assert caught.value.status == status


def test_a_wrong_key_and_an_unknown_account_are_refused() -> None:
    """The key is in no message; X says 200 to an account that is not there."""
    with listening(x.X(), token="wr0ng") as (source, _), pytest.raises(SourceRefused, match="X_BEARER_TOKEN") as caught:
        walk(source)
    assert "wr0ng" not in str(caught.value)
    with listening(x.X(), user_id="404") as (source, _), pytest.raises(SourceRefused, match="Could not find user"):
        walk(source)


def test_xs_own_hint_to_wait_is_used() -> None:
    """The moment in x-rate-limit-reset."""
    slow = Reply({"title": "Too Many Requests"}, status=429, headers={"x-rate-limit-reset": "4102444800"})
    with listening(lambda _: slow) as (source, _), pytest.raises(SourceBusy) as caught:
        walk(source)
    assert (caught.value.retry_after or 0) > 1_000_000


@pytest.mark.parametrize("options", [{"product": "x"}, {"user_id": "ana"}, {"query": "a" * 513}, {"query": ""},
                                     {"query": "lamps", "max_posts": 9}])  # fmt: skip
def test_options_that_lead_nowhere_are_refused(options: dict[str, object]) -> None:
    """Nothing to listen to, what is no number, and what X would not take."""
    with pytest.raises(BadOption):
        read_options(SPEC, options)


@pytest.mark.shared
def test_recorded_posts_are_read(shared_folder: Path) -> None:
    """Every post in recorded searches, mentions and lookups of the second API."""
    folder, found = shared_folder / "payloads" / "x_twitter", 0
    files = [
        file
        for name in ("v2_search", "v2_mentions", "v2_tweets", "v2_fixtures")
        for file in (folder / name).glob("*.json")
    ]
    with listening(x.X()) as (source, _):
        for file in sorted(files):
            body = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(body, dict):
                continue
            data = body.get("data") or []
            authors = users(body)
            for item in data if isinstance(data, list) else [data]:
                if not {"id", "text"} <= set(item) or "sender_id" in item:
                    continue
                author = authors.get(str(item.get("author_id")))
                post = source.parse({"post": item, "author": author, "product": None})
                assert post.text
                assert 2006 <= post.created_at.year <= 2026
                assert json.loads(json.dumps(post.raw)) == post.raw
                found += 1
    assert found >= 400
