"""Replies to authors: what their writers saw, what differs from it now, who must look, what must not leave us."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import regex

from service.domain.roles import Deed, Role, may
from service.domain.wording import money

UNSEEN = "unseen"
"""The digest where the platform could not be asked: whatever stands there differs from it."""

_GONE = "gone"
_MOST_ANSWERS = 150  # that a digest tells one from another
_SHOWN = 160  # characters of other people's words that a difference repeats


class Wish(StrEnum):
    """What bringing a reply to its platform means now."""

    PUBLISH = "publish"
    EDIT = "edit"  # replace the words that stand there
    REMOVE = "remove"


class AnswerLike(Protocol):
    """An answer below a post; `integrations.replies.Answer` is one."""

    @property
    def remote_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def ours(self) -> bool: ...
    @property
    def at(self) -> datetime | None: ...


class StandingLike(Protocol):
    """A post as it stands on its platform; `integrations.replies.Standing` is one."""

    @property
    def exists(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def rating(self) -> str | None: ...
    @property
    def answers(self) -> Sequence[AnswerLike]: ...
    @property
    def may_answer(self) -> bool: ...
    @property
    def why_not(self) -> str: ...


def digest_of(standing: StandingLike) -> str:
    """What a writer saw, without its words: text, title, rating and answers, each told from another."""
    if not standing.exists:
        return _GONE
    ordered = _in_order(standing.answers)
    newest, cut = ordered[-_MOST_ANSWERS:], ordered[:-_MOST_ANSWERS]
    parts = (_mark(standing.text.strip(), 12), _mark(standing.title or "", 8), _mark(standing.rating or "", 8))
    until = str(_second(cut[-1])) if cut else ""  # older ones are taken to have been there
    return ".".join((*parts, until, "".join(_mark(answer.remote_id, 4) for answer in newest)))


def difference(seen_digest: str, standing: StandingLike) -> list[str]:
    """What stands there now and was not what the writer saw, in sentences; none where nothing that matters differs.

    An answer that somebody took back does not matter; a new one does, whoever wrote it.
    """
    if not standing.exists:
        return ["The post is gone from its platform."]
    told = [] if standing.may_answer else [standing.why_not or "The platform lets nobody answer there any more."]
    parts = seen_digest.split(".")
    if len(parts) != 5:
        return [*told, "Nobody saw the post as it stands: its platform could not be asked when this was written."]
    text, title, rating, until, answers = parts
    if _mark(standing.text.strip(), 12) != text:
        told.append(f"The author changed the text. It says now: “{_short(standing.text)}”")
    if _mark(standing.title or "", 8) != title:
        told.append(f"The title is now “{_short(standing.title or '')}”.")
    if _mark(standing.rating or "", 8) != rating:
        told.append(f"The rating is now {standing.rating}." if standing.rating else "The rating was taken back.")
    return [*told, *(_answered(each) for each in _new_answers(answers, until, standing))]


def changed_since(held: StandingLike, standing: StandingLike) -> list[str]:
    """What a person would call different from what we hold, in sentences: marks and line ends are not."""
    if not standing.exists:
        return ["It is gone from its platform."]
    told = []
    if _loose(standing.text) != _loose(held.text):
        told.append("The author changed the text since Earful collected it.")
    if _loose(standing.title or "") != _loose(held.title or ""):
        told.append("The title is another one now.")
    if standing.rating and held.rating and standing.rating != held.rating:
        told.append(f"The rating is {standing.rating} now; it was {held.rating}.")
    return told


def _loose(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _new_answers(marks: str, until: str, standing: StandingLike) -> list[AnswerLike]:
    seen = {marks[start : start + 4] for start in range(0, len(marks), 4)}
    unknown = (answer for answer in _in_order(standing.answers) if _mark(answer.remote_id, 4) not in seen)
    return [answer for answer in unknown if not until or _second(answer) > int(until)]


def _in_order(answers: Iterable[AnswerLike]) -> list[AnswerLike]:
    return sorted(answers, key=lambda answer: (_second(answer), answer.remote_id))


def _second(answer: AnswerLike) -> int:
    return int(answer.at.timestamp()) if answer.at else 0


def _answered(answer: AnswerLike) -> str:
    who = "Somebody answered with our account" if answer.ours else f"{answer.by or 'Somebody'} answered"
    return f"{who} meanwhile: “{_short(answer.text)}”"


def _mark(text: str, letters: int) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest())[:letters].decode()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def clean(text: str) -> str:
    """A reply as it is kept, counted, approved and sent: plain line ends, no invisible controls, no spaces around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


