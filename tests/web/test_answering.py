"""Answering from the pages: claim, draft, publish, approve, take back; the queue of replies; the live count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from parsel import Selector
from sqlalchemy import Engine, select
from sqlmodel import col

from service.configuration.replies import RepliesConfig
from service.domain.replies import ApprovalRules
from service.domain.roles import Role
from service.models import AuditEvent, Post, User
from service.store.database import transaction
from service.web.app import create_app
from service.web.site import Desk
from tests.database.replying import THANKS, Bench, bench_on
from tests.web.conftest import SomeCompany
from tests.web.reading import words_of

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that waits for an answer, where the word refund needs a second person."""
    with bench_on(database, RepliesConfig(approval=ApprovalRules(first_replies=0, words=("refund",)))) as bench:
        yield bench


@pytest.fixture
def browser(bench: Bench) -> Iterator[TestClient]:
    """The pages with a desk, on the same machine."""
    app = create_app(
        engine=bench.engine,
        company=SomeCompany(),
        clock=bench.clock,
        previewing=True,
        desk=Desk(tools=bench.tools, queue=bench.queue),
    )
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield client


def say(browser: TestClient, bench: Bench, text: str, *, then: str = "publish", **more: str) -> Selector:
    """Fill in the form as a person would, and read where it leads."""
    form = Selector(browser.get(f"/posts/{bench.post_id}/answer").text)
    given = {name: form.css(f"input[name={name}]::attr(value)").get("") for name in ("seen", "version")}
    answer = browser.post(
        f"/posts/{bench.post_id}/answer", data={**given, "text": text, "then": then, **more}, headers=OURS
    )
    assert answer.status_code == 200, answer.text
    return Selector(answer.text)


def press(browser: TestClient, page: Selector, word: str, **given: str) -> Selector:
    """Press a button of the page."""
    (form,) = [form for form in page.css("form[method=post]") if form.css("button::text").get() == word]
    fields = {field.attrib["name"]: field.attrib.get("value", "") for field in form.css("input[name]")}
    answer = browser.post(form.attrib["action"], data={**fields, **given}, headers=OURS)
    assert answer.status_code == 200, answer.text
    return Selector(answer.text)


def answer_section(page: Selector) -> str:
    """What the post's page says of our work on it."""
    return " ".join(" ".join(page.css("section[aria-labelledby=answer] ::text").getall()).split())


def test_a_reply_goes_from_the_page_to_its_author(browser: TestClient, bench: Bench) -> None:
    """Written, published, sent; the page says where it stands."""
    page = say(browser, bench, THANKS)
    assert "Waiting to be sent" in answer_section(page)
    bench.settle()
    assert bench.on_platform() == [THANKS]
    shown = Selector(browser.get(f"/posts/{bench.post_id}").text)
    assert "Answered" in answer_section(shown)
    assert shown.css("a[href='https://lamps.example/@studio/120']")


def test_it_can_be_taken_back_and_changed(browser: TestClient, bench: Bench) -> None:
    """Within its time; the draft is still there, takes other words, and goes."""
    page = press(browser, say(browser, bench, "Oops."), "Take it back")
    bench.settle()
    assert bench.on_platform() == []
    (change,) = page.css("a[href*='answer?reply=']::attr(href)").getall()
    assert "Oops." in browser.get(change).text
    say(browser, bench, THANKS, reply=change.rpartition("=")[2])
    bench.settle()
    assert bench.on_platform() == [THANKS]


def test_a_second_person_approves_it(browser: TestClient, bench: Bench) -> None:
    """Publishing keeps the draft and says why it waits; the queue shows it, and another may approve it."""
    page = say(browser, bench, "You get a refund.")
    assert "A second person must look: It is about “refund”." in answer_section(page)
    queue = Selector(browser.get("/replies?queue=approval").text)
    assert queue.css(".reply-row")
    assert not [word for word in queue.css("button::text").getall() if word.startswith(("Publish", "Approve"))]
    theirs = bench.draft("A refund is on its way.", by=bench.kim)
    press(browser, Selector(browser.get(f"/replies#reply-{theirs.id}").text), "Approve these words")
    bench.settle()
    assert bench.on_platform() == ["A refund is on its way."]


