"""Telegram: what a message becomes, how updates are fetched and forgotten, and what is never kept."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Collector, PostKind, SourceBusy, SourceRefused
from collectors.telegram_message import kept_of, post_of
from tests.recorded import telegram
from tests.recorded.listening import Run, listening
from tests.recorded.platforms import BEGIN
from tests.recorded.telegram import FIRST, KEYS, update
from tests.recorded.web import Answering, Asked, Reply

CHAT = "-1001234567890"


def listen(world: Answering, **options: object) -> AbstractContextManager[Collector]:
    """A collector of all that the bot hears unless told otherwise."""
    return listening("telegram", world, keys=KEYS, **options)


def message(number: int, **changed: JSON) -> JSON:
    """The message of an update."""
    return update(number, **changed)["message"]


def test_a_message_becomes_a_post() -> None:
    """Every field that Telegram tells is found again."""
    item = message(4, reply_to_message={"message_id": 99, "text": "old"}, message_thread_id=7, edit_date=BEGIN + 999)
    post = post_of({"message": item, "product": "Lantern"})
    assert (post.kind, post.external_id, post.parent_id, post.thread_id) == (
        PostKind.MESSAGE, f"{CHAT}/104", f"{CHAT}/99", f"{CHAT}/7",
    )  # fmt: skip
    assert (post.url, post.text, post.product) == ("https://t.me/LampForum/104", "The lamp 4 flickers", "Lantern")
    assert post.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert post.edited_at == datetime.fromtimestamp(BEGIN + 999, UTC)
    assert post.author is not None
    assert (post.author.external_id, post.author.handle, post.author.name) == ("54", "p4", "Ana B")
    assert post.language is None  # language_code is the app's, not the text's


@pytest.mark.parametrize(
    ("chat", "url"),
    [
        ({"id": -1001234, "type": "supergroup"}, "https://t.me/c/1234/104"), ({"id": -5, "type": "group"}, None),
        ({"id": 8, "type": "private", "username": "ana"}, None),
    ],
)  # fmt: skip
def test_addresses_of_each_sort_of_chat(chat: JSON, url: str | None) -> None:
    """Chats with a name, closed ones, small groups and private chats."""
    assert post_of({"message": message(4, chat=chat)}).url == url


@pytest.mark.parametrize(
    "changed",
    [
        {"from": None}, {"from": {"id": 5}}, {"reply_to_message": None}, {"edit_date": None}, {"text": None},
        {"message_id": "104"}, {"caption": 5},
    ],
)  # fmt: skip
def test_odd_fields_are_borne(changed: dict[str, JSON]) -> None:
    """What is missing, null or of another type leaves its field empty, not the message unread."""
    assert post_of({"message": message(4, **changed)}).external_id == f"{CHAT}/104"


@pytest.mark.parametrize(
    "damaged",
    [
        update(2, date="now"), update(2, message_id=None), {"update_id": FIRST + 2, "message": 5}, {"message": {}},
        update(2, edit_date="x"), None,
    ],
)  # fmt: skip
def test_a_damaged_update_is_set_aside_with_its_place(damaged: JSON) -> None:
    """The neighbours are read."""
    with listen(lambda _: Reply({"ok": True, "result": [update(1), damaged, update(3)]})) as collector:
        run = Run(collector)
    assert run.ids == [f"{CHAT}/101", f"{CHAT}/103"]
    assert [aside.place for aside in run.set_aside] == ["updates from the first, item 2"]


def test_updates_are_forgotten_only_when_they_are_stored() -> None:
    """A page is asked for after the one before was handed over; the last one is only confirmed by the next run."""
    world = telegram.Telegram([update(n) for n in range(250)])
    with listen(world) as collector:
        pages = iter(collector.pages(None))
        first = next(pages)
        assert len(world.updates) == 250
        second = next(pages)
        assert len(world.updates) == 150
        rest = Run(collector, json.loads(json.dumps(second.cursor)))
        assert len(world.updates) == 50
        again = Run(collector, rest.cursor)
    found = [post.external_id for page in (first, second) for post in page.posts] + rest.ids
    assert found == [f"{CHAT}/{100 + n}" for n in range(250)]
    assert again.ids == []
    assert world.updates == []


def test_edits_come_again_and_the_latest_counts() -> None:
    """An edit in the same answer replaces the message; a later one makes the post again."""
    edited = update(1, "edited_message", message_id=100, date=BEGIN, edit_date=BEGIN + 99, text="Mended")
    later = update(2, "edited_message", message_id=100, date=BEGIN, edit_date=BEGIN + 199, text="Broken again")
    world = telegram.Telegram([update(0), edited])
    with listen(world) as collector:
        run = Run(collector)
        world.updates.append(later)
        again = Run(collector, run.cursor)
    assert [post.text for post in run.posts] == ["Mended"]
    assert [post.text for post in again.posts] == ["Broken again"]


def test_only_what_people_and_channels_say_is_read() -> None:
    """Bots, what was passed on, notes of Telegram's and private chats are left out; captions and channels count."""
    private: JSON = {"id": 8, "type": "private", "username": "ana"}
    channel: JSON = {"id": -1005, "type": "channel", "title": "Lamp news", "username": "lampnews"}
    updates = [
        update(0, text=None, new_chat_members=[{"id": 5}]), update(1, **{"from": {"id": 5, "is_bot": True}}),
        update(2, forward_origin={"type": "user"}), update(3, chat=private), update(4, text=None, caption="In fog"),
        update(5, "channel_post", chat=channel, sender_chat=channel, **{"from": None}),
        {"update_id": FIRST + 6, "my_chat_member": {"chat": channel}},
    ]  # fmt: skip
    with listen(lambda _: Reply({"ok": True, "result": updates}), private=False) as collector:
        run = Run(collector)
    assert run.ids == [f"{CHAT}/104", "-1005/105"]
    assert run.posts[1].author is not None
    assert run.posts[1].author.name == "Lamp news"
    assert (run.cursor or {})["following"] == FIRST + 7
    with listen(telegram.Telegram([update(3, chat=private)])) as collector:
        assert Run(collector).ids == ["8/103"]


