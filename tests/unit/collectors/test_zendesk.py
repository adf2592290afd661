"""Zendesk: whose words are read, how the export is followed, and what is kept of a comment."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors import registry
from collectors.base import Cursor, Page, Post, PostKind, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.zendesk import Zendesk as Collector
from collectors.zendesk import ZendeskOptions
from tests.recorded.web import Asked, Reply, Web, serve
from tests.recorded.zendesk import CUSTOMER, Zendesk, helpdesk, ticket, user


@contextmanager
def listening(world: Zendesk, **options: object) -> Iterator[tuple[Collector, Web]]:
    """A collector of a made-up Zendesk, and the server that it asks."""
    chosen = ZendeskOptions.model_validate({"subdomain": "lamps", **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield Collector(chosen, "admin@lamps.example", "zt", net), web


def run(collector: Collector, cursor: Cursor | None = None, since: datetime | None = None) -> tuple[list[Page], Cursor]:
    """All pages of one run, and the cursor after it."""
    pages = list(collector.pages(cursor, since=since))
    reached = [page.cursor for page in pages if page.cursor is not None]
    return pages, json.loads(json.dumps(reached[-1], sort_keys=True))


def posts_of(pages: list[Page]) -> list[Post]:
    """All posts of the pages."""
    return [post for page in pages for post in page.posts]


def test_a_customers_comment_becomes_a_post() -> None:
    """Subject with the first comment, the thread, the verified address, the time, a link for agents."""
    world = Zendesk()
    world.write(3)
    world.write(3, body="Still flickering")
    with listening(world, product="Lantern") as (collector, _):
        first, second = posts_of(run(collector)[0])
    assert (first.external_id, first.thread_id, first.parent_id, first.title) == ("3", "3", None, "Ticket 3")
    assert (second.external_id, second.thread_id, second.parent_id, second.title) == ("3/3001", "3", "3", None)
    assert second.text == "Still flickering"
    assert first.kind is PostKind.MESSAGE
    assert first.created_at == datetime(2026, 9, 21, 0, 3, tzinfo=UTC)
    assert first.url == "https://lamps.zendesk.com/agent/tickets/3"
    assert (first.product, first.language) == ("Lantern", "de-DE")
    assert first.author is not None
    assert (first.author.external_id, first.author.name) == (str(CUSTOMER + 3), f"User {CUSTOMER + 3}")
    assert first.author.verified_email == f"user{CUSTOMER + 3}@people.example"


def test_only_customers_public_words_are_read() -> None:
    """Agents, internal notes and records of calls are left out; a customer who is gone is known as the requester."""
    world = helpdesk(1)
    world.write(1, type="VoiceComment", body="Call from +49 30 1234")
    world.write(1, author=555, body="Somebody who is gone")
    world.write(1, author=CUSTOMER + 1, body="The requester who is gone")
    del world.users[555]
    with listening(world) as (collector, _):
        assert len(posts_of(run(collector)[0])) == 2
        del world.users[CUSTOMER + 1]
        again = posts_of(run(collector)[0])
    assert [post.text for post in again] == ["The lamp flickers, 1000", "The requester who is gone"]
    assert again[0].author is not None
    assert again[0].author.verified_email is None


def test_nothing_private_is_kept() -> None:
    """No IP address, no token, no telephone number, no address that is not verified."""
    world = helpdesk(1)
    world.users[CUSTOMER + 1] = user(CUSTOMER + 1, verified=False)
    with listening(world) as (collector, _):
        (post,) = posts_of(run(collector)[0])
    kept = json.dumps(post.raw)
    assert not [word for word in ("203.0.113", "token", "+49", "@", 'zt"') if word in kept]
    assert post.author is not None
    assert post.author.verified_email is None


def test_the_export_is_followed_and_taken_up() -> None:
    """Pages of the export lead on until it says that it is over; the next run asks behind the last cursor."""
    world = helpdesk(50)
    world.a_page = 15
    with listening(world) as (collector, web):
        pages, cursor = run(collector)
        assert len(posts_of(pages)) == 50
        world.write(51)
        later, _ = run(collector, cursor)
    assert cursor == {"after": "after-50"}
    assert [post.external_id for post in posts_of(later)] == ["51"]
    assert web.asked[0].query == {"start_time": "0", "per_page": "100"}


def test_the_cursor_waits_for_the_last_ticket_of_an_answer() -> None:
    """Posts come in the meantime; a run that breaks off reads that answer once more."""
    world = helpdesk(45)
    with listening(world) as (collector, web):
        pages = collector.pages(None)
        early = [next(iter(pages)), next(iter(pages))]
        assert [len(page.posts) for page in early] == [20, 20]
        assert [page.cursor for page in early] == [None, None]
        web.answering = lambda asked: Reply(status=503) if "44" in asked.path else world(asked)
        with pytest.raises(SourceBusy):
            list(pages)


def test_edits_and_comments_made_private_come_again() -> None:
    """A redacted comment changes its ticket; one that an agent hides is gone."""
    world = helpdesk(2)
    with listening(world) as (collector, _):
        _, cursor = run(collector)
        world.comments[1][0]["body"] = "The lamp ▇▇▇"
        world.touch(1)
        world.comments[2][0]["public"] = False
        world.touch(2)
        (page,), _ = run(collector, cursor)
    assert [(post.external_id, post.text) for post in page.posts] == [("1", "The lamp ▇▇▇")]
    assert page.gone == ["2"]


def test_a_ticket_that_comes_twice_is_handed_over_once() -> None:
    """It changed while it was exported."""
    world = helpdesk(1)
    world.touch(1)
    with listening(world) as (collector, _):
        assert len(posts_of(run(collector)[0])) == 1


def test_deleted_tickets_are_gone() -> None:
    """The export names them; so does the question for a ticket that was deleted since. Archived ones stay."""
    world = helpdesk(4)
    world.write(3, body="More")
    with listening(world) as (collector, _):
        _, cursor = run(collector)
        del world.comments[1], world.comments[3]
        world.touch(1, status="deleted")
        (page,), _ = run(collector, cursor)
        world.archived.add(2)
        looked_up = collector.recheck(["3", "3/3001", "2", "4", "nonsense"])
    assert page.gone == ["1"]
    assert page.posts == []
    assert looked_up.gone == ["3", "3/3001"]


def test_a_ticket_deleted_between_two_questions_is_passed_over() -> None:
    """Its comments are not found any more; the others are read."""
    world = helpdesk(3)
    del world.comments[2]
    with listening(world) as (collector, _):
        pages, _ = run(collector)
    assert [post.external_id for post in posts_of(pages)] == ["1", "3"]


def test_long_tickets_are_read_to_their_end() -> None:
    """Comments come in several answers."""
    world = Zendesk()
    for _ in range(95):
        world.write(1)
    world.tickets = [ticket(1)]
    with listening(world) as (collector, web):
        assert len(posts_of(run(collector)[0])) == 95
    assert sum("comments" in asked.path for asked in web.asked) == 4


def test_since_and_channels_leave_things_out() -> None:
    """Comments before `since` are not handed over at the first run; other channels' tickets are not asked for."""
    world = helpdesk(3)
    world.touch(9, via={"channel": "voice"})
    with listening(world, channels="web,email") as (collector, web):
        pages, _ = run(collector, since=datetime(2026, 9, 21, tzinfo=UTC) + timedelta(minutes=2))
    assert [post.external_id for post in posts_of(pages)] == ["2", "3"]
    assert web.asked[0].query["start_time"] == "1789948920"
    assert not [asked for asked in web.asked if "/9/" in asked.path]


