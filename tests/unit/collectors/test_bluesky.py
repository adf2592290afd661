"""Bluesky: what a post becomes, and how searches, mentions and accounts are walked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Collector, PostKind, SourceBusy, SourceRefused
from collectors.bluesky import SPEC, Bluesky, BlueskyOptions
from collectors.bluesky_post import is_words, post_of
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import bluesky
from tests.recorded.bluesky import KEYS, at, record, uri, view
from tests.recorded.listening import Run, listening
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Asked, Reply, serve


def listen(world: Answering, *, signed_in: bool = True, **options: object) -> AbstractContextManager[Collector]:
    """A collector that searches for “lamp” unless told otherwise."""
    return listening("bluesky", world, keys=KEYS if signed_in else {}, **(options or {"searches": "lamp"}))


@contextmanager
def rechecking(world: Answering) -> Iterator[Bluesky]:
    """The collector with its look-up; it needs no sign-in."""
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield Bluesky(BlueskyOptions(searches=("lamp",)), None, net)


def test_a_post_becomes_a_post() -> None:
    """Every field that Bluesky shows is found again."""
    reply: JSON = {"root": {"uri": uri(1), "cid": "a"}, "parent": {"uri": uri(2), "cid": "b"}}
    post = post_of({"post": view(4, record=record(4, reply=reply, langs=["pt-br"])), "product": "Lantern"})
    assert (post.kind, post.external_id, post.parent_id, post.thread_id) == (PostKind.COMMENT, uri(4), uri(2), uri(1))
    assert post.url == "https://bsky.app/profile/did:plc:p4/post/3k4"
    assert (post.text, post.language, post.product) == ("The lamp 4 flickers", "pt-BR", "Lantern")
    assert post.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert post.author is not None
    assert (post.author.external_id, post.author.handle, post.author.name) == ("did:plc:p4", "player4.example", "Ana")
    assert (post.engagement.likes, post.engagement.replies, post.engagement.shares) == (3, 1, 2)
    alone = post_of({"post": view(4)})
    assert (alone.kind, alone.thread_id) == (PostKind.POST, uri(4))


@pytest.mark.parametrize(
    "changed",
    [
        {"author": None}, {"author": {"did": "did:plc:p4", "handle": "handle.invalid"}}, {"likeCount": "3"},
        {"record": record(4, createdAt="never")}, {"record": record(4, langs="en")}, {"record": record(4, reply=None)},
        {"record": record(4, langs=["en", "de"])}, {"record": record(4, text=None)}, {"indexedAt": None},
        {"record": record(4, embed={"images": "x"})}, {"record": record(4, langs=[5])},
    ],
)  # fmt: skip
def test_odd_fields_are_borne(changed: dict[str, JSON]) -> None:
    """What is missing, null or of another type leaves its field empty, not the post unread."""
    post = post_of({"post": {**view(4), **changed}})
    assert post.created_at.tzinfo is UTC
    assert post.author is not None


def test_times_that_cannot_be_are_not_believed() -> None:
    """Authors' clocks may be ahead: a post is not from later than Bluesky saw it."""
    assert (
        post_of({"post": view(4, record=record(4, createdAt="2100-01-01T00:00:00Z"))}).created_at
        == post_of({"post": view(4, record=record(4, createdAt=None))}).created_at
    )


def test_pictures_speak_where_words_are_missing() -> None:
    """A post of pictures only has the texts that the author gave them, also beside a quoted post."""
    images: JSON = [{"alt": "A lamp"}, {"alt": ""}, None, {"alt": "in fog"}]
    for embed in ({"images": images}, {"record": {}, "media": {"images": images}}):
        assert post_of({"post": view(1, record=record(1, text="", embed=embed))}).text == "A lamp\n\nin fog"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"uri": "at://x/app.bsky.feed.like/1"}, "not the address of a post"), ({"uri": None}, "uri"),
        ({"record": None}, "record"), ({"record": {"text": {}, "createdAt": at(1)}}, "text"),
        ({"record": {"text": "x"}, "indexedAt": None}, "createdAt"),
    ],
)  # fmt: skip
def test_a_damaged_post_is_set_aside_with_its_place(changed: dict[str, JSON], words: str) -> None:
    """The field is named, the neighbours are read."""
    items: JSON = [view(2), {**view(3), **changed}, None, view(1)]

    def answering(asked: Asked) -> Reply:
        return Reply({"accessJwt": "jwt"} if asked.method == "POST" else {"posts": items})

    with listen(answering) as collector:
        run = Run(collector)
    assert run.ids == [uri(2), uri(1)]
    assert [aside.place for aside in run.set_aside] == [f"search “lamp”, page 1, item {n}" for n in (2, 3)]
    assert words in run.set_aside[0].reason


