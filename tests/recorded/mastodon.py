"""A small Mastodon server, as strict as the real one about tokens and parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

TOKEN = "tok"


def status(number: int, **changed: JSON) -> dict[str, JSON]:
    """One status as the API shows it; ids grow, and get longer at 10."""
    made = datetime.fromtimestamp(BEGIN + 60 * number, UTC).isoformat().replace("+00:00", ".000Z")
    name = f"player_{number}@other.example" if number % 2 else f"player_{number}"
    return {
        "id": str(number), "created_at": made, "edited_at": None, "in_reply_to_id": None, "visibility": "public",
        "spoiler_text": "", "language": "en", "uri": f"https://lamps.example/users/p/statuses/{number}",
        "url": f"https://lamps.example/@p/{number}", "replies_count": 1, "reblogs_count": 2, "favourites_count": 3,
        "content": f'<p>The <a href="/tags/lamp">#<span>lamp</span></a> {number} flickers<br />again</p>',
        "reblog": None, "media_attachments": [], "tags": [{"name": "lamp"}],
        "account": {"id": "7", "username": name.partition("@")[0], "acct": name, "display_name": "Ana",
                    "url": f"https://lamps.example/@{name}", "followers_count": 12},
        **changed,
    }  # fmt: skip


@dataclass
class Mastodon:
    """One hashtag (#lamp), one account (@studio), a search, and notifications of the token's account."""

    statuses: list[dict[str, JSON]]
    notifications: list[dict[str, JSON]] = field(default_factory=list)
    scopes: tuple[str, ...] = ("read:statuses", "read:search")
    links: bool = True  # whether answers carry the Link header
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        paging = {"limit", "min_id", "max_id"}
        wanted = {
            "/api/v1/timelines/tag/lamp": lambda: self._page(asked, self.statuses, paging),
            "/api/v1/accounts/lookup": lambda: self._account(asked),
            "/api/v1/accounts/7/statuses": lambda: self._page(asked, self.statuses, paging | {"exclude_reblogs"}),
            "/api/v1/statuses": lambda: self._look_up(asked),
            "/api/v1/notifications": lambda: self._page(asked, self.notifications, paging | {"types[]"}),
            "/api/v2/search": lambda: self._search(asked, paging | {"q", "type"}),
        }
        wanted["/api/v1/apps/verify_credentials"] = lambda: Reply({"name": "Earful", "scopes": [*self.scopes]})
        needs_token = asked.path in {"/api/v1/notifications", "/api/v2/search", "/api/v1/apps/verify_credentials"}
        if needs_token and asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply({"error": "The access token is invalid"}, 401)
        return wanted[asked.path]() if asked.path in wanted else Reply({"error": "Not Found"}, 404)

    def _account(self, asked: Asked) -> Reply:
        known = asked.query == {"acct": "studio"}
        return Reply({"id": "7", "acct": "studio"}) if known else Reply({"error": "Record not found"}, 404)

    def _page(self, asked: Asked, items: list[dict[str, JSON]], allowed: set[str]) -> Reply:
        fixed = {"types[]": "mention", "type": "statuses", "exclude_reblogs": "true"}
        named = all(asked.query.get(name) == value for name, value in fixed.items() if name in allowed)
        if not named or not set(asked.query) <= allowed or not 1 <= int(asked.query["limit"]) <= 40:
            return Reply({"error": f"Validation failed: {asked.query}"}, 422)
        limit, low, high = (int(asked.query.get(name, "0")) for name in ("limit", "min_id", "max_id"))
        within = sorted(
            (item for item in items if int(str(item["id"])) > low and (not high or int(str(item["id"])) < high)),
            key=lambda item: -int(str(item["id"])),
        )
        shown = within[-limit:] if low else within[:limit]  # min_id pages forward, from the oldest
        headers = {}
        if shown and self.links:
            rest = {name: value for name, value in asked.query.items() if name not in {"min_id", "max_id"}}
            older, newer = (urlencode({**rest, side: shown[at]["id"]}) for side, at in (("max_id", -1), ("min_id", 0)))
            home = f"https://mastodon.example{asked.path}"
            headers["Link"] = f'<{home}?{older}>; rel="next", <{home}?{newer}>; rel="prev"'
        return Reply(shown, headers=headers)

    def _look_up(self, asked: Asked) -> Reply:
        wanted = asked.many.get("id[]", [])
        if set(asked.query) != {"id[]"} or len(wanted) > 20:
            return Reply({"error": "Validation failed"}, 422)
        return Reply([status for status in self.statuses if status["id"] in wanted])

    def _search(self, asked: Asked, allowed: set[str]) -> Reply:
        """Newest first, whatever is asked: in a search min_id is only a filter."""
        low = int(asked.query.get("min_id", "0"))
        found = [status for status in self.statuses if asked.query["q"] in str(status["content"])]
        query = {name: value for name, value in asked.query.items() if name != "min_id"}
        without = Asked(asked.method, asked.path, query, asked.headers)
        page = self._page(without, [status for status in found if int(str(status["id"])) > low], allowed)
        return Reply({"accounts": [], "hashtags": [], "statuses": page.body}) if page.status == 200 else page
