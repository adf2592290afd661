"""People correct readings on the post's page, see how well the models read, and no other site can do it for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient
from parsel import Selector
from sqlmodel import Session

from service.models import Lesson, Post
from service.testing.factories import NOW, make_post, make_source
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def post(storing: Storing) -> Post:
    """A negative post."""
    with storing() as session:
        source = make_source(session, name="forum")
        return make_post(session, source, reading={"sentiment": "negative", "intents": {"complaint": 0.7}})


def test_a_correction_shows_at_once_and_can_be_taken_back(client: TestClient, look: Look, post: Post) -> None:
    """The form stores what was chosen, the page shows whose word it is, and the button takes it back."""
    form = {"version": 1, "label": ["", "sentiment=positive", "intent:complaint=no"]}
    answer = client.post(f"/posts/{post.id}/corrections", data=form, headers=OURS, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/posts/{post.id}#said")
    page = look(f"/posts/{post.id}")
    assert words_of(page.css(".chip")[0]) == "Positive 99 %"
    assert "the models said Negative" in words_of(page.css("aside"))
    withdrawal = page.css("form[action$=withdraw]::attr(action)").get()
    assert withdrawal is not None
    assert client.post(withdrawal, headers=OURS, follow_redirects=False).status_code == 303
    assert "taken back" in words_of(look(f"/posts/{post.id}").css("aside"))


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {}],
)
def test_another_site_changes_nothing(client: TestClient, look: Look, post: Post, headers: dict[str, str]) -> None:
    """A form on a stranger's page is refused, on every address that changes something."""
    for address in (f"/posts/{post.id}/corrections", "/corrections/1/withdraw", "/corrections/apply"):
        form = {"version": 1, "label": "sentiment=positive"}
        assert client.post(address, data=form, headers=headers).status_code == 403, address
    assert words_of(look(f"/posts/{post.id}").css(".chip")[0]).startswith("Negative")


def test_the_api_takes_json_alone(client: TestClient, post: Post) -> None:
    """A plain form is refused; JSON is stored and listed; what is wrong with a label is said."""
    address = f"/api/posts/{post.id}/corrections"
    assert client.post(address, data={"labels": "x"}).status_code == 403
    assert client.post(address, json={"labels": {}}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    wrong = client.post(address, json={"labels": {"sentiment": "good"}})
    assert (wrong.status_code, "negative, neutral, positive or mixed" in wrong.text) == (422, True)
    assert client.post(address, json={"labels": {"sentiment": "neutral"}, "version": 4}).status_code == 409
    assert client.post(address, json={"labels": {"sentiment": "neutral"}}).status_code == 201
    (listed,) = client.get("/api/corrections").json()
    assert (listed["value"], listed["model_said"], listed["made_by"]) == ("neutral", "negative", "you")
    (accuracy,) = client.get("/api/accuracy").json()
    assert (accuracy["right"], accuracy["labels"], accuracy["origin"]) == (0, 1, "complaint")


def test_ten_readings_are_checked_and_reported_apart(client: TestClient, look: Look, post: Post) -> None:
    """A post drawn by chance, called right, counts as sample; then there is nothing left to check."""
    form = look("/corrections/check").css("main form")
    assert form.attrib["action"] == f"/posts/{post.id}/corrections"
    fields = {"version": 1, "sample": "true", "right": "true"}
    assert client.post(form.attrib["action"], data=fields, headers=OURS).status_code == 200
    assert "Nothing to check" in words_of(look("/corrections/check").css("main"))
    assert "chance sample sentiment 1 of 1" in words_of(look("/corrections").css("main"))


def test_the_page_says_what_was_not_learnt_and_why(client: TestClient, look: Look, storing: Storing) -> None:
    """A head that would have broken other texts is named, with its numbers; past posts are read again on request."""
    verdict = {
        "head": "sentiment",
        "labels": 7,
        "applied": False,
        "note": "not applied: it would break other texts",
        "replay_before": 0.8,
        "replay_after": 0.7,
        "right_before": 3,
        "right_after": 3,
    }
    with storing() as session:
        session.add(Lesson(made_at=NOW, models="m", seen="7/0", verdicts=[verdict], content=b""))
        make_post(session, make_source(session))
    words = words_of(look("/corrections").css("main"))
    assert "Not applied: it would break other texts" in words
    assert "80 % right before, 70 % after" in words
    assert client.post("/corrections/apply", headers=OURS).status_code == 200
    assert "1 still to be read" in words_of(look("/corrections").css("main"))
