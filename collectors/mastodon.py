"""Public posts on Mastodon, and on other servers that offer its API: by hashtag, by account, by search, and mentions.

Written from docs.joinmastodon.org/methods/timelines, /accounts, /search, /notifications and /statuses. Listings are
read forward with `min_id`, which leaves no holes; only a search, and the first time of listening, go backward. Ids
belong to one server: the same post has another id elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Self, cast
from urllib.parse import urlencode

from pydantic import BaseModel, Field, field_validator, model_validator

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
from collectors.mastodon_status import is_ours_to_read, post_of
from collectors.net import Net
from collectors.options import Host, Options, Words
from collectors.reading import look_up
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

_LIMIT = 40  # the most that these listings give at once
_OVERLAP = 40  # so many known posts are read again each time, for edits and for those that reach the server late
_EVER = timedelta(days=36_500)  # what is read again is bounded by ids, not by times
_AT_ONCE = 20  # statuses in one look-up
_POSITION = re.compile(r"<[^<>]*[?&](max|min)_id=([^&<>]+)[^<>]*>;\s*rel=\"(?:next|prev)\"")
_SCOPES = {
    "read posts": "read:statuses", "search": "read:search", "hear mentions": "read:notifications",
}  # fmt: skip
_TOKEN = "MASTODON_ACCESS_TOKEN"  # noqa: S105 - the variable's name


class MastodonOptions(Options):
    """Where to listen on one server."""

    instance: Host = Field(description="The server's name, as in mastodon.social.")
    hashtags: Words = Field(default=(), description="Hashtags to listen to (lanternhollow,indiegames).")
    accounts: Words = Field(default=(), description="Accounts whose own posts to read (studio, press@other.example).")
    searches: Words = Field(default=(), description="Words to search for, where the server allows it; needs a token.")
    mentions: bool = Field(default=False, description="Public posts that mention the token's account; needs a token.")
    backlog: int = Field(default=200, ge=1, le=10_000, description="Posts of each to read at the first time.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("hashtags")
    @classmethod
    def _tags(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        tags = tuple(tag.removeprefix("#") for tag in value)
        wrong = [tag for tag in tags if not re.fullmatch(r"[\w·]+", tag)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no hashtag; #IndieGames is written IndieGames")
        return tags

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.hashtags or self.accounts or self.searches or self.mentions):
            raise ValueError("give hashtags, accounts, searches or mentions")
        return self


@dataclass(frozen=True, slots=True)
class _Place:
    """One list, newest first; `name` is its place in the cursor, `inside` where its answers hold the list."""

    name: str
    path: str
    params: Mapping[str, str]
    inside: str | None = None
    account: str | None = None  # whose list it is; the path wants the account's id
    forward: bool = True  # whether min_id pages forward; in a search it is only a filter


class Mastodon:
    """Listens to one server."""

    def __init__(self, options: MastodonOptions, token: str | None, net: Net) -> None:
        self._options = options
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._home = f"https://{options.instance}"
        self._net = net
        self._accounts: dict[str, str] = {}
        net.home(self._home)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or edited, one listing after the other; see `Collector.pages`."""
        return follow([self._listing(place) for place in self._places()], cursor, since)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again; one that the server does not show is gone. See `Rechecks.recheck`."""

        def show(batch: list[str]) -> list[JSON]:
            _, answer = self._json("/api/v1/statuses?" + urlencode([("id[]", name) for name in batch]), {})
            return self._items(answer, "a look-up")

        return look_up(external_ids, _AT_ONCE, show, _name, lambda item: self._read(self._raw(item)))

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one status; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the token is taken, and which of the scopes it has that listening needs; see `Able.abilities`."""
        if not self._headers:
            return [
                Ability(
                    "search, and hear mentions",
                    False,
                    f"Set {_TOKEN}, from https://{self._options.instance}/settings/applications.",
                )
            ]

        def scopes(app: Mapping[str, JSON]) -> list[Ability]:
            told = {scope for scope in fields.list_or_empty(app, "scopes") if isinstance(scope, str)}
            lacking = f"Make a token with the scope {{}} at https://{self._options.instance}/settings/applications."
            return [
                Ability(what, bool({scope, "read"} & told) if told else None, lacking.format(scope))
                for what, scope in _SCOPES.items()
            ]

        return tried("sign in", lambda: self._json("/api/v1/apps/verify_credentials", {})[1], scopes)

    def _places(self) -> Iterator[_Place]:
        for tag in self._options.hashtags:
            yield _Place(f"#{tag}", f"/api/v1/timelines/tag/{tag}", {})
        for account in self._options.accounts:
            name = account.removeprefix("@")
            yield _Place(f"@{name}", "/api/v1/accounts/{}/statuses", {"exclude_reblogs": "true"}, account=name)
        if self._options.mentions:
            yield _Place("mentions", "/api/v1/notifications", {"types[]": "mention"})
        for words in self._options.searches:
            asked = {"q": words, "type": "statuses"}
            yield _Place(f"search “{words}”", "/api/v2/search", asked, inside="statuses", forward=False)

    def _listing(self, place: _Place) -> Listing:
        return Listing(
            name=place.name,
            ask=partial(self._ask, place),
            read=posts_by(self._read, named=lambda raw: _name(raw["item"]), replies=False),
            overlap=_EVER,
            climb=_age if place.forward else None,
            anchors=2 * _OVERLAP,
            backlog=self._options.backlog,
            due=_OVERLAP // 2,
        )

    def _account(self, address: str) -> str:
        """The id of an account on this server."""
        if address in self._accounts:
            return self._accounts[address]
        _, answer = self._json("/api/v1/accounts/lookup", {"acct": address})
        name = fields.text_or_none(answer, "id") if isinstance(answer, dict) else None
        if name is None:
            raise SourceBusy(f"{self._options.instance} answered for @{address} in a form that we do not know.")
        self._accounts[address] = name
        return name

    def _ask(self, place: _Place, walk: Walk) -> Sheet:
        """A page upwards or downwards; where the neighbouring ones begin is for the server to say."""
        path = place.path if place.account is None else place.path.format(self._account(place.account))
        where = {"min_id" if walk.climbs else "max_id": walk.position} if walk.position else {}
        if walk.known and not place.forward:
            where["min_id"] = sorted(walk.known, key=_age)[-_OVERLAP:][0]
        link, answer = self._json(path, {**place.params, "limit": str(_LIMIT), **where})
        if place.inside is not None and isinstance(answer, dict):
            answer = answer.get(place.inside)
        items = self._items(answer, place.name)
        side, outermost = ("min", items) if walk.climbs else ("max", [*reversed(items)])
        onward = dict(_POSITION.findall(link)).get(side) or _first_name(outermost)
        return Sheet(items=[self._raw(item) for item in items], onward=onward or None)

    def _items(self, answer: JSON, name: str) -> list[JSON]:
        if not isinstance(answer, list):
            raise SourceBusy(f"{self._options.instance} answered {name} in a form that we do not know.")
        return answer

    def _json(self, path: str, params: Mapping[str, str]) -> tuple[str, JSON]:
        """The answer's Link header and its data."""
        try:
            answer, data = self._net.json_answer(f"{self._home}{path}", params=params, headers=self._headers)
        except SourceRefused as refused:
            if self._headers or refused.status not in {401, 403}:
                raise
            advice = f"It may want to know who asks: set {_TOKEN}."
            raise SourceRefused(str(refused), what_to_do=advice, status=refused.status) from refused
        return answer.headers.get("link", ""), data

    def _read(self, raw: RawPost) -> Post | None:
        """The post of a status, or of the notification that holds it; None where it is not for us to read."""
        item = raw["item"]
        status = item.get("status", item) if isinstance(item, dict) else item
        if isinstance(status, dict) and not is_ours_to_read(status):
            return None
        return self.parse({"status": status, "host": raw["host"], "product": raw["product"]})

    def _raw(self, item: JSON) -> RawPost:
        return {"item": item, "host": self._options.instance, "product": self._options.product}


