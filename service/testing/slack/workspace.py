"""What a made-up Slack workspace holds: people, channels and messages, and what each person has in front of them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.clock import Clock, now
from service.testing.slack.app import App
from service.testing.slack.faults import Faults, Payload, Refused
from service.testing.slack.pace import Pace

ALL_SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,chat:write.public,commands,groups:history,groups:read,"
    "im:history,im:read,im:write,links:read,links:write,reactions:read,team:read,users:read,users:read.email"
)


@dataclass(slots=True, kw_only=True)
class User:
    """Somebody in the workspace."""

    id: str
    name: str
    real_name: str
    email: str
    zone: str = "Europe/Berlin"
    gone: bool = False  # deactivated

    def described(self, *, email: bool) -> Payload:
        """As users.info shows them; the address only to an app that may see it."""
        address = {"email": self.email} if email else {}
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.gone,
            "tz": self.zone,
            "is_bot": False,
            "is_app_user": False,
            "profile": {"real_name": self.real_name, "display_name": self.name, **address},
        }


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel of the workspace, or a conversation of our app with one person."""

    id: str
    name: str
    member: bool = True  # is our app in it?
    private: bool = False
    archived: bool = False
    outsiders: set[str] = field(default_factory=set)  # the ids of those who are not in it
    with_user: str = ""  # the one person of a direct conversation
    messages: list[Payload] = field(default_factory=list)  # oldest first

    def described(self) -> Payload:
        """As conversations.info shows it."""
        if self.with_user:
            return {"id": self.id, "is_im": True, "user": self.with_user, "is_archived": False, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not self.private,
            "is_im": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_member": self.member,
        }

    def kind(self) -> str:
        """Its name among the `types` of conversations.list."""
        if self.with_user:
            return "im"
        return "private_channel" if self.private else "public_channel"

    def holds(self, user: str) -> bool:
        """Whether a person is in it."""
        return user == self.with_user if self.with_user else user not in self.outsiders


@dataclass(slots=True, kw_only=True)
class Note:
    """A message that one person sees, until they reload."""

    user: str
    channel: str
    message: Payload


@dataclass(slots=True, kw_only=True)
class View:
    """A modal or a home that somebody has open. `payload` is what the app sees of it, without the state."""

    id: str
    user: str
    payload: Payload
    errors: Mapping[str, str] = field(default_factory=dict)  # what stands under the inputs, by block_id


@dataclass(slots=True, kw_only=True)
class Trigger:
    """Leave to open a view, given with whatever a person did."""

    user: str
    issued: datetime
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Response:
    """A `response_url`: leave to answer where something was done. `ts` is the message's, empty without one."""

    user: str
    channel: str
    ts: str
    issued: datetime
    uses: int = 0


class Workspace:
    """One workspace with our app in it. Safe to be used from several threads, under `lock`."""

    def __init__(
        self,
        *,
        token: str = "xoxb-made-up",  # noqa: S107 (no secret: the fake's)
        scopes: str = ALL_SCOPES,
        clock: Clock = now,
        app: App | None = None,
        team: str = "T0LANTERN1",
        name: str = "Lantern Works",
    ) -> None:
        self.token = token
        self.scopes = scopes
        self.clock = clock
        self.app = app or App()
        self.team = team
        self.name = name
        self.domain = name.lower().replace(" ", "-")
        self.bot_id = "B0EARFUL01"
        self.bot_user = "U0EARFUL01"
        self.revoked = False
        self.faults = Faults()
        self.pace = Pace()
        self.users = _people(self.domain)
        self.channels = [
            Channel(id="C0COMMUNITY", name="community"),
            Channel(id="C0SUPPORT00", name="support"),
            Channel(id="C0PRODUCT00", name="product"),
            Channel(id="C0ELSEWHERE", name="elsewhere", member=False),
            Channel(id="C0PRIVATE00", name="private", member=False, private=True),
            Channel(id="C0ARCHIVED0", name="archived", archived=True),
        ]
        self.notes: list[Note] = []  # what single people saw, oldest first
        self.modals: dict[str, list[View]] = {}  # by person, the one on top last
        self.homes: dict[str, View] = {}  # by person
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, Response] = {}
        self.entered: dict[tuple[str, str], dict[str, Payload]] = {}  # by person and message or view, then by block
        self.offered: dict[tuple[str, str, str], list[Payload]] = {}  # options that the app suggested
        self.unfurls: dict[str, tuple[str, str]] = {}  # unfurl_id -> channel, ts
        self.lock = threading.RLock()
        self._numbers = itertools.count(1)

    def messages(self) -> list[Payload]:
        """Every message there is, the oldest first in each channel, each with its channel."""
        with self.lock:
            return [{"channel": channel.id, **message} for channel in self.channels for message in channel.messages]

    def next_ts(self) -> str:
        """The name of a new message: its time, and a number that makes it unique."""
        return f"{int(self.clock().timestamp())}.{next(self._numbers):06d}"

    def new_id(self, letter: str) -> str:
        """A name that nothing has yet, such as V0000000012."""
        return f"{letter}{next(self._numbers):010d}"

    def channel(self, named: object, *, by_name: bool = False) -> Channel:
        """The channel with this id; raises `Refused` where the app may not know it."""
        for channel in self.channels:
            if channel.id == named or (by_name and channel.name == named):
                return channel
        raise Refused("channel_not_found")

    def user(self, named: object) -> User:
        """The person with this id; raises `Refused`."""
        for user in self.users:
            if user.id == named:
                return user
        raise Refused("user_not_found")

    def direct(self, user: str) -> Channel:
        """The app's conversation with one person, opened where there is none yet; raises `Refused`."""
        person = self.user(user)
        channel_id = "D" + person.id[1:]
        if all(channel.id != channel_id for channel in self.channels):
            self.channels.append(Channel(id=channel_id, name=person.name, private=True, with_user=person.id))
        return self.channel(channel_id)

    def message(self, ts: str) -> tuple[Channel, Payload] | None:
        """A message by its ts alone, which is unique here."""
        for channel in self.channels:
            for message in channel.messages:
                if message["ts"] == ts:
                    return channel, message
        return None

    def views(self) -> Iterator[View]:
        """All that are open, homes too."""
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    def modal(self, user: str) -> View | None:
        """What a person has on top."""
        return self.modals[user][-1] if self.modals.get(user) else None

    def seen_by(self, user: str) -> list[Payload]:
        """The messages that only this person saw, oldest first, each with its channel."""
        return [{"channel": note.channel, **note.message} for note in self.notes if note.user == user]


def _people(domain: str) -> list[User]:
    names = {"ADA": "Ada Lund", "BEN": "Ben Okoro", "CEM": "Cem Aydin", "DEE": "Dee Marsh"}
    return [
        User(id=f"U0{key:0<8}", name=key.lower(), real_name=name, email=f"{key.lower()}@{domain}.example")
        for key, name in names.items()
    ]
