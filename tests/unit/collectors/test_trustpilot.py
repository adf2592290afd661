"""Trustpilot: what a review becomes, the public and the private list, edits, and reviews that are gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from collectors.trustpilot import SPEC, Trustpilot, TrustpilotOptions
from tests.recorded import trustpilot
from tests.recorded.trustpilot import UNIT, review
from tests.recorded.web import Answering, Reply, serve


@contextmanager
def listening(world: Answering, secret: str = "", business: str = UNIT, **options: object) -> Iterator[Trustpilot]:
    """A collector of one business that asks the given world."""
    chosen = TrustpilotOptions.model_validate({"business": business, **options})
    keys = {"TRUSTPILOT_API_KEY": "trust", "TRUSTPILOT_API_SECRET": secret}
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        built = SPEC.build(chosen, keys, net)
        assert isinstance(built, Trustpilot)
        yield built


def walk(collector: Trustpilot, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def test_a_review_becomes_a_post() -> None:
    """Every field of the public list; its links, with our key in them, are not kept."""
    one = review(3, companyReply={"text": "Thank you", "createdAt": "x"}, updatedAt="2026-09-22T00:00:00Z")
    with listening(trustpilot.Trustpilot([one]), product="Lantern") as collector:
        (post,) = next(collector.pages(None)).posts
    assert post.external_id == f"{3:024x}"
    assert post.url == f"https://www.trustpilot.com/reviews/{3:024x}"
    assert (post.title, post.text, post.language) == ("Lamp 3", "The lamp 3 flickers", "en")
    assert post.created_at == datetime(2026, 9, 21, 10, 3, tzinfo=UTC)
    assert post.edited_at == datetime(2026, 9, 22, tzinfo=UTC)
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert post.author is not None
    assert (post.author.external_id, post.author.name) == (f"{503:024x}", "Ana 3")
    assert post.author.url == f"https://www.trustpilot.com/users/{503:024x}"
    assert (post.product, post.order_number) == ("Lantern", None)
    assert (post.engagement.likes, post.engagement.replies) == (1, 1)
    assert "apikey" not in json.dumps(post.raw)


def test_the_private_list_tells_order_numbers() -> None:
    """With the secret we sign in; the customer's address in it is not kept."""
    world = trustpilot.Trustpilot([review(3)])
    with listening(world, secret="secret") as collector:
        (post,) = next(collector.pages(None)).posts
        assert collector.recheck([post.external_id]).posts[0].order_number == "A-1001"
    assert post.order_number == "A-1001"
    assert "ana@example.com" not in json.dumps(post.raw)
    assert world.asked[1] == f"/v1/private/business-units/{UNIT}/reviews"
    assert sum("accesstoken" in path for path in world.asked) == 1


@pytest.mark.parametrize("secret", ["", "secret"])
def test_a_business_may_be_named_by_its_domain(secret: str) -> None:
    """Its id is looked up once a run, with the key."""
    world = trustpilot.Trustpilot([review(n) for n in range(105)])
    with listening(world, secret=secret, business="www.lantern.example") as collector:
        ids, cursor, _ = walk(collector)
        walk(collector, cursor)
    assert len(ids) == 105
    assert world.asked.count("/v1/business-units/find") == 1


def test_a_business_that_is_not_there_is_refused() -> None:
    """Trustpilot has nothing at that name."""
    with (
        listening(trustpilot.Trustpilot([]), business="www.elsewhere.example") as collector,
        pytest.raises(SourceRefused, match="404"),
    ):
        walk(collector)


@pytest.mark.parametrize(("secret", "words"), [("wrong", "Trustpilot does not accept our credentials"), ("", "401")])
def test_keys_that_are_wrong_are_refused(secret: str, words: str) -> None:
    """The secret when we sign in, the key when we ask."""
    world = trustpilot.Trustpilot([])
    with (
        listening(lambda asked: Reply(status=401) if not secret else world(asked), secret=secret) as collector,
        pytest.raises(SourceRefused, match=words),
    ):
        walk(collector)


