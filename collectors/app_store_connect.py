"""Customer reviews of your own app, by the App Store Connect API: all countries in one list, with your answers.

Facts come from developer.apple.com/documentation/appstoreconnectapi (customer-reviews, generating tokens, rate limits).
The list is ordered by when reviews were written, and a review shows no date of an edit: what was edited is found by
comparing the newest two hundred. The app's version and a stable author are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, Field

from collectors import fields, tokens
from collectors.abilities import Ability, tried
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
    Secret,
    SourceBusy,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, need_secrets
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = "https://api.appstoreconnect.apple.com"
_MOST = 200  # reviews in one answer
_LEFT = re.compile(r"user-hour-rem:\s*(\d+)")
_RESERVE = 100  # questions of the hour that are left to others who use the same key


class AppStoreConnectOptions(Options):
    """Which app."""

    app: int = Field(gt=0, description="The app's number (Apple ID) in App Store Connect.")
    product: str | None = Field(default=None, description="What we call the app; shown with its reviews.")


class AppStoreConnect:
    """Listens to the reviews of one app of yours."""

    def __init__(self, options: AppStoreConnectOptions, bearer: tokens.Bearer, net: Net) -> None:
        self._options = options
        self._bearer = bearer
        self._net = net
        self._left: int | None = None
        net.home(HOME)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, newest first; see `Collector.pages`.

        Ends early where the hour's questions are nearly used up; the next run goes on below.
        """
        listing = Listing(name="App Store Connect", ask=self._ask, read=posts_by(self.parse), anchors=_MOST)
        return follow([listing], cursor, since, enough=lambda: self._left is not None and self._left < _RESERVE)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        review = fields.obj(raw, "review")
        said = fields.obj(review, "attributes")
        name = fields.text(review, "id")
        if not name:
            raise PostUnreadable("The review has no id.", raw=fields.sample(review))
        rating, label = fields.stars(said, "rating")
        nickname, title = fields.text_or_none(said, "reviewerNickname"), fields.text_or_none(said, "title")
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=None,  # Apple shows no page of a single review
            title=title,
            text=fields.text_or_none(said, "body") or title or "",
            created_at=fields.instant(said, "createdDate"),
            author=Author(name=nickname) if nickname else None,
            rating=rating,
            rating_label=label,
            product=fields.text_or_none(raw, "product"),
            engagement=Engagement(replies=1 if isinstance(raw.get("response"), dict) else 0),
            raw=raw,
        )

    def abilities(self) -> Sequence[Ability]:
        """Whether the key reads the reviews, and how much of the hour is left; see `Able.abilities`."""
        read = tried(f"read the reviews of app {self._options.app}", lambda: self._ask(Walk.of({})))
        if self._left is not None:
            read.append(Ability(f"ask {self._left:,} more questions this hour", self._left >= _RESERVE, "Wait for it."))
        return read

    def _ask(self, walk: Walk) -> Sheet:
        first = {"limit": str(_MOST), "sort": "-createdDate", "include": "response"}
        params = dict(parse_qsl(walk.position, keep_blank_values=True)) if walk.position else first
        url = f"{HOME}/v1/apps/{self._options.app}/customerReviews"
        answer, data = tokens.ask(self._net, self._bearer, url, params)
        left = _LEFT.search(answer.headers.get("x-rate-limit", ""))
        self._left = int(left[1]) if left else None
        if not isinstance(data, dict) or not isinstance(data.get("data"), list):
            raise SourceBusy("App Store Connect answered in a form that we do not know; its API may have changed.")
        reviews, responses = cast("list[JSON]", data["data"]), _responses(data)
        paging = fields.obj_or_empty(fields.obj_or_empty(data, "meta"), "paging")
        return Sheet(
            items=[self._raw(review, responses) for review in reviews],
            onward=_query(fields.text_or_none(fields.obj_or_empty(data, "links"), "next")),
            total=fields.count_in_text(paging, "total"),
        )

    def _raw(self, review: JSON, responses: Mapping[str, JSON]) -> RawPost:
        bare = (
            {name: value for name, value in review.items() if name != "links"} if isinstance(review, dict) else review
        )
        return {"review": bare, "response": responses.get(_response_id(review)), "product": self._options.product}


def _responses(data: Mapping[str, JSON]) -> dict[str, JSON]:
    """Our answers to the reviews, by their ids."""
    return {
        str(one.get("id")): one.get("attributes")
        for one in fields.objects(data.get("included"))
        if one.get("type") == "customerReviewResponses"
    }


def _response_id(review: JSON) -> str:
    if not isinstance(review, dict):
        return ""
    response = fields.obj_or_empty(fields.obj_or_empty(review, "relationships"), "response")
    return fields.text_or_none(fields.obj_or_empty(response, "data"), "id") or ""


def _query(link: str | None) -> str | None:
    """The question of a link to the next page. Only that: our token goes to no address that an answer names."""
    query = urlsplit(link).query if link else ""
    return urlencode(parse_qsl(query, keep_blank_values=True)) or None


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where a key is missing or none."""
    need_secrets(SPEC, secrets)
    bearer = tokens.apple(
        issuer=secrets["APP_STORE_CONNECT_ISSUER_ID"],
        key_id=secrets["APP_STORE_CONNECT_KEY_ID"],
        key=secrets["APP_STORE_CONNECT_KEY"],
    )
    return AppStoreConnect(cast("AppStoreConnectOptions", options), bearer, net)


_WHERE = "https://appstoreconnect.apple.com/access/integrations/api"

SPEC = Spec(
    kind="app_store_connect",
    title="App Store reviews of your own app (App Store Connect)",
    options=AppStoreConnectOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Review in the App Store",
        terms="The API is for those who publish the app. As far as we know its terms are silent on fitting models "
        "to reviews. Authors show nothing but a nickname, so none is tied to a customer. One answer a review,"
        " which a later one replaces; Apple publishes it with a delay and tells the author.",
    ),
    secrets=(
        Secret(name="APP_STORE_CONNECT_ISSUER_ID", where=f"{_WHERE}, above the list of keys"),
        Secret(name="APP_STORE_CONNECT_KEY_ID", where=f"{_WHERE}, beside the key"),
        Secret(name="APP_STORE_CONNECT_KEY", where=f"{_WHERE}: the .p8 file, as its text or its path"),
    ),
    home=HOME,
    # 3,500 an hour and key (Apple: Identifying rate limits), less what answers need.
    pace=Pace(requests=3000, seconds=3600),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
    every_minutes=30,
)
