"""Intercom: whose words are read, how changes are followed, and what is kept of a message."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import Cursor, Page, Post, PostKind, PostUnreadable, SourceBusy, SourceRefused
from collectors.intercom import Intercom as Collector
from collectors.intercom import IntercomOptions
from collectors.intercom_part import customers_parts, post_of
from collectors.net import Net
from tests.recorded.intercom import BEGIN, HOUR, TEAM, Intercom, conversation, customer, messenger, part
from tests.recorded.web import Reply, Web, serve


@contextmanager
def listening(world: Intercom, **options: object) -> Iterator[tuple[Collector, Web]]:
    """A collector of a made-up Intercom, and the server that it asks."""
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield Collector(IntercomOptions.model_validate(options), "it", net), web


def run(collector: Collector, cursor: Cursor | None = None, since: datetime | None = None) -> tuple[list[Page], Cursor]:
    """All pages of one run, and the cursor after it."""
    pages = list(collector.pages(cursor, since=since))
    reached = [page.cursor for page in pages if page.cursor is not None]
    return pages, json.loads(json.dumps(reached[-1], sort_keys=True))


def posts_of(pages: list[Page]) -> list[Post]:
    """All posts of the pages."""
    return [post for page in pages for post in page.posts]


def test_messages_of_a_customer_become_posts() -> None:
    """The first message is the thread, replies follow it, a remark beside a rating is a review."""
    rating: dict[str, object] = {
        "rating": 2, "remark": "Too slow", "created_at": BEGIN + HOUR + 90, "contact": {"type": "contact", "id": "c1"}
    }  # fmt: skip
    world = Intercom()
    world.add(conversation(1, [part(5, customer(1), BEGIN + HOUR + 60, part_type="open")], conversation_rating=rating))  # type: ignore[arg-type]  # JSON by hand
    with listening(world, product="Lantern", workspace="abc1") as (collector, _):
        first, reply, remark = posts_of(run(collector)[0])
    assert (first.external_id, first.thread_id, first.parent_id) == ("1", "1", None)
    assert (first.title, first.text) == ("Lamp 1", "The lamp 1 flickers")
    assert first.created_at == datetime.fromtimestamp(BEGIN + HOUR, UTC)
    assert first.url == "https://app.intercom.com/a/inbox/abc1/inbox/conversation/1"
    assert first.author is not None
    assert (first.author.external_id, first.author.name) == ("c1", "Customer 1")
    assert (reply.external_id, reply.text, reply.parent_id, reply.title) == ("1/5", "Part 5", "1", None)
    assert (remark.kind, remark.external_id, remark.text) == (PostKind.REVIEW, "1/rating", "Too slow")
    assert (remark.rating, remark.rating_label, remark.product) == (0.25, "2/5", "Lantern")


def test_a_conversation_that_is_listed_and_not_found_is_asked_for_again() -> None:
    """Once: what is there then is read, also where nothing changed; what is not was deleted."""
    world = messenger(3)
    away = {"/conversations/1", "/conversations/2"}
    with listening(world) as (collector, web):
        web.answering = lambda asked: Reply(status=404) if asked.path in away else world(asked)
        first, cursor = run(collector)
        away.discard("/conversations/1")
        second, cursor = run(collector, cursor)
        away.clear()
        third, cursor = run(collector, cursor)
    assert [post.external_id for post in posts_of(first)] == ["3"]
    assert [post.external_id for post in posts_of(second)] == ["1"]
    assert posts_of(third) == []
    assert "missing" not in cursor


def test_many_conversations_that_are_not_found_are_a_fault() -> None:
    """Not all of them were deleted just now."""
    world = messenger(130)
    with listening(world) as (collector, web):
        web.answering = lambda asked: world(asked) if asked.method == "POST" else Reply(status=404)
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            list(collector.pages(None))


def test_only_customers_words_are_read() -> None:
    """Not the team's, the bot's, a note's, and no state without words."""
    bot = {"type": "bot", "id": "1", "name": "Fin"}
    parts = [
        part(1, TEAM, BEGIN), part(2, bot, BEGIN), part(3, customer(1), BEGIN, body=None, part_type="close"),  # type: ignore[arg-type]  # JSON by hand
        part(4, customer(1, type="lead"), BEGIN), part(5, customer(1, type="something new"), BEGIN),
    ]  # fmt: skip
    world = Intercom()
    world.add(conversation(1, parts))
    with listening(world) as (collector, _):
        assert [post.external_id for post in posts_of(run(collector)[0])] == ["1", "1/4"]


