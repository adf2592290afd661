"""Mastodon: what a status becomes, and how listings are read forward, backward, and looked up again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Collector, PostKind, SourceBusy, SourceRefused
from collectors.mastodon import SPEC, Mastodon, MastodonOptions
from collectors.mastodon_status import is_ours_to_read, post_of
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import mastodon
from tests.recorded.listening import Run, listening
from tests.recorded.mastodon import TOKEN, status
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Asked, Reply, serve


def listen(world: Answering, *, signed_in: bool = True, **options: object) -> AbstractContextManager[Collector]:
    """A collector on mastodon.example; without options it hears #lamp."""
    chosen = {"instance": "mastodon.example", **(options or {"hashtags": "#lamp"})}
    return listening("mastodon", world, keys={"MASTODON_ACCESS_TOKEN": TOKEN} if signed_in else {}, **chosen)


@contextmanager
def rechecking(world: Answering) -> Iterator[Mastodon]:
    """The collector with its look-up."""
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield Mastodon(MastodonOptions(instance="mastodon.example", hashtags=("lamp",)), None, net)


def raw(item: JSON) -> dict[str, JSON]:
    """A payload as it is stored."""
    return {"status": item, "host": "mastodon.example", "product": "Lantern"}


def test_a_status_becomes_a_post() -> None:
    """Every field that the server shows is found again, markup gone, the account under its full address."""
    edited = "2026-09-22T10:00:00.000Z"
    post = post_of(raw(status(4, in_reply_to_id="2", edited_at=edited, spoiler_text="Bug", language="pt_br")))
    assert (post.kind, post.external_id, post.parent_id, post.thread_id) == (PostKind.COMMENT, "4", "2", None)
    assert (post.title, post.text) == ("Bug", "The #lamp 4 flickers\nagain")
    assert post.url == "https://lamps.example/@p/4"
    assert post.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert post.edited_at == datetime(2026, 9, 22, 10, tzinfo=UTC)
    assert (post.language, post.product) == ("pt-BR", "Lantern")
    assert post.author is not None
    assert (post.author.external_id, post.author.handle, post.author.reach) == (
        "player_4@mastodon.example", "player_4@mastodon.example", 12,
    )  # fmt: skip
    assert (post.engagement.likes, post.engagement.replies, post.engagement.shares) == (3, 1, 2)
    remote = post_of(raw(status(5))).author
    assert remote is not None
    assert remote.handle == "player_5@other.example"


@pytest.mark.parametrize(
    "changed",
    [
        {"account": None}, {"account": {"acct": 5}}, {"language": ["en"]}, {"url": None}, {"url": "javascript:1"},
        {"content": None}, {"media_attachments": None}, {"favourites_count": "3"}, {"edited_at": "never"},
        {"visibility": "unheard_of"}, {"created_at": "2026-09-21T10:00:00"}, {"id": 117020576916218297},
    ],
)  # fmt: skip
def test_odd_fields_are_borne(changed: dict[str, JSON]) -> None:
    """What is missing, null or of another type leaves its field empty, not the post unread."""
    assert post_of(raw({**status(4), **changed})).created_at.tzinfo is UTC


def test_pictures_speak_where_words_are_missing() -> None:
    """A status of pictures only has the texts that the author gave them."""
    pictures: JSON = [{"description": "A lamp"}, {"description": None}, None, {"description": "in fog"}]
    assert post_of(raw(status(1, content="", media_attachments=pictures))).text == "A lamp\n\nin fog"


@pytest.mark.parametrize(("field", "value"), [("id", ""), ("id", None), ("created_at", "now"), ("content", {"a": 1})])
def test_a_damaged_status_is_set_aside_with_its_place(field: str, value: JSON) -> None:
    """The field is named, the neighbours are read."""
    statuses = [status(n) for n in range(1, 6)]
    damaged = {**status(3), field: value}
    with listen(lambda asked: Reply([*statuses, damaged] if "max_id" not in asked.query else [])) as collector:
        run = Run(collector)
    assert len(run.ids) == 5
    (aside,) = run.set_aside
    assert aside.place == "#lamp, page 1, item 6"
    assert field in aside.reason


def test_only_public_words_of_the_author_are_read() -> None:
    """Letters and what is passed on are left out, without a complaint."""
    others = [
        status(2, visibility="direct"), status(3, visibility="private"), status(4, reblog=status(1)),
        status(5, visibility="unlisted"),
    ]  # fmt: skip
    with listen(mastodon.Mastodon([status(1), *others])) as collector:
        run = Run(collector)
    assert run.ids == ["5", "1"]
    assert run.set_aside == []


