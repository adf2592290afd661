"""Public answers in Zendesk tickets, as the agent whose token also listens.

Facts come from developer.zendesk.com/api-reference/ticketing/tickets: a comment is part of an update of its ticket,
which Zendesk takes twice, so the update carries the key in its metadata and is found by it among the ticket's audits.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from integrations.answers import checked, moment, to_html
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
from integrations.net import Door, Heard
from integrations.parts import obj, objects, words
from integrations.replies import Answer, Counting, Place, Replier, ReplierSpec, ReplyRules, Standing

_WHAT_TO_DO = "Check ZENDESK_EMAIL and ZENDESK_API_TOKEN: their user has to be an agent who may see the ticket."
_SUBDOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}\Z")
_PAGES = 50  # of a hundred; a ticket has no more than five thousand comments
_MARK = "earful"  # the name of the key in the metadata
_CONFLICT = 30.0  # seconds until others have finished with the ticket


class Zendesk:
    """Answers as one agent."""

    def __init__(self, base_url: str | None, headers: Mapping[str, str]) -> None:
        self._base_url, self._headers = base_url, headers
        self._me = ""

    def __repr__(self) -> str:
        return f"Zendesk({self._base_url!r})"

    def look(self, place: Place) -> Standing:
        """The comment, the public comments of its ticket, and whether the ticket is closed."""
        door, (number, name) = self._door(place), _names(place)
        ticket = self._ticket(door, number)
        if not ticket:
            return Standing(exists=False)
        comments = list(self._listed(door, number, "comments"))
        asked = next((one for one in comments if not name or words(one, "id") == name), None)
        if asked is None:
            return Standing(exists=False)
        me, closed = self._agent(door), words(ticket, "status") == "closed"
        shown = [one for one in comments if one is not asked and one.get("public") is not False]
        return Standing(
            exists=True,
            text=words(asked, "plain_body") or words(asked, "body"),
            title=words(ticket, "subject") or None,
            answers=[_answer(one, me) for one in shown],
            may_answer=not closed,
            why_not="The ticket is closed for good: Zendesk takes no more comments." if closed else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Add a public comment; Zendesk writes to the requester."""
        door, (number, _) = self._door(place), _names(place)
        comment: JSON = {"html_body": to_html(text), "public": True}
        update: JSON = {"ticket": {"comment": comment, "metadata": {_MARK: key}}}
        heard = door.ask("PUT", f"/api/v2/tickets/{number}.json", json=update)
        name = _comment_of(obj(heard.body, "audit"))
        if not name:
            raise door.strange(writing=True)
        return self._receipt(place, name)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the key, among all changes of the ticket."""
        del text, after
        door, (number, _) = self._door(place), _names(place)
        if not self._ticket(door, number):
            return None
        for audit in self._listed(door, number, "audits"):
            if words(audit, "metadata", "custom", _MARK) == key and (name := _comment_of(audit)):
                return self._receipt(place, name)
        return None

    def check(self) -> Sequence[Finding]:
        """Who would answer. Zendesk's address stands with the source: without one, there is nobody to ask."""
        if self._base_url is None:
            text = "Zendesk is asked when a ticket is answered: its address stands with the source."
            return [Finding(ok=True, text=text)]

        def ask() -> str:
            self._me = ""
            return f"Answers are written by the agent {self._agent(self._door(Place(external_id='')))}."

        return checked(ask)

    def _door(self, place: Place) -> Door:
        subdomain = place.options.get("subdomain") or place.raw.get("subdomain")
        if self._base_url is None and not (isinstance(subdomain, str) and _SUBDOMAIN.match(subdomain)):
            raise MessageRejected("The source does not name its Zendesk (subdomain).")
        home = self._base_url or f"https://{subdomain}.zendesk.com"
        return Door(home, name="Zendesk", what_to_do=_WHAT_TO_DO, headers=self._headers, verdict=_verdict)

    def _ticket(self, door: Door, number: str) -> Mapping[str, JSON]:
        """The ticket; an empty one where it is gone."""
        heard = door.read(f"/api/v2/tickets/{number}.json", gone=True)
        ticket = obj(heard.body, "ticket")
        if heard.status < 400 and not ticket:
            raise door.strange(writing=False)
        return ticket if heard.status < 400 and words(ticket, "status") != "deleted" else {}

    def _agent(self, door: Door) -> str:
        """Our user's number; Zendesk answers anybody, and says that nobody is signed in by leaving it out."""
        if not self._me:
            heard = door.read("/api/v2/users/me.json")
            if not obj(heard.body, "user"):
                raise door.strange(writing=False)
            self._me = heard.words("user", "id")
            if not self._me or heard.words("user", "role") == "end-user":
                self._me = ""
                raise TargetRefused("Our user of Zendesk is no agent.", what_to_do=_WHAT_TO_DO)
        return self._me

    def _listed(self, door: Door, number: str, what: str) -> Iterator[Mapping[str, JSON]]:
        """All comments or audits of a ticket, in their order."""
        asked = {"page[size]": "100"}
        for _ in range(_PAGES):
            heard = door.read(f"/api/v2/tickets/{number}/{what}.json", params=asked)
            if not isinstance(heard.get(what), list):
                raise door.strange(writing=False)
            yield from heard.objects(what)
            if heard.get("meta", "has_more") is not True:
                return
            asked = {"page[size]": "100", "page[after]": heard.words("meta", "after_cursor")}
        raise door.strange(writing=False)

    def _receipt(self, place: Place, name: str) -> Receipt:
        return Receipt(address=_names(place)[0], remote_id=name, url=place.url)


