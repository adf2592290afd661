"""One post's page: the words in full, why it was read, linked, grouped and sent as it was; nothing of a removed one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from fastapi.testclient import TestClient
from parsel import Selector
from sqlmodel import Session

from service.testing.factories import (
    NOW,
    make_author,
    make_case,
    make_customer,
    make_delivery,
    make_identity,
    make_issue,
    make_post,
    make_source,
    make_user,
    make_version,
)
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}" onmouseover="alert(1)'


def test_the_whole_story_stands_on_the_page(look: Look, storing: Storing) -> None:
    """Text, reading with confidence, customer, issue, case and delivery, each with its reason."""
    with storing() as session:
        author = make_author(session, handle="ada", name="Ada L.", reach=1204)
        make_identity(session, author, make_customer(session, name="Ada Lovelace"), reason="gave order O-7")
        post = make_post(
            session,
            make_source(session, name="steam", kind="steam"),
            text="Crash on load.\n\n\n\nEvery time.",
            author=author,
            product="Lantern Hollow",
            product_version="2.3.1",
            rating_label="2/5",
            reading={
                "sentiment": "negative",
                "sentiment_score": 0.91,
                "intents": {"bug_report": 0.55},
                "topics": {"save_games": 0.7},
                "urgency": 0.85,
                "toxicity": 0.8,
                "unsure": ["intent:bug_report", "intent:question"],
                "partly": True,
                "from_thread": ["topics"],
            },
        )
        issue = make_issue(session, title="Crash on loading", posts=[post])
        make_case(session, post, state="claimed", assignee_id=make_user(session, name="Kim").id)
        make_delivery(session, post=post, address="#rnd", reason="a bug report about `Lantern Hollow`")
    page = look(f"/posts/{post.id}")
    article = page.css("article.post")
    assert article.css("p.words::text").get() == "Crash on load.\n\nEvery time."
    assert "Ada L. ada 1,204 followers" in words_of(article.css(".who"))
    assert article.css(".stars::attr(aria-label)").get() == "2 of 5 stars"
    chips = [words_of(chip) for chip in article.css(".chip")]
    assert chips == ["Negative 91 %", "Reports a bug guess, 55 %", "Save games 70 %", "Abusive 80 %", "English 98 %"]
    assert words_of(article.css(".chip.unsure")) == "Reports a bug guess, 55 %"
    notes = words_of(article.css(".reading p"))
    assert "What it is about comes from the post that it answers." in notes
    assert "only its beginning and its end were read" in notes
    facts = words_of(page.css("aside .facts"))
    assert "Customer Ada Lovelace , customer Gave order O-7" in facts
    assert f"Issue #{issue.id} Crash on loading Reads like the other posts of this issue." in facts
    assert "A person should look now" in facts
    assert "Claimed , Kim" in facts
    assert "#rnd Sent 29 min ago A bug report about Lantern Hollow" in facts


def test_hostile_text_is_only_text(look: Look, storing: Storing) -> None:
    """Wherever other people's words stand, on every page, they make no elements and no attributes."""
    with storing() as session:
        source = make_source(session, name="steam", kind="steam", product=HOSTILE)
        author = make_author(session, handle=HOSTILE, name=HOSTILE, url="javascript:alert(1)")
        customer = make_customer(session, name=HOSTILE, segments=[HOSTILE])
        make_identity(session, author, customer, reason=HOSTILE)
        post = make_post(
            session,
            source,
            text=HOSTILE,
            title=HOSTILE,
            author=author,
            url="javascript:alert(1)",
            rating_label=HOSTILE,
            product_version=HOSTILE,
            version=2,
            reading={"topics": {HOSTILE: 0.9}, "language": "x'\"<b>"},
        )
        make_version(session, post, version=2, text=f"{HOSTILE} edited", title="plain")
        issue = make_issue(session, title=HOSTILE, posts=[post], product=HOSTILE)
        make_delivery(session, post=post, reason=HOSTILE, problem=HOSTILE, remote_url="javascript:alert(1)")
    for address in (
        "/",
        f"/?post={post.id}",
        f"/?q={HOSTILE}",
        f"/posts/{post.id}",
        "/customers",
        f"/customers/{customer.id}",
        "/issues",
        f"/issues/{issue.id}",
        "/deliveries",
        "/sources/steam",
    ):
        page = look(address)
        assert not page.xpath("//script[not(@src)] | //img[@src='x'] | //@onmouseover | //@onerror"), address
        assert not page.xpath("//a[starts-with(@href, 'javascript')]"), address
        assert "49" not in words_of(page.css("h1")), address


