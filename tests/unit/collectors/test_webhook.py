"""Webhooks: what a kept call becomes, whatever its body looks like."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors.base import Cursor, Page, PostKind, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from collectors.webhook import SPEC, Webhook, WebhookOptions
from tests.recorded.calls import RECEIVED, Kept, review


def listen(kept: Kept, cursor: Cursor | None = None, *, since: datetime | None = None, **options: object) -> list[Page]:
    """All pages of one run."""
    with Net(calls=kept) as net:
        return list(Webhook(WebhookOptions.model_validate(options), net).pages(cursor, since=since))


def one(body: object, **options: object) -> Page:
    """The page of one call."""
    kept = Kept()
    kept.add(body)
    (page,) = listen(kept, **options)
    return page


def test_an_object_becomes_a_post() -> None:
    """Names as in tables; nested ones are joined with dots and found in the same way."""
    (post,) = one({"type": "review.created", "data": review(7, user={"email": "x@y.example"})}, product="Lantern").posts
    assert (post.external_id, post.text, post.kind) == ("r7", "The lamp 7 flickers", PostKind.REVIEW)
    assert (post.rating, post.rating_label, post.product) == (0.75, "4/5", "Lantern")
    assert post.created_at == datetime(2026, 9, 21, 10, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.name, post.author.external_id, post.author.verified_email) == ("Ana 7", "u7", None)


@pytest.mark.parametrize(
    ("body", "items"),
    [
        (review(1), None),
        ([review(1)], None),
        ({"data": [review(1)]}, None),
        ({"data": {"reviews": [review(1)]}}, "data.reviews"),
        ({"event": "x", "data": {"object": review(1)}}, "data.object"),
    ],
)
def test_posts_may_stand_anywhere_in_the_body(body: object, items: str | None) -> None:
    """The body itself, its data, or where the option says."""
    assert [post.external_id for post in one(body, items=items).posts] == ["r1"]


def test_columns_name_what_a_name_does_not_tell() -> None:
    """Also within nested objects; a call that lacks one of them is read with what it has."""
    options = {"columns": "text:answers.why,rating:answers.nps", "rating_max": 10, "kind": "comment"}
    (post,) = one({"id": 1, "answers": {"why": "It flickers", "nps": 3}}, **options).posts
    assert (post.text, post.rating, post.kind) == ("It flickers", 0.3, PostKind.COMMENT)
    (post,) = one({"id": 1, "answers": {"why": "It flickers"}}, **options).posts
    assert post.rating is None


def test_a_post_without_a_date_has_that_of_its_call() -> None:
    """The time at which the door took it in."""
    (post,) = one({"id": 1, "text": "It flickers"}).posts
    assert post.created_at == RECEIVED


def test_our_own_posts_are_read_in_their_public_form() -> None:
    """And keep what their platform's terms forbid."""
    form = {"collector": "steam", "external_id": "9", "text": "x", "created_at": "2026-09-21T10:00:00Z"}
    page = one([form, {**form, "collector": "reddit", "external_id": "t3_a"}])
    assert [post.external_id for post in page.posts] == ["9"]
    assert "may not come from a file" in page.set_aside[0].reason


@pytest.mark.parametrize(
    "body",
    [
        {"type": "review.deleted", "data": {"id": "r1"}},
        {"type": "review_removed", "data": [{"id": "r1"}]},
        {"event": "Review Deleted", "id": "r1"},
        {"data": {"id": "r1", "deleted": True}},
        {"type": "x.deleted", "data": {"collector": "steam", "external_id": "r1"}},
    ],
)
def test_deletions_are_followed(body: object) -> None:
    """By the last word of the body's type, or by a mark on the item."""
    assert one(body).gone == ["r1"]


def test_the_last_word_about_a_post_counts() -> None:
    """Deleted after it was edited; written again after it was deleted."""
    kept = Kept()
    gone = [{"type": "review.deleted", "data": {"id": name}} for name in ("r1", "r3")]
    for body in (review(1), gone[0], review(2, body="old"), review(2, body="new"), gone[1], review(3)):
        kept.add(body)
    (page,) = listen(kept)
    assert page.gone == ["r1"]
    assert [(post.external_id, post.text) for post in page.posts] == [("r2", "new"), ("r3", "The lamp 3 flickers")]


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        (b"\xff\xfe", "call msg_1", "not JSON in UTF-8"),
        (b'{"id": 1', "call msg_1", "not JSON"),
        (b"[" * 50_000, "call msg_1", "not JSON"),
        (b"", "call msg_1", "not JSON"),
        (b"7", "call msg_1", "neither an object nor a list"),
        (["x"], "call msg_1, item 1", "not an object"),
        ([{"id": 1}], "call msg_1, item 1, field text", "no text"),
        (review(1, stars=9), "call msg_1, item 1, field stars", "outside"),
        ({"type": "x.deleted", "data": {"name": "y"}}, "call msg_1, item 1", "which post is gone"),
    ],
)
def test_what_cannot_be_read_is_set_aside(body: object, place: str, words: str) -> None:
    """With the sender's id of the call, so that the sender can look it up."""
    (item,) = one(body).set_aside
    assert item.place == place
    assert words in item.reason


def test_a_bad_item_leaves_its_neighbours_alone() -> None:
    """In one call, and from call to call."""
    kept = Kept()
    for body in ([review(1), None, review(2)], b"nonsense", review(3)):
        kept.add(body)
    (page,) = listen(kept)
    assert [post.external_id for post in page.posts] == ["r1", "r2", "r3"]
    assert len(page.set_aside) == 2


def test_calls_are_read_once_and_in_pages() -> None:
    """Fifty a page; the next run goes on behind the last one."""
    kept = Kept.of(120)
    pages = listen(kept)
    assert [len(page.posts) for page in pages] == [50, 50, 20]
    cursor = dict(pages[-1].cursor or {})
    (nothing,) = listen(kept, cursor)
    assert (nothing.posts, nothing.cursor) == ([], {"call": 120})
    kept.add(review(500))
    assert [post.external_id for page in listen(kept, cursor) for post in page.posts] == ["r500"]


def test_since_leaves_older_posts_out() -> None:
    """At the first run."""
    kept = Kept()
    kept.add([review(1), review(2, created_at="2026-09-22T10:00:00Z")])
    (page,) = listen(kept, since=datetime(2026, 9, 22, tzinfo=UTC))
    assert [post.external_id for post in page.posts] == ["r2"]


def test_without_the_service_there_are_no_calls() -> None:
    """The command line says where they are."""
    with Net() as net, pytest.raises(SourceRefused, match="earful up"):
        list(Webhook(WebhookOptions(), net).pages(None))


def test_unknown_fields_are_refused_by_name() -> None:
    """Before any call comes."""
    with pytest.raises(BadOption, match="no field “txt”"):
        read_options(SPEC, {"columns": "txt:body"})
