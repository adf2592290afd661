"""Reviews by rule: pages without markup, read by the operator's selectors."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from collectors.base import Post
from collectors.product_pages.opinions import make_post
from collectors.product_pages.pages import Reading, read_page
from collectors.product_pages.rules import SiteRules

URL = "https://www.shop.example/lantern"
PAGE = """<!doctype html><html lang="en"><title>Lantern</title><h1>Lantern Hollow</h1><ul>
<li class="review" data-id="R1XYZ"><b class="who">Ana</b> <i class="stars-2"></i><time datetime="2026-09-21"></time>
 <h3>Flickers</h3><div class="body"><p>It flickers &lt;b&gt;.</p><p>Every day<br>at noon.</p></div></li>
<li class="review" data-id="R2XYZ"><b class="who">Bo</b><i class="stars-5"></i><time datetime="2026-09-22"></time>
 <div class="body">It shines</div></li>
<li class="review"><b class="who">Nobody</b></li></ul>"""
RULES = {
    "hosts": "shop.example", "review": "li.review", "text": ".body", "title": "h3", "author": ".who",
    "date": "time::attr(datetime)", "rating": {"select": "[class^=stars-]::attr(class)", "pattern": r"stars-(\d)"},
    "id": "::attr(data-id)", "product": "h1",
}  # fmt: skip


def read(page: str = PAGE, url: str = URL, **changed: object) -> Reading:
    """A page, read by the rules above or changed ones."""
    return read_page(page, url, rules=[SiteRules.model_validate({**RULES, **changed})])


def posts(reading: Reading) -> list[Post]:
    """The posts of its reviews, those without a date as if fetched on the first of October."""
    return [make_post({**raw, "fetched_at": "2026-10-01T00:00:00+00:00"}) for raw in reading.reviews]


def test_a_page_without_markup_is_read_by_rule() -> None:
    """Words as their author wrote them, in paragraphs; headline, author, day, stars, product."""
    first, second = posts(read())
    assert first.text == "It flickers <b>.\n\nEvery day\nat noon."
    assert (first.title, first.rating, first.rating_label) == ("Flickers", 0.25, "2/5")
    assert first.created_at == datetime(2026, 9, 21, tzinfo=UTC)
    assert first.author is not None
    assert (first.author.name, first.product, first.language) == ("Ana", "Lantern Hollow", "en")
    assert (second.text, second.rating) == ("It shines", 1.0)
    assert first.url == URL


def test_what_says_nothing_is_set_aside() -> None:
    """A review of which the rules find no words and no stars."""
    (aside,) = read().set_aside
    assert aside.place == f"{URL}: rules, review 3"
    assert "neither words nor a rating" in aside.reason


def test_rules_are_for_their_own_hosts() -> None:
    """With and without www.; another host's page is left as it is."""
    assert len(read(url="https://shop.example/x").reviews) == 2
    assert not read(url="https://other.example/x").reviews
    assert not read(url="https://shop.example.evil.example/x").reviews


def test_an_id_by_rule_outlives_an_edit() -> None:
    """Without one, the content stands for the review, as in pages with markup."""
    edited = PAGE.replace("It shines", "It shines no more")
    assert posts(read())[1].external_id == posts(read(edited))[1].external_id
    assert posts(read(id=None))[1].external_id != posts(read(edited, id=None))[1].external_id


def test_a_review_in_markup_and_by_rule_is_one() -> None:
    """The markup's is kept; what only the rules find comes beside it."""
    script = """<script type="application/ld+json">{"@type": "Product", "name": "Lantern", "review": {"@type": "Review",
    "author": "Bo", "datePublished": "2026-09-22", "reviewBody": "It shines"}}</script>"""
    found = read(script + PAGE)
    assert [raw["syntax"] for raw in found.reviews] == ["json-ld", "rules"]


