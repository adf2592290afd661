"""The sample studio's Reddit, asked by PRAW itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import praw
import prawcore
import pytest
import requests

from service.testing.studio.content import Studio
from service.testing.studio.ids import external_id
from service.testing.studio.serving import serving
from service.testing.studio.truth import load_truth, truth_of
from service.testing.studio.world import World

EPOCH = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
USER_AGENT = "linux:earful:0.1 (by /u/sample)"


@pytest.fixture
def sessions() -> Iterator[Callable[[], requests.Session]]:
    """Opens a session for each client; all of them are closed afterwards."""
    with ExitStack() as opened:

        def session() -> requests.Session:
            new = opened.enter_context(requests.Session())
            new.trust_env = False  # no proxy stands between this machine and itself
            return new

        yield session


@pytest.fixture
def reddit(client: httpx.Client, sessions: Callable[[], requests.Session]) -> praw.Reddit:
    """PRAW, speaking to the sample."""
    return make_praw(client, sessions())


def make_praw(
    client: httpx.Client, session: requests.Session, *, secret: str = "sample", user_agent: str = USER_AGENT
) -> praw.Reddit:
    """A PRAW client of the sample, with the credentials given."""
    address = str(client.base_url).rstrip("/")
    return praw.Reddit(
        client_id="sample",
        client_secret=secret,
        user_agent=user_agent,
        oauth_url=address,
        reddit_url=address,
        check_for_updates=False,
        requestor_kwargs={"session": session},
    )


def test_praw_reads_every_submission_and_comment(reddit: praw.Reddit) -> None:
    """PRAW's own listings bring each post once, newest first, with author, times, thread and parent."""
    submissions = [vars(thing) for thing in reddit.subreddit("TallowAndFinch").new(limit=None)]
    comments = [vars(thing) for thing in reddit.subreddit("TallowAndFinch").comments(limit=None)]
    names = [thing["name"] for thing in submissions + comments]
    assert sorted(names) == sorted(post.external_id for post in load_truth().in_phase(1) if post.kind == "reddit")
    times = [thing["created_utc"] for thing in comments]
    assert times == sorted(times, reverse=True)
    assert all(thing["author"].name and thing["selftext"] for thing in submissions)
    assert {comment["link_id"] for comment in comments} <= {thing["name"] for thing in submissions}
    assert {comment["parent_id"] for comment in comments} <= set(names)


def test_praw_pages_through_a_listing(reddit: praw.Reddit) -> None:
    """`after` goes on where a page ended, and `before` brings what is newer than a name."""
    subreddit = reddit.subreddit("TallowAndFinch")
    whole = [thing.fullname for thing in subreddit.comments(limit=30)]
    second = [thing.fullname for thing in subreddit.comments(limit=5, params={"after": whole[4]})]
    newer = [thing.fullname for thing in subreddit.comments(limit=100, params={"before": whole[3]})]
    assert second == whole[5:10]
    assert newer == whole[:3]
    assert list(subreddit.comments(limit=5, params={"before": "t1_gone"})) == []


def test_reddit_shows_deleted_posts_without_their_author(
    studio: Studio, sessions: Callable[[], requests.Session]
) -> None:
    """In the second phase a deleted post has left the listings; looked up by name it says [deleted] and by nobody."""
    content = studio.content
    comment = next(post for post in content.posts if post.parent and post.phase == 1 and not post.edited)
    submission = next(post for post in content.posts if post.id == comment.parent)
    gone = {post.id: replace(post, deleted=True, edited=None) for post in (comment, submission)}
    content = replace(content, posts=tuple(gone.get(post.id, post) for post in content.posts))
    world = World(replace(studio, content=content), EPOCH)
    names = [external_id(post) for post in gone.values()]
    with serving(world) as address, httpx.Client(base_url=address) as client:
        reddit = make_praw(client, sessions())
        assert all(vars(thing)["author"] is not None for thing in reddit.info(fullnames=names))
        world.turn(2)
        seen = [vars(thing) for thing in reddit.info(fullnames=["t3_never", *names])]
        assert [thing["name"] for thing in seen] == names
        assert [thing["author"] for thing in seen] == [None, None]
        assert [thing.get("body", thing.get("selftext")) for thing in seen] == ["[deleted]", "[deleted]"]
        listed = {thing.fullname for thing in reddit.subreddit("TallowAndFinch").comments(limit=None)}
        listed |= {thing.fullname for thing in reddit.subreddit("TallowAndFinch").new(limit=None)}
    shown = truth_of(content).in_phase(2)
    assert listed == {post.external_id for post in shown if post.kind == "reddit"}
    assert not listed & set(names)


def test_reddit_refuses_as_the_real_one(
    client: httpx.Client, reddit: praw.Reddit, sessions: Callable[[], requests.Session]
) -> None:
    """A wrong secret, no token, a nameless client, a private, an unknown subreddit and an unknown path are refused."""
    with pytest.raises(prawcore.exceptions.ResponseException, match="401"):
        list(make_praw(client, sessions(), secret="wrong").subreddit("TallowAndFinch").new())
    with pytest.raises(prawcore.exceptions.ResponseException, match="403"):
        list(make_praw(client, sessions(), user_agent="python-requests/2").subreddit("TallowAndFinch").new())
    with pytest.raises(prawcore.exceptions.Forbidden):
        list(reddit.subreddit("TallowAndFinchCrew").new())
    with pytest.raises(prawcore.exceptions.Redirect):
        list(reddit.subreddit("nobody_was_ever_here").new())
    with pytest.raises(prawcore.exceptions.NotFound):
        reddit.get("r/TallowAndFinch/wiki/pages")
    stranger = client.get("/r/TallowAndFinch/new", headers={"User-Agent": USER_AGENT, "Authorization": "bearer x"})
    assert stranger.status_code == 401
    assert "invalid_token" in stranger.headers["www-authenticate"]
    assert {"x-ratelimit-used", "x-ratelimit-remaining", "x-ratelimit-reset"} <= stranger.headers.keys()
