"""The digest's page: every number opens the posts that it counts, and nothing on it runs or comes from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from parsel import Selector
from sqlmodel import Session

from service.testing.factories import (
    NOW,
    make_author,
    make_customer,
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
def month(storing: Storing) -> None:
    """Two places, two issues, several moods and languages, some posts that the models could not read."""
    moods = ("negative", "negative", "positive", "mixed", "neutral")
    with storing() as session:
        forum = make_source(session, name="forum", kind="feed", own=True)
        steam = make_source(session, name="steam-iw", kind="steam", product="Ironwake")
        customer = make_customer(session)
        make_order(session, customer, worth=Decimal(250))
        authors = [make_author(session) for _ in range(6)]
        make_identity(session, authors[0], customer)
        posts = [
            make_post(
                session,
                (forum, steam)[at % 2],
                author=authors[at % 6],
                product="Ironwake",
                text=f"<b>It crashed {at} times</b> when I loaded my campaign.",
                created_at=NOW - timedelta(hours=20 + 8 * at),
                reading={
                    "sentiment": moods[at % 5],
                    "language": ("en", "de")[at % 3 == 0],
                    "topics": {"crashes": 0.9} if at % 4 else {"pricing": 0.7},
                    "groupable": moods[at % 5] == "negative",
                },
            )
            for at in range(30)
        ]
        unread = {"understood": False, "sentiment": None, "sentiment_score": None, "why_not": "too short"}
        make_post(session, forum, created_at=NOW - timedelta(days=2), reading=unread)
        make_post(session, forum, created_at=NOW - timedelta(days=2), reading={"spam": 0.9})
        make_issue(session, title="Crash on <load>", posts=posts[:20:2], product="Ironwake")
        make_issue(session, title="Prices", posts=posts[1:9:4], product="Ironwake")


@pytest.mark.usefixtures("month")
def test_every_number_opens_the_posts_that_it_counts(client: TestClient, look: Look) -> None:
    """Each link that reads "12 posts" leads to a list of twelve."""
    page = look("/digest?since=7d")

    counted = 0
    for link in page.css(".d-page a[href^='/?']"):
        number = re.fullmatch(r"([\d,]+) posts?", words_of(link))
        if number is None:
            continue
        query = urlsplit(link.attrib["href"]).query
        view = "" if "view=" in query else "&view=inbox"
        answer = client.get(f"/api/posts?{query}{view}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] == int(number[1].replace(",", "")), link.get()
        counted += 1
    assert counted > 6


@pytest.mark.usefixtures("month")
def test_rows_open_their_posts_too(client: TestClient, look: Look) -> None:
    """The row of a source, product or topic leads to as many posts as it says."""
    rows = look("/digest?since=7d").css("tr:has(> td > a[href^='/?'])")

    assert rows
    for row in rows:
        query = urlsplit(row.css("a::attr(href)").get("")).query
        total = client.get(f"/api/posts?{query}&view=inbox").json()["total"]
        assert total == int(words_of(row.css("td:nth-child(2)"))), row.get()


def test_an_empty_store_says_what_is_missing(look: Look) -> None:
    """No error, no empty frame."""
    assert "We saw no post of this time" in words_of(look("/digest"))


@pytest.mark.usefixtures("month")
def test_what_people_wrote_is_shown_as_they_wrote_it(look: Look) -> None:
    """Markup in a post is text here."""
    page = look("/digest")

    assert "<b>It crashed" in words_of(page.css("blockquote"))
    assert not page.css("blockquote b")


@pytest.mark.usefixtures("month")
def test_it_can_be_kept_as_a_file(client: TestClient) -> None:
    """One download, whose links lead back here."""
    answer = client.get("/digest/file")

    assert answer.headers["content-disposition"] == 'attachment; filename="digest-2026-03-19.html"'
    links = Selector(answer.text).css("a::attr(href)").getall()
    assert all(link.startswith("http://127.0.0.1:8000/") for link in links)


@pytest.mark.parametrize(
    ("query", "status"), [("since=soon", 422), ("until=2020-01-01&since=2021-01-01", 422), ("team=Nobody", 404)]
)
def test_what_cannot_be_is_refused_in_words(client: TestClient, query: str, status: int) -> None:
    """A wrong time is the asker's, a team that is not there is not found."""
    assert client.get(f"/digest?{query}").status_code == status


def test_its_own_style_is_served(client: TestClient) -> None:
    """As a style sheet: the pages allow none within them."""
    answer = client.get("/digest.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert ".d-page" in answer.text
