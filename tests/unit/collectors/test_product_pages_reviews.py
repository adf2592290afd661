"""What one review says: ratings, dates, names and texts in the forms that pages use; ids that stay."""

from __future__ import annotations

import json

import pytest

from collectors.base import JSON, Post, PostUnreadable, RawPost
from collectors.product_pages.opinions import make_post, read_opinion
from collectors.product_pages.pages import read_page
from collectors.product_pages.ratings import read_rating

URL = "https://shop.example/games/lantern"


def read(*reviews: dict[str, object], url: str = URL, canonical: str = "", stand_in: str | None = None) -> list[Post]:
    """The posts of a page whose product has these reviews."""
    node = {"@type": "Product", "name": "Lantern", "url": URL, "review": list(reviews)}
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    text = (
        f'<html lang="en-us"><head>{link}<script type="application/ld+json">{json.dumps(node)}</script></head></html>'
    )
    fetched: RawPost = {"fetched_at": "2026-03-01T10:00:00+00:00"}
    return [make_post({**raw, **fetched}) for raw in read_page(text, url, stand_in=stand_in).reviews]


def review(**more: object) -> dict[str, object]:
    """A review's node."""
    return {"@type": "Review", "reviewBody": "Fog.", "author": "Ann", "datePublished": "2026-02-03", **more}


@pytest.mark.parametrize(
    ("rating", "scaled", "label"),
    [
        ({"ratingValue": 5}, 1.0, "5/5"),
        ({"ratingValue": "1"}, 0.0, "1/5"),
        ({"ratingValue": "4,5"}, 0.875, "4.5/5"),
        ({"ratingValue": "4/5"}, 0.75, "4/5"),
        ({"ratingValue": "8", "bestRating": "10", "worstRating": 0}, 0.8, "8/10"),
        ({"ratingValue": "4 out of 5 stars"}, 0.75, "4/5"),
        ({"ratingValue": "3,5 von 5"}, 0.625, "3.5/5"),
        ({"ratingValue": "80%"}, 0.8, "80/100"),
        ({"ratingValue": "80", "bestRating": "100", "worstRating": "0"}, 0.8, "80/100"),
        ({"ratingValue": 2, "bestRating": 1, "worstRating": 6}, 0.8, "2/1"),
        ({"ratingValue": "★★★★☆"}, 0.75, "4/5"),
        ({"ratingValue": 0.5}, 0.0, "0.5/5"),
        ({"ratingValue": [None, "3"]}, 0.5, "3/5"),
        ({"ratingValue": 0}, None, None),
        ({"ratingValue": 9}, None, None),
        ({"ratingValue": 3, "bestRating": 5, "worstRating": 5}, None, None),
        ({"ratingValue": "great"}, None, None),
        ({"ratingValue": True}, None, None),
        ({"ratingValue": "1e999"}, None, None),
        ({}, None, None),
        ("4", 0.75, "4/5"),
        (4, 0.75, "4/5"),
        ([{"@type": "Rating", "name": "Story"}, {"ratingValue": 4}], 0.75, "4/5"),
        (None, None, None),
    ],
)
def test_ratings_of_any_form_are_on_one_scale(rating: JSON, scaled: float | None, label: str | None) -> None:
    """0 is the worst and 1 the best of the rating's own scale; what is outside its scale is no rating."""
    found, shown = read_rating({"@type": "Review", "reviewRating": rating})
    assert found == (None if scaled is None else pytest.approx(scaled))
    assert shown == label


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-02-03", "2026-02-03T00:00:00+00:00"),
        ("2026-02-03T23:30:00-05:00", "2026-02-04T04:30:00+00:00"),
        ("2026-02-03T09:00:00Z", "2026-02-03T09:00:00+00:00"),
        ("2026-02-03 09:00:00 UTC", "2026-02-03T09:00:00+00:00"),
        ("Tue, 03 Feb 2026 09:00:00 GMT", "2026-02-03T09:00:00+00:00"),
        ("February 3, 2026", "2026-02-03T00:00:00+00:00"),
        ("3 Feb 2026", "2026-02-03T00:00:00+00:00"),
        ("03.02.2026", "2026-02-03T00:00:00+00:00"),
        ("25/12/2025", "2025-12-25T00:00:00+00:00"),
        (1770109200, "2026-02-03T09:00:00+00:00"),
        ("1770109200000", "2026-02-03T09:00:00+00:00"),
    ],
)
def test_dates_are_read_in_utc(written: JSON, day: str) -> None:
    """Dates in the forms of real pages; one without a time is its midnight in UTC."""
    (post,) = read(review(datePublished=written))
    assert post.created_at.isoformat() == day


