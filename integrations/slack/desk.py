"""What we show and say to people in one workspace, besides cards: modals, homes, whispers, threads, unfurls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from integrations.base import JSON, MessageRejected, Payload, Receipt

Blocks = Sequence[Mapping[str, JSON]]


class ExpiredTrigger(MessageRejected):
    """The view cannot be opened any more: more than three seconds passed, or (`used`) it was opened before."""

    def __init__(self, message: str, *, used: bool) -> None:
        super().__init__(message)
        self.used = used


class ViewGone(MessageRejected):
    """The view is closed, or (`moved`) it changed since the `hash` was given."""

    def __init__(self, message: str, *, moved: bool) -> None:
        super().__init__(message)
        self.moved = moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in the workspace, as Slack knows them."""

    id: str
    name: str
    email: str  # empty where Slack does not tell it
    zone: str = "UTC"
    trusted: bool = True  # False: a bot, somebody who left, of another company, or with an address nobody confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A view as Slack shows it now."""

    id: str
    hash: str


class Desk(Protocol):
    """One workspace. Everything raises TargetBusy, TargetRefused and MessageRejected, and what creates something
    OutcomeUncertain too.
    """

    def open_view(self, trigger_id: str, view: Payload) -> ShownView:
        """Show a modal. Raises ExpiredTrigger too."""
        ...

    def push_view(self, trigger_id: str, view: Payload) -> ShownView:
        """Show a modal on top of the one in which something was done. Raises ExpiredTrigger too."""
        ...

    def update_view(self, view_id: str, view: Payload, *, hash: str = "") -> ShownView:  # noqa: A002 (Slack's name)
        """Replace a modal; with `hash` only where it has not changed since. Raises ViewGone too."""
        ...

    def publish_home(self, user: str, view: Payload, *, hash: str = "") -> ShownView:  # noqa: A002 (Slack's name)
        """Replace somebody's home; with `hash` only where it has not changed since. Raises ViewGone too."""
        ...

    def whisper(self, channel: str, user: str, text: str, *, blocks: Blocks = (), thread_ts: str = "") -> None:
        """Say something that one person sees, or in a direct message where the channel does not take it."""
        ...

    def say(self, channel: str, text: str, *, blocks: Blocks = (), thread_ts: str = "", key: str = "") -> Receipt:
        """Say something that all in the channel see. `key` stands in its metadata."""
        ...

    def dm(self, user: str, text: str, *, blocks: Blocks = (), key: str = "") -> Receipt:
        """Say something to one person alone."""
        ...

    def unfurl(self, *, channel: str, ts: str, unfurls: Mapping[str, Blocks], unfurl_id: str, source: str) -> None:
        """Show what is behind links: address -> blocks."""
        ...

    def permalink(self, channel: str, ts: str) -> str:
        """The message's address in the browser."""
        ...

    def member(self, user: str) -> Member:
        """Who somebody is."""
        ...