@pytest.mark.parametrize(
    ("verified", "kind", "kept"), [(False, "user", False), (True, "user", True), (True, "lead", False)]
)
def test_an_address_is_kept_only_where_the_company_verified_it(verified: bool, kind: str, kept: bool) -> None:
    """That of a signed-in user, and only where identity verification is enforced."""
    world = Intercom()
    world.add(conversation(1, [part(5, customer(1, type=kind), BEGIN)]))
    with listening(world, emails_verified=verified) as (collector, _):
        reply = posts_of(run(collector)[0])[1]
    assert reply.author is not None
    assert reply.author.verified_email == ("c1@people.example" if kept else None)
    words = json.dumps(reply.raw)
    assert ("@" in words) is kept
    assert not [word for word in ("token", "+49") if word in words]


def test_changes_are_followed() -> None:
    """The second run brings the conversation that changed; what the overlap shows again is not asked for."""
    world = messenger(30)
    with listening(world) as (collector, web):
        pages, cursor = run(collector)
        assert [len(page.posts) for page in pages] == [20, 10]
        world.add(conversation(3, [part(5, customer(3), BEGIN)], updated_at=BEGIN + 40 * HOUR))
        asked = len(web.asked)
        later, _ = run(collector, cursor)
    assert [post.external_id for post in posts_of(later)] == ["3", "3/5"]
    assert [each.path for each in web.asked[asked:]] == ["/conversations/search", "/conversations/3"]


def test_a_first_run_without_anything_remembers_where_it_began() -> None:
    """Otherwise the next run would read everything from before `since`."""
    world = messenger(3)
    since = datetime.fromtimestamp(BEGIN + 10 * HOUR, UTC)
    with listening(world) as (collector, _):
        first, cursor = run(collector, since=since)
        second, _ = run(collector, cursor)
    assert posts_of(first) == posts_of(second) == []


def test_messages_before_since_are_left_out() -> None:
    """An old conversation that changed brings its new messages alone at the first run."""
    world = Intercom()
    late = BEGIN + 20 * HOUR
    world.add(conversation(1, [part(5, customer(1), late)], updated_at=late))
    with listening(world) as (collector, _):
        pages, _ = run(collector, since=datetime.fromtimestamp(late - 60, UTC))
    assert [post.external_id for post in posts_of(pages)] == ["1/5"]


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_run_that_breaks_off_is_taken_up(forgotten: bool) -> None:
    """Where it stopped, or from its beginning where Intercom no longer knows the place; nothing is asked for twice."""
    world = messenger(50)
    with listening(world) as (collector, web):
        pages = collector.pages(None)
        first = next(iter(pages))
        assert len(first.posts) == 20
        world.forgotten = forgotten
        asked = len(web.asked)
        later, _ = run(collector, json.loads(json.dumps(first.cursor, sort_keys=True)))
    found = {post.external_id for post in [*first.posts, *posts_of(later)]}
    assert len(found) == 50
    assert len({each.path for each in web.asked[asked:] if each.method == "GET"}) == 30


def test_redacted_and_deleted_messages_are_gone() -> None:
    """A redacted message is told of by its conversation; a deleted conversation by asking for it."""
    world = messenger(3)
    with listening(world) as (collector, _):
        _, cursor = run(collector)
        source = {"id": "1", "author": customer(1), "redacted": True, "body": None}
        redacted = part(5, customer(1), BEGIN, redacted=True, body=None)
        world.add(conversation(1, [redacted], source=source, updated_at=BEGIN + 40 * HOUR))  # type: ignore[arg-type]  # JSON by hand
        (page,), _ = run(collector, cursor)
        del world.conversations["2"]
        looked_up = collector.recheck(["2", "2/5", "3", "1/5", "no/thing", "../me"])
    assert page.gone == ["1", "1/5"]
    assert page.posts == []
    assert looked_up.gone == ["2", "2/5", "1", "1/5", "no/thing"]
    assert [post.external_id for post in looked_up.posts] == ["3"]


