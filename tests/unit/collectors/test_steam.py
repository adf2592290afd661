"""Steam's reviews: what a review becomes, and how a walk down the list begins, ends and is taken up again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import read_options
from collectors.steam import SPEC, Steam, SteamOptions
from tests.recorded import platforms
from tests.recorded.platforms import BEGIN, steam_review
from tests.recorded.web import Asked, Reply, serve


@contextmanager
def listening(world: platforms.Steam, pauses: list[float] | None = None, **options: object) -> Iterator[Steam]:
    """A collector of app 440 that asks the given world."""
    chosen = SteamOptions.model_validate({"appid": 440, "page_size": 5, **options})
    with serve(world) as web, Net(web.url, sleep=(pauses if pauses is not None else []).append) as net:
        yield Steam(chosen, net)


def walk(
    steam: Steam, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(steam.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(cursors[-1])), pages


def test_a_review_becomes_a_post() -> None:
    """Every field that Steam shows is found again, markup gone, the raw payload kept."""
    review = steam_review(
        10, updated=BEGIN + 9999, text="[h1]Nice[/h1][list][*]lamps[*][b]fog[/b][/list] 5 > 3 [x]", up=False
    )
    with listening(platforms.Steam([review]), product="Lantern") as steam:
        post = steam.parse({"review": review, "appid": 440, "product": "Lantern"})
    assert post.external_id == "9010"
    assert post.url == "https://steamcommunity.com/profiles/76561190000000010/recommended/440/"
    assert post.text == "Nice\n\nlamps\nfog\n 5 > 3 [x]"
    assert (post.rating, post.rating_label) == (0.0, "Not recommended")
    assert post.created_at == datetime.fromtimestamp(BEGIN + 600, UTC)
    assert post.edited_at == datetime.fromtimestamp(BEGIN + 9999, UTC)
    assert post.language == "pt-BR"
    assert post.product == "Lantern"
    assert post.author is not None
    assert post.author.external_id == "76561190000000010"
    assert (post.engagement.likes, post.engagement.replies) == (10, 1)
    assert post.raw["review"] == review


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("voted_up", None), ("voted_up", "yes"), ("timestamp_created", "now"), ("timestamp_updated", 1e20),
        ("review", None), ("recommendationid", ""), ("recommendationid", [1]),
    ],
)  # fmt: skip
def test_a_damaged_review_is_set_aside_with_its_place(field: str, value: JSON) -> None:
    """The field is named, the neighbours are read."""
    reviews = [steam_review(n) for n in range(5)]
    reviews[2][field] = value
    with listening(platforms.Steam(reviews)) as steam:
        ids, _, pages = walk(steam)
    aside = [item for page in pages for item in page.set_aside]
    assert len(ids) == 4
    assert len(aside) == 1
    assert aside[0].place.startswith("Steam app 440, page 1, item ")
    assert field in aside[0].reason
    assert "9002" in aside[0].raw or field == "recommendationid"


def test_reviews_that_are_no_objects_are_set_aside() -> None:
    """A list with null, a number and a text in it."""
    answer = {"response": {"reviews": [None, 3, "x", steam_review(1)], "cursor": "*", "total_matching": 4}}
    with serve(lambda _: Reply(answer)) as web, Net(web.url, sleep=lambda _: None) as net:
        ids, _, pages = walk(Steam(SteamOptions(appid=440), net))
    assert ids == ["9001"]
    assert len(pages[0].set_aside) == 3


def test_counts_that_ran_over_are_left_out() -> None:
    """Steam sends 4294967295 where a count fell below zero."""
    review = {**steam_review(1), "votes_up": 4294967295, "comment_count": -1}
    with listening(platforms.Steam([])) as steam:
        post = steam.parse({"review": review, "appid": 440})
    assert (post.engagement.likes, post.engagement.replies) == (None, None)


def test_only_what_is_new_or_edited_comes_again() -> None:
    """The second run brings the new review and the edited one with its new vote, from one request."""
    world = platforms.Steam([steam_review(n) for n in range(12)])
    with listening(world) as steam:
        first, cursor, _ = walk(steam)
        world.asked.clear()
        world.reviews[3] = steam_review(3, updated=BEGIN + 90_000, up=False)
        world.reviews.append(steam_review(50))
        second, cursor, pages = walk(steam, cursor)
        third, _, _ = walk(steam, cursor)
    assert len(first) == 12
    assert second == ["9003", "9050"]
    assert [post.rating for post in pages[0].posts] == [0.0, 1.0]
    assert len(world.asked) == 2
    assert third == []


def test_deleted_anchors_do_not_lose_us() -> None:
    """Where the newest known reviews were deleted, the walk still ends at older known ones, without a gap."""
    world = platforms.Steam([steam_review(n) for n in range(80)])
    with listening(world) as steam:
        _, cursor, _ = walk(steam)
        del world.reviews[40:]
        world.reviews.append(steam_review(90))
        ids, _, pages = walk(steam, cursor)
    assert ids == ["9090"]
    assert pages[-1].gap is None


def test_a_list_without_any_known_review_is_a_gap() -> None:
    """When nothing known is met down to the end, that is said."""
    world = platforms.Steam([steam_review(n) for n in range(3)])
    with listening(world) as steam:
        _, cursor, _ = walk(steam)
        world.reviews = [steam_review(n) for n in range(100, 104)]
        ids, _, pages = walk(steam, cursor)
    assert len(ids) == 4
    assert "None of the posts known" in (pages[-1].gap or "")


def test_false_ends_are_asked_again() -> None:
    """Five empty pages in the middle are not believed, and are asked with growing pauses."""
    world = platforms.Steam([steam_review(n) for n in range(12)], false_empty=5)
    pauses: list[float] = []
    with listening(world, pauses) as steam:
        ids, _, _ = walk(steam)
    assert len(ids) == 12
    assert pauses == [1, 2, 3, 4, 5]


def test_an_end_that_comes_too_early_is_a_gap() -> None:
    """Where Steam stays empty though its total is higher, the shortfall is told in numbers."""
    shown = [steam_review(n) for n in range(5)]

    def answering(asked: Asked) -> Reply:
        first = json.loads(asked.query["input_json"])["cursor"] == "*"
        return Reply({"response": {"reviews": shown if first else [], "cursor": "c", "total_matching": 40}})

    with serve(answering) as web, Net(web.url, sleep=lambda _: None) as net:
        _, _, pages = walk(Steam(SteamOptions(appid=440), net))
    assert pages[-1].gap == "Steam app 440 showed 5 of the 40 posts that it says there are."


def test_an_empty_list_after_a_full_one_is_a_fault() -> None:
    """A game that had reviews and shows none is busy, not empty."""
    world = platforms.Steam([steam_review(n) for n in range(3)])
    with listening(world) as steam:
        _, cursor, _ = walk(steam)
        world.reviews = []
        with pytest.raises(SourceBusy, match=r"Steam app 440 shows nothing.* Taken as a fault"):
            walk(steam, cursor)


def test_a_game_without_reviews_is_fine() -> None:
    """Nothing to read, a cursor, a total of zero."""
    with listening(platforms.Steam([])) as steam:
        ids, cursor, pages = walk(steam)
        assert walk(steam, cursor)[0] == []
    assert ids == []
    assert pages[0].total == 0


def test_an_unknown_game_is_refused() -> None:
    """Steam answers an unknown app with an empty response."""
    with listening(platforms.Steam([]), appid=99) as steam, pytest.raises(SourceRefused, match="no app 99"):
        walk(steam)


def test_a_repeated_position_ends_the_walk() -> None:
    """A platform that sends the same position for ever is left."""
    answer = {"response": {"reviews": [steam_review(1)], "cursor": "same", "total_matching": 1}}
    with serve(lambda _: Reply(answer)) as web, Net(web.url, sleep=lambda _: None) as net:
        ids, _, _ = walk(Steam(SteamOptions(appid=440), net))
    assert ids == ["9001"]
    assert len(web.asked) == 2


def test_since_ends_the_first_walk() -> None:
    """Reviews that were last changed before `since` are neither read nor walked to, and are no gap."""
    world = platforms.Steam([steam_review(n) for n in range(30)])
    with listening(world) as steam:
        ids, _, pages = walk(steam, since=datetime.fromtimestamp(BEGIN + 60 * 26, UTC))
    assert ids == ["9029", "9028", "9027", "9026"]
    assert len(world.asked) == 1
    assert pages[-1].gap is None


def test_a_broken_walk_goes_on_below() -> None:
    """From the cursor of the second page the third is asked for; what came on top meanwhile comes with the next run."""
    world = platforms.Steam([steam_review(n) for n in range(15)])
    with listening(world) as steam:
        pages = iter(steam.pages(None))
        kept = [next(pages), next(pages)]
        world.reviews.insert(0, steam_review(40))
        world.asked.clear()
        cursor = json.loads(json.dumps(kept[-1].cursor))
        rest, cursor, _ = walk(steam, cursor)
        newest, _, _ = walk(steam, cursor)
    found = [post.external_id for page in kept for post in page.posts] + rest
    assert {f"{9000 + n}" for n in range(15)} <= set(found)
    assert world.asked[0]["cursor"] == "10"
    assert newest == ["9040"]


def test_what_is_asked_for() -> None:
    """The request names the order of change, all purchases, the languages, and keeps review bombs in."""
    world = platforms.Steam([steam_review(1)])
    with listening(world, languages="english, german") as steam:
        walk(steam)
    assert world.asked[0] == {
        "appid": 440, "filter": 2, "languages": ["english", "german"], "purchase_type": 1, "num_per_page": 5,
        "filter_offtopic_activity": False, "cursor": "*",
    }  # fmt: skip


def test_options_from_the_command_line() -> None:
    """Texts become numbers and lists."""
    options = read_options(SPEC, {"appid": "440", "languages": "english,german", "offtopic": "false"})
    assert options == SteamOptions(appid=440, languages=("english", "german"), offtopic=False)


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a review."""
    with listening(platforms.Steam([])) as steam, pytest.raises(PostUnreadable, match="review is missing"):
        steam.parse({"appid": 440})