def test_a_case_is_claimed_and_closed(browser: TestClient, bench: Bench) -> None:
    """Each with one button."""
    page = press(browser, Selector(browser.get(f"/posts/{bench.post_id}").text), "Claim")
    assert "Claimed you" in answer_section(page)
    page = press(browser, page, "Solved")
    assert "Solved" in answer_section(page)
    press(browser, page, "Open again")
    assert bench.case().state == "claimed"


def test_a_case_is_given_away_put_off_and_set_aside(browser: TestClient, bench: Bench) -> None:
    """The deeds of the card in Slack, on the post's page and from the inbox, which they lead back to."""
    page = Selector(browser.get(f"/posts/{bench.post_id}").text)
    page = press(browser, page, "Assign", to=str(bench.ada.user_id))
    assert "Claimed Ada" in answer_section(page)
    page = press(browser, page, "Snooze", when="day", day="2031-03-04")
    assert "sleeps until" in answer_section(page)
    page = press(browser, page, "Wake it")
    assert bench.case().snoozed_until is None
    page = press(browser, page, "Show it to them", words="Look, please.")
    assert "escalated" in answer_section(page)
    page = press(browser, page, "Assign", to="0")
    assert bench.case().assignee_id is None

    inbox = Selector(browser.get("/?view=inbox").text)
    row = inbox.css("form.row-deeds")
    asked = {each.attrib["name"]: each.attrib["value"] for each in row.css("input")}
    at = {button.css("::text").get(): button.attrib["formaction"] for button in row.css("button")}
    assert list(at) == ["Claim", "Tomorrow", "Not relevant"]
    answer = browser.post(at["Tomorrow"], data=asked, headers=OURS, follow_redirects=False)
    assert answer.headers["location"] == "/?view=inbox"
    assert bench.case().snoozed_until is not None
    answer = browser.post(at["Claim"], data={**asked, "back": "//evil.example"}, headers=OURS, follow_redirects=False)
    assert answer.headers["location"] == f"/posts/{bench.post_id}#answer"
    assert browser.post(at["Not relevant"], data={**asked, "why": "other"}, headers=OURS).status_code == 422
    pane = inbox.css("[data-pane]")[0]
    back = press(browser, pane, "Close the case", why="not about us", words="A lamp of others.")
    assert back.css("[data-pane] [data-post]::attr(data-post)").get() == str(bench.post_id)
    with transaction(bench.engine) as session:
        event = session.scalars(select(AuditEvent).where(col(AuditEvent.verb) == "dismiss")).one()
    assert event.detail == {"reason": "not about us: A lamp of others."}


def test_what_stands_is_changed_by_hand_where_no_program_can(browser: TestClient, bench: Bench) -> None:
    """The page says so, takes the word for it, and asks no platform."""
    say(browser, bench, THANKS)
    bench.settle()
    without = replace(bench.tools, replier=lambda _: None)
    browser.app.state.site = replace(browser.app.state.site, desk=Desk(tools=without, queue=bench.queue))  # type: ignore[attr-defined]  # a FastAPI
    page = Selector(browser.get(f"/posts/{bench.post_id}").text)
    assert "No program can remove it there" in answer_section(page)
    change = page.css("a.button[href*='reply=']::attr(href)").get("")
    assert "I changed it there by hand" in words_of(Selector(browser.get(change).text).css("form"))
    page = say(browser, bench, "Mended.", then="changed", reply=change.rpartition("=")[2])
    assert "Mended." in answer_section(page)
    page = press(browser, page, "I took it down there")
    assert bench.all_replies()[0].removed_at == bench.clock()
    assert bench.on_platform() == [THANKS]