@pytest.mark.parametrize("links", [True, False])
def test_forward_reading_leaves_no_holes(links: bool) -> None:
    """Two hundred new posts come in order of age, each page with a cursor of its own, with Link headers or without."""
    world = mastodon.Mastodon([status(n) for n in range(1, 101)], links=links)
    with listen(world) as collector:
        first = Run(collector)
        world.statuses += [status(n) for n in range(101, 301)]
        pages = iter(collector.pages(first.cursor))
        kept = [next(pages), next(pages), next(pages)]
        cursor = json.loads(json.dumps(kept[-1].cursor, sort_keys=True))
        rest = Run(collector, cursor)
    found = [post.external_id for page in kept for post in page.posts] + rest.ids
    assert sorted(found, key=int) == [str(n) for n in range(101, 301)]
    assert len(first.ids) == 100


def test_late_and_edited_posts_are_met_in_the_overlap() -> None:
    """A post that reaches the server late, among known ones, and one that was edited, come with the next run."""
    world = mastodon.Mastodon([status(n) for n in range(1, 61) if n != 50])
    with listen(world) as collector:
        first = Run(collector)
        world.statuses.append(status(50))
        world.statuses[54] = status(56, edited_at="2026-09-22T10:00:00.000Z", content="<p>Fixed</p>")
        second = Run(collector, first.cursor)
        third = Run(collector, second.cursor)
    assert sorted(second.ids) == ["50", "56"]
    assert "Fixed" in {post.text for post in second.posts}
    assert third.ids == []


def test_the_backlog_and_since_bound_the_first_time() -> None:
    """At first only so many posts are read, or those since a day; later nothing is bounded."""
    world = mastodon.Mastodon([status(n) for n in range(1, 301)])
    with listen(world, hashtags="lamp", backlog="80") as collector:
        assert len(Run(collector).ids) == 80
        run = Run(collector, since=datetime.fromtimestamp(BEGIN + 60 * 291, UTC))
        assert run.ids == [str(n) for n in range(300, 290, -1)]
        assert run.gaps == []


def test_accounts_mentions_and_searches() -> None:
    """Each listing has its own path and its own place in the cursor; a post of two listings comes once."""
    notes: list[dict[str, JSON]] = [
        {"id": "1001", "type": "mention", "created_at": "2026-09-21T10:00:00Z", "status": status(70)},
        {"id": "1002", "type": "mention", "created_at": "2026-09-21T10:01:00Z", "status": None},
        {"id": "1003", "type": "mention", "created_at": "2026-09-21T10:01:00Z",
         "status": status(71, visibility="direct")},
    ]  # fmt: skip
    world = mastodon.Mastodon([status(n) for n in range(1, 4)], notes)
    with listen(world, accounts="@studio", mentions=True, searches="flickers,nothing", hashtags="lamp") as collector:
        run = Run(collector)
        world.statuses += [status(n) for n in range(4, 60)]
        again = Run(collector, run.cursor)
        assert Run(collector, again.cursor).ids == []
    assert run.ids == ["3", "2", "1", "70"]
    assert sorted((run.cursor or {})["lists"]) == [
        "#lamp",
        "@studio",
        "mentions",
        "search “flickers”",
        "search “nothing”",
    ]
    assert [aside.place for aside in run.set_aside] == ["mentions, page 1, item 2"]
    assert sorted(again.ids, key=int) == [str(n) for n in range(4, 60)]


def test_when_nothing_known_is_shown_any_more_it_is_a_gap() -> None:
    """A listing that lost all that we know."""
    world = mastodon.Mastodon([status(n) for n in range(1, 61)])
    with listen(world) as collector:
        run = Run(collector)
        world.statuses = []
        again = Run(collector, run.cursor)
    assert again.gaps == ["None of the posts known from #lamp is shown any more."]
    assert again.cursor == run.cursor


def test_looking_up_again_finds_edits_and_deletions() -> None:
    """Twenty at a time; a post that is not shown is gone."""
    world = mastodon.Mastodon([status(n) for n in range(1, 31)])
    world.statuses[4] = status(5, edited_at="2026-09-22T10:00:00.000Z")
    with rechecking(world) as collector:
        page = collector.recheck([str(n) for n in range(1, 36)])
    assert len(page.posts) == 30
    assert page.posts[4].edited_at is not None
    assert page.gone == [str(n) for n in range(31, 36)]
    assert [len(asked.many["id[]"]) for asked in world.asked] == [20, 15]


