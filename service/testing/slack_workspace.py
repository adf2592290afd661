"""The state of a made-up Slack workspace, and what its Web API answers: strict where the real one is."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from service.clock import Clock, now
from service.testing.slack_rules import TEXT_LIMIT, validate_message
from service.testing.slack_shapes import length

Arguments: TypeAlias = Mapping[str, object]
Answer: TypeAlias = dict[str, object]

ALL_SCOPES = "chat:write,chat:write.public,channels:read,channels:history,groups:read,groups:history"
_BOT_ID = "B0EARFUL1"


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel of the workspace."""

    id: str
    name: str
    member: bool = True  # is our app in it?
    private: bool = False
    archived: bool = False
    messages: list[Answer] = field(default_factory=list)  # oldest first


@dataclass(slots=True, kw_only=True)
class Faults:
    """What goes wrong next. The counts run down with each request to a method."""

    delay_seconds: float = 0.0
    rate_limited: int = 0  # 429 with `Retry-After`
    retry_after: int = 30
    failed: int = 0  # 500, nothing done
    failed_after: int = 0  # 500, though it was done
    dropped: int = 0  # the connection closes without an answer, though it was done
    answers: list[str] = field(default_factory=list)  # the next errors by name, with status 200, nothing done

    def take(self, name: str) -> bool:
        """Whether this fault's turn has come; counts it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0


class Refused(Exception):
    """What Slack answers with `ok: false`."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.answer: Answer = {"ok": False, "error": error, **more}


class Workspace:
    """Channels, messages, a token and its scopes. Safe to be asked from several threads."""

    def __init__(self, *, token: str = "xoxb-made-up", scopes: str = ALL_SCOPES, clock: Clock = now) -> None:  # noqa: S107 (no secret: the fake's)
        self.token = token
        self.scopes = scopes
        self.faults = Faults()
        self.channels = [
            Channel(id="C0COMMUNITY", name="community"),
            Channel(id="C0SUPPORT00", name="support"),
            Channel(id="C0PRODUCT00", name="product"),
            Channel(id="C0ELSEWHERE", name="elsewhere", member=False),
            Channel(id="C0PRIVATE00", name="private", member=False, private=True),
            Channel(id="C0ARCHIVED0", name="archived", archived=True),
        ]
        self._clock = clock
        self._sent = 0
        self._lock = threading.RLock()

    def messages(self) -> list[Answer]:
        """Every message there is, the oldest first in each channel, each with its channel."""
        with self._lock:
            return [{"channel": channel.id, **message} for channel in self.channels for message in channel.messages]

    def answer(self, method: str, token: str | None, arguments: Arguments) -> Answer:
        """What the method answers, refusals as `ok: false` too."""
        try:
            if not token:
                raise Refused("not_authed")
            if token != self.token:
                raise Refused("invalid_auth")
            if method not in _METHODS:
                raise Refused("unknown_method", req_method=method)
            scope, run = _METHODS[method]
            granted = self.scopes.split(",")
            if scope and scope not in granted:
                raise Refused("missing_scope", needed=scope, provided=self.scopes)
            with self._lock:
                return {"ok": True, **run(self, arguments)}
        except Refused as refused:
            return refused.answer

    def auth_test(self, _arguments: Arguments) -> Answer:
        """Who we are."""
        return {
            "url": "https://lantern-works.slack.com/",
            "team": "Lantern Works",
            "user": "earful",
            "team_id": "T0LANTERN1",
            "user_id": "U0EARFUL01",
            "bot_id": _BOT_ID,
        }

    def post_message(self, arguments: Arguments) -> Answer:
        """Keep a message."""
        _only(arguments, {"channel", "text", "blocks", "metadata", "thread_ts", "reply_broadcast", *_OPTIONS})
        channel = self._channel(str(arguments.get("channel", "")).removeprefix("#"), by_name=True)
        if not channel.member and (channel.private or "chat:write.public" not in self.scopes):
            raise Refused("channel_not_found" if channel.private else "not_in_channel")
        if channel.archived:
            raise Refused("is_archived")
        said = _said(arguments)
        self._sent += 1
        ts = f"{int(self._clock().timestamp())}.{self._sent:06d}"
        message: Answer = {"type": "message", "subtype": "bot_message", "bot_id": _BOT_ID, "ts": ts, **said}
        channel.messages.append(message)
        return {"channel": channel.id, "ts": ts, "message": _shown(message, metadata=True)}

    def update(self, arguments: Arguments) -> Answer:
        """Change a message where it stands. What is not named stays, as with Slack."""
        _only(arguments, {"channel", "ts", "text", "blocks", "metadata", "reply_broadcast", *_OPTIONS} - {"mrkdwn"})
        channel = self._channel(arguments.get("channel"))
        found = next((message for message in channel.messages if message["ts"] == arguments.get("ts")), None)
        if found is None:
            raise Refused("message_not_found")
        found.update(_said(arguments), edited={"user": _BOT_ID, "ts": f"{int(self._clock().timestamp())}.000000"})
        return {
            "channel": channel.id,
            "ts": found["ts"],
            "text": found["text"],
            "message": _shown(found, metadata=True),
        }

    def history(self, arguments: Arguments) -> Answer:
        """A page of a channel's messages, the newest first."""
        _only(arguments, {"channel", "oldest", "latest", "inclusive", "limit", "cursor", "include_all_metadata"})
        channel = self._channel(arguments.get("channel"))
        if not channel.member:
            raise Refused("not_in_channel")
        oldest, latest = float(str(arguments.get("oldest", 0))), float(str(arguments.get("latest", "inf")))
        chosen = [message for message in reversed(channel.messages) if oldest < float(str(message["ts"])) < latest]
        metadata = _is_on(arguments.get("include_all_metadata"))
        page = _page([_shown(message, metadata=metadata) for message in chosen], arguments, most=999)
        return {
            "messages": page.items,
            "has_more": bool(page.cursor),
            "response_metadata": {"next_cursor": page.cursor},
        }

    def list_channels(self, arguments: Arguments) -> Answer:
        """A page of the channels that the app may see."""
        _only(arguments, {"types", "exclude_archived", "limit", "cursor", "team_id"})
        kinds = str(arguments.get("types", "public_channel")).split(",")
        page = _page([_described(channel) for channel in self._visible(kinds, arguments)], arguments, most=1000)
        return {"channels": page.items, "response_metadata": {"next_cursor": page.cursor}}

    def channel_info(self, arguments: Arguments) -> Answer:
        """One channel."""
        _only(arguments, {"channel", "include_num_members", "include_locale"})
        return {"channel": _described(self._channel(arguments.get("channel")))}

    def _visible(self, kinds: list[str], arguments: Arguments) -> Iterator[Channel]:
        for channel in self.channels:
            kind = "private_channel" if channel.private else "public_channel"
            hidden = (channel.private and not channel.member) or kind not in kinds
            if not hidden and not (channel.archived and _is_on(arguments.get("exclude_archived"))):
                yield channel

    def _channel(self, named: object, *, by_name: bool = False) -> Channel:
        for channel in self.channels:
            if channel.id == named or (by_name and channel.name == named):
                return channel
        raise Refused("channel_not_found")


