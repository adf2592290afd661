"""What every answer carries, and who is let in at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from parsel import Selector

from service.domain.roles import Deed
from service.web.app import check_deeds, routes_of
from service.web.auth import OpenToAnyone, declared
from service.web.guard import host_of

DEEDS = {
    "/": Deed.READ,
    "/inbox/new": Deed.READ,
    "/posts/{post_id}": Deed.READ,
    "/customers": Deed.READ,
    "/customers/{customer_id}": Deed.READ,
    "/issues": Deed.READ,
    "/issues/{number}": Deed.READ,
    "/deliveries": Deed.READ,
    "/sources": Deed.READ,
    "/sources/{name}": Deed.READ,
    "/search": Deed.READ,
    "/corrections": Deed.READ,
    "/corrections/check": Deed.READ,
    "/corrections/apply": Deed.CORRECT,
    "/sources/{name}/retry": Deed.CORRECT,
    "/corrections/{correction_id}/withdraw": Deed.CORRECT,
    "/posts/{post_id}/corrections": Deed.CORRECT,
    "/posts/{post_id}/answer": Deed.WRITE,
    "/posts/{post_id}/length": Deed.WRITE,
    "/posts/{post_id}/case/{verb}": Deed.WORK,
    "/posts/{post_id}/contact/{verb}": Deed.CONTACT,
    "/customers/{customer_id}/contact/{verb}": Deed.CONTACT,
    "/replies": Deed.READ,
    "/replies/effect": Deed.READ,
    "/issues/{number}/fixed": Deed.CLOSE,
    "/issues/{number}/not-fixed": Deed.CLOSE,
    "/issues/{number}/telling": Deed.CLOSE,  # to prepare one; to look at one: to read
    "/tellings/{telling_id}/people/{person_id}": Deed.WORK,
    "/tellings/{telling_id}/{verb}": Deed.WORK,
    "/replies/{reply_id}/{verb}": Deed.WRITE,
    "/api/corrections": Deed.READ,
    "/api/accuracy": Deed.READ,
    "/api/posts/{post_id}/corrections": Deed.CORRECT,
    "/api/posts": Deed.READ,
    "/api/posts/{post_id}": Deed.READ,
    "/api/issues": Deed.READ,
    "/api/issues/{number}": Deed.READ,
    "/api/customers": Deed.READ,
    "/api/customers/{customer_id}": Deed.READ,
    "/api/deliveries": Deed.READ,
    "/api/sources": Deed.READ,
    "/api/openapi.json": OpenToAnyone,
    "/hooks/in/{source}": OpenToAnyone,
    "/hooks/issues/{number}": OpenToAnyone,
    "/hooks/slack": OpenToAnyone,
    "/hooks/slack/{workspace}": OpenToAnyone,
    "/health": OpenToAnyone,
    "/static/{digest}/{path:path}": OpenToAnyone,
}


def test_each_route_needs_the_deed_in_the_table(app: FastAPI) -> None:
    """A new route must be entered here; none goes without a word."""
    found = {route.path: declared(route) for route in routes_of(app)}
    named = {path: type(deed) if isinstance(deed, OpenToAnyone) else deed for path, deed in found.items()}
    assert {path: deed for path, deed in named.items() if not path.startswith("/digest")} == DEEDS
    assert None not in found.values()


def test_an_application_with_a_route_that_declares_nothing_does_not_start() -> None:
    """Forgetting it is found at the start, not by a visitor."""
    careless = FastAPI()
    careless.get("/everything")(lambda: "everything")
    with pytest.raises(ValueError, match="/everything does not declare what"):
        check_deeds(careless)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    """A name that somebody else points at 127.0.0.1 reaches nothing."""
    answer = client.get("/api/posts", headers={"Host": host})
    assert answer.status_code == 421
    assert "items" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
def test_loopback_in_every_spelling_is_let_in(client: TestClient, host: str) -> None:
    """People type localhost as well as the number."""
    assert client.get("/api/posts", headers={"Host": host}).status_code == 200


def test_a_host_header_that_is_none_has_no_host() -> None:
    """What cannot be read as a host is nobody's."""
    assert host_of("[::1") == ""


@pytest.mark.parametrize("address", ["/", "/nothing", "/posts/1", "/api/posts?limit=0", "/health"])
def test_every_answer_carries_the_security_headers(client: TestClient, address: str) -> None:
    """Pages, errors and JSON alike; no inline script or style may run."""
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_no_page_needs_an_inline_script_or_style(look: Callable[[str], Selector]) -> None:
    """The policy would block it, and the page would be broken."""
    for address in ("/", "/customers", "/issues", "/deliveries", "/sources"):
        page = look(address)
        assert not page.xpath("//style | //@style | //script[not(@src)] | //@*[starts-with(name(), 'on')]")


def test_static_files_are_kept_by_their_content(client: TestClient, look: Callable[[str], Selector]) -> None:
    """The address in a page may be kept for a year; an older one brings the file as it is now, not kept."""
    address = look("/").css("link[rel=stylesheet]::attr(href)").get("")
    current = client.get(address)
    assert "immutable" in current.headers["Cache-Control"]
    assert current.headers["Content-Type"].startswith("text/css")
    older = client.get(re.sub("/static/[^/]+/", "/static/000000000000/", address))
    assert older.content == current.content
    assert older.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "nothing.css", "..%2f..%2fsettings.py"])
def test_nothing_outside_the_static_folder_is_served(client: TestClient, path: str) -> None:
    """Only files that were read at the start have an address."""
    assert client.get(f"/static/x/{path}").status_code == 404


def test_an_error_page_says_what_to_do_next(client: TestClient) -> None:
    """Not found is a page with a way back."""
    answer = client.get("/posts/123")
    assert answer.status_code == 404
    page = Selector(answer.text)
    assert page.css("h1::text").get() == "There is no post 123."
    assert page.css(".empty a::attr(href)").get() == "/"


def test_an_error_in_the_api_is_a_sentence(client: TestClient) -> None:
    """Programs get JSON, also where there is no such address."""
    assert client.get("/api/nothing").json() == {"error": "There is no page /api/nothing."}
    assert client.post("/api/posts").json() == {"error": "/api/posts does not take POST."}
