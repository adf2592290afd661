"""Replies in groups and channels of Telegram, and to who wrote to the bot, from the bot that also listens.

By core.telegram.org/bots/api (sendMessage, editMessageText, deleteMessage, getChatMember). Telegram shows a bot no
message that was said, not even its own: how a post stands is what we hold of it, and whether a reply arrived whose
answer got lost, only a person can see. The bot's token is a part of each address, so that no error repeats one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.answers import checked
from integrations.base import (
    JSON,
    Finding,
    IntegrationError,
    MessageRejected,
    Receipt,
    Secret,
    TargetBusy,
    TargetRefused,
)
from integrations.likeness import calling_nobody
from integrations.net import Door, Heard
from integrations.replies import Counting, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing

HOME = "https://api.telegram.org"
_TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the variable's name
_OUT = {"left": "The bot left this chat.", "kicked": "The bot was thrown out of this chat."}
_AUTHOR = re.compile(r"blocked by the user|user is deactivated|can't initiate conversation", re.IGNORECASE)
_DONE = re.compile(r"message is not modified|message to delete not found", re.IGNORECASE)
_LOOK = "Look in the chat whether the reply is there, and say here that it was sent, or send it again."
_WHAT_TO_DO = f"Check {_TOKEN}, and that the bot is in the chat and may write there."


class _Done(MessageRejected):
    """What was asked for is so already."""


class Telegram:
    """Answers as one bot."""

    def __init__(self, base: str, token: str) -> None:
        self._door = Door(base, name="Telegram", what_to_do=_WHAT_TO_DO, verdict=_verdict)
        self._token = token

    def look(self, place: Place) -> Standing:
        """The message as we hold it, since no bot may read it, and whether the bot may write there."""
        chat, _ = _names(place.external_id)
        if chat > 0:  # somebody who wrote to the bot itself
            self._ask("getChat", {"chat_id": chat}, writing=False)
            return Standing(exists=True, text=place.text, title=place.title)
        us = int(self._token.partition(":")[0])
        member = self._ask("getChatMember", {"chat_id": chat, "user_id": us}, writing=False)
        status = member.words("result", "status")
        muted = status == "restricted" and member.get("result", "can_send_messages") is not True
        why = "The bot may not write in this chat." if muted else _OUT.get(status, "")
        return Standing(exists=True, text=place.text, title=place.title, may_answer=not why, why_not=why)

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. Telegram takes no key."""
        del key
        chat, message = _names(place.external_id)
        said: dict[str, JSON] = {
            "chat_id": chat,
            "text": calling_nobody(text),
            "reply_parameters": {"message_id": message, "allow_sending_without_reply": False},
        }
        name = self._ask("sendMessage", said).words("result", "message_id")
        if not name:
            raise self._door.strange(writing=True)
        return Receipt(address=str(chat), remote_id=name, url=_page(place, name))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """Nobody but a person can find it, see above. Raises TargetRefused, which says so."""
        del text, place, key, after
        raise TargetRefused("Telegram shows a bot nothing of what was said, its own words too.", what_to_do=_LOOK)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        del place
        said: dict[str, JSON] = {**_message(receipt), "text": calling_nobody(text)}
        try:
            self._ask("editMessageText", said)
        except _Done:
            return receipt
        return receipt

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        del place
        try:
            self._ask("deleteMessage", _message(receipt))
        except _Done:
            return

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`."""
        return checked(
            lambda: f"Replies come from @{self._ask('getMe', {}, writing=False).words('result', 'username')}."
        )

    def _ask(self, method: str, said: Mapping[str, JSON], *, writing: bool = True) -> Heard:
        heard = self._door.ask("POST", f"/bot{self._token}/{method}", json=said, writing=writing)
        if heard.get("ok") is not True:
            raise self._door.strange(writing=writing)
        return heard


def _names(external_id: str) -> tuple[int, int]:
    """Chat and message of a post's id, chat/message."""
    match = re.fullmatch(r"(-?\d{1,20})/(\d{1,20})", external_id)
    if match is None:
        raise MessageRejected(f"“{external_id[:60]}” is not the id of a message on Telegram.")
    return int(match[1]), int(match[2])


def _message(receipt: Receipt) -> dict[str, JSON]:
    return {"chat_id": int(receipt.address), "message_id": int(receipt.remote_id)}


def _page(place: Place, message: str) -> str | None:
    """The address of a message: that of the post, but for its end."""
    return f"{place.url.rpartition('/')[0]}/{message}" if place.url else None


def _verdict(heard: Heard) -> IntegrationError | None:
    said = " ".join(heard.words("description").split())[:200]
    if heard.status == 429:
        wait = heard.get("parameters", "retry_after")
        return TargetBusy("Telegram asks to wait.", retry_after=float(wait) if isinstance(wait, int | float) else None)
    if heard.status == 404:  # Telegram knows no bot with this token
        return TargetRefused("Telegram knows no such bot.", what_to_do=_WHAT_TO_DO)
    if heard.status == 403 and _AUTHOR.search(said):
        return MessageRejected(f"The author does not hear the bot: {said}")
    if heard.status == 400:
        return (_Done if _DONE.search(said) else MessageRejected)(f"Telegram did not take it: {said}")
    return None


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers as the bot of the token."""
    return Telegram(base or HOME, secrets[_TOKEN])


SPEC = ReplierSpec(
    kind="telegram",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=None,
            why="A bot cannot look: only a person who sees the chat can tell.",
        ),
        limit=4096,
        counting=Counting.UTF16,
        edits=True,
        deletes=True,
        notes=(
            "Telegram shows a bot nothing of what was said: that a message was changed or deleted is not seen here.",
            "If the connection breaks while a reply is sent, a person has to look in the chat whether it is there.",
            "The reply is plain text. The author is told of it; names in it (@name) call nobody.",
            "A reply can be taken back for 48 hours.",
        ),
        seconds_apart=3.0,  # twenty a minute in a group
    ),
    secrets=(Secret(name=_TOKEN, where="https://t.me/BotFather; the bot must be in the chat and may write there"),),
    build=build,
)
