"""Reviews of one game on Steam, by the keyless IUserReviewsService/GetAppReviews.

The list is asked for in the order of the last change (filter 2), so that new and edited reviews stand first and
listening ends where known ones begin. Facts about the platform come from
partner.steamgames.com/doc/webapi/IUserReviewsService and from what other clients found: a page may be short in the
middle, only an empty one ends the list, and at busy hours Steam sends empty pages that are not the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from pydantic import BaseModel, Field

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
from collectors.plain import from_bbcode
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = "https://api.steampowered.com"
_REVIEWS = f"{HOME}/IUserReviewsService/GetAppReviews/v1/"
_BY_LAST_CHANGE = 2
_ALL_PURCHASES = 1
_FALSE_ENDS = 5  # how often an empty page is asked for again before it is believed
_TOP = "*"  # the position at which Steam begins

LANGUAGES = {
    "arabic": "ar", "brazilian": "pt-BR", "bulgarian": "bg", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "japanese": "ja", "koreana": "ko", "latam": "es-419", "malay": "ms",
    "norwegian": "no", "polish": "pl", "portuguese": "pt-PT", "romanian": "ro", "russian": "ru", "schinese": "zh-Hans",
    "spanish": "es-ES", "swedish": "sv", "tchinese": "zh-Hant", "thai": "th", "turkish": "tr", "ukrainian": "uk",
    "vietnamese": "vi",
}  # fmt: skip
"""Steam's names of languages (partner.steamgames.com/doc/store/localization/languages) and their BCP 47 tags."""


class SteamOptions(Options):
    """Which reviews to listen to."""

    appid: int = Field(gt=0, description="The game's number, as in store.steampowered.com/app/440.")
    product: str | None = Field(default=None, description="What we call the game; shown with its reviews.")
    languages: Words = Field(default=("all",), description="Steam's names of languages (english,german), or all.")
    page_size: int = Field(default=100, ge=1, le=100, description="Reviews in one answer.")
    offtopic: bool = Field(default=True, description="Also reviews from times that Steam marks as a review bomb.")


class Steam:
    """Listens to the reviews of one game."""

    def __init__(self, options: SteamOptions, net: Net) -> None:
        self._options = options
        self._net = net
        net.home(HOME)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield new and edited reviews, last changed first; see `Collector.pages`."""
        listing = Listing(
            name=f"Steam app {self._options.appid}",
            ask=self._ask,
            read=posts_by(self.parse, replies=False),
            by_change=True,
            depth="",
            doubts=_FALSE_ENDS,
            pause=self._net.pause,
        )
        return follow([listing], cursor, since)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        review, appid = fields.obj(raw, "review"), fields.text(raw, "appid")
        created, changed = fields.moment(review, "timestamp_created"), fields.moment(review, "timestamp_updated")
        recommended = fields.truth(review, "voted_up")
        steamid = fields.text_or_none(fields.obj_or_empty(review, "author"), "steamid")
        profile = f"https://steamcommunity.com/profiles/{steamid}" if steamid else None
        name = fields.text(review, "recommendationid")
        if not name:
            raise PostUnreadable("The review has no recommendationid.", raw=fields.sample(review))
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=f"{profile}/recommended/{appid}/" if profile else None,
            text=from_bbcode(fields.text(review, "review")),
            created_at=created,
            edited_at=changed if changed > created else None,
            author=Author(external_id=steamid, url=profile) if steamid else None,
            language=LANGUAGES.get(fields.text_or_none(review, "language") or ""),
            rating=1.0 if recommended else 0.0,
            rating_label="Recommended" if recommended else "Not recommended",
            product=fields.text_or_none(raw, "product"),
            engagement=Engagement(
                likes=fields.count_or_none(review, "votes_up"), replies=fields.count_or_none(review, "comment_count")
            ),
            raw=raw,
        )

    def _ask(self, walk: Walk) -> Sheet:
        position = walk.position or _TOP
        wanted: dict[str, JSON] = {
            "appid": self._options.appid,
            "filter": _BY_LAST_CHANGE,
            "languages": [*self._options.languages],
            "purchase_type": _ALL_PURCHASES,
            "num_per_page": self._options.page_size,
            "filter_offtopic_activity": not self._options.offtopic,
            "cursor": position,
        }
        answer = self._net.json(_REVIEWS, params={"input_json": json.dumps(wanted, separators=(",", ":"))})
        if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
            raise SourceBusy("Steam answered in a form that we do not know; its API may have changed.")
        inner = fields.obj(answer, "response")
        if not inner:
            raise SourceRefused(
                f"Steam knows no app {self._options.appid}.",
                what_to_do="Check appid: it is the number in the game's store address.",
            )
        reviews = fields.list_or_empty(inner, "reviews")
        about: RawPost = {"appid": self._options.appid, "product": self._options.product}
        onward = fields.text_or_none(inner, "cursor")
        return Sheet(
            items=[{"review": review, **about} for review in reviews],
            onward=onward if reviews and onward != position else None,
            total=_total(inner),
        )


def _total(answer: Mapping[str, JSON]) -> int | None:
    matching = fields.count_or_none(answer, "total_matching")
    if matching is not None:
        return matching
    return fields.count_or_none(fields.obj_or_empty(answer, "query_summary"), "total_reviews")


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; Steam needs no key."""
    return Steam(cast("SteamOptions", options), net)


SPEC = Spec(
    kind="steam",
    title="Steam reviews",
    options=SteamOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.LINK,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Review on Steam",
        terms="Valve's Web API terms limit use and passing on; as far as we know they are silent on fitting models. "
        "A Steam id may be tied to a customer only where the customer's record already holds it (they told us), "
        "never by likeness. Answers are written on Steam's own page; asking for reviews is forbidden.",
    ),
    home=HOME,
    # Valve publishes none for the store's reviews: a courtesy. It is below the 100,000 a day that keys of the Web API
    # have (steamcommunity.com/dev/apiterms).
    pace=Pace(requests=1),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
)
