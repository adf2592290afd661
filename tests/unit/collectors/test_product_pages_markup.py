"""Finding reviews in a page's markup: JSON-LD and microdata, whole, odd, broken, doubled."""

from __future__ import annotations

import json

import pytest
from scrapy.http import HtmlResponse

from collectors.base import Post, RawPost
from collectors.product_pages.document import text_of
from collectors.product_pages.opinions import make_post
from collectors.product_pages.pages import Reading, read_page

URL = "https://shop.example/games/lantern"


def page(*scripts: object, body: str = "", head: str = "") -> str:
    """A page with these JSON-LD scripts; a text is written as it is."""
    texts = (script if isinstance(script, str) else json.dumps(script) for script in scripts)
    blocks = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    return f'<!doctype html><html lang="en"><head>{head}{blocks}</head><body>{body}</body></html>'


def posts(reading: Reading) -> list[Post]:
    """The posts of a reading, as the collector makes them."""
    fetched: RawPost = {"fetched_at": "2026-03-01T10:00:00+00:00"}
    return [make_post({**raw, **fetched}) for raw in reading.reviews]


def review(text: str, **more: object) -> dict[str, object]:
    """A review's node."""
    return {"@type": "Review", "reviewBody": text, "datePublished": "2026-02-03", **more}


def product(*reviews: object, **more: object) -> dict[str, object]:
    """A product's node with reviews."""
    return {"@context": "https://schema.org", "@type": "Product", "name": "Lantern", "review": list(reviews), **more}


def texts(reading: Reading) -> list[str]:
    """What the reviews of a reading say, in order."""
    return [post.text for post in posts(reading)]


def test_reads_a_product_with_reviews() -> None:
    """A product's reviews become posts with all that the markup says."""
    node = product(
        {
            "@type": "Review",
            "@id": "https://shop.example/reviews/r-7781",
            "name": "A quiet gem",
            "reviewBody": "Fog, frogs, and a boat.",
            "author": {"@type": "Person", "name": "Mina K."},
            "datePublished": "2026-02-03T09:30:00+01:00",
            "dateModified": "2026-02-05",
            "inLanguage": "en-gb",
            "reviewRating": {"@type": "Rating", "ratingValue": "4", "bestRating": "5"},
            "upvoteCount": 12,
        },
        aggregateRating={"@type": "AggregateRating", "ratingValue": 4.4, "reviewCount": "1,204"},
    )
    reading = read_page(page(node), URL)
    (post,) = posts(reading)
    assert post.external_id == "https://shop.example/reviews/r-7781"
    assert (post.title, post.text) == ("A quiet gem", "Fog, frogs, and a boat.")
    assert post.author is not None
    assert post.author.name == "Mina K."
    assert post.created_at.isoformat() == "2026-02-03T08:30:00+00:00"
    assert post.edited_at is not None
    assert post.edited_at.isoformat() == "2026-02-05T00:00:00+00:00"
    assert (post.rating, post.rating_label) == (0.75, "4/5")
    assert (post.language, post.product, post.url) == ("en-GB", "Lantern", URL)
    assert post.engagement.likes == 12
    assert reading.total == 1204
    assert reading.set_aside == []


@pytest.mark.parametrize(
    "node",
    [
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, product(review("Good."))]},
        [{"@type": "BreadcrumbList"}, product(review("Good."))],
        {**product(), "review": review("Good.")},
        {**product(), "review": [[review("Good.")]]},
        {"@type": "Product", "name": "Lantern", "reviews": [review("Good.")]},
        {**product(), "@type": ["Product", "https://schema.org/SoftwareApplication"], "review": review("Good.")},
        {"@type": "http://schema.org/ProductGroup", "name": "Lantern", "schema:review": review("Good.")},
        {"@type": "WebPage", "mainEntity": product({**review("Good."), "@type": "https://schema.org/UserReview"})},
        {**review("Good."), "itemReviewed": {"@type": "VideoGame", "name": "Lantern"}},
        {**review("Good."), "itemReviewed": "Lantern"},
        [{**review("Good."), "itemReviewed": {"@id": "#it"}}, {"@id": "#it", "@type": "Book", "name": "Lantern"}],
        [{"@type": "Product", "name": "Lantern", "review": {"@id": "#r"}}, {**review("Good."), "@id": "#r"}],
        {**product(), "review": {"reviewBody": "Good.", "datePublished": "2026-02-03"}},
        {**product(), "review": {"@type": "Review", "ReviewBody": {"@value": "Good.", "@language": "en"}}},
        {**product(), "review": "Good. Really."},
        {"@type": "Recipe", "name": "Lantern", "review": {"@type": "Review", "description": "Good."}},
    ],
)  # fmt: skip
def test_finds_a_review_wherever_it_stands(node: object) -> None:
    """Graphs, lists, single objects, IRIs, prefixes, references: one review about the named thing."""
    (post,) = posts(read_page(page(node), URL))
    assert post.text.startswith("Good.")
    assert post.product == "Lantern"


