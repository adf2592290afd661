"""Replies on X, to posts that summon our account (docs.x.com/x-api/posts/creation-of-a-post).

X lets programs answer only whom mentions the account, or quotes a post of it. Requests are signed with OAuth 1.0a:
the tokens of OAuth 2.0 end after two hours, and each new one would have to be written back into the settings. Each
request is charged for, so that no more is read than is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from itertools import chain, islice

from integrations import parts, x
from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, MessageRejected, Receipt, Secret
from integrations.likeness import as_written, bare, calling_nobody
from integrations.net import Door, Heard
from integrations.oauth1 import Keys
from integrations.replies import Answer, Counting, Place, Replier, ReplierSpec, ReplyRules, Standing

HOME = "https://api.x.com"
_KEYS = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_TOKEN_SECRET")
_SHOWN = {
    "tweet.fields": "author_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,note_tweet,"
    "referenced_tweets",
    "expansions": "referenced_tweets.id",
}
_OURS = {"tweet.fields": "created_at,referenced_tweets", "max_results": "50"}
_LOOKED_AT = 4  # so many answers are looked through for our replies when somebody looks
_EVER = datetime(2000, 1, 1, tzinfo=UTC)  # before there was X


class X:
    """Answers with one account."""

    def __init__(self, base: str, keys: Keys) -> None:
        self._base, self._keys = base.rstrip("/"), keys
        self._door = Door(base, name="X", what_to_do=x.WHAT_TO_DO, verdict=x.verdict)
        self._me = ""

    def look(self, place: Place) -> Standing:
        """The last version of the post, whether it summons us, and our replies among our last 200 posts.

        See `Replier.look`. Others' replies are not looked for: X charges for each.
        """
        found = self._post(place.external_id)
        versions = [str(one) for one in _list(found.get("data", "edit_history_tweet_ids"))]
        if versions and versions[-1] != place.external_id:
            found = self._post(versions[-1])
        post = found.get("data")
        if not isinstance(post, Mapping):
            return Standing(exists=False)
        summoned = self._summons(found)
        return Standing(
            exists=True,
            text=_words(post),
            edited_at=moment(post.get("created_at")) if len(versions) > 1 else None,
            answers=[*chain.from_iterable(islice(self._ours({place.external_id, *versions}), _LOOKED_AT))],
            may_answer=summoned,
            why_not="" if summoned else "X lets programs answer only posts that mention our account or quote it.",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. X refuses a text that the account published already: what stands there is the reply."""
        said: dict[str, JSON] = {"in_reply_to_tweet_id": _latest(place)}
        if others := _others(place.raw):
            said["exclude_reply_user_ids"] = others  # else X calls everybody whom the post mentions
        try:
            heard = self._ask("POST", "/2/tweets", json={"text": calling_nobody(text), "reply": said})
        except x.Duplicate as refused:
            found = self.find(text, place=place, key=key, after=_EVER)
            if found is None:
                raise MessageRejected(str(refused)) from None
            return found
        name = heard.words("data", "id")
        if not name:
            raise self._door.strange(writing=True)
        return Receipt(address=self._whose(), remote_id=name, url=_page(name))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: among what our account published since the post."""
        del key
        for answers in self._ours({place.external_id, _latest(place)}):
            found = arrived(answers, text, address=self._whose(), after=after, reading=bare)
            if found is not None:
                return found
        return None

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        del place
        self._ask("DELETE", f"/2/tweets/{receipt.remote_id}", gone=True)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`: whose account it is, and whether the token may write."""
        levels: list[str] = []

        def ask() -> str:
            found = self._ask("GET", "/2/users/me", writing=False)
            if not found.words("data", "username"):
                raise self._door.strange(writing=False)
            levels.append(found.headers.get("x-access-level", "write"))
            return f"Replies come from @{found.words('data', 'username')}."

        findings = checked(ask)
        if levels and "write" not in levels[0]:
            fix = "Set the app to Read and write at developer.x.com, then make a new access token."
            findings.append(Finding(ok=False, text="The access token may only read.", what_to_do=fix))
        return findings

    def _post(self, name: str) -> Heard:
        found = self._ask("GET", f"/2/tweets/{name}", params=_SHOWN, writing=False, gone=True)
        gone = found.status >= 400 or any(parts.words(one, "type").endswith(x.GONE) for one in found.objects("errors"))
        if not isinstance(found.get("data"), Mapping) and not gone:
            raise self._door.strange(writing=False)
        return found

    def _summons(self, found: Heard) -> bool:
        """Whether the post mentions our account, answers it, or quotes a post of it."""
        me, post = self._whose(), found.get("data")
        mentioned = _ids(parts.objects(post, "entities", "mentions"))
        quoted = _ids(one for one in parts.objects(post, "referenced_tweets") if one.get("type") == "quoted")
        by_us = _ids(one for one in found.objects("includes", "tweets") if parts.words(one, "author_id") == me)
        return me in mentioned | {parts.words(post, "in_reply_to_user_id")} or bool(quoted & by_us)

    def _ours(self, names: set[str]) -> Iterator[list[Answer]]:
        """Our replies to a post, of which these are the versions, newest first."""
        me, page = self._whose(), {"since_id": min(names, key=lambda name: (len(name), name))}
        while True:
            found = self._ask("GET", f"/2/users/{me}/tweets", params={**_OURS, **page}, writing=False)
            if not isinstance(found.get("meta"), Mapping):
                raise self._door.strange(writing=False)
            yield [_answer(one, me) for one in found.objects("data") if _answered(one) in names]
            token = found.words("meta", "next_token")
            if not token:
                return
            page = {**page, "pagination_token": token}

    def _whose(self) -> str:
        """Our account's number."""
        if not self._me:
            self._me = self._ask("GET", "/2/users/me", writing=False).words("data", "id")
            if not self._me:
                raise self._door.strange(writing=False)
        return self._me

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: JSON = None,
        writing: bool = True,
        gone: bool = False,
    ) -> Heard:
        signed = self._door.plus(self._keys.header(method, f"{self._base}{path}", params))
        return signed.ask(method, path, params=params, json=json, writing=writing, gone=gone)


