"""Reviews of your own app in Google Play, by the Android Publisher API with a service account.

Facts come from developers.google.com/android-publisher/reply-to-reviews: only reviews with a text, only those written
or changed within the last week, newest change first; two hundred questions an hour. A review shows its last change, not
when it was first written, and no author but a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from pydantic import BaseModel, Field

from collectors import fields, google, tokens
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
    Spec,
)
from collectors.net import Net
from collectors.options import Options, need_secrets
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = "https://androidpublisher.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_NAME = "Google Play"
_MOST = 100
_DAYS = 7
NOBODY = "A Google user"  # what stands where an author has no name to show


class GooglePlayOptions(Options):
    """Which app."""

    package: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$",
        description="The app's package name (com.example.lantern).",
    )
    product: str | None = Field(default=None, description="What we call the app; shown with its reviews.")


class GooglePlay:
    """Listens to the reviews of one app of yours."""

    def __init__(self, options: GooglePlayOptions, bearer: tokens.Bearer, net: Net) -> None:
        self._options = options
        self._bearer = bearer
        self._net = net
        net.home(HOME, verdict=google.verdict(_NAME))

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, last changed first; see `Collector.pages`. A week is all that Google shows."""
        listing = Listing(
            name=_NAME,
            ask=self._ask,
            read=posts_by(self.parse),
            by_change=True,
            days=_DAYS,
            due=None,
        )
        return follow([listing], cursor, since)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        review = fields.obj(raw, "review")
        name = fields.text(review, "reviewId")
        said, answer = _newest(review, "userComment"), _newest(review, "developerComment")
        if not name or not said:
            missing = "userComment" if name else "reviewId"
            raise PostUnreadable(f"The review has no {missing}.", raw=fields.sample(review))
        rating, label = fields.stars(said, "starRating")
        # older reviews have a title, with a tab behind it
        text = fields.text_or_none(said, "originalText") or fields.text(said, "text")
        title, _, body = text.partition("\t") if "\t" in text.partition("\n")[0] else ("", "", text)
        author = fields.text_or_none(review, "authorName")
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=None,
            title=title.strip() or None,
            text=body.strip() or title.strip(),
            created_at=_when(said),
            author=Author(name=author) if author and author != NOBODY else None,
            rating=rating,
            rating_label=label,
            product=fields.text_or_none(raw, "product"),
            product_version=fields.text_or_none(said, "appVersionName"),
            engagement=Engagement(likes=fields.count_in_text(said, "thumbsUpCount"), replies=1 if answer else 0),
            raw=raw,
        )

    def abilities(self) -> Sequence[Ability]:
        """Whether the service account may read the reviews; see `Able.abilities`."""
        return tried(f"read the reviews of {self._options.package}", lambda: self._ask(Walk.of({})))

    def _ask(self, walk: Walk) -> Sheet:
        url = f"{HOME}/androidpublisher/v3/applications/{self._options.package}/reviews"
        params = {"maxResults": str(_MOST), **({"token": walk.position} if walk.position else {})}
        answer, data = tokens.ask(self._net, self._bearer, url, params)
        found, reviews = google.listed(data, "reviews", _NAME)
        onward = fields.text_or_none(fields.obj_or_empty(found, "tokenPagination"), "nextPageToken")
        items: list[RawPost] = [{"review": review, "product": self._options.product} for review in reviews]
        return Sheet(items=items, onward=onward, asked_at=_clock(answer.headers))


def _newest(review: Mapping[str, JSON], name: str) -> dict[str, JSON]:
    """The last of the comments of a sort; an empty one where there is none."""
    found = [fields.obj_or_empty(comment, name) for comment in fields.objects(review.get("comments"))]
    return max(filter(None, found), key=_seconds, default={})


def _seconds(comment: Mapping[str, JSON]) -> int:
    return fields.count_in_text(fields.obj_or_empty(comment, "lastModified"), "seconds") or 0


def _when(comment: Mapping[str, JSON]) -> datetime:
    changed = fields.obj(comment, "lastModified")
    seconds = fields.count_in_text(changed, "seconds")
    if seconds is None:
        raise PostUnreadable("The field lastModified.seconds should be a time.", raw=fields.sample(dict(comment)))
    return datetime.fromtimestamp(seconds, UTC)


def _clock(headers: Mapping[str, str]) -> float | None:
    """When the server answered, by its own clock."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        return None


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and a key. Raises SourceRefused where the key is missing or none."""
    need_secrets(SPEC, secrets)
    bearer = tokens.service_account(net, secrets["GOOGLE_PLAY_SERVICE_ACCOUNT"], _SCOPE)
    return GooglePlay(cast("GooglePlayOptions", options), bearer, net)


_WHERE = (
    "https://console.cloud.google.com/iam-admin/serviceaccounts: a JSON key, as its text or its path. The account "
    "needs “Reply to reviews” at https://play.google.com/console/users-and-permissions"
)

SPEC = Spec(
    kind="google_play",
    title="Google Play reviews of your own app",
    options=GooglePlayOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Review in Google Play",
        terms="The API is for those who publish the app. As far as we know its terms are silent on fitting models "
        "to reviews. Authors show nothing but a name, so none is tied to a customer. One answer a review, of "
        "350 characters, which a later one replaces. Reviews that nobody read within a week are never shown "
        "again.",
    ),
    secrets=(Secret(name="GOOGLE_PLAY_SERVICE_ACCOUNT", where=_WHERE),),
    home=HOME,
    # 200 questions an hour and app (Google: Reply to Reviews API, Quotas).
    pace=Pace(requests=180, seconds=3600),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
    every_minutes=30,
)
