"""A small Zendesk, made up for tests: as strict about method, path, key and parameters as the real one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from collectors.base import JSON
from tests.recorded.web import Asked, Reply

KEYS = {"ZENDESK_EMAIL": "admin@lamps.example", "ZENDESK_API_TOKEN": "zt"}
_BEGIN = datetime(2026, 9, 21, tzinfo=UTC)
_BASIC = "Basic " + b64encode(b"admin@lamps.example/token:zt").decode()
AGENT, CUSTOMER = 7, 100  # ids of users; customers are counted up from here


def stamp(minute: int) -> str:
    """A time as Zendesk writes it."""
    return (_BEGIN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ticket(number: int, **changed: JSON) -> dict[str, JSON]:
    """One ticket as the export shows it."""
    return {
        "id": number, "subject": f"Ticket {number}", "description": "The lamp flickers", "status": "open",
        "requester_id": CUSTOMER + number, "via": {"channel": "web", "source": {"from": {}, "to": {}}},
        "created_at": stamp(number), "updated_at": stamp(number), "generated_timestamp": 1_790_000_000 + number,
        "tags": [], "custom_fields": [{"id": 1, "value": "+49 30 1234"}], "satisfaction_rating": None, **changed,
    }  # fmt: skip


def comment(number: int, author: int, minute: int, **changed: JSON) -> dict[str, JSON]:
    """One comment as the list of a ticket's comments shows it."""
    text = f"The lamp flickers, {number}"
    return {
        "id": number, "type": "Comment", "author_id": author, "body": text, "html_body": f"<p>{text}</p>",
        "plain_body": text, "public": True, "created_at": stamp(minute), "audit_id": 1,
        "via": {"channel": "email", "source": {"from": {"address": "private@people.example"}}},
        "attachments": [{"content_url": "https://lamps.zendesk.com/attachments/token/abc"}],
        "metadata": {"system": {"ip_address": "203.0.113.9", "location": "Berlin"}}, **changed,
    }  # fmt: skip


def user(number: int, **changed: JSON) -> dict[str, JSON]:
    """One user as it stands beside comments."""
    return {
        "id": number, "name": f"User {number}", "email": f"user{number}@people.example", "role": "end-user",
        "verified": True, "locale": "de-DE", "phone": "+49 30 1234", **changed,
    }  # fmt: skip


@dataclass
class Zendesk:
    """The incremental export, comments, and tickets by number. A cursor counts the changes that were told of."""

    tickets: list[dict[str, JSON]] = field(default_factory=list)  # one for each change, in its order
    comments: dict[int, list[dict[str, JSON]]] = field(default_factory=dict)
    users: dict[int, dict[str, JSON]] = field(default_factory=dict)
    archived: set[int] = field(default_factory=set)  # shown one by one, and left out of lists
    a_page: int = 100
    me: dict[str, JSON] = field(default_factory=lambda: user(1, role="admin"))

    def __post_init__(self) -> None:
        self.users.setdefault(AGENT, user(AGENT, role="agent", email="agent@lamps.example"))

    def write(self, number: int, *, minute: int | None = None, author: int | None = None, **changed: JSON) -> None:
        """A comment in a ticket, by its customer unless said otherwise; opens the ticket where it is not there."""
        listed = self.comments.setdefault(number, [])
        writer = author or CUSTOMER + number
        self.users.setdefault(writer, user(writer))
        at = number + len(listed) if minute is None else minute
        listed.append(comment(1000 * number + len(listed), writer, at, **changed))
        self.touch(number)

    def touch(self, number: int, **changed: JSON) -> None:
        """A change of the ticket, which the export tells of."""
        self.tickets.append(ticket(number, **changed))

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != _BASIC:
            return Reply({"error": "Couldn't authenticate you"}, status=401)
        reply = Reply({"error": "InvalidEndpoint"}, status=404)
        if (asked.method, asked.path) == ("GET", "/api/v2/users/me.json"):
            return Reply({"user": self.me})
        match [asked.method, *asked.path.removeprefix("/api/v2/").removesuffix(".json").split("/")]:
            case ["GET", "incremental", "tickets", "cursor"]:
                reply = self._export(asked.query)
            case ["GET", "tickets", "show_many"]:
                reply = self._many(asked.query)
            case ["GET", "tickets", number, "comments"]:
                reply = self._comments(int(number), asked.query)
            case ["GET", "tickets", number]:
                reply = self._one(int(number))
        return reply

    def _export(self, query: Mapping[str, str]) -> Reply:
        if not {"per_page"} < query.keys() <= {"cursor", "start_time", "per_page"} or len(query) != 2:
            return Reply({"error": "InvalidParameters"}, status=400)
        if int(query["per_page"]) > 1000:
            return Reply({"error": "InvalidParameters"}, status=400)
        told = int(query["cursor"].removeprefix("after-")) if "cursor" in query else 0
        shown = self.tickets[told : told + min(self.a_page, int(query["per_page"]))]
        reached = told + len(shown)
        over = reached == len(self.tickets)
        after = f"after-{reached}"
        url = f"https://lamps.zendesk.com/api/v2/incremental/tickets/cursor.json?cursor={after}"
        return Reply({"tickets": shown, "after_cursor": after, "after_url": url, "end_of_stream": over})

    def _comments(self, number: int, query: Mapping[str, str]) -> Reply:
        if not query.keys() <= {"include", "page[size]", "page[after]"} or int(query["page[size]"]) > 100:
            return Reply({"error": "InvalidParameters"}, status=400)
        if number not in self.comments:
            return Reply({"error": "RecordNotFound", "description": "Not found"}, status=404)
        start = int(query.get("page[after]", "0"))
        shown = self.comments[number][start : start + int(query["page[size]"])]
        more = start + len(shown) < len(self.comments[number])
        answer: dict[str, object] = {
            "comments": shown,
            "meta": {"has_more": more, "after_cursor": str(start + len(shown))},
        }
        if query.get("include") == "users":
            answer["users"] = [
                self.users[each] for each in {int(str(one["author_id"])) for one in shown} & self.users.keys()
            ]
        return Reply(answer)

    def _many(self, query: Mapping[str, str]) -> Reply:
        wanted = [int(number) for number in query["ids"].split(",")]
        if query.keys() != {"ids"} or len(wanted) > 100:
            return Reply({"error": "InvalidParameters"}, status=400)
        shown = [ticket(number) for number in wanted if number in self.comments and number not in self.archived]
        return Reply({"tickets": shown, "count": len(shown), "next_page": None})

    def _one(self, number: int) -> Reply:
        if number not in self.comments:
            return Reply({"error": "RecordNotFound", "description": "Not found"}, status=404)
        return Reply({"ticket": ticket(number)})


def helpdesk(tickets: int = 12) -> Zendesk:
    """A Zendesk with tickets of one customer's comment each, and an agent's answer and note that are not ours."""
    made = Zendesk()
    for number in range(1, tickets + 1):
        made.write(number)
        made.comments[number].append(comment(1000 * number + 500, AGENT, number + 1))
        made.comments[number].append(comment(1000 * number + 501, AGENT, number + 2, public=False))
    return made
