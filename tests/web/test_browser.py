"""What only a browser can tell: the keyboard, the switch, the phone, and that the security policy breaks nothing."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlmodel import Session

from service.testing.factories import NOW, make_customer, make_issue, make_post, make_source

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def address(app: FastAPI, storing: Callable[[], AbstractContextManager[Session]]) -> Iterator[str]:
    """Where the application listens, with three posts, a customer and an issue."""
    with storing() as session:
        source = make_source(session, name="survey", product="Lantern Hollow")
        posts = [
            make_post(session, source, text=f"post number {at} " + "and more words " * 60, url="https://example.org/")
            for at in range(3)
        ]
        for at, post in enumerate(posts):
            post.created_at = NOW - timedelta(hours=at)
        make_customer(session, name="Ada Lovelace")
        make_issue(session, title="Lantern goes out", posts=posts[:1])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window; whatever its console complains about fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def test_the_keyboard_steps_through_the_list(page: Page, address: str) -> None:
    """j and k open the next and the previous beside the list; the address follows, and so does the way back."""
    page.goto(address)
    first = page.locator("[data-pane] .words")
    expect(first).to_contain_text("post number 0")
    page.keyboard.press("j")
    expect(first).to_contain_text("post number 1")
    page.keyboard.press("j")
    expect(first).to_contain_text("post number 2")
    page.keyboard.press("k")
    expect(first).to_contain_text("post number 1")
    assert "post=" in page.url
    page.go_back()
    expect(first).to_contain_text("post number 2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/*")
    expect(page.locator("article.post")).to_contain_text("post number")


def test_a_click_opens_a_post_without_moving_the_list(page: Page, address: str) -> None:
    """Only the second column changes."""
    page.goto(address)
    page.evaluate("document.querySelector('.list-pane').dataset.kept = 'yes'")
    page.locator("[data-list] a").nth(2).click()
    expect(page.locator("[data-pane] .words")).to_contain_text("post number 2")
    assert page.evaluate("document.querySelector('.list-pane').dataset.kept") == "yes"


def test_the_palette_finds_and_goes(page: Page, address: str) -> None:
    """Slash opens it, typing finds, Enter goes."""
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type("ada love")
    expect(page.locator("#palette-hits a").first).to_contain_text("Ada Lovelace")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("xyz")
    expect(page.locator("#palette-hits")).to_contain_text("Nothing found")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_the_switch_is_remembered(page: Page, address: str) -> None:
    """Dark stays dark on the next page, from its first moment: the server writes it."""
    page.goto(address)
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(f"{address}/issues")
    assert '<html lang="en" data-theme="dark">' in page.content()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_new_posts_wait_until_they_are_asked_for(
    page: Page, address: str, storing: Callable[[], AbstractContextManager[Session]]
) -> None:
    """The list says how many there are; a click shows them."""
    page.clock.install()
    page.goto(address)
    with storing() as session:
        make_post(session, make_source(session), text="a brand new post", created_at=NOW)
    page.clock.fast_forward(21_000)
    news = page.locator("[data-news] button")
    expect(news).to_have_text("1 new post")
    expect(page.locator("[data-list] a")).to_have_count(3)
    news.click()
    expect(page.locator("[data-list] a")).to_have_count(4)


@pytest.mark.parametrize("path", ["/", "/issues", "/issues/1", "/customers", "/deliveries", "/sources", "/posts/1"])
def test_no_page_is_wider_than_a_phone(browser: Browser, address: str, path: str) -> None:
    """At 390 pixels nothing needs scrolling sideways."""
    phone = browser.new_page(viewport={"width": 390, "height": 844})
    phone.goto(f"{address}{path}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_on_a_phone_a_post_is_a_screen_of_its_own(browser: Browser, address: str) -> None:
    """The list alone, then the post alone, and a link back."""
    phone = browser.new_page(viewport={"width": 390, "height": 844})
    phone.goto(address)
    expect(phone.locator("[data-pane]")).to_be_hidden()
    phone.locator("[data-list] a").first.click()
    expect(phone.locator("[data-pane]")).to_be_visible()
    expect(phone.locator(".list-pane")).to_be_hidden()
    phone.get_by_role("link", name="All posts").last.click()
    expect(phone.locator(".list-pane")).to_be_visible()
    phone.close()
