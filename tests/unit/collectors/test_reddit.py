"""Reddit through PRAW: what a thing becomes, what is told as deleted, and how a walk ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostKind, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from collectors.reddit import SPEC, Reddit
from tests.recorded import platforms
from tests.recorded.platforms import BEGIN, comment, submission
from tests.recorded.web import Answering, Asked, Reply, Web, serve

KEYS = {"REDDIT_CLIENT_ID": "id", "REDDIT_CLIENT_SECRET": "s3cret"}


@contextmanager
def listening(answering: Answering, **options: object) -> Iterator[tuple[Reddit, Web]]:
    """A collector of r/lamps, and the server that plays Reddit."""
    chosen = read_options(SPEC, {"subreddits": "lamps", **options})
    with serve(answering) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = SPEC.build(chosen, KEYS, net)
        assert isinstance(collector, Reddit)
        yield collector, web


def walk(
    reddit: Reddit, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The names that a run brings, the cursor to store, and the pages."""
    pages = list(reddit.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(cursors[-1])), pages


def test_submissions_and_comments_become_posts() -> None:
    """Names, threads, parents, authors, times; a score below zero is no count of likes."""
    world = platforms.Reddit([submission(1, edited=BEGIN + 500.0), comment(2)])
    with listening(world, product="Lantern", account="someone") as (reddit, web):
        _, _, pages = walk(reddit)
    first, second = [post for page in pages for post in page.posts]
    assert (first.kind, first.external_id, first.title, first.text) == (
        PostKind.POST, "t3_a1", "Submission 1", "The lamp 1 **flickers**",
    )  # fmt: skip
    assert first.url == "https://www.reddit.com/r/lamps/comments/a1/submission/"
    assert first.edited_at == datetime.fromtimestamp(BEGIN + 500, UTC)
    assert (first.thread_id, first.parent_id, first.product) == ("t3_a1", None, "Lantern")
    assert first.author is not None
    assert (first.author.external_id, first.author.handle) == ("t2_p1", "player_1")
    assert (second.kind, second.thread_id, second.parent_id) == (PostKind.COMMENT, "t3_a1", "t3_a1")
    assert second.edited_at is None
    assert second.engagement.likes is None
    assert all("(by /u/someone)" in asked.headers["user-agent"] for asked in web.asked)


@pytest.mark.parametrize(
    ("told", "thread"),
    [
        ({"parent_id": "t3_a1"}, "t3_a1"),
        ({"parent_id": "t1_c9", "context": "/r/lamps/comments/a1/submission/c2/?context=3"}, "t3_a1"),
        ({"parent_id": "t1_c9", "permalink": "/user/ana/comments/a1/submission/c2/"}, "t3_a1"),
    ],
)
def test_a_comment_of_an_inbox_has_its_thread(told: dict[str, JSON], thread: str) -> None:
    """There Reddit leaves link_id out: the parent tells it or the address does, which is called context there."""
    bare = {name: value for name, value in comment(2, num_comments=37).items() if name not in {"link_id", "permalink"}}
    with listening(platforms.Reddit([])) as (reddit, _):
        post = reddit.parse({"thing": {**bare, **told}, "product": None})
        assert post.thread_id == thread
        assert post.engagement.replies is None  # those are the thread's
        if "context" in told:
            assert post.url == "https://www.reddit.com/r/lamps/comments/a1/submission/c2/"
        for nowhere in ({"parent_id": "t1_c9"}, {"parent_id": "t1_c9", "context": "/message/messages/1"}):
            with pytest.raises(PostUnreadable, match="link_id"):
                reddit.parse({"thing": {**bare, **nowhere}, "product": None})


def test_only_the_token_request_carries_the_key() -> None:
    """The secret goes to the sign-in alone."""
    with listening(platforms.Reddit([submission(1)])) as (reddit, web):
        walk(reddit)
    assert web.asked[0].path == "/api/v1/access_token"
    assert web.asked[0].headers["authorization"].startswith("Basic ")
    assert {asked.headers["authorization"] for asked in web.asked[1:]} == {"bearer t"}


