"""Facebook Pages: what comments and visitors' posts become, which posts are looked at again, and Meta's errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Cursor, Page, PostKind, SourceBusy, SourceRefused
from collectors.facebook import SPEC
from collectors.graph_threads import Threads
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import graph
from tests.recorded.graph import at, page_comment, page_post
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Reply, Web, serve


@contextmanager
def listening(
    world: Answering, secrets: dict[str, str] | None = None, **options: object
) -> Iterator[tuple[Threads, Web]]:
    """A collector of the Page 111 that asks the given world."""
    chosen = read_options(SPEC, {"page": "111", **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = SPEC.build(chosen, {"FACEBOOK_PAGE_TOKEN": "t0ken", **(secrets or {})}, net)
        assert isinstance(collector, Threads)
        yield collector, web


def walk(
    source: Threads, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(source.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    ids = [post.external_id for page in pages for post in page.posts]
    return ids, json.loads(json.dumps(cursors[-1], sort_keys=True)), pages


def page_of(*numbers: int, comments: int = 3, size: int = 100) -> graph.Graph:
    """A Page with posts of these numbers and some comments under each."""
    lists = {"111/feed": [page_post(number, comments=comments) for number in numbers]}
    for number in numbers:
        lists[f"111_{number}/comments"] = [page_comment(1000 * number + n, number) for n in range(comments)]
    return graph.Graph(lists, size=size)


def test_a_comment_becomes_a_post() -> None:
    """Every field that Meta shows is found again."""
    item = page_comment(7, 5, parent={"id": "5_3"}, attachment={"paging": {"next": "https://x/?access_token=t0ken"}})
    world = graph.Graph({"111/feed": [page_post(5)], "111_5/comments": [item]})
    with listening(world, product="Lantern") as (source, _):
        (post,) = (post for page in source.pages(None) for post in page.posts)
    assert (post.kind, post.external_id, post.text) == (PostKind.COMMENT, "5_7", "It flickers, 7")
    assert post.created_at == datetime.fromtimestamp(BEGIN + 420, UTC)
    assert post.url == "https://www.facebook.com/111/posts/5?comment_id=7"
    assert post.author is not None
    assert (post.author.external_id, post.author.name) == ("97", "Ana 7")
    assert (post.thread_id, post.parent_id, post.product) == ("5", "5_3", "Lantern")
    assert (post.engagement.likes, post.engagement.replies) == (3, 1)
    assert "t0ken" not in json.dumps(post.raw)


def test_what_visitors_post_is_heard_and_what_the_page_says_is_not() -> None:
    """Unless it is wanted."""
    visit = page_post(6, message="Is this lamp safe?", **{"from": {"id": "42", "name": "Bo"}})
    lists = {
        "111/feed": [page_post(5), visit, page_post(4, message=None, **{"from": {"id": "43", "name": "C"}})],
        "111_4/comments": [],
        "111_5/comments": [page_comment(1, 5), page_comment(2, 5, **{"from": {"id": "111", "name": "Lamps Ltd"}})],
        "111_6/comments": [page_comment(3, 6, **{"from": None})],
    }
    with listening(graph.Graph(lists)) as (source, _):
        ids, _, pages = walk(source)
        assert sorted(ids) == ["5_1", "6_3", "post 111_6"]
    posts = {post.external_id: post for page in pages for post in page.posts}
    assert (posts["post 111_6"].kind, posts["post 111_6"].thread_id) == (PostKind.POST, "6")
    assert (posts["post 111_6"].engagement.replies, posts["post 111_6"].engagement.shares) == (0, 2)
    assert posts["6_3"].author is None
    with listening(graph.Graph(lists), own=True) as (source, _):
        assert sorted(walk(source)[0]) == ["5_1", "5_2", "6_3", "post 111_5", "post 111_6"]


def test_only_posts_where_something_happened_are_looked_at_again() -> None:
    """Then reading ends at the comments that are known; edits among what is read come too."""
    world = page_of(*range(1, 9), comments=12, size=5)
    with listening(world) as (source, web):
        ids, cursor, _ = walk(source)
        assert len(ids) == len(set(ids)) == 96
        before = len(web.asked)
        assert walk(source, cursor)[0] == []
        assert len(web.asked) == before + 2
        world.lists["111/feed"][2] = page_post(3, updated=90, comments=13)
        world.lists["111_3/comments"].append(page_comment(9000, 3))
        world.lists["111_3/comments"][11]["message"] = "Mended"
        before = len(web.asked)
        ids, cursor, pages = walk(source, cursor)
        assert ids[0] == "3_9000"
        assert len(ids) == 5
        assert "Mended" in {post.text for page in pages for post in page.posts}
        assert len(web.asked) == before + 3
        assert walk(source, cursor)[0] == []


def test_a_run_that_breaks_off_is_taken_up() -> None:
    """A post whose comments were not read to the end is read again."""
    world = page_of(1, 2, 3, comments=12, size=5)
    with listening(world) as (source, web):
        kept: list[Page] = []
        for page in source.pages(None):
            kept.append(page)
            if len(kept) == 4:
                break
        cursors = [page.cursor for page in kept if page.cursor]
        found = {post.external_id for page in kept for post in page.posts}
        before = len(web.asked)
        ids, _, _ = walk(source, json.loads(json.dumps(cursors[-1])))
        assert len(web.asked) == before + 1 + 6
    assert len(found | set(ids)) == 36


def test_since_ends_the_first_walk() -> None:
    """Older comments are neither handed over nor walked to."""
    world = page_of(1, comments=30, size=5)
    with listening(world) as (source, web):
        ids, _, _ = walk(source, since=datetime.fromtimestamp(BEGIN + 60 * 1027, UTC))
    assert ids == ["1_1029", "1_1028", "1_1027"]
    assert len(web.asked) == 2


def test_only_the_newest_posts_are_looked_through() -> None:
    """More new posts than that since last time are a gap; none at all a fault."""
    world = page_of(*range(1, 13), size=2)
    with listening(world, posts=4) as (source, _):
        ids, cursor, _ = walk(source)
        assert len(ids) == 12
        world.lists["111/feed"] = [page_post(n) for n in range(20, 30)]
        world.lists |= {f"111_{n}/comments": [] for n in range(20, 30)}
        assert "may be missing" in (walk(source, cursor)[2][0].gap or "")
        world.lists["111/feed"] = []
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            walk(source, cursor)
        assert walk(source)[0] == []


def test_a_post_that_was_deleted_meanwhile_does_not_stop_the_others() -> None:
    """Its comments cannot be asked for any more."""
    world = page_of(1, 2)
    world.lost = {"111_1"}
    with listening(world) as (source, _):
        assert len(walk(source)[0]) == 3


@pytest.mark.parametrize("changed", [{"created_time": None}, {"id": None, "permalink_url": None}, {"created_time": 5}])
def test_a_damaged_comment_is_set_aside(changed: dict[str, JSON]) -> None:
    """Its neighbours are read."""
    items: list[JSON] = [page_comment(3, 5), {**page_comment(2, 5), **changed}, None, page_comment(1, 5)]
    feed = Reply({"data": [page_post(5), None, {"id": None}]})
    with listening(lambda asked: feed if asked.path.endswith("feed") else Reply({"data": items})) as (source, _):
        ids, _, pages = walk(source)
    assert ids == ["5_3", "5_1"]
    places = [item.place for page in pages for item in page.set_aside]
    assert places == ["post 111_5, page 1, comment 2", "post 111_5, page 1, comment 3"]


def test_the_id_can_be_read_in_the_address() -> None:
    """Where the field is missing, as in some recordings."""
    address = "https://www.facebook.com/19/posts/5/?comment_id=8&reply_comment_id=9"
    bare: JSON = {"permalink_url": address, "created_time": at(1), "message": None}
    with listening(graph.Graph()) as (source, _):
        post = source.parse({"what": "comment", "item": bare})
    assert (post.external_id, post.text) == ("5_9", "")


def test_pages_in_a_circle_end() -> None:
    """Each comes once."""
    paging = {"cursors": {"after": "again"}, "next": "https://graph.facebook.com/x"}
    feed = Reply({"data": [page_post(5)], "paging": paging})
    under = Reply({"data": [page_comment(1, 5)], "paging": paging})
    with listening(lambda asked: feed if asked.path.endswith("feed") else under) as (source, web):
        assert set(walk(source)[0]) == {"5_1"}
    assert len(web.asked) == 4


def test_recheck_tells_edits_and_deletions() -> None:
    """Fifty in one question; comments and visitors' posts."""
    world = page_of(1, comments=70)
    world.lists["111_1/comments"][4]["message"] = "Mended"
    world.lost = {"1_1007", "111_3"}
    world.lists["111/feed"] += [page_post(2), page_post(3)]
    names = [*(f"1_{1000 + n}" for n in range(70)), "1_5", "post 111_2", "post 111_3", "word"]
    with listening(world) as (source, web):
        page = source.recheck(names)
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            source.recheck(["9_1", "9_2", "9_3", "9_4"])
        assert source.recheck([]) == Page(posts=[], set_aside=[], gone=[])
    assert sorted(page.gone) == ["1_1007", "1_5", "post 111_3"]
    assert len(page.posts) == 70
    assert "Mended" in {post.text for post in page.posts}
    assert [asked.method for asked in web.asked] == ["POST"] * 4


