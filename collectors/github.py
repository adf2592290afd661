"""Issues, their comments and discussions of one GitHub repository (docs.github.com/rest/issues).

REST lists are read in the order of the last change, oldest first, from the moment up to which all is known. Each page
is asked for anew from the last moment of the one before it: pages by number would lose what moves while we read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import cast

from pydantic import BaseModel, Field, field_validator

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
    SourceRefused,
    Spec,
)
from collectors.github_discussions import discussions, missing, unfold
from collectors.github_door import HOME, Door, Listed
from collectors.github_item import changed_at, is_by_bot, is_pull_request, node_of, post_of
from collectors.net import Net
from collectors.options import Options
from collectors.reading import none_of, read_named, weighty
from collectors.walk import Listing, Sheet, Walk, follow

_OVERLAP = 1  # seconds that are read again: GitHub counts in whole ones
_MOST_ANCHORS = 500
_MORE = "A token has 5,000 an hour, a guest 60."


class GithubOptions(Options):
    """Which repository to listen to."""

    repo: str = Field(description="The repository, as in github.com/godotengine/godot: godotengine/godot.")
    comments: bool = Field(default=True, description="Also the comments on issues.")
    discussions: bool = Field(default=False, description="Also discussions and their comments; needs GITHUB_TOKEN.")
    pull_requests: bool = Field(default=False, description="Also pull requests and the comments on them.")
    bots: bool = Field(default=False, description="Also what programs write.")
    page_size: int = Field(default=100, ge=1, le=100, description="Issues or comments in one answer.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("repo")
    @classmethod
    def _name(cls, value: str) -> str:
        value = value.removeprefix("https://").removeprefix("github.com/").strip("/")
        if not re.fullmatch(r"[A-Za-z0-9-]{1,39}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}", value):
            raise ValueError("a repository is written owner/name")
        return value


@dataclass(slots=True)
class _Upward:
    """How far one list is read: all that was changed up to `since` is known."""

    since: int | None
    known: dict[str, int]  # what was changed in the last second that was read: id -> when
    tag: str | None
    seen: dict[str, int] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    pending: str | None = None  # a further page that GitHub named and that was not read

    @classmethod
    def of(cls, stored: Mapping[str, JSON], since: datetime | None) -> _Upward:
        """Go on where the last run ended."""
        reached = stored.get("since")
        start = reached if isinstance(reached, int) else int(since.timestamp()) if since else None
        return cls(since=start, known=fields.numbers(stored, "anchors"), tag=fields.text_or_none(stored, "tag"))

    def note(self, item: Mapping[str, JSON]) -> bool:
        """Take note of an item; returns whether it is new or changed."""
        name, changed = node_of(item) or f"{item.get('id')}", changed_at(item)
        if changed is None:
            return True  # it will be set aside, with the reason
        new = self.seen.get(name) != changed and self.known.get(name) != changed
        self.seen[name] = changed
        return new

    def advance(self, page: Listed, *, fresh: bool, full: bool) -> str | None:
        """Move on after a page. Returns the address of the next one: empty for "from `since` on", None for the end."""
        reached = max(self.seen.values(), default=0) - _OVERLAP
        moved = fresh and reached > (self.since if self.since is not None else -1)
        if moved:
            self.since = reached
        if page.onward is not None and page.onward not in self.visited:
            self.pending = page.onward
        if page.onward is None and not full:
            return None
        if moved:
            return ""
        onward, self.pending = self.pending, None  # many changed in one second: only GitHub knows where they go on
        if onward is not None:
            self.visited.add(onward)
        return onward

    def stored(self, tag: str | None = None) -> dict[str, JSON]:
        """For the cursor."""
        newest = {k: v for k, v in {**self.known, **self.seen}.items() if v >= (self.since or 0)}
        kept = sorted(newest.items(), key=lambda anchor: -anchor[1])[:_MOST_ANCHORS]
        return {"since": self.since, "anchors": dict(kept), **({"tag": tag} if tag else {})}


class Github:
    """Listens to one repository."""

    def __init__(self, options: GithubOptions, door: Door) -> None:
        self._options = options
        self._door = door

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield new and changed issues, then comments, then discussions; see `Collector.pages`."""
        yield from weighty(self._lists(cursor, since))

    def _lists(self, cursor: Cursor | None, since: datetime | None) -> Iterator[Page]:
        reached: Cursor = dict(cursor or {})
        lists = [("issues", "issues", "issue")]
        if self._options.comments:
            lists.append(("comments", "issues/comments", "issue comment"))
        for name, path, what in lists:
            for page, stored in self._upward(path, what, fields.obj_or_empty(reached, name), since):
                reached = {**reached, name: stored}
                yield page if page.not_modified else replace(page, cursor=reached)
        if self._options.discussions:
            listing = Listing(name="discussions", ask=self._ask, read=self._unfold, by_change=True, due=None)
            for page in follow([listing], fields.obj_or_empty(reached, "discussions"), since):
                reached = {**reached, "discussions": page.cursor}
                yield replace(page, cursor=reached)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Ask which posts are still there; edits are seen by listening. Without a token nothing can be asked.

        Raises as `Rechecks.recheck`; SourceBusy too where of several posts none is there, which is taken as a fault.
        """
        names = [name for name in dict.fromkeys(external_ids) if " " not in name]
        if not self._door.signed_in or not names:
            return Page()
        gone = [lost for start in range(0, len(names), 100) for lost in missing(self._door, names[start : start + 100])]
        if len(gone) == len(names):
            none_of(len(names))
        return Page(gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one stored payload; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the repository is shown, what the token is for, and how much of the hour is left."""
        headers: dict[str, str] = {}

        def look() -> JSON:
            answer, data = self._door.about(self._options.repo)
            headers.update(answer.headers)
            return data

        def told(about: Mapping[str, JSON]) -> Iterator[Ability]:
            if (left := headers.get("x-ratelimit-remaining", "")).isdecimal():
                yield Ability(f"ask {int(left):,} more questions this hour", int(left) > 0, _MORE)
            if scopes := headers.get("x-oauth-scopes"):
                yield Ability(f"do what its scopes allow: {scopes}", True)
            if self._options.discussions or not self._door.signed_in:
                switched = about.get("has_discussions") is not False
                lacking = "The repository has none." if not switched else f"Get a token: {_WHERE}."
                yield Ability("read discussions", self._door.signed_in and switched, lacking)

        return tried(f"read {self._options.repo}", look, told)

    def _upward(
        self, path: str, what: str, stored: Mapping[str, JSON], since: datetime | None
    ) -> Iterator[tuple[Page, dict[str, JSON]]]:
        way = _Upward.of(stored, since)
        start = f"{HOME}/repos/{self._options.repo}/{path}"
        onward: str | None = ""
        for number in count(1):
            asked_since = way.since
            page = self._list(start, onward or "", way, tag=way.tag if number == 1 else None)
            if page.items is None:
                yield Page(not_modified=True), dict(stored)
                return
            fresh, read = self._read(page.items, what, way, f"{path}, page {number}")
            onward = way.advance(page, fresh=fresh, full=len(page.items) >= self._options.page_size)
            same = onward is None and number == 1 and asked_since == way.since  # next time the same is asked
            yield read, way.stored(page.tag if same else None)
            if onward is None:
                return

    def _list(self, start: str, onward: str, way: _Upward, tag: str | None) -> Listed:
        if onward:
            return self._door.list(onward)
        params = {"sort": "updated", "direction": "asc", "per_page": str(self._options.page_size)}
        if start.endswith("/issues"):
            params["state"] = "all"
        if way.since is not None:
            params["since"] = datetime.fromtimestamp(way.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._door.list(start, params, tag)

    def _read(self, items: list[JSON], what: str, way: _Upward, where: str) -> tuple[bool, Page]:
        fresh = False
        wanted: list[tuple[str, RawPost]] = []
        for place, item in enumerate(items, start=1):
            if isinstance(item, dict):
                if not way.note(item):
                    continue
                fresh = True
                if not self._wanted(item):
                    continue
            wanted.append((f"{where}, item {place}", self._raw({"what": what, "item": item})))
        return fresh, read_named(self.parse, wanted)

    def _ask(self, walk: Walk) -> Sheet:
        owner, _, name = self._options.repo.partition("/")
        found = discussions(self._door, owner, name, walk.position or "")
        if not found.repository:
            raise SourceRefused(
                f"GitHub shows us no repository {self._options.repo}.",
                what_to_do="Check the option repo, and that the token may read it.",
            )
        return Sheet(
            items=[self._raw({"what": "discussion", "item": node}) for node in found.nodes], onward=found.onward or None
        )

    def _unfold(self, items: Sequence[RawPost], walk: Walk, where: str) -> Page:
        """The discussions that are new or changed, each with all that is said in it."""
        raws: list[tuple[str, RawPost]] = []
        for place, raw in enumerate(items, start=1):
            node, here = raw["item"], f"{where}, item {place}"
            if not isinstance(node, dict):
                raws.append((here, raw))
                continue
            name, changed = node_of(node) or "", changed_at(node) or 0
            if walk.note(name, float(changed), str(changed)) and walk.first_time(name, str(changed)):
                raws += [(here, self._raw(part)) for part in unfold(self._door, node) if self._wanted(part["item"])]
        return read_named(self.parse, raws)

    def _wanted(self, item: JSON) -> bool:
        if not isinstance(item, dict):
            return True  # it will be set aside, with the reason
        return (self._options.pull_requests or not is_pull_request(item)) and (
            self._options.bots or not is_by_bot(item)
        )

    def _raw(self, raw: RawPost) -> RawPost:
        return {**raw, "repo": self._options.repo, "product": self._options.product}


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options. Raises SourceRefused where discussions are wanted without a token."""
    chosen = cast("GithubOptions", options)
    token = secrets.get("GITHUB_TOKEN")
    if chosen.discussions and not token:
        raise SourceRefused(
            "GitHub shows discussions only to those who sign in: GITHUB_TOKEN is not set.",
            what_to_do=f"Get one at {_WHERE}, or leave the option discussions off.",
        )
    return Github(chosen, Door(token, net))


_WHERE = "https://github.com/settings/personal-access-tokens/new (read access to issues and discussions is enough)"

SPEC = Spec(
    kind="github",
    title="GitHub issues and discussions",
    options=GithubOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="owner/repository on GitHub, with the author's name and a link",
        terms="GitHub's terms forbid using what its API shows for spam or to sell personal information. An account may "
        "be tied to a customer only where the customer's record already holds it (they told us), never by likeness. "
        "Answers are written by people.",
    ),
    secrets=(Secret(name="GITHUB_TOKEN", where=_WHERE, required=False),),
    home=HOME,
    # 5,000 an hour and user (GitHub: Rate limits for the REST API); searches are counted apart. Without a token it is
    # 60 for an address, and GitHub says when they are spent.
    pace=Pace(requests=4500, seconds=3600),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
