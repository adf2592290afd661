"""Answers in Intercom's conversations, as the teammate whose token also listens.

Facts come from developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations. Intercom takes the same
answer twice and keeps no key with it: what arrived is found by its author, its words and its time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.answers import arrived, checked, from_html, moment, to_html
from integrations.base import JSON, Finding, IntegrationError, MessageRejected, Receipt, Secret, TargetBusy
from integrations.net import Door, Heard, resets_in, seconds_to_wait
from integrations.parts import obj, objects, words
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Standing

_HOMES = {"us": "https://api.intercom.io", "eu": "https://api.eu.intercom.io", "au": "https://api.au.intercom.io"}
_VERSION = "2.11"
_WHAT_TO_DO = "Check INTERCOM_ACCESS_TOKEN: its app has to be allowed to read and write conversations."
_ID = re.compile(r"[A-Za-z0-9]+\Z")
_MINUTE = 60.0


class Intercom:
    """Answers as one teammate."""

    def __init__(self, base_url: str | None, token: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}", "Intercom-Version": _VERSION, "Accept": "application/json"}
        self._me = ("", "")

    def __repr__(self) -> str:
        return f"Intercom({self._base_url!r})"

    def look(self, place: Place) -> Standing:
        """The message, and the team's answers in its conversation."""
        door, (number, name) = self._door(place), _names(place)
        heard = door.read(f"/conversations/{number}", params={"display_as": "html"}, gone=True)
        if heard.status >= 400:
            return Standing(exists=False)
        if heard.words("id") != number:
            raise door.strange(writing=False)
        parts = heard.objects("conversation_parts", "conversation_parts")
        said = _message(heard, parts, name)
        if not said or said.get("redacted") is True:
            return Standing(exists=False)
        me, _ = self._teammate(door)
        return Standing(
            exists=True,
            text=from_html(words(said, "remark" if name == "rating" else "body")),
            title=from_html(heard.words("source", "subject")) or None,
            answers=[_answer(part, me, place) for part in parts if _is_answer(part)],
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Add a comment; Intercom shows it in the messenger, or writes an e-mail."""
        del key  # Intercom keeps none
        door, (number, _) = self._door(place), _names(place)
        me, _ = self._teammate(door)
        answer: JSON = {"message_type": "comment", "type": "admin", "admin_id": me, "body": to_html(text)}
        heard = door.ask("POST", f"/conversations/{number}/reply", json=answer)
        parts = [one for one in heard.objects("conversation_parts", "conversation_parts") if _is_answer(one)]
        ours = [one for one in parts if words(one, "author", "id") == me and words(one, "id")]
        if not ours:
            raise door.strange(writing=True)
        newest = max(ours, key=lambda one: (words(one, "created_at").zfill(12), words(one, "id").zfill(20)))
        return Receipt(address=number, remote_id=words(newest, "id"), url=_address(place))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the teammate and the words."""
        del key
        return arrived(self.look(place).answers, text, address=_names(place)[0], after=after)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Take the words out; Intercom shows that there were some, and what went out by e-mail stays there."""
        number, _ = _names(place)
        redaction: JSON = {
            "type": "conversation_part",
            "conversation_id": number,
            "conversation_part_id": receipt.remote_id,
        }
        self._door(place).ask("POST", "/conversations/redact", json=redaction, gone=True)

    def check(self) -> Sequence[Finding]:
        """Who would answer."""

        def ask() -> str:
            self._me = ("", "")
            return f"Answers are written by {self._teammate(self._door(Place(external_id='')))[1]}."

        return checked(ask)

    def _door(self, place: Place) -> Door:
        region = place.options.get("region")
        home = self._base_url or _HOMES.get(region if isinstance(region, str) else "us", _HOMES["us"])
        return Door(home, name="Intercom", what_to_do=_WHAT_TO_DO, headers=self._headers, verdict=_verdict)

    def _teammate(self, door: Door) -> tuple[str, str]:
        """Our teammate's id and name: whoever made the token."""
        if not self._me[0]:
            heard = door.read("/me")
            if heard.words("type") != "admin" or not heard.words("id"):
                raise door.strange(writing=False)
            self._me = heard.words("id"), heard.words("name")
        return self._me


def _names(place: Place) -> tuple[str, str]:
    """The conversation's id, and the part's; none for the message that began it."""
    number, _, name = place.external_id.partition("/")
    if not _ID.match(number) or (name and not _ID.match(name)):
        raise MessageRejected("The message's id is not like one of Intercom's.")
    return number, name


def _message(heard: Heard, parts: Sequence[Mapping[str, JSON]], name: str) -> Mapping[str, JSON]:
    """What is answered: the beginning, the remark beside a rating, or a part; nothing where that is gone."""
    if not name:
        return obj(heard.body, "source")
    if name == "rating":
        rating = obj(heard.body, "conversation_rating")
        return rating if words(rating, "remark") else {}
    return next((one for one in parts if words(one, "id") == name), {})


def _is_answer(part: Mapping[str, JSON]) -> bool:
    """Whether the customer can read it as words of the team."""
    told = words(part, "part_type") == "comment" and words(part, "author", "type") == "admin"
    return told and part.get("redacted") is not True


def _answer(part: Mapping[str, JSON], me: str, place: Place) -> Answer:
    return Answer(
        remote_id=words(part, "id"),
        text=from_html(words(part, "body")),
        by=words(part, "author", "name"),
        ours=words(part, "author", "id") == me,
        at=moment(part.get("created_at")),
        url=_address(place),
    )


def _address(place: Place) -> str | None:
    workspace, number = place.options.get("workspace"), _names(place)[0]
    return f"https://app.intercom.com/a/inbox/{workspace}/inbox/conversation/{number}" if workspace else place.url


def _verdict(heard: Heard) -> IntegrationError | None:
    if heard.status != 429 and not any(one.get("code") == "rate_limit_exceeded" for one in _errors(heard)):
        return None
    waits = (seconds_to_wait(heard.headers), resets_in(heard.headers, "x-ratelimit-reset"), _MINUTE)
    return TargetBusy("Intercom asks to wait.", retry_after=next(wait for wait in waits if wait is not None))


def _errors(heard: Heard) -> list[Mapping[str, JSON]]:
    return objects(heard.body, "errors") if heard.status >= 400 else []


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the token."""
    return Intercom(base_url, secrets["INTERCOM_ACCESS_TOKEN"])


SPEC = ReplierSpec(
    kind="intercom",
    rules=ReplyRules(
        limit=None,
        deletes=True,
        notes=(
            "The customer reads the answer in the messenger, or as an e-mail where they have left it.",
            "Markup stays as it is typed; addresses of web pages become links.",
            "An answer cannot be changed. Taking it back leaves a mark, and an e-mail that went out stays.",
        ),
    ),
    secrets=(
        Secret(
            name="INTERCOM_ACCESS_TOKEN",
            where="https://app.intercom.com/a/apps/_/developer-hub: the access token of an app that may read and write "
            "conversations.",
        ),
    ),
    build=build,
)
