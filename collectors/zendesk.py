"""What customers write in Zendesk tickets: their public comments, never the agents' and never internal notes.

Tickets that changed come from the cursor-based incremental export, their comments ticket by ticket
(developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports). The export leaves out what
changed within the last minute, so its cursor leaves no holes. Of a deleted ticket the export gives the number alone:
what else we hold of it is found by looking tickets up again.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
from collectors.handed import Handed
from collectors.net import Net
from collectors.options import Options, Words, need_secrets
from collectors.zendesk_comment import is_customers, name_of, post_of, raw_of

_AT_ONCE = 100  # tickets in one answer
_COMMENTS_AT_ONCE = 30  # each is up to 64 kB long, and comes in three forms
_MOST_MISSING = 100  # tickets that are listed and not shown; more of them are a fault of Zendesk's
_TICKETS_A_PAGE = 20  # each ticket costs a request of its own, so posts are handed over in the meantime


class ZendeskOptions(Options):
    """Which Zendesk to listen to."""

    subdomain: str = Field(
        pattern="^[A-Za-z0-9][A-Za-z0-9-]{0,62}$", description="The name before .zendesk.com in your Zendesk's address."
    )
    channels: Words = Field(
        default=(), description="Only tickets that came these ways, in Zendesk's words (web,email,api); none: all."
    )
    product: str | None = Field(default=None, description="The product that its tickets are about.")


@dataclass(slots=True)
class _Found:
    """What some tickets held."""

    posts: list[Post] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # tickets that were listed, and whose comments were not shown

    def page(self, cursor: Cursor | None) -> Page:
        """The page to hand over."""
        return Page(posts=self.posts, set_aside=self.set_aside, gone=self.gone, cursor=cursor)


class Zendesk:
    """Listens to the tickets of one Zendesk."""

    def __init__(self, options: ZendeskOptions, email: str, token: str, net: Net) -> None:
        self._options = options
        self._net = net
        self._subdomain = options.subdomain.lower()
        self._home = f"https://{self._subdomain}.zendesk.com"
        self._headers = {"Authorization": f"Basic {b64encode(f'{email}/token:{token}'.encode()).decode()}"}
        net.home(self._home)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield the customers' comments of tickets that changed, some tickets a page; see `Collector.pages`.

        All comments of a changed ticket come again: one that was edited or redacted changes its ticket and not itself.
        The cursor moves when every ticket of an answer was read. A ticket that is listed and then not found may have
        been deleted meanwhile, or not: the next run asks for it again.
        """
        position = fields.text_or_none(cursor or {}, "after")
        floor = None if position else since
        visited = {position}
        handed = Handed()
        missing: list[str] = []
        if unseen := fields.texts(cursor or {}, "missing"):
            found = self._look_again(unseen, handed)
            missing += found.missing
            yield found.page(_place(position, missing))
        while True:
            tickets, onward, over = self._export(position, since)
            over = over or onward is None or onward in visited
            visited.add(onward)
            position = onward or position
            for start in range(0, max(1, len(tickets)), _TICKETS_A_PAGE):
                found = _Found()
                for number, ticket in enumerate(tickets[start : start + _TICKETS_A_PAGE], start=start + 1):
                    self._read(ticket, f"export, ticket {number}", found, handed)
                found.posts = [post for post in found.posts if floor is None or post.created_at >= floor]
                missing += found.missing
                if len(missing) > _MOST_MISSING:
                    raise SourceBusy(f"Zendesk lists {len(missing)} tickets and does not show them. Taken as a fault.")
                whole = start + _TICKETS_A_PAGE >= len(tickets)
                yield found.page(_place(position, missing) if whole else None)
            if over:
                return

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Tell which comments went with their tickets; see `Rechecks.recheck`. What changed comes through `pages`."""
        held: dict[str, list[str]] = {}
        for name in external_ids:
            held.setdefault(name.partition("/")[0], []).append(name)
        tickets = [number for number in held if number.isascii() and number.isdigit()]
        gone: list[str] = []
        for start in range(0, len(tickets), _AT_ONCE):
            batch = tickets[start : start + _AT_ONCE]
            answer = self._ask("tickets/show_many", {"ids": ",".join(batch)})
            shown = fields.objects(answer.get("tickets"))
            there = {fields.text_or_none(ticket, "id") for ticket in shown if not _is_deleted(ticket)}
            # Archived tickets may be left out of a list; only a ticket that is not found by itself is gone.
            gone += [name for number in batch if number not in there and self._is_gone(number) for name in held[number]]
        return Page(gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one comment; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Who the key is, and whether that is an administrator, who alone may export; see `Able.abilities`."""

        def me() -> JSON:
            user = fields.obj_or_empty(self._ask("users/me", {}), "user")
            if user.get("id") is None:  # Zendesk takes a wrong key for nobody in particular
                check = "Check ZENDESK_EMAIL and ZENDESK_API_TOKEN."
                raise SourceRefused("Zendesk does not know our key.", what_to_do=check)
            return user

        def exports(user: Mapping[str, JSON]) -> list[Ability]:
            admin = fields.text_or_none(user, "role") == "admin"
            return [Ability("export tickets", admin, "Set ZENDESK_EMAIL to the address of an administrator.")]

        return tried("sign in", me, exports)

    def _export(self, position: str | None, since: datetime | None) -> tuple[list[JSON], str | None, bool]:
        """Changed tickets, where to go on, and whether these are all for now."""
        begin = {"start_time": str(int(since.timestamp()) if since else 0)}
        where = {"cursor": position} if position else begin
        answer = self._ask("incremental/tickets/cursor", {**where, "per_page": str(_AT_ONCE)})
        if not isinstance(answer.get("tickets"), list):
            raise SourceBusy("Zendesk answered in a form that we do not know; its API may have changed.")
        over = answer.get("end_of_stream") is not False
        return fields.list_or_empty(answer, "tickets"), fields.text_or_none(answer, "after_cursor"), over

    def _read(self, ticket: JSON, place: str, found: _Found, handed: Handed) -> None:
        number = fields.text_or_none(ticket, "id") if isinstance(ticket, dict) else None
        if not isinstance(ticket, dict) or number is None or not number.isdigit():
            found.set_aside.append(SetAside(place=place, reason="The ticket has no id.", raw=fields.sample(ticket)))
            return
        channel = fields.text_or_none(fields.obj_or_empty(ticket, "via"), "channel")
        if _is_deleted(ticket):
            found.gone.append(number)
        elif not self._options.channels or channel in self._options.channels:
            try:
                self._read_comments(number, ticket, found, handed)
            except SourceRefused as refused:
                if refused.status != 404:
                    raise
                found.missing.append(number)

    def _read_comments(self, number: str, ticket: Mapping[str, JSON], found: _Found, handed: Handed) -> None:
        own: RawPost = {"subdomain": self._subdomain, "product": self._options.product}
        for position, (comment, author) in enumerate(self._comments(number)):
            place = f"ticket {number}, comment {position + 1}"
            if not isinstance(comment, dict):
                reason = "The comment is not an object."
                found.set_aside.append(SetAside(place=place, reason=reason, raw=fields.sample(comment)))
            elif is_customers(comment, author, ticket):
                raw = raw_of(comment, author, ticket, first=position == 0)
                self._sort({**raw, **own}, place, found, handed)

    def _look_again(self, numbers: Sequence[str], handed: Handed) -> _Found:
        """Read tickets that the last run could not find; those that are not there by themselves either are gone."""
        found = _Found()
        for number in numbers:
            ticket = self._ticket(number)
            if ticket is None:
                found.gone.append(number)
            else:
                self._read(ticket, f"ticket {number}", found, handed)
        return found

    def _sort(self, raw: RawPost, place: str, found: _Found, handed: Handed) -> None:
        try:
            if fields.obj(raw, "comment").get("public") is not True:
                found.gone.append(name_of(raw))  # an agent made it private, perhaps after we had read it
                return
            post = self.parse(raw)
        except PostUnreadable as unreadable:
            found.set_aside.append(SetAside(place=place, reason=str(unreadable), raw=unreadable.raw))
            return
        # A ticket that changes while it is exported comes twice.
        if handed.first_time((post.external_id, hash(post.text))):
            found.posts.append(post)

    def _comments(self, number: str) -> Iterator[tuple[JSON, Mapping[str, JSON]]]:
        """Each comment of a ticket with its author, oldest first."""
        onward: dict[str, str] = {}
        visited: set[str] = set()
        met: set[str | None] = set()
        while True:
            asked = {"include": "users", "page[size]": str(_COMMENTS_AT_ONCE), **onward}
            answer = self._ask(f"tickets/{number}/comments", asked)
            users = {str(user.get("id")): user for user in fields.objects(answer.get("users"))}
            for comment in fields.list_or_empty(answer, "comments"):
                about = comment if isinstance(comment, dict) else {}
                name = fields.text_or_none(about, "id")
                if name is None or name not in met:
                    yield comment, users.get(fields.text_or_none(about, "author_id") or "", {})
                met.add(name)
            paging = fields.obj_or_empty(answer, "meta")
            after = fields.text_or_none(paging, "after_cursor")
            if paging.get("has_more") is not True or after is None or after in visited:
                return
            visited.add(after)
            onward = {"page[after]": after}

    def _is_gone(self, number: str) -> bool:
        ticket = self._ticket(number)
        return ticket is None or _is_deleted(ticket)

    def _ticket(self, number: str) -> dict[str, JSON] | None:
        """A ticket by itself; None where it is not there."""
        try:
            return fields.obj_or_empty(self._ask(f"tickets/{number}", {}), "ticket")
        except SourceRefused as refused:
            if refused.status in {404, 410}:
                return None
            raise

    def _ask(self, path: str, params: Mapping[str, str]) -> dict[str, JSON]:
        answer = self._net.json(f"{self._home}/api/v2/{path}.json", params=params, headers=self._headers)
        if not isinstance(answer, dict):
            raise SourceBusy("Zendesk answered in a form that we do not know; its API may have changed.")
        return answer


