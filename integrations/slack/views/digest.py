"""A digest in a channel: what changed, how we answered, what waits here, what was not seen."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.base import JSON, CardWords, DigestCard, Payload
from integrations.slack import kit
from integrations.slack.escape import cut, one_line
from integrations.slack.views.found import Message

_SENTENCES = 12
_PIECE = 400


def message(digest: DigestCard) -> Message:
    """The digest as a message; the rest is on the page."""
    blocks = [kit.header(digest.title), _listed(digest.changed)]
    if digest.answering:
        blocks += [kit.context(kit.plain_text("How we answered", 75)), _listed(digest.answering)]
    if held := one_line(digest.held):
        blocks.append(kit.rich_text(kit.line(kit.span(f"🔴 {cut(held, kit.SENTENCE)}", bold=True))))
    if digest.not_seen:
        blocks += [kit.context(kit.plain_text("What was not seen", 75)), _listed(digest.not_seen[:3])]
    link = kit.rich_text(kit.line(kit.link("The whole digest", digest.page_url)))
    return Message(text=kit.fallback(digest.title), blocks=[*blocks, link, *kit.small_print(digest.why)])


def _listed(sentences: Sequence[Sequence[CardWords]]) -> Payload:
    entries: list[JSON] = [kit.line(*_spans(sentence)) for sentence in sentences[:_SENTENCES]]
    entries = entries or [kit.line(kit.span("Nothing."))]
    return kit.rich_text({"type": "rich_text_list", "style": "bullet", "elements": entries})


def _spans(sentence: Sequence[CardWords]) -> list[Payload]:
    spans = [kit.link(cut(text, _PIECE), words.url) for words in sentence[:20] if (text := _flat(words.text))]
    return spans or [kit.span("–")]


def _flat(text: str) -> str:
    """One line, with the spaces at its ends that part it from its neighbours."""
    flat = one_line(text)
    if not flat:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{flat}{' ' if text[-1].isspace() else ''}"
