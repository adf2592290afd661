"""The store's pages: what the places of a review mean, languages, positions, and answers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.google_play_pages import SPEC, GooglePlayPages, GooglePlayPagesOptions
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded.google import BEGIN, PACKAGE, StorePages, page_review
from tests.recorded.web import Answering, Asked, Reply, serve


@contextmanager
def listening(world: Answering, **options: object) -> Iterator[GooglePlayPages]:
    """A collector of one app that asks the given world."""
    chosen = GooglePlayPagesOptions.model_validate({"package": PACKAGE, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield GooglePlayPages(chosen, net)


def walk(collector: GooglePlayPages, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def payload(*reviews: JSON) -> Reply:
    """An answer with these reviews."""
    return StorePages.row(json.dumps([list(reviews), None]), None)


def test_a_review_becomes_a_post() -> None:
    """Without the author's pictures and account, which are not about the app."""
    with listening(StorePages({"en": [page_review(3, answer="Thank you")]}), product="Lantern") as collector:
        (post,) = next(collector.pages(None)).posts
    assert (post.external_id, post.text) == ("r-3", "The lamp 3 flickers")
    assert post.url == f"https://play.google.com/store/apps/details?id={PACKAGE}&reviewId=r-3"
    assert post.created_at == datetime.fromtimestamp(BEGIN + 180, UTC)
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert (post.product, post.product_version) == ("Lantern", "2.1.0")
    assert post.author is not None
    assert (post.author.name, post.author.external_id) == ("player 3", None)
    assert (post.engagement.likes, post.engagement.replies) == (7, 1)
    assert "faces" not in json.dumps(post.raw)
    assert "114313695647212242832" not in json.dumps(post.raw)


def test_each_language_is_a_list_of_its_own() -> None:
    """A review that is in two of them comes once."""
    world = StorePages(
        {"en": [page_review(n) for n in range(3)], "pt-BR": [page_review(n) for n in range(2, 5)]}, most=2
    )
    with listening(world, languages="en,pt-BR") as collector:
        ids, cursor, _ = walk(collector)
        assert walk(collector, cursor)[0] == []
    assert sorted(ids) == ["r-0", "r-1", "r-2", "r-3", "r-4"]
    assert world.asked[:4] == [("en", None), ("en", "Ci2"), ("pt-BR", None), ("pt-BR", "Ci2")]


def test_edits_and_answers_come_again() -> None:
    """An edited review stands on top with the same id."""
    world = StorePages({"en": [page_review(n) for n in range(12)]}, most=5)
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.reviews["en"][2] = page_review(2, changed=BEGIN + 5000, text="Fixed, thanks")
        world.reviews["en"][11] = page_review(11, answer="Thank you")
        again, _, pages = walk(collector, cursor)
    assert again == ["r-2", "r-11"]
    assert pages[0].posts[0].text == "Fixed, thanks"


def test_a_run_that_breaks_off_goes_on_below() -> None:
    """An outage is not the end of the list."""
    world = StorePages({"en": [page_review(n) for n in range(12)]}, most=5)
    with listening(lambda asked: world(asked) if len(world.asked) < 2 else Reply(status=503)) as collector:
        pages = []
        with pytest.raises(SourceBusy):
            pages += list(collector.pages(None))
        world.asked.clear()
        iterator = collector.pages(None)
        pages = [next(iterator), next(iterator)]
    with listening(world) as collector:
        rest, _, _ = walk(collector, pages[-1].cursor)
    assert rest == ["r-1", "r-0"]
    assert world.asked[-1] == ("en", "Ci10")


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (StorePages.row(None, [5]), SourceRefused, "knows no app com.example.lantern"),
        (StorePages.row(None, None), SourceBusy, "does not answer our question"),
        (StorePages.row(None, [13, None, [["type.googleapis.com/…PlayGatewayError"]]]), SourceBusy, "does not answer"),
        (StorePages.row("[[", None), SourceBusy, "form that we do not know"),
        (StorePages.row('{"a": 1}', None), SourceBusy, "form that we do not know"),
        (StorePages.row('["x"]', None), SourceBusy, "form that we do not know"),
        (Reply(")]}'\n\n[]"), SourceBusy, "form that we do not know"),
        (Reply(")]}'\n\n"), SourceBusy, "empty answer"),
        (Reply(")]}'\n\n<html>"), SourceBusy, "web page"),
    ],
)
def test_answers_that_are_none(reply: Reply, error: type[Exception], words: str) -> None:
    """Each has a sentence of its own."""
    with listening(lambda _: reply) as collector, pytest.raises(error, match=words):
        walk(collector)


@pytest.mark.parametrize("empty", ["[]", "[null]", "[[]]", "[null,null]", "[[],[null,null]]"])
def test_an_app_without_reviews_is_fine(empty: str) -> None:
    """Nothing to read, and a cursor."""
    with listening(lambda _: StorePages.row(empty, None)) as collector:
        ids, cursor, _ = walk(collector)
    assert ids == []
    assert cursor


@pytest.mark.parametrize(
    "item",
    [
        None, 7, "x", [], {}, [None], ["r"], ["r", None, 9, None, "x", [1790000000]], ["r", [], 3, None, "x", None],
        ["r", ["a"], 3, None, "x", ["soon"]], ["r", ["a"], 3, None, "x", [1e20]],
        [None, ["a"], 3, None, "x", [1790000000]],
    ],
)  # fmt: skip
def test_a_damaged_review_is_set_aside(item: JSON) -> None:
    """With its place; the neighbour is read."""
    with listening(lambda _: payload(item, page_review(1))) as collector:
        ids, _, pages = walk(collector)
    assert ids == ["r-1"]
    assert [aside.place for aside in pages[0].set_aside] == ["Google Play en, page 1, item 1"]


def test_what_is_missing_is_left_out() -> None:
    """A review of the first six places is one."""
    with listening(lambda _: payload(["r", ["A Google user"], None, None, None, [1790000000]])) as collector:
        (post,) = next(collector.pages(None)).posts
    assert (post.text, post.rating, post.author, post.product_version) == ("", None, None, None)
    assert (post.engagement.likes, post.engagement.replies) == (None, 0)


def test_the_position_stands_behind_the_reviews() -> None:
    """In answers of two parts and of three."""
    asked: list[Asked] = []

    def answering(question: Asked) -> Reply:
        asked.append(question)
        tail: list[JSON] = [[None, "on"]] if len(asked) == 1 else [[None, "further"], [1, 2]]
        return StorePages.row(json.dumps([[page_review(len(asked))], *tail] if len(asked) < 3 else []), None)

    with listening(answering) as collector:
        assert walk(collector)[0] == ["r-1", "r-2"]
    assert b"further" in asked[2].body


def test_options() -> None:
    """Languages as the store writes them."""
    wanted = GooglePlayPagesOptions(package=PACKAGE, languages=("en", "pt-BR"), country="de")
    assert read_options(SPEC, {"package": PACKAGE, "languages": "en,pt-BR,en", "country": "de"}) == wanted
    for wrong in ({"languages": "english language"}, {"languages": ""}, {"country": "Germany"}, {"package": "x"}):
        with pytest.raises(BadOption):
            read_options(SPEC, {"package": PACKAGE, **wrong})


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a review."""
    with listening(StorePages({})) as collector, pytest.raises(PostUnreadable, match="should be a list"):
        collector.parse({"product": None})
