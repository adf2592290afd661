"""Messages in groups and channels on Telegram, through a bot that was added to them.

Written from core.telegram.org/bots/api (getUpdates, Update, Message). A bot hears what is written while it is there: it
can read no history, and what nobody fetched within 24 hours is lost. Asking for the updates after a number tells
Telegram to forget those before it, so that is only asked when they are stored. Deletions are not told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from pydantic import BaseModel, Field

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
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, Words, need_secrets
from collectors.reading import read_items
from collectors.telegram_message import HELD_IN, is_said_by_somebody, kept_of, post_of
from collectors.verdicts import judge

HOME = "https://api.telegram.org"
_LIMIT = 100
_WEEK = 7 * 24 * 60 * 60  # seconds; after a week without updates Telegram goes on from any number
_TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the variable's name
_PRIVACY = (
    "Switch its privacy mode off (/setprivacy at https://t.me/BotFather) and add it anew, or make it an administrator."
)
_ADVICE = {409: "Something else fetches this bot's updates, or it has a web hook: remove one of the two."}


class TelegramOptions(Options):
    """What to listen to of what the bot hears."""

    chats: Words = Field(default=(), description="Only these groups and channels (lampforum, -1001234567890).")
    private: bool = Field(default=True, description="Also what people write to the bot itself.")
    product: str | None = Field(default=None, description="The product that is talked about there.")


@dataclass(frozen=True, slots=True)
class _Place:
    """Up to where the updates were read: the next number, and when the last one was written."""

    following: int | None
    written: float | None

    @classmethod
    def of(cls, cursor: Cursor | None) -> _Place:
        stored = cursor or {}
        following, written = stored.get("following"), stored.get("written")
        return cls(
            following if isinstance(following, int) else None, written if isinstance(written, int | float) else None
        )

    def after(self, updates: list[dict[str, JSON]]) -> _Place:
        """Behind these updates."""
        times = [seconds for update in updates if (seconds := _written(update)) is not None]
        return _Place(max(map(_number, updates), default=-1) + 1 or self.following, max(times, default=self.written))

    def cursor(self) -> Cursor:
        return {"following": self.following, "written": self.written}

    def gap(self, updates: list[dict[str, JSON]]) -> str | None:
        """What Telegram no longer had, in words: numbers run on as long as there is an update in a week."""
        first = min(updates, key=_number, default=None)
        if first is None or self.following is None or self.written is None:
            return None
        missed, away = _number(first) - self.following, (_written(first) or self.written) - self.written
        if missed <= 0 or away >= _WEEK:
            return None
        return f"{missed} updates were lost before the bot fetched them: Telegram keeps them for 24 hours."


class Telegram:
    """Listens to what one bot hears."""

    def __init__(self, options: TelegramOptions, token: str, net: Net) -> None:
        self._options = options
        self._chats = {chat.removeprefix("@").lower() for chat in options.chats}
        self._token = token
        self._net = net
        net.home(HOME)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what the bot heard since the last time; see `Collector.pages`."""
        place = _Place.of(cursor)
        while True:
            items = self._ask(place.following)
            updates = [update for update in fields.objects(items) if _number(update) >= (place.following or 0)]
            page = read_items(partial(self._read, place), items, f"updates from {place.following or 'the first'}")
            wanted = [post for post in page.posts if since is None or post.created_at >= since]
            latest = {post.external_id: post for post in wanted}  # a message and its edit may come together
            gap, before = place.gap(updates), place
            place = place.after(updates)
            yield Page(posts=[*latest.values()], set_aside=page.set_aside, cursor=place.cursor(), gap=gap)
            if len(items) < _LIMIT or place == before:
                return

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one message; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the bot gets in, and whether it hears all that is said in groups; see `Able.abilities`."""

        def hears(me: Mapping[str, JSON]) -> list[Ability]:
            bot = fields.obj_or_empty(me, "result")
            may = [bot.get(name) for name in ("can_read_all_group_messages", "can_join_groups")]
            everything, joins = (told if isinstance(told, bool) else None for told in may)
            return [
                Ability("be added to groups", joins, "Send /setjoingroups to https://t.me/BotFather."),
                Ability("hear all that is said in groups", everything, _PRIVACY),
            ]

        return tried("sign in", lambda: self._call("getMe", {}), hears)

    def _ask(self, following: int | None) -> list[JSON]:
        """The next updates; Telegram forgets those before them."""
        asked = {"limit": str(_LIMIT), "timeout": "0", "allowed_updates": json.dumps(HELD_IN)}
        if following is not None:
            asked["offset"] = str(following)
        answer = self._call("getUpdates", asked)
        found = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise _unknown_form()
        return found

    def _call(self, method: str, params: Mapping[str, str]) -> JSON:
        """What the bot's API answers. Raises as `Net.json`, without the token that stands in the address."""
        try:
            answer = self._net.json(f"{HOME}/bot{self._token}/{method}", params=params)
            if isinstance(answer, dict) and answer.get("ok") is False:
                _refuse(answer)
        except SourceBusy as busy:
            raise SourceBusy(self._without_token(busy), retry_after=busy.retry_after) from None
        except SourceRefused as refused:
            advice = _ADVICE.get(refused.status or 0, f"Check {_TOKEN}.")
            raise SourceRefused(self._without_token(refused), what_to_do=advice, status=refused.status) from None
        return answer

    def _without_token(self, error: Exception) -> str:
        """The message; the address in it holds the token."""
        return str(error).replace(self._token, "…")

    def _read(self, place: _Place, update: JSON) -> Post | None:
        """The post of an update; None where it was read before, tells of something else, or is not for us."""
        if not isinstance(update, dict) or _number(update) < 0:
            raise PostUnreadable("It is no update with a number.", raw=fields.sample(update))
        message = _message(update)
        if message is None or _number(update) < (place.following or 0):
            return None
        if isinstance(message, dict) and not (self._is_wanted(message) and is_said_by_somebody(message)):
            return None
        return self.parse({"message": kept_of(message), "product": self._options.product})

    def _is_wanted(self, message: Mapping[str, JSON]) -> bool:
        chat = fields.obj_or_empty(message, "chat")
        if fields.text_or_none(chat, "type") == "private":
            return self._options.private
        names = {fields.text_or_none(chat, "id"), (fields.text_or_none(chat, "username") or "").lower()}
        return not self._chats or bool(self._chats & names)


