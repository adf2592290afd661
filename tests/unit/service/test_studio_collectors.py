"""The real collectors, as config/sample/sources.yaml sets them up, against the sample studio's internet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from collectors import registry
from collectors.base import Collector, Cursor, Post, Rechecks, SetAside
from collectors.net import Net
from service.configuration.sources import SourceConfig, load_sources
from service.testing.studio.content import load_studio
from service.testing.studio.ids import external_id
from service.testing.studio.model import Edit
from service.testing.studio.serving import serving
from service.testing.studio.showing import show
from service.testing.studio.truth import TruePost, load_truth
from service.testing.studio.world import World

EPOCH = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SAMPLE = Path(__file__).resolve().parents[3] / "config" / "sample" / "sources.yaml"
SECRETS = {"REDDIT_CLIENT_ID": "sample", "REDDIT_CLIENT_SECRET": "sample"}
SOURCES = ("steam-lantern-hollow", "steam-ironwake", "steam-pocket-orchard", "forum", "reddit", "survey")
SHOPS = ("shop-lantern-hollow", "shop-ironwake", "shop-pocket-orchard")
UNREADABLE = {"forum": 1, "survey": 2, "shop-lantern-hollow": 1}
"""How many items of a source cannot be read, on purpose."""


@dataclass(slots=True)
class Heard:
    """What one run of a source brought."""

    posts: dict[str, Post] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    cursor: Cursor | None = None


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A fresh world whose shop writes its files into the test's folder."""
    return World(load_studio(), EPOCH, exports=tmp_path)


@pytest.fixture
def sources(world: World, tmp_path: Path) -> Iterator[Mapping[str, SourceConfig]]:
    """The sample's sources by name, at the address where the world is served."""
    with serving(world) as address:
        env = {"EARFUL_SAMPLE_URL": address, "EARFUL_SAMPLE_EXPORTS": str(tmp_path)}
        yield {source.name: source for source in load_sources(SAMPLE, env)}


def collector(source: SourceConfig, net: Net) -> Collector:
    """The source's collector, ready to listen."""
    return registry.spec(source.kind).build(source.options, SECRETS, net)


def listen(source: SourceConfig, cursor: Cursor | None = None) -> Heard:
    """One run of a source, to its end."""
    heard = Heard(cursor=cursor)
    with Net(base_url=source.base_url) as net:
        for page in collector(source, net).pages(cursor):
            heard.posts |= {post.external_id: post for post in page.posts}
            heard.set_aside += page.set_aside
            heard.gaps += [page.gap] if page.gap else []
            heard.cursor = page.cursor or heard.cursor
    return heard


def expected(name: str, phase: int) -> dict[str, TruePost]:
    """What a source shows in a phase, by external id."""
    return {post.external_id: post for post in load_truth().in_phase(phase) if post.source == name}


def test_the_sample_names_every_source_of_the_truth() -> None:
    """Each planted post has a source in the sample's configuration, and each source has posts."""
    env = {"EARFUL_SAMPLE_URL": "http://127.0.0.1:1", "EARFUL_SAMPLE_EXPORTS": "."}
    configured = {source.name for source in load_sources(SAMPLE, env)}
    assert configured == {post.source for post in load_truth().posts}


@pytest.mark.parametrize("name", [*SOURCES, *SHOPS])
def test_collectors_bring_exactly_what_was_planted(sources: Mapping[str, SourceConfig], name: str) -> None:
    """In phase 1 each source brings every post with its time; what is unreadable on purpose is set aside; no gap."""
    heard = listen(sources[name])
    planted = expected(name, 1)
    assert set(heard.posts) == set(planted) | {post_id for source, post_id in load_truth().slips if source == name}
    written = {external_id(shown.post): shown.created_at for shown in show(load_studio().content, EPOCH, 1).posts}
    assert {post_id: heard.posts[post_id].created_at for post_id in planted} == {
        post_id: written[post_id] for post_id in planted
    }
    assert all(aside.place and aside.reason for aside in heard.set_aside)
    assert len(heard.set_aside) == UNREADABLE.get(name, 0), heard.set_aside
    assert heard.gaps == []


@pytest.mark.parametrize("name", [*SOURCES, *SHOPS])
def test_collectors_see_the_second_phase(sources: Mapping[str, SourceConfig], world: World, name: str) -> None:
    """From where the first run stopped, the second brings what is new and, where the platform shows them, the edits."""
    source = sources[name]
    first = listen(source)
    world.turn(2)
    second = listen(source, first.cursor)
    planted = expected(name, 2)
    fresh = {post_id for post_id, post in planted.items() if post.phase == 2}
    edited = {post_id for post_id, post in planted.items() if post.edited}
    changed = {post_id for post_id, post in second.posts.items() if post != first.posts.get(post_id)}
    assert changed == fresh | (edited if registry.spec(source.kind).sees_edits and name != "reddit" else set())
    assert second.gaps == []


def test_reddit_edits_and_deletions_are_found_by_asking_again(
    sources: Mapping[str, SourceConfig],
) -> None:
    """Rechecking every known post in phase 2 brings the edited ones as they are now and names the deleted ones."""
    studio = load_studio()
    first = listen(sources["reddit"])
    known = [post for post in studio.content.posts if external_id(post) in first.posts and not post.deleted]
    rewritten = replace(known[0], edited=Edit(at=known[0].at, text="I was wrong, and I say so."))
    posts = tuple(rewritten if post.id == rewritten.id else post for post in studio.content.posts)
    later = World(replace(studio, content=replace(studio.content, posts=posts)), EPOCH, phase=2)
    with serving(later) as address, Net(base_url=address) as net:
        page = cast("Rechecks", collector(sources["reddit"], net)).recheck(list(first.posts))
    gone = {post.external_id for post in load_truth().posts if post.source == "reddit" and post.deleted}
    assert gone
    assert set(page.gone) == gone
    changed = {post.external_id for post in page.posts if post.text != first.posts[post.external_id].text}
    assert changed == {external_id(post) for post in posts if post.source == "reddit" and post.edited}


def test_crawlers_keep_out_of_the_staffs_pages(sources: Mapping[str, SourceConfig], world: World) -> None:
    """The crawl asks for robots.txt first, and neither for what it forbids nor for the link to a private address."""
    listen(sources["shop-ironwake"])
    asked = world.asked()
    assert asked["/robots.txt"] >= 1
    assert not {path for path in asked if path.startswith(("/staff", "/go"))}
