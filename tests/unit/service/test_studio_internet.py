"""The sample studio's internet, asked over real HTTP as the real collectors' libraries ask."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
from extruct.w3cmicrodata import MicrodataExtractor
from lxml import html

from service.testing.studio.content import Studio
from service.testing.studio.imports import write_imports
from service.testing.studio.showing import show
from service.testing.studio.truth import TruePost, load_truth
from service.testing.studio.world import World

EPOCH = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
REVIEWS = "/IUserReviewsService/GetAppReviews/v1/"
ASK: dict[str, Any] = {
    "appid": 900101,
    "filter": 2,
    "languages": ["all"],
    "purchase_type": 1,
    "num_per_page": 20,
    "filter_offtopic_activity": False,
}
USER_AGENT = "linux:earful:0.1 (by /u/sample)"


def expected(kind: str, phase: int = 1, product: str | None = None) -> dict[str, TruePost]:
    """What a source shows in a phase, by external id."""
    posts = load_truth().in_phase(phase)
    return {post.external_id: post for post in posts if post.kind == kind and product in (None, post.product)}


def steam_page(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    """One page of reviews, asked as a collector does."""
    answer = client.get(REVIEWS, params={"input_json": json.dumps(ASK | changes)})
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()["response"]
    return page


def steam_walk(client: httpx.Client, **changes: Any) -> list[dict[str, Any]]:
    """All reviews, cursor by cursor, until the empty page."""
    reviews: list[dict[str, Any]] = []
    cursor = "*"
    while (page := steam_page(client, cursor=cursor, **changes))["reviews"]:
        reviews += page["reviews"]
        cursor = page["cursor"]
    return reviews


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_steam_shows_each_review_once_in_every_order(client: httpx.Client, order: int) -> None:
    """Walking by cursor meets every review of the title exactly once, though later pages are short."""
    reviews = steam_walk(client, filter=order, num_per_page=7)
    ids = [review["recommendationid"] for review in reviews]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(expected("steam", product="lantern-hollow"))
    assert steam_page(client, filter=order)["total_matching"] == len(ids)


def test_steam_shows_the_last_change_first_and_every_field(client: httpx.Client) -> None:
    """Filter 2 is in the order of `timestamp_updated`; authors have their playtime; some reviews have an answer."""
    reviews = [review for appid in (900101, 900102, 900103) for review in steam_walk(client, appid=appid)]
    walk = [review["timestamp_updated"] for review in steam_walk(client)]
    assert walk == sorted(walk, reverse=True)
    fields = {"language", "review", "voted_up", "votes_up", "steam_purchase", "weighted_vote_score", "comment_count"}
    assert all(fields <= review.keys() for review in reviews)
    assert all(review["author"]["playtime_at_review"] <= review["author"]["playtime_forever"] for review in reviews)
    answered = [review for review in reviews if "developer_response" in review]
    assert 0 < len(answered) < len(reviews) / 4
    assert all(review["timestamp_dev_responded"] > review["timestamp_created"] for review in answered)


def test_steam_leaves_review_bombs_out_unless_asked(client: httpx.Client) -> None:
    """What Steam marks as off-topic activity is shown only with the filter switched off."""
    bombs = {name for product in (900101, 900102, 900103) for name in _bombs(product)}
    assert bombs
    for appid in (900101, 900102, 900103):
        shown = {
            review["recommendationid"] for review in steam_walk(client, appid=appid, filter_offtopic_activity=True)
        }
        assert not shown & bombs


def _bombs(appid: int) -> set[str]:
    products = {900101: "lantern-hollow", 900102: "ironwake", 900103: "pocket-orchard"}
    return {name for name, post in expected("steam", product=products[appid]).items() if post.bomb}


@pytest.mark.parametrize(
    "changes",
    [
        {"appid": 440},
        {"filter": 4},
        {"filter": "recent"},
        {"num_per_page": 101},
        {"cursor": "not one of ours"},
        {"cursor": "WzEsIDEsIDFd"},  # of filter 1
        {"language": "all"},
        {"date_range_start": 1},
    ],
)
def test_steam_answers_what_it_does_not_understand_with_nothing(client: httpx.Client, changes: dict[str, Any]) -> None:
    """A wrong app, parameter or cursor gives an empty response with status 200, as the real service does."""
    assert steam_page(client, **changes) == {}


def test_steam_narrows_by_language_opinion_and_purchase(client: httpx.Client) -> None:
    """Languages, review_type and purchase_type each keep what they name and nothing else."""
    everything = {review["recommendationid"] for review in steam_walk(client)}
    german = steam_walk(client, languages=["german"])
    assert german
    assert {review["language"] for review in german} == {"german"}
    for name, field, asked in (("review_type", "voted_up", (1, 2)), ("purchase_type", "steam_purchase", (0, 2))):
        yes, no = (steam_walk(client, **{name: value}) for value in asked)
        assert all(review[field] for review in yes)
        assert not any(review[field] for review in no)
        assert {review["recommendationid"] for review in yes + no} == everything


def shop_pages(client: httpx.Client, slug: str) -> list[Any]:
    """A title's pages, following rel=next."""
    pages, path = [], f"/shop/{slug}"
    while path:
        answer = client.get(path)
        assert answer.status_code == 200
        pages.append(html.fromstring(answer.content))
        path = next(iter(pages[-1].xpath("//link[@rel='next']/@href")), "")
    return pages


