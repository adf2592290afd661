"""Lemmy: what posts and comments become, how lists are walked, and how what is gone is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Collector, Page, PostKind, SourceBusy, SourceRefused
from collectors.lemmy import SPEC, Lemmy, LemmyOptions
from collectors.lemmy_thing import post_of
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import lemmy
from tests.recorded.lemmy import at, comment_view, post_view
from tests.recorded.listening import Run, listening
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Asked, Reply, serve


def listen(world: Answering, **options: object) -> AbstractContextManager[Collector]:
    """A collector on lemmy.example; without options it hears !lamps."""
    return listening("lemmy", world, **{"instance": "lemmy.example", **(options or {"communities": "!lamps"})})


@contextmanager
def rechecking(world: Answering) -> Iterator[Lemmy]:
    """The collector with its look-up."""
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield Lemmy(LemmyOptions(instance="lemmy.example", communities=("lamps",)), net)


def raw(view: JSON) -> dict[str, JSON]:
    """A payload as it is stored."""
    return {"view": view, "host": "lemmy.example", "product": "Lantern"}


def test_a_post_becomes_a_post() -> None:
    """Every field that the server shows is found again."""
    post = post_of(raw(post_view(4, updated=at(5))))
    assert (post.kind, post.external_id, post.thread_id, post.parent_id) == (PostKind.POST, "post-4", "post-4", None)
    assert (post.title, post.text, post.product) == ("Lamp 4", "It **flickers**, 4", "Lantern")
    assert post.url == "https://lemmy.example/post/4"
    assert post.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert post.edited_at == datetime.fromtimestamp(BEGIN + 300, UTC)
    assert post.author is not None
    assert (post.author.handle, post.author.name) == ("player_4@other.example", "Ana")
    assert (post.engagement.likes, post.engagement.replies) == (5, 2)
    assert post_of(raw(post_view(4, body=None))).text == "Lamp 4"


def test_a_comment_becomes_a_post() -> None:
    """It answers the comment before it in its path, or the post."""
    first, second = post_of(raw(comment_view(8))), post_of(raw(comment_view(9, path="0.8.9")))
    assert (first.kind, first.external_id, first.thread_id, first.parent_id) == (
        PostKind.COMMENT, "comment-8", "post-7", "post-7",
    )  # fmt: skip
    assert second.parent_id == "comment-8"
    assert second.text == "Mine flickers too, 9"
    assert (second.title, second.engagement.likes, second.engagement.replies) == (None, 3, 1)


@pytest.mark.parametrize(
    "view",
    [
        {**post_view(4), "creator": None}, {**post_view(4), "counts": []}, post_view(4, updated="never"),
        post_view(4, ap_id=None), post_view(4, published="2026-09-21T10:00:00.123456"), post_view(4, id="4"),
        {**post_view(4), "creator": {"name": "a", "deleted": True}}, {**post_view(4), "creator": {"name": "a"}},
    ],
)  # fmt: skip
def test_odd_fields_are_borne(view: JSON) -> None:
    """What is missing, null or of another type leaves its field empty; a time without a zone is one in UTC."""
    assert post_of(raw(view)).created_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("view", "word"),
    [
        (post_view(4, id=None), "id"), (post_view(4, name=None), "name"), (post_view(4, published=None), "published"),
        ({"community": {}}, "neither"), (None, "view"),
    ],
)  # fmt: skip
def test_a_damaged_view_is_set_aside_with_its_place(view: JSON, word: str) -> None:
    """The field is named, the neighbours are read."""
    items: JSON = [post_view(5), view, post_view(3)]
    with listen(lambda _: Reply({"posts": items}), communities="lamps", comments=False) as collector:
        run = Run(collector)
    assert run.ids == ["post-5", "post-3"]
    (aside,) = run.set_aside
    assert aside.place == "posts in !lamps, page 1, item 2"
    assert word in aside.reason


def test_only_what_is_new_or_edited_comes_again() -> None:
    """Posts and comments each to an hour before what is known; a pinned post at the top does not end the walk."""
    world = lemmy.Lemmy([post_view(n) for n in range(1, 131)], [comment_view(n) for n in range(1, 61)])
    world.posts[0] = post_view(1, featured_community=True)
    with listen(world) as collector:
        first = Run(collector)
        world.asked.clear()
        world.posts += [post_view(n) for n in range(131, 260)]
        world.posts[99] = post_view(100, body="Mended", updated=at(200))
        world.comments.append(comment_view(61))
        second = Run(collector, first.cursor)
        third = Run(collector, second.cursor)
    assert len(first.ids) == 190
    assert sorted(second.ids) == sorted(["post-100", "comment-61", *(f"post-{n}" for n in range(131, 260))])
    assert third.ids == []
    assert [asked.query["page"] for asked in world.asked[:6]] == ["1", "2", "3", "4", "5", "1"]


def test_the_backlog_and_since_bound_the_first_time() -> None:
    """At first only so many posts are read, or those since a day."""
    world = lemmy.Lemmy([post_view(n) for n in range(1, 400)])
    with listen(world, communities="lamps", backlog=100) as collector:
        assert 100 <= len(Run(collector).ids) < 150  # whole pages
        assert len(Run(collector, since=datetime.fromtimestamp(BEGIN + 60 * 390, UTC)).ids) == 10


def test_searches() -> None:
    """Posts and comments with some words, each list with its own place in the cursor; a thing comes once."""
    world = lemmy.Lemmy([post_view(1), post_view(2)], [comment_view(3)])
    with listen(world, searches="flickers,nothing", communities="lamps") as collector:
        run = Run(collector)
    assert sorted(run.ids) == ["comment-3", "post-1", "post-2"]
    assert "comments with “nothing”" in (run.cursor or {})["lists"]


def test_deleted_and_removed_things_are_told_as_gone() -> None:
    """Where a list still shows the place of something deleted."""
    world = lemmy.Lemmy([post_view(1), post_view(2, deleted=True)], [comment_view(3, removed=True)])
    with listen(world) as collector:
        run = Run(collector)
    assert run.ids == ["post-1"]
    assert [name for page in run.pages for name in page.gone] == ["post-2", "comment-3"]


def test_asking_again_finds_edits_and_deletions() -> None:
    """Unknown, deleted and removed things are gone; the others come as they are now."""
    world = lemmy.Lemmy([post_view(1, body="Mended"), post_view(2, deleted=True)], [comment_view(3)])
    with rechecking(world) as collector:
        page = collector.recheck(["post-1", "post-2", "post-9", "comment-3", "comment-4", "other"])
    assert page.gone == ["post-2", "post-9", "comment-4"]
    assert [post.text for post in page.posts] == ["Mended", "Mine flickers too, 3"]


def test_trouble_while_asking_again_is_no_deletion() -> None:
    """A server that refuses for another reason is not one that lost its posts."""
    with rechecking(lambda _: Reply(status=403)) as collector, pytest.raises(SourceRefused):
        collector.recheck(["post-1"])
    with rechecking(lambda _: Reply(status=404)) as collector, pytest.raises(SourceBusy, match="None of 9 posts"):
        collector.recheck([f"post-{n}" for n in range(9)])


def test_one_unknown_community_does_not_keep_the_others_from_being_read() -> None:
    """The known one is read, then the unknown one is complained of."""
    pages: list[Page] = []
    with (
        listen(lemmy.Lemmy([post_view(1)]), communities="nothing,lamps") as collector,
        pytest.raises(SourceRefused, match="404"),
    ):
        pages.extend(collector.pages(None))
    assert [post.external_id for page in pages for post in page.posts] == ["post-1"]


def test_pages_that_come_again_and_again_end_the_walk() -> None:
    """A server that knows no page numbers sends its first page for ever."""
    asked: list[Asked] = []

    def answering(question: Asked) -> Reply:
        asked.append(question)
        return Reply({"posts": [post_view(n) for n in range(60, 0, -1)]})

    with listen(answering, communities="lamps", comments=False, backlog=10_000) as collector:
        assert len(Run(collector).ids) == 60
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"instance": "lemmy.example"}, "give communities, searches, or both"),
        ({"instance": "a@b", "searches": "x"}, "is no server's name"),
    ],
)
def test_options_that_cannot_be(options: dict[str, str], words: str) -> None:
    """Each is refused in words."""
    with pytest.raises(BadOption, match=words):
        read_options(SPEC, options)
