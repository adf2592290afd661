"""Customer reviews in Apple's App Store, by the public feed of each storefront. No key, any app.

Facts come from what Apple answers and from other clients (github.com/facundoolano/app-store-scraper): ten pages of
fifty, a storefront at a time; `entry` is a list, one object, or absent; every value is wrapped as {"label": …}; older
answers begin with the app itself, which has no rating. The feed is empty now and then though there are reviews.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields
from collectors.base import (
    JSON,
    Author,
    Collector,
    Cursor,
    Engagement,
    Pace,
    Page,
    Passport,
    Post,
    PostKind,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, Words
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = "https://itunes.apple.com"
_PAGES = 10
_ACCOUNT = re.compile(r"/id(\d+)\Z")


class AppStoreOptions(Options):
    """Which app, and in which countries."""

    app: int = Field(gt=0, description="The app's number, as in apps.apple.com/us/app/name/id284815942.")
    countries: Words = Field(
        default=("us",), description="Two-letter codes of storefronts (us,de,jp); each has its own reviews."
    )
    product: str | None = Field(default=None, description="What we call the app; shown with its reviews.")

    @field_validator("countries")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(code.lower() for code in value))
        wrong = [code for code in codes if not re.fullmatch(r"[a-z]{2}", code)]
        if wrong or not codes:
            raise ValueError(f"{wrong[0]!r} is not a country's code; gb is" if wrong else "give at least one country")
        return codes


class AppStore:
    """Listens to the reviews of one app."""

    def __init__(self, options: AppStoreOptions, net: Net) -> None:
        self._options = options
        self._net = net
        net.home(HOME)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, one storefront after the other; see `Collector.pages`."""
        return follow([self._listing(country) for country in self._options.countries], cursor, since)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        entry = fields.obj(raw, "entry")
        said = {
            name: _label(entry, name) for name in ("id", "title", "content", "im:rating", "im:version", "im:voteSum")
        }
        name = fields.text(said, "id")
        if not name:
            raise PostUnreadable("The review has no id.", raw=fields.sample(entry))
        # the form of 2018 had no dates; such a review is dated by the feed that showed it
        written = {"updated": _label(entry, "updated") or raw.get("feed_updated")}
        rating, label = fields.stars(said, "im:rating")
        title = fields.text_or_none(said, "title")
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=fields.web_address(_link(entry)),
            title=title,
            text=fields.text_or_none(said, "content") or title or "",
            created_at=fields.instant(written, "updated"),
            author=_author(entry),
            rating=rating,
            rating_label=label,
            product=fields.text_or_none(raw, "product"),
            product_version=fields.text_or_none(said, "im:version"),
            engagement=Engagement(likes=fields.count_in_text(said, "im:voteSum")),
            raw=raw,
        )

    def _listing(self, country: str) -> Listing:
        return Listing(
            name=f"App Store {country}",
            ask=partial(self._ask, country),
            read=posts_by(self.parse),
            depth="the newest 500",
            optional=True,  # where the app is not sold there is no feed
        )

    def _ask(self, country: str, walk: Walk) -> Sheet:
        page = int(walk.position) if walk.position and walk.position.isdigit() else 1
        path = f"{country}/rss/customerreviews/page={page}/id={self._options.app}/sortby=mostrecent/json"
        try:
            answer = self._net.json(f"{HOME}/{path}")
        except SourceRefused as refused:
            if page == 1 or refused.status not in {400, 404}:
                raise
            if walk.resumed:
                return Sheet(items=[], onward=None)  # an earlier run met the same here: there are no more pages
            raise SourceBusy(
                f"Apple shows no page {page} for {country}, though there were reviews before it. Taken as a fault."
            ) from refused
        feed = fields.obj_or_empty(answer, "feed") or answer if isinstance(answer, dict) else None
        if feed is None or not {"entry", "author", "id", "title"} & feed.keys():
            raise SourceBusy("Apple answered in a form that we do not know; its feed may have changed.")
        entry = feed.get("entry")
        entries = entry if isinstance(entry, list) else [] if entry is None else [entry]
        reviews = [self._raw(one, country, feed) for one in entries if not _is_app(one)]
        return Sheet(items=reviews, onward=str(page + 1) if reviews and page < _PAGES else None)

    def _raw(self, entry: JSON, country: str, feed: Mapping[str, JSON]) -> RawPost:
        raw: RawPost = {"entry": entry, "country": country, "product": self._options.product}
        dated = isinstance(entry, dict) and _label(entry, "updated")
        return raw if dated else {**raw, "feed_updated": _label(feed, "updated")}


def _is_app(entry: JSON) -> bool:
    """Whether this is the app itself, which older answers put before its reviews."""
    return isinstance(entry, dict) and "im:rating" not in entry and ("im:name" in entry or "im:artist" in entry)


def _label(payload: Mapping[str, JSON], name: str) -> JSON:
    """The value of a field, out of its wrapping; of several, the first."""
    value = payload.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return value.get("label") if isinstance(value, dict) else value


def _link(entry: Mapping[str, JSON]) -> str | None:
    link = entry.get("link")
    link = link[0] if isinstance(link, list) and link else link
    return fields.text_or_none(fields.obj_or_empty(link, "attributes"), "href") if isinstance(link, dict) else None


def _author(entry: Mapping[str, JSON]) -> Author | None:
    author = fields.obj_or_empty(entry, "author")
    said = {"name": _label(author, "name"), "uri": _label(author, "uri")}
    name, uri = fields.text_or_none(said, "name"), fields.web_address(fields.text_or_none(said, "uri"))
    account = _ACCOUNT.search(uri) if uri else None
    if name is None and account is None:
        return None
    return Author(external_id=account[1] if account else None, name=name, url=uri)


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; the feed needs no key."""
    return AppStore(cast("AppStoreOptions", options), net)


SPEC = Spec(
    kind="app_store",
    title="App Store reviews (public feed)",
    options=AppStoreOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.LINK,
        may_export=False,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Review in the App Store",
        terms="As far as we know Apple's terms allow neither passing its feeds on nor fitting models to them, so "
        "neither is done. Authors show nothing but a nickname, so none is tied to a customer. Answers to "
        "reviews of your own app are written in App Store Connect, which also has an API: the kind "
        "app_store_connect.",
    ),
    home=HOME,
    # Apple publishes none for the feed: a courtesy.
    pace=Pace(requests=20, seconds=60),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
    every_minutes=60,
)
