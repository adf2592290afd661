"""A card as a Slack message. Pure: the same card gives the same message.

The post is the hero: its words stand in a quote of rich text, which Slack shows letter by letter, and ours are small
around it. All budgets together keep a card well under the 12,000 or so characters at which Slack refuses the blocks of
one message (https://github.com/slackapi/bolt-js/issues/2509).
"""

from __future__ import annotations

from typing import NamedTuple

from integrations.base import DigestCard, IssueCard, Message, Payload, PostCard, SourceCard
from integrations.slack import issue_card, kit, post_card, source_card
from integrations.slack.names import OPEN_ORIGINAL, OPEN_PAGE
from integrations.slack.views import digest

EVENT_TYPE = "earful_delivery"


class _Door(NamedTuple):
    """A way out of the card."""

    name: str
    text: str
    url: str


def payload(message: Message, key: str, *, buttons: bool = True) -> Payload:
    """The message's `text`, `blocks` and `metadata`, as `chat.postMessage` and `chat.update` take them.

    `key` names the delivery, so that it can be found again. `buttons=False` gives links in their place: after a click
    on a button, even one that only opens an address, Slack shows a warning when no app of ours acknowledges the click.
    """
    if isinstance(message, IssueCard):
        text, blocks = issue_card.text(message), issue_card.blocks(message)
    elif isinstance(message, SourceCard):
        text, blocks = source_card.text(message), source_card.blocks(message)
    elif isinstance(message, DigestCard):
        shown = digest.message(message)
        text, blocks = shown.text, list(shown.blocks)
    else:
        text, blocks = post_card.text(message), post_card.blocks(message, buttons=buttons)
    return {
        "text": text,
        "blocks": [*blocks, *_ways_out(message, buttons=buttons)],
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
    }


def _doors(message: Message) -> list[_Door]:
    """Where one can go from the card: only addresses that Slack takes."""
    if isinstance(message, IssueCard):
        doors = [_Door(OPEN_PAGE, "Open issue", message.page_url)]
    elif isinstance(message, SourceCard):
        doors = [_Door(OPEN_PAGE, "Open source", message.page_url)]
    elif isinstance(message, DigestCard):
        doors = []  # its sentences lead to what they are about
    else:
        doors = [_Door(OPEN_PAGE, "Open in Earful", message.page_url), *_original(message)]
    return [door for door in doors if kit.usable(door.url)]


def _original(card: PostCard) -> list[_Door]:
    return [_Door(OPEN_ORIGINAL, "See original", card.original_url)] if card.original_url and not card.deleted else []


def _ways_out(message: Message, *, buttons: bool) -> list[Payload]:
    doors = _doors(message)
    if buttons:
        pressed = issue_card.pressed(message) if isinstance(message, IssueCard) else []
        row = [*pressed, *(kit.button(*door) for door in doors)]
        return [kit.actions(row)] if row else []
    if not doors:
        return []
    return [kit.rich_text(kit.line(*kit.between([kit.link(door.text, door.url) for door in doors], " · ")))]
