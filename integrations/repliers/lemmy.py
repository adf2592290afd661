"""Comments on Lemmy, and on servers of other kinds that offer its API, from an account on the server of the source.

By join-lemmy.org/api, version 3 (user/login, comment, comment/list). Names in a comment (@name@server) call nobody:
its author is told of it without being named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from integrations import parts
from integrations.answers import arrived, checked, moment
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
from integrations.likeness import as_written, bare, calling_nobody
from integrations.net import Door, Heard
from integrations.replies import Answer, Markup, Place, Replier, ReplierSpec, ReplyRules, Standing
from integrations.servers import WHICH_SERVER, Servers
from integrations.tokens import Kept

_USER, _PASSWORD = "LEMMY_USERNAME", "LEMMY_PASSWORD"
_LIFE = 6 * 60 * 60.0  # seconds; a session lasts until somebody ends it
_LIMIT = 50  # comments in one answer
_LOOKED_AT = 4  # so many answers are looked through for replies when somebody looks
_ACCOUNT = {"incorrect_login", "not_logged_in", "password_incorrect", "couldnt_find_that_username_or_email", "site_ban"}
_ABSENT = {"couldnt_find_post", "couldnt_find_comment", "not_found", "unknown"}
_WHAT_TO_DO = f"Check {_USER} and {_PASSWORD}, and that the account may write in the community."


class _Absent(MessageRejected):
    """The server knows no such post or comment."""


class Lemmy:
    """Answers with one account."""

    def __init__(self, base: str | None, user: str, password: str) -> None:
        self._servers = Servers(base, "instance", lambda address: _Account(address, user, password))

    def look(self, place: Place) -> Standing:
        """The post or comment, whether its thread is open, and comments right below it; see `Replier.look`."""
        account = self._servers.of(place)
        view = account.view(place)
        if view is None:
            return Standing(exists=False)
        thing = _thing(view)
        locked = parts.get(view, "post", "locked") is True
        return Standing(
            exists=True,
            text=parts.words(thing, "content") or parts.words(thing, "body") or parts.words(thing, "name"),
            title=parts.words(thing, "name") or None,
            edited_at=moment(thing.get("updated")),
            answers=[*chain.from_iterable(islice(account.below(view), _LOOKED_AT))],
            may_answer=not locked,
            why_not="The thread is locked." if locked else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. Lemmy takes no key."""
        del key
        account = self._servers.of(place)
        view = account.view(place)
        if view is None:
            raise MessageRejected("It was deleted or removed, so that it cannot be answered.")
        parent = {"parent_id": parts.get(view, "comment", "id")} if "comment" in view else {}
        said = {"content": calling_nobody(text), "post_id": parts.get(view, "post", "id"), **parent}
        return account.receipt(account.door.ask("POST", "/api/v3/comment", json=said))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by our account and the words, among all comments there."""
        del key
        account = self._servers.of(place)
        view = account.view(place)
        if view is None:
            return None
        answers = [*chain.from_iterable(account.below(view))]
        return arrived(answers, text, address=account.address, after=after, reading=bare)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        account = self._servers.of(place)
        said: JSON = {"comment_id": int(receipt.remote_id), "content": calling_nobody(text)}
        return account.receipt(account.door.ask("PUT", "/api/v3/comment", json=said))

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        said: JSON = {"comment_id": int(receipt.remote_id), "deleted": True}
        self._servers.of(place).door.ask("POST", "/api/v3/comment/delete", json=said)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`."""
        account = self._servers.only()
        if account is None:
            return [Finding(ok=False, text=WHICH_SERVER, what_to_do="Check it together with a source that names one.")]
        return checked(lambda: f"Replies come from {account.whose('name')}.")


