"""A few words where a modal or a home stood. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.base import Payload
from integrations.slack import kit
from integrations.slack.escape import clean, cut

_TEXT = 3000
_MOST_KEPT = 10


def modal(text: str, *, title: str = "Earful", kept: Sequence[str] = ()) -> Payload:
    """Words in a modal. `kept`: what the person had written, so that it is not lost."""
    blocks = [_words(text), *_what_was_written(kept)]
    return {
        "type": "modal",
        "title": kit.plain_text(title, 24),
        "close": kit.plain_text("Close", 24),
        "blocks": blocks,
    }


def home(text: str) -> Payload:
    """Words in the home."""
    return {"type": "home", "blocks": [_words(text)]}


def _words(text: str) -> Payload:
    return {"type": "section", "text": kit.plain_text(text, _TEXT)}


def _what_was_written(kept: Sequence[str]) -> list[Payload]:
    texts = [text for text in map(clean, kept) if text][:_MOST_KEPT]
    if not texts:
        return []
    quoted = [kit.rich_text(kit.quote(cut(text, _TEXT))) for text in texts]
    return [kit.context(kit.plain_text("What you wrote:", 100)), *quoted]
