"""The contract between a platform and the rest of Earful: what a collector hands over, and how it fails.

A collector does two things. `pages` talks to the platform and may fail; `parse` turns one stored payload into a `Post`,
purely, so that history can be read again when the parser improves. Storing, scheduling and policy live in `service`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pydantic import BaseModel

if TYPE_CHECKING:
    from collectors.net import Net

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
RawPost: TypeAlias = "dict[str, JSON]"
"""One platform payload, kept as received, with what `parse` needs beside it (the product a page was about, say)."""
Cursor: TypeAlias = "dict[str, JSON]"
"""Where to go on after everything handed over so far is stored. Only its collector reads it; must survive JSON."""


class PostKind(StrEnum):
    """What sort of text a post is."""

    REVIEW = "review"
    POST = "post"
    COMMENT = "comment"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An account on a platform, as far as the platform shows it."""

    external_id: str | None = None  # the platform's own stable id
    handle: str | None = None  # its name there, as people would type it
    name: str | None = None
    url: str | None = None
    reach: int | None = None  # followers, or what the platform counts instead
    verified_email: str | None = None  # only where the company itself verified it (imports, own forum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """How others answered a post, in the platform's counts; None where it does not tell."""

    likes: int | None = None
    replies: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public text as its platform shows it now. Never changed after it is made; an edit is another `Post`.

    Raises ValueError where a time has no zone, the id is empty or the rating is outside 0..1.
    """

    kind: PostKind
    external_id: str  # the platform's own id, unique within the source
    url: str | None
    text: str
    created_at: datetime  # aware
    raw: RawPost
    author: Author | None = None  # None: the platform shows none (deleted account)
    title: str | None = None
    edited_at: datetime | None = None  # aware
    thread_id: str | None = None
    parent_id: str | None = None
    language: str | None = None  # BCP 47, only where the platform says so
    rating: float | None = None  # 0 (worst) to 1 (best); five stars of five is 1, one star of five is 0
    rating_label: str | None = None  # as people know it: "4/5", "Not recommended"
    product: str | None = None
    product_version: str | None = None
    order_number: str | None = None  # only where the author gave it in an import or a verified purchase
    engagement: Engagement = field(default_factory=Engagement)

    def __post_init__(self) -> None:
        if not self.external_id:
            raise ValueError("a post needs the platform's id")
        for name in ("created_at", "edited_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} has no time zone: {moment.isoformat()}")
        if self.rating is not None and not 0 <= self.rating <= 1:
            raise ValueError(f"rating {self.rating} is outside 0..1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """One item that could not be read, so that its neighbours could. Shown on the source's page."""

    place: str  # where it stood: "page 3, review 17", "posts.csv line 12, column created_at"
    reason: str  # what is wrong and what would be right, in words
    raw: str = ""  # the beginning of what was received (at most 2,000 characters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one step of listening brought. The caller stores all of it, and the cursor, in one transaction."""

    posts: Sequence[Post] = ()
    set_aside: Sequence[SetAside] = ()
    gone: Sequence[str] = ()  # external ids that the platform says were deleted
    cursor: Cursor | None = None  # None: do not move; a failed run starts again where the last one did
    gap: str | None = None  # in words: what was missed, because no known post was met before the platform's depth ended
    total: int | None = None  # how many the platform says there are
    not_modified: bool = False  # the platform said "nothing new" (304), which is not the same as an empty page