def test_odd_items_are_set_aside_with_their_place() -> None:
    """Their neighbours are read; numbers as text and absent fields are no trouble."""
    world = helpdesk(3)
    world.tickets.insert(0, {"subject": "no id"})
    world.tickets.append({"id": "3", "status": None, "via": None})
    world.comments[1][0].update(created_at="yesterday")
    world.comments[2].insert(0, {"id": None, "author_id": CUSTOMER + 2, "public": True, "body": "x"})
    world.comments[2].append({"id": 7, "author_id": str(CUSTOMER + 2), "public": True, "created_at": "2026-10-01"})
    with listening(world) as (collector, _):
        pages, _ = run(collector)
    aside = {item.place: item.reason for page in pages for item in page.set_aside}
    assert set(aside) == {"export, ticket 1", "ticket 1, comment 1", "ticket 2, comment 1", "ticket 2, comment 5"}
    assert "created_at should be a time" in aside["ticket 1, comment 1"]
    assert [post.external_id for post in posts_of(pages)] == ["2/2000", "3"]


def test_a_ticket_that_is_listed_and_not_found_is_asked_for_again() -> None:
    """In the middle of its comments too. What is there then is read; what is not was deleted."""
    world = helpdesk(3)
    away = {"/api/v2/tickets/1/comments.json", "/api/v2/tickets/2/comments.json", "/api/v2/tickets/2.json"}
    with listening(world) as (collector, web):
        web.answering = lambda asked: Reply(status=404) if asked.path in away else world(asked)
        first, cursor = run(collector)
        away.discard("/api/v2/tickets/1/comments.json")
        second, cursor = run(collector, cursor)
        asked = len(web.asked)
        third, cursor = run(collector, cursor)
    assert {post.thread_id for post in posts_of(first)} == {"3"}
    assert {post.thread_id for post in posts_of(second)} == {"1"}
    assert [page.gone for page in second if page.gone] == [["2"]]
    assert posts_of(third) == []
    assert "missing" not in cursor
    assert len(web.asked) == asked + 1


