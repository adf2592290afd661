"""Discourse forums: what a post becomes, how a walk ends and is taken up again, how edits and deletions are found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Cursor, Page, PostKind, PostUnreadable, SourceBusy, SourceRefused
from collectors.discourse import SPEC, Discourse
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import discourse
from tests.recorded.discourse import discourse_post
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Reply, Web, serve


@contextmanager
def listening(
    world: Answering, secrets: dict[str, str] | None = None, **options: object
) -> Iterator[tuple[Discourse, Web]]:
    """A collector of a forum that asks the given world."""
    chosen = read_options(SPEC, {"url": "https://forum.example/", **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = SPEC.build(chosen, secrets or {}, net)
        assert isinstance(collector, Discourse)
        yield collector, web


def walk(
    forum: Discourse, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(forum.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    ids = [post.external_id for page in pages for post in page.posts]
    return ids, json.loads(json.dumps(cursors[-1], sort_keys=True)), pages


def posts(*numbers: int) -> list[dict[str, JSON]]:
    """Posts of these numbers."""
    return [discourse_post(number) for number in numbers]


def test_a_post_becomes_a_post() -> None:
    """Every field that a forum shows is found again; a later one in a topic is a comment without a title."""
    item = discourse_post(11, version=2, updated_at="2026-09-22T08:00:00.000Z")
    with listening(discourse.Discourse([]), product="Lantern") as (forum, _):
        post = forum.parse({"post": item, "forum": "https://forum.example", "product": "Lantern"})
        first = forum.parse({"post": discourse_post(10), "forum": "https://forum.example", "product": None})
    assert (post.kind, post.external_id, post.title) == (PostKind.COMMENT, "11", None)
    assert post.url == "https://forum.example/t/lamps/42/2"
    assert post.text == "The lamp 11 flickers & dies."
    assert post.created_at == datetime.fromtimestamp(BEGIN + 660, UTC)
    assert post.edited_at == datetime(2026, 9, 22, 8, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.external_id, post.author.handle, post.author.name) == ("511", "player_11", "Player 11")
    assert post.author.url == "https://forum.example/u/player_11"
    assert (post.engagement.likes, post.engagement.replies, post.product) == (3, 2, "Lantern")
    assert (first.kind, first.title, first.edited_at) == (PostKind.POST, "Lamps that flicker", None)
    assert first.thread_id == post.thread_id


def test_quotes_and_previews_are_not_the_authors_words() -> None:
    """Nested ones too; a post of nothing else keeps them."""
    quote = '<aside class="quote no-group"><p>Old <aside class="onebox x">card</aside> words</p></aside>'
    with listening(discourse.Discourse([])) as (forum, _):
        both = forum.parse({"post": discourse_post(1, cooked=f"{quote}<p>I agree</p>"), "forum": "https://f.example"})
        bare = forum.parse({"post": discourse_post(1, cooked=quote), "forum": "https://f.example"})
    assert both.text == "I agree"
    assert "Old" in bare.text


@pytest.mark.parametrize(
    "changed",
    [
        {"created_at": None}, {"created_at": "soon"}, {"topic_id": None}, {"cooked": None, "raw": None}, {"id": "x"},
        {"id": True}, {"id": -4},
    ],
)  # fmt: skip
def test_a_damaged_post_is_set_aside(changed: dict[str, JSON]) -> None:
    """Its neighbours are read; it does not come again."""
    world = discourse.Discourse([discourse_post(3), discourse_post(1)])
    damaged = {**discourse_post(2), **changed}
    with listening(lambda asked: Reply({"latest_posts": [*world.posts, damaged, None]})) as (forum, _):
        ids, _, pages = walk(forum)
    assert ids == ["3", "1"]
    assert [item.place for item in pages[0].set_aside] == [f"https://forum.example, page 1, post {n}" for n in (3, 4)]


def test_odd_values_do_not_harm() -> None:
    """A number as text, no author, no slug, raw only, unknown actions."""
    odd: dict[str, JSON] = {
        "id": "7", "topic_id": "4", "created_at": "2026-09-21T10:00:00", "cooked": None, "raw": "Hm\x00",
        "version": None, "username": None, "topic_slug": None, "actions_summary": [None, {"id": 2}],
        "post_number": None,
    }  # fmt: skip
    with listening(discourse.Discourse([])) as (forum, _):
        post = forum.parse({"post": odd, "forum": "https://f.example"})
    assert (post.external_id, post.author, post.url) == ("7", None, "https://f.example/t/4/1")
    assert post.created_at == datetime(2026, 9, 21, 10, tzinfo=UTC)
    assert post.engagement.likes == 0


@pytest.mark.parametrize("older", [False, True])
def test_a_forum_is_read_to_its_end_and_then_only_what_is_new(older: bool) -> None:
    """Deleted stretches of more than fifty ids end the list of no forum, old or new."""
    world = discourse.Discourse(posts(*range(1, 60), *range(190, 300)), older=older)
    with listening(world) as (forum, web):
        ids, cursor, pages = walk(forum)
        assert sorted(map(int, ids)) == [*range(1, 60), *range(190, 300)]
        assert pages[-1].gap is None
        asked = len(web.asked)
        world.posts += posts(*range(300, 420))
        ids, cursor, pages = walk(forum, cursor)
        assert sorted(map(int, ids)) == list(range(300, 420))
        assert len(web.asked) - asked <= 4
        assert walk(forum, cursor)[0] == []
    assert pages[-1].gap is None


def test_an_edited_post_comes_again() -> None:
    """As long as it is among the fifty newest."""
    world = discourse.Discourse(posts(*range(1, 80)))
    with listening(world) as (forum, _):
        _, cursor, _ = walk(forum)
        world.posts[70] = discourse_post(71, cooked="<p>Mended</p>", version=2, updated_at="2026-10-01T00:00:00Z")
        ids, cursor, pages = walk(forum, cursor)
        assert ids == ["71"]
        assert pages[0].posts[0].text == "Mended"
        assert walk(forum, cursor)[0] == []


def test_a_walk_that_broke_off_is_taken_up_below() -> None:
    """What came meanwhile is found by the next walk."""
    world = discourse.Discourse(posts(*range(1, 151)))
    with listening(world) as (forum, _):
        first = next(iter(forum.pages(None)))
        assert len(first.posts) == 50
        world.posts += posts(151, 152)
        ids, cursor, _ = walk(forum, json.loads(json.dumps(first.cursor)))
        assert sorted(map(int, ids)) == list(range(1, 101))
        assert sorted(walk(forum, cursor)[0]) == ["151", "152"]


def test_since_ends_the_first_walk() -> None:
    """Older posts are not handed over, nor walked to."""
    with listening(discourse.Discourse(posts(*range(1, 200)))) as (forum, web):
        ids, _, _ = walk(forum, since=datetime.fromtimestamp(BEGIN + 60 * 197, UTC))
    assert ids == ["199", "198", "197"]
    assert len(web.asked) == 1


def test_a_list_that_repeats_itself_ends() -> None:
    """Also where the forum ignores where we are."""
    shown = posts(*range(900, 920))
    with listening(lambda asked: Reply({"latest_posts": shown})) as (forum, web):
        ids, _, _ = walk(forum)
    assert len(ids) == len(set(ids)) == 20
    assert len(web.asked) < 8


def test_a_gap_and_an_empty_list_are_told() -> None:
    """Nothing known is met: a gap. Nothing at all: a fault."""
    world = discourse.Discourse(posts(*range(500, 520)))
    with listening(world) as (forum, _):
        _, cursor, _ = walk(forum)
        world.posts = []
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            walk(forum, cursor)
        assert walk(forum)[0] == []
        world.posts = posts(*range(900, 905))
        assert "may be missing" in (walk(forum, cursor)[2][-1].gap or "")


def test_only_the_chosen_categories_are_read() -> None:
    """By number; the walk is the same."""
    world = discourse.Discourse([discourse_post(1), discourse_post(2, category_id=8), discourse_post(3)])
    with listening(world, categories="8,9") as (forum, _):
        assert walk(forum)[0] == ["2"]


@pytest.mark.parametrize("mark", [{"user_deleted": True}, {"deleted_at": "2026-10-01T00:00:00Z"}, {"hidden": True}])
def test_what_is_marked_as_deleted_is_gone(mark: dict[str, JSON]) -> None:
    """Its text is not read."""
    world = discourse.Discourse([discourse_post(1), discourse_post(2, **mark)])
    with listening(world) as (forum, _):
        _, _, pages = walk(forum)
        with pytest.raises(PostUnreadable, match="deleted or hidden"):
            forum.parse({"post": world.posts[1], "forum": "https://f.example"})
    assert [post.external_id for post in pages[0].posts] == ["1"]
    assert pages[0].gone == ["2"]


@pytest.mark.parametrize("older", [False, True])
def test_recheck_tells_edits_and_deletions(older: bool) -> None:
    """A hundred posts are two or three requests."""
    world = discourse.Discourse(posts(*(n for n in range(1, 201) if n not in {150, 199})), older=older)
    world.posts[159] = discourse_post(161, cooked="<p>Mended</p>", version=2)
    world.posts[20] = discourse_post(21, user_deleted=True)
    with listening(world) as (forum, web):
        page = forum.recheck([*map(str, range(110, 201)), "21", "3", "word", "21"])
    assert len(page.posts) == 90
    assert sorted(page.gone) == ["150", "199", "21"]
    assert "Mended" in {post.text for post in page.posts}
    assert len(web.asked) <= 6


def test_recheck_does_not_take_an_empty_answer_for_deletion() -> None:
    """When the forum shows none of many posts, nothing is erased."""
    with listening(discourse.Discourse([])) as (forum, _):
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            forum.recheck(["1", "2", "3", "4"])
        assert forum.recheck(["1"]).gone == ["1"]


def test_a_closed_forum_wants_a_key() -> None:
    """With it the forum is read; it is in no payload."""
    keys = {"DISCOURSE_API_KEY": "k3y", "DISCOURSE_API_USERNAME": "reader"}
    world = discourse.Discourse(posts(1, 2), key="k3y")
    with listening(world) as (forum, _), pytest.raises(SourceRefused, match="Set DISCOURSE_API_KEY"):
        walk(forum)
    with listening(world, keys) as (forum, _):
        _, _, pages = walk(forum)
    assert len(pages[0].posts) == 2
    assert "k3y" not in json.dumps([post.raw for post in pages[0].posts])
    with pytest.raises(SourceRefused, match="Set DISCOURSE_API_USERNAME"), listening(world, {"DISCOURSE_API_KEY": "k"}):
        pass


@pytest.mark.parametrize("body", [{"extras": {"wait_seconds": 33}}, [], "<html>"])
def test_the_forums_own_hint_to_wait_is_used(body: object) -> None:
    """Where no Retry-After comes with it."""
    with listening(lambda asked: Reply(body, status=429)) as (forum, _), pytest.raises(SourceBusy) as caught:
        walk(forum)
    assert caught.value.retry_after == (33 if isinstance(body, dict) else None)


@pytest.mark.parametrize("options", [{"url": "forum.example"}, {"categories": "lamps"}])
def test_options_that_lead_nowhere_are_refused(options: dict[str, object]) -> None:
    """An address of the web, and numbers."""
    with pytest.raises(BadOption):
        read_options(SPEC, {"url": "https://forum.example", **options})


@pytest.mark.shared
def test_recorded_posts_are_read(shared_folder: Path) -> None:
    """Every post in a recorded list, topic or page of its own."""
    found = 0
    with listening(discourse.Discourse([])) as (forum, _):
        for file in sorted((shared_folder / "payloads" / "discourse" / "api").glob("*.json")):
            body = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(body, dict):
                continue
            stream = body["post_stream"]["posts"] if "post_stream" in body else [body] if "cooked" in body else []
            for item in [*body.get("latest_posts", []), *stream]:
                post = forum.parse({"post": item, "forum": "https://forum.example"})
                assert post.text
                assert "</" not in post.text
                found += 1
    assert found >= 15