@pytest.mark.parametrize("written", [None, "", "yesterday", "03/04/2026", "0001-01-01", "1970-01-01", "9999-99-99", {}])
def test_a_review_without_a_usable_date_has_the_time_of_its_first_fetch(written: JSON) -> None:
    """No date, a placeholder, or one that may be two days: the time of fetching stands in, from the payload itself."""
    (post,) = read(review(datePublished=written))
    assert post.created_at.isoformat() == "2026-03-01T10:00:00+00:00"


def test_an_undated_payload_without_the_time_of_fetching_is_unreadable() -> None:
    """Parsing never asks the clock."""
    with pytest.raises(PostUnreadable, match="no date"):
        make_post({"id": "x", "syntax": "json-ld", "block": {"reviewBody": "Fog."}})


@pytest.mark.parametrize("raw", [{}, {"id": ""}, {"id": "x"}, {"id": "x", "block": []}, {"id": 3, "block": {"a": 1}}])
def test_foreign_payloads_are_unreadable(raw: RawPost) -> None:
    """What is not a stored review is named so, instead of breaking."""
    with pytest.raises(PostUnreadable):
        make_post(raw)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Good &amp; foggy", "Good & foggy"),
        ("It&amp;#39;s good", "It's good"),
        ("One<br>two<br />three", "One\ntwo\nthree"),
        ("<p>One</p><p>Two <strong>bold</strong></p>", "One\nTwo bold"),
        ("I <3 it, 5 < 6 and 7 > 6", "I <3 it, 5 < 6 and 7 > 6"),
        ("&lt;p&gt;Escaped&lt;/p&gt;", "Escaped"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("a\r\n\r\n\r\n\r\nb   c", "a\n\nb c"),
        ("\ud800 half", "\N{REPLACEMENT CHARACTER} half"),
    ],
)
def test_texts_are_plain(written: str, text: str) -> None:
    """Entities and tags of the page go, what the author typed stays."""
    assert read_opinion({"@type": "Review", "reviewBody": written}, "json-ld").text == text


def test_microdata_is_not_unescaped_twice() -> None:
    """What the author typed as an entity stays as typed where the page's own markup is already read."""
    assert read_opinion({"reviewBody": "use &amp; and <br>"}, "microdata").text == "use &amp; and <br>"


def test_pros_and_cons_stand_in_for_words() -> None:
    """A review that has notes only says those."""
    notes = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "name": "Frogs"}, {"name": "Boat"}]}
    (post,) = read(review(reviewBody="", positiveNotes=notes, negativeNotes={"itemListElement": {"name": "Fog"}}))
    assert post.text == "+ Frogs\n+ Boat\n− Fog"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ann", "Ann"),
        ({"@type": "Person", "name": ["Ann", "Annie"]}, "Ann"),
        ([{"@type": "Person", "name": ""}, {"name": "Bo &amp; Co"}], "Bo & Co"),
        ("Anonymous", None),
        ({"@type": "Person"}, None),
        ("https://shop.example/", None),
        (None, None),
        (7, "7"),
    ],
)
def test_authors_have_the_name_that_the_page_shows(author: JSON, name: str | None) -> None:
    """Names as texts, objects or lists; nobody's names make no author."""
    (post,) = read(review(author=author))
    assert (post.author.name if post.author else None) == name


def test_the_language_is_the_reviews_own_or_the_pages() -> None:
    """`inLanguage` wins over the page's `lang`; nonsense is no language."""
    own, named, page = read(
        review(inLanguage="PT_br", author="A"),
        review(inLanguage={"@type": "Language", "name": "German", "alternateName": "de"}, author="B"),
        review(inLanguage="Deutsch!", author="C"),
    )
    assert (own.language, named.language, page.language) == ("pt-BR", "de", "en-US")


def test_a_title_that_repeats_the_text_or_the_product_is_none() -> None:
    """Only a title that adds something is one; a title without a text is the text."""
    same, product, alone = read(
        review(name="FOG", author="A"), review(name="Lantern", author="B"), review(reviewBody="", headline="Alone")
    )
    assert (same.title, product.title, alone.title, alone.text) == (None, None, None, "Alone")