_CONTROLS: Mapping[int, str | None] = {
    **dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), 0xFEFF)),
    9: " ",
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def text_digest(text: str) -> str:
    """What an approval is bound to: these words, and no others."""
    return hashlib.sha256(clean(text).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """When a second person must look before a reply leaves."""

    first_replies: int = 3  # of each colleague
    customer_value_from: float | None = None  # in the company's currency
    words: tuple[str, ...] = ()  # in the post or in the reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the approval rules look at."""

    writer: str
    role: Role
    replies_so_far: int  # of the writer, that stand or stood on a platform
    text: str
    post_text: str
    customer_value: float | None  # None: no customer is known
    currency: str


def approval_reasons(rules: ApprovalRules, about: Circumstances) -> list[str]:
    """Why a second person must look, in sentences; none where nobody must."""
    told = []
    if not may(about.role, Deed.PUBLISH):
        told.append(f"{about.writer} may write replies, and others publish them.")
    if about.replies_so_far < rules.first_replies:
        told.append(f"It is one of the first {rules.first_replies} replies that {about.writer} wrote.")
    if rules.customer_value_from is not None and (about.customer_value or 0.0) >= rules.customer_value_from:
        told.append(f"The customer is worth {money(about.customer_value or 0.0, about.currency)}.")
    found = [word for word in rules.words if _says(word, about.text) or _says(word, about.post_text)]
    if found:
        told.append(f"It is about {', '.join(f'“{word}”' for word in found)}.")
    return told


_JOINED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Of scripts that do not part words, or that hang endings on them."""


def _says(word: str, text: str) -> bool:
    pattern = re.escape(word) if _JOINED.search(word) else rf"(?<!\w){re.escape(word)}(?!\w)"
    return re.search(pattern, text, re.IGNORECASE) is not None


_MENTION = re.compile(r"<(?:@|#|!subteam\^)[A-Z0-9]{3,}(?:\|[^>]*)?>|<!(?:here|channel|everyone)>")
_FIELD = re.compile(r"\{(?:author|product|issue|version|link)\}")


def internal_in(text: str, held: Mapping[str, Collection[str]]) -> list[str]:
    """What in a reply must not leave the house, in sentences. `held`: what we hold, by what it is to be called."""
    told = []
    if _MENTION.search(text):
        told.append("It names somebody or a channel of our Slack.")
    if field := _FIELD.search(text):
        told.append(f"{field.group()} is not filled in.")
    for called, values in held.items():
        if any(_says(value, text) for value in values if value):
            told.append(f"It holds {called}.")
    return told


def unquoted(text: str, posts: Iterable[str], names: Iterable[str]) -> str:
    """A reply of ours without what it took from a post that is gone: runs of its words, and its author's names."""
    theirs = {run for post in posts for run in _runs([word.group().casefold() for word in _WORD.finditer(post)])}
    words = list(_WORD.finditer(text))
    ours = _runs([word.group().casefold() for word in words])
    taken = {at for start, run in enumerate(ours) if run in theirs for at in range(start, start + _RUN)}
    bare, end = "", 0
    for at, word in enumerate(words):
        if at not in taken:
            bare, end = bare + text[end : word.end()], word.end()
        else:
            bare = bare if at - 1 in taken else bare + text[end : word.start()] + _LEFT_OUT
            end = word.end()
    bare += text[end:]
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        bare = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _LEFT_OUT, bare, flags=re.IGNORECASE)
    return bare


_WORD = re.compile(r"\w+(?:['’]\w+)*")
_RUN = 4  # words in a row that are a quotation
_LEFT_OUT = "[…]"


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)]
