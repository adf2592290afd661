"""Discord: what a message becomes, how channels and threads are read forward, and how edits and deletions are met."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import cast

import pytest

from collectors.base import JSON, Collector, Page, PostKind, SourceBusy, SourceRefused
from collectors.discord import SPEC, Discord, DiscordOptions
from collectors.discord_message import post_of
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import discord
from tests.recorded.discord import CHANNEL, FORUM, GUILD, KEYS, message
from tests.recorded.listening import Run, listening
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Reply, serve


def listen(world: Answering, **options: object) -> AbstractContextManager[Collector]:
    """A collector that reads the text channel unless told otherwise."""
    return listening("discord", world, keys=KEYS, **{"channels": CHANNEL, **options})


@contextmanager
def rechecking(world: Answering, pauses: list[float] | None = None) -> Iterator[Discord]:
    """The collector with its look-up."""
    with serve(world) as web, Net(web.url, sleep=(pauses if pauses is not None else []).append) as net:
        yield Discord(DiscordOptions(channels=(CHANNEL,)), "bot.token", net)


def raw(item: JSON, **about: JSON) -> dict[str, JSON]:
    """A payload as it is stored."""
    return {"message": item, "guild": GUILD, "thread": None, "product": "Lantern", **about}


def name(number: int, channel: str = CHANNEL) -> str:
    """The id of the numbered message's post."""
    return f"{channel}/{9_000_000 + number}"


def test_a_message_becomes_a_post() -> None:
    """Every field that Discord shows is found again; names stand in place of numbers."""
    item = message(
        4, content="<@7> see <:lamp:123> <@!8>", mentions=[{"id": "7", "username": "bo"}], type=19,
        message_reference={"message_id": "9000001", "channel_id": CHANNEL},
        edited_timestamp="2026-09-22T10:00:00+00:00",
    )  # fmt: skip
    post = post_of(raw(item))
    assert (post.kind, post.external_id, post.thread_id, post.parent_id) == (
        PostKind.MESSAGE, name(4), CHANNEL, name(1),
    )  # fmt: skip
    assert (post.text, post.title, post.product) == ("@bo see :lamp: @8", None, "Lantern")
    assert post.url == f"https://discord.com/channels/{GUILD}/{CHANNEL}/9000004"
    assert post.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert post.edited_at == datetime(2026, 9, 22, 10, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.external_id, post.author.handle, post.author.name) == ("54", "player_4", "Ana")
    assert post.engagement.likes == 5
    forwarded = message(5, message_reference={"type": 1, "message_id": "9000001"})
    assert post_of(raw(forwarded)).parent_id is None
    assert post_of(raw(message(1, channel="9000001"), thread="It flickers")).title == "It flickers"


@pytest.mark.parametrize(
    "changed",
    [
        {"author": None}, {"mentions": None}, {"reactions": "x"}, {"edited_timestamp": "never"}, {"type": 99},
        {"message_reference": None}, {"attachments": None}, {"timestamp": "2026-09-21T10:00:00"}, {"content": "a < b"},
    ],
)  # fmt: skip
def test_odd_fields_are_borne(changed: dict[str, JSON]) -> None:
    """What is missing, null or of another type leaves its field empty, not the message unread."""
    assert post_of(raw({**message(4), **changed})).created_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("field", "value"), [("id", None), ("channel_id", "x"), ("timestamp", 5), ("content", ["x"]), ("timestamp", None)]
)
def test_a_damaged_message_is_set_aside_with_its_place(field: str, value: JSON) -> None:
    """The neighbours are read."""
    items: JSON = [message(3), {**message(2), field: value}, message(1)]
    infos: JSON = {"id": CHANNEL, "guild_id": GUILD}
    with listen(lambda asked: Reply(items if "messages" in asked.path else infos), threads=False) as collector:
        run = Run(collector)
    assert {name(3), name(1)} <= set(run.ids)
    assert run.set_aside[0].place == f"channel {CHANNEL}, page 1, item 2"


def test_only_what_people_say_is_read() -> None:
    """Bots, web hooks, Discord's own notes and pictures without words are passed over; unknown types count."""
    world = discord.Discord(
        [
            message(1), message(2, author={"id": "1", "bot": True}), message(3, webhook_id="5"), message(4, type=7),
            message(5, content="", attachments=[{"id": "1"}]), message(6, content="", sticker_items=[{}]),
            message(7, content="", attachments=[{"description": "A lamp in fog"}]), message(8, type=19),
        ]
    )  # fmt: skip
    with listen(world) as collector:
        run = Run(collector)
    assert sorted(run.ids) == [name(1), name(7), name(8)]
    assert run.set_aside == []


def test_messages_without_their_text_are_a_missing_permission() -> None:
    """Discord hides everything from bots without the intent; that is said, and where to switch it on."""
    world = discord.Discord([message(n, content="") for n in range(3)])
    with listen(world) as collector, pytest.raises(SourceRefused, match="Switch on Message Content Intent"):
        Run(collector)


def test_channels_are_read_forward() -> None:
    """Each page has a cursor of its own; edits and deletions among the last known ones are met."""
    world = discord.Discord([message(n) for n in range(1, 61)])
    with listen(world) as collector:
        first = Run(collector)
        world.messages += [message(n) for n in range(61, 300)]
        world.messages[54] = message(55, content="Mended", edited_timestamp="2026-09-22T10:00:00+00:00")
        del world.messages[49:51]
        pages = iter(collector.pages(first.cursor))
        kept = [next(pages), next(pages)]
        rest = Run(collector, json.loads(json.dumps(kept[-1].cursor, sort_keys=True)))
        quiet = Run(collector, rest.cursor)
    found = [post.external_id for page in kept for post in page.posts] + rest.ids
    assert sorted(found) == sorted([name(55), *(name(n) for n in range(61, 300))])
    assert len(first.ids) == 60
    assert (quiet.ids, [page.gone for page in quiet.pages if page.gone]) == ([], [])


