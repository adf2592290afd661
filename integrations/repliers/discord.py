"""Replies on Discord, from a bot that was invited to the server.

By discord.com/developers/docs (resources/message), API version 10. The author is told of a reply, and nobody else is,
whoever is named in it. Of two messages with one nonce Discord takes the second for the first, for a few minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import chain, islice

from integrations import parts
from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, IntegrationError, MessageRejected, Receipt, Secret, TargetBusy
from integrations.likeness import bare
from integrations.net import Door, Heard
from integrations.replies import Answer, Markup, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing
from integrations.resets import asks_to_wait

HOME = "https://discord.com"
_API = "/api/v10"
_TOKEN = "DISCORD_BOT_TOKEN"  # noqa: S105 - the variable's name
_AGENT = "DiscordBot (self-hosted, Earful 0.1)"
_LIMIT = 100  # messages in one answer
_PAGES = 5  # so many of them are looked through for answers to a message
_NOBODY: JSON = {"parse": [], "replied_user": True}  # nobody but the author
_MESSAGE_ONLY = {160_002, 160_005, 50_083}  # refused for this message: no history, a locked or an archived thread
_WAIT = asks_to_wait("Discord")
_WHAT_TO_DO = (
    f"Check {_TOKEN}, and that the bot may View Channels, Read Message History and Send Messages (in Threads) there."
)


class Discord:
    """Answers as one bot."""

    def __init__(self, base: str, token: str) -> None:
        headers = {"Authorization": f"Bot {token}", "User-Agent": _AGENT}
        self._door = Door(base, name="Discord", what_to_do=_WHAT_TO_DO, headers=headers, verdict=_verdict)
        self._me = ""

    def look(self, place: Place) -> Standing:
        """The message, replies among the 500 after it, and whether its thread is locked; see `Replier.look`."""
        channel, message = _names(place.external_id)
        found = self._door.read(f"{_API}/channels/{channel}/messages/{message}", gone=True)
        if found.status >= 400:
            return Standing(exists=False)
        if not found.words("id"):
            raise self._door.strange(writing=False)
        locked = self._door.read(f"{_API}/channels/{channel}").get("thread_metadata", "locked") is True
        return Standing(
            exists=True,
            text=found.words("content"),
            edited_at=moment(found.get("edited_timestamp")),
            answers=self._answers(chain.from_iterable(islice(self._pages(channel, message), _PAGES)), place),
            may_answer=not locked,
            why_not="The thread is locked." if locked else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. The nonce is made of `key`."""
        channel, message = _names(place.external_id)
        said: JSON = {
            "content": text,
            "message_reference": {"message_id": message, "fail_if_not_exists": True},
            "allowed_mentions": _NOBODY,
            "nonce": blake2b(key.encode(), digest_size=12).hexdigest(),
            "enforce_nonce": True,
        }
        return self._receipt(self._door.ask("POST", f"{_API}/channels/{channel}/messages", json=said), place)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by the bot and the words in all that was said since, for a nonce is not shown later."""
        del key
        channel, message = _names(place.external_id)
        for messages in self._pages(channel, message):
            found = arrived(self._answers(messages, place), text, address=channel, after=after, reading=bare)
            if found is not None:
                return found
        return None

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        path = f"{_API}/channels/{receipt.address}/messages/{receipt.remote_id}"
        said: JSON = {"content": text, "allowed_mentions": _NOBODY}
        return self._receipt(self._door.ask("PATCH", path, json=said), place)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        del place
        self._door.ask("DELETE", f"{_API}/channels/{receipt.address}/messages/{receipt.remote_id}", gone=True)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`. What the bot may do in a channel is seen when a message there is looked at."""

        def ask() -> str:
            found = self._door.read(f"{_API}/users/@me")
            if not found.words("id"):
                raise self._door.strange(writing=False)
            return f"Replies come from the bot {found.words('username')}."

        return checked(ask)

    def _pages(self, channel: str, after: str) -> Iterator[list[Mapping[str, JSON]]]:
        """The messages after one, oldest first, to the newest; nothing in a channel that is gone."""
        while True:
            asked = {"after": after, "limit": str(_LIMIT)}
            found = self._door.read(f"{_API}/channels/{channel}/messages", params=asked, gone=True)
            messages = sorted(found.objects(), key=_number)
            if found.status < 400 and (not isinstance(found.body, list) or len(messages) < len(found.body)):
                raise self._door.strange(writing=False)
            yield messages
            if len(messages) < _LIMIT:
                return
            after = parts.words(messages[-1], "id")

    def _answers(self, messages: Iterable[Mapping[str, JSON]], place: Place) -> list[Answer]:
        _, message = _names(place.external_id)
        below = [one for one in messages if parts.words(one, "message_reference", "message_id") == message]
        return [self._answer(one, place) for one in below]

    def _answer(self, message: Mapping[str, JSON], place: Place) -> Answer:
        author = parts.words(message, "author", "id")
        return Answer(
            remote_id=parts.words(message, "id"),
            text=parts.words(message, "content"),
            by=parts.words(message, "author", "username") or author,
            ours=author == self._whose(),
            at=moment(parts.get(message, "timestamp")),
            url=_page(place, parts.words(message, "id")),
        )

    def _whose(self) -> str:
        """The bot's id."""
        if not self._me:
            self._me = self._door.read(f"{_API}/users/@me").words("id")
            if not self._me:
                raise self._door.strange(writing=False)
        return self._me

    def _receipt(self, heard: Heard, place: Place) -> Receipt:
        if not heard.words("id"):
            raise self._door.strange(writing=True)
        channel, _ = _names(place.external_id)
        return Receipt(address=channel, remote_id=heard.words("id"), url=_page(place, heard.words("id")))


def _names(external_id: str) -> tuple[str, str]:
    """Channel and message of a post's id, channel/message."""
    match = re.fullmatch(r"(\d{1,20})/(\d{1,20})", external_id)
    if match is None:
        raise MessageRejected(f"“{external_id[:60]}” is not the id of a message on Discord.")
    return match[1], match[2]


def _number(message: Mapping[str, JSON]) -> int:
    name = parts.words(message, "id")
    return int(name) if name.isdecimal() else 0


def _page(place: Place, message: str) -> str | None:
    """The address of a message: that of the post, but for its end."""
    return f"{place.url.rpartition('/')[0]}/{message}" if place.url else None


def _verdict(heard: Heard) -> IntegrationError | None:
    code, said = heard.get("code"), heard.words("message")[:200]
    if heard.status == 429:
        wait = heard.get("retry_after")
        return TargetBusy("Discord asks to wait.", retry_after=wait) if isinstance(wait, int | float) else _WAIT(heard)
    if heard.status in {400, 403} and code in _MESSAGE_ONLY:
        return MessageRejected(f"Discord does not take a reply there: {said}.")
    return None


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers as the bot of the token."""
    return Discord(base or HOME, secrets[_TOKEN])


SPEC = ReplierSpec(
    kind="discord",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=60.0,
            why=("A channel shows at once what was said, and Discord takes the same nonce once within some minutes."),
        ),
        limit=2000,
        markup=Markup.MARKDOWN,
        edits=True,
        deletes=True,
        notes=(
            "The author is told of the reply; names, roles and @everyone in the text call nobody.",
            "Discord reads Markdown: *slanted*, **bold**, `code`.",
        ),
    ),
    secrets=(
        Secret(
            name=_TOKEN,
            where="https://discord.com/developers/applications, Bot; invite it with View Channels, Read Message "
            "History and Send Messages, also in Threads",
        ),
    ),
    build=build,
)
