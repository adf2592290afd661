"""Closing the loop from the pages: fixed, words looked at together, released, stopped; and who cannot be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from parsel import Selector
from sqlalchemy import Engine

from service.models import IssuePost
from service.models.columns import id_of
from service.store.database import transaction
from service.testing.factories import make_post
from service.web.app import create_app
from service.web.site import Desk
from tests.database.telling import CONFIG, Bench, set_issue, telling_bench
from tests.web.conftest import SomeCompany
from tests.web.reading import words_of

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """An issue that six people reported."""
    with telling_bench(database) as bench:
        yield bench


@pytest.fixture
def browser(bench: Bench) -> Iterator[TestClient]:
    """The pages with a desk, on the same machine."""
    with browser_on(bench) as client:
        yield client


def browser_on(bench: Bench) -> TestClient:
    """The pages of this bench."""
    app = create_app(
        engine=bench.engine,
        company=SomeCompany(),
        clock=bench.clock,
        previewing=True,
        desk=Desk(tools=bench.tools, queue=bench.queue),
    )
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


def opened(browser: TestClient, address: str) -> Selector:
    """A page that must be there."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return Selector(answer.text)


def press(browser: TestClient, page: Selector, word: str, **typed: str) -> Selector:
    """Press a button, with the fields of its form as they stand, or as `typed`, and the boxes that are ticked."""
    (button,) = [each for each in page.css("button") if words_of(each) == word]
    form = button.xpath("ancestor::form")[0]
    fields: dict[str, str | list[str]] = {
        each.attrib["name"]: each.attrib.get("value", "") for each in form.css("input[type=hidden]")
    }
    if form.attrib.get("id") == "list":
        fields["person"] = page.css("input[form=list][checked]::attr(value)").getall()
    action = button.attrib.get("formaction") or form.attrib["action"]
    answer = browser.post(action, data={**fields, **typed}, headers=OURS)
    assert answer.status_code == 200, answer.text
    return Selector(answer.text)


def prepared(browser: TestClient, bench: Bench) -> Selector:
    """Somebody says on the issue's page that it is fixed."""
    page = opened(browser, f"/issues/{bench.issue_id}")
    return press(browser, page, "It is fixed, prepare the words", version="2.4", note="A race.")


def test_from_fixed_to_told(browser: TestClient, bench: Bench) -> None:
    """The words are shown with their language, nobody is told before the button, and the issue's page counts."""
    page = prepared(browser, bench)
    assert [words_of(each) for each in page.css(".reply-row .words")] == [
        "Hi Ann, it is fixed in 2.4.",
        "Hallo Bea, es ist mit 2.4 behoben.",
        "Hi Cid, it is fixed in 2.4.",
        "Hi Dora, it is fixed in 2.4.",
    ]
    assert "In German, below their post of" in words_of(page.css(".reply-row")[1])
    reasons = words_of(page.css("section[aria-labelledby=cannot]"))
    assert "Author not shown Their author is not known. Eve Nobody can be answered there." in reasons
    assert page.css(".words::attr(lang)").getall() == ["en", "de", "en", "en"]
    bench.settle()
    assert bench.server.told() == {}

    page = press(browser, page, "Tell those who are ticked")
    assert "They are being told" in words_of(page.css("header"))
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}
    section = words_of(opened(browser, f"/issues/{bench.issue_id}").css("section[aria-labelledby=closing]"))
    assert "Told 3 of 6; 1 to be told by hand; 2 cannot be told" in section


