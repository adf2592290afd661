"""Answers to `/earful …`, which only the one who asked sees; and what a link to one of our pages unfolds to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.base import Payload
from integrations.slack import kit, names
from integrations.slack.escape import cut, one_line
from integrations.slack.views import forms
from integrations.slack.views.post import ShownPost, head, said
from integrations.slack.words import count, dotted, name

_MOST = 12

HELP = (
    "/earful ana: customers and issues by name, handle, e-mail address or words",
    "/earful #12: issue 12",
    "/earful pause 2h: new cards wait in this channel; 30m, 2h and 1d work",
    "/earful resume: what waited comes now",
    "/earful digest daily: this channel gets the digest every morning; weekly and off work too",
    "/earful help: this",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found: a customer, an issue, a post."""

    kind: str
    title: str
    facts: Sequence[str]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What Slack takes as a message: what a notification says, and the blocks."""

    text: str  # escaped
    blocks: Sequence[Payload]


def hits(asked: str, found: Sequence[Hit]) -> Message:
    """What was found, most telling first; nothing found says what else to try."""
    asked = cut(one_line(asked), 80)
    if not found:
        return note(f"Nothing is called “{asked}” here.", "Try part of a name, a handle, or #12 for issue 12.")
    blocks = [kit.rich_text(*(_hit(hit) for hit in found[:_MOST]))]
    return Message(text=kit.fallback(f"{count(len(found), 'thing')} found for “{asked}”"), blocks=blocks)


def helped() -> Message:
    """What the command can do."""
    return Message(text="What /earful can do", blocks=[forms.listed(HELP)])


def note(*sentences: str) -> Message:
    """A short answer in our words."""
    return Message(text=kit.fallback(" ".join(sentences)), blocks=[forms.told(*sentences)])


def unfurled_post(post: ShownPost, facts: Sequence[str], url: str) -> list[Payload]:
    """A link to a post's page, unfolded."""
    return [head(post), said(post, most=500), *_facts(facts), *_way(url)]


def unfurled(hit: Hit) -> list[Payload]:
    """A link to an issue's or a customer's page, unfolded."""
    title = cut(f"{one_line(hit.kind)}: {one_line(hit.title)}", kit.TITLE)
    return [kit.rich_text(kit.line(kit.span(title, bold=True))), *_facts(hit.facts), *_way(hit.url)]


def _hit(hit: Hit) -> Payload:
    facts = cut(dotted(*map(name, hit.facts)), kit.SENTENCE)
    link = kit.link(cut(one_line(hit.title), kit.TITLE) or "no name", hit.url)
    return kit.line(kit.span(f"{name(hit.kind)}: "), link, kit.span(f" · {facts}\n" if facts else "\n"))


def _facts(facts: Sequence[str]) -> list[Payload]:
    said = cut(dotted(*map(name, facts)), kit.SENTENCE)
    return [kit.context(kit.plain_text(said, kit.SENTENCE))] if said else []


def _way(url: str) -> list[Payload]:
    return [kit.actions([kit.button(names.OPEN_PAGE, "Open in Earful", url)])] if kit.usable(url) else []