def test_a_link_without_words_has_its_title_as_text() -> None:
    """A submission that only links somewhere."""
    with listening(platforms.Reddit([submission(1, selftext="")])) as (reddit, _):
        _, _, pages = walk(reddit)
    assert pages[0].posts[0].text == "Submission 1"


@pytest.mark.parametrize(
    "changed",
    [{"selftext": "[removed]"}, {"selftext": "[deleted]", "author": "[deleted]"}, {"removed_by_category": "moderator"},
     {"title": "[deleted by user]", "selftext": ""}],
)  # fmt: skip
def test_what_was_deleted_is_gone(changed: dict[str, JSON]) -> None:
    """A marker in place of the text is told as gone, and is never a post."""
    with listening(platforms.Reddit([submission(1, **changed), submission(2)])) as (reddit, _):
        ids, _, pages = walk(reddit)
        with pytest.raises(PostUnreadable):
            reddit.parse({"thing": submission(1, **changed)})
    assert ids == ["t3_a2"]
    assert [name for page in pages for name in page.gone] == ["t3_a1"]


def test_a_deleted_account_leaves_the_text_without_an_author() -> None:
    """The words stay where only the account went."""
    with listening(platforms.Reddit([submission(1, author="[deleted]", author_fullname=None)])) as (reddit, _):
        _, _, pages = walk(reddit)
    assert pages[0].posts[0].author is None


def test_only_what_is_new_comes_again() -> None:
    """The walk ends at known things, also when the newest of them were deleted."""
    world = platforms.Reddit([submission(n) for n in range(250)])
    with listening(world) as (reddit, web):
        first, cursor, _ = walk(reddit)
        del world.things[200:]
        world.things += [submission(300), comment(301)]
        web.asked.clear()
        second, cursor, pages = walk(reddit, cursor)
        third, _, _ = walk(reddit, cursor)
    assert len(first) == 250
    assert second == ["t3_a300", "t1_c301"]
    assert third == []
    assert [page.gap for page in pages if page.gap] == []


def test_more_than_reddit_lists_is_a_gap() -> None:
    """A thousand things without a known one among them."""
    world = platforms.Reddit([submission(n) for n in range(3)])
    with listening(world, comments=False) as (reddit, _):
        _, cursor, _ = walk(reddit)
        world.things = [submission(n) for n in range(1000, 2000)]
        ids, _, pages = walk(reddit, cursor)
    assert len(ids) == 1000
    assert "More was written" in (pages[-1].gap or "")
    assert [page.cursor is None for page in pages] == [True] * 9 + [False]


def test_an_empty_listing_after_a_full_one_is_a_fault() -> None:
    """It is busy, not calm."""
    world = platforms.Reddit([submission(1)])
    with listening(world) as (reddit, _):
        _, cursor, _ = walk(reddit)
        world.things = []
        with pytest.raises(SourceBusy, match="shows nothing in r/lamps/new"):
            walk(reddit, cursor)


def test_a_malformed_thing_is_set_aside() -> None:
    """One without a time, one without a name, one that is no object; the neighbours are read."""
    good, bad = submission(1), submission(2)
    del bad["created_utc"]
    children: list[JSON] = [None, {"data": bad}, {"data": {**submission(3), "name": "x"}}, {"data": good}]

    def answering(asked: Asked) -> Reply:
        listed = asked.path == "/r/lamps/new"
        return Reply({"data": {"children": children, "after": None}}) if listed else platforms.Reddit([])(asked)

    with listening(answering, comments=False) as (reddit, _):
        ids, _, pages = walk(reddit)
    assert ids == ["t3_a1"]
    assert [item.place for item in pages[0].set_aside] == [f"r/lamps/new, page 1, item {n}" for n in (1, 2, 3)]


def test_since_ends_the_first_walk() -> None:
    """Older things are neither read nor walked to."""
    with listening(platforms.Reddit([submission(n) for n in range(300)]), comments=False) as (reddit, web):
        ids, _, _ = walk(reddit, since=datetime.fromtimestamp(BEGIN + 60 * 298, UTC))
    assert ids == ["t3_a299", "t3_a298"]
    assert len(web.asked) == 2


