"""Google Business Profile: what a review of a place becomes, translations, edits, places that fail, quotas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.google_business import SPEC, GoogleBusiness, GoogleBusinessOptions
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import signing
from tests.recorded.google import BEGIN, Places, place_review
from tests.recorded.web import Answering, Reply, serve

PLACE = "accounts/1/locations/2"


@contextmanager
def listening(world: Answering, locations: str = PLACE, **options: object) -> Iterator[GoogleBusiness]:
    """A collector of one place, or several, that asks the given world."""
    chosen = GoogleBusinessOptions.model_validate({"locations": locations, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        built = SPEC.build(chosen, signing.keys(), net)
        assert isinstance(built, GoogleBusiness)
        yield built


def walk(collector: GoogleBusiness, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def answering(reply: Reply) -> Answering:
    """A world that lets everybody in and answers this."""
    return lambda asked: Reply({"access_token": "t", "expires_in": 3600}) if asked.path == "/token" else reply


def test_a_review_becomes_a_post() -> None:
    """With its answer counted, and both its times."""
    review = place_review(3, updated=BEGIN + 600, reviewReply={"comment": "Thank you", "updateTime": "x"})
    with listening(Places([review]), product="Lantern") as collector:
        (page,) = collector.pages(None)
    (post,) = page.posts
    assert page.total == 1
    assert (post.external_id, post.text, post.url) == ("p3", "The lamps of table 3 flicker", None)
    assert post.created_at == datetime.fromtimestamp(BEGIN + 180, UTC).replace(microsecond=806781)
    assert post.edited_at == datetime.fromtimestamp(BEGIN + 600, UTC).replace(microsecond=806781)
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert post.author is not None
    assert (post.author.name, post.author.external_id) == ("guest 3", None)
    assert (post.product, post.engagement.replies) == ("Lantern", 1)


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("(Translated by Google) It flickers\n\n(Original)\nEs flackert", "Es flackert"),
        ("Es flackert\n\n(Translated by Google)\nIt flickers", "Es flackert"),
        ("(Translated by Google) It flickers", "(Translated by Google) It flickers"),
        ("It says (Original) on the box", "It says (Original) on the box"),
        (None, ""),
    ],
)
def test_a_comment_is_what_was_written(comment: JSON, text: str) -> None:
    """Google puts translations before or behind it; stars alone have none."""
    with listening(Places([])) as collector:
        assert collector.parse({"review": place_review(1, comment=comment)}).text == text


def test_edits_and_answers_come_again() -> None:
    """The list is ordered by the last change."""
    world = Places([place_review(n) for n in range(12)], most=5)
    with listening(world) as collector:
        first, cursor, pages = walk(collector)
        world.reviews[2] = place_review(2, updated=BEGIN + 6000, comment="Fixed, thanks", starRating="FIVE")
        world.reviews[11] = place_review(11, reviewReply={"comment": "Thank you"})
        again, _, _ = walk(collector, cursor)
    assert len(first) == 12
    assert again == ["p2", "p11"]
    assert [page.total for page in pages] == [12, 12, 12]


def test_a_place_that_is_not_ours_does_not_hide_the_others() -> None:
    """They are read, then it is told."""
    pages: list[Page] = []
    with listening(Places([place_review(1)]), f"accounts/1/locations/9,{PLACE}") as collector:
        iterator = collector.pages(None)
        pages.append(next(iterator))
        with pytest.raises(SourceRefused, match="locations/9"):
            next(iterator)
    assert [post.external_id for post in pages[0].posts] == ["p1"]
    assert pages[0].total is None


def test_a_quota_that_is_spent_passes() -> None:
    """Google sends 429 with a form of its own, or a refusal."""
    for status in (403, 429):
        reply = signing.refused(status, "RESOURCE_EXHAUSTED")
        with listening(answering(reply)) as collector, pytest.raises(SourceBusy, match="slow down"):
            walk(collector)


@pytest.mark.parametrize(
    "item",
    [
        None, 7, [], {}, place_review(1, createTime=None), place_review(1, createTime="then"),
        {"createTime": "2026-09-21T10:00:00Z", "reviewId": None}, {"createTime": "2026-09-21T10:00:00Z", "name": ""},
    ],
)  # fmt: skip
def test_a_damaged_review_is_set_aside(item: JSON) -> None:
    """With its place; the neighbour is read."""
    with listening(answering(Reply({"reviews": [item, place_review(5)]}))) as collector:
        ids, _, pages = walk(collector)
    assert ids == ["p5"]
    assert [aside.place for aside in pages[0].set_aside] == [f"{PLACE}, page 1, item 1"]


@pytest.mark.parametrize("stars", ["STAR_RATING_UNSPECIFIED", "SIX", None, 3, []])
def test_unknown_stars_are_left_out(stars: JSON) -> None:
    """A new word is no reason to lose a review."""
    with listening(Places([])) as collector:
        post = collector.parse({"review": place_review(1, starRating=stars)})
    assert (post.rating, post.rating_label) == (None, None)


@pytest.mark.parametrize(
    "reviewer", [None, {}, {"isAnonymous": True, "displayName": "A Google user"}, {"displayName": 3}]
)
def test_reviewers_without_a_name_are_nobody(reviewer: JSON) -> None:
    """Also where Google says so."""
    with listening(Places([])) as collector:
        assert collector.parse({"review": place_review(1, reviewer=reviewer)}).author is None


def test_the_name_of_a_review_may_stand_for_its_id() -> None:
    """It ends with it."""
    with listening(Places([])) as collector:
        review = {name: value for name, value in place_review(4).items() if name != "reviewId"}
        assert collector.parse({"review": review}).external_id == "p4"


def test_options() -> None:
    """Places by the names that the API has for them."""
    assert read_options(SPEC, {"locations": f"{PLACE}/,{PLACE}"}) == GoogleBusinessOptions(locations=(PLACE,))
    for wrong in ("", "locations/2", f"{PLACE}/reviews", "accounts/../locations/2"):
        with pytest.raises(BadOption):
            read_options(SPEC, {"locations": wrong})


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a review."""
    with listening(Places([])) as collector, pytest.raises(PostUnreadable, match="review is missing"):
        collector.parse({"product": None})
