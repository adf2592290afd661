"""The product page collector over real pages, served by the recordings' own server as a site to crawl."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from collectors.base import Page, SourceBusy
from collectors.net import Net
from collectors.product_pages.collector import ProductPages
from collectors.product_pages.options import ProductPagesOptions

pytestmark = pytest.mark.shared


@pytest.fixture
def replay(shared_folder: Path) -> Iterator[Callable[..., str]]:
    """Starts the server of recordings with these faults; gives its address."""
    with ExitStack() as stack:

        def start(*faults: str) -> str:
            command = [sys.executable, str(shared_folder / "tools" / "replay.py"), "product_pages"]
            server = stack.enter_context(
                subprocess.Popen(
                    [*command, *(part for fault in faults for part in ("--fault", fault))],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            )
            stack.callback(server.kill)
            if server.stdout is None:
                raise AssertionError("the server was started with a pipe")
            return server.stdout.readline().strip()

        yield start


def pages(base: str, path: str) -> list[Page]:
    """All pages of one run that starts here."""
    options = ProductPagesOptions(url=(base + path,), max_pages=200)
    return list(ProductPages(options, Net(base_url=base), seconds=300).pages(None))


def test_crawls_all_recorded_pages(replay: Callable[..., str], shared_folder: Path) -> None:
    """From one list page each recorded page is read; nothing breaks, and no recording is left out."""
    recorded = (shared_folder / "payloads" / "product_pages" / "index.jsonl").read_text(encoding="utf-8").splitlines()
    run = pages(replay(), "/__crawl__")
    posts = [post for page in run for post in page.posts]
    assert len(run) == len(recorded) + 2  # the list before them, the cursor after them
    assert len({post.external_id for post in posts}) == len(posts) >= 40
    assert all("leave it alone" in aside.reason for page in run for aside in page.set_aside)
    assert run[-1].gap is None


def test_a_block_page_in_place_of_a_shop_is_explained(replay: Callable[..., str]) -> None:
    """An interstitial in place of every page brings no posts, and is said to have no markup."""
    run = pages(replay("html"), "/recipes/x")
    assert [post for page in run for post in page.posts] == []
    assert "no schema.org markup" in " ".join(aside.reason for page in run for aside in page.set_aside)


@pytest.mark.parametrize("fault", ["429:after=30", "reset"])
def test_a_server_in_trouble_is_asked_again_later(replay: Callable[..., str], fault: str) -> None:
    """Too many requests and lost connections are "busy"."""
    with pytest.raises(SourceBusy):
        pages(replay(fault), "/recipes/x")
