"""One source as blocks: what is the matter with it, since when, and what to do."""

from __future__ import annotations

from integrations.base import Payload, SourceCard
from integrations.slack import kit
from integrations.slack.escape import cut, one_line
from integrations.slack.words import dotted, name

_SAID = 600


def blocks(card: SourceCard) -> list[Payload]:
    """The card's blocks, without the button."""
    lines = [kit.line(kit.span(cut(text, _SAID))) for text in map(one_line, (card.text, card.what_to_do)) if text]
    return [
        kit.context(kit.plain_text(dotted(_state(card), name(card.name)), kit.SENTENCE), kit.when(card.since)),
        kit.header(one_line(card.headline) or "A source"),
        *([kit.rich_text(*lines)] if lines else []),
        *kit.small_print(card.why),
    ]


def text(card: SourceCard) -> str:
    """What a notification shows and a screen reader says: escaped, one line."""
    return kit.fallback(f"{_state(card)}: {cut(one_line(card.headline), kit.TITLE)}. {card.text} {card.what_to_do}")


def _state(card: SourceCard) -> str:
    return "✅ All is well again" if card.over else "⚠️ A source needs you"
