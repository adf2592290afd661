"""The App Store's public feed: what a review becomes, storefronts, the feed's odd shapes, its depth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.app_store import SPEC, AppStore, AppStoreOptions
from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded.app_store import APP, Feed, at, entry
from tests.recorded.web import Answering, Asked, Reply, serve


@contextmanager
def listening(world: Answering, **options: object) -> Iterator[AppStore]:
    """A collector of app 440 that asks the given world."""
    chosen = AppStoreOptions.model_validate({"app": 440, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield AppStore(chosen, net)


def walk(collector: AppStore, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def test_a_review_becomes_a_post() -> None:
    """Every field that the feed shows is found again; the text is plain already."""
    with listening(Feed({"us": [entry(3)]}), product="Lantern") as collector:
        (post,) = next(collector.pages(None)).posts
    assert post.external_id == "70003"
    assert post.title == "Lamp 3"
    assert post.text == "The lamp 3 flickers & hums <sometimes>"
    assert post.created_at == datetime(2026, 9, 21, 10, 3, tzinfo=UTC)
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert (post.product, post.product_version) == ("Lantern", "2.1.0")
    assert post.author is not None
    assert (post.author.external_id, post.author.name) == ("903", "player 3")
    assert post.url == "https://itunes.apple.com/us/review?id=440&type=Purple%20Software"
    assert post.engagement.likes == 3
    assert post.raw["country"] == "us"


def test_each_storefront_is_a_list_of_its_own() -> None:
    """With its own place in the cursor; one where the app is not sold is empty."""
    world = Feed({"us": [entry(n) for n in range(3)], "de": [entry(n) for n in range(10, 12)]})
    with listening(world, countries="us,xx,DE") as collector:
        first, cursor, _ = walk(collector)
        world.stores["de"].append(entry(20))
        second, _, _ = walk(collector, cursor)
    assert len(first) == 5
    assert second == ["70020"]
    assert set(cursor["lists"]) == {"App Store us", "App Store de"}


def test_an_app_that_is_sold_nowhere_is_refused() -> None:
    """Every storefront answers that there is nothing."""
    with listening(Feed({}), countries="us,de") as collector, pytest.raises(SourceRefused, match="400"):
        walk(collector)


@pytest.mark.parametrize("bare", [True, False])
def test_one_review_may_come_without_a_list(bare: bool) -> None:
    """An entry is a list, one object, or absent."""
    with listening(Feed({"us": [entry(1)], "de": []}, bare=bare), countries="us,de") as collector:
        assert walk(collector)[0] == ["70001"]


def test_the_app_itself_is_no_review() -> None:
    """Older answers begin with it."""
    with listening(Feed({"us": [APP, entry(1), entry(2)]})) as collector:
        ids, _, pages = walk(collector)
    assert sorted(ids) == ["70001", "70002"]
    assert [page.set_aside for page in pages if page.set_aside] == []


def test_a_feed_without_its_wrapping_and_dates_is_read() -> None:
    """The form of 2018 had no date of a review: it is dated by the feed, and is the same review the next day."""
    reviews: list[JSON] = [entry(1, updated=None), entry(2, updated=None)]
    days = iter((1, 1, 2, 2))

    def world(asked: Asked) -> Reply:
        shown = reviews if "page=1/" in asked.path else []
        return Reply({"entry": shown, "updated": {"label": at(next(days))}, "author": {}})

    with listening(world) as collector:
        first, cursor, pages = walk(collector)
        assert walk(collector, cursor)[0] == []
    assert first == ["70001", "70002"]
    assert pages[0].posts[0].created_at == datetime(2026, 9, 21, 10, 1, tzinfo=UTC)


def test_an_edit_comes_again() -> None:
    """Apple keeps the id and moves the date."""
    world = Feed({"us": [entry(n) for n in range(5)]})
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.stores["us"][1] = entry(1, updated=at(90), content="Fixed, thanks")
        again, _, pages = walk(collector, cursor)
    assert again == ["70001"]
    assert pages[0].posts[0].text == "Fixed, thanks"


def test_five_hundred_are_all_that_is_shown() -> None:
    """Ten pages with a pause between any two questions; where no known review is among them, that is a gap."""
    world = Feed({"us": [entry(n) for n in range(700)]})
    with listening(world) as collector:
        first, cursor, pages = walk(collector)
        world.stores["us"] = [entry(n) for n in range(1000, 1700)]
        _, _, later = walk(collector, cursor)
    assert len(first) == 500
    assert world.asked[:10] == [f"us {page}" for page in range(1, 11)]
    assert pages[-1].gap is None
    assert "the newest 500" in (later[-1].gap or "")


@pytest.mark.parametrize("status", [400, 404])
def test_a_page_that_is_not_there_is_asked_for_again(status: int) -> None:
    """What was read stays. The next run believes that there are no more pages, or reads what it is shown then."""
    world = Feed({"us": [entry(n) for n in range(90)]})
    away = True
    with listening(
        lambda asked: Reply(status=status) if away and "page=2/" in asked.path else world(asked), countries="us,de"
    ) as collector:
        world.stores["de"] = [entry(500)]
        pages = []
        with pytest.raises(SourceBusy, match="no page 2 for us"):
            pages.extend(collector.pages(None))
        broken = json.loads(json.dumps(pages[-1].cursor))
        again, cursor, _ = walk(collector, broken)
        believed = walk(collector, cursor)[0]
        away = False
        rest = walk(collector, broken)[0]
    assert [len(page.posts) for page in pages] == [50, 1]
    assert again == believed == []
    assert len(rest) == 40


def test_an_empty_feed_where_reviews_were_is_a_fault() -> None:
    """Apple sends those to some; the cursor stays where it was."""
    world = Feed({"us": [entry(1)]})
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.stores["us"] = []
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            walk(collector, cursor)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None}, {"id": ""}, {"im:rating": "six"}, {"im:rating": "0"}, {"im:rating": True},
        {"updated": "yesterday"}, {"updated": [1]},
    ],
)  # fmt: skip
def test_a_damaged_review_is_set_aside(changed: dict[str, JSON]) -> None:
    """With its place; the neighbours are read."""
    with listening(Feed({"us": [entry(3), entry(2, **changed), entry(1)]})) as collector:
        ids, _, pages = walk(collector)
    (aside,) = [aside for page in pages for aside in page.set_aside]
    assert sorted(ids) == ["70001", "70003"]
    assert aside.place.startswith("App Store us, page 1, item ")


@pytest.mark.parametrize("entries", [[None, 3, "x"], [[]], [{"im:rating": {"label": "5"}}]])
def test_entries_that_are_none_are_set_aside(entries: list[JSON]) -> None:
    """A list with null, a number and a text in it."""
    with listening(lambda _: Reply({"feed": {"entry": entries}})) as collector:
        ids, _, pages = walk(collector)
    assert ids == []
    assert len(pages[0].set_aside) == len(entries)


def test_what_is_missing_is_left_out() -> None:
    """A review without title, stars, version, votes, author and link is still one; its text may be only a title."""
    bare: dict[str, JSON] = {"id": {"label": 7}, "updated": {"label": at(1)}, "im:rating": {}, "title": {"label": "Hm"}}
    with listening(Feed({})) as collector:
        post = collector.parse({"entry": bare})
    assert (post.external_id, post.text, post.rating, post.author, post.url) == ("7", "Hm", None, None, None)


def test_several_contents_are_the_first() -> None:
    """The feed's XML has a text and an HTML one, and so may the JSON."""
    two: JSON = [{"label": "plain"}, {"label": "<p>html</p>"}]
    with listening(Feed({})) as collector:
        assert collector.parse({"entry": {**entry(1), "content": two}}).text == "plain"


def test_options() -> None:
    """Codes of countries, in any case; a name is none."""
    assert read_options(SPEC, {"app": "440", "countries": "US, de,us"}) == AppStoreOptions(
        app=440, countries=("us", "de")
    )
    for wrong in ({"app": "440", "countries": "germany"}, {"app": "440", "countries": ""}, {"app": "0"}):
        with pytest.raises(BadOption):
            read_options(SPEC, wrong)


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without an entry."""
    with listening(Feed({})) as collector, pytest.raises(PostUnreadable, match="entry is missing"):
        collector.parse({"country": "us"})