def test_many_tickets_that_are_not_found_are_a_fault() -> None:
    """The cursor stays before them."""
    world = helpdesk(120)
    with listening(world) as (collector, web):
        web.answering = lambda asked: Reply(status=404) if "comments" in asked.path else world(asked)
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            list(collector.pages(None))


def test_an_export_that_loops_ends() -> None:
    """A cursor that leads to itself, and paging that never says that it is over."""
    world = helpdesk(2)

    def looping(asked: Asked) -> Reply:
        if "incremental" in asked.path:
            return Reply({"tickets": world.tickets, "after_cursor": "same", "end_of_stream": False})
        if "comments" in asked.path:
            paging = {"has_more": True, "after_cursor": "same"}
            return Reply({"comments": world.comments[1], "users": [*world.users.values()], "meta": paging})
        return Reply(status=404)

    with listening(world) as (collector, web):
        web.answering = looping
        pages, _ = run(collector)
    assert len(posts_of(pages)) == 2
    assert len(web.asked) < 20


def test_a_form_that_is_not_zendesks_is_busy() -> None:
    """JSON of another kind is not taken for an empty export."""
    with listening(Zendesk()) as (collector, web):
        web.answering = lambda _: Reply({"error": "Maintenance"})
        with pytest.raises(SourceBusy, match="form that we do not know"):
            run(collector)


def test_wrong_keys_are_refused() -> None:
    """Zendesk's 401 asks a person to look at the keys."""
    with serve(helpdesk(1)) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = Collector(ZendeskOptions(subdomain="lamps"), "admin@lamps.example", "other", net)
        with pytest.raises(SourceRefused, match="credentials"):
            run(collector)


def test_a_mapping_that_is_no_comment_is_unreadable() -> None:
    """Parsing is strict about its own payloads."""
    with Net() as net:
        collector = Collector(ZendeskOptions(subdomain="lamps"), "a", "b", net)
        for raw in ({}, {"ticket": {}, "comment": {}}, {"ticket": {"id": 1}, "comment": {"id": 2}, "subdomain": "x"}):
            with pytest.raises(PostUnreadable):
                collector.parse(raw)  # type: ignore[arg-type]  # what a database may hold


def test_parsing_is_quick() -> None:
    """History is read again in minutes, not hours: thousands a second even on a busy machine."""
    world = helpdesk(1)
    with listening(world) as (collector, _):
        (post,) = posts_of(run(collector)[0])
    begun = time.perf_counter()
    for _ in range(2000):
        collector.parse(post.raw)
    assert time.perf_counter() - begun < 2


@pytest.mark.shared
def test_recorded_tickets_are_read(shared_folder: Path) -> None:
    """Tickets as Zendesk exports them make posts of a customer's comment, whatever their channel."""
    found = sorted((shared_folder / "payloads" / "zendesk" / "ticket").glob("*.json"))
    assert found
    for path in found:
        recorded = json.loads(path.read_text(encoding="utf-8"))
        world = Zendesk(tickets=[recorded])
        writer = recorded["requester_id"]
        world.users[writer] = user(writer)
        world.comments[recorded["id"]] = [
            {"id": 1, "type": "Comment", "author_id": writer, "body": recorded["description"], "public": True,
             "created_at": recorded["created_at"]},
        ]  # fmt: skip
        with listening(world) as (collector, _):
            (post,) = posts_of(run(collector)[0])
        assert post.title == recorded["subject"]
        assert post.author is not None
        assert post.author.external_id == str(writer)


def test_the_passport_keeps_letters_in_the_house() -> None:
    """Customers wrote to the company: linked, yes; passed on or trained on, no."""
    passport = registry.spec("zendesk").passport
    assert passport.may_link
    assert not passport.may_export
    assert not passport.may_train