def json_ld(page: Any) -> tuple[list[Any], int]:
    """The blocks of JSON-LD that parse, and how many do not."""
    blocks, broken = [], 0
    for script in page.xpath("//script[@type='application/ld+json']/text()"):
        try:
            blocks.append(json.loads(script))
        except json.JSONDecodeError:
            broken += 1
    return blocks, broken


def test_shop_shows_every_review_in_json_ld_with_one_broken_block_and_one_without_a_date(client: httpx.Client) -> None:
    """Over all pages of the JSON-LD titles each review stands once, beside the two slips that real shops make."""
    for slug, slips in (("lantern-hollow", 1), ("pocket-orchard", 0)):
        pages = [json_ld(page) for page in shop_pages(client, slug)]
        assert sum(broken for _, broken in pages) == slips
        flat = [block for blocks, _ in pages for block in blocks]
        flat += [inner for block in flat for inner in block.get("@graph", ())]
        reviews = [review for block in flat if block.get("@type") == "Product" for review in block["review"]]
        dated = [review["@id"] for review in reviews if "datePublished" in review]
        assert sorted(dated) == sorted(expected("shop", product=slug))
        assert len(reviews) - len(dated) == slips


def test_shop_shows_every_review_in_microdata(client: httpx.Client) -> None:
    """The other title's reviews stand in microdata, with id, stars, date and text where an extractor looks for them."""
    found = []
    for page in shop_pages(client, "ironwake"):
        (product,) = MicrodataExtractor(nested=True).extract_items(page, base_url="https://shop.example/")
        reviews = product["properties"].get("review", [])
        found += reviews if isinstance(reviews, list) else [reviews]
    assert sorted(review["id"] for review in found) == sorted(expected("shop", product="ironwake"))
    assert all(1 <= int(review["properties"]["reviewRating"]["properties"]["ratingValue"]) <= 5 for review in found)
    assert all(datetime.fromisoformat(review["properties"]["datePublished"]).tzinfo for review in found)
    assert all(review["properties"]["reviewBody"] for review in found)


def test_shop_text_cannot_leave_its_place(client: httpx.Client) -> None:
    """Whatever reviewers wrote, pages contain no element of theirs: only the shop's own scripts and tags."""
    for slug in ("lantern-hollow", "ironwake", "pocket-orchard"):
        for page in shop_pages(client, slug):
            assert page.xpath("//article//script | //article//img | //article//iframe") == []
            assert {script.get("type") for script in page.xpath("//script")} <= {"application/ld+json"}


def test_shop_asks_crawlers_to_stay_out_and_links_to_a_private_address(client: httpx.Client) -> None:
    """robots.txt forbids the staff's pages, and a link in the foot ends at an address of a private network."""
    assert "Disallow: /staff/" in client.get("/robots.txt").text
    (page, *_) = shop_pages(client, "ironwake")
    assert {"/staff/rota", "/go/fan-wiki"} <= set(page.xpath("//footer//a/@href"))
    away = client.get("/go/fan-wiki")
    assert (away.status_code, away.headers["location"]) == (302, "http://10.0.0.8/wiki")
    assert client.get("/shop/ironwake?page=99").status_code == 404
    assert client.get("/shop/another-game").status_code == 404


