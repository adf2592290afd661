"""Reviews of your own places on Google Maps, by the Business Profile API (still its version 4).

Facts come from developers.google.com/my-business/content/review-data: ordered by the last change, fifty at a time, no
id of the reviewer and no address of a single review. Access is given on application, to a Google user who manages the
places; that user lets Earful in once, which yields a refresh token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields, google, tokens
from collectors.abilities import Ability, tried
from collectors.base import (
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
    Secret,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, Words, need_secrets
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = "https://mybusiness.googleapis.com"
_NAME = "Google Business Profile"
_MOST = 50
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_PLACE = re.compile(r"accounts/[\w-]+/locations/[\w-]+\Z")
_ORIGINAL = re.compile(
    r"\(Translated by Google\).*?\(Original\)\s*(?P<after>.*)|(?P<before>.+?)\(Translated by Google\).*", re.DOTALL
)


class GoogleBusinessOptions(Options):
    """Which places."""

    locations: Words = Field(description="Names of places as the API has them (accounts/123/locations/456).")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("locations")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(name.strip("/") for name in value))
        wrong = [name for name in names if not _PLACE.match(name)]
        if wrong or not names:
            raise ValueError(f"{wrong[0]!r} is not like accounts/123/locations/456" if wrong else "give at least one")
        return names


class GoogleBusiness:
    """Listens to the reviews of places."""

    def __init__(self, options: GoogleBusinessOptions, bearer: tokens.Bearer, net: Net) -> None:
        self._options = options
        self._bearer = bearer
        self._net = net
        net.home(HOME, verdict=google.verdict(_NAME))

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, one place after the other, last changed first; see `Collector.pages`."""
        return follow([self._listing(place) for place in self._options.locations], cursor, since)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        review = fields.obj(raw, "review")
        path = fields.text_or_none(review, "name") or ""
        name = fields.text_or_none(review, "reviewId") or path.rpartition("/")[2]
        if not name:
            raise PostUnreadable("The review has no reviewId.", raw=fields.sample(review))
        rating, label = fields.stars({"starRating": _stars(review)}, "starRating")
        created, changed = fields.instant(review, "createTime"), fields.instant_or_none(review, "updateTime")
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=None,
            text=_as_written(fields.text_or_none(review, "comment") or ""),
            created_at=created,
            edited_at=changed if changed is not None and changed > created else None,
            author=_author(fields.obj_or_empty(review, "reviewer")),
            rating=rating,
            rating_label=label,
            product=fields.text_or_none(raw, "product"),
            engagement=Engagement(replies=1 if fields.obj_or_empty(review, "reviewReply") else 0),
            raw=raw,
        )

    def abilities(self) -> Sequence[Ability]:
        """Which of the places the Google user may read; see `Able.abilities`."""
        asked = ((place, partial(self._ask, place, Walk.of({}))) for place in self._options.locations)
        return [ability for place, ask in asked for ability in tried(f"read the reviews of {place}", ask)]

    def _listing(self, place: str) -> Listing:
        return Listing(
            name=place,
            ask=partial(self._ask, place),
            read=posts_by(self.parse),
            by_change=True,
        )

    def _ask(self, place: str, walk: Walk) -> Sheet:
        url = f"{HOME}/v4/{place}/reviews"
        params = {
            "pageSize": str(_MOST),
            "orderBy": "updateTime desc",
            **({"pageToken": walk.position} if walk.position else {}),
        }
        _, data = tokens.ask(self._net, self._bearer, url, params)
        found, reviews = google.listed(data, "reviews", _NAME)
        return Sheet(
            items=[{"review": review, "place": place, "product": self._options.product} for review in reviews],
            onward=fields.text_or_none(found, "nextPageToken"),
            total=fields.count_in_text(found, "totalReviewCount"),
        )


def _stars(review: Mapping[str, object]) -> int | None:
    """The stars; None where Google gives none, or a word that we do not know."""
    word = review.get("starRating")
    return _STARS.get(word) if isinstance(word, str) else None


def _as_written(comment: str) -> str:
    """The comment as its author wrote it, where Google put a translation before or behind it."""
    match = _ORIGINAL.match(comment) if "(Translated by Google)" in comment else None
    return (match["after"] or match["before"] or comment).strip() if match else comment


def _author(reviewer: Mapping[str, object]) -> Author | None:
    name = reviewer.get("displayName")
    if reviewer.get("isAnonymous") is True or not isinstance(name, str) or not name.strip():
        return None
    return Author(name=name.strip())


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where a key is missing."""
    need_secrets(SPEC, secrets)
    bearer = tokens.google_user(
        net,
        client_id=secrets["GOOGLE_BUSINESS_CLIENT_ID"],
        client_secret=secrets["GOOGLE_BUSINESS_CLIENT_SECRET"],
        refresh_token=secrets["GOOGLE_BUSINESS_REFRESH_TOKEN"],
    )
    return GoogleBusiness(cast("GoogleBusinessOptions", options), bearer, net)


_WHERE = "https://console.cloud.google.com/apis/credentials (an OAuth client of a project that Google has let in)"
_PLAYGROUND = "https://developers.google.com/oauthplayground, scope https://www.googleapis.com/auth/business.manage"

SPEC = Spec(
    kind="google_business",
    title="Google Business Profile reviews",
    options=GoogleBusinessOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=30,
        recheck_hours=None,
        attribution="Review on Google Maps",
        terms="For places that you manage, after Google has let the project in. Google's terms for its APIs allow "
        "no lasting copies, so raw payloads go after 30 days and nothing is exported or fitted. Reviewers "
        "show nothing but a name, so none is tied to a customer. One answer a review; Google may reject it "
        "after it took it.",
    ),
    secrets=(
        Secret(name="GOOGLE_BUSINESS_CLIENT_ID", where=_WHERE),
        Secret(name="GOOGLE_BUSINESS_CLIENT_SECRET", where=_WHERE),
        Secret(name="GOOGLE_BUSINESS_REFRESH_TOKEN", where=f"{_PLAYGROUND}, signed in as a manager of the places"),
    ),
    home=HOME,
    # 300 a minute and project for each of its APIs (developers.google.com/my-business/content/limits). The one that has
    # the reviews is not in that list, and taken to be as the others.
    pace=Pace(requests=200, seconds=60),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
    every_minutes=30,
)