def test_deletions_are_told_once() -> None:
    """A known message that is not shown among its neighbours any more is gone."""
    world = discord.Discord([message(n) for n in range(1, 61)])
    with listen(world) as collector:
        first = Run(collector)
        del world.messages[49:51]
        second = Run(collector, first.cursor)
        third = Run(collector, second.cursor)
        world.messages.clear()
        fault = Run(collector, second.cursor)
    assert [gone for page in second.pages for gone in page.gone] == [name(50), name(51)]
    assert [gone for page in third.pages for gone in page.gone] == []
    assert [gone for page in fault.pages for gone in page.gone] == []
    assert fault.gaps == [f"None of the posts known from channel {CHANNEL} is shown any more."]


def test_forums_and_threads() -> None:
    """Active threads of the channels asked for, with the thread's name on its first message; others are left."""
    thread, other = "9000010", "9000020"
    world = discord.Discord(
        [message(1), message(10, channel=thread), message(11, channel=thread), message(20, channel=other)],
        threads={thread: (FORUM, "It flickers"), other: ("999", "Elsewhere")},
    )
    with listen(world, channels=f"{CHANNEL},{FORUM}") as collector:
        run = Run(collector)
        assert Run(collector, run.cursor).ids == []
    with listen(world, channels=FORUM, threads=False) as collector:
        assert Run(collector).ids == []
    assert sorted(run.ids) == [name(1), name(10, thread), name(11, thread)]
    assert {post.external_id: post.title for post in run.posts}[name(10, thread)] == "It flickers"


def test_the_backlog_and_since_bound_the_first_time() -> None:
    """At first only so many messages are read, or those since a day."""
    world = discord.Discord([message(n) for n in range(1, 500)])
    with listen(world) as collector:
        assert len(Run(collector).ids) == 200
        assert len(Run(collector, since=datetime.fromtimestamp(BEGIN + 60 * 490, UTC)).ids) == 10


def test_one_closed_channel_does_not_keep_the_others_from_being_read() -> None:
    """The open one is read, then the closed one is complained of."""
    pages: list[Page] = []
    with (
        listen(discord.Discord([message(1)]), channels=f"555,{CHANNEL}") as collector,
        pytest.raises(SourceRefused, match="channels/555"),
    ):
        pages.extend(collector.pages(None))
    assert [post.external_id for page in pages for post in page.posts] == [name(1)]


def test_looking_up_again_reads_stretches() -> None:
    """A hundred messages in one request; edits come, what is not shown is gone, and so is a deleted channel."""
    world = discord.Discord([message(n) for n in range(1, 250) if n not in {50, 51}])
    world.messages[0] = message(1, content="Mended")
    with rechecking(world) as collector:
        page = collector.recheck([*(name(n) for n in range(1, 241)), "555/1", "nonsense", "a/b"])
    assert page.gone == [name(50), name(51), "555/1"]
    assert len(page.posts) == 238
    assert page.posts[0].text == "Mended"
    assert page.posts[0].url == f"https://discord.com/channels/{GUILD}/{CHANNEL}/9000001"
    assert len([asked for asked in world.asked if asked.path.endswith("/messages")]) == 3


def test_a_look_up_without_any_answer_is_a_fault() -> None:
    """None of many messages is not believed; a refusal for another reason is no deletion."""
    with rechecking(discord.Discord([])) as collector, pytest.raises(SourceBusy, match="None of 9 posts"):
        collector.recheck([name(n) for n in range(9)])
    with rechecking(lambda _: Reply(status=403)) as collector, pytest.raises(SourceRefused):
        collector.recheck([name(1)])


def test_we_wait_before_discord_refuses() -> None:
    """When nothing is left in the bucket, the next question waits until it is full again."""
    pauses: list[float] = []
    with rechecking(discord.Discord([message(1)], left="0"), pauses) as collector:
        collector.recheck([name(1)])
    assert pauses == [0.75]


def test_old_threads_are_forgotten() -> None:
    """The cursor holds so many lists at most: those in which somebody wrote last."""
    thread = "9000010"
    lists: dict[str, JSON] = {f"thread {n}": {"anchors": {name(n): [float(BEGIN + n), "x"]}} for n in range(1000)}
    world = discord.Discord([message(10, channel=thread)], threads={thread: (FORUM, "It flickers")})
    with listen(world, channels=FORUM) as collector:
        run = Run(collector, {"threads": {"lists": lists}})
    kept = cast("dict[str, JSON]", cast("dict[str, JSON]", (run.cursor or {})["threads"])["lists"])
    assert len(kept) == 301
    assert {"thread 999", f"thread {thread}"} <= {*kept}


def test_an_answer_of_another_form_is_a_fault() -> None:
    """An object where a list is due, and a list where an object is due."""
    for body in ({"message": "no"}, []):
        with listen(lambda _, body=body: Reply(json.dumps(body))) as collector, pytest.raises(SourceBusy, match="form"):
            Run(collector)


def test_a_channels_id_is_a_number() -> None:
    """A name is refused in words."""
    with pytest.raises(BadOption, match="not a channel's id"):
        read_options(SPEC, {"channels": "general"})
