"""What people say and do in channels, and what the app hears of it as events or commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.testing.slack import outcomes, payloads
from service.testing.slack.delivery import Delivery
from service.testing.slack.faults import Payload
from service.testing.slack.inputs import CannotDo
from service.testing.slack.messages import keep
from service.testing.slack.workspace import Channel, Response, Workspace

_LINK = re.compile(r"https?://[^\s>|]+")
_SCOPES = {
    "app_mention": "app_mentions:read",
    "link_shared": "links:read",
    "reaction_added": "reactions:read",
    "message.public_channel": "channels:history",
    "message.private_channel": "groups:history",
    "message.im": "im:history",
}
_CHANNEL_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im"}


@dataclass(frozen=True, slots=True)
class Said:
    """A message that somebody wrote, and the events that the app heard of it."""

    ts: str
    deliveries: list[Delivery]


class Talk:
    """The half of `people.People` that needs no blocks."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Said:
        """Write a message, as it stands in Slack's markup: `<@U0EARFUL01>` mentions the app."""
        with self._workspace.lock:
            place = self._writable(user, channel)
            message: Payload = {
                "type": "message",
                "user": self._workspace.user(user).id,
                "ts": self._workspace.next_ts(),
                "client_msg_id": self._workspace.new_id("made-up-"),
                "team": self._workspace.team,
                "text": text,
                "blocks": payloads.spoken(text),
            }
            if thread_ts is not None:
                if all(other["ts"] != thread_ts for other in place.messages):
                    raise CannotDo(f"there is no message {thread_ts!r} to answer")
                message["thread_ts"] = thread_ts
            keep(place, message)
            events = self._heard(place, message)
        return Said(message["ts"], [delivery for event in events for delivery in self._emit(*event)])

    def share_link(self, user: str, channel: str, url: str) -> Said:
        """Write a message that is nothing but a link."""
        return self.say(user, channel, f"<{url}>")

    def slash(self, user: str, channel: str, typed: str) -> Delivery:
        """Type a command such as "/earful mute 3 days"; what the app answers is shown."""
        with self._workspace.lock:
            place = self._writable(user, channel)
            payload = payloads.command(self._workspace, self._workspace.user(user), place, typed)
            if payload["command"] not in self._workspace.app.commands:
                raise CannotDo(f"{payload['command']} is not a valid command")
        delivery = self._workspace.app.deliver("slash_commands", payload)
        with self._workspace.lock:
            response = Response(user=user, channel=place.id, ts="", issued=self._workspace.clock())
            outcomes.settle_command(self._workspace, response, delivery)
        return delivery

    def open_home(self, user: str) -> list[Delivery]:
        """Open the app's home. Gives back what the app heard; what it shows is in `workspace.homes`."""
        with self._workspace.lock:
            person = self._workspace.user(user)
            channel = self._workspace.direct(person.id)
            home = self._workspace.homes.get(user)
            view = {"view": {**home.payload, "state": {"values": {}}}} if home else {}
            about = {"user": person.id, "channel": channel.id, "tab": "home", **view}
        return self._emit("app_home_opened", about)

    def react(self, user: str, ts: str, name: str) -> list[Delivery]:
        """Put an emoji to a message."""
        with self._workspace.lock:
            found = self._workspace.message(ts)
            if found is None or not found[0].holds(user):
                raise CannotDo(f"{user} sees no message {ts!r}")
            channel, message = found
            author = message.get("user", self._workspace.bot_user)
            item = {"type": "message", "channel": channel.id, "ts": ts}
            about = {"user": user, "reaction": name, "item_user": author, "item": item}
        return self._emit("reaction_added", about) if channel.member else []

    def uninstall(self) -> list[Delivery]:
        """Remove the app: its token is worth nothing from now on."""
        with self._workspace.lock:
            self._workspace.revoked = True
            about = {"tokens": {"oauth": [], "bot": [self._workspace.bot_user]}}
        return [*self._emit("tokens_revoked", about), *self._emit("app_uninstalled", {})]

    def _writable(self, user: str, channel: str) -> Channel:
        found = self._workspace.channel(channel)
        if found.archived or not found.holds(user):
            raise CannotDo(f"{user} cannot write in {found.name}")
        return found

    def _heard(self, channel: Channel, message: Payload) -> list[tuple[str, Payload]]:
        """The events about a message, by type."""
        where = {"channel": channel.id, "event_ts": message["ts"]}
        thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
        events: list[tuple[str, Payload]] = []
        if channel.member:
            events.append(("message", {**message, **where, "channel_type": _CHANNEL_TYPES[channel.kind()]}))
        if channel.member and not channel.with_user and f"<@{self._workspace.bot_user}>" in message["text"]:
            events.append(("app_mention", {**message, **where}))
        if links := self._links(message["text"]):
            unfurl_id = self._workspace.new_id("made-up-unfurl-")
            self._workspace.unfurls[unfurl_id] = (channel.id, message["ts"])
            about = {
                "user": message["user"],
                "message_ts": message["ts"],
                "unfurl_id": unfurl_id,
                "source": "conversations_history",
                "is_bot_user_member": channel.member,
                "links": links,
            }
            events.append(("link_shared", {**about, **where, **thread}))
        return events

    def _links(self, text: str) -> list[Payload]:
        """The links to our own pages."""
        found = dict.fromkeys(_LINK.findall(text))
        pairs = [(urlsplit(url).hostname or "", url) for url in found]
        return [{"domain": domain, "url": url} for domain, url in pairs if domain in self._workspace.app.unfurl_domains]

    def _emit(self, kind: str, about: Payload) -> list[Delivery]:
        """Bring an event to the app, if it subscribed to it and may hear it."""
        with self._workspace.lock:
            channel_kind = {short: kind for kind, short in _CHANNEL_TYPES.items()}.get(about.get("channel_type", ""))
            scope = _SCOPES.get(f"{kind}.{channel_kind}" if channel_kind else kind, "")
            if kind not in self._workspace.app.events or (scope and scope not in self._workspace.scopes.split(",")):
                return []
            inner = {"type": kind, "event_ts": self._workspace.next_ts(), **about}
            payload = payloads.event(self._workspace, {**inner, "type": kind})
        return [self._workspace.app.deliver("events_api", payload)]
