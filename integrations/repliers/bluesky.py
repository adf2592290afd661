"""Replies on Bluesky, from the account that signs in with an app password.

By the lexicons com.atproto.repo.createRecord, app.bsky.feed.post and app.bsky.feed.getPostThread. A reply is a record
in our own repository, under a key that is made of the key of the reply: it can be asked for by that, and its server
takes no second one. Of the text only addresses of the web become links; names in it (@name) call nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from integrations import parts
from integrations.answers import checked, moment
from integrations.base import JSON, Finding, IntegrationError, MessageRejected, Receipt, Secret, TargetBusy
from integrations.net import Door, Heard
from integrations.replies import Answer, Counting, Place, Replier, ReplierSpec, ReplyRules, Standing
from integrations.resets import asks_to_wait
from integrations.servers import Servers
from integrations.tokens import Kept

HOME = "https://bsky.social"
_HANDLE, _PASSWORD = "BLUESKY_HANDLE", "BLUESKY_APP_PASSWORD"
_POST = "app.bsky.feed.post"
_LIFE = 60 * 60.0  # seconds; a session's token is good for about two hours
_ABSENT = {"NotFound", "RecordNotFound"}
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]{}]", re.IGNORECASE)
_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
_FIRST, _SPAN = 1_704_067_200_000_000, 31_536_000_000_000  # microseconds: the beginning of 2024, and a year
_CLOSED = "The author lets nobody answer, or only some, and not us."
_WAIT = asks_to_wait("Bluesky", "ratelimit-reset")
_WHAT_TO_DO = f"Check {_HANDLE} and {_PASSWORD}: an app password, not the account's own."


class _Absent(MessageRejected):
    """There is no such post or record."""


class Bluesky:
    """Answers with one account."""

    def __init__(self, base: str | None, handle: str, password: str) -> None:
        self._servers = Servers(base, "server", lambda address: _Account(address, handle, password), usual=HOME)

    def look(self, place: Place) -> Standing:
        """The post as our account sees it, and the replies right below it; see `Replier.look`."""
        account = self._servers.of(place)
        asked = {"uri": place.external_id, "depth": "1", "parentHeight": "0"}
        try:
            thread = account.door.read("/xrpc/app.bsky.feed.getPostThread", params=asked).get("thread")
        except _Absent:
            return Standing(exists=False)
        kind, text = parts.words(thread, "$type"), parts.get(thread, "post", "record", "text")
        if kind.endswith("#notFoundPost"):
            return Standing(exists=False)
        if kind.endswith("#blockedPost"):
            why = "The author and our account do not see each other: one of them blocks the other."
            return Standing(exists=True, text=place.text, may_answer=False, why_not=why)
        if not isinstance(text, str):
            raise account.door.strange(writing=False)
        below = parts.objects(thread, "replies")
        closed = parts.get(thread, "post", "viewer", "replyDisabled") is True
        return Standing(
            exists=True,
            text=text,
            answers=[_answer(one, account.did()) for one in below if parts.words(one, "post", "uri")],
            may_answer=not closed,
            why_not=_CLOSED if closed else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. A record that stands there under the key is the reply already."""
        account = self._servers.of(place)
        standing = account.stored(key)
        if standing is not None:
            return standing
        record = _record(text, account.post(place.external_id))
        said: JSON = {"repo": account.did(), "collection": _POST, "rkey": record_key(key), "record": record}
        return account.receipt(account.door.ask("POST", "/xrpc/com.atproto.repo.createRecord", json=said))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by the key alone."""
        del text, after
        return self._servers.of(place).stored(key)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        account = self._servers.of(place)
        said: JSON = {"repo": account.did(), "collection": _POST, "rkey": receipt.remote_id.rpartition("/")[2]}
        account.door.ask("POST", "/xrpc/com.atproto.repo.deleteRecord", json=said)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`."""
        account = self._servers.only()
        return checked(account.whose) if account else []


