"""Questions, answers and comments on Stack Exchange sites (api.stackexchange.com/docs).

Questions are listed with the latest activity first; those that are new or changed are read with their answers and
comments. Every page is asked for from the moment at which the one before it ended, so that nothing is lost while
questions move up. The API tells in each answer how long to keep still (`backoff`) and how much of the day is left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import Self, cast

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
from collectors.net import Answer, Net
from collectors.options import Options, Words
from collectors.reading import none_of, read_named
from collectors.stack_exchange_item import changed_at, name_of, post_of, unfold
from collectors.walk import Listing, Sheet, Walk, follow

HOME = "https://api.stackexchange.com"
_API = f"{HOME}/2.3"
_AT_ONCE = 100  # ids, or items, in one request
_MOST_PAUSE = 30.0  # seconds of backoff that are waited for within a run
_USED_UP = 3600.0  # seconds after which to look whether there is a new day's quota
_BUSY = {500, 502, 503}  # of error_id: internal_error, throttle_violation, temporarily_unavailable
_KEY = {401, 402, 403, 405, 406}
_WAIT = re.compile(r"(\d+) seconds")


class StackExchangeOptions(Options):
    """Where to listen on Stack Exchange."""

    site: str = Field(default="stackoverflow", description="The site: stackoverflow, gamedev, or its whole domain.")
    tags: Words = Field(default=(), description="Tags (godot,unity); questions with any of them are read.")
    searches: Words = Field(default=(), description="Words to look for in questions.")
    answers: bool = Field(default=True, description="Also the answers to the questions.")
    comments: bool = Field(default=True, description="Also the comments on them, when something happens to a question.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("site")
    @classmethod
    def _site(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,80}", value):
            raise ValueError(f"{value!r} is not a site's name")
        return value

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.tags and not self.searches:
            raise ValueError("give tags, searches, or both")
        return self


@dataclass(frozen=True, slots=True)
class _Place:
    """One list of questions; `name` is its place in the cursor."""

    name: str
    path: str
    params: Mapping[str, str]


class StackExchange:
    """Listens to one site."""

    def __init__(self, options: StackExchangeOptions, key: str | None, net: Net) -> None:
        self._options = options
        self._net = net
        self._common = {"site": options.site, "filter": "withbody", **({"key": key} if key else {})}
        self._backoff = 0.0
        self._used_up = False
        net.home(HOME, verdict=_verdict)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield questions that are new or changed with what hangs on them, list by list; see `Collector.pages`."""
        return follow([self._listing(place) for place in self._places()], cursor, since)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again; what the site does not show any more is gone. See `Rechecks.recheck`.

        Raises SourceBusy too where of several posts none is there, which is taken as a fault.
        """
        wanted: dict[str, list[str]] = {"question": [], "answer": [], "comment": []}
        for name in dict.fromkeys(external_ids):
            what, _, number = name.partition("-")
            if what in wanted and number.isdecimal():
                wanted[what].append(number)
        found = [
            (what, item)
            for what, numbers in wanted.items()
            for item in self._of(f"{what}s/{{}}", numbers)
            if isinstance(item, dict)
        ]
        met = {name_of(what, item) for what, item in found}
        asked = [f"{what}-{number}" for what, numbers in wanted.items() for number in numbers]
        if not met:
            none_of(len(asked))
        page = read_named(self.parse, ((what, self._raw(what, item)) for what, item in found))
        return replace(page, gone=[name for name in asked if name not in met])

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one stored payload; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the key is taken, and what is left of the day; see `Able.abilities`."""

        def quota(answer: Mapping[str, JSON]) -> Iterator[Ability]:
            left, most = (fields.count_or_none(answer, f"quota_{name}") for name in ("remaining", "max"))
            if left is not None and most is not None:
                yield Ability(f"ask {left:,} more of {most:,} questions today", left > 0, "Wait for midnight (UTC).")
            if "key" not in self._common:
                yield Ability("ask 10,000 questions a day", False, f"Set STACK_EXCHANGE_KEY: {_WHERE}.")

        place = next(self._places())
        asked = {**place.params, "sort": "activity", "order": "desc", "page": "1", "pagesize": "1"}
        return tried(f"read {self._options.site}", lambda: self._ask(place.path, asked), quota)

    def _places(self) -> Iterator[_Place]:
        for tag in self._options.tags:
            yield _Place(f"tag {tag}", "questions", {"tagged": tag})
        for words in self._options.searches:
            yield _Place(f"search “{words}”", "search/advanced", {"q": words})

    def _listing(self, place: _Place) -> Listing:
        return Listing(name=place.name, ask=partial(self._question, place), read=self._page, by_change=True, due=None)

    def _question(self, place: _Place, walk: Walk) -> Sheet:
        """Questions down from a time of last activity: as far as it moves, since pages move under our feet."""
        until, _, number = (walk.position or "").partition(" ")
        page = int(number) if number.isdecimal() else 1
        asked = {**place.params, **({"max": until} if until else {}), "sort": "activity", "order": "desc"}
        answer = self._ask(place.path, {**asked, "page": str(page)})
        items = fields.list_or_empty(answer, "items")
        times = [at for item in fields.objects(items) if (at := changed_at(item))]
        lowest = min(times, default=0)
        moved = 0 < lowest < (int(until) if until.isdecimal() else max(times))
        onward = f"{lowest} 1" if moved else f"{until} {page + 1}"
        return Sheet(
            items=[self._raw("question", item) for item in items],
            onward=onward if items and _has_more(answer, items) else None,
        )

    def _page(self, items: Sequence[RawPost], walk: Walk, where: str) -> Page:
        """The questions that are new or changed, and with them their answers and comments."""
        changed: list[JSON] = []
        for raw in items:
            item = raw["item"]
            if isinstance(item, dict):
                name, at = name_of("question", item) or "", changed_at(item)
                if not walk.note(name, float(at), str(at)) or not walk.first_time(name, str(at)):
                    continue  # also where it is in two lists, having two of the tags
            changed.append(item)
        return self._read(changed, where)

    def _read(self, questions: list[JSON], where: str) -> Page:
        """The questions as posts, and with them their answers and comments."""
        units = [unit for question in questions for unit in unfold("question", question)]
        numbers = [_number(item, "question_id") for what, item in units if what == "question"]
        if self._options.answers:
            units += [unit for item in self._of("questions/{}/answers", numbers) for unit in unfold("answer", item)]
        else:
            units = [(what, item) for what, item in units if what != "answer"]
        if self._options.comments:
            numbers += [_number(item, "answer_id") for what, item in units if what == "answer"]
            units += [("comment", item) for item in self._of("posts/{}/comments", numbers)]
        else:
            units = [(what, item) for what, item in units if what != "comment"]
        raws = {
            (isinstance(item, dict) and name_of(what, item)) or f"item {place}": (what, item)
            for place, (what, item) in enumerate(units, start=1)
        }
        named = ((f"{where}, {name}", self._raw(what, item)) for name, (what, item) in raws.items())
        return read_named(self.parse, named)

    def _of(self, path: str, numbers: Sequence[str]) -> Iterator[JSON]:
        """What is listed at a path for ids, a hundred of them at a time, to the end of each list."""
        known = [number for number in numbers if number]
        for start in range(0, len(known), _AT_ONCE):
            ids = ";".join(known[start : start + _AT_ONCE])
            visited: set[str] = set()
            for page in count(1):
                answer = self._ask(path.format(ids), {"page": str(page), "order": "desc", "sort": "creation"})
                items = fields.list_or_empty(answer, "items")
                yield from items
                content = fields.sample(items)
                if not items or not _has_more(answer, items) or content in visited:
                    break
                visited.add(content)

    def _ask(self, path: str, params: Mapping[str, str]) -> dict[str, JSON]:
        if self._used_up:
            raise SourceBusy("The day's requests to Stack Exchange are used up.", retry_after=_USED_UP)
        if self._backoff > _MOST_PAUSE:
            raise SourceBusy(f"Stack Exchange asks us to wait {self._backoff:g} seconds.", retry_after=self._backoff)
        if self._backoff:
            self._net.pause(self._backoff)
            self._backoff = 0.0
        asked = {**self._common, "pagesize": str(_AT_ONCE), **params}
        answer = self._net.json(f"{_API}/{path}", params=asked)
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise SourceBusy("Stack Exchange answered in a form that we do not know; its API may have changed.")
        wait, left = answer.get("backoff"), answer.get("quota_remaining")
        self._backoff = float(wait) if isinstance(wait, int | float) and wait > 0 else 0.0
        self._used_up = isinstance(left, int | float) and left <= 0
        self._net.rest(HOME, max(self._backoff, _USED_UP if self._used_up else 0.0))  # for all who ask, and later runs
        return answer

    def _raw(self, what: str, item: JSON) -> RawPost:
        return {"what": what, "item": item, "site": self._options.site, "product": self._options.product}


