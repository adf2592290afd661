"""What we show and say to people in one workspace, besides cards: modals, homes, whispers, threads, unfurls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from integrations.base import JSON, MessageRejected, OutcomeUncertain, Payload, Receipt, TargetRefused
from integrations.parts import obj, words
from integrations.slack import api, kit
from integrations.slack.addresses import join
from integrations.slack.faults import SlackRejected

Blocks: TypeAlias = Sequence[Payload]
NOTE_TYPE = "earful_note"
"""The event_type in the metadata of what we say besides cards."""

_SECTION = 3000
_LITERAL: Mapping[str, JSON] = {"parse": "none", "link_names": False}
_UNADORNED: Mapping[str, JSON] = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
_TOO_LATE = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged"}
_USED = {"exchanged_trigger_id", "trigger_exchanged"}
_GONE = {"not_found", "view_not_found", "invalid_view_id"}


class ExpiredTrigger(MessageRejected):
    """The view cannot be opened any more: more than three seconds passed, or (`used`) one was opened before."""

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
    email: str  # in lower case; empty where Slack does not tell it
    zone: str  # of the tz database
    stranger: str = ""  # why their address proves nothing, in words; empty where it does


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A view as Slack shows it now."""

    id: str
    hash: str


class SlackDesk:
    """One workspace. Every method raises TargetBusy, TargetRefused and MessageRejected; what puts a message somewhere,
    OutcomeUncertain too.
    """

    def __init__(self, client: WebClient, *, team: str, workspace: str = "") -> None:
        self._client = client
        self._team = team
        self._workspace = workspace  # what our settings call it

    def __repr__(self) -> str:
        return f"SlackDesk({self._team!r})"

    def open_view(self, trigger_id: str, view: Payload) -> ShownView:
        """Show a modal. Raises ExpiredTrigger too."""
        return _shown(self._client.views_open, {"trigger_id": trigger_id, "view": view})

    def push_view(self, trigger_id: str, view: Payload) -> ShownView:
        """Show a modal on top of the one in which something was done. Raises ExpiredTrigger too."""
        return _shown(self._client.views_push, {"trigger_id": trigger_id, "view": view})

    def update_view(self, view_id: str, view: Payload, *, hash: str = "") -> ShownView:  # noqa: A002 (Slack's name)
        """Replace a modal; with `hash`, only where it has not changed since. Raises ViewGone too."""
        return _shown(self._client.views_update, {"view_id": view_id, "view": view, **_given(hash=hash)})

    def publish_home(self, user: str, view: Payload, *, hash: str = "") -> ShownView:  # noqa: A002 (Slack's name)
        """Replace somebody's home; with `hash`, only where it has not changed since. Raises ViewGone too."""
        return _shown(self._client.views_publish, {"user_id": user, "view": view, **_given(hash=hash)})

    def whisper(self, channel: str, user: str, text: str, *, blocks: Blocks = (), thread_ts: str = "") -> None:
        """Say something that one person sees; in a direct message where there is no channel, or it does not take it.

        Where nobody knows whether it arrived, it counts as said: a whisper is not worth a second one.
        """
        if channel:
            said = {"channel": channel, "user": user, **_message(text, blocks), **_given(thread_ts=thread_ts)}
            try:
                api.call(self._client.chat_postEphemeral, {**said, **_LITERAL}, writing=True)
            except OutcomeUncertain:
                return
            except (MessageRejected, TargetRefused):
                pass  # one of us is not in the channel, or it is gone; a worse reason also stops the direct message
            else:
                return
        with suppress(OutcomeUncertain):
            self.dm(user, text, blocks=blocks)

    def say(self, channel: str, text: str, *, blocks: Blocks = (), thread_ts: str = "", key: str = "") -> Receipt:
        """Say something that all in the channel see. `key` stands in its metadata."""
        said = {"channel": channel, **_message(text, blocks), **_given(thread_ts=thread_ts), **_mark(key)}
        answer = api.call(self._client.chat_postMessage, {**said, **_LITERAL, **_UNADORNED}, writing=True)
        return Receipt(address=str(answer["channel"]), remote_id=str(answer["ts"]))

    def dm(self, user: str, text: str, *, blocks: Blocks = (), key: str = "") -> Receipt:
        """Say something to one person alone."""
        opened = api.call(self._client.conversations_open, {"users": user})
        return self.say(str(opened["channel"]["id"]), text, blocks=blocks, key=key)

    def unfurl(
        self, unfurls: Mapping[str, Blocks], *, channel: str, ts: str, unfurl_id: str = "", source: str = ""
    ) -> None:
        """Show what is behind the links of a message: address -> blocks. `unfurl_id` with `source` go first."""
        shown: JSON = {url: {"blocks": list(blocks)} for url, blocks in unfurls.items()}
        where = {"unfurl_id": unfurl_id, "source": source} if unfurl_id and source else {"channel": channel, "ts": ts}
        api.call(self._client.chat_unfurl, {**where, "unfurls": shown})

    def addresses(self, channel: str) -> tuple[str, str]:
        """How rules may name a channel: by its name, and by its id."""
        named = api.call(self._client.conversations_info, {"channel": channel})["channel"]
        return join(self._workspace, f"#{named['name']}"), join(self._workspace, channel)

    def permalink(self, channel: str, ts: str) -> str:
        """A message's address in the browser."""
        return str(api.call(self._client.chat_getPermalink, {"channel": channel, "message_ts": ts})["permalink"])

    def member(self, user: str) -> Member:
        """Who somebody is."""
        found = obj(api.call(self._client.users_info, {"user": user})["user"])
        profile = obj(found, "profile")
        name = profile.get("display_name") or profile.get("real_name") or found.get("name")
        return Member(
            id=user,
            name=words(name),
            email=words(profile, "email").strip().lower(),
            zone=words(found, "tz") or "UTC",
            stranger=self._stranger(found),
        )

    def _stranger(self, found: Mapping[str, JSON]) -> str:
        """Another company's administrators decide which address its members have; in our own workspace ours do."""
        if found.get("deleted"):
            return "has left the workspace"
        if found.get("is_bot"):
            return "is a program"
        if found.get("is_stranger") or words(found, "team_id") not in ("", self._team):
            return "belongs to another Slack workspace"
        if found.get("is_email_confirmed") is False:
            return "has not confirmed the e-mail address in Slack"
        return ""


def _shown(method: Callable[..., SlackResponse], arguments: api.Arguments) -> ShownView:
    try:
        view = obj(api.call(method, arguments)["view"])
    except SlackRejected as refused:
        if refused.name in _TOO_LATE:
            used = refused.name in _USED
            raise ExpiredTrigger("It took too long: Slack opens nothing any more.", used=used) from None
        if refused.name in _GONE:
            raise ViewGone("The view is closed.", moved=False) from None
        if refused.name == "hash_conflict":
            raise ViewGone("The view has changed meanwhile.", moved=True) from None
        raise
    return ShownView(id=words(view, "id"), hash=words(view, "hash"))


def _message(text: str, blocks: Blocks) -> dict[str, JSON]:
    """`text` is for notifications; without blocks it is also what is shown, letter by letter."""
    shown = list(blocks) or [{"type": "section", "text": kit.plain_text(text, _SECTION)}]
    return {"text": kit.fallback(text), "blocks": shown}


def _mark(key: str) -> dict[str, JSON]:
    return {"metadata": {"event_type": NOTE_TYPE, "event_payload": {"key": key}}} if key else {}


def _given(**arguments: str) -> dict[str, JSON]:
    """Without the empty ones."""
    return {name: value for name, value in arguments.items() if value}