def _latest(place: Place) -> str:
    """The id of the version that we know last: an edited post's address names it."""
    last = (place.url or "").rstrip("/").rpartition("/")[2]
    return last if last.isdecimal() else place.external_id


def _others(raw: Mapping[str, JSON]) -> list[JSON]:
    """Whom the post mentions."""
    mentioned = [parts.words(one, "id") for one in parts.objects(raw, "post", "entities", "mentions")]
    return [
        name for name in dict.fromkeys(mentioned) if name.isdecimal() and name != parts.words(raw, "post", "author_id")
    ]


def _ids(things: Iterable[Mapping[str, JSON]]) -> set[str]:
    return {parts.words(one, "id") for one in things}


def _answered(post: Mapping[str, JSON]) -> str:
    above = parts.objects(post, "referenced_tweets")
    return next((parts.words(one, "id") for one in above if one.get("type") == "replied_to"), "")


def _answer(post: Mapping[str, JSON], me: str) -> Answer:
    name = parts.words(post, "id")
    return Answer(
        remote_id=name,
        text=as_written(_words(post)),
        by=me,
        ours=True,
        at=moment(post.get("created_at")),
        url=_page(name),
    )


def _words(post: Mapping[str, JSON]) -> str:
    """The whole text: of a long post, `text` is only the beginning."""
    return unescape(parts.words(post, "note_tweet", "text") or parts.words(post, "text"))


def _list(value: JSON) -> Sequence[JSON]:
    return value if isinstance(value, list) else []


def _page(name: str) -> str:
    return f"https://x.com/i/status/{name}"


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers with the account of the access token."""
    key, key_secret, token, token_secret = (secrets[name] for name in _KEYS)
    return X(base or HOME, Keys(key=key, key_secret=key_secret, token=token, token_secret=token_secret))


_WHERE = "https://developer.x.com, Keys and tokens; the app must be set to Read and write before the token is made"

SPEC = ReplierSpec(
    kind="x",
    rules=ReplyRules(
        limit=280,
        counting=Counting.WEIGHTED,
        deletes=True,
        only_where_summoned=True,
        read_as="{id}",
        notes=(
            "X charges for each reply, much more for one with an address in it, and for looking at posts.",
            "Only posts that mention our account or quote it may be answered; others are answered on X itself.",
            "Names in the text (@name) call nobody, which takes two more of the 280 for each.",
        ),
        seconds_apart=10.0,
    ),
    secrets=tuple(Secret(name=name, where=_WHERE) for name in _KEYS),
    build=build,
)
