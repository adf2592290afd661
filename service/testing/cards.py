"""Ordinary cards to begin from, in tests and when a target is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from integrations.base import CardCustomer, CardIssue, CardLabel, IssueCard, PostCard, SourceCard

POST_CARD = PostCard(
    text="Since 2.3.1 the game crashes every time I open the world map. I love this game, please fix it.",
    title=None,
    source="Steam, Lantern Hollow",
    author="wolf_of_oak",
    author_url="https://steamcommunity.com/profiles/76561190000000001",
    reach=None,
    created_at=datetime(2026, 11, 22, 13, 4, tzinfo=UTC),
    edited=False,
    deleted=False,
    rating="Not recommended",
    product="Lantern Hollow",
    product_version="2.3.1",
    language="English",
    sentiment=CardLabel(label="negative", score=0.94),
    intents=(CardLabel(label="bug_report", score=0.97),),
    topics=(CardLabel(label="Crashes", score=0.9),),
    urgency=0.4,
    not_understood=None,
    customer=CardCustomer(
        name="Ana Pérez",
        lifecycle="advocate",
        value="€ 240.00",
        last_contact_at=datetime(2026, 11, 3, 9, 0, tzinfo=UTC),
        url="https://earful.example/customers/7",
    ),
    issue=CardIssue(number=12, title="Crash when the map opens", posts=84, url="https://earful.example/issues/12"),
    why="Here because it reports a bug and the customer has spent more than € 200.",
    page_url="https://earful.example/posts/1",
    original_url="https://store.steampowered.com/reviews/1",
)

ISSUE_CARD = IssueCard(
    number=12,
    title="Crash when the map opens",
    state="rising",
    change="Twice as many posts as last week.",
    posts=84,
    people=71,
    customers=9,
    value="€ 2,310",
    languages=("English", "Portuguese"),
    sources=("Steam", "App shop"),
    versions=("2.3.1",),
    quotes=("The game crashes every time I open the world map.", "Abro o mapa e o jogo fecha."),
    why="Here because an issue of Lantern Hollow is rising.",
    page_url="https://earful.example/issues/12",
)

SOURCE_CARD = SourceCard(
    name="steam-lantern-hollow",
    headline="Steam, Lantern Hollow refuses to be read",
    text="Steam does not accept our credentials (401).",
    what_to_do="Put it right, then press “Try again” on its page, or: earful source retry steam-lantern-hollow",
    since=datetime(2026, 11, 22, 13, 4, tzinfo=UTC),
    over=False,
    why="Here because a source refuses.",
    page_url="https://earful.example/sources/steam-lantern-hollow",
)


def post_card(**changes: object) -> PostCard:
    """The ordinary post, with some fields changed."""
    return replace(POST_CARD, **changes)  # type: ignore[arg-type]  # replace itself refuses unknown fields


def issue_card(**changes: object) -> IssueCard:
    """The ordinary issue, with some fields changed."""
    return replace(ISSUE_CARD, **changes)  # type: ignore[arg-type]  # replace itself refuses unknown fields