def test_a_broken_script_does_not_cost_its_neighbours() -> None:
    """A malformed script is set aside with its place; those before and after it are read."""
    broken = '{"@type": "Product", "review": [{"@type": "Review", '
    reading = read_page(page(product(review("First.")), broken, product(review("Third."))), URL)
    assert texts(reading) == ["First.", "Third."]
    (aside,) = reading.set_aside
    assert aside.place == f"{URL}: JSON-LD script 2 of 3"
    assert "not valid" in aside.reason
    assert aside.raw == broken.strip()


@pytest.mark.parametrize(
    "text",
    [
        '<!-- {"@type": "Review", "reviewBody": "Good, it is."} -->',
        '//<![CDATA[\n{"@type": "Review", "reviewBody": "Good, it is."}\n//]]>',
        '/* <![CDATA[ */ {"@type": "Review", "reviewBody": "Good, it is."} /* ]]> */',
        '\ufeff{"@type": "Review", "reviewBody": "Good, it is."};',
        '{"@type": "Review", "reviewBody": "Good, it is.",}',
        '{"@type": "Review", "reviewBody": "Good,\n it is.", "keywords": ["a", ], }',
        '{"@type": "Review", "reviewBody": "Good\\, it is."}',
        "{&quot;@type&quot;: &quot;Review&quot;, &quot;reviewBody&quot;: &quot;Good, it is.&quot;}",
        '{"@type": "WebSite"} {"@type": "Review", "reviewBody": "Good, it is."}',
        '{"@type": "Review", "reviewBody": "Good, it is.", "x": NaN, "y": 1e999}',
        '{"@type": "Review", "reviewBody": "Good, it is.", "name": "\\ud83d"}',
    ],
)
def test_reads_json_ld_as_pages_really_write_it(text: str) -> None:
    """Comments, CDATA, byte order marks, trailing commas, raw line breaks, wrong escapes, entities, two documents."""
    reading = read_page(page(text), URL)
    (post,) = posts(reading)
    assert " ".join(post.text.split()) == "Good, it is."
    assert reading.set_aside == []
    json.dumps(post.raw, allow_nan=False).encode()


def test_a_comma_before_a_bracket_inside_a_text_stays() -> None:
    """Mending trailing commas leaves texts alone."""
    reading = read_page(page('{"@type": "Review", "reviewBody": "Smile ,} and ,] again",}'), URL)
    assert texts(reading) == ["Smile ,} and ,] again"]


def test_what_stands_before_a_broken_end_is_kept() -> None:
    """Of two documents in one script the readable one is read, and the rest is set aside."""
    reading = read_page(page('{"@type": "Review", "reviewBody": "Whole."} {"@type": "Rev'), URL)
    assert texts(reading) == ["Whole."]
    assert len(reading.set_aside) == 1


def test_a_repeated_name_keeps_all_its_reviews() -> None:
    """Pages write "review" twice in one object; JSON's last-one-wins would lose the first."""
    one, two = json.dumps(review("One.")), json.dumps(review("Two."))
    reading = read_page(page(f'{{"@type": "Product", "name": "Lantern", "review": {one}, "review": {two}}}'), URL)
    assert texts(reading) == ["One.", "Two."]


MICRODATA = """
<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Lantern</h1>
 <div itemprop="aggregateRating" itemscope itemtype="https://schema.org/AggregateRating">
  <meta itemprop="ratingValue" content="4"><span itemprop="reviewCount">31</span></div>
 <div itemprop="review" itemscope itemtype="https://schema.org/Review" id="r-48213">
  <b itemprop="name">Nice</b> by <span itemprop="author" itemscope itemtype="https://schema.org/Person">
  <span itemprop="name">Ola</span></span> <time itemprop="datePublished">2026-02-03</time>
  <span itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"><i itemprop="ratingValue">3</i></span>
  <p itemprop="reviewBody">Short, <b>sweet</b> &amp; foggy.<br>Would row again.</p></div></div>
"""


def test_reads_microdata() -> None:
    """Reviews in microdata become the same posts; a `<time>` without datetime counts by its text."""
    reading = read_page(page(body=MICRODATA), URL)
    (post,) = posts(reading)
    assert post.text == "Short, sweet & foggy.\nWould row again."
    assert (post.title, post.product, post.rating_label, reading.total) == ("Nice", "Lantern", "3/5", 31)
    assert post.author is not None
    assert post.author.name == "Ola"
    assert post.created_at.isoformat() == "2026-02-03T00:00:00+00:00"