class _Account(Kept):
    """One account, signed in at its server."""

    def __init__(self, address: str, user: str, password: str) -> None:
        super().__init__(self._sign_in)
        self.address = address
        self._keys: JSON = {"username_or_email": user, "password": password}
        self._entrance = Door(address, name="Lemmy", what_to_do=_WHAT_TO_DO, verdict=_verdict)
        self.door = Door(address, name="Lemmy", what_to_do=_WHAT_TO_DO, verdict=_verdict, bearer=self)

    def _sign_in(self) -> tuple[str, float]:
        token = self._entrance.ask("POST", "/api/v3/user/login", json=self._keys, writing=False).words("jwt")
        if not token:
            raise self._entrance.strange(writing=False)
        return token, _LIFE

    def whose(self, field: str) -> str:
        """The id or the name of our account."""
        found = self.door.read("/api/v3/site").words("my_user", "local_user_view", "person", field)
        if not found:
            raise self.door.strange(writing=False)
        return found

    def view(self, place: Place) -> Mapping[str, JSON] | None:
        """The post or comment with what belongs to it; None where it is gone."""
        kind, _, number = place.external_id.partition("-")
        if kind not in {"post", "comment"} or not number.isdecimal():
            raise MessageRejected(f"“{place.external_id[:60]}” is not the id of a post or comment on Lemmy.")
        try:
            view = self.door.read(f"/api/v3/{kind}", params={"id": number}).get(f"{kind}_view")
        except _Absent:
            return None
        if not isinstance(view, Mapping) or not parts.words(view, "post", "id"):
            raise self.door.strange(writing=False)
        return None if _is_gone(view) else view

    def below(self, view: Mapping[str, JSON]) -> Iterator[list[Answer]]:
        """The comments right below a post or comment, newest first."""
        me, above = self.whose("id"), parts.words(view, "comment", "path") or "0"
        asked = {"post_id": parts.words(view, "post", "id"), "type_": "All", "sort": "New", "limit": str(_LIMIT)}
        asked |= {"parent_id": parts.words(view, "comment", "id")} if "comment" in view else {}
        number = 1
        while True:
            params = {**asked, "max_depth": "1", "page": str(number)}
            found = self.door.read("/api/v3/comment/list", params=params)
            if not isinstance(found.get("comments"), list):
                raise self.door.strange(writing=False)
            comments = found.objects("comments")
            there = [one for one in comments if not _is_gone(one) and _above(one) == above]
            yield [_answer(one, me) for one in there]
            if len(comments) < _LIMIT:
                return
            number += 1

    def receipt(self, heard: Heard) -> Receipt:
        """Where a comment stands. Raises OutcomeUncertain where the answer does not say."""
        name = heard.words("comment_view", "comment", "id")
        if not name:
            raise self.door.strange(writing=True)
        url = heard.words("comment_view", "comment", "ap_id")
        return Receipt(address=self.address, remote_id=name, url=url or None)


def _thing(view: Mapping[str, JSON]) -> Mapping[str, JSON]:
    return parts.obj(view, "comment") or parts.obj(view, "post")


def _is_gone(view: Mapping[str, JSON]) -> bool:
    return any(_thing(view).get(mark) is True for mark in ("deleted", "removed"))


def _above(view: Mapping[str, JSON]) -> str:
    """The path of what a comment answers: of 0.12.34, 0.12."""
    return parts.words(view, "comment", "path").rpartition(".")[0]


def _answer(view: Mapping[str, JSON], me: str) -> Answer:
    ours, text = parts.words(view, "creator", "id") == me, parts.words(view, "comment", "content")
    return Answer(
        remote_id=parts.words(view, "comment", "id"),
        text=as_written(text) if ours else text,
        by=parts.words(view, "creator", "name"),
        ours=ours,
        at=moment(parts.get(view, "comment", "published")),
        url=parts.words(view, "comment", "ap_id") or None,
    )


def _verdict(heard: Heard) -> IntegrationError | None:
    """Lemmy names what is wrong in the body; its statuses changed from version to version."""
    code = heard.words("error")
    if code == "rate_limit_error":
        return TargetBusy("Lemmy asks to wait.")
    if code in _ACCOUNT:
        return TargetRefused(f"Lemmy refused ({code}).", what_to_do=_WHAT_TO_DO)
    if code in _ABSENT and heard.status in {400, 404}:
        return _Absent(f"Lemmy knows no such post or comment ({code}).")
    return None


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers with the account, at the server of the source or at `base`."""
    return Lemmy(base, secrets[_USER], secrets[_PASSWORD])


SPEC = ReplierSpec(
    kind="lemmy",
    rules=ReplyRules(
        limit=10_000,
        markup=Markup.MARKDOWN,
        edits=True,
        deletes=True,
        read_as="comment-{id}",
        notes=(
            "Lemmy reads Markdown. The author is told of the reply; names in it (@name@server) call nobody.",
            "Many communities forbid advertising: read the rules of this one before the first reply.",
        ),
        seconds_apart=10.0,
    ),
    secrets=(
        Secret(name=_USER, where="an account on the server that the source names"),
        Secret(
            name=_PASSWORD, where="that account's password; an account that asks for a second factor cannot be used"
        ),
    ),
    build=build,
)
