"""Replies on Mastodon, and on other servers that offer its API, from the account of the token.

By docs.joinmastodon.org/methods/statuses. A reply reaches its author only if it names them, so that their address is
put before the text; names of others in it are written so that nobody else is called. A reply is as public as the post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from integrations import parts
from integrations.answers import arrived, checked, from_html, moment
from integrations.base import JSON, Finding, Receipt, Secret
from integrations.likeness import addressed, as_written, bare
from integrations.net import Door, Heard
from integrations.replies import Answer, Counting, Place, Replier, ReplierSpec, ReplyRules, Standing
from integrations.resets import asks_to_wait
from integrations.servers import WHICH_SERVER, Servers

_TOKEN = "MASTODON_ACCESS_TOKEN"  # noqa: S105 - the variable's name
_NAMED = 32  # characters kept for the author: @, a name of at most thirty, a space; the server does not count
_VISIBILITIES = {"public", "unlisted", "private", "direct"}
_RESET = "x-ratelimit-reset"


class Mastodon:
    """Answers with the token's account."""

    def __init__(self, base: str | None, token: str) -> None:
        self._servers = Servers(base, "instance", partial(_Server, token))

    def look(self, place: Place) -> Standing:
        """The status as its server shows it to our account, and the replies below it; see `Replier.look`."""
        server = self._servers.of(place)
        found = server.door.read(f"/api/v1/statuses/{place.external_id}", gone=True)
        if found.status >= 400:
            return Standing(exists=False)
        if not found.words("id"):
            raise server.door.strange(writing=False)
        return Standing(
            exists=True,
            text=from_html(found.words("content")),
            title=found.words("spoiler_text") or None,
            edited_at=moment(found.get("edited_at")),
            answers=server.answers(place),
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. The server keeps `key` for an hour and gives the same reply again."""
        said: dict[str, JSON] = {
            "status": addressed(text, place.handle),
            "in_reply_to_id": place.external_id,
            "visibility": _visibility(place.raw),
        }
        server = self._servers.of(place)
        return server.receipt(server.door.plus({"Idempotency-Key": key}).ask("POST", "/api/v1/statuses", json=said))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by our account and the words, for the server cannot be asked for a key."""
        del key
        server = self._servers.of(place)
        return arrived(server.answers(place), text, address=server.address, after=after, reading=bare)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        server = self._servers.of(place)
        said = {"status": addressed(text, place.handle)}
        return server.receipt(server.door.ask("PUT", f"/api/v1/statuses/{receipt.remote_id}", json=said))

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        self._servers.of(place).door.ask("DELETE", f"/api/v1/statuses/{receipt.remote_id}", gone=True)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`. Which scopes a token has, Mastodon tells nobody."""
        server = self._servers.only()
        if server is None:
            return [Finding(ok=False, text=WHICH_SERVER, what_to_do="Check it together with a source that names one.")]
        return checked(lambda: f"Replies come from @{server.whose()}.")


class _Server:
    """One server, asked with our token."""

    def __init__(self, token: str, address: str) -> None:
        self.door = Door(
            address,
            name="Mastodon",
            what_to_do=_WHAT_TO_DO,
            headers={"Authorization": f"Bearer {token}"},
            verdict=asks_to_wait("Mastodon", _RESET),
        )
        self.address = address
        self._me = ""

    def me(self) -> str:
        """The id of the token's account on this server."""
        if not self._me:
            self.whose()
        return self._me

    def whose(self) -> str:
        """The name of the token's account."""
        found = self.door.read("/api/v1/accounts/verify_credentials")
        self._me = found.words("id")
        if not self._me:
            raise self.door.strange(writing=False)
        return found.words("acct")

    def answers(self, place: Place) -> list[Answer]:
        """The replies to a status that the server knows; none where the status is gone."""
        me = self.me()
        found = self.door.read(f"/api/v1/statuses/{place.external_id}/context", gone=True)
        if found.status < 400 and not isinstance(found.get("descendants"), list):
            raise self.door.strange(writing=False)
        below = (one for one in found.objects("descendants") if parts.words(one, "in_reply_to_id") == place.external_id)
        return [_answer(one, me, place.handle) for one in below if parts.words(one, "id")]

    def receipt(self, heard: Heard) -> Receipt:
        """Where the status of an answer stands. Raises OutcomeUncertain where it holds none."""
        if not heard.words("id"):
            raise self.door.strange(writing=True)
        return Receipt(address=self.address, remote_id=heard.words("id"), url=heard.words("url") or None)


def _answer(status: Mapping[str, JSON], me: str, handle: str | None) -> Answer:
    ours = parts.words(status, "account", "id") == me
    text = from_html(parts.words(status, "content"))
    return Answer(
        remote_id=parts.words(status, "id"),
        text=as_written(text, handle) if ours else text,
        by=parts.words(status, "account", "acct"),
        ours=ours,
        at=moment(parts.get(status, "created_at")),
        url=parts.words(status, "url") or None,
    )


def _visibility(raw: Mapping[str, JSON]) -> str:
    """As the post's; where it is not known, one that floods nobody's time line."""
    told = parts.words(raw, "status", "visibility")
    return told if told in _VISIBILITIES else "unlisted"


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers on the server of the source, or on the one at `base`."""
    return Mastodon(base, secrets[_TOKEN])


_WHAT_TO_DO = (
    f"Check {_TOKEN}: Preferences, Development on your server, with read:accounts, read:statuses and write:statuses."
)

SPEC = ReplierSpec(
    kind="mastodon",
    rules=ReplyRules(
        limit=500 - _NAMED,
        counting=Counting.LINKS_SHORT,
        names_author=True,
        edits=True,
        deletes=True,
        read_as="{id}",
        notes=(
            "The author's address is put before the text by itself: of the 500 characters 32 are kept for it.",
            "Others who are named in the text are not called: their names are written so that they only look the same.",
            "The reply is as public as the post, and everybody can read its earlier versions after an edit.",
        ),
    ),
    secrets=(
        Secret(
            name=_TOKEN,
            where="Preferences, Development on your server: an application with read:accounts, read:statuses and "
            "write:statuses",
        ),
    ),
    build=build,
)