@dataclass(frozen=True, slots=True)
class _Page:
    items: list[Answer]
    cursor: str


_OPTIONS = ("mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media")
_METHODS: Mapping[str, tuple[str, Callable[[Workspace, Arguments], Answer]]] = {
    "auth.test": ("", Workspace.auth_test),
    "chat.postMessage": ("chat:write", Workspace.post_message),
    "chat.update": ("chat:write", Workspace.update),
    "conversations.history": ("channels:history", Workspace.history),
    "conversations.list": ("channels:read", Workspace.list_channels),
    "conversations.info": ("channels:read", Workspace.channel_info),
}


def _said(arguments: Arguments) -> Answer:
    """The parts of a message that are kept, or Slack's refusal of them."""
    said: Answer = {name: arguments[name] for name in ("text", "blocks", "metadata") if name in arguments}
    problems = validate_message(said)
    if not problems:
        return {"text": "", **said}
    if length(str(said.get("text", ""))) > TEXT_LIMIT:
        raise Refused("msg_too_long")
    for error in ("no_text", "msg_blocks_too_long"):
        if any(error in line for line in problems):
            raise Refused(error)
    raise Refused("invalid_blocks", errors=problems, response_metadata={"messages": problems})


def _only(arguments: Arguments, known: set[str]) -> None:
    """Slack overlooks what it does not know; here it is a mistake of ours."""
    if unknown := sorted(set(arguments) - known):
        messages = [f"[ERROR] unknown argument: {name}" for name in unknown]
        raise Refused("invalid_arguments", response_metadata={"messages": messages})


def _page(items: list[Answer], arguments: Arguments, *, most: int) -> _Page:
    """The items after the cursor, and the next cursor."""
    limit = int(str(arguments.get("limit", 100)))
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    try:
        start = int(base64.b64decode(str(arguments.get("cursor", "")).encode() or b"MA=="))
    except ValueError:
        raise Refused("invalid_cursor") from None
    end = start + limit
    return _Page(items[start:end], base64.b64encode(str(end).encode()).decode() if end < len(items) else "")


def _shown(message: Answer, *, metadata: bool) -> Answer:
    return {name: value for name, value in message.items() if metadata or name != "metadata"}


def _described(channel: Channel) -> Answer:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.member,
    }


def _is_on(value: object) -> bool:
    return value is True or str(value) in {"1", "true", "True"}