def _place(position: str | None, missing: Sequence[str]) -> Cursor | None:
    """Where the next run goes on: behind this answer, and with the tickets that this one did not find."""
    if position is None:
        return None
    return {"after": position, **({"missing": [*missing]} if missing else {})}


def _is_deleted(ticket: Mapping[str, JSON]) -> bool:
    return ticket.get("status") == "deleted"


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where a key is missing."""
    need_secrets(SPEC, secrets)
    email, token = (secrets[secret.name] for secret in SPEC.secrets)
    return Zendesk(cast("ZendeskOptions", options), email, token, net)


_WHERE = (
    "https://YOUR-SUBDOMAIN.zendesk.com/admin/apps-integrations/apis/api-tokens (Admin Center, Apps and integrations, "
    "APIs, API tokens); the export needs an administrator's address"
)

SPEC = Spec(
    kind="zendesk",
    title="Zendesk tickets",
    options=ZendeskOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="A customer's message in our Zendesk, with the ticket's number",
        terms="The customers wrote to the company, and not in public: their words stay in the house. An author may be "
        "tied to the customer whose address Zendesk has verified. What is deleted in Zendesk goes here within a day.",
    ),
    secrets=(
        Secret(name="ZENDESK_EMAIL", where=_WHERE),
        Secret(name="ZENDESK_API_TOKEN", where=_WHERE),
    ),
    # 200 a minute on the smallest plan, ten of them exports (developer.zendesk.com: Rate limits). A page of the export
    # is followed by a request for each ticket of it, so ten a minute are not reached; where they are, Zendesk says so.
    pace=Pace(requests=150, seconds=60),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