def test_what_cannot_be_sent_is_told(browser: TestClient, bench: Bench) -> None:
    """In words, and nothing is kept."""
    form = Selector(browser.get(f"/posts/{bench.post_id}/answer").text)
    seen = form.css("input[name=seen]::attr(value)").get("")
    given = {"seen": seen, "version": "1", "text": "x" * 500, "then": "keep"}
    answer = browser.post(f"/posts/{bench.post_id}/answer", data=given, headers=OURS)
    assert (answer.status_code, "468 are allowed" in answer.text) == (422, True)
    assert browser.post(f"/posts/{bench.post_id}/answer", data=given).status_code == 403
    assert bench.all_replies() == []


def test_who_wants_no_words_gets_none(browser: TestClient, bench: Bench) -> None:
    """Noted on the post's page; only what answers a new question leaves, where its writer says so; and taken back."""
    page = press(browser, Selector(browser.get(f"/posts/{bench.post_id}").text), "Note it", reason="Said <so>.")
    assert "Noted by you" in words_of(page.css("section[aria-labelledby=contact]"))
    assert "Said <so>." in words_of(page.css("section[aria-labelledby=contact]"))
    assert "Asked not to be contacted" in words_of(page.css("dl.facts"))
    assert "Write a reply" not in answer_section(page)
    bench.clock.pass_(60)
    with transaction(bench.engine) as session:
        session.get_one(Post, bench.post_id).created_at = bench.clock()
    form = Selector(browser.get(f"/posts/{bench.post_id}/answer").text)
    assert "where it asks us something" in words_of(form.css(".notice"))
    page = say(browser, bench, THANKS)
    assert "Draft" in answer_section(page)
    assert "They asked not to be contacted" in answer_section(page)
    reply = page.css("article[id^=reply-]::attr(id)").get("").removeprefix("reply-")
    confirmed = form.css("input[name=answers_refusal]::attr(value)").get("")
    say(browser, bench, THANKS, reply=reply, answers_refusal=confirmed)
    bench.settle()
    assert bench.on_platform() == [THANKS]
    page = Selector(browser.get(f"/posts/{bench.post_id}").text)
    page = press(browser, page, "They may be contacted again")
    assert "They do not want to be contacted" in words_of(page.css("section[aria-labelledby=contact]"))


def test_the_length_is_counted_as_the_platform_counts(browser: TestClient, bench: Bench) -> None:
    """An address is 23 there, however long it is."""
    text = "See https://example.org/" + "x" * 300
    answer = browser.post(f"/posts/{bench.post_id}/length", json={"text": text}, headers=OURS)
    assert answer.json() == {"length": 27, "limit": 468}


def test_what_a_person_pastes_is_said_to_be_sent(browser: TestClient, bench: Bench) -> None:
    """Where no program may answer, the page gives the address, and takes the word for it."""
    by_hand = replace(bench.tools, replier=lambda _: None, door=lambda _: "link")
    browser.app.state.site = replace(browser.app.state.site, desk=Desk(tools=by_hand, queue=bench.queue))  # type: ignore[attr-defined]  # a FastAPI
    bench.tools = by_hand
    say(browser, bench, THANKS)
    bench.settle()
    queue = Selector(browser.get("/replies?queue=manual").text)
    assert "https://lamps.example/111" in queue.css(".reply-row").get("")
    press(browser, queue, "It is sent")
    assert bench.case().state == "answered"


def test_the_local_user_is_an_admin_of_the_team(browser: TestClient, bench: Bench) -> None:
    """Made once, at the first request that needs to know; what is hidden from others is not from them."""
    for _ in range(2):
        assert browser.get("/").status_code == 200
    with transaction(bench.engine) as session:
        (you,) = session.scalars(select(User).where(col(User.email) == "you@localhost")).all()
    assert you.role == Role.ADMIN


def test_without_a_desk_nobody_is_answered(bench: Bench) -> None:
    """The pages then only show."""
    app = create_app(engine=bench.engine, company=SomeCompany(), clock=bench.clock, previewing=True)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        assert client.get(f"/posts/{bench.post_id}/answer").status_code == 403
        assert "Write a reply" not in client.get(f"/posts/{bench.post_id}").text