class Collector(Protocol):
    """Listens to one source."""

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed since `cursor` (None: from the start, or from `since`), page by page.

        The iterator may be left at any page; what was handed over before stays valid.

        Raises:
            SourceBusy: try again later; nothing is wrong.
            SourceRefused: a person must act first.
        """
        ...

    def parse(self, raw: RawPost) -> Post:
        """Make the post of a stored payload: pure, no I/O, no clock.

        Raises:
            PostUnreadable: the payload is not what the platform promises.
        """
        ...


class Rechecks(Protocol):
    """What a collector also has where its platform's deletions and edits are found by asking again."""

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look the posts up again: changed ones in `posts`, deleted ones in `gone`. Raises as `pages` does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a webhook, as it was taken in at the door and kept; its signature was verified there."""

    number: int  # counts up within a source
    name: str  # the sender's own id of it (webhook-id)
    received_at: datetime  # aware
    content: bytes


class Calls(Protocol):
    """The calls that came for one source. What hears instead of asking finds it in its `Net`."""

    def after(self, number: int, *, most: int) -> Sequence[Call]:
        """The calls behind this number, oldest first."""
        ...


class ReplyDoor(StrEnum):
    """How an author may be answered where they wrote."""

    API = "api"
    LINK = "link"  # a person pastes the text; we give the address
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """What the terms and the law let us do with a platform's posts. Data: code asks it, no branch on a name."""

    may_link: bool  # may authors be tied to our customer records?
    may_reply: ReplyDoor
    may_export: bool
    may_train: bool  # may models be fitted to its texts?
    keep_raw_days: int | None  # None: as long as the company likes
    recheck_hours: int | None  # when a kept post must be looked at again; None: never
    attribution: str  # what to show beside a quoted post
    terms: str  # what the platform's terms ask of us, in a sentence or two


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A credential that a collector needs, by the name of its environment variable."""

    name: str
    where: str  # where to get it, in words with the page's address
    required: bool = True


_WITHIN = {1.0: "a second", 60.0: "a minute", 3600.0: "an hour"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a platform may be asked with one credential: so many requests in so many seconds, evenly spread."""

    requests: int = 1
    seconds: float = 1.0

    @property
    def step(self) -> float:
        """Seconds between two requests."""
        return self.seconds / self.requests

    def __str__(self) -> str:
        number = "one" if self.requests == 1 else f"{self.requests:,}"
        return f"{number} {_WITHIN.get(self.seconds) or f'in {self.seconds:g} seconds'}"


class Pacing(Protocol):
    """Gives turns at a platform to all who ask it with one credential. Collectors know no more of it than this."""

    @property
    def step(self) -> float:
        """Seconds between two turns."""
        ...

    def turn(self, place: str, *, patience: float, apart: float = 0.0) -> float:
        """Seconds until the next free turn at `place` (host:port), which is then ours. Where it is more than
        `patience`, none was taken: the caller comes back later. The turn after it is at least `apart` seconds off,
        where the place asks for more than the pace.
        """
        ...

    def rest(self, place: str, seconds: float) -> None:
        """The platform wants to be left alone: nobody gets a turn before `seconds` are over."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Everything about a kind of source that is not code."""

    kind: str
    title: str
    options: type[BaseModel]  # validates sources.yaml and the command line's --option name=value
    build: Callable[[BaseModel, Mapping[str, str], Net], Collector]
    passport: Passport
    secrets: tuple[Secret, ...] = ()
    home: str | None = None  # the platform's own base URL; None where the options name the address
    pace: Pace = Pace()  # how fast to ask, unless the source says otherwise; by default a courtesy
    safe_to_resume: bool  # after a failed run, can we go on from the last stored page without leaving holes?
    sees_edits: bool
    sees_deletes: bool
    every_minutes: int = 15  # how often to listen unless the source says otherwise
    rules: type[BaseModel] | None = None  # one file of config/KIND/*.yaml; all of them become the option `rules`
    hears: bool = False  # do others come to us, by signed calls of POST /hooks/in/NAME?


class CollectorError(Exception):
    """Root of what a collector may raise."""


class SourceBusy(CollectorError):
    """The platform asks us to wait, or did not answer. Wait `retry_after` seconds (None: the caller's back-off)."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceRefused(CollectorError):
    """The platform will not answer until a person acts: a key, a ban, a wrong address.

    `status` is the HTTP status that said so; None where it was something else.
    """

    def __init__(self, message: str, *, what_to_do: str, status: int | None = None) -> None:
        super().__init__(f"{message} {what_to_do}")
        self.what_to_do = what_to_do
        self.status = status


class PostUnreadable(CollectorError):
    """One payload is not what the platform promises; set it aside and go on."""

    def __init__(self, message: str, *, raw: str = "") -> None:
        super().__init__(message)
        self.raw = raw[:2000]
