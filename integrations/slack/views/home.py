"""The app's own page in Slack: what needs this person, first what cannot wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.base import Payload
from integrations.slack import kit, names
from integrations.slack.escape import cut, one_line
from integrations.slack.views import forms
from integrations.slack.words import count, dotted, name

_EACH = 5  # entries of a group that are shown; three blocks each keep the page under 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One case, with what is to be done about it."""

    case_id: int
    where: str  # "Steam, Lantern Hollow"
    author: str
    text: str
    written_at: datetime
    note: str = ""  # why it stands here, in words
    due: datetime | None = None  # when the author should have heard from us
    url: str | None = None  # our page of the post
    reply_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cases that ask for the same; `buttons`: (name, words, whether its value is the reply's id)."""

    title: str
    entries: Sequence[Entry]
    total: int
    buttons: Sequence[tuple[str, str, bool]]
    empty: str  # what is said where there are none


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """All that stands on the page."""

    greeting: str
    groups: Sequence[Group]
    page_url: str
    made_at: datetime


def page(home: Home) -> Payload:
    """The page; groups that are empty say so in one line."""
    ways = [kit.press(names.HOME_REFRESH, "Refresh", "home")]
    if kit.usable(home.page_url):
        ways.append(kit.button(names.OPEN_PAGE, "Open Earful", home.page_url))
    blocks = [forms.told(home.greeting), kit.actions(ways)]
    for group in home.groups:
        blocks += [kit.header(f"{one_line(group.title)} · {group.total:,}" if group.total else group.title)]
        blocks += _entries(group) if group.entries else [kit.context(kit.plain_text(group.empty, kit.SENTENCE))]
    return forms.home([*blocks, kit.context(kit.plain_text("As of", 20), kit.when(home.made_at))])


def stranger(what_to_do: Sequence[str]) -> Payload:
    """The page of somebody who has no account with us."""
    return forms.home([kit.header("Earful does not know you yet"), forms.told(*what_to_do)])


def _entries(group: Group) -> list[Payload]:
    shown = [block for number, entry in enumerate(group.entries[:_EACH]) for block in _entry(group, entry, number)]
    left = group.total - min(len(group.entries), _EACH)
    more = [kit.context(kit.plain_text(f"and {count(left, 'more', 'more')} in the inbox", 150))] if left > 0 else []
    return [*shown, *more]


def _entry(group: Group, entry: Entry, number: int) -> list[Payload]:
    head = kit.context(
        kit.plain_text(dotted(name(entry.where), name(entry.author)), kit.SENTENCE), kit.when(entry.written_at)
    )
    said = cut(one_line(entry.text), kit.SENTENCE)
    parts = [kit.quote(said) if said else kit.line(kit.span("The author left no words.", italic=True))]
    if note := cut(one_line(entry.note), kit.SENTENCE):
        parts.append(kit.line(kit.span(note, bold=True)))
    if entry.due:
        parts.append(kit.line(kit.span("To be answered by "), kit.at(entry.due)))
    pressed = [
        kit.press(deed, words, str(entry.reply_id if by_reply else entry.case_id))
        for deed, words, by_reply in group.buttons
        if not by_reply or entry.reply_id is not None
    ]
    if entry.url and kit.usable(entry.url):
        pressed.append(kit.button(f"{names.OPEN_PAGE}#{number}", "Open", entry.url))
    return [head, kit.rich_text(*parts), *([kit.actions(pressed)] if pressed else [])]
