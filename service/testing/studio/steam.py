"""Plays Steam's review service: GET /IUserReviewsService/GetAppReviews/v1/.

Field names, parameters and paging follow what is known of the endpoint that took the place of the store's `appreviews`
in October 2026. As the real one does, it answers whatever it does not understand with an empty `response`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from collectors.base import JSON
from service.testing.studio.ids import external_id, number
from service.testing.studio.model import SamplePost
from service.testing.studio.showing import Showing, Shown

LANGUAGES = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "ja": "japanese",
    "ko": "koreana",
    "pl": "polish",
    "pt": "brazilian",
    "ru": "russian",
    "tr": "turkish",
    "zh": "schinese",
}
"""Steam's names of our languages."""

_SCORES = ((95, 9, "Overwhelmingly Positive"), (80, 8, "Very Positive"), (70, 6, "Mostly Positive"), (40, 5, "Mixed"))
_ANSWERS = (
    "Thank you for telling us. We have passed this to the people who can mend it and will write here again.",
    "Sorry about the rough seas. Our support crew would like to see your log file: it helps more than you think.",
    "You are right, and we are on it. The next update has the first part of the answer.",
)
_ANSWER_DAYS = 10
"""The studio has answered some of the unhappy reviews that are older than this."""


def _words(given: object) -> object:
    """A list, or what a plain query has in its place."""
    return given.split(",") if isinstance(given, str) else given


class Ask(BaseModel):
    """The parameters of one request; strict, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")

    appid: int
    filter: Annotated[int, Field(ge=0, le=3)] = 0  # 0 helpful, 1 recent, 2 updated, 3 funny
    languages: Annotated[tuple[str, ...], BeforeValidator(_words)] = ("english",)
    review_type: Annotated[int, Field(ge=0, le=2)] = 0  # 0 all, 1 positive, 2 negative
    purchase_type: Annotated[int, Field(ge=0, le=2)] = 0  # 0 bought on Steam, 1 all, 2 other
    num_per_page: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str = "*"
    filter_offtopic_activity: bool = True  # leave review bombs out
    date_range_start: int | None = None
    date_range_end: int | None = None
    day_range: int | None = None
    playtime_min_hours: int = 0
    primarily_steam_deck: bool = False


def answer(showing: Showing, query: Mapping[str, str]) -> dict[str, JSON]:
    """The body for a request's query: `input_json`, or the same parameters plainly."""
    try:
        ask = Ask.model_validate_json(query["input_json"]) if "input_json" in query else Ask.model_validate(query)
        start = _position(ask)
    except ValueError:
        return {"response": {}}
    title = next((title for title in showing.titles if title.appid == ask.appid), None)
    if title is None or (ask.date_range_start is None) != (ask.date_range_end is None):
        return {"response": {}}
    everything = showing.of("steam", title.slug)
    matching = sorted(
        ((_place(shown, ask), shown) for shown in everything if _matches(shown, ask)), key=itemgetter(0), reverse=True
    )
    rest = [(place, shown) for place, shown in matching if start is None or place < start]
    page = rest[: _page_size(ask, start)]
    return {
        "response": {
            "query_summary": _summary(everything),
            "total_matching": len(matching),
            "cursor": _cursor(ask, page[-1][0]) if page else ask.cursor,
            "reviews": [_review(shown, showing.epoch) for _, shown in page],
        }
    }


def _matches(shown: Shown, ask: Ask) -> bool:
    written = _seconds(shown.created_at)
    return (
        ("all" in ask.languages or LANGUAGES[shown.post.language] in ask.languages)
        and (ask.review_type == 0 or shown.recommended == (ask.review_type == 1))
        and (ask.purchase_type == 1 or _bought(shown.post) == (ask.purchase_type == 0))
        and not (ask.filter_offtopic_activity and shown.post.truth.bomb)
        and (ask.date_range_start is None or ask.date_range_start <= written <= (ask.date_range_end or written))
        and _playtime(shown.post) >= 60 * ask.playtime_min_hours
        and (not ask.primarily_steam_deck or _on_deck(shown.post))
    )


def _place(shown: Shown, ask: Ask) -> tuple[int, int]:
    """Where a review stands in the order that was asked for; the highest comes first."""
    ranks = (_votes(shown.post), _seconds(shown.created_at), _seconds(shown.changed_at), _laughs(shown.post))
    return ranks[ask.filter], int(external_id(shown.post))