def test_a_look_up_without_any_answer_is_a_fault() -> None:
    """A server that shows none of many posts is not believed."""
    with rechecking(mastodon.Mastodon([])) as collector, pytest.raises(SourceBusy, match="None of 9 posts is shown"):
        collector.recheck([str(n) for n in range(9)])


def test_a_missing_token_is_named() -> None:
    """Where the server wants to know who asks, the variable is named; a wrong token is another sentence."""
    world = mastodon.Mastodon([])
    with (
        listen(world, signed_in=False, mentions=True) as collector,
        pytest.raises(SourceRefused, match="MASTODON_ACCESS_TOKEN") as caught,
    ):
        Run(collector)
    assert caught.value.status == 401
    with listen(lambda _: Reply(status=401), mentions=True) as collector, pytest.raises(SourceRefused, match="keys"):
        Run(collector)


def test_an_unknown_account_is_refused() -> None:
    """The look-up says that there is nobody of this name."""
    with listen(mastodon.Mastodon([]), accounts="nobody") as collector, pytest.raises(SourceRefused, match="404"):
        Run(collector)


@pytest.mark.parametrize("body", [{"error": "Something went wrong"}, None, "x"])
def test_answers_of_another_form_are_a_fault(body: JSON) -> None:
    """An object where a list is due, for listings, for the look-up of an account, and for a search."""
    for options in ({"hashtags": "lamp"}, {"accounts": "studio"}, {"searches": "x"}):
        with (
            listen(lambda _: Reply(json.dumps(body)), **options) as collector,
            pytest.raises(SourceBusy, match="form that we do not know"),
        ):
            Run(collector)


def test_a_page_that_comes_again_and_again_ends_the_walk() -> None:
    """A server that knows no paging sends the same page for ever."""
    asked: list[Asked] = []

    def answering(question: Asked) -> Reply:
        asked.append(question)
        return Reply([status(2), status(1)])

    with listen(answering) as collector:
        run = Run(collector)
        assert Run(collector, run.cursor).ids == []
    assert run.ids == ["2", "1"]
    assert len(asked) <= 4


def test_the_server_asks_us_to_wait_until_a_moment() -> None:
    """Mastodon's X-RateLimit-Reset is a moment, not a number of seconds."""
    limited = Reply(status=429, headers={"X-RateLimit-Reset": "2100-01-01T00:00:00.922069Z"})
    with listen(lambda _: limited) as collector, pytest.raises(SourceBusy, match="slow down") as caught:
        Run(collector)
    assert (caught.value.retry_after or 0) > 1_000_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"instance": "mastodon.example"}, "give hashtags, accounts, searches or mentions"),
        ({"instance": "https://", "mentions": "true"}, "is no server's name"),
        ({"instance": "a.example", "hashtags": "two words"}, "is no hashtag"),
    ],
)
def test_options_that_cannot_be(options: dict[str, str], words: str) -> None:
    """Each is refused in words."""
    with pytest.raises(BadOption, match=words):
        read_options(SPEC, options)


def test_the_server_may_be_given_as_an_address() -> None:
    """An address, in whatever letters, means its host."""
    assert MastodonOptions(instance="https://Mastodon.Example/about", mentions=True).instance == "mastodon.example"


@pytest.mark.shared
def test_every_recorded_status_is_read(shared_folder: Path) -> None:
    """Statuses of Mastodon and its kin, wherever they stand in what was recorded: each public one becomes a post."""
    found: list[dict[str, JSON]] = []

    def gather(value: JSON) -> None:
        if isinstance(value, dict):
            if {"content", "account", "visibility", "created_at"} <= set(value):
                found.append(value)
            for item in value.values():
                gather(item)
        for item in value if isinstance(value, list) else ():
            gather(item)

    for file in sorted((shared_folder / "payloads" / "mastodon").glob("*/*.json")):
        gather(json.loads(file.read_text(encoding="utf-8")))
    assert len(found) > 100
    for item in found:
        post = post_of(raw(item))
        assert post.author is not None
        assert "<" not in post.text or "&lt;" in str(item["content"])
    assert sum(is_ours_to_read(item) for item in found) > 100
