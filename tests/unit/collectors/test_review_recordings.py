"""Reviews and comments that platforms really sent: each is read, nothing is set aside, and what they say is sane."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collectors import registry
from collectors.base import Collector, Page, Post
from collectors.net import Net
from collectors.options import read_options
from tests.recorded import google, signing, trustpilot
from tests.recorded.web import Answering, Asked, Reply, serve

pytestmark = pytest.mark.shared


@contextmanager
def listening(kind: str, world: Answering, **options: object) -> Iterator[Collector]:
    """A collector that asks the given world."""
    spec = registry.spec(kind)
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield spec.build(read_options(spec, options), signing.keys(), net)


def recorded(shared: Path, platform: str, folder: str) -> list[Path]:
    """The files of a folder; there are some."""
    files = sorted((shared / "payloads" / platform / folder).iterdir())
    assert files
    return files


def check(collector: Collector, pages: list[Page]) -> list[Post]:
    """The posts, which survive JSON and parse, are each there once, and are of the web's age; nothing was set aside."""
    posts = [post for page in pages for post in page.posts]
    assert [page.set_aside for page in pages if page.set_aside] == []
    assert len({post.external_id for post in posts}) == len(posts)
    for post in posts:
        assert collector.parse(json.loads(json.dumps(post.raw))) == post
        assert 2005 <= post.created_at.year <= 2026
        assert post.text
    return posts


def test_recorded_feeds_of_the_app_store(shared_folder: Path) -> None:
    """Whole pages, also of 2018, when the app itself came first and reviews had no dates."""
    for file in recorded(shared_folder, "apple_appstore", "itunes_rss_json"):
        body = file.read_bytes()

        def world(asked: Asked, body: bytes = body) -> Reply:
            return Reply(body if "page=1/" in asked.path else {"feed": {"id": {}}})

        with listening("app_store", world, app=1) as collector:
            posts = check(collector, list(collector.pages(None)))
        assert len(posts) == 50
        assert all(post.rating_label and post.product_version and post.author and post.title for post in posts)


def test_recorded_pages_of_the_store(shared_folder: Path) -> None:
    """A page of reviews as the store sends it, with its position for the next one."""
    for file in recorded(shared_folder, "google_play", "batchexecute"):
        asked: list[Asked] = []
        body = file.read_bytes()

        def world(question: Asked, body: bytes = body, asked: list[Asked] = asked) -> Reply:
            asked.append(question)
            return Reply(body) if len(asked) == 1 else google.StorePages.row("[]", None)

        with listening("google_play_pages", world, package="com.twitter.android") as collector:
            posts = check(collector, list(collector.pages(None)))
        assert len(posts) == 40
        assert len(asked) == 2
        assert all(post.rating_label and post.author for post in posts)
        assert "googleusercontent" not in json.dumps([post.raw for post in posts])


def test_recorded_review_of_the_publishers_api(shared_folder: Path) -> None:
    """One with a phone's data and the developer's answer."""
    for file in recorded(shared_folder, "google_play", "androidpublisher_reviews"):
        world = google.Publisher([json.loads(file.read_text(encoding="utf-8"))])
        with listening("google_play", world, package=google.PACKAGE) as collector:
            (post,) = check(collector, list(collector.pages(None)))
        assert (post.rating_label, post.product_version, post.engagement.replies) == ("3/5", "20161122", 1)


def test_recorded_reviews_of_trustpilot(shared_folder: Path) -> None:
    """Only its pages were recorded: their reviews, put into the form of the API."""
    for file in recorded(shared_folder, "trustpilot", "next_data_reviews"):
        reviews = [
            {
                **one, "stars": one["rating"], "createdAt": one["dates"]["publishedDate"],
                "updatedAt": one["dates"]["updatedDate"], "companyReply": one["reply"],
            }
            for one in json.loads(file.read_text(encoding="utf-8"))
        ]  # fmt: skip
        with listening("trustpilot", trustpilot.Trustpilot(reviews), business=trustpilot.UNIT) as collector:
            posts = check(collector, list(collector.pages(None)))
        assert len(posts) == len({one["id"] for one in reviews})
        assert all(post.rating_label and post.author and post.language for post in posts)


def test_recorded_comments_of_youtube(shared_folder: Path) -> None:
    """Threads and comments, of videos and of channels, in texts for display and as written."""
    count = 0
    for folder in ("comment_threads", "comments"):
        for file in recorded(shared_folder, "youtube", folder):
            answer = json.loads(file.read_text(encoding="utf-8"))
            items = answer.get("items", [answer])
            one_page = {"items": items}
            with listening(
                "youtube", lambda _, page=one_page: Reply(page), videos="lantern0001", replies=False
            ) as collector:
                posts = check(collector, list(collector.pages(None)))
            assert len(posts) == len({item["id"] for item in items})
            assert all(post.author and post.author.external_id for post in posts)
            assert not any("<" in post.text for post in posts)
            count += len(posts)
    assert count >= 20