@pytest.mark.parametrize(
    ("date", "day_first", "day"),
    [("03/04/2026", True, (2026, 4, 3)), ("03/04/2026", False, (2026, 3, 4)), ("3 April 2026", None, (2026, 4, 3)),
     ("03/04/2026", None, (2026, 10, 1)), ("last week", None, (2026, 10, 1))],
)  # fmt: skip
def test_dates_are_read_as_the_rules_say(date: str, day_first: bool | None, day: tuple[int, int, int]) -> None:
    """What can mean two days, or none, is replaced by the day of the first fetch."""
    page = PAGE.replace('datetime="2026-09-21"', f'datetime="{date}"')
    assert posts(read(page, day_first=day_first))[0].created_at == datetime(*day, tzinfo=UTC)


def test_a_pattern_takes_a_part() -> None:
    """Of the words; where it does not fit, there is nothing."""
    page = PAGE.replace("It shines", "Reviewed in Spain on 5 May 2026: It shines")
    split = {
        "date": {"select": ".body", "pattern": r" on (\d+ \w+ \d{4}):"},
        "text": {"select": ".body", "pattern": ": (.+)"},
    }
    (found,) = [post for post in posts(read(page, **split)) if post.text == "It shines"]
    assert found.created_at == datetime(2026, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"review": "li..review"}, "no CSS selector"),
        ({"review": "li::attr(id)"}, "not an attribute"),
        ({"text": ""}, "no CSS selector"),
        ({"text": {"select": "p", "pattern": "("}}, "no regular expression"),
        ({"text": {"select": "p", "pattern": "x"}}, "one group"),
        ({"hosts": "https://shop.example"}, "no host"),
        ({"hosts": []}, "at least 1"),
        ({"stars": "i"}, "not permitted"),
    ],
)
def test_rules_are_checked(changed: dict[str, object], words: str) -> None:
    """What cannot work is refused when it is read, not on the page."""
    with pytest.raises(ValidationError, match=words):
        SiteRules.model_validate({**RULES, **changed})


@pytest.mark.parametrize("page", ["", "<li class=review>", "<li class=review>" * 3000, "\x00", PAGE[: len(PAGE) // 2]])
def test_any_page_is_read(page: str) -> None:
    """Cut off, empty, or nested thousands of times."""
    assert isinstance(read(page), Reading)


@pytest.mark.shared
def test_recorded_pages_without_markup_are_read(shared_folder: Path) -> None:
    """A shop's page and a host's list, both without markup of reviews: words, names, dates and stars of each."""
    folder = shared_folder / "payloads" / "product_pages"
    shop = (folder / "amazon/metascraper__amazon-com_product-url.html").read_text(encoding="utf-8", errors="replace")
    rules = SiteRules.model_validate(
        {
            "hosts": "www.amazon.com", "review": "[data-hook=review]", "text": "[data-hook=review-body]",
            "author": ".a-profile-name", "date": {"select": "[data-hook=review-date]", "pattern": r"\bon (.+)$"},
            "rating": "[data-hook$=review-star-rating]", "id": "::attr(id)",
        }
    )  # fmt: skip
    found = posts(read_page(shop, "https://www.amazon.com/dp/1", rules=[rules]))
    assert len(found) == len(re.findall(r'data-hook="review"', shop)) > 10
    assert all(post.author and post.rating is not None and post.created_at.year < 2026 for post in found)
    places = (folder / "review_listing_no_schema/mdr__fragment2.html").read_text(encoding="utf-8")
    rules = SiteRules.model_validate(
        {"hosts": "rooms.example", "review": ".panel-body > .row:has(.review-text)", "text": ".expandable-content",
         "author": ".name", "id": "[data-review-id]::attr(data-review-id)"}
    )  # fmt: skip
    found = posts(read_page(places, "https://rooms.example/1", rules=[rules]))
    assert len(found) == len(set(re.findall(r'data-review-id="(\d+)" data-original-text', places)))
    assert all(post.author and len(post.text) > 20 for post in found)