class _Account(Kept):
    """One account, signed in at its server."""

    def __init__(self, address: str, handle: str, password: str) -> None:
        super().__init__(self._sign_in)
        self._keys: JSON = {"identifier": handle, "password": password}
        self._did = ""
        self._entrance = Door(address, name="Bluesky", what_to_do=_WHAT_TO_DO, verdict=_WAIT)
        self.door = Door(address, name="Bluesky", what_to_do=_WHAT_TO_DO, verdict=self._verdict, bearer=self)

    def _sign_in(self) -> tuple[str, float]:
        path = "/xrpc/com.atproto.server.createSession"
        session = self._entrance.ask("POST", path, json=self._keys, writing=False)
        token, self._did = session.words("accessJwt"), session.words("did")
        if not (token and self._did):
            raise self._entrance.strange(writing=False)
        return token, _LIFE

    def _verdict(self, heard: Heard) -> IntegrationError | None:
        code = heard.words("error")
        if code == "ExpiredToken":  # told with status 400
            self.forget()
            return TargetBusy("Our session at Bluesky is over; the next try signs in anew.", retry_after=1.0)
        if heard.status == 400 and code in _ABSENT:
            return _Absent("Bluesky knows no such post.")
        return _WAIT(heard)

    def did(self) -> str:
        """The account's lasting name."""
        self.token()
        return self._did

    def whose(self) -> str:
        """Whose account it is, in words."""
        handle = self.door.read("/xrpc/com.atproto.server.getSession").words("handle")
        if not handle:
            raise self.door.strange(writing=False)
        return f"Replies come from @{handle}."

    def post(self, uri: str) -> Mapping[str, JSON]:
        """A post that may be answered. Raises MessageRejected where it is gone, or closed to us."""
        found = self.door.read("/xrpc/app.bsky.feed.getPosts", params={"uris": uri})
        if not isinstance(found.get("posts"), list):
            raise self.door.strange(writing=False)
        if not found.words("posts", 0, "cid"):
            raise _Absent("The post was deleted, so that it cannot be answered.")
        if found.get("posts", 0, "viewer", "replyDisabled") is True:  # a server would take it, and nobody would see it
            raise MessageRejected(_CLOSED)
        return found.objects("posts")[0]

    def stored(self, key: str) -> Receipt | None:
        """The reply that stands in our repository under a key; None where there is none."""
        asked = {"repo": self.did(), "collection": _POST, "rkey": record_key(key)}
        try:
            found = self.door.read("/xrpc/com.atproto.repo.getRecord", params=asked)
        except _Absent:
            return None
        if not found.words("uri"):
            raise self.door.strange(writing=False)
        return self.receipt(found)

    def receipt(self, heard: Heard) -> Receipt:
        """Where a record stands. Raises OutcomeUncertain where the answer does not say."""
        uri = heard.words("uri")
        if not uri:
            raise self.door.strange(writing=True)
        return Receipt(address=self._did, remote_id=uri, url=_page(uri))


def record_key(key: str) -> str:
    """A record's key (a TID) that belongs to this key: always the same one, of a time in the past that says nothing."""
    number = int.from_bytes(blake2b(key.encode(), digest_size=16).digest())
    value = (_FIRST + number % _SPAN) << 10 | (number >> 64) % 1024
    return "".join(_SIGNS[value >> 5 * place & 31] for place in reversed(range(13)))


def _record(text: str, parent: Mapping[str, JSON]) -> JSON:
    above = {"uri": parent["uri"], "cid": parent["cid"]}
    root = parts.get(parent, "record", "reply", "root")
    links = [_facet(text, match) for match in _LINK.finditer(text)]
    return {
        "$type": _POST,
        "text": text,
        "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "reply": {"root": root if isinstance(root, Mapping) else above, "parent": above},
        **({"facets": links} if links else {}),
    }


def _facet(text: str, match: re.Match[str]) -> JSON:
    """A link, where it stands in the bytes of the text."""
    begin = len(text[: match.start()].encode())
    feature: JSON = {"$type": "app.bsky.richtext.facet#link", "uri": match[0]}
    return {"index": {"byteStart": begin, "byteEnd": begin + len(match[0].encode())}, "features": [feature]}


def _answer(thread: Mapping[str, JSON], did: str) -> Answer:
    post = parts.get(thread, "post")
    uri, author = parts.words(post, "uri"), parts.words(post, "author", "did")
    return Answer(
        remote_id=uri,
        text=parts.words(post, "record", "text"),
        by=parts.words(post, "author", "handle") or author,
        ours=author == did,
        at=moment(parts.get(post, "indexedAt")),
        url=_page(uri),
    )


def _page(uri: str) -> str:
    did, _, name = uri.removeprefix("at://").split("/", 2)
    return f"https://bsky.app/profile/{did}/post/{name}"


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers with the account, at the server of the source or at `base`."""
    return Bluesky(base, secrets[_HANDLE], secrets[_PASSWORD])


_WHERE = "https://bsky.app/settings/app-passwords"

SPEC = ReplierSpec(
    kind="bluesky",
    rules=ReplyRules(
        limit=300,
        counting=Counting.GRAPHEMES,
        deletes=True,
        read_as="{id}",
        notes=(
            "A person has to send each reply: Bluesky takes automated ones for spam.",
            "Addresses that begin with https:// become links; names in the text (@name) call nobody.",
            "A reply cannot be changed afterwards, only deleted.",
        ),
        seconds_apart=2.0,
    ),
    secrets=(Secret(name=_HANDLE, where=_WHERE), Secret(name=_PASSWORD, where=_WHERE)),
    build=build,
)