def test_ids_stay_when_the_page_number_changes() -> None:
    """A review without an id has the same one on page 1, on page 2, and with tracking in the address."""
    ids = {
        read(review(), url=url)[0].external_id
        for url in (URL, f"{URL}?page=2", f"{URL}?utm_source=x&p=3", f"{URL}/", f"{URL}/page/4/", f"{URL}#reviews")
    }
    assert len({one for one in ids if one}) == 2  # a slash at the end is another address; all others are one
    assert read(review(), url=f"{URL}?color=red")[0].external_id not in ids


def test_ids_follow_the_content_but_not_the_rating() -> None:
    """Another text, author or day is another review; another rating is an edit."""
    first = read(review())[0].external_id
    assert read(review(reviewRating={"ratingValue": 2}))[0].external_id == first
    assert read(review(reviewBody=" FOG "))[0].external_id == first
    others = [review(reviewBody="Frog."), review(author="Bo"), review(datePublished="2026-02-04")]
    assert first not in {read(other)[0].external_id for other in others}


@pytest.mark.parametrize(
    ("given", "identity"),
    [
        ({"@id": "https://shop.example/reviews/carried-over"}, "https://shop.example/reviews/carried-over"),
        ({"@id": "#review-48213"}, f"{URL}#review-48213"),
        ({"@id": "#comment-7"}, f"{URL}#comment-7"),
        ({"url": f"{URL}?review_id=12"}, f"{URL}?review_id=12"),
        ({"url": "/reviews/12"}, "https://shop.example/reviews/12"),
        ({"identifier": {"@type": "PropertyValue", "name": "id", "value": "ab12cd34ef"}}, f"{URL}#ab12cd34ef"),
    ],
)
def test_the_pages_own_id_is_taken(given: dict[str, object], identity: str) -> None:
    """An address that can only mean this review is its id."""
    assert read(review(**given))[0].external_id == identity


@pytest.mark.parametrize(
    "given",
    [
        {"@id": "#review-1"},
        {"@id": "#reviews"},
        {"@id": "_:b0"},
        {"@id": URL},
        {"url": URL},
        {"url": f"{URL}?variant=44"},
        {"url": "https://shop.example/all-reviews"},
        {"@id": "http://[broken"},
        {"@id": ""},
    ],
)
def test_an_address_that_may_mean_another_review_is_no_id(given: dict[str, object]) -> None:
    """Positions, whole pages and blank nodes pass from one review to the next; the content's hash does not."""
    assert read(review(**given))[0].external_id == read(review())[0].external_id


def test_an_id_that_two_reviews_share_is_none() -> None:
    """Templates that print one id on all reviews do not make them one."""
    one, two = read(review(**{"@id": "#r-1234"}), review(**{"@id": "#r-1234"}, reviewBody="Frog."))
    assert one.external_id != two.external_id


def test_ids_do_not_depend_on_the_operators_stand_in() -> None:
    """A shop that is served from this machine keeps its ids when the port changes."""
    ids = {
        read(review(), url=f"http://127.0.0.1:{port}/shop/x", stand_in=f"http://127.0.0.1:{port}")[0].external_id
        for port in (8001, 8002)
    }
    assert len(ids) == 1


def test_a_page_cannot_take_another_hosts_name() -> None:
    """A canonical address counts on the page's own host only."""
    own = read(review(), url=f"{URL}?color=red", canonical=URL)[0].external_id
    assert own == read(review())[0].external_id
    assert read(review(), canonical="https://other.example/x")[0].external_id == own


def test_only_addresses_of_the_page_are_linked() -> None:
    """A review's link is on the shop, whatever its markup says."""
    hostile, foreign, own = read(
        review(url="javascript:alert(1)", author="A"),
        review(url="https://evil.example/1", author="B"),
        review(url="/reviews/9", author="C"),
    )
    assert (hostile.url, foreign.url, own.url) == (URL, URL, "https://shop.example/reviews/9")


def test_the_given_product_name_wins() -> None:
    """The operator's name for the product replaces the page's."""
    raw = {**read(review())[0].raw}
    assert make_post(raw, product="Lantern Hollow").product == "Lantern Hollow"


def test_parsing_is_repeatable() -> None:
    """A payload that went through JSON makes the same post again."""
    (post,) = read(review(reviewRating={"ratingValue": 4}))
    assert make_post(json.loads(json.dumps(post.raw))) == post