def test_a_review_in_both_markups_is_one() -> None:
    """The same review in JSON-LD and in microdata is handed over once; one that only the page shows is added."""
    other = MICRODATA.replace("sweet", "sour").replace("Ola", "Per")
    node = product(review("Short, sweet &amp; foggy.<br />Would row again.", author={"name": "Ola"}))
    reading = read_page(page(node, body=MICRODATA + other), URL)
    assert [post.text for post in posts(reading)] == [
        "Short, sweet & foggy.\nWould row again.",
        "Short, sour & foggy.\nWould row again.",
    ]


def test_doubled_blocks_are_one_and_equal_words_of_two_people_are_two() -> None:
    """A block that a template prints twice is one review; "Great!" by two authors, or on two days, is not."""
    great = review("Great!", author="Ann")
    reading = read_page(
        page(product(great, great, {**great, "author": "Bob"}, {**great, "datePublished": "2026-02-04"})), URL
    )
    assert len(reading.reviews) == 3


def test_reviews_without_words_or_rating_are_set_aside() -> None:
    """A review that says nothing is set aside; one with a rating alone is a post without text."""
    silent = {"@type": "Review", "author": "Ann", "reviewBody": " ", "reviewRating": {"ratingValue": "0"}}
    rated = {"@type": "Review", "author": "Bob", "reviewBody": None, "reviewRating": {"ratingValue": 2}}
    reading = read_page(page(product(silent, rated)), URL)
    assert [(post.text, post.rating_label) for post in posts(reading)] == [("", "2/5")]
    (aside,) = reading.set_aside
    assert "neither words nor a rating" in aside.reason


def test_fact_checks_and_aggregates_are_no_reviews() -> None:
    """ClaimReview and AggregateRating look like reviews by name, and are none."""
    claim = {"@type": "ClaimReview", "reviewBody": "False.", "reviewRating": {"ratingValue": 1}}
    aggregate = {
        "@type": "Product",
        "name": "Lantern",
        "aggregateRating": {"@type": "AggregateRating", "reviewCount": 5},
    }
    reading = read_page(page(claim, aggregate), URL)
    assert reading.reviews == []
    assert reading.total == 5
    assert reading.marked_up


def test_the_count_is_that_of_the_pages_own_product() -> None:
    """Products in a carousel have counts too; the page's own is taken, and counts of stars alone are not."""
    main = product(review("Good."), aggregateRating={"@type": "AggregateRating", "reviewCount": 7, "ratingCount": 90})
    other = {"@type": "Product", "name": "Boat", "aggregateRating": {"@type": "AggregateRating", "reviewCount": 5000}}
    assert read_page(page(main, other), URL).total == 7
    stars = product(review("Good."), aggregateRating={"@type": "AggregateRating", "ratingCount": 90})
    assert read_page(page(stars), URL).total is None


def test_a_product_inside_a_review_does_not_multiply_it() -> None:
    """A review whose product repeats all reviews stays small, and each review is found once."""
    inner = product(review("One.", author="A"), review("Two.", author="B"))
    outer = {**review("Three.", author="C"), "itemReviewed": inner}
    reading = read_page(page(outer), URL)
    assert sorted(texts(reading)) == ["One.", "Three.", "Two."]
    assert all("itemReviewed" not in json.dumps(raw["block"]) for raw in reading.reviews)


@pytest.mark.parametrize("text", ["", "   ", "\x00", "<", "no markup at all", "<!doctype html><html></html>", "{}"])
def test_pages_without_anything_have_nothing(text: str) -> None:
    """Empty and bare pages have no reviews and are not marked up."""
    reading = read_page(text, URL)
    assert list(reading.reviews) == []
    assert not reading.marked_up


def test_robots_rules_of_the_page_are_told() -> None:
    """The robots meta tag counts, also one for us by name; one for another robot does not."""
    head = '<meta name="ROBOTS" content="NoIndex, nofollow"><meta name="earful" content="noai">'
    other = '<meta name="googlebot" content="noarchive">'
    assert read_page(page(head=head + other), URL).rules == {"noindex", "nofollow", "noai"}


@pytest.mark.parametrize("encoding", ["hex", "idna", "rot13", "punycode", "utf-8"])
def test_a_page_that_names_an_odd_encoding_has_its_words(encoding: str) -> None:
    """What Python knows by such names is no encoding of texts."""
    body = f'<html><meta charset="{encoding}"><p>Größe</p></html>'.encode()
    assert "Größe" in text_of(HtmlResponse("https://shop.example/p", body=body))
