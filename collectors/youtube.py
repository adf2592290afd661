"""Comments on YouTube videos, by the Data API with a key: those below a channel's videos, or below single ones.

Facts come from developers.google.com/youtube/v3/docs (commentThreads, comments, quota). A day has 10,000 units; a list
costs one, a search a hundred, so nothing is searched here, and a run spends a limited part. A thread shows some of its
answers; all of them cost a unit a hundred. Lists are ordered by when threads began: new answers to old threads are seen
as long as the thread is among the newest hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Self, cast
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, Field, field_validator, model_validator

from collectors import fields, google
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
    SourceRefused,
    Spec,
)
from collectors.net import Answer, Net
from collectors.options import Options, Words, need_secrets
from collectors.reading import joined, none_of, read_named
from collectors.walk import Listing, Sheet, Walk, follow, posts_by
from collectors.youtube_comment import post_of, raw_of_reply, raw_of_thread

HOME = "https://www.googleapis.com"
_API = f"{HOME}/youtube/v3"
_NAME = "YouTube"
_MOST = 100
_IDS = 50  # ids in one question
_google_verdict = google.verdict(_NAME)
_ID = re.compile(r"[\w.-]{1,100}\Z")


class YouTubeOptions(Options):
    """Below which videos, and at what cost."""

    channel: str | None = Field(
        default=None, pattern=r"^UC[\w-]{22}$", description="A channel's id (UC…): comments below all of its videos."
    )
    videos: Words = Field(default=(), description="Ids of single videos (dQw4w9WgXcQ,…).")
    replies: bool = Field(default=True, description="Also the answers to comments.")
    most_units: int = Field(default=200, ge=1, description="Units of the day's 10,000 that one run may spend, about.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("videos")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [video for video in value if not re.fullmatch(r"[\w-]{11}", video)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a video's id, the eleven characters behind v= in its address")
        return tuple(dict.fromkeys(value))

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.channel and not self.videos:
            raise ValueError("give channel, videos, or both")
        return self


class YouTube:
    """Listens to the comments below videos."""

    def __init__(self, options: YouTubeOptions, key: str, net: Net) -> None:
        self._options = options
        self._key = key
        self._net = net
        self._spent = 0
        self._part = "snippet,replies" if options.replies else "snippet"
        net.home(HOME, verdict=_verdict)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, one list after the other; see `Collector.pages`.

        Ends early where the run has spent its units; the next one goes on below.
        """
        self._spent = 0
        return follow(list(self._listings()), cursor, since, enough=lambda: self._spent >= self._options.most_units)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look comments up again, fifty at a time; what YouTube no longer has is gone. See `Rechecks.recheck`."""
        wanted = [name for name in dict.fromkeys(external_ids) if _ID.match(name)]
        threads = list(dict.fromkeys(name.partition(".")[0] for name in wanted))
        items = {str(_path(thread, "id")): thread for thread in self._threads(threads)}
        raws = {name: raw_of_thread(thread, self._options.product) for name, thread in items.items()}
        if not raws:
            none_of(len(threads))
        for reply in self._replies_named([name for name in wanted if "." in name]):
            name = str(_path(reply, "id"))
            thread = raws.get(name.partition(".")[0], {})
            raws[name] = raw_of_reply(reply, thread)
        found = read_named(post_of, ((f"comment {name}", raws[name]) for name in wanted if name in raws))
        page = joined([found, *(self._late(items[name], {*wanted}) for name in wanted if name in items)])
        return replace(page, gone=[name for name in wanted if name not in raws])

    def abilities(self) -> Sequence[Ability]:
        """Whether the key reads the comments, a unit for each list; see `Able.abilities`."""
        found: list[Ability] = []
        for listing in self._listings():
            found += tried(f"read the comments below {listing.name}", partial(listing.ask, Walk.of({})))
        quota = "YouTube shows it at https://console.cloud.google.com/apis/api/youtube.googleapis.com/quotas alone."
        return [*found, Ability("spend more of the day's 10,000 units", None, quota)]

    def _late(self, thread: JSON, known: set[str]) -> Page:
        """Answers to a comment that has sunk below those which listening reads again."""
        name = str(_path(thread, "id"))
        total = fields.count_in_text(raw_of_thread(thread, None), "total_replies") or 0
        held = sum(one.startswith(f"{name}.") for one in known)
        if not self._options.replies or total <= held or self._spent >= self._options.most_units:
            return Page()
        page = self._answers({"thread": thread})
        return replace(page, posts=[post for post in page.posts if post.external_id not in known])

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one comment; see `Collector.parse`."""
        return post_of(raw)

    def _listings(self) -> Iterator[Listing]:
        places = [("allThreadsRelatedToChannelId", self._options.channel)] if self._options.channel else []
        for name, value in [*places, *(("videoId", video) for video in self._options.videos)]:
            what = "video" if name == "videoId" else "channel"
            more = self._answers if self._options.replies else None
            ask = partial(self._ask, {name: str(value)})
            yield Listing(name=f"{what} {value}", ask=ask, read=posts_by(self._first, more=more), due=None)

    def _ask(self, place: Mapping[str, str], walk: Walk) -> Sheet:
        asked = {
            "part": self._part, "order": "time", "maxResults": str(_MOST), "textFormat": "plainText", **place,
            **({"pageToken": walk.position} if walk.position else {}),
        }  # fmt: skip
        found, threads = self._get("commentThreads", asked)
        return Sheet(
            items=[{"thread": thread} for thread in threads], onward=fields.text_or_none(found, "nextPageToken")
        )

    def _first(self, item: RawPost) -> Post:
        return post_of(raw_of_thread(item.get("thread"), self._options.product))

    def _answers(self, item: RawPost) -> Page:
        """The answers to a comment: those that came with it where these are all, else asked for."""
        thread = raw_of_thread(item.get("thread"), self._options.product)
        name = str(_path(thread, "comment", "id"))
        shown = _path(item, "thread", "replies", "comments")
        replies = shown if isinstance(shown, list) else []
        if (fields.count_in_text(thread, "total_replies") or 0) > len(replies):
            replies = list(self._replies_to(name))
        raws = (raw_of_reply(reply, thread) for reply in replies)
        return read_named(post_of, ((f"answer {number} to {name}", raw) for number, raw in enumerate(raws, start=1)))

    def _replies_to(self, comment: str) -> Iterator[JSON]:
        asked = {"part": "snippet", "parentId": comment, "maxResults": str(_MOST), "textFormat": "plainText"}
        visited: set[str] = set()
        position: str | None = None
        while position not in visited:
            visited |= {position} if position else set()
            found, replies = self._get("comments", {**asked, **({"pageToken": position} if position else {})})
            yield from replies
            position = fields.text_or_none(found, "nextPageToken")
            if position is None:
                return

    def _threads(self, names: Sequence[str]) -> Iterator[JSON]:
        for start in range(0, len(names), _IDS):
            some = ",".join(names[start : start + _IDS])
            asked = {"part": self._part, "id": some, "textFormat": "plainText"}
            yield from self._get("commentThreads", asked)[1]

    def _replies_named(self, names: Sequence[str]) -> Iterator[JSON]:
        for start in range(0, len(names), _IDS):
            some = ",".join(names[start : start + _IDS])
            yield from self._get("comments", {"part": "snippet", "id": some, "textFormat": "plainText"})[1]

    def _get(self, path: str, params: Mapping[str, str]) -> tuple[dict[str, JSON], list[JSON]]:
        self._spent += 1
        # the key travels in a header: addresses get into logs
        headers = {"X-Goog-Api-Key": self._key}
        answer = self._net.json(f"{_API}/{path}", params=params, headers=headers)
        return google.listed(answer, "items", _NAME)


