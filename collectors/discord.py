"""Messages in channels and threads of Discord, through a bot that was invited to the server.

Written from discord.com/developers/docs (resources/channel, resources/message, topics/rate-limits), API version 10. Ids
grow with time, so each channel is read forward from a known message, without holes; the last known ones are read again
each time, for edits and deletions. Threads are read while they are active, which is as long as somebody writes in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields
from collectors.abilities import Ability, tried
from collectors.base import (
    JSON,
    Collector,
    Cursor,
    Pace,
    Page,
    Passport,
    Post,
    RawPost,
    ReplyDoor,
    Secret,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.discord_message import SITE, is_said_by_somebody, is_stripped, name_of, post_of, words_of
from collectors.net import Net
from collectors.options import Options, Words, need_secrets
from collectors.reading import joined, none_of, read_items
from collectors.verdicts import resets_in
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = SITE
_API = f"{HOME}/api/v10"
_LIMIT = 100
_OVERLAP = 25
_EVER = timedelta(days=36_500)  # what is read again is bounded by ids, not by times
_LISTS = 300  # so many channels and threads are remembered; who comes back later is read anew
_LONGEST = 10.0  # seconds to wait between two requests; for longer Discord refuses, and we come back
_READS_WORDS = 1 << 18 | 1 << 19  # flags of an application: GATEWAY_MESSAGE_CONTENT, with limits or without
_FORUMS = {15, 16}  # they hold threads only
_THREADS = {10, 11, 12}
_INTENT = "Switch on Message Content Intent at https://discord.com/developers/applications, Bot."
_TOKEN = "DISCORD_BOT_TOKEN"  # noqa: S105 - the variable's name


class DiscordOptions(Options):
    """Where to listen on Discord."""

    channels: Words = Field(min_length=1, description="Ids of channels or forums (Copy Channel ID in the app).")
    threads: bool = Field(default=True, description="Also the threads in them; posts in a forum are threads.")
    backlog: int = Field(default=200, ge=1, le=10_000, description="Messages of each to read at the first time.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("channels")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [name for name in value if not (name.isascii() and name.isdigit())]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a channel's id, which is a long number")
        return value


class Discord:
    """Listens to channels and their threads."""

    def __init__(self, options: DiscordOptions, token: str, net: Net) -> None:
        self._options = options
        self._headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (self-hosted, Earful 0.1)"}
        self._net = net
        net.home(HOME)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or edited, and which of the last messages were deleted; see `Collector.pages`.

        First the channels, then the active threads of their servers, which are known once the channels were read.
        """
        reached: Cursor = dict(cursor or {})
        guilds: set[str] = set()
        refused: SourceRefused | None = None
        try:
            channels = [self._channel(channel, guilds) for channel in self._options.channels]
            for page in follow(channels, fields.obj_or_empty(reached, "channels"), since):
                reached = {**reached, "channels": page.cursor}
                yield replace(page, cursor=reached)
        except SourceRefused as error:  # one channel that is refused does not keep the threads from being read
            refused = error
        threads = [self._listing(f"thread {name}", name, about) for name, about in self._threads(guilds)]
        for page in follow(threads, _lately(fields.obj_or_empty(reached, "threads")), since):
            reached = {**reached, "threads": page.cursor}
            yield replace(page, cursor=reached)
        if refused is not None:
            raise refused

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Read the stretches again in which messages stand; see `Rechecks.recheck`."""
        wanted: dict[str, list[int]] = {}
        for name in external_ids:
            channel, _, message = name.partition("/")
            if channel.isdecimal() and message.isdecimal():
                wanted.setdefault(channel, []).append(int(message))
        pages = [self._stretches(channel, sorted(set(messages))) for channel, messages in wanted.items()]
        return joined(pages)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one message; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the bot may read what is said, and which channels it sees; see `Able.abilities`."""

        def intent(application: Mapping[str, JSON]) -> list[Ability]:
            flags = fields.count_or_none(application, "flags")
            may = None if flags is None else bool(flags & _READS_WORDS)
            return [Ability("read what is said in messages", may, _INTENT)]

        found = tried("sign in", lambda: self._get("/applications/@me"), intent)
        for channel in self._options.channels:
            found += tried(f"see channel {channel}", partial(self._info, channel))
        return found

    def _threads(self, guilds: set[str]) -> Iterator[tuple[str, RawPost]]:
        """The active threads in our channels, with what a message does not say about them."""
        for guild in sorted(guilds) if self._options.threads else ():
            answer = self._get(f"/guilds/{guild}/threads/active")
            for thread in fields.objects(answer.get("threads") if isinstance(answer, dict) else None):
                name = fields.text_or_none(thread, "id")
                if name is not None and fields.text_or_none(thread, "parent_id") in self._options.channels:
                    yield name, _about(thread)

    def _channel(self, channel: str, guilds: set[str]) -> Listing:
        """A channel; reading it adds its server to `guilds`."""
        about: RawPost = {}
        listing = self._listing(f"channel {channel}", channel, about)

        def ask(walk: Walk) -> Sheet:
            if not about:
                info = self._info(channel)
                guild = fields.text_or_none(info, "guild_id")
                guilds.update({guild} if guild else ())
                about.update(_about(info), forum=fields.count_or_none(info, "type") in _FORUMS)
            return Sheet(items=[], onward=None) if about["forum"] else listing.ask(walk)

        return replace(listing, ask=ask)

    def _listing(self, place: str, channel: str, about: RawPost) -> Listing:
        read = posts_by(self._read, replies=False)

        def ask(walk: Walk) -> Sheet:
            side = "after" if walk.climbs else "before"
            items = self._list(channel, {side: walk.position.rpartition("/")[2]} if walk.position else {})
            ends = _numbers(items)
            onward = str(max(ends) if walk.climbs else min(ends)) if ends else None
            return Sheet(items=[{"message": item, **self._with(about)} for item in items], onward=onward)

        def page(items: Sequence[RawPost], walk: Walk, where: str) -> Page:
            messages = fields.objects([item["message"] for item in items])
            said = [message for message in messages if is_said_by_somebody(message)]
            if said and all(is_stripped(message) for message in said):
                raise SourceRefused(
                    f"Discord hides from the bot what is said in {place}.",
                    what_to_do=_INTENT,
                )
            return read(items, walk, where)

        return Listing(
            name=place,
            ask=ask,
            read=page,
            overlap=_EVER,
            climb=_age,
            complete=True,
            anchors=2 * _OVERLAP,
            backlog=self._options.backlog,
            due=None,
        )

    def _stretches(self, channel: str, wanted: list[int]) -> Page:
        """The messages with these numbers, in order; a channel that is no more took its messages with it."""
        pages: list[Page] = []
        missing: list[str] = []
        rest = wanted
        try:
            about = self._with(_about(self._info(channel)))
            while rest:
                items = self._list(channel, {"after": str(rest[0] - 1)})
                shown = {name_of(item): item for item in fields.objects(items)}
                end = max(_numbers(items), default=0) if len(items) >= _LIMIT else rest[-1]
                names = [f"{channel}/{number}" for number in rest if number <= end]
                raws: list[RawPost] = [{"message": shown[name], **about} for name in names if name in shown]
                pages.append(read_items(self._read, raws, "look-up"))
                missing += [name for name in names if name not in shown]
                rest = [number for number in rest if number > max(end, rest[0])]
        except SourceRefused as refused:
            if refused.status != 404:
                raise
            missing = [f"{channel}/{number}" for number in wanted]
        else:
            if len(missing) == len(wanted):
                none_of(len(wanted))
        return replace(joined(pages), gone=missing)

    def _read(self, raw: RawPost) -> Post | None:
        """The post of a message; None where nobody said anything in it."""
        message = raw["message"]
        if isinstance(message, dict) and not (is_said_by_somebody(message) and words_of(message)):
            return None
        return self.parse(raw)

    def _with(self, about: RawPost) -> RawPost:
        return {"product": self._options.product, "guild": about.get("guild"), "thread": about.get("thread")}

    def _info(self, channel: str) -> dict[str, JSON]:
        answer = self._get(f"/channels/{channel}")
        if not isinstance(answer, dict):
            raise SourceBusy(f"Discord answered for channel {channel} in a form that we do not know.")
        return answer

    def _list(self, channel: str, where: Mapping[str, str]) -> list[JSON]:
        answer = self._get(f"/channels/{channel}/messages", {"limit": str(_LIMIT), **where})
        if not isinstance(answer, list):
            raise SourceBusy(f"Discord answered for channel {channel} in a form that we do not know.")
        return answer

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> JSON:
        """The answer; where it says that the next one would be refused, not before that is over."""
        answer, data = self._net.json_answer(f"{_API}{path}", params=params, headers=self._headers)
        wait = resets_in(answer.headers) if answer.headers.get("x-ratelimit-remaining") == "0" else None
        if wait:
            self._net.pause(min(wait, _LONGEST))
        return data