def test_recheck_sees_trouble_inside_a_good_answer() -> None:
    """What ran out of time is left as it is; an error that is no deletion stops."""
    slow = Reply([None, {"code": 200, "body": "{"}])
    with listening(lambda _: slow) as (source, _):
        assert source.recheck(["1_1", "1_2"]).gone == []
    limit = Reply([{"code": 400, "body": json.dumps({"error": {"code": 4}})}])
    with listening(lambda _: limit) as (source, _), pytest.raises(SourceBusy):
        source.recheck(["1_1"])
    with listening(lambda _: Reply([])) as (source, _), pytest.raises(SourceBusy, match="form that we do not know"):
        source.recheck(["1_1"])


@pytest.mark.parametrize(
    ("error", "headers", "wait"),
    [
        ({"code": 4}, {}, 3600), ({"code": 32}, {}, 3600), ({"code": 80001}, {}, 3600), ({"code": 2}, {}, None),
        ({"code": 1, "is_transient": True}, {}, None), ({"code": 999, "is_transient": True}, {}, None),
        ({"code": 17}, {"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":7}]}'}, 420),
    ],
)  # fmt: skip
def test_errors_that_pass_are_busy(error: JSON, headers: dict[str, str], wait: float | None) -> None:
    """Meta gives all of them as 400."""
    reply = Reply({"error": error}, status=400, headers=headers)
    with listening(lambda _: reply) as (source, _), pytest.raises(SourceBusy) as caught:
        walk(source)
    assert caught.value.retry_after == wait


