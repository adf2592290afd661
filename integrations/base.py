"""What can be sent, what comes back, and how sending fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

JSON: TypeAlias = "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"
Payload: TypeAlias = "dict[str, JSON]"
"""What a channel takes for one message, ready to be sent as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLabel:
    """One head's answer as a card shows it."""

    label: str
    score: float  # 0 to 1
    sure: bool = True  # False: a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCustomer:
    """Who wrote, as far as the source's passport lets a card say."""

    name: str
    lifecycle: str
    value: str  # formatted with its currency
    last_contact_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardIssue:
    """The issue that a post belongs to."""

    number: int
    title: str
    posts: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReply:
    """Our reply to a post, as far as it has come."""

    reply_id: int
    state: str  # draft, approved, sending, sent, uncertain, failed, manual, dropped
    text: str
    by: str
    approval_reasons: Sequence[str] = ()  # why a second person must look; empty: nobody must, or somebody did
    approved_by: str | None = None
    send_after: datetime | None = None  # until then it can be taken back
    sent_at: datetime | None = None
    url: str | None = None
    problem: str | None = None
    what_to_do: str | None = None
    may_edit: bool = False  # whether the platform lets us change or take back what stands there
    may_take_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCase:
    """Our work on a post."""

    case_id: int
    state: str  # new, claimed, answered, solved, dismissed
    door: str  # how the author may be answered: api, link, none
    assignee: str | None = None
    snoozed_until: datetime | None = None
    escalated: bool = False
    reply: CardReply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTranslation:
    """A post's words in the language that our team reads."""

    text: str
    language: str  # its name, for people
    by: str  # "DeepL"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard:
    """One post, as the people who can act should see it. All texts are as their authors wrote them: hostile."""

    text: str
    title: str | None
    source: str  # "Steam, Lantern Hollow"
    author: str
    author_url: str | None
    reach: int | None
    created_at: datetime
    edited: bool
    deleted: bool  # the author removed it: the text is gone from the card too
    rating: str | None
    product: str | None
    product_version: str | None
    language: str | None  # its name, for people
    sentiment: CardLabel | None
    intents: Sequence[CardLabel]
    topics: Sequence[CardLabel]
    urgency: float
    not_understood: str | None  # why the models said nothing
    translation: CardTranslation | None = None
    marks: Sequence[str] = ()  # what is wrong with the text itself: "spam", "abusive"
    case: CardCase | None = None
    customer: CardCustomer | None
    refused_at: datetime | None = None  # since when it is noted that they do not want to be written to
    issue: CardIssue | None
    why: str  # why it is here, in words
    page_url: str  # our page of it
    original_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFix:
    """That somebody said that an issue is fixed."""

    version: str  # empty where nobody said which
    by: str  # empty where nobody knows any more
    reachable: int = 0  # people whom there are words for
    to_review: bool = False  # the words wait for somebody to look at them
    telling_url: str = ""  # where the words are; empty where nobody prepared any


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCard:
    """One issue, when it opens, rises, returns or is fixed."""

    number: int
    title: str
    state: str
    change: str  # "twice as many as last week"
    posts: int
    people: int
    customers: int
    value: str
    languages: Sequence[str]  # their names, for people
    sources: Sequence[str]
    versions: Sequence[str]
    quotes: Sequence[str]
    why: str
    page_url: str
    told: str = ""  # how far telling its reporters that it is fixed has come, in a sentence
    fix: CardFix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """A source that needs somebody, or needed: it refused, or fell silent."""

    name: str  # as sources.yaml has it
    headline: str  # "Steam, Lantern Hollow refuses to be read"
    text: str  # what it said, in words; may be empty
    what_to_do: str  # empty where nothing is to be done any more
    since: datetime
    over: bool
    why: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWords:
    """Some words of a sentence, and where they lead."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCard:
    """What a channel is told of a day or a week. Sentences hold titles of issues, which are strangers' words."""

    title: str  # "Lantern Hollow, yesterday"
    changed: Sequence[Sequence[CardWords]]
    answering: Sequence[Sequence[CardWords]] = ()  # how we answered, and what came of it
    held: str  # what waits because the channel is paused; empty: nothing
    not_seen: Sequence[Sequence[CardWords]]
    why: str = ""
    page_url: str  # the whole of it, on our page


Message: TypeAlias = PostCard | IssueCard | SourceCard | DigestCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where a message stands once the target took it."""

    address: str  # the channel's own id
    remote_id: str
    url: str | None = None


class Target(Protocol):
    """A place that messages go."""

    def send(self, message: Message, *, address: str, key: str) -> Receipt:
        """Put the message at `address`. `key` names the delivery, for `find`.

        Raises:
            TargetBusy, TargetRefused, MessageRejected: it was not sent.
            OutcomeUncertain: it may have been; ask `find`.
        """
        ...

    def update(self, message: Message, *, receipt: Receipt, key: str) -> Receipt:
        """Replace what was sent, in place. Safe to repeat. Raises as `send` does."""
        ...

    def find(self, *, address: str, key: str, after: datetime) -> Receipt | None:
        """Look whether the delivery `key` arrived since `after`. None: it did not, and may be sent again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check of a target found. `what_to_do` is empty where all is well."""

    ok: bool
    text: str
    what_to_do: str = ""


class Checks(Protocol):
    """What a target also has where it can say whether it would take messages."""

    def check(self, addresses: Sequence[str] = ()) -> list[Finding]:
        """Ask the target, without sending anything. Never raises an `IntegrationError`: what is wrong is a finding."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A setting that a target needs, by the name of its environment variable."""

    name: str
    where: str  # where to get it, in words with the page's address
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Everything about a kind of target that the rest of the product needs to know."""

    kind: str
    title: str
    secrets: tuple[Secret, ...]
    build: Callable[[Mapping[str, str]], Target]  # from the settings that `secrets` names
    render: Callable[[Message, str], Payload]  # message, key -> what would be sent; pure


class IntegrationError(Exception):
    """Root of what an integration may raise."""


class TargetBusy(IntegrationError):
    """The target asks us to wait. Wait `retry_after` seconds (None: the caller's back-off)."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TargetRefused(IntegrationError):
    """The target will take nothing until a person acts: a token, a scope, a channel."""

    def __init__(self, message: str, *, what_to_do: str) -> None:
        super().__init__(f"{message} {what_to_do}")
        self.what_to_do = what_to_do


class MessageRejected(IntegrationError):
    """The target will never take this message; the reason says why."""


class OutcomeUncertain(IntegrationError):
    """The connection broke after the message left: it may or may not have arrived. Never send again blindly."""