def _number(item: JSON, name: str) -> str:
    number = fields.text_or_none(item, name) if isinstance(item, dict) else None
    return number if number is not None and number.isdecimal() else ""


def _has_more(answer: Mapping[str, JSON], items: list[JSON]) -> bool:
    more = answer.get("has_more")
    return more if isinstance(more, bool) else len(items) >= _AT_ONCE


def _verdict(answer: Answer) -> None:
    """Stack Exchange answers 400 to everything that is wrong, also to "too many"; the number inside says which."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return
    number = said.get("error_id") if isinstance(said, dict) else None
    if not isinstance(number, int):
        return
    words = (fields.text_or_none(said, "error_message") or "no reason given")[:200]
    if number in _BUSY:
        told = _WAIT.search(words)
        wait = float(told[1]) if told else None
        raise SourceBusy(f"Stack Exchange asks us to slow down ({number}): {words}", retry_after=wait)
    what_to_do = "Check STACK_EXCHANGE_KEY." if number in _KEY else "Check the source's options, the site first."
    raise SourceRefused(f"Stack Exchange refuses ({number}): {words}.", what_to_do=what_to_do, status=answer.status)


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options; a key raises what may be asked in a day from 300 requests to 10,000."""
    return StackExchange(cast("StackExchangeOptions", options), secrets.get("STACK_EXCHANGE_KEY"), net)


_WHERE = "https://stackapps.com/apps/oauth/register"

SPEC = Spec(
    kind="stack_exchange",
    title="Stack Exchange",
    options=StackExchangeOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.LINK,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=48,
        attribution="Stack Exchange, with the author's name, a link to the post and to the author, CC BY-SA",
        terms="The texts are under CC BY-SA: whoever shows them names the author, links to the post and passes them on "
        "under the same licence. Promotion and generated answers are forbidden there, so people answer on the site.",
    ),
    secrets=(Secret(name="STACK_EXCHANGE_KEY", where=_WHERE, required=False),),
    home=HOME,
    # 30 a second and address (api.stackexchange.com/docs/throttle), and 10,000 a day, or 300 without a key: what is
    # left stands in answers.
    pace=Pace(requests=5),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=60,
)