def test_an_edit_shows_what_changed(look: Look, storing: Storing) -> None:
    """Words that came and went, and the rating before and after."""
    with storing() as session:
        post = make_post(session, make_source(session), text="It crashes on every load", rating_label="1/5", version=2)
        make_version(session, post, version=2, text="It never crashes on load", rating_label="5/5")
        post.text = "It never crashes on load"
    page = look(f"/posts/{post.id}")
    edit = page.css("details .edit")
    assert edit.css("p[dir] ins::text").getall() == ["never "]
    assert edit.css("p[dir] del::text").getall() == ["every "]
    assert "1/5" in edit.css("del::text").getall()
    assert "5/5" in edit.css("ins::text").getall()


def test_a_removed_post_shows_nothing_of_what_it_said(client: TestClient, storing: Storing) -> None:
    """Whatever is still stored: no text, no title, no author, no earlier version, on the page and in the API."""
    with storing() as session:
        author = make_author(session, handle="regretful")
        post = make_post(
            session,
            make_source(session),
            text="my secret words",
            title="my secret title",
            author=author,
            url="https://example.org/secret",
            deleted_at=NOW - timedelta(hours=1),
            version=2,
        )
        make_version(session, post, version=2, text="my secret edit")
    for address in (f"/posts/{post.id}", f"/?state=deleted&post={post.id}", f"/api/posts/{post.id}", "/api/posts"):
        answer = client.get(address).text
        assert "secret" not in answer, address
        assert "regretful" not in answer.lower(), address
    assert "keeps none of its text" in client.get(f"/posts/{post.id}").text


def test_a_post_that_the_models_could_not_read_says_why(look: Look, storing: Storing) -> None:
    """The reason in words, and no chip that pretends to know."""
    with storing() as session:
        reading = {"understood": False, "why_not": "the language is outside what they learnt", "sentiment": None}
        post = make_post(session, make_source(session), text="…", reading={**reading, "language": "und"})
        unread = make_post(session, make_source(session), text="new", read=False, routed_version=0)
    page = look(f"/posts/{post.id}")
    assert "the language is outside what they learnt" in words_of(page.css(".notice.unsure"))
    assert not page.css(".chip")
    waiting = words_of(look(f"/posts/{unread.id}").css("main"))
    assert "The models have not come to this post yet." in waiting
    assert "Not decided yet." in waiting


def test_no_customer_is_hinted_at_where_the_passport_forbids_it(client: TestClient, storing: Storing) -> None:
    """Even if an identity stands in the store: not on the post, the list, the customer's page, the issue or the API."""
    with storing() as session:
        reddit = make_source(session, name="reddit", kind="reddit", own=True)
        author = make_author(session, handle="throwaway", scope="reddit")
        customer = make_customer(session, name="Ada Lovelace")
        make_identity(session, author, customer)
        post = make_post(session, reddit, text="hidden words", author=author)
        issue = make_issue(session, posts=[post])
    for address in (f"/posts/{post.id}", "/", f"/issues/{issue.id}", "/api/posts"):
        assert "Ada Lovelace" not in client.get(address).text, address
    assert client.get("/api/posts").json()["items"][0]["customer"] is None
    assert client.get(f"/api/posts?customer={customer.id}").json()["total"] == 0
    assert client.get("/api/posts?customer=any").json()["total"] == 0
    assert client.get(f"/api/issues/{issue.id}").json()["customers"] == 0
    record = client.get(f"/customers/{customer.id}").text
    assert "hidden words" not in record
    assert "throwaway" not in record
    assert client.get("/api/customers?q=throwaway").json()["items"] == []
    assert client.get("/api/customers").json()["items"][0]["posts"] == 0
