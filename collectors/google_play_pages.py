"""Reviews of any app in Google Play, by the request that the store's own pages make. Off unless you decide otherwise.

There is no promise behind it: the address, the question and the places of the fields are what the page uses today, as
other clients found (github.com/JoMingyu/google-play-scraper). That client is not used: it takes any failure for the end
of the list, waits without a limit and does not check certificates. An answer is JSON in which the real one is a text; a
review is a list whose places have a meaning each. Its time is that of the last change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
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

HOME = "https://play.google.com"
_ASK = f"{HOME}/_/PlayStoreUi/data/batchexecute"
_REVIEWS = "oCPfdb"  # the page's name for its question
_BY_NEWEST = 2
_AT_ONCE = 100
_UNKNOWN = 5  # the error for an app that is not there
_NOBODY = "A Google user"

# where a review, and an answer of the developer in it, have what
_ID, _AUTHOR, _STARS, _TEXT, _WHEN, _LIKES, _ANSWER, _ACCOUNT, _VERSION = 0, 1, 2, 4, 5, 6, 7, 9, 10


class GooglePlayPagesOptions(Options):
    """Which app, and in which languages."""

    package: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$",
        description="The app's package name (com.example.lantern).",
    )
    languages: Words = Field(
        default=("en",), description="Languages of the reviews (en,de,pt-BR); each is a list of its own."
    )
    country: str = Field(default="us", pattern=r"^[a-z]{2}$", description="The country whose store is asked (us).")
    product: str | None = Field(default=None, description="What we call the app; shown with its reviews.")

    @field_validator("languages")
    @classmethod
    def _tags(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [tag for tag in value if not re.fullmatch(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,4})?", tag)]
        if wrong or not value:
            raise ValueError(f"{wrong[0]!r} is not a language; pt-BR is" if wrong else "give at least one language")
        return tuple(dict.fromkeys(value))


class GooglePlayPages:
    """Listens to the reviews of one app, as its page in the store shows them."""

    def __init__(self, options: GooglePlayPagesOptions, net: Net) -> None:
        self._options = options
        self._net = net
        net.home(HOME)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, one language after the other; see `Collector.pages`."""
        return follow([self._listing(language) for language in self._options.languages], cursor, since)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        review = raw.get("review")
        if not isinstance(review, list):
            raise PostUnreadable("The review should be a list.", raw=fields.sample(raw))
        said: dict[str, JSON] = {
            "id": _at(review, _ID), "text": _at(review, _TEXT), "stars": _at(review, _STARS),
            "name": _at(review, _AUTHOR, 0), "when": _at(review, _WHEN, 0), "likes": _at(review, _LIKES),
            "version": _at(review, _VERSION),
        }  # fmt: skip
        name, author = fields.text_or_none(said, "id"), fields.text_or_none(said, "name")
        if name is None:
            raise PostUnreadable("The review has no id.", raw=fields.sample(raw))
        rating, label = fields.stars(said, "stars")
        package = fields.text_or_none(raw, "package")
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=f"{HOME}/store/apps/details?id={package}&reviewId={name}" if package else None,
            text=fields.text_or_none(said, "text") or "",
            created_at=fields.moment(said, "when"),
            author=Author(name=author) if author and author != _NOBODY else None,
            rating=rating,
            rating_label=label,
            product=fields.text_or_none(raw, "product"),
            product_version=fields.text_or_none(said, "version"),
            engagement=Engagement(
                likes=fields.count_in_text(said, "likes"), replies=1 if _at(review, _ANSWER, 1) else 0
            ),
            raw=raw,
        )

    def _listing(self, language: str) -> Listing:
        return Listing(
            name=f"Google Play {language}",
            ask=partial(self._ask, language),
            read=posts_by(self.parse),
            by_change=True,
        )

    def _ask(self, language: str, walk: Walk) -> Sheet:
        place = {"hl": language, "gl": self._options.country, "rpcids": _REVIEWS}
        answer = self._net.json(_ASK, params=place, form={"f.req": _question(self._options.package, walk.position)})
        reviews, onward = self._understand(answer)
        items: list[RawPost] = [
            {"review": _without_faces(review), "package": self._options.package, "product": self._options.product}
            for review in reviews
        ]
        return Sheet(items=items, onward=onward)

    def _understand(self, answer: JSON) -> tuple[Sequence[JSON], str | None]:
        """The reviews of an answer, and where the next ones are."""
        rows = answer if isinstance(answer, list) else []
        row = next((row for row in rows if isinstance(row, list) and _at(row, 0) == "wrb.fr"), None)
        if row is None:
            raise _strange()
        if not isinstance(inner := _at(row, 2), str):
            if _at(row, 5, 0) == _UNKNOWN:
                raise SourceRefused(
                    f"Google Play knows no app {self._options.package}.",
                    what_to_do="Check package: it is what stands behind id= in the address of the app's page.",
                )
            raise SourceBusy("Google Play does not answer our question now; it does so to those who ask often.")
        try:
            found = json.loads(inner)
        except (ValueError, RecursionError):
            raise _strange() from None
        reviews = _at(found, 0) if isinstance(found, list) else None
        if not isinstance(found, list) or not isinstance(reviews, list | None):
            raise _strange()
        ends = (_at(part, -1) for part in found[1:])  # [null, POSITION], behind the reviews
        return reviews or [], next((end for end in ends if isinstance(end, str) and end), None)


def _question(package: str, position: str | None) -> str:
    """The form's one field: the newest reviews of an app, from a position on."""
    paging: list[object] = [_AT_ONCE] if position is None else [_AT_ONCE, None, position]
    inner: list[object] = [None, [2, _BY_NEWEST, paging, None, [None] * 9], [package, 7]]
    asked = json.dumps(inner, separators=(",", ":"))
    return json.dumps([[[_REVIEWS, asked, None, "generic"]]], separators=(",", ":"))


def _at(value: JSON, *places: int) -> JSON:
    """What stands at a place of lists in lists; None where there is none."""
    for place in places:
        if not isinstance(value, list) or not -len(value) <= place < len(value):
            return None
        value = value[place]
    return value


def _without_faces(review: JSON) -> JSON:
    """The review without what is not about the app: its author's pictures, and the account with its number."""
    if not isinstance(review, list):
        return review
    instead = {_AUTHOR: [_at(review, _AUTHOR, 0)], _ACCOUNT: None}
    return [instead.get(place, item) for place, item in enumerate(review[: _VERSION + 1])]


def _strange() -> SourceBusy:
    return SourceBusy("Google Play answered in a form that we do not know; its pages may have changed.")


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; the pages need no key."""
    return GooglePlayPages(cast("GooglePlayPagesOptions", options), net)


SPEC = Spec(
    kind="google_play_pages",
    title="Google Play reviews of any app (public pages)",
    options=GooglePlayPagesOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.LINK,
        may_export=False,
        may_train=False,
        keep_raw_days=30,
        recheck_hours=None,
        attribution="Review in Google Play",
        terms="Google's terms do not offer this way of reading: whether to use it is for you to decide. For your "
        "own app take the kind google_play. Nothing read here is exported, fitted to, or tied to a customer. "
        "Answers are written in the Play Console, and only by those who publish the app.",
    ),
    home=HOME,
    # Google publishes none for pages: a courtesy, as a reader would turn them.
    pace=Pace(),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
    every_minutes=120,
)