def test_ticks_and_words_are_kept(browser: TestClient, bench: Bench) -> None:
    """Who is not ticked stays out, one gets other words, and what was changed by others meanwhile is not sent."""
    page = prepared(browser, bench)
    ann, *others = page.css("input[form=list]::attr(value)").getall()
    digest = page.css("input[name=digest]::attr(value)").get("")
    telling = page.css("form#list::attr(action)").re(r"/tellings/(\d+)/")[0]
    browser.post(f"/tellings/{telling}/ticks", data={"person": others}, headers=OURS)
    page = opened(browser, f"/issues/{bench.issue_id}/telling")
    assert page.css("input[form=list][checked]::attr(value)").getall() == others
    browser.post(f"/tellings/{telling}/people/{others[0]}", data={"text": "Danke, Bea!"}, headers=OURS)
    stale = browser.post(f"/tellings/{telling}/release", data={"digest": digest, "person": others}, headers=OURS)
    assert (stale.status_code, "since you read it" in stale.text) == (409, True)
    press(browser, opened(browser, f"/issues/{bench.issue_id}/telling"), "Tell those who are ticked")
    bench.settle()
    assert bench.server.told() == {"203": 1, "204": 1}
    assert "Danke, Bea!" in "".join(bench.server.held())
    assert "Left out" in words_of(opened(browser, f"/issues/{bench.issue_id}/telling").css(f"#person-{ann}"))


def test_stop_and_go_on(browser: TestClient, bench: Bench) -> None:
    """Two buttons; an issue that is not fixed any more offers neither."""
    page = press(browser, prepared(browser, bench), "Tell those who are ticked")
    page = press(browser, page, "Stop")
    assert "You stopped it." in words_of(page.css(".notice"))
    page = press(browser, page, "Go on")
    assert "They are being told" in words_of(page.css("header"))
    set_issue(bench, state="returned", state_reason="2 posts since")
    bench.settle()
    page = opened(browser, f"/issues/{bench.issue_id}/telling")
    assert "The issue is returned: 2 posts since." in words_of(page.css(".notice"))
    assert "Go on" not in [words_of(each) for each in page.css("button")]


def test_a_second_person_is_asked_for(bench: Bench) -> None:
    """Where it takes one, the page says why, and who prepared it is refused."""
    strict = replace(CONFIG, closing=replace(CONFIG.closing, second_person_from=2))
    bench.tools = replace(bench.tools, replies=strict)
    browser = browser_on(bench)
    page = prepared(browser, bench)
    assert "A second person must release it: 4 people are told at once." in words_of(page.css(".notice"))
    telling = page.css("form#list::attr(action)").re(r"/tellings/(\d+)/")[0]
    everybody = page.css("input[form=list]::attr(value)").getall()
    digest = page.css("input[name=digest]::attr(value)").get("")
    refused = browser.post(f"/tellings/{telling}/release", data={"digest": digest, "person": everybody}, headers=OURS)
    assert (refused.status_code, "Somebody else must release it" in refused.text) == (403, True)


def test_not_fixed_and_unknown(browser: TestClient, bench: Bench) -> None:
    """It can be taken back; what nobody prepared has no page; other sites press no button."""
    prepared(browser, bench)
    page = press(browser, opened(browser, f"/issues/{bench.issue_id}"), "It is not fixed")
    assert "Rising" in words_of(page.css("header"))
    assert browser.get("/issues/77/telling").status_code == 404
    assert browser.post("/tellings/1/shout", headers=OURS).status_code == 404
    for address in ("/issues/1/fixed", "/issues/1/not-fixed", "/issues/1/telling", "/tellings/1/release"):
        assert browser.post(address, data={"version": "1"}).status_code == 403, address


def test_who_writes_again_stands_above_the_evidence(browser: TestClient, bench: Bench) -> None:
    """Their post is the first thing on the issue's page."""
    press(browser, prepared(browser, bench), "Tell those who are ticked")
    bench.settle()
    bench.clock.pass_(3600)
    with transaction(bench.engine) as session:
        view = next(each for each in bench.people(1) if each.post.external_id == "203")
        post = make_post(session, view.source, text="Es flackert wieder", author=view.author, created_at=bench.clock())
        session.add(
            IssuePost(post_id=id_of(post), issue_id=bench.issue_id, similarity=0.9, reason="", joined_at=bench.clock())
        )
    page = opened(browser, f"/issues/{bench.issue_id}")
    assert "Es flackert wieder" in words_of(page.css("section[aria-labelledby=again]"))
