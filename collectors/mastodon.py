"""Public posts on Mastodon, and on other servers that offer its API: by hashtag, by account, by search, and mentions.

Written from docs.joinmastodon.org/methods/timelines, /accounts, /search, /notifications and /statuses. Listings are
read forward with `min_id`, which leaves no holes; only a search, and the first time of listening, go backward. Ids
belong to one server: the same post has another id elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Self, cast
from urllib.parse import urlencode

from pydantic import BaseModel, Field, field_validator, model_validator

from collectors import fields
from collectors.base import (
    JSON,
    Collector,
    Cursor,
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
from collectors.listings import look_up, read_items, read_lists, walk_down, walk_up
from collectors.mastodon_status import is_ours_to_read, post_of
from collectors.net import Net
from collectors.options import Host, Options, Words
from collectors.recent import Recent, state_of

_LIMIT = 40  # the most that these listings give at once
_OVERLAP = 40  # so many known posts are read again each time, for edits and for those that reach the server late
_AT_ONCE = 20  # statuses in one look-up
_POSITION = re.compile(r"<[^<>]*[?&](max|min)_id=([^&<>]+)[^<>]*>;\s*rel=\"(?:next|prev)\"")
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
class _Listing:
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
        net.home(self._home)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or edited, one listing after the other; see `Collector.pages`."""
        walks = ((listing.name, partial(self._walk, listing, since)) for listing in self._listings())
        return read_lists(walks, cursor, remember=2 * _OVERLAP)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again; one that the server does not show is gone. See `Rechecks.recheck`."""

        def show(batch: list[str]) -> list[JSON]:
            _, answer = self._json("/api/v1/statuses?" + urlencode([("id[]", name) for name in batch]), {})
            return self._items(answer, "a look-up")

        return look_up(external_ids, _AT_ONCE, show, _name, self._read)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one status; see `Collector.parse`."""
        return post_of(raw)

    def _listings(self) -> Iterator[_Listing]:
        for tag in self._options.hashtags:
            yield _Listing(f"#{tag}", f"/api/v1/timelines/tag/{tag}", {})
        for account in self._options.accounts:
            name = account.removeprefix("@")
            yield _Listing(f"@{name}", "/api/v1/accounts/{}/statuses", {"exclude_reblogs": "true"}, account=name)
        if self._options.mentions:
            yield _Listing("mentions", "/api/v1/notifications", {"types[]": "mention"})
        for words in self._options.searches:
            asked = {"q": words, "type": "statuses"}
            yield _Listing(f"search “{words}”", "/api/v2/search", asked, inside="statuses", forward=False)

    def _walk(self, listing: _Listing, since: datetime | None, recent: Recent) -> Iterator[Page]:
        if listing.account is not None:
            listing = replace(listing, path=listing.path.format(self._account(listing.account)))
        known = sorted(recent.known, key=_age)[-_OVERLAP:]

        def ask_up(position: str) -> tuple[list[JSON], str]:
            positions, items = self._ask(listing, {"min_id": position})
            return items, positions.get("min") or _first_name(items)

        if known and listing.forward:
            return walk_up(listing.name, recent, known, ask_up, partial(self._page, recent, None))
        floor = {"min_id": known[0]} if known else {}

        def ask(position: str) -> tuple[list[JSON], str]:
            positions, items = self._ask(listing, {**floor, **({"max_id": position} if position else {})})
            return items, positions.get("max") or _first_name(reversed(items))

        def enough(items: list[JSON], seen: int) -> bool:
            below = bool(items) and since is not None and _made_before(items[-1], since)
            return not known and (below or seen >= self._options.backlog)

        wanted = since if not known else None
        read = partial(self._page, recent, wanted)
        return walk_down(listing.name, recent, ask, read, enough, due=max(len(known) - 1, 0))

    def _account(self, address: str) -> str:
        """The id of an account on this server."""
        _, answer = self._json("/api/v1/accounts/lookup", {"acct": address})
        name = fields.text_or_none(answer, "id") if isinstance(answer, dict) else None
        if name is None:
            raise SourceBusy(f"{self._options.instance} answered for @{address} in a form that we do not know.")
        return name

    def _ask(self, listing: _Listing, where: Mapping[str, str]) -> tuple[dict[str, str], list[JSON]]:
        """Where the neighbouring pages begin ("max" older, "min" newer), as the server says, and the items."""
        link, answer = self._json(listing.path, {**listing.params, "limit": str(_LIMIT), **where})
        if listing.inside is not None and isinstance(answer, dict):
            answer = answer.get(listing.inside)
        return dict(_POSITION.findall(link)), self._items(answer, listing.name)

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

    def _page(self, recent: Recent, since: datetime | None, items: list[JSON], place: str) -> Page:
        def read(item: JSON) -> Post | None:
            post = self._read(item)
            if post is None or not recent.note(_name(item), post.created_at, state_of(post)):
                return None
            return post if since is None or post.created_at >= since else None

        return read_items(items, place, read)

    def _read(self, item: JSON) -> Post | None:
        """The post of a status, or of the notification that holds it; None where it is not for us to read."""
        status = item.get("status", item) if isinstance(item, dict) else item
        if isinstance(status, dict) and not is_ours_to_read(status):
            return None
        return self.parse({"status": status, "host": self._options.instance, "product": self._options.product})


def _name(item: JSON) -> str:
    return (fields.text_or_none(item, "id") or "") if isinstance(item, dict) else ""


def _first_name(items: Iterable[JSON]) -> str:
    return next((name for item in items if (name := _name(item))), "")


def _age(name: str) -> tuple[int, str]:
    """Ids are opaque; longer ones are newer, and of the same length the greater text."""
    return len(name), name


def _made_before(item: JSON, moment: datetime) -> bool:
    made = fields.instant_or_none(item, "created_at") if isinstance(item, dict) else None
    return made is not None and made < moment


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options; without a token it reads what the server shows to everybody."""
    return Mastodon(cast("MastodonOptions", options), secrets.get(_TOKEN) or None, net)


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
            where="https://docs.joinmastodon.org/client/token, or Preferences, Development on your server "
            "(read:statuses, read:search, read:notifications)",
            required=False,
        ),
    ),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=10,
)
