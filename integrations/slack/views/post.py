"""A post inside a form: where and when, and its words in a quote; and the whole of a long one, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from integrations.base import JSON, Payload
from integrations.slack import kit, names, words
from integrations.slack.escape import clean, cut, cut_lines, graphemes, one_line, units
from integrations.slack.views import forms
from integrations.slack.words import dotted, name

PAGE = 3000  # UTF-16 units of a page of a long post
_SHOWN = 1200
_LINES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """A post as a form shows it. All texts are as their authors wrote them: hostile."""

    source: str
    author: str
    text: str
    created_at: datetime
    title: str | None = None
    rating: str | None = None
    url: str | None = None  # the original's


def head(post: ShownPost) -> Payload:
    """Where, who, stars and when, small."""
    where = dotted(name(post.source), name(post.author), words.stars(name(post.rating or "")))
    return kit.context(kit.plain_text(where, kit.SENTENCE), kit.when(post.created_at))


def said(post: ShownPost, *, most: int = _SHOWN) -> Payload:
    """The title and the words, cut where they are long."""
    parts = _title(post)
    shown = cut(cut_lines(clean(post.text), _LINES), most)
    parts.append(kit.quote(shown) if shown else kit.line(kit.span("The author left no words.", italic=True)))
    return kit.rich_text(*parts)


def pages(text: str) -> list[str]:
    """The text in pages of at most 3,000 UTF-16 units, cut between lines or words where it can be; at least one."""
    left, found = clean(text), []
    while units(left) > PAGE:
        page = _page(left)
        found.append(page.rstrip())
        left = left[len(page) :].lstrip()
    return [*found, left] if left or not found else found


def whole(post: ShownPost, number: int, metadata: Mapping[str, JSON]) -> Payload:
    """All of a long post: page `number`, from 0, and the buttons to the others. Out of range is the nearest."""
    every = pages(post.text)
    number = min(max(number, 0), len(every) - 1)
    words_of_page = (
        kit.quote(every[number]) if every[number] else kit.line(kit.span("The author left no words.", italic=True))
    )
    blocks = [head(post), kit.rich_text(*_title(post), words_of_page)]
    turns = [(number - 1, "‹ Back"), (number + 1, "Further ›")]
    buttons = [kit.press(f"{names.TEXT_PAGE}#{to}", text, str(to)) for to, text in turns if 0 <= to < len(every)]
    if buttons:
        blocks += [kit.context(kit.plain_text(f"Page {number + 1} of {len(every)}", 75)), kit.actions(buttons)]
    return forms.modal(names.DONE, "The whole post", blocks, metadata=metadata)


def _title(post: ShownPost) -> list[Payload]:
    title = cut(one_line(post.title or ""), kit.TITLE)
    return [kit.line(kit.span(title, bold=True))] if title else []


def _page(text: str) -> str:
    """The beginning that fits a page, up to its last line break or space if it has one in its second half."""
    room, end = PAGE, 0
    for grapheme in graphemes(text[: PAGE + 1]):
        room -= units(grapheme)
        if room < 0:
            break
        end += len(grapheme)
    end = end or PAGE // 2  # one endless grapheme: cut all the same
    for sign in ("\n", " "):
        if (last := text.rfind(sign, end // 2, end)) > 0:
            return text[: last + 1]
    return text[:end]
