"""A card becomes a message that Slack takes, that reads well, and in which no stranger's text becomes markup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from integrations.base import CardCustomer, CardIssue, CardLabel, IssueCard, Message, PostCard, SourceCard
from integrations.slack.blocks import payload
from service.testing.cards import ISSUE_CARD, POST_CARD, SOURCE_CARD, issue_card, post_card
from service.testing.slack.rules import validate_message
from service.web.slack_preview import render

HOSTILE = "<!channel> <!here> <@U123> <#C123> <http://evil.example|x> @here *b* _i_ ~s~ `c` :tada: & </blockquote>"
ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(
        [HOSTILE, HOSTILE * 50, "", " ", "\n" * 500, "&" * 4000, "👨‍👩‍👧" * 400, "https://x.example/" + "a" * 3001]
    ),
)
MAYBE_TEXT = st.none() | ANY_TEXT
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (given UTC here)
COUNTS = st.integers(0, 10**12)
LABELS = st.lists(st.builds(CardLabel, label=ANY_TEXT, score=st.floats(0, 1)), max_size=12)
POST_CARDS = st.builds(
    PostCard,
    text=ANY_TEXT,
    title=MAYBE_TEXT,
    source=ANY_TEXT,
    author=ANY_TEXT,
    author_url=MAYBE_TEXT,
    reach=st.none() | COUNTS,
    created_at=TIMES,
    edited=st.booleans(),
    deleted=st.booleans(),
    rating=MAYBE_TEXT,
    product=MAYBE_TEXT,
    product_version=MAYBE_TEXT,
    language=MAYBE_TEXT,
    sentiment=st.none() | st.builds(CardLabel, label=ANY_TEXT, score=st.floats(0, 1)),
    intents=LABELS,
    topics=LABELS,
    urgency=st.floats(0, 1),
    not_understood=MAYBE_TEXT,
    customer=st.none()
    | st.builds(
        CardCustomer,
        name=ANY_TEXT,
        lifecycle=ANY_TEXT,
        value=ANY_TEXT,
        last_contact_at=st.none() | TIMES,
        url=ANY_TEXT,
    ),
    refused_at=st.none() | TIMES,
    issue=st.none() | st.builds(CardIssue, number=COUNTS, title=ANY_TEXT, posts=COUNTS, url=ANY_TEXT),
    why=ANY_TEXT,
    page_url=ANY_TEXT,
    original_url=MAYBE_TEXT,
)
TEXTS = st.lists(ANY_TEXT, max_size=12)
ISSUE_CARDS = st.builds(
    IssueCard,
    number=COUNTS,
    title=ANY_TEXT,
    state=ANY_TEXT,
    change=ANY_TEXT,
    posts=COUNTS,
    people=COUNTS,
    customers=COUNTS,
    value=ANY_TEXT,
    languages=TEXTS,
    sources=TEXTS,
    versions=TEXTS,
    quotes=TEXTS,
    why=ANY_TEXT,
    page_url=ANY_TEXT,
)

SOURCE_CARDS = st.builds(
    SourceCard,
    name=ANY_TEXT,
    headline=ANY_TEXT,
    text=ANY_TEXT,
    what_to_do=ANY_TEXT,
    since=TIMES,
    over=st.booleans(),
    why=ANY_TEXT,
    page_url=ANY_TEXT,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(POST_CARDS | ISSUE_CARDS | SOURCE_CARDS, st.booleans())
def test_slack_takes_any_card(card: Message, buttons: bool) -> None:
    """Whatever stands in any field, the message is valid, can be sent as JSON, and has no markup from outside."""
    message = payload(card, "key-1", buttons=buttons)
    assert validate_message(message) == []
    json.dumps(message).encode()
    json.dumps(message, ensure_ascii=False).encode()
    assert "<" not in str(message["text"])
    for text in markup_of(message):
        assert text.startswith("<!date^")
        assert text.count("<") == text.count(">") == 1
    for span in spans_of(message):
        assert span["type"] in {"text", "link", "date"}


@pytest.mark.parametrize("card", [POST_CARD, ISSUE_CARD, SOURCE_CARD])
def test_slack_sdk_takes_the_ordinary_cards(card: Message) -> None:
    """Slack's own models find nothing to object to, and lose nothing."""
    message = payload(card, "key-1")
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    for block in blocks:
        parsed = Block.parse(dict(block))
        assert parsed is not None
        assert parsed.to_dict() == block


def test_the_card_says_all_that_it_knows() -> None:
    """Source, author, rating, version, words, reading, customer, issue and reason are there, in words."""
    shown = words_of(post_card())
    for expected in (
        "Steam, Lantern Hollow · wolf_of_oak · Not recommended · version 2.3.1",
        "Since 2.3.1 the game crashes",
        "🙁 Negative, 94 % · reports a bug, 97 % · Crashes, 90 % · English",
        "Customer: Ana Pérez · advocate · € 240.00 · last contact ",
        "Issue: #12 Crash when the map opens · 84 posts",
        "Here because it reports a bug",
        "Open in Earful",
        "See original",
    ):
        assert expected in shown