@pytest.mark.parametrize("chats", ["@lampforum", "LampForum,other", CHAT])
def test_chats_are_chosen_by_name_or_number(chats: str) -> None:
    """Messages of other chats are left out."""
    other = update(1, chat={"id": -1009, "type": "supergroup", "username": "fog"})
    with listen(telegram.Telegram([update(0), other]), chats=chats) as collector:
        assert Run(collector).ids == [f"{CHAT}/100"]


def test_what_is_nobodys_business_is_not_kept() -> None:
    """Telephone numbers, places, payments, and the whole text that is answered."""
    item = message(
        1, contact={"phone_number": "+49 151"}, location={"latitude": 1}, successful_payment={"x": 1},
        reply_to_message={"message_id": 9, "text": "somebody else's words", "contact": {"phone_number": "+49"}},
    )  # fmt: skip
    kept = json.dumps(kept_of(item))
    assert not any(word in kept for word in ("+49", "latitude", "payment", "somebody else", "language_code"))
    assert post_of({"message": kept_of(item)}).parent_id == f"{CHAT}/9"


def test_updates_that_were_lost_are_a_gap() -> None:
    """Numbers run on; a jump within a week means that Telegram no longer had them, after a week it means nothing."""
    world = telegram.Telegram([update(0)])
    with listen(world) as collector:
        run = Run(collector)
        world.updates = [update(40)]
        late = Run(collector, run.cursor)
        world.updates = [{**update(20_000), "update_id": FIRST + 900}]
        much_later = Run(collector, late.cursor)
    assert late.gaps == ["39 updates were lost before the bot fetched them: Telegram keeps them for 24 hours."]
    assert much_later.gaps == []


def test_since_leaves_out_what_is_older() -> None:
    """What the bot heard before a day."""
    with listen(telegram.Telegram([update(n) for n in range(10)])) as collector:
        assert len(Run(collector, since=datetime.fromtimestamp(BEGIN + 60 * 7, UTC)).ids) == 3


@pytest.mark.parametrize("status", [401, 404, 409, 500, 429])
def test_the_token_is_in_no_message(status: int) -> None:
    """It is part of the address, which messages name."""
    with (
        listen(lambda _: Reply(status=status)) as collector,
        pytest.raises((SourceBusy, SourceRefused), match="telegram") as caught,
    ):
        Run(collector)
    assert "AAAA" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_somebody_else_at_the_same_bot_is_told() -> None:
    """Telegram answers 409 to the second of two who fetch, and where a web hook is set."""
    with listen(lambda _: Reply(status=409)) as collector, pytest.raises(SourceRefused, match="has a web hook"):
        Run(collector)


def test_answers_that_say_themselves_that_they_are_none() -> None:
    """The error's number and the time to wait are in the answer, too."""
    slow = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 77}}
    with listen(lambda _: Reply(slow)) as collector, pytest.raises(SourceBusy, match="slow down") as caught:
        Run(collector)
    assert caught.value.retry_after == 77
    gone = {"ok": False, "error_code": 401, "description": "Unauthorized"}
    with listen(lambda _: Reply(gone)) as collector, pytest.raises(SourceRefused, match="TELEGRAM_BOT_TOKEN"):
        Run(collector)
    with listen(lambda _: Reply({"ok": True})) as collector, pytest.raises(SourceBusy, match="form that we do not"):
        Run(collector)


def test_the_same_answer_again_and_again_ends_the_run() -> None:
    """A full answer whose numbers are known brings nothing more."""
    asked: list[Asked] = []

    def answering(question: Asked) -> Reply:
        asked.append(question)
        return Reply({"ok": True, "result": [update(n) for n in range(100)]})

    with listen(answering) as collector:
        assert len(Run(collector).ids) == 100
    assert len(asked) == 2


@pytest.mark.shared
def test_recorded_updates_are_read(shared_folder: Path) -> None:
    """Texts become posts; membership changes are passed over."""
    texts = 0
    for file in sorted((shared_folder / "payloads" / "telegram" / "getUpdates").glob("*.json")):
        answer = json.loads(file.read_text(encoding="utf-8"))
        with listen(lambda _, answer=answer: Reply(answer)) as collector:
            run = Run(collector)
            assert Run(collector, run.cursor).ids == []
        assert run.set_aside == []
        assert len(run.ids) == sum("text" in one.get("message", {}) for one in answer["result"])
        texts += len(run.ids)
    assert texts > 2