def test_only_what_is_new_or_changed_comes_again() -> None:
    """The next walk asks from half an hour before the newest known post on, and meets the edited one there."""
    world = bluesky.Bluesky([view(n) for n in range(1, 151)])
    with listen(world) as collector:
        first = Run(collector)
        world.asked.clear()
        world.posts += [view(n) for n in range(151, 360)]
        world.posts[139] = view(140, cid="bafyother", record=record(140, text="The lamp is mended"))
        second = Run(collector, first.cursor)
        third = Run(collector, second.cursor)
    assert len(first.ids) == 150
    assert sorted(second.ids) == sorted([uri(140), *(uri(n) for n in range(151, 360))])
    assert third.ids == []
    assert world.asked[0].query["since"] == at(120)
    assert all(page.cursor for page in second.pages)
    assert second.gaps == []


def test_the_backlog_and_since_bound_the_first_time() -> None:
    """At first only so many posts are read, or those since a day."""
    world = bluesky.Bluesky([view(n) for n in range(1, 500)])
    with listen(world, searches="lamp", language="en") as collector:
        assert len(Run(collector).ids) == 200
        assert len(Run(collector, since=datetime.fromtimestamp(BEGIN + 60 * 490, UTC)).ids) == 10
    assert world.asked[1].query["lang"] == "en"


def test_mentions_are_heard_as_the_posts_that_they_are() -> None:
    """Likes and followers are left out; what Bluesky says about our own account is not kept."""
    notes: list[dict[str, JSON]] = [
        {**view(9), "reason": "mention", "isRead": False, "reasonSubject": None},
        {**view(8), "reason": "like", "record": {"$type": "app.bsky.feed.like", "createdAt": at(8)}},
        {**view(7), "reason": "reply", "record": record(7, createdAt="2001-01-01T00:00:00Z")},
        *({**view(n), "reason": "quote"} for n in range(6, 0, -1)),
    ]
    world = bluesky.Bluesky([], notes)
    with listen(world, mentions=True) as collector:
        run = Run(collector)
        assert Run(collector, run.cursor).ids == []
    assert run.ids == [uri(n) for n in (9, 7, 6, 5, 4, 3, 2, 1)]
    assert world.asked[1].many["reasons"] == ["mention", "reply", "quote"]
    kept = run.posts[0].raw["post"]
    assert isinstance(kept, dict)
    assert "isRead" not in kept
    assert "viewer" not in json.dumps(kept)