def test_who_asked_not_to_be_contacted_is_marked() -> None:
    """On the card, where somebody would begin to answer; not on what its author removed."""
    asked = post_card(refused_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    assert "✋ Asked not to be contacted · " in words_of(asked)
    assert "Asked not" not in words_of(post_card())
    assert "Asked not" not in words_of(replace(asked, deleted=True))


def test_a_guess_is_called_one() -> None:
    """Every answer says how sure it is; one that is not is called a guess."""
    assert "guess" not in words_of(post_card())
    unsure = post_card(
        sentiment=CardLabel(label="mixed", score=0.48, sure=False),
        intents=(CardLabel(label="feature_request", score=0.5),),
    )
    assert "😕 Mixed feelings (a guess, 48 %) · asks for a feature, 50 % · " in words_of(unsure)


def test_spam_and_abuse_are_named() -> None:
    """After what the post is about, and only where they hold."""
    assert "abusive" not in words_of(post_card())
    assert " · Crashes, 90 % · spam, abusive · English" in words_of(post_card(marks=("spam", "abusive")))


def test_urgent_comes_first() -> None:
    """What a person must act on stands before the rest of the reading."""
    assert "🔴 Urgent · 🙁 Negative" in words_of(post_card(urgency=0.8))
    assert "Urgent" not in words_of(post_card(urgency=0.79))


def test_a_deleted_post_leaves_neither_words_nor_names() -> None:
    """Text, title, author, reading and customer are gone, from the notification too; the issue stays."""
    card = post_card(deleted=True, title="A title", text="SECRET words")
    everything = json.dumps(payload(card, "key-1"), ensure_ascii=False)
    for gone in ("SECRET", "A title", "wolf_of_oak", "Negative", "Ana", "steampowered", "version"):
        assert gone not in everything
    assert "The author removed this post" in everything
    assert "#12 Crash when the map opens" in everything


def test_an_edited_post_says_so() -> None:
    """An edit is marked beside the post."""
    assert "· edited" in words_of(post_card(edited=True))
    assert "edited" not in words_of(post_card())


def test_what_was_not_understood_says_why() -> None:
    """Where the models said nothing, the reason stands in place of a reading."""
    card = post_card(not_understood="the text is too short", sentiment=None)
    assert "Not understood: the text is too short" in words_of(card)


def test_a_long_post_leads_to_the_rest() -> None:
    """A cut post has a link to all of it on our page; a whole one has none."""
    message = payload(post_card(text="word " * 2000), "key-1")
    links = [span for span in spans_of(message) if span["type"] == "link"]
    assert {"type": "link", "text": "Show all 9,999 characters", "url": POST_CARD.page_url} in links
    assert "Show all" not in words_of(post_card())
    assert "Show all" in words_of(post_card(text="line\n" * 40))


def test_a_post_without_words_says_so() -> None:
    """A rating alone still gives a card."""
    assert "The author left no words." in words_of(post_card(text=" \n"))


def test_the_post_stands_letter_by_letter_in_a_quote() -> None:
    """Nothing in the post is escaped, stripped or read as markup: Slack shows a quote's text as it is."""
    message = payload(post_card(text=HOSTILE), "key-1")
    quotes = [part for part in parts_of(message) if part["type"] == "rich_text_quote"]
    assert quotes == [{"type": "rich_text_quote", "elements": [{"type": "text", "text": HOSTILE}]}]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://", "https://x y", "//x.example", "https://[", "https://x.example/" + "a" * 3000],
)
def test_an_address_that_slack_refuses_has_no_button(url: str) -> None:
    """A bad address costs its button, not the card."""
    shown = words_of(post_card(original_url=url))
    assert "See original" not in shown
    assert "Open in Earful" in shown


def test_without_a_listener_there_are_links_in_place_of_buttons() -> None:
    """Both ways out are there; nothing on the card waits for an app that does not answer."""
    message = payload(POST_CARD, "key-1", buttons=False)
    assert "button" not in json.dumps(message)
    urls = [span["url"] for span in spans_of(message) if span["type"] == "link"]
    assert {POST_CARD.page_url, POST_CARD.original_url} <= set(urls)


def test_every_button_does_something() -> None:
    """There is no button without an address."""
    blocks = payload(POST_CARD, "key-1")["blocks"]
    assert isinstance(blocks, list)
    buttons = [button for block in blocks if block["type"] == "actions" for button in block["elements"]]
    assert len(buttons) == 2
    assert all(button["url"] for button in buttons)


def test_the_issue_says_what_it_stands_for() -> None:
    """Title, figures, change, where, quotes and reason; what is nought or unknown is not mentioned."""
    shown = words_of(ISSUE_CARD)
    for expected in (
        "Issue #12 · rising",
        "84 posts · 71 people · 9 customers · € 2,310",
        "Twice as many posts as last week.",
        "in 2.3.1 · Steam, App shop · English, Portuguese",
        "Abro o mapa e o jogo fecha.",
        "Open issue",
    ):
        assert expected in shown
    assert "customers" not in words_of(issue_card(customers=0))
    assert "1 post · 1 person" in words_of(issue_card(posts=1, people=1, customers=0, value=""))
    assert "✅ fixed" in words_of(issue_card(state="fixed"))


def test_many_names_are_counted() -> None:
    """After five names the rest are a number."""
    assert "in 1, 2, 3, 4, 5 and 2 more" in words_of(issue_card(versions=[str(number) for number in range(1, 8)]))


def test_the_delivery_can_be_found_again() -> None:
    """The key travels as metadata."""
    metadata = payload(POST_CARD, "key-1")["metadata"]
    assert metadata == {"event_type": "earful_delivery", "event_payload": {"key": "key-1"}}


def words_of(card: Message) -> str:
    """The card's words as a reader sees them."""
    return render(payload(card, "key-1")).striptags()


def markup_of(value: object) -> Iterator[str]:
    """Every text that Slack reads as markup."""
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield str(value["text"])
        for field in value.values():
            yield from markup_of(field)
    elif isinstance(value, list):
        for item in value:
            yield from markup_of(item)


def parts_of(message: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The sections and quotes of a message's rich text."""
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    for block in blocks:
        if block["type"] == "rich_text":
            yield from block["elements"]


def spans_of(message: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The pieces of a message's rich text."""
    for part in parts_of(message):
        elements = part["elements"]
        assert isinstance(elements, list)
        yield from elements