def _unknown_form() -> SourceBusy:
    return SourceBusy("Telegram answered in a form that we do not know; its API may have changed.")


def _refuse(answer: Mapping[str, JSON]) -> None:
    """Raise what an answer means that says itself that it is none."""
    wait = fields.text_or_none(fields.obj_or_empty(answer, "parameters"), "retry_after")
    judge(fields.count_or_none(answer, "error_code") or 400, {"retry-after": wait} if wait else {}, "Telegram")


def _number(update: Mapping[str, JSON]) -> int:
    number = update.get("update_id")
    return number if isinstance(number, int) and not isinstance(number, bool) else -1


def _message(update: Mapping[str, JSON]) -> JSON:
    return next((update[name] for name in HELD_IN if update.get(name) is not None), None)


def _written(update: Mapping[str, JSON]) -> float | None:
    message = _message(update)
    seconds = message.get("date") if isinstance(message, dict) else None
    return seconds if isinstance(seconds, int | float) and not isinstance(seconds, bool) else None


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and the bot's token. Raises SourceRefused where that is missing."""
    need_secrets(SPEC, secrets)
    return Telegram(cast("TelegramOptions", options), secrets[_TOKEN], net)


_WHERE = "https://t.me/BotFather; make the bot an administrator, or switch its privacy mode off, so that it hears all"

SPEC = Spec(
    kind="telegram",
    title="Telegram",
    options=TelegramOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=30,
        recheck_hours=None,
        attribution="Message on Telegram, with the author's name",
        terms="A bot may keep only what it needs, and people must be able to read how it treats their data; their "
        "messages are not for fitting models. Telegram does not tell of deletions: remove by hand what is asked for.",
    ),
    secrets=(Secret(name=_TOKEN, where=_WHERE),),
    home=HOME,
    # Telegram publishes none for reading (30 messages a second are for sending: Bots FAQ): a courtesy. One question
    # brings a hundred updates.
    pace=Pace(requests=1),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
    every_minutes=5,
)