def test_new_edited_and_answered_reviews_come_again() -> None:
    """Edits do not move a review: the newest hundred are compared."""
    world = trustpilot.Trustpilot([review(n) for n in range(250)])
    with listening(world) as collector:
        first, cursor, _ = walk(collector)
        world.asked.clear()
        world.reviews[240] = review(240, text="Fixed, thanks", updatedAt="2026-09-22T00:00:00Z")
        world.reviews[241] = review(241, companyReply={"text": "Thank you"})
        world.reviews.append(review(260))
        again, cursor, _ = walk(collector, cursor)
        assert walk(collector, cursor)[0] == []
    assert len(first) == 250
    assert again == [f"{260:024x}", f"{241:024x}", f"{240:024x}"]
    assert len(world.asked) == 2


def test_looking_again_tells_what_changed_and_what_is_gone() -> None:
    """One by one; names that cannot be a review's are not asked for."""
    world = trustpilot.Trustpilot([review(1, text="Fixed, thanks"), review(2, stars="x")])
    with listening(world) as collector:
        page = collector.recheck([f"{n:024x}" for n in (1, 2, 3)] + ["../find", f"{1:024x}"])
    assert [post.text for post in page.posts] == ["Fixed, thanks"]
    assert list(page.gone) == [f"{3:024x}"]
    assert [aside.place for aside in page.set_aside] == [f"review {2:024x}"]
    assert len(world.asked) == 3


def test_that_all_reviews_are_gone_is_not_believed() -> None:
    """More likely Trustpilot has trouble, or the key sees another business."""
    with listening(trustpilot.Trustpilot([])) as collector, pytest.raises(SourceBusy, match="Taken as a fault"):
        collector.recheck([f"{n:024x}" for n in range(4)])


def test_looking_again_stops_where_we_are_refused() -> None:
    """A key that was withdrawn deletes nothing."""
    with listening(lambda _: Reply(status=403)) as collector, pytest.raises(SourceRefused, match="403"):
        collector.recheck([f"{1:024x}"])


@pytest.mark.parametrize(
    "item",
    [None, 7, [], {}, review(1, id=""), review(1, id=None), review(1, stars=6), review(1, createdAt=None)],
)
def test_a_damaged_review_is_set_aside(item: JSON) -> None:
    """With its place; the neighbour is read."""
    with listening(
        lambda asked: Reply({"reviews": [item, review(5)] if asked.query["page"] == "1" else []})
    ) as collector:
        ids, _, pages = walk(collector)
    assert ids == [f"{5:024x}"]
    assert [aside.place for aside in pages[0].set_aside] == ["Trustpilot, page 1, item 1"]


def test_a_list_that_is_the_same_on_every_page_ends() -> None:
    """Numbered pages could go on for ever."""
    with listening(lambda _: Reply({"reviews": [review(1)]})) as collector:
        ids, _, pages = walk(collector)
    assert ids == [f"{1:024x}"]
    assert len(pages) == 2


def test_what_is_missing_is_left_out() -> None:
    """A consumer, a title, a language and times of change may be absent or strange."""
    bare: JSON = {
        "id": 7,
        "createdAt": "2026-09-21T10:00:00",
        "title": "Hm",
        "stars": "4",
        "consumer": None,
        "language": "?",
    }
    with listening(trustpilot.Trustpilot([])) as collector:
        post = collector.parse({"review": bare})
    assert (post.external_id, post.text, post.rating_label, post.author, post.language) == (
        "7",
        "Hm",
        "4/5",
        None,
        None,
    )
    assert post.created_at == datetime(2026, 9, 21, 10, tzinfo=UTC)


def test_options() -> None:
    """A domain or an id."""
    assert read_options(SPEC, {"business": " www.lantern.example "}) == TrustpilotOptions(
        business="www.lantern.example"
    )
    for wrong in ("lantern", "https://www.trustpilot.com/review/x.example", "a/../b.example"):
        with pytest.raises(BadOption):
            read_options(SPEC, {"business": wrong})


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a review."""
    with listening(trustpilot.Trustpilot([])) as collector, pytest.raises(PostUnreadable, match="review is missing"):
        collector.parse({"product": None})
