"""Answering authors where they wrote: what may be said on a platform, what stands there now, and how a reply is put.

A replier talks to one platform about one post. It is told a key, under which it can find again what may have arrived;
it never decides whether to answer. How its calls fail is the same as for messages, see `integrations.base`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from integrations.base import JSON, Finding, Receipt, Secret


class Counting(StrEnum):
    """What a platform's limit counts."""

    CHARACTERS = "characters"  # code points
    UTF16 = "utf16"  # halves of UTF-16, as JavaScript's length
    GRAPHEMES = "graphemes"  # what people see as one character
    BYTES = "bytes"  # of UTF-8
    WEIGHTED = "weighted"  # as X: wide scripts and emoji are 2, an address is 23
    LINKS_SHORT = "links_short"  # as Mastodon: graphemes, an address is 23, a handle counts without its server


class Markup(StrEnum):
    """What a platform makes of signs in a reply."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRules:
    """What a platform allows and does with a reply. Data, shown to whoever writes one."""

    limit: int | None  # None: none that a person would reach
    counting: Counting = Counting.CHARACTERS
    markup: Markup = Markup.PLAIN
    one_for_each_post: bool = False  # a second reply takes the place of the first
    edits: bool = False
    deletes: bool = False
    only_where_summoned: bool = False  # only authors who addressed us may be answered
    names_author: bool = (
        False  # the author's address is put before the text by itself, and the limit leaves room for it
    )
    seconds_apart: float = 1.0  # between two replies with one account
    read_as: str | None = None  # where a reply is a post that we read too, its id there; "{id}" is the receipt's
    notes: Sequence[str] = ()  # in words: "Only the first reply notifies the author."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to answer: one post as its platform knows it."""

    external_id: str
    url: str | None = None
    thread_id: str | None = None
    parent_id: str | None = None
    kind: str = "post"  # review, post, comment, message
    author_id: str | None = None  # the platform's own
    handle: str | None = None
    title: str | None = None
    text: str = ""  # as we hold it
    raw: Mapping[str, JSON] = field(default_factory=dict)  # the payload, where it is kept
    options: Mapping[str, JSON] = field(default_factory=dict)  # of the source, from sources.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply that stands below a post."""

    remote_id: str
    text: str
    by: str
    ours: bool  # written with the account that we answer with
    at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A post as it stands on its platform at this moment."""

    exists: bool
    text: str = ""
    title: str | None = None
    rating: str | None = None
    edited_at: datetime | None = None
    answers: Sequence[Answer] = ()  # those that the platform shows with one request; ours are among them
    may_answer: bool = True
    why_not: str = ""  # in words, where it may not: "The thread is locked."


class Replier(Protocol):
    """Answers on one platform with one account. Raises what `integrations.base.Target` does."""

    def look(self, place: Place) -> Standing:
        """The post as it is now."""
        ...

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Publish `text` as the answer. `key` names the reply, for `find` and for platforms that refuse doubles."""
        ...

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """Look whether the reply `key` arrived since `after`. None: it did not, and may be sent again."""
        ...


class Edits(Protocol):
    """What a replier also has where its rules say `edits`."""

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Replace the words of a reply; doing it twice does no harm."""
        ...


class Deletes(Protocol):
    """What a replier also has where its rules say `deletes`."""

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Take the reply back; one that is gone already is no error."""
        ...


class Checks(Protocol):
    """What a replier also has where it can say whether it could answer."""

    def check(self) -> Sequence[Finding]:
        """Ask the platform, without writing anything. Never raises an `IntegrationError`: a fault is a finding."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplierSpec:
    """Everything about answering one kind of source. `kind` is the kind of the source, such as `mastodon`."""

    kind: str
    rules: ReplyRules
    secrets: tuple[Secret, ...]
    build: Callable[[str | None, Mapping[str, str]], Replier]  # base address (None: the platform's own), secrets
