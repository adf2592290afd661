"""What customers write in Intercom: their messages in conversations, never the team's, the bot's, or notes.

Conversations that changed are found by POST /conversations/search, oldest change first, and read one by one with their
parts (developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations). Intercom tells of deletions only
to those who ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import cast

from pydantic import BaseModel, Field

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
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    SetAside,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.intercom_part import customers_parts, is_gone, name_of, post_of
from collectors.net import Net
from collectors.options import Options, need_secrets

HOME = "https://api.intercom.io"
_VERSION = "2.11"
_A_PAGE = 20  # conversations: each costs a request of its own
_OVERLAP = 300  # seconds: a change may become searchable a little late
_ANCHORS = 500
_MOST_MISSING = 100  # conversations that are listed and not shown; more of them are a fault of Intercom's


class Region(StrEnum):
    """Where the workspace's data lives."""

    US = "us"
    EU = "eu"
    AU = "au"


_HOMES = {Region.US: HOME, Region.EU: "https://api.eu.intercom.io", Region.AU: "https://api.au.intercom.io"}


class IntercomOptions(Options):
    """Which Intercom to listen to."""

    region: Region = Field(default=Region.US, description="Where the workspace's data is hosted: us, eu or au.")
    workspace: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9_-]+$",
        description="The workspace's id, for links: app.intercom.com/a/apps/ID.",
    )
    emails_verified: bool = Field(
        default=False,
        description="Whether identity verification is enforced, so that the addresses of signed-in users are certain.",
    )
    product: str | None = Field(default=None, description="The product that its conversations are about.")


@dataclass(slots=True)
class _Walk:
    """How far one walk along the changes has come."""

    known: dict[str, int]  # conversation -> its last change, for those that the overlap shows again
    floor: int  # seconds since 1970: only later changes are asked for
    after: str | None = None  # where to go on in the list
    met: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # conversations that were listed, and not found
    visited: set[str | None] = field(default_factory=set)

    @classmethod
    def of(cls, cursor: Cursor | None, since: datetime | None) -> _Walk:
        """Go on in an unfinished walk, or begin a new one."""
        stored = cursor or {}
        floor = fields.count_or_none(stored, "floor")
        return cls(
            known=_times(stored, "known"),
            floor=floor if floor is not None else int(since.timestamp()) if since else 0,
            after=fields.text_or_none(stored, "after"),
            met=_times(stored, "met"),
            missing=fields.texts(stored, "missing"),
        )

    def cursor(self, *, over: bool) -> Cursor:
        """Where the next run goes on: behind this answer, or a little before the newest change that was met."""
        missing: Cursor = {"missing": [*self.missing]} if self.missing else {}
        if not over:
            reached: Cursor = {"known": _newest(self.known), "met": _newest(self.met), "floor": self.floor}
            return {**reached, "after": self.after, **missing}
        known = {**self.known, **self.met}
        floor = max([self.floor, *(each - _OVERLAP for each in known.values())])
        return {"known": _newest(known), "floor": floor, **missing}