def _name(item: JSON) -> str:
    return (fields.text_or_none(item, "id") or "") if isinstance(item, dict) else ""


def _first_name(items: Iterable[JSON]) -> str:
    return next((name for item in items if (name := _name(item))), "")


def _age(name: str) -> tuple[int, str]:
    """Ids are opaque; longer ones are newer, and of the same length the greater text."""
    return len(name), name


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options; without a token it reads what the server shows to everybody."""
    return Mastodon(cast("MastodonOptions", options), secrets.get(_TOKEN) or None, net)


_WHERE = (
    "https://YOUR-SERVER/settings/applications (Preferences, Development, New application; with read:statuses, "
    "read:search and read:notifications)"
)

SPEC = Spec(
    kind="mastodon",
    title="Mastodon",
    options=MastodonOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="Post on Mastodon, with the author's address and a link",
        terms="Each server has rules of its own, and many forbid mass reading and fitting models. An account may be "
        "tied to a customer only where the customer's record already holds it (they told us), never by likeness. "
        "What its author deletes must go here too.",
    ),
    secrets=(
        Secret(
            name=_TOKEN,
            where=_WHERE,
            required=False,
        ),
    ),
    # 300 in five minutes and account (docs.joinmastodon.org: Rate limits).
    pace=Pace(requests=270, seconds=300),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=10,
)