@pytest.mark.parametrize(
    ("code", "words"),
    [(190, "Get a new token"), (10, "permissions"), (230, "permissions"), (100, "source's options"), ("x", "options")],
)
def test_errors_for_a_person_are_refused(code: JSON, words: str) -> None:
    """With what to do."""
    reply = Reply({"error": {"code": code, "message": "No."}}, status=400)
    with listening(lambda _: reply) as (source, _), pytest.raises(SourceRefused, match=words):
        walk(source)


@pytest.mark.parametrize("body", ["<html>", [], {"error": "no"}])
def test_other_refusals_go_to_the_common_table(body: object) -> None:
    """A body of another form."""
    with listening(lambda _: Reply(body, status=400)) as (source, _), pytest.raises(SourceRefused, match="our request"):
        walk(source)


def test_keys_are_checked_and_shown_to_nobody() -> None:
    """A wrong token, a missing one, and proof of the app's secret."""
    with (
        listening(graph.Graph(), {"FACEBOOK_PAGE_TOKEN": "wr0ng"}) as (source, _),
        pytest.raises(SourceRefused, match="Get a new token") as caught,
    ):
        walk(source)
    assert "wr0ng" not in str(caught.value)
    world = page_of(1)
    world.proof = True
    with listening(world) as (source, _), pytest.raises(SourceRefused, match="appsecret_proof"):
        walk(source)
    with listening(world, {"FACEBOOK_APP_SECRET": "s3cret"}) as (source, _):
        assert len(walk(source)[0]) == 3
        assert source.recheck(["1_1000"]).gone == []


@pytest.mark.parametrize("page", ["a/b", "../me", "x?fields=y", ""])
def test_what_is_no_page_is_refused(page: str) -> None:
    """It would become part of an address."""
    with pytest.raises(BadOption):
        read_options(SPEC, {"page": page})


@pytest.mark.shared
def test_recorded_comments_and_posts_are_read(shared_folder: Path) -> None:
    """Every comment and post that was recorded; the recorded error is refused with what to do."""
    folder, found = shared_folder / "payloads" / "facebook", 0
    with listening(graph.Graph()) as (source, _):
        for what in ("comment", "post"):
            for file in sorted((folder / f"{what}s").glob("*.json")):
                body = json.loads(file.read_text(encoding="utf-8"))
                single = "data" not in body and "created_time" in body
                for item in [body] if single else body.get("data", [*body.values()]):
                    post = source.parse({"what": what, "item": item, "product": None})
                    assert post.text
                    assert post.created_at.year >= 2009
                    found += 1
    assert found >= 25
    error = json.loads((folder / "errors" / "pyfacebook__error.json").read_text(encoding="utf-8"))
    with (
        listening(lambda _: Reply(error, status=400)) as (source, _),
        pytest.raises(SourceRefused, match="app secret proof"),
    ):
        walk(source)