def _about(info: Mapping[str, JSON]) -> RawPost:
    """What a message does not say about where it stands."""
    thread = fields.count_or_none(info, "type") in _THREADS
    return {"guild": info.get("guild_id"), "thread": fields.text_or_none(info, "name") if thread else None}


def _numbers(items: list[JSON]) -> list[int]:
    names = (fields.text_or_none(item, "id") or "" for item in fields.objects(items))
    return [int(name) for name in names if name.isdecimal()]


def _age(name: str) -> tuple[int, str]:
    """Ids grow with time; ours have the channel's before them."""
    number = name.rpartition("/")[2]
    return len(number), number


def _lately(cursor: Cursor) -> Cursor:
    """The cursor without threads in which nobody wrote for long: it would grow for ever."""
    lists = fields.obj_or_empty(cursor, "lists")
    newest = sorted(lists, key=lambda name: Walk.of(fields.obj_or_empty(lists, name)).newest, reverse=True)
    return {**cursor, "lists": {name: lists[name] for name in newest[:_LISTS]}}


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and the bot's token. Raises SourceRefused where that is missing."""
    need_secrets(SPEC, secrets)
    return Discord(cast("DiscordOptions", options), secrets[_TOKEN], net)


_WHERE = (
    "https://discord.com/developers/applications, Bot; invite it with View Channels and Read Message History, and "
    "switch on its Message Content Intent"
)

SPEC = Spec(
    kind="discord",
    title="Discord",
    options=DiscordOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=30,
        recheck_hours=24,
        attribution="Message on Discord, with the author's name and a link",
        terms="Discord forbids fitting models to messages, profiles of its users, and passing messages on; what is "
        "deleted there must go here too. The server's members should be told that a bot reads along.",
    ),
    secrets=(Secret(name=_TOKEN, where=_WHERE),),
    home=HOME,
    # 50 a second and bot (Discord: Rate limits); what a channel allows stands in its answers.
    pace=Pace(requests=5),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