def test_what_intercom_leaves_out_is_a_gap() -> None:
    """Long conversations are shown with their newest parts alone."""
    world = Intercom()
    listed = {"conversation_parts": [part(5, customer(1), BEGIN)], "total_count": 700}
    world.add(conversation(1, conversation_parts=listed))  # type: ignore[arg-type]  # JSON by hand
    with listening(world) as (collector, _):
        (page,), _ = run(collector)
    assert page.gap == "Intercom shows 1 of the 700 parts of conversation 1."


def test_odd_items_are_set_aside_with_their_place() -> None:
    """Their neighbours are read."""
    world = Intercom()
    odd = [part(5, customer(1), BEGIN, created_at="soon"), part(6, customer(1), BEGIN, id=None), part(7, {}, BEGIN)]
    world.add(conversation(1, odd, source=None, conversation_message=conversation(1)["source"], user=customer(1)))
    world.conversations["x"] = {"updated_at": BEGIN + 5 * HOUR}
    with listening(world) as (collector, _):
        (page,), _ = run(collector)
    assert [post.external_id for post in page.posts] == ["1"]
    assert [item.place for item in page.set_aside] == [
        "conversation 1, customer's message 2", "conversation 1, customer's message 3", "search, item 2",
    ]  # fmt: skip


def test_a_list_that_loops_ends() -> None:
    """A place that leads to itself is met once."""
    world = messenger(2)
    with listening(world) as (collector, web):
        body = {"conversations": [world.conversations["1"]], "pages": {"next": {"starting_after": "same"}}}
        web.answering = lambda asked: Reply(body) if asked.method == "POST" else world(asked)
        pages, _ = run(collector)
    assert len(posts_of(pages)) == 1
    assert len(web.asked) < 10


@pytest.mark.parametrize("answer", [{"error": "x"}, {"conversations": None}, []])
def test_a_form_that_is_not_intercoms_is_busy(answer: object) -> None:
    """JSON of another kind is not taken for an empty list."""
    with listening(Intercom()) as (collector, web):
        web.answering = lambda _: Reply(answer)
        with pytest.raises(SourceBusy, match="form that we do not know"):
            run(collector)


def test_a_wrong_token_is_refused() -> None:
    """Intercom's 401 asks a person to look at the key."""
    with serve(messenger(1)) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = Collector(IntercomOptions(), "other", net)
        with pytest.raises(SourceRefused, match="credentials"):
            run(collector)


def test_each_region_has_a_server_of_its_own() -> None:
    """Questions go where the workspace's data is."""
    with Net() as net:
        homes = {Collector(IntercomOptions(region=region), "it", net)._home for region in ("us", "eu", "au")}  # type: ignore[arg-type]  # as sources.yaml has it
    assert len(homes) == 3


def test_parsing_is_quick() -> None:
    """History is read again in minutes, not hours: thousands a second even on a busy machine."""
    raw = {**next(customers_parts(conversation(1), emails_are_ours=False)), "workspace": None, "product": None}
    begun = time.perf_counter()
    for _ in range(2000):
        post_of(raw)
    assert time.perf_counter() - begun < 4


@pytest.mark.parametrize("raw", [{}, {"conversation": {"id": 1}, "role": "part", "part": {"id": ""}}])
def test_a_mapping_that_is_no_message_is_unreadable(raw: dict[str, object]) -> None:
    """Parsing is strict about its own payloads."""
    with pytest.raises(PostUnreadable):
        post_of(raw)  # type: ignore[arg-type]  # what a database may hold


def _recorded(folder: Path) -> Iterator[dict[str, object]]:
    for path in sorted(folder.glob("*/*.json")):
        body = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(body, dict):
            continue
        data = body.get("data")
        item = data.get("item") if isinstance(data, dict) else None
        yield from (each for each in (body, item, *(body.get("conversations") or ())) if isinstance(each, dict))


@pytest.mark.shared
def test_recorded_conversations_are_read(shared_folder: Path) -> None:
    """Conversations of the API's documentation and of older webhooks: only customers' words, all of them readable."""
    found = [each for each in _recorded(shared_folder / "payloads" / "intercom") if each.get("type") == "conversation"]
    parts = [raw for each in found for raw in customers_parts(each, emails_are_ours=False)]  # type: ignore[arg-type]  # JSON from a file
    posts = [post_of(raw) for raw in parts]
    assert len(found) > 10
    assert {"Hello everyone!", "Thanks again :)"} <= {post.text for post in posts}
    assert all(post.author and post.author.verified_email is None for post in posts)
    assert "@" not in json.dumps([post.raw for post in posts])