def _names(place: Place) -> tuple[str, str]:
    """The ticket's number, and the comment's; none for the comment that opened the ticket."""
    number, _, name = place.external_id.partition("/")
    if not number.isdigit() or (name and not name.isdigit()):
        raise MessageRejected("The comment's id is not like one of Zendesk's.")
    return number, name


def _comment_of(audit: Mapping[str, JSON]) -> str:
    """The comment that came with a change; empty where none did."""
    return next((words(event, "id") for event in objects(audit, "events") if event.get("type") == "Comment"), "")


def _answer(comment: Mapping[str, JSON], me: str) -> Answer:
    author = words(comment, "author_id")
    return Answer(
        remote_id=words(comment, "id"),
        text=words(comment, "plain_body") or words(comment, "body"),
        by=author,
        ours=author == me,
        at=moment(comment.get("created_at")),
    )


def _verdict(heard: Heard) -> IntegrationError | None:
    """What of a ticket is wrong stands deep in the answer; and others may be changing it just now (409)."""
    if heard.status == 409:
        return TargetBusy("Zendesk is busy with the ticket.", retry_after=_CONFLICT)
    if heard.status == 422:
        wrong = [words(one, "description") for name in obj(heard.body, "details") for one in _details(heard, name)]
        said = "; ".join(filter(None, wrong)) or heard.words("description")
        return MessageRejected(f"Zendesk did not take it: {said[:200]}")
    return None


def _details(heard: Heard, name: str) -> list[Mapping[str, JSON]]:
    return heard.objects("details", name)


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the agent's token."""
    signed = b64encode(f"{secrets['ZENDESK_EMAIL']}/token:{secrets['ZENDESK_API_TOKEN']}".encode()).decode()
    return Zendesk(base_url, {"Authorization": f"Basic {signed}"})


_WHERE = "Zendesk's Admin Center, under Apps and integrations, APIs"

SPEC = ReplierSpec(
    kind="zendesk",
    rules=ReplyRules(
        limit=65_535,
        counting=Counting.BYTES,
        notes=(
            "The answer is a public comment of the ticket: Zendesk writes it to the requester and to all in copy.",
            "Markup stays as it is typed; addresses of web pages become links.",
            "A public comment cannot be changed or taken back.",
        ),
    ),
    secrets=(
        Secret(name="ZENDESK_EMAIL", where=f"{_WHERE}: the address of the agent who made the token."),
        Secret(name="ZENDESK_API_TOKEN", where=f"{_WHERE}, API tokens."),
    ),
    build=build,
)