def test_forum_feed_holds_every_post_and_one_broken_entry(client: httpx.Client) -> None:
    """feedparser reads each post with id, link, author and time, and the broken entry without a usable date."""
    answer = client.get("/forum/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    good = [entry for entry in feed.entries if "id" in entry]
    (bad,) = [entry for entry in feed.entries if "id" not in entry]
    assert sorted(entry.id for entry in good) == sorted(expected("forum"))
    assert bad.updated_parsed is None
    assert all(entry.author and entry.published_parsed for entry in good)
    assert client.get(good[0].link).status_code == 200
    assert client.get(good[0].author_detail.href).status_code == 200


def test_forum_feed_is_not_sent_twice(client: httpx.Client, world: World) -> None:
    """ETag and Last-Modified give 304 while nothing changed, and the feed again in the second phase."""
    first = client.get("/forum/feed.atom")
    etag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/forum/feed.atom", headers=etag).status_code == 304
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert client.get("/forum/feed.atom", headers=since).status_code == 304
    assert client.get("/forum/feed.atom", headers={"If-None-Match": '"another"', **since}).status_code == 200
    world.turn(2)
    assert client.get("/forum/feed.atom", headers=etag).status_code == 200


def test_second_phase_shows_new_and_edited_reviews_first(client: httpx.Client) -> None:
    """After the switch the changes stand above everything that was known, and what was deleted is gone."""
    before = {review["recommendationid"]: review for review in steam_walk(client)}
    assert client.get("/__phase__").json() == {"phase": 1}
    assert client.post("/__phase__", json={"phase": 2}).json() == {"phase": 2}
    after = {review["recommendationid"]: review for review in steam_walk(client)}
    truth = expected("steam", phase=2, product="lantern-hollow")
    assert set(after) == set(truth)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed
    assert changed == {name for name, post in truth.items() if post.edited or post.phase == 2}
    newest_known = max(review["timestamp_updated"] for review in before.values())
    assert all(after[name]["timestamp_updated"] > newest_known for name in changed)
    assert client.post("/__phase__", json={"phase": 3}).status_code == 422


def test_requests_are_counted(client: httpx.Client) -> None:
    """Each path's visits can be asked for, so that a test sees what a collector did."""
    client.get("/robots.txt")
    client.get("/robots.txt")
    client.get("/nowhere")
    counts = client.get("/__requests__").json()
    assert (counts["/robots.txt"], counts["/nowhere"]) == (2, 1)
    assert "made-up" in client.get("/").text


def test_survey_is_served_and_written_with_two_bad_rows(client: httpx.Client, studio: Studio, tmp_path: Path) -> None:
    """The survey is the same over HTTP and in the folder; beside the good rows it has two that cannot be read."""
    write_imports(tmp_path, studio, show(studio.content, EPOCH, 1))
    text = (tmp_path / "survey.csv").read_bytes().decode()
    assert client.get("/exports/survey.csv").text == text
    rows = list(csv.DictReader(io.StringIO(text)))
    good = [row for row in rows if not row["id"].startswith("survey-")]
    assert sorted(row["id"] for row in good) == sorted(expected("survey"))
    assert all(datetime.fromisoformat(row["created_at"]) <= EPOCH for row in good)
    assert len(rows) == len(good) + 2


def test_the_command_prints_its_address_first_and_ends_when_told(tmp_path: Path) -> None:
    """`python -m service.testing.studio.internet` serves on a free port; the second phase begins after the epoch."""
    command = [sys.executable, "-m", "service.testing.studio.internet", "--epoch", "2026-01-05T10:00:00Z"]
    command += ["--exports", str(tmp_path), "--second-phase-after", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                while client.get("/__phase__").json() != {"phase": 2}:
                    assert process.poll() is None
            assert (tmp_path / "orders.csv").is_file()
        finally:
            process.send_signal(signal.SIGINT)
            printed, complaints = process.communicate(timeout=30)
    assert (process.returncode, printed, complaints) == (0, "", "")