class Intercom:
    """Listens to the conversations of one workspace."""

    def __init__(self, options: IntercomOptions, token: str, net: Net) -> None:
        self._options = options
        self._net = net
        self._home = _HOMES[options.region]
        self._headers = {"Authorization": f"Bearer {token}", "Intercom-Version": _VERSION}
        net.home(self._home)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield the customers' messages of conversations that changed, some conversations a page.

        See `Collector.pages`. All messages of a changed conversation come again: that one was redacted is seen so.
        A conversation that is listed and then not found may have been deleted meanwhile, or not: the next run asks for
        it again.
        """
        walk = _Walk.of(cursor, since)
        floor = None if cursor else since
        if walk.missing:
            yield replace(self._look_again(walk), cursor=walk.cursor(over=False))
        while True:
            listed, onward = self._search(walk)
            page = self._read(listed, walk, floor)
            walk.visited.add(walk.after)
            over = onward is None or onward in walk.visited
            walk.after = onward
            if len(walk.missing) > _MOST_MISSING:
                raise SourceBusy(
                    f"Intercom lists {len(walk.missing)} conversations and does not show them. Taken as a fault."
                )
            yield replace(page, cursor=walk.cursor(over=over))
            if over:
                return

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look conversations up again; what was redacted or deleted is gone. See `Rechecks.recheck`."""
        held: dict[str, list[str]] = {}
        for name in external_ids:
            held.setdefault(name.partition("/")[0], []).append(name)
        posts: list[Post] = []
        gone: list[str] = []
        set_aside: list[SetAside] = []
        for number in (number for number in held if number.isalnum()):
            conversation = self._conversation(number)
            if conversation is None:
                gone += held[number]
                continue
            page = self._sort(conversation, f"conversation {number}")
            posts += [post for post in page.posts if post.external_id in held[number]]
            gone += page.gone
            set_aside += page.set_aside
        return Page(posts=posts, gone=gone, set_aside=set_aside)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one message; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the token gets in, in which region, and whether it reads conversations; see `Able.abilities`."""

        def region(me: Mapping[str, JSON]) -> Iterator[Ability]:
            told = fields.text_or_none(fields.obj_or_empty(me, "app"), "region")
            if told is not None:
                here = told.lower() == self._options.region.value
                yield Ability(f"find its workspace in region {told}", here, f"Set the option region to {told.lower()}.")

        signed_in = tried("sign in", lambda: self._net.json(f"{self._home}/me", headers=self._headers), region)
        return [*signed_in, *tried("read conversations", lambda: self._ask_for_changes(0, None))]

    def _search(self, walk: _Walk) -> tuple[list[JSON], str | None]:
        """Conversations that changed, and where to go on."""
        try:
            return self._ask_for_changes(walk.floor, walk.after)
        except SourceRefused as refused:
            if walk.after is None or refused.status not in {400, 404, 422}:
                raise
            walk.after = None  # Intercom no longer knows the place where the last run stopped
            return self._ask_for_changes(walk.floor, None)

    def _ask_for_changes(self, floor: int, after: str | None) -> tuple[list[JSON], str | None]:
        paging: dict[str, JSON] = {"per_page": _A_PAGE, **({"starting_after": after} if after else {})}
        question: JSON = {
            "query": {"field": "updated_at", "operator": ">", "value": floor},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": paging,
        }
        answer = self._net.json(f"{self._home}/conversations/search", headers=self._headers, data=question)
        if not isinstance(answer, dict) or not isinstance(answer.get("conversations"), list):
            raise SourceBusy("Intercom answered in a form that we do not know; its API may have changed.")
        onward = fields.obj_or_empty(fields.obj_or_empty(answer, "pages"), "next")
        return fields.list_or_empty(answer, "conversations"), fields.text_or_none(onward, "starting_after")

    def _read(self, listed: Sequence[JSON], walk: _Walk, floor: datetime | None) -> Page:
        posts: list[Post] = []
        gone: list[str] = []
        set_aside: list[SetAside] = []
        gaps: list[str] = []
        for place, row in enumerate(listed, start=1):
            number = fields.text_or_none(row, "id") if isinstance(row, dict) else None
            changed = fields.count_or_none(row, "updated_at") if isinstance(row, dict) else None
            if number is None or not number.isalnum():
                reason = "The conversation has no id."
                set_aside.append(SetAside(place=f"search, item {place}", reason=reason, raw=fields.sample(row)))
                continue
            if changed is not None and changed in (walk.known.get(number), walk.met.get(number)):
                continue
            conversation = self._conversation(number)
            if changed is not None:
                walk.met[number] = changed
            if conversation is None:
                walk.missing.append(number)
                continue
            page = self._sort(conversation, f"conversation {number}")
            posts += [post for post in page.posts if floor is None or post.created_at >= floor]
            gone += page.gone
            set_aside += page.set_aside
            gaps += [page.gap] if page.gap else []
        return Page(posts=posts, gone=gone, set_aside=set_aside, gap=" ".join(gaps) or None)

    def _look_again(self, walk: _Walk) -> Page:
        """Read what the last run could not find. What is still not there was deleted, which rechecks tell."""
        listed: list[JSON] = [{"id": number} for number in walk.missing]
        walk.missing = []
        page = self._read(listed, walk, None)
        walk.missing = []
        return page

    def _sort(self, conversation: Mapping[str, JSON], place: str) -> Page:
        posts: dict[str, Post] = {}
        gone: list[str] = []
        set_aside: list[SetAside] = []
        own: RawPost = {"workspace": self._options.workspace, "product": self._options.product}
        parts = customers_parts(conversation, emails_are_ours=self._options.emails_verified)
        for number, part in enumerate(parts, start=1):
            raw: RawPost = {**part, **own}
            try:
                if is_gone(raw):
                    gone.append(name_of(raw))
                    continue
                post = self.parse(raw)
            except PostUnreadable as unreadable:
                where = f"{place}, customer's message {number}"
                set_aside.append(SetAside(place=where, reason=str(unreadable), raw=unreadable.raw))
                continue
            posts[post.external_id] = post
        return Page(posts=[*posts.values()], gone=gone, set_aside=set_aside, gap=_missing(conversation, place))

    def _conversation(self, number: str) -> dict[str, JSON] | None:
        """The conversation with its parts; None where it is not there."""
        try:
            answer = self._net.json(f"{self._home}/conversations/{number}", headers=self._headers)
        except SourceRefused as refused:
            if refused.status in {404, 410}:
                return None
            raise
        if not isinstance(answer, dict) or "id" not in answer:
            raise SourceBusy("Intercom answered in a form that we do not know; its API may have changed.")
        return answer


def _missing(conversation: Mapping[str, JSON], place: str) -> str | None:
    """What Intercom leaves out of long conversations, in words."""
    parts = fields.obj_or_empty(conversation, "conversation_parts")
    shown, told = len(fields.list_or_empty(parts, "conversation_parts")), fields.count_or_none(parts, "total_count")
    if told is None or shown >= told:
        return None
    return f"Intercom shows {shown} of the {told} parts of {place}."


def _times(stored: Mapping[str, JSON], name: str) -> dict[str, int]:
    return {key: value for key, value in fields.obj_or_empty(stored, name).items() if isinstance(value, int)}


def _newest(times: Mapping[str, int]) -> JSON:
    """The newest changes. Sorted by time, since a database may forget the order of names."""
    return dict(sorted(times.items(), key=lambda item: -item[1])[:_ANCHORS])


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where the key is missing."""
    need_secrets(SPEC, secrets)
    return Intercom(cast("IntercomOptions", options), secrets["INTERCOM_ACCESS_TOKEN"], net)


_WHERE = "https://app.intercom.com/a/apps/_/developer-hub (your app, Authentication; it must read conversations)"

SPEC = Spec(
    kind="intercom",
    title="Intercom conversations",
    options=IntercomOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="A customer's message in our Intercom",
        terms="The customers wrote to the company, and not in public: their words stay in the house. An author may be "
        "tied to a customer by an address only where the company verified it. What is deleted or redacted in Intercom "
        "goes here within a day.",
    ),
    secrets=(Secret(name="INTERCOM_ACCESS_TOKEN", where=_WHERE),),
    home=HOME,
    # 1,000 a minute and app, or more, counted as 167 in ten seconds (developers.intercom.com: Rate Limiting).
    pace=Pace(requests=10),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
