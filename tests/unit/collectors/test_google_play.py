"""Google Play's API for publishers: what a review becomes, edits, the week that it shows, quotas, keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.google_play import SPEC, GooglePlay, GooglePlayOptions
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import signing
from tests.recorded.google import BEGIN, PACKAGE, Publisher, play_review
from tests.recorded.web import Answering, Asked, Reply, serve


@contextmanager
def listening(world: Answering, **options: object) -> Iterator[GooglePlay]:
    """A collector of one app that asks the given world."""
    chosen = GooglePlayOptions.model_validate({"package": PACKAGE, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        built = SPEC.build(chosen, signing.keys(), net)
        assert isinstance(built, GooglePlay)
        yield built


def walk(collector: GooglePlay, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def answering(reply: Reply) -> Answering:
    """A world that lets everybody in and answers this."""
    return lambda asked: Reply({"access_token": "t", "expires_in": 3600}) if asked.path == "/token" else reply


def test_a_review_becomes_a_post() -> None:
    """Dated by its last change, which is all that Google shows."""
    with listening(Publisher([play_review(3, answer="Thank you")]), product="Lantern") as collector:
        (post,) = next(collector.pages(None)).posts
    assert (post.external_id, post.text, post.title, post.url) == ("gp:3", "The lamp 3 flickers", None, None)
    assert post.created_at == datetime.fromtimestamp(BEGIN + 180, UTC)
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert (post.product, post.product_version) == ("Lantern", "2.1.0")
    assert post.author is not None
    assert (post.author.name, post.author.external_id) == ("player 3", None)
    assert (post.engagement.likes, post.engagement.replies) == (2, 1)
    assert post.language is None  # reviewerLanguage is the phone's


@pytest.mark.parametrize(
    ("said", "title", "text"),
    [
        ({"text": "Great\tIt flickers"}, "Great", "It flickers"),
        ({"text": "\tIt flickers"}, None, "It flickers"),
        ({"text": "Great\t"}, None, "Great"),
        ({"text": "One\nand\ttwo"}, None, "One\nand\ttwo"),
        ({"text": "It flickers", "originalText": "Es flackert"}, None, "Es flackert"),
        ({"text": ""}, None, ""),
    ],
)
def test_texts_with_titles_and_translations(said: dict[str, JSON], title: str | None, text: str) -> None:
    """Old reviews have a title before a tab; of a translated one we keep what was written."""
    with listening(Publisher([])) as collector:
        post = collector.parse({"review": play_review(1, **said)})
    assert (post.title, post.text) == (title, text)


def test_the_last_of_several_comments_counts() -> None:
    """A review may come with its history."""
    review = play_review(1)
    assert isinstance(review["comments"], list)
    review["comments"] = [
        *play_review(1, changed=BEGIN + 500, text="Fixed", starRating=5)["comments"],
        *review["comments"],
        None,
        {"other": 3},
    ]
    with listening(Publisher([])) as collector:
        post = collector.parse({"review": review})
    assert (post.text, post.rating) == ("Fixed", 1.0)


def test_edits_and_answers_come_again() -> None:
    """The list is ordered by the last change; an edited review stands on top with the same id."""
    world = Publisher([play_review(n) for n in range(12)], most=5)
    with listening(world) as collector:
        first, cursor, _ = walk(collector)
        world.asked.clear()
        world.reviews[2] = play_review(2, changed=BEGIN + 5000, text="Fixed, thanks", starRating=5)
        world.reviews.append(play_review(13))
        second, cursor, _ = walk(collector, cursor)
        world.reviews[11] = play_review(11, answer="Thank you")
        third, _, _ = walk(collector, cursor)
    assert len(first) == 12
    assert second == ["gp:2", "gp:13"]
    assert third == ["gp:11"]
    assert world.asked == [{"maxResults": "100"}] * 2


def test_a_week_without_reviews_is_fine() -> None:
    """Google shows nothing then, and that is no fault."""
    world = Publisher([play_review(1)])
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.reviews = []
        ids, cursor, pages = walk(collector, cursor)
        world.reviews = [play_review(2)]
        assert walk(collector, cursor)[0] == ["gp:2"]
    assert ids == []
    assert pages[-1].gap is None


def test_more_than_a_week_of_absence_is_a_gap() -> None:
    """By Google's own clock."""
    world = Publisher([play_review(1)])
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        written = json.dumps(cursor)
        cursor = json.loads(re.sub(r'"asked_at": ([\d.]+)', lambda at: f'"asked_at": {float(at[1]) - 864000}', written))
        world.reviews = [play_review(2)]
        _, _, pages = walk(collector, cursor)
    assert pages[-1].gap == "Google Play shows 7 days and was last read 10 days ago."


