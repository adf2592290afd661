"""What the contract of all repliers cannot ask: whom and what single platforms are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from integrations.base import MessageRejected, OutcomeUncertain, TargetRefused
from integrations.repliers.bluesky import record_key
from integrations.repliers.registry import spec
from integrations.repliers.telegram import Telegram as TelegramReplier
from integrations.replies import Place, Replier
from tests.contract.repliers.bluesky import Platform as Bluesky
from tests.contract.repliers.discord import Platform as Discord
from tests.contract.repliers.discourse import Platform as Discourse
from tests.contract.repliers.facebook import Platform as Facebook
from tests.contract.repliers.fake import Fake, Fault, HttpFake, On, json_of
from tests.contract.repliers.mastodon import Platform as Mastodon
from tests.contract.repliers.reddit import Platform as Reddit
from tests.contract.repliers.telegram import Platform as Telegram
from tests.recorded.web import Asked, Reply

KEY = "0f9c2b4e-5d1a-4c55-9e0b-6a2f4d6b7c81"


@contextmanager
def replying(kind: str, fake: Fake) -> Iterator[Replier]:
    """A replier of a kind that talks to this platform."""
    found = spec(kind)
    assert found is not None
    with fake.running():
        yield found.build(fake.url, fake.secrets)


def last_write(fake: HttpFake) -> Asked:
    """The last request that changed something."""
    return next(asked for asked in reversed(fake.asked) if fake.is_write(asked))


def test_bluesky_makes_links_of_addresses_alone_and_by_their_bytes() -> None:
    """Whatever stands before them; the made-up server compares each with what it points to. Names stay words."""
    fake = Bluesky()
    with replying("bluesky", fake) as replier:
        replier.send(
            "💡 Ünder @ana.example: https://lamps.example/ü, (http://a.example/b?c=d).", place=fake.place, key=KEY
        )
        [record] = fake.records.values()
        assert [facet["features"][0]["uri"] for facet in record["facets"]] == [
            "https://lamps.example/ü",
            "http://a.example/b?c=d",
        ]


def test_keys_of_records_are_lasting_and_apart() -> None:
    """The same key gives the same one, and they are as the protocol wants them (a TID)."""
    made = {record_key(str(number)) for number in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key) for key in made)
    assert record_key("7") == record_key("7")


def test_bluesky_signs_in_once_and_anew_when_the_session_is_over() -> None:
    """A session that ended is a short wait, and the next request has a new one."""
    fake = Bluesky()
    with replying("bluesky", fake) as replier:
        replier.look(fake.place)
        replier.look(fake.place)
        assert sum(fake.is_sign_in(asked) for asked in fake.asked) == 1
        fake.fail(Reply({"error": "ExpiredToken", "message": "Token has expired"}, status=400), On.READ)
        with pytest.raises(Exception, match="signs in anew"):
            replier.look(fake.place)
        assert replier.look(fake.place).exists
        assert sum(fake.is_sign_in(asked) for asked in fake.asked) == 2


@pytest.mark.parametrize(
    ("thread", "exists", "may_answer"),
    [
        ({"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}, False, True),
        ({"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True}, True, False),
    ],
)
def test_bluesky_shows_what_is_not_there_in_place_of_it(thread: dict[str, Any], exists: bool, may_answer: bool) -> None:
    """A post that is gone, and one whose author and our account block each other."""
    fake = Bluesky()
    with replying("bluesky", fake) as replier:
        fake.fail(Reply({"thread": thread}), On.READ)
        standing = replier.look(fake.place)
        assert (standing.exists, standing.may_answer or not standing.exists) == (exists, may_answer)


@pytest.mark.parametrize(
    ("raw", "visibility"),
    [
        ({"status": {"visibility": "direct"}}, "direct"),
        ({"status": {"visibility": "odd"}}, "unlisted"),
        ({}, "unlisted"),
    ],
)
def test_mastodon_is_told_to_be_as_public_as_the_post(raw: dict[str, Any], visibility: str) -> None:
    """And no more than that where it is not known."""
    fake = Mastodon()
    fake.fail(Reply({"id": "1", "url": None}))
    with replying("mastodon", fake) as replier:
        replier.send("Fixed.", place=replace(fake.place, raw=raw), key=KEY)
        body = json_of(last_write(fake), {"status", "in_reply_to_id", "visibility"})
        assert body["visibility"] == visibility
        assert last_write(fake).headers["idempotency-key"] == KEY


@pytest.mark.parametrize("kind", ["mastodon", "discourse"])
def test_a_token_goes_to_no_other_server_than_the_sources(kind: str) -> None:
    """Without an address of its own a replier asks the server that the source names; where there is none, nobody."""
    found = spec(kind)
    fake = {"mastodon": Mastodon, "discourse": Discourse}[kind]()
    assert found is not None
    replier = found.build(None, fake.secrets)
    with fake.running():
        option = next(iter(fake.place.options))
        assert replier.look(replace(fake.place, options={option: fake.url})).exists
        with pytest.raises(TargetRefused, match=option):
            replier.look(replace(fake.place, options={}))
    [finding] = replier.check()  # type: ignore[attr-defined]  # every replier has it
    assert not finding.ok
    assert finding.what_to_do


def test_reddit_is_told_who_stands_behind_the_program() -> None:
    """As its rules ask for; names in a comment call nobody."""
    fake = Reddit()
    with replying("reddit", fake) as replier:
        replier.send("Ask u/ana, /u/ben or https://www.reddit.com/u/cleo", place=fake.place, key=KEY)
        assert last_write(fake).headers["user-agent"] == "python:earful:0.1 (by /u/LanternStudio)"
        assert fake.held() == ["Ask u/\u2060ana, /u/\u2060ben or https://www.reddit.com/u/cleo"]


def test_a_reply_that_waits_for_a_moderator_has_a_receipt() -> None:
    """A forum may keep it back; it is taken all the same."""
    fake = Discourse()
    fake.fail(Reply({"action": "enqueued", "success": True, "pending_post": {"id": 12, "raw": "Fixed."}}))
    with replying("discourse", fake) as replier:
        receipt = replier.send("Fixed.", place=fake.place, key=KEY)
        assert (receipt.address, receipt.remote_id, receipt.url) == ("queue", "pending-12", None)


def test_a_visitors_post_and_a_comment_at_the_top_are_answered_too() -> None:
    """A post is named with a word before its number, and has no field that says whether it may be answered."""
    fake = Facebook()
    top = Place(external_id="55_60", thread_id="55", kind="comment", text="Which lamp?")
    with replying("facebook", fake) as replier:
        assert [answer.by for answer in replier.look(top).answers] == ["Name 92"] * 3 + ["Name 91"]
        fake.fail(Reply({"id": "111_55", "message": "Lovely lamps"}), On.READ)
        fake.comments.append({**fake.comments[0], "id": "111_55", "below": ""})
        post = Place(external_id="post 111_55", text="Lovely lamps")
        assert replier.look(post).may_answer
        assert fake.asked[-2].query["fields"] == "id,message"
        assert fake.asked[-1].path == "/v26.0/111_55/comments"


def test_who_wrote_to_the_bot_itself_is_answered() -> None:
    """A private chat has no members to ask for."""
    fake = Telegram()
    fake.fail(Reply({"ok": True, "result": {"id": 51, "type": "private"}}), On.READ)
    with replying("telegram", fake) as replier:
        assert replier.look(replace(fake.place, external_id="51/9")).may_answer
        assert fake.asked[-1].path.endswith("/getChat")


@pytest.mark.parametrize(("kind", "fake"), [("telegram", Telegram()), ("discord", Discord())])
def test_what_is_no_id_is_not_asked_for(kind: str, fake: HttpFake) -> None:
    """A damaged id never becomes a part of an address."""
    with replying(kind, fake) as replier:
        for name in ("", "900", "900/../1", "900/1?x=1"):
            with pytest.raises(MessageRejected):
                replier.send("Fixed.", place=replace(fake.place, external_id=name), key=KEY)
    assert fake.asked == []


def test_where_a_bot_sees_nothing_a_person_looks() -> None:
    """Nothing is said about what is not known: what was sent may be there, and a person is told to look."""
    fake = Telegram()
    with replying("telegram", fake) as replier:
        fake.fail(Fault.DROPPED)
        with pytest.raises(OutcomeUncertain):
            replier.send("Fixed, @ben.", place=fake.place, key=KEY)
        assert fake.held() == ["Fixed, @ben."]
        with pytest.raises(TargetRefused) as caught:
            replier.find("Fixed, @ben.", place=fake.place, key=KEY, after=fake.now)
        assert caught.value.what_to_do
        assert replier.look(fake.place).answers == ()


def test_where_a_bot_sees_nothing_it_still_changes_and_takes_back() -> None:
    """By the receipt; twice without harm."""
    fake = Telegram()
    with replying("telegram", fake) as replier:
        assert isinstance(replier, TelegramReplier)
        receipt = replier.send("Fixed in 2.1.1.", place=fake.place, key=KEY)
        for _ in range(2):
            assert replier.edit("Fixed in 2.1.2.", place=fake.place, receipt=receipt) == receipt
        assert fake.held() == ["Fixed in 2.1.2."]
        fake.fail(Fault.DROPPED)
        with pytest.raises(OutcomeUncertain):
            replier.edit("Fixed in 2.1.3.", place=fake.place, receipt=receipt)
        for _ in range(2):
            replier.delete(place=fake.place, receipt=receipt)
        assert fake.held() == []