def _verdict(answer: Answer) -> None:
    if "commentsDisabled" in google.reasons_of(answer):
        video = dict(parse_qsl(urlsplit(answer.url).query)).get("videoId", "")
        raise SourceRefused(
            f"Comments are switched off below the video {video}.",
            what_to_do="Take it out of the source's options.",
            status=answer.status,
        )
    _google_verdict(answer)


def _path(value: JSON, *names: str) -> JSON:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and a key. Raises SourceRefused where the key is missing."""
    need_secrets(SPEC, secrets)
    return YouTube(cast("YouTubeOptions", options), secrets["YOUTUBE_API_KEY"], net)


_WHERE = "https://console.cloud.google.com/apis/credentials (an API key, with the YouTube Data API v3 switched on)"

SPEC = Spec(
    kind="youtube",
    title="YouTube comments",
    options=YouTubeOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=30,
        recheck_hours=24,
        attribution="Comment on YouTube, with its author's name and a link",
        terms="What is kept must be looked up again or deleted within 30 days; we look daily, and delete what was "
        "deleted there. Authors are never tied to people elsewhere, and nothing is exported or fitted. A key "
        "can only read: for answers a user of the channel lets Earful in.",
    ),
    secrets=(Secret(name="YOUTUBE_API_KEY", where=_WHERE),),
    home=HOME,
    # 10,000 units a day, a list of comments one (YouTube: Quota calculator); Google says when they are spent.
    pace=Pace(requests=1),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=30,
)