@pytest.mark.parametrize(
    ("status", "reason", "error", "words", "wait"),
    [
        (403, "quotaExceeded", SourceBusy, "quota is spent", 3600),
        (403, "rateLimitExceeded", SourceBusy, "slow down", 60),
        (403, "forbidden", SourceRefused, "forbids", None),
        (404, "applicationNotFound", SourceRefused, "nothing at this address", None),
    ],
)
def test_refusals_of_google(status: int, reason: str, error: type[Exception], words: str, wait: float | None) -> None:
    """A spent quota is sent as a refusal, but passes."""
    with (
        listening(answering(signing.refused(status, reason))) as collector,
        pytest.raises(error, match=words) as caught,
    ):
        walk(collector)
    assert getattr(caught.value, "retry_after", None) == wait


@pytest.mark.parametrize("said", ["", "<html>", "[1]", '{"error": "text"}', '{"error": {"errors": [1], "details": 2}}'])
def test_refusals_without_googles_form(said: str) -> None:
    """They are refusals all the same."""
    with listening(answering(Reply(said, status=403))) as collector, pytest.raises(SourceRefused, match="forbids"):
        walk(collector)


@pytest.mark.parametrize(
    "item",
    [
        None, 7, [], {}, {"reviewId": "a"}, {"reviewId": "a", "comments": []}, {"reviewId": "a", "comments": "x"},
        {"reviewId": "a", "comments": [{"developerComment": {"text": "x"}}]}, {**play_review(1), "reviewId": None},
        play_review(1, starRating=6), play_review(1, starRating="x"), play_review(1, text=None),
        play_review(1, lastModified=None), play_review(1, lastModified={"seconds": "soon"}),
        play_review(1, lastModified={"seconds": "99999999999"}),
    ],
)  # fmt: skip
def test_a_damaged_review_is_set_aside(item: JSON) -> None:
    """With its place; the neighbour is read."""
    with listening(answering(Reply({"reviews": [item, play_review(5)]}))) as collector:
        ids, _, pages = walk(collector)
    assert ids == ["gp:5"]
    assert [aside.place for aside in pages[0].set_aside] == ["Google Play, page 1, item 1"]


def test_what_is_missing_is_left_out() -> None:
    """Most fields may be absent; a user of Google without a name is nobody."""
    bare: JSON = {"comments": [{"userComment": {"text": "Hm", "lastModified": {"seconds": 1790000000}}}], "reviewId": 8}
    with listening(
        answering(Reply({"reviews": [bare, {**play_review(2), "authorName": "A Google user"}]}))
    ) as collector:
        one, two = next(collector.pages(None)).posts
    assert (one.external_id, one.rating, one.author, one.product_version) == ("8", None, None, None)
    assert two.author is None


def test_a_position_that_google_forgot_begins_anew() -> None:
    """Its tokens do not live long."""
    world = Publisher([play_review(n) for n in range(12)], most=5)
    forgot = False

    def forgetting(asked: Asked) -> Reply:
        return signing.refused(400, "invalidToken") if forgot and asked.query.get("token") == "5" else world(asked)

    with listening(forgetting) as collector:
        first = next(collector.pages(None))
        forgot, world.most = True, 100
        ids, _, _ = walk(collector, first.cursor)
    assert len(set(ids)) == 12


def test_options_and_keys() -> None:
    """A package's name has a dot in it; a key that is none is refused when the source is built."""
    with pytest.raises(BadOption):
        read_options(SPEC, {"package": "lantern/../x"})
    with Net() as net, pytest.raises(SourceRefused, match="service account"):
        SPEC.build(GooglePlayOptions(package=PACKAGE), {"GOOGLE_PLAY_SERVICE_ACCOUNT": "{}"}, net)


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a review."""
    with listening(Publisher([])) as collector, pytest.raises(PostUnreadable, match="review is missing"):
        collector.parse({"product": None})
