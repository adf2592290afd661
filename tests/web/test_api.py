"""The JSON API: its envelope, its fields, its paging, and that it says no more than the pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from service.store import schema
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
from service.web.app import create_app
from tests.web.conftest import SomeCompany

Storing = Callable[[], AbstractContextManager[Session]]


def test_a_post_has_these_fields(client: TestClient, storing: Storing) -> None:
    """The public form of a post with its reading, issue, customer and deliveries; never a vector."""
    with storing() as session:
        author = make_author(session, handle="ada", scope="survey")
        customer = make_customer(session)
        make_identity(session, author, customer)
        post = make_post(
            session,
            make_source(session, name="survey"),
            text="It crashes",
            title="Bug",
            author=author,
            rating=0.25,
            product="Ironwake",
            product_version="2.3.1",
            url="https://example.org/1",
        )
        issue = make_issue(session, posts=[post])
        make_delivery(session, post=post)
        make_delivery(session, post=post, address="#rnd")
    listing = client.get("/api/posts").json()
    assert listing["next"] is None
    assert listing["total"] == 1
    item = listing["items"][0]
    assert item == client.get(f"/api/posts/{post.id}").json()
    expected = {
        "source": "survey",
        "source_kind": "tabular",
        "title": "Bug",
        "text": "It crashes",
        "created_at": "2026-03-20T11:00:00Z",
        "deleted": False,
        "language": "en",
        "rating": 0.25,
        "product": "Ironwake",
        "version": "2.3.1",
        "issue": issue.id,
        "customer": customer.id,
        "deliveries": 2,
    }
    assert {name: item[name] for name in expected} == expected
    assert item["author"]["handle"] == "ada"
    assert "vector" not in client.get("/api/posts").text


def test_a_reading_has_these_fields(client: TestClient, storing: Storing) -> None:
    """Each answer with its probability and whether it is a guess, what was doubtful besides, and spam and abuse."""
    reading = {
        "sentiment": "negative",
        "sentiment_score": 0.9,
        "intents": {"question": 0.4, "bug_report": 0.8},
        "toxicity": 0.2,
        "unsure": ["intent:praise", "intent:question"],
    }
    with storing() as session:
        post = make_post(session, make_source(session), reading=reading)
    assert client.get(f"/api/posts/{post.id}").json()["reading"] == {
        "language": {"label": "en", "score": 0.98, "sure": True},
        "sentiment": {"label": "negative", "score": 0.9, "sure": True},
        "intents": [
            {"label": "bug_report", "score": 0.8, "sure": True},
            {"label": "question", "score": 0.4, "sure": False},
        ],
        "topics": [],
        "urgency": 0.1,
        "spam": 0.0,
        "toxicity": 0.2,
        "unsure": ["intent:praise", "intent:question"],
        "partly": False,
        "from_thread": [],
        "understood": True,
        "why_not": None,
        "model_version": "test-1",
    }


def test_the_api_lists_everything_unless_asked_otherwise(client: TestClient, storing: Storing) -> None:
    """Spam and removed posts are counted; a view narrows it as on the page."""
    with storing() as session:
        source = make_source(session)
        make_post(session, source)
        make_post(session, source, reading={"spam": 0.9})
        make_post(session, source, deleted_at=NOW, text="", read=False)
    assert client.get("/api/posts").json()["total"] == 3
    assert client.get("/api/posts?spam=false&deleted=false").json()["total"] == 1
    assert client.get("/api/posts?view=inbox").json()["total"] == 1
    assert client.get("/api/posts?deleted=true").json()["items"][0]["text"] == ""


@pytest.mark.parametrize("noun", ["posts", "customers", "issues", "deliveries"])
def test_every_list_is_paged_without_loss(client: TestClient, storing: Storing, noun: str) -> None:
    """Following `next` meets each of seven once, also where their sort keys are equal; `total` stays."""
    with storing() as session:
        source = make_source(session)
        for _ in range(7):
            post = make_post(session, source, created_at=NOW - timedelta(hours=1))
            make_issue(session, posts=[post])
            make_delivery(session, post=post)
            make_order(session, make_customer(session), amount="10")
    seen: list[int] = []
    cursor = ""
    for _ in range(10):
        part = client.get(f"/api/{noun}?limit=2{cursor}").json()
        assert part["total"] == 7
        seen += [item.get("id") or item["number"] for item in part["items"]]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert len(seen) == len(set(seen)) == 7


def test_customers_issues_deliveries_and_sources_have_their_figures(client: TestClient, storing: Storing) -> None:
    """What the pages show, as numbers."""
    with storing() as session:
        source = make_source(session, name="survey", kind="tabular")
        author = make_author(session, scope="survey")
        customer = make_customer(session, name="Ada", email="ada@example.org")
        make_identity(session, author, customer)
        make_order(session, customer, amount="19.90")
        post = make_post(session, source, author=author)
        issue = make_issue(session, posts=[post])
        make_delivery(session, post=post, address="#rnd", reason="because", payload={"text": "hello"})
    ada = client.get("/api/customers?q=ada@").json()["items"][0]
    assert (ada["name"], ada["value"], ada["currency"], ada["orders"], ada["posts"]) == ("Ada", "19.90", "EUR", 1, 1)
    assert client.get(f"/api/customers/{customer.id}").json() == ada
    one = client.get(f"/api/issues/{issue.id}").json()
    assert (one["posts"], one["people"], one["customers"], one["value"]) == (1, 1, 1, "19.90")
    assert one["sources"] == ["survey"]
    sent = client.get("/api/deliveries?channel=%23rnd").json()["items"][0]
    assert (sent["reason"], sent["state"], sent["payload"]) == ("because", "sent", {"text": "hello"})
    heard = client.get("/api/sources").json()
    assert (heard["total"], heard["items"][0]["posts"], heard["items"][0]["may_link"]) == (1, 1, True)
    for missing in ("customers/999", "issues/999", "posts/999"):
        assert client.get(f"/api/{missing}").status_code == 404


def test_health_is_ok_on_a_fresh_store(client: TestClient) -> None:
    """Database, schema and queue, each in its place."""
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["database"] == "ok"
    assert health["schema"] == {"current": schema.newest(), "needed": schema.newest()}
    assert health["queue"] == {"waiting": 0, "running": 0, "failed": 0, "oldest_waiting_seconds": 0}
    assert health["problems"] == []
    assert set(health) == {"status", "database", "schema", "queue", "problems", "version"}


def test_health_is_degraded_while_nobody_does_the_jobs(client: TestClient, database: Engine) -> None:
    """A job that has waited for an hour is a sign that no worker runs."""
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
                " VALUES ('default', 'understand', 'todo', now() - interval '1 hour')"
            )
        )
    health = client.get("/health").json()
    assert health["status"] == "degraded"
    assert health["queue"]["waiting"] == 1
    assert "Start one with `earful worker`" in health["problems"][0]


def test_health_is_degraded_before_the_tables_are_there(empty_database: Engine) -> None:
    """It names the command."""
    app = create_app(engine=empty_database, company=SomeCompany(), previewing=True)
    health = TestClient(app, base_url="http://localhost").get("/health").json()
    assert health["status"] == "degraded"
    assert "earful database upgrade" in health["problems"][0]


def test_a_database_that_does_not_answer_is_told_in_words() -> None:
    """503 for programs and people, with what to do."""
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing", connect_args={"connect_timeout": 2})
    app = create_app(engine=nowhere, company=SomeCompany(), previewing=True)
    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
    health = client.get("/health")
    assert (health.status_code, health.json()["status"], health.json()["database"]) == (503, "degraded", "no answer")
    page = client.get("/")
    assert page.status_code == 503
    assert "earful doctor" in page.text


def test_the_api_describes_itself(client: TestClient) -> None:
    """Every list and its parameters stand in the OpenAPI document; pages do not."""
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/posts", "/api/issues", "/api/customers", "/api/deliveries", "/api/sources", "/health"} <= set(paths)
    assert "/" not in paths
    parameters = {each["name"] for each in paths["/api/posts"]["get"]["parameters"]}
    assert {"q", "source", "sentiment", "cursor", "limit", "since"} <= parameters


def test_search_finds_people_issues_posts_and_places(client: TestClient, storing: Storing) -> None:
    """What the command palette shows for what was typed."""
    with storing() as session:
        customer = make_customer(session, name="Lantern Keeper")
        post = make_post(session, make_source(session), text="the lantern went out")
        issue = make_issue(session, title="Lantern goes out", posts=[post])
    found = {hit["kind"]: hit["href"] for hit in client.get("/search?q=lantern").json()}
    assert found == {
        "Customers": f"/customers/{customer.id}",
        "Issues": f"/issues/{issue.id}",
        "Posts": f"/posts/{post.id}",
    }
    assert {hit["href"] for hit in client.get("/search?q=sour").json()} == {"/sources"}
    assert "/?view=bugs" in {hit["href"] for hit in client.get("/search").json()}