def _page_size(ask: Ask, start: tuple[int, int] | None) -> int:
    """Pages after the first are shorter than asked, as Steam's sometimes are: only an empty one is the end."""
    return ask.num_per_page if start is None else max(1, ask.num_per_page - ask.num_per_page // 5)


def _cursor(ask: Ask, place: tuple[int, int]) -> str:
    return base64.b64encode(json.dumps([ask.filter, *place]).encode()).decode()


def _position(ask: Ask) -> tuple[int, int] | None:
    """The place that a cursor stands for; None is the start. Raises ValueError where it is none of ours."""
    if ask.cursor in ("*", ""):
        return None
    match json.loads(base64.b64decode(ask.cursor, validate=True)):
        case [ask.filter, int(rank), int(last)]:
            return rank, last
    raise ValueError("a cursor of another search")


def _summary(everything: Sequence[Shown]) -> dict[str, JSON]:
    positive = sum(bool(shown.recommended) for shown in everything)
    share = 100 * positive / max(len(everything), 1)
    score, words = next(((score, words) for least, score, words in _SCORES if share >= least), (4, "Mostly Negative"))
    return {
        "num_reviews": len(everything),
        "review_score": score,
        "review_score_desc": words if everything else "No user reviews",
        "total_positive": positive,
        "total_negative": len(everything) - positive,
        "total_reviews": len(everything),
    }


def _review(shown: Shown, epoch: datetime) -> dict[str, JSON]:
    post = shown.post
    review: dict[str, JSON] = {
        "recommendationid": external_id(post),
        "author": _author(shown),
        "language": LANGUAGES[post.language],
        "review": shown.text,
        "timestamp_created": _seconds(shown.created_at),
        "timestamp_updated": _seconds(shown.changed_at),
        "voted_up": bool(shown.recommended),
        "votes_up": _votes(post),
        "votes_funny": _laughs(post),
        "weighted_vote_score": f"0.{50 + number(post.id + 'weight', 45)}{number(post.id, 10**12):012}",
        "comment_count": number(post.id + "comments", 4),
        "steam_purchase": _bought(post),
        "received_for_free": not _bought(post),
        "refunded": False,
        "written_during_early_access": bool(post.version and post.version.startswith("0.")),
        "primarily_steam_deck": _on_deck(post),
        "reactions": [{"reaction_type": 3, "count": _laughs(post)}] if _laughs(post) else [],
    }
    words, answered = _developer(shown, epoch)
    if answered:
        review |= {"developer_response": words, "timestamp_dev_responded": _seconds(answered)}
    return review


def _author(shown: Shown) -> dict[str, JSON]:
    played = _playtime(shown.post)
    return {
        "steamid": shown.writer.steamid,
        "num_reviews": 1 + number(shown.writer.key, 60),
        "playtime_forever": played + number(shown.post.id + "later", 600),
        "playtime_last_two_weeks": number(shown.post.id + "recent", 300),
        "playtime_at_review": played,
        "deck_playtime_at_review": played if _on_deck(shown.post) else 0,
        "last_played": _seconds(shown.created_at),
    }


def _developer(shown: Shown, epoch: datetime) -> tuple[str, datetime | None]:
    """What the studio answered and when; only a few unhappy English reviews have an answer."""
    old = shown.created_at < epoch - timedelta(days=_ANSWER_DAYS)
    if shown.recommended or not old or shown.post.language != "en" or number(shown.post.id + "answer", 3):
        return "", None
    return _ANSWERS[number(shown.post.id, len(_ANSWERS))], shown.created_at + timedelta(hours=30)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _votes(post: SamplePost) -> int:
    return number(post.id + "votes", 90 if post.truth.issue else 25)


def _laughs(post: SamplePost) -> int:
    return max(0, number(post.id + "laughs", 12) - 7)


def _bought(post: SamplePost) -> bool:
    return number(post.id + "bought", 9) > 0


def _playtime(post: SamplePost) -> int:
    return 20 + number(post.id + "played", 9000)


def _on_deck(post: SamplePost) -> bool:
    return number(post.id + "deck", 8) == 0
