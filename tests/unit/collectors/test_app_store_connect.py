"""App Store Connect: what a review becomes, our answers, edits without a date, links to pages, the hour's questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.app_store_connect import SPEC, AppStoreConnect, AppStoreConnectOptions
from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceRefused
from collectors.net import Net
from tests.recorded import signing
from tests.recorded.app_store import Connect, at, review
from tests.recorded.web import Answering, Asked, Reply, serve


@contextmanager
def listening(world: Answering, **options: object) -> Iterator[AppStoreConnect]:
    """A collector of app 440 that asks the given world."""
    chosen = AppStoreConnectOptions.model_validate({"app": 440, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        built = SPEC.build(chosen, signing.keys(), net)
        assert isinstance(built, AppStoreConnect)
        yield built


def walk(collector: AppStoreConnect, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def test_a_review_becomes_a_post() -> None:
    """With our answer beside it, and without the links of the API."""
    with listening(Connect([review(3, answer="Thank you")]), product="Lantern") as collector:
        (page,) = collector.pages(None)
    (post,) = page.posts
    assert page.total == 1
    assert post.external_id == "0000-0003"
    assert (post.title, post.text) == ("Lamp 3", "The lamp 3 flickers")
    assert post.created_at == datetime(2026, 9, 21, 10, 3, tzinfo=UTC)
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert post.author is not None
    assert (post.author.name, post.author.external_id) == ("player 3", None)
    assert (post.product, post.product_version, post.engagement.replies) == ("Lantern", None, 1)
    assert post.raw["response"] == {"responseBody": "Thank you", "state": "PUBLISHED", "lastModifiedDate": at(1)}
    assert "links" not in json.dumps(post.raw["review"]).partition('"relationships"')[0]


def test_pages_follow_the_links() -> None:
    """The question of the next link is asked of the same address."""
    world = Connect([review(n) for n in range(12)], most=5)
    with listening(world) as collector:
        ids, _, pages = walk(collector)
    assert len(ids) == 12
    assert [page.total for page in pages] == [12, 12, 12]
    assert [query.get("cursor") for query in world.asked] == [None, "5", "10"]


def test_a_link_elsewhere_gets_no_token() -> None:
    """Of a link only the question counts: a token goes to no address that an answer names."""
    asked: list[Asked] = []

    def answering(question: Asked) -> Reply:
        asked.append(question)
        more = {"next": "http://169.254.169.254/v1/keys?cursor=2"} if "cursor" not in question.query else {}
        return Reply({"data": [review(len(asked))], "links": more})

    with listening(answering) as collector:
        ids, _, _ = walk(collector)
    assert len(ids) == 2
    assert [question.path for question in asked] == ["/v1/apps/440/customerReviews"] * 2


def test_edits_answers_and_new_reviews_come_again() -> None:
    """Apple shows no date of an edit: the newest two hundred are compared."""
    world = Connect([review(n) for n in range(150)])
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.reviews[3] = review(3, body="Fixed, thanks", rating=5)
        world.reviews[4] = review(4, answer="Thank you")
        world.reviews.append(review(151))
        again, cursor, _ = walk(collector, cursor)
        assert walk(collector, cursor)[0] == []
    assert again == ["0000-0151", "0000-0004", "0000-0003"]


def test_a_run_ends_where_the_questions_of_the_hour_do() -> None:
    """Some are left for others with the same key; the next run goes on below."""
    world = Connect([review(n) for n in range(12)], most=5, left=20)
    with listening(world) as collector:
        first, cursor, pages = walk(collector)
        assert len(pages) == 1
        world.left = 3000
        rest, _, _ = walk(collector, cursor)
    assert len({*first, *rest}) == 12


def test_a_key_that_is_not_taken_is_refused() -> None:
    """After one try with a new token."""
    with listening(lambda _: Reply({"errors": []}, status=401)) as collector, pytest.raises(SourceRefused, match="401"):
        walk(collector)


@pytest.mark.parametrize(
    "changed",
    [{"rating": "many"}, {"rating": 9}, {"createdDate": None}, {"createdDate": 3}, {"createdDate": "2026-13-01"}],
)  # fmt: skip
def test_a_damaged_review_is_set_aside(changed: dict[str, JSON]) -> None:
    """With its place; the neighbours are read."""
    with listening(Connect([review(1), review(2, **changed), review(3)])) as collector:
        ids, _, pages = walk(collector)
    assert ids == ["0000-0003", "0000-0001"]
    assert pages[0].set_aside[0].place == "App Store Connect, page 1, item 2"


@pytest.mark.parametrize("item", [None, 7, "x", [], {}, {"id": "1"}, {"id": "", "attributes": {"createdDate": at(1)}}])
def test_reviews_that_are_none_are_set_aside(item: JSON) -> None:
    """Whatever stands in the list."""
    with listening(lambda _: Reply({"data": [item], "included": [3], "meta": [], "links": 1})) as collector:
        (page,) = collector.pages(None)
    assert page.posts == []
    assert len(page.set_aside) == 1


def test_what_is_missing_is_left_out() -> None:
    """Stars, title, nickname and relations may be absent or null; a time without a zone is one of UTC."""
    bare: JSON = {
        "id": 5,
        "attributes": {"createdDate": "2026-09-21T10:00:00", "body": None, "title": "Hm", "rating": None},
    }
    with listening(lambda _: Reply({"data": [bare]})) as collector:
        (post,) = next(collector.pages(None)).posts
    assert (post.external_id, post.text, post.rating, post.author) == ("5", "Hm", None, None)
    assert post.created_at == datetime(2026, 9, 21, 10, tzinfo=UTC)


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a review."""
    with listening(Connect([])) as collector, pytest.raises(PostUnreadable, match="review is missing"):
        collector.parse({"product": None})
