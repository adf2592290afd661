"""Customers: found by whatever is known of a person, and everything about one on one page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from parsel import Selector
from sqlmodel import Session

from service.testing.factories import (
    NOW,
    make_author,
    make_customer,
    make_identity,
    make_issue,
    make_note,
    make_order,
    make_organisation,
    make_post,
    make_source,
)
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]


def names(page: Selector) -> list[str]:
    """Whom the list shows."""
    return page.css("[data-table] tbody td:first-child a::text").getall()


def test_a_person_is_found_by_whatever_is_known(look: Look, storing: Storing) -> None:
    """Part of the name, beginning of the e-mail, order number, handle, our own id; nobody else is shown."""
    with storing() as session:
        source = make_source(session, name="survey")
        ada = make_customer(session, name="Ada Lovelace", email="ada@engine.example", external_id="C-77")
        make_order(session, ada, number="O-4711")
        author = make_author(session, handle="enchantress", scope="survey")
        make_identity(session, author, ada)
        make_post(session, source, author=author)
        make_customer(session, name="Grace Hopper", email="grace@navy.example")
    for known in ("lovel", "ADA@eng", "O-4711", "#O-4711", "@enchan", "c-77", " Ada "):
        assert names(look(f"/customers?q={known.replace('#', '%23')}")) == ["Ada Lovelace"], known
    nobody = look("/customers?q=nobody")
    assert names(nobody) == []
    assert "Nobody found for “nobody”" in words_of(nobody.css(".empty"))


def test_the_most_valuable_come_first_page_by_page(look: Look, storing: Storing) -> None:
    """Value is the sum of their orders; those without one come last; no one is skipped or shown twice."""
    with storing() as session:
        for name, amounts in {
            "Low": ["5"],
            "None": [],
            "High": ["60.50", "40"],
            "Middle": ["50"],
            "Also": ["50"],
        }.items():
            customer = make_customer(session, name=name)
            for amount in amounts:
                make_order(session, customer, amount=amount)
    seen, address = [], "/customers?limit=2"
    while address:
        page = look(address)
        seen += names(page)
        following = page.css("a[rel=next]::attr(href)").get()
        address = f"{following}&limit=2" if following else ""
    assert seen == ["High", "Also", "Middle", "Low", "None"]


def test_a_record_tells_who_this_is(look: Look, storing: Storing) -> None:
    """Header, figures, accounts with their reason, issues, orders."""
    with storing() as session:
        guild = make_organisation(session, name="Night Owls")
        ada = make_customer(
            session,
            name="Ada Lovelace",
            organisation_id=guild.id,
            lifecycle="advocate",
            segments=["founding_backer"],
            email_verified=True,
        )
        make_order(session, ada, amount="19.99")
        make_order(session, ada, amount="100", currency="USD", worth="92")
        source = make_source(session, name="survey")
        author = make_author(session, handle="enchantress", scope="survey")
        make_identity(session, author, ada, reason="gave order `O-1` with the review")
        likely = make_author(session, handle="adal", scope="survey")
        make_identity(
            session, likely, ada, state="suggested", confidence=0.5, reason="the same e-mail, another's order"
        )
        posts = [
            make_post(
                session,
                source,
                author=author,
                created_at=NOW - timedelta(days=at),
                reading={"sentiment": sentiment},
            )
            for at, sentiment in enumerate(["positive", "negative", "mixed"])
        ]
        issue = make_issue(session, title="Crash on loading", posts=posts[:2])
        make_post(session, source, author=likely, text="only suggested, so not theirs")
    page = look(f"/customers/{ada.id}")
    assert page.css("h1::text").get() == "Ada Lovelace"
    assert "Advocate Night Owls" in words_of(page.css(".person-line"))
    assert "founding backer" in words_of(page.css(".tags"))
    figures = [words_of(figure) for figure in page.css(".figure")]
    assert figures[0] == "112 € in 2 orders"
    assert figures[2] == "3 posts last just now"
    assert page.css(".figure .moods::attr(aria-label)").get("").endswith("Positive, Negative, Mixed feelings")
    accounts = [words_of(account) for account in page.css(".identity")]
    assert accounts[0].endswith("Enchantress enchantress Confirmed order number Gave order O-1 with the review")
    assert "Suggested order number, 50 % sure" in accounts[1]
    assert "only suggested" not in words_of(page)
    assert f"#{issue.id} Crash on loading" in words_of(page.css("aside"))
    assert "100 $" in words_of(page.css("aside"))


def test_the_timeline_is_grouped_by_day_and_can_be_narrowed(look: Look, storing: Storing) -> None:
    """Posts, orders and notes by day of the company's zone, newest first; notes say that they are internal."""
    with storing() as session:
        ada = make_customer(session)
        author = make_author(session, scope="survey")
        make_identity(session, author, ada)
        # Half past midnight in Berlin is still the day before in UTC.
        late = NOW.replace(hour=23, minute=30) - timedelta(days=2)
        make_post(session, make_source(session, name="survey"), author=author, text="It broke", created_at=late)
        make_order(session, ada, placed_at=NOW - timedelta(days=1), number="O-9")
        make_note(session, text="Called them", customer=ada, written_at=NOW - timedelta(hours=1))
    page = look(f"/customers/{ada.id}")
    days = {day.css("h3::text").get(): words_of(day.css("ol")) for day in page.css(".timeline-day")}
    assert list(days) == ["Friday, 20 March 2026", "Thursday, 19 March 2026"]
    assert days["Friday, 20 March 2026"] == "Internal note by kim 1 h ago Called them"
    assert "It broke" in days["Thursday, 19 March 2026"]
    assert "order O-9" in days["Thursday, 19 March 2026"]
    only_posts = look(f"/customers/{ada.id}?show=posts").css(".timeline")
    assert "It broke" in words_of(only_posts)
    assert "O-9" not in words_of(only_posts)


def test_without_records_the_page_names_the_import(look: Look) -> None:
    """The empty state says which command brings customers in."""
    assert "earful import customers customers.csv" in words_of(look("/customers").css(".empty"))
