"""What each kind tells of its credentials, beyond that they are taken: scopes, roles, intents, and what is left."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from collectors.abilities import Ability, abilities_of, tried
from collectors.base import JSON, SourceBusy, SourceRefused
from tests.recorded import graph, signing, trustpilot
from tests.recorded.app_store import Connect
from tests.recorded.bluesky import KEYS as BLUESKY
from tests.recorded.bluesky import Bluesky
from tests.recorded.calls import KEYS as WEBHOOK
from tests.recorded.discord import KEYS as DISCORD
from tests.recorded.discord import Discord
from tests.recorded.github import Github, discussion
from tests.recorded.intercom import KEYS as INTERCOM
from tests.recorded.intercom import Intercom
from tests.recorded.listening import listening
from tests.recorded.mastodon import TOKEN, Mastodon
from tests.recorded.stack_exchange import StackExchange
from tests.recorded.telegram import KEYS as TELEGRAM
from tests.recorded.telegram import Telegram
from tests.recorded.web import Answering, Reply
from tests.recorded.x import X
from tests.recorded.zendesk import KEYS as ZENDESK
from tests.recorded.zendesk import Zendesk, user

META = {"FACEBOOK_PAGE_TOKEN": "t0ken", "INSTAGRAM_TOKEN": "t0ken"}
PERMITTED = {"pages_read_engagement": "granted", "pages_read_user_content": "declined"}
LAMPS = {"repo": "studio/lamps"}


def answering(body: JSON) -> Answering:
    """A platform that says the same to everything."""
    return lambda _: Reply(body)


@pytest.mark.parametrize(
    ("kind", "world", "keys", "options", "told"),
    [
        ("app_store_connect", Connect([], left=40), signing.keys(), {"app": "440"},
         [("read the reviews of app 440", True), ("ask 40 more questions this hour", False)]),
        ("bluesky", Bluesky([]), BLUESKY, {"searches": "lamp"}, [("sign in, search, and hear mentions", True)]),
        ("bluesky", Bluesky([]), {}, {"searches": "lamp"}, [("search, and hear mentions", False)]),
        ("discord", Discord([]), DISCORD, {"channels": "800,999"},
         [("sign in", True), ("read what is said in messages", True), ("see channel 800", True),
          ("see channel 999", False)]),
        ("discord", Discord([], flags=0), DISCORD, {"channels": "800"},
         [("sign in", True), ("read what is said in messages", False), ("see channel 800", True)]),
        ("facebook", graph.Graph({"111/feed": []}, permissions=PERMITTED), META, {"page": "111"},
         [("read the posts of 111", True), ("pages_read_engagement", True), ("pages_read_user_content", False)]),
        ("facebook", graph.Graph({}), META, {"page": "111"},
         [("read the posts of 111", False), ("list its permissions", None)]),
        ("github", Github(), {}, LAMPS,
         [("read studio/lamps", True), ("ask 49 more questions this hour", True), ("read discussions", False)]),
        ("github", Github(discussions=[discussion(1)]), {"GITHUB_TOKEN": "t0ken"}, {**LAMPS, "discussions": "true"},
         [("read studio/lamps", True), ("ask 4,990 more questions this hour", True),
          ("do what its scopes allow: repo", True), ("read discussions", True)]),
        ("intercom", Intercom(region="EU"), INTERCOM, {},
         [("sign in", True), ("find its workspace in region EU", False), ("read conversations", True)]),
        ("mastodon", Mastodon([]), {"MASTODON_ACCESS_TOKEN": TOKEN}, {"instance": "m.example", "hashtags": "lamp"},
         [("sign in", True), ("read posts", True), ("search", True), ("hear mentions", False)]),
        ("mastodon", Mastodon([], scopes=()), {"MASTODON_ACCESS_TOKEN": TOKEN},
         {"instance": "m.example", "hashtags": "lamp"},
         [("sign in", True), ("read posts", None), ("search", None), ("hear mentions", None)]),
        ("stack_exchange", StackExchange([], extra={"quota_remaining": 0}), {"STACK_EXCHANGE_KEY": "k3y"},
         {"tags": "lamps"}, [("read stackoverflow", True), ("ask 0 more of 300 questions today", False)]),
        ("telegram", Telegram([]), TELEGRAM, {},
         [("sign in", True), ("be added to groups", True), ("hear all that is said in groups", False)]),
        ("telegram", answering({"ok": False, "error_code": 401}), TELEGRAM, {}, [("sign in", False)]),
        ("trustpilot", trustpilot.Trustpilot([]), {**signing.keys(), "TRUSTPILOT_API_SECRET": "secret"},
         {"business": "www.lantern.example"}, [("read reviews with their order numbers", True)]),
        ("webhook", answering({}), WEBHOOK, {}, [("take in signed calls", None)]),
        ("x", X(usage="2000000"), {"X_BEARER_TOKEN": "t0ken"}, {"query": "lamps"},
         [("sign in", True), ("read 0 more of 2,000,000 posts this month", False)]),
        ("zendesk", Zendesk(me=user(1, role="agent")), ZENDESK, {"subdomain": "lamps"},
         [("sign in", True), ("export tickets", False)]),
        ("zendesk", Zendesk(me=user(1, id=None)), ZENDESK, {"subdomain": "lamps"}, [("sign in", False)]),
    ],
)  # fmt: skip
def test_what_is_told(
    kind: str,
    world: Answering,
    keys: Mapping[str, str],
    options: dict[str, str],
    told: list[tuple[str, bool | None]],
) -> None:
    """By platforms that are as strict as the real ones; what is not allowed comes with what to do."""
    with listening(kind, world, keys=keys, **options) as collector:
        found = abilities_of(collector, keys.values())
    assert [(one.what, one.allowed) for one in found] == told
    assert all(one.allowed or one.how_to_get for one in found)


def test_an_answer_a_refusal_and_trouble_are_three_things() -> None:
    """What follows is read in an answer alone; one of another form tells nothing more."""

    def fails(error: Exception) -> None:
        raise error

    def more(answer: Mapping[str, JSON]) -> list[Ability]:
        return [Ability("more", answer.get("more") is True)]

    assert tried("ask", lambda: {"more": True}, more) == [Ability("ask", True), Ability("more", True)]
    assert tried("ask", list, more) == [Ability("ask", True), Ability("more", False)]
    refused = SourceRefused("No.", what_to_do="Pay.")
    assert tried("ask", lambda: fails(refused), more) == [Ability("ask", False, "No. Pay.")]
    assert tried("ask", lambda: fails(SourceBusy("Later.")), more) == [Ability("ask", None, "Later.")]