def test_searches_are_asked_as_praw_asks_them() -> None:
    """A search goes over all of Reddit, newest first; the same thing found twice comes once."""
    found = {"data": {"children": [{"data": submission(1)}], "after": None}}

    def answering(asked: Asked) -> Reply:
        return platforms.Reddit([])(asked) if asked.path == "/api/v1/access_token" else Reply(found)

    chosen = {"subreddits": "", "searches": "lantern hollow,ironwake"}
    with listening(answering, **chosen) as (reddit, web):
        ids, _, _ = walk(reddit)
    assert ids == ["t3_a1"]
    assert [asked.path for asked in web.asked[1:]] == ["/r/all/search/"] * 2
    assert web.asked[1].query["q"] == "lantern hollow"
    assert web.asked[1].query["sort"] == "new"


def test_recheck_tells_edits_and_deletions() -> None:
    """Edited things come with their new text; deleted, removed and missing ones are gone."""
    world = platforms.Reddit(
        [submission(1, selftext="New words", edited=BEGIN + 9.0), submission(2, selftext="[removed]")]
    )
    with listening(world) as (reddit, web):
        page = reddit.recheck(["t3_a1", "t3_a2", "t1_c3", "not a name", "t3_a1"])
    assert [post.text for post in page.posts] == ["New words"]
    assert sorted(page.gone) == ["t1_c3", "t3_a2"]
    assert web.asked[-1].query["id"] == "t3_a1,t3_a2,t1_c3"


def test_recheck_asks_a_hundred_at_a_time() -> None:
    """250 names are three requests."""
    world = platforms.Reddit([submission(n) for n in range(250)])
    with listening(world) as (reddit, web):
        page = reddit.recheck([f"t3_a{n}" for n in range(250)])
    assert (len(page.posts), page.gone) == (250, [])
    assert len(web.asked) == 4


def test_recheck_does_not_take_an_empty_answer_for_deletion() -> None:
    """When Reddit knows none of many posts, nothing is erased."""
    with listening(platforms.Reddit([])) as (reddit, _), pytest.raises(SourceBusy, match="Taken as a fault"):
        reddit.recheck([f"t3_a{n}" for n in range(10)])


def test_an_unknown_subreddit_is_refused() -> None:
    """Reddit redirects to its search."""
    with (
        listening(platforms.Reddit([]), subreddits="nolamps") as (reddit, _),
        pytest.raises(SourceRefused, match="does not exist"),
    ):
        walk(reddit)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (Reply(status=401, body={"message": "Unauthorized", "error": 401}), "does not accept our keys"),
        (Reply({"error": "unsupported_grant_type"}), "does not accept our keys"),
        (Reply("<html>blocked", headers={"Content-Type": "text/html"}), "sign-in in a form"),
        (Reply({}), "sign-in in a form"),
        (Reply(status=429, headers={"Retry-After": "7"}), "slow down"),
    ],
)
def test_a_sign_in_that_fails_is_told(token: Reply, words: str) -> None:
    """Wrong keys, other answers; the secret is in no message."""
    with listening(lambda _: token) as (reddit, _), pytest.raises((SourceRefused, SourceBusy), match=words) as caught:
        walk(reddit)
    assert "s3cret" not in str(caught.value)


def test_reddits_own_hint_to_wait_is_used() -> None:
    """Without Retry-After the seconds of X-Ratelimit-Reset are told."""
    slow = Reply(status=429, headers={"X-Ratelimit-Reset": "240"})
    world = platforms.Reddit([])
    with (
        listening(lambda asked: world(asked) if "token" in asked.path else slow) as (reddit, _),
        pytest.raises(SourceBusy) as caught,
    ):
        walk(reddit)
    assert caught.value.retry_after == 240


@pytest.mark.parametrize("options", [{}, {"subreddits": ""}, {"subreddits": "a/b"}, {"subreddits": "../etc"}])
def test_options_that_lead_nowhere_are_refused(options: dict[str, object]) -> None:
    """Nothing to listen to, and names that are none."""
    with pytest.raises(BadOption):
        read_options(SPEC, options)


def test_the_usual_spelling_of_a_subreddit_is_taken() -> None:
    """r/lamps and /r/lamps are lamps."""
    assert read_options(SPEC, {"subreddits": "r/lamps,/r/godot"}).model_dump()["subreddits"] == ("lamps", "godot")
