"""conversations.*: channels, what was said in them, and talks with one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.testing.slack.faults import Payload, Refused
from service.testing.slack.methods.method import Arguments, Method, is_on, names, need, page
from service.testing.slack.workspace import Channel, Workspace


def list_channels(workspace: Workspace, arguments: Arguments) -> Payload:
    """A page of the channels that the app may see."""
    kinds = str(arguments.get("types", "public_channel")).split(",")
    for kind in kinds:
        if kind not in _SEEING:
            raise Refused("invalid_types")
        need(workspace, _SEEING[kind])
    open_only = is_on(arguments.get("exclude_archived"))
    listed = page(
        [channel.described() for channel in _visible(workspace, kinds, open_only)], arguments, "channels", most=1000
    )
    del listed["has_more"]
    return listed


def info(workspace: Workspace, arguments: Arguments) -> Payload:
    """One channel; a private one only from within."""
    channel = workspace.channel(arguments["channel"])
    if channel.private and not channel.member:
        raise Refused("channel_not_found")
    need(workspace, _SEEING[channel.kind()])
    return {"channel": channel.described()}


def open_direct(workspace: Workspace, arguments: Arguments) -> Payload:
    """The app's conversation with one person."""
    users = str(arguments["users"]).split(",")
    if len(users) != 1:
        raise Refused("not_enough_users" if not users else "too_many_users")
    if workspace.user(users[0]).gone:
        raise Refused("user_disabled")
    channel = workspace.direct(users[0])
    return {"channel": channel.described() if is_on(arguments.get("return_im")) else {"id": channel.id}}


def history(workspace: Workspace, arguments: Arguments) -> Payload:
    """A page of a channel's messages, the newest first, without the answers in threads."""
    channel = _readable(workspace, arguments)
    chosen = [
        message
        for message in reversed(channel.messages)
        if _is_wanted(message, arguments) and (not _is_answer(message) or message.get("subtype") == "thread_broadcast")
    ]
    return page([shown(message, arguments) for message in chosen], arguments, "messages", most=999)


def replies(workspace: Workspace, arguments: Arguments) -> Payload:
    """A page of a thread, the oldest first: the message that began it, then the answers."""
    channel = _readable(workspace, arguments)
    thread = [message for message in channel.messages if arguments["ts"] in {message["ts"], message.get("thread_ts")}]
    if not thread:
        raise Refused("thread_not_found")
    chosen = [message for message in thread if not _is_answer(message) or _is_wanted(message, arguments)]
    return page([shown(message, arguments) for message in chosen], arguments, "messages", most=1000)


def shown(message: Payload, arguments: Arguments) -> Payload:
    """A message as it is read back: without metadata unless they were asked for."""
    metadata = is_on(arguments.get("include_all_metadata"))
    return {name: value for name, value in message.items() if metadata or name != "metadata"}


def _visible(workspace: Workspace, kinds: list[str], open_only: bool) -> Iterator[Channel]:
    for channel in workspace.channels:
        hidden = (channel.private and not channel.member) or channel.kind() not in kinds
        if not hidden and not (channel.archived and open_only):
            yield channel


def _readable(workspace: Workspace, arguments: Arguments) -> Channel:
    channel = workspace.channel(arguments["channel"])
    need(workspace, _READING[channel.kind()])
    if not channel.member:
        raise Refused("not_in_channel")
    return channel


def _is_answer(message: Payload) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _is_wanted(message: Payload, arguments: Arguments) -> bool:
    """Whether it is between `oldest` and `latest`, the ends only where they are to be included."""
    oldest, latest = float(str(arguments.get("oldest", 0))), float(str(arguments.get("latest", "inf")))
    ts = float(str(message["ts"]))
    return oldest < ts < latest or (ts in {oldest, latest} and is_on(arguments.get("inclusive")))


_READING = {"public_channel": "channels:history", "private_channel": "groups:history", "im": "im:history"}
_SEEING = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}
_PART = "cursor include_all_metadata inclusive latest limit oldest"

METHODS: Mapping[str, Method] = {
    "conversations.history": Method(run=history, scope="", tier=3, required=names("channel"), optional=names(_PART)),
    "conversations.info": Method(
        run=info,
        scope="",
        tier=3,
        required=names("channel"),
        optional=names("include_locale include_num_members"),
    ),
    "conversations.list": Method(
        run=list_channels,
        scope="",
        tier=2,
        optional=names("cursor exclude_archived limit types"),
    ),
    "conversations.open": Method(
        run=open_direct, scope="im:write", tier=3, required=names("users"), optional=names("prevent_creation return_im")
    ),
    "conversations.replies": Method(run=replies, scope="", tier=3, required=names("channel ts"), optional=names(_PART)),
}
