"""Issues: their rows with figures and change, and one issue with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from parsel import Selector
from sqlmodel import Session

from service.testing.factories import (
    NOW,
    make_author,
    make_customer,
    make_delivery,
    make_identity,
    make_issue,
    make_order,
    make_post,
    make_source,
)
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]


@pytest.fixture
def issues(storing: Storing) -> dict[str, int]:
    """One that touches many, one that touches few but valuable customers, one that is fixed."""
    with storing() as session:
        source = make_source(session, name="survey", product="Ironwake")
        authors = [make_author(session, scope="survey") for _ in range(4)]
        owner = make_customer(session, name="Fleet League")
        make_order(session, owner, amount="4000")
        make_order(session, owner, amount="500")
        make_identity(session, authors[3], owner)
        times = [1, 1, 2, 9]
        many = [
            make_post(
                session,
                source,
                text=f"crash {at}",
                author=authors[min(at, 2)],
                created_at=NOW - timedelta(days=days),
                product_version="2.3.1",
                reading={"language": "de" if at else "en"},
            )
            for at, days in enumerate(times)
        ]
        few = [
            make_post(session, source, text="lobby dropped", author=authors[3], created_at=NOW - timedelta(days=days))
            for days in (3, 20)
        ]
        loose = {"groupable": True, "intents": {"bug_report": 0.9}}
        make_post(session, source, text="something else", reading=loose)
        made = {
            "many": make_issue(session, title="Crash on load", posts=many, product="Ironwake"),
            "few": make_issue(session, title="Lobbies drop", posts=few, state="rising", product="Ironwake"),
            "fixed": make_issue(session, title="Typo in the menu", state="fixed"),
        }
        make_delivery(session, issue=made["many"], address="#rnd", event="opened", reason="the issue is new")
        return {name: issue.id or 0 for name, issue in made.items()}


def titles(page: Selector) -> list[str]:
    """The issues in the list, in its order."""
    return page.css(".issue-row h2 a::text").getall()


def test_rows_carry_people_value_and_change(look: Look, issues: dict[str, int]) -> None:
    """Each figure of a row, and the picture's finding in words."""
    page = look("/issues")
    assert titles(page) == ["Crash on load", "Lobbies drop"]
    row = page.css(".issue-row")[0]
    figures = [words_of(figure) for figure in row.css(".issue-figure")]
    assert figures == ["3 people", "0 € 0 customers"]
    assert "(3 against 1)" in words_of(row)
    assert "Ironwake 2.3.1" in words_of(row)
    assert "German, English" in words_of(row)
    finding = row.css("svg.spark::attr(aria-label)").get()
    assert finding == "4 posts from 19 February to 20 March, most on 19 March (2)."
    assert words_of(page.css(".issue-row")[1].css(".issue-figure")) == "1 person 4,500 € 1 customer"
    assert "1 post reported something; 1 of them belong to no issue" in words_of(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("order=people", ["Crash on load", "Lobbies drop"]),
        ("order=value", ["Lobbies drop", "Crash on load"]),
        ("state=fixed", ["Typo in the menu"]),
        ("state=all&q=typo", ["Typo in the menu"]),
        ("state=rising", ["Lobbies drop"]),
        ("product=Ironwake", ["Crash on load", "Lobbies drop"]),
        ("product=Nothing", []),
    ],
)
def test_issues_are_ordered_and_filtered(look: Look, issues: dict[str, int], query: str, expected: list[str]) -> None:
    """By people without regard to value, by value without regard to people, by state and product."""
    assert titles(look(f"/issues?{query}")) == expected


@pytest.mark.parametrize("order", ["recent", "people", "value"])
def test_issues_are_paged_without_loss(look: Look, issues: dict[str, int], order: str) -> None:
    """In every order, one at a time, each is met once."""
    seen, address = [], f"/issues?state=all&limit=1&order={order}"
    while address:
        page = look(address)
        seen += titles(page)
        following = page.css("a[rel=next]::attr(href)").get()
        address = f"{following}&limit=1" if following else ""
    assert sorted(seen) == ["Crash on load", "Lobbies drop", "Typo in the menu"]


def test_an_issue_shows_its_evidence(look: Look, issues: dict[str, int]) -> None:
    """Figures that open their posts, languages, versions, customers with value, who was told and why."""
    page = look(f"/issues/{issues['many']}")
    assert page.css(".figure a::attr(href)").get() == f"/?issue={issues['many']}"
    assert page.css(".quote blockquote::text").getall() == ["crash 0", "crash 1", "crash 2", "crash 3"]
    facts = words_of(page.css("aside"))
    assert "Versions 2.3.1" in facts
    assert "Languages German, English" in facts
    assert "Nobody on record who bought something." in facts
    assert "#rnd Sent opened, 29 min ago The issue is new" in facts
    assert page.css("svg.chart > title::text").get() == "4 posts from 21 February to 20 March, most on 19 March (2)."
    assert page.css(".chart-event::text").getall() == ["2.3.1"]
    valuable = look(f"/issues/{issues['few']}")
    assert "Fleet League 2 posts 4,500 €" in words_of(valuable.css("aside"))


def test_an_issue_without_posts_still_has_a_page(look: Look, issues: dict[str, int]) -> None:
    """All its posts may have been removed."""
    page = look(f"/issues/{issues['fixed']}")
    assert "No post is left" in words_of(page)
    assert "No posts from 21 February to 20 March." in words_of(page.css("figcaption"))


def test_no_active_issues_is_told_apart_from_no_match(look: Look) -> None:
    """Each emptiness says its own."""
    assert "No active issues" in words_of(look("/issues").css(".empty"))
    assert "No issue fits" in words_of(look("/issues?q=zebra").css(".empty"))
    assert "No issues in this state" in words_of(look("/issues?state=fixed").css(".empty"))