def test_an_accounts_own_posts_need_no_sign_in() -> None:
    """Reposts are left out, and a pinned post at the top does not end the walk."""
    world = bluesky.Bluesky([])
    pinned: dict[str, JSON] = {"post": view(1), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    repost: dict[str, JSON] = {"post": view(2), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}
    world.feed = [pinned, *({"post": view(n)} for n in range(230, 100, -1)), repost]
    with listen(world, signed_in=False, accounts="@studio.example") as collector:
        run = Run(collector)
        world.feed[1:1] = [{"post": view(n)} for n in range(400, 230, -1)]
        again = Run(collector, run.cursor)
    assert run.ids == [uri(1), *(uri(n) for n in range(230, 100, -1))]
    assert again.ids == [uri(n) for n in range(400, 230, -1)]
    assert again.gaps == []
    assert {asked.path for asked in world.asked} == {"/xrpc/app.bsky.feed.getAuthorFeed"}


def test_a_list_that_ends_before_anything_known_is_a_gap() -> None:
    """Where Bluesky stops scrolling too early, that is said."""
    world = bluesky.Bluesky([view(n) for n in range(1, 50)])
    with listen(world) as collector:
        run = Run(collector)
        world.posts = [view(n) for n in range(50, 400)]
        again = Run(collector, run.cursor)
    assert again.gaps == [
        "None of the posts known from last time was met in search “lamp”; some between may be missing."
    ]


def test_looking_up_again_finds_edits_and_deletions() -> None:
    """Twenty-five at a time, without a sign-in; what is not shown, or shown as not found, is gone."""
    missing: dict[str, JSON] = {"uri": uri(31), "notFound": True}
    world = bluesky.Bluesky([*(view(n) for n in range(1, 31)), missing])
    with rechecking(world) as collector:
        page = collector.recheck(["nonsense", *(uri(n) for n in range(1, 34))])
    assert len(page.posts) == 30
    assert page.gone == [uri(31), uri(32), uri(33)]
    assert page.set_aside == []
    assert [len(asked.many["uris"]) for asked in world.asked] == [25, 8]


def test_a_look_up_without_any_answer_is_a_fault() -> None:
    """None of many posts is not believed."""
    with rechecking(bluesky.Bluesky([])) as collector, pytest.raises(SourceBusy, match="None of 9 posts is shown"):
        collector.recheck([uri(n) for n in range(9)])


def test_keys_that_are_missing_or_wrong_are_named() -> None:
    """Without keys the variables are named; wrong ones are another sentence; a session of another form is a fault."""
    with (
        listen(bluesky.Bluesky([]), signed_in=False, searches="lamp") as collector,
        pytest.raises(SourceRefused, match="set BLUESKY_HANDLE and BLUESKY_APP_PASSWORD"),
    ):
        Run(collector)
    with (
        listening("bluesky", bluesky.Bluesky([]), keys={**KEYS, "BLUESKY_HANDLE": "x"}, mentions=True) as collector,
        pytest.raises(SourceRefused, match="an app password, not the account's own"),
    ):
        Run(collector)
    with listen(lambda _: Reply({"did": "x"})) as collector, pytest.raises(SourceBusy, match="sign-in in a form"):
        Run(collector)


def test_a_gateway_may_sign_in_by_itself() -> None:
    """Where the server knows no sign-in, it is asked without one."""

    def gateway(asked: Asked) -> Reply:
        return Reply(status=404) if asked.method == "POST" else Reply({"posts": [view(1)]})

    with listen(gateway) as collector:
        assert Run(collector).ids == [uri(1)]


def test_one_sign_in_serves_a_run() -> None:
    """An account may sign in 300 times a day."""
    world = bluesky.Bluesky([view(n) for n in range(1, 150)])
    with listen(world, searches="lamp,flickers", mentions=True) as collector:
        run = Run(collector)
    assert len(run.ids) == len(set(run.ids)) == 149
    assert [asked.method for asked in world.asked].count("POST") == 1


def test_pages_that_come_again_and_again_end_the_walk() -> None:
    """The same page, with the same cursor, for ever."""

    def answering(asked: Asked) -> Reply:
        return Reply({"accessJwt": "jwt", "posts": [view(2), view(1)], "cursor": "same"})

    with listen(answering) as collector:
        assert Run(collector).ids == [uri(2), uri(1)]


def test_bluesky_asks_us_to_wait_until_a_moment() -> None:
    """Its ratelimit-reset is in seconds since 1970."""
    limited = Reply(status=429, headers={"RateLimit-Reset": "4102444800"})
    with listen(lambda _: limited) as collector, pytest.raises(SourceBusy, match="slow down") as caught:
        Run(collector)
    assert (caught.value.retry_after or 0) > 1_000_000


@pytest.mark.parametrize(
    ("options", "words"),
    [({}, "give searches, mentions, accounts or stream"), ({"searches": "x", "server": "a@b"}, "is no server's name")],
)
def test_options_that_cannot_be(options: dict[str, str], words: str) -> None:
    """Each is refused in words."""
    with pytest.raises(BadOption, match=words):
        read_options(SPEC, options)


@pytest.mark.shared
def test_every_recorded_post_is_read(shared_folder: Path) -> None:
    """Posts in feeds, threads, quotes, notifications and timelines: each becomes a post with text or pictures."""
    found: list[dict[str, JSON]] = []

    def gather(value: JSON) -> None:
        if isinstance(value, dict):
            if {"uri", "cid", "author", "record", "indexedAt"} <= set(value) and is_words(value):
                found.append(value)
            for item in value.values():
                gather(item)
        for item in value if isinstance(value, list) else ():
            gather(item)

    for file in sorted((shared_folder / "payloads" / "bluesky").glob("*/*.json")):
        gather(json.loads(file.read_text(encoding="utf-8")))
    assert len(found) > 100
    for item in found:
        post = post_of({"post": item})
        assert post.author is not None
        assert post.author.handle
        assert 2022 < post.created_at.year < 2027
