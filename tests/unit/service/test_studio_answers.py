"""The sample's Reddit takes answers, by the real program that answers, and people there say something to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors import registry
from collectors.base import Post
from collectors.net import Net
from integrations.base import MessageRejected
from integrations.repliers.reddit import Reddit
from integrations.replies import Place
from service.configuration.sources import load_sources
from service.testing.studio.content import Studio
from service.testing.studio.conversation import ANSWERS_AFTER
from service.testing.studio.ids import external_id
from service.testing.studio.serving import serving
from service.testing.studio.world import World

EPOCH = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
OPTIONS = {"subreddits": ["TallowAndFinch"], "account": "earful-sample"}
SAMPLE = Path(__file__).resolve().parents[3] / "config" / "sample" / "sources.yaml"
KEYS = {"REDDIT_CLIENT_ID": "sample", "REDDIT_CLIENT_SECRET": "sample"}


class Clock:
    """The sample's clock."""

    def __init__(self) -> None:
        self.now = EPOCH

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """It stands still until a test moves it."""
    return Clock()


@pytest.fixture
def address(studio: Studio, tmp_path: Path, clock: Clock) -> Iterator[str]:
    """Where the sample is served."""
    with serving(World(studio, EPOCH, exports=tmp_path, clock=clock)) as address:
        yield address


def place_of(studio: Studio, post_id: str) -> Place:
    """Where a post of the sample is answered."""
    post = next(post for post in studio.content.posts if post.id == post_id)
    thread = post
    while thread.parent:
        thread = next(each for each in studio.content.posts if each.id == thread.parent)
    return Place(external_id=external_id(post), thread_id=external_id(thread), text=post.text, options=OPTIONS)


def listen(address: str) -> list[Post]:
    """All comments that the collector brings, newest first."""
    env = {"EARFUL_SAMPLE_URL": address, "EARFUL_SAMPLE_EXPORTS": "."}
    source = next(source for source in load_sources(SAMPLE, env) if source.name == "reddit")
    with Net(base_url=address) as net:
        collector = registry.spec("reddit").build(source.options, KEYS, net)
        return [post for page in collector.pages(None) for post in page.posts if post.parent_id]


def test_an_answer_is_heard_and_answered(studio: Studio, address: str, clock: Clock) -> None:
    """It stands below the post, can be changed and found again, and its author writes back in their thread."""
    place, reddit = place_of(studio, "iw-0145"), Reddit(address, "sample", "sample", "sample")
    assert [finding.ok for finding in reddit.check()] == [True]
    assert [one.by for one in reddit.look(place).answers] == ["chartroom_chas"]

    receipt = reddit.send("Try it at low tide.", place=place, key="k")
    assert [one.text for one in reddit.look(place).answers if one.ours] == ["Try it at low tide."]
    assert reddit.find("Try it at low tide.", place=place, key="k", after=EPOCH) == receipt
    reddit.edit("Try it in the fog.", place=place, receipt=receipt)

    clock.now += ANSWERS_AFTER
    newest, ours = listen(address)[:2]
    assert (ours.external_id, ours.text) == (receipt.remote_id, "Try it in the fog.")
    assert (newest.parent_id, newest.thread_id) == (receipt.remote_id, place.thread_id)
    assert newest.author is not None
    assert newest.author.handle == "salt_lick"

    reddit.delete(place=place, receipt=receipt)
    assert receipt.remote_id not in [post.external_id for post in listen(address)]


def test_what_was_said_is_there_after_a_restart(studio: Studio, tmp_path: Path, clock: Clock) -> None:
    """And new comments get new names."""
    place = place_of(studio, "iw-0145")
    names = []
    for _ in range(2):
        with serving(World(studio, EPOCH, exports=tmp_path, clock=clock)) as address:
            names.append(Reddit(address, "sample", "sample", "sample").send("Hello", place=place, key="k").remote_id)
            clock.now += timedelta(minutes=1)
            assert set(names) <= {post.external_id for post in listen(address)}
    assert len(set(names)) == 2


def test_only_the_account_may_write_and_only_where_something_is(address: str, studio: Studio) -> None:
    """A wrong key, and a post that was never there."""
    place = place_of(studio, "iw-0145")
    missing = Place(external_id="t1_nothing", thread_id=place.thread_id, options=OPTIONS)
    with pytest.raises(MessageRejected, match="deleted"):
        Reddit(address, "sample", "sample", "sample").send("Hello", place=missing, key="k")
    findings = Reddit(address, "sample", "sample", "other").check()
    assert [finding.ok for finding in findings] == [False]
