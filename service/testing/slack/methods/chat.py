"""chat.*: what the app says, changes and takes back."""

from __future__ import annotations

from collections.abc import Mapping

from service.testing.slack.faults import Payload, Refused
from service.testing.slack.messages import by_app, keep, said
from service.testing.slack.methods.method import Arguments, Method, is_on, names
from service.testing.slack.pace import POSTING
from service.testing.slack.rules import validate_unfurls
from service.testing.slack.workspace import Channel, Note, Workspace


def post_message(workspace: Workspace, arguments: Arguments) -> Payload:
    """Say something in a channel, a thread, or to one person, whose id may stand for the channel's."""
    channel = _writable(workspace, str(arguments["channel"]))
    message = by_app(workspace, {**said(arguments), **_thread(channel, arguments)})
    if is_on(arguments.get("reply_broadcast")) and "thread_ts" in message:
        message["subtype"] = "thread_broadcast"
    keep(channel, message)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Payload:
    """Say something that one person in the channel sees."""
    channel = _writable(workspace, str(arguments["channel"]))
    user = workspace.user(arguments["user"]).id
    if not channel.holds(user):
        raise Refused("user_not_in_channel")
    message = by_app(workspace, {**said(arguments), **_thread(channel, arguments)})
    workspace.notes.append(Note(user=user, channel=channel.id, message=message))
    return {"message_ts": message["ts"]}


def update(workspace: Workspace, arguments: Arguments) -> Payload:
    """Change a message where it stands. What is not named stays, as with Slack."""
    channel = workspace.channel(arguments["channel"])
    found = _ours(workspace, channel, arguments["ts"], "cant_update_message")
    if channel.archived:
        raise Refused("is_archived")
    edited = {"user": workspace.bot_id, "ts": f"{int(workspace.clock().timestamp())}.000000"}
    found.update(said(arguments), edited=edited)
    return {"channel": channel.id, "ts": found["ts"], "text": found["text"], "message": found}


def delete(workspace: Workspace, arguments: Arguments) -> Payload:
    """Take a message back; answers in its thread stay."""
    channel = workspace.channel(arguments["channel"])
    found = _ours(workspace, channel, arguments["ts"], "cant_delete_message")
    channel.messages.remove(found)
    return {"channel": channel.id, "ts": found["ts"]}


def permalink(workspace: Workspace, arguments: Arguments) -> Payload:
    """A message's address in the browser."""
    channel, ts = workspace.channel(arguments["channel"]), str(arguments["message_ts"])
    if all(message["ts"] != ts for message in channel.messages):
        raise Refused("message_not_found")
    address = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": address}


def unfurl(workspace: Workspace, arguments: Arguments) -> Payload:
    """Show what is behind the links that somebody shared."""
    message = _shared(workspace, arguments)
    unfurls = arguments.get("unfurls")
    if not unfurls:
        raise Refused("missing_unfurls")
    problems = validate_unfurls(unfurls)
    if problems or not isinstance(unfurls, dict):
        raise Refused("invalid_blocks", errors=problems, response_metadata={"messages": problems})
    if any(url not in str(message["text"]) for url in unfurls):
        raise Refused("cannot_unfurl_url")
    message["attachments"] = [{"from_url": url, "app_unfurl_url": url, **shown} for url, shown in unfurls.items()]
    return {}


def _writable(workspace: Workspace, named: str) -> Channel:
    """The channel to write in, by id, name or a person's id."""
    if named.startswith(("U", "W")):
        return workspace.direct(named)
    channel = workspace.channel(named.removeprefix("#"), by_name=True)
    if not channel.member and (channel.private or "chat:write.public" not in workspace.scopes):
        raise Refused("channel_not_found" if channel.private else "not_in_channel")
    if channel.archived:
        raise Refused("is_archived")
    return channel


def _thread(channel: Channel, arguments: Arguments) -> Payload:
    """The thread that a message belongs to: named by the message that began it, not by an answer."""
    if "thread_ts" not in arguments:
        return {}
    ts = arguments["thread_ts"]
    for message in channel.messages:
        if message["ts"] == ts and message.get("thread_ts", ts) == ts:
            return {"thread_ts": ts}
    raise Refused("thread_not_found")


def _ours(workspace: Workspace, channel: Channel, ts: object, not_ours: str) -> Payload:
    for message in channel.messages:
        if message["ts"] == ts:
            if message.get("bot_id") != workspace.bot_id:
                raise Refused(not_ours)
            return message
    raise Refused("message_not_found")


def _shared(workspace: Workspace, arguments: Arguments) -> Payload:
    """The message with the links, by channel and ts, or by unfurl_id and source."""
    if "unfurl_id" in arguments:
        channel, ts = workspace.unfurls.get(str(arguments["unfurl_id"]), ("", ""))
    else:
        channel, ts = str(arguments.get("channel")), str(arguments.get("ts"))
    found = workspace.message(ts)
    if found is None or found[0].id != channel:
        raise Refused("cannot_find_message")
    return found[1]


_CONTENT = "text blocks metadata link_names parse"

METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(
        run=post_message,
        scope="chat:write",
        tier=POSTING,
        required=names("channel"),
        optional=names(f"{_CONTENT} mrkdwn reply_broadcast thread_ts unfurl_links unfurl_media"),
    ),
    "chat.postEphemeral": Method(
        run=post_ephemeral,
        scope="chat:write",
        tier=4,
        required=names("channel user"),
        optional=names("text blocks link_names parse thread_ts"),
    ),
    "chat.update": Method(
        run=update,
        scope="chat:write",
        tier=3,
        required=names("channel ts"),
        optional=names(f"{_CONTENT} reply_broadcast unfurl_links unfurl_media"),
    ),
    "chat.delete": Method(run=delete, scope="chat:write", tier=3, required=names("channel ts")),
    "chat.getPermalink": Method(run=permalink, scope="", tier=4, required=names("channel message_ts")),
    "chat.unfurl": Method(
        run=unfurl,
        scope="links:write",
        tier=3,
        required=names("unfurls"),
        optional=names("channel ts source unfurl_id"),
    ),
}
