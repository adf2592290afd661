"""A made-up Discourse forum that lists its newest posts as real ones do, newer and older ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply


def discourse_post(number: int, **changed: JSON) -> dict[str, JSON]:
    """One post as /posts.json shows it; five make a topic."""
    when = datetime.fromtimestamp(BEGIN + 60 * number, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": number, "username": f"player_{number}", "name": f"Player {number}", "user_id": 500 + number,
        "created_at": when, "updated_at": when, "version": 1, "post_type": 1,
        "cooked": f"<p>The lamp {number} <b>flickers</b> &amp; dies.</p>", "raw": f"The lamp {number} **flickers**",
        "post_number": number % 5 + 1, "reply_to_post_number": None, "topic_id": 40 + number // 5,
        "topic_slug": "lamps", "topic_title": "Lamps that flicker", "category_id": 7, "reply_count": 2,
        "actions_summary": [{"id": 2, "count": 3}], "deleted_at": None, "user_deleted": False, "hidden": False,
        **changed,
    }  # fmt: skip


@dataclass
class Discourse:
    """/posts.json of a forum. An `older` one takes `before` as a window of 50 ids, its end included."""

    posts: list[dict[str, JSON]]
    older: bool = False
    key: str | None = None  # guests are turned away where there is one

    def __call__(self, asked: Asked) -> Reply:
        if asked.method != "GET" or asked.path != "/posts.json" or set(asked.query) - {"before"}:
            return Reply({"errors": ["The requested URL could not be found."], "error_type": "not_found"}, status=404)
        if self.key and (asked.headers.get("api-key"), asked.headers.get("api-username")) != (self.key, "reader"):
            return Reply({"errors": ["You need to be logged in."], "error_type": "not_logged_in"}, status=403)
        ordered = sorted(self.posts, key=lambda post: -int(str(post["id"])))
        before = int(asked.query["before"]) if "before" in asked.query else None
        if self.older:
            end = int(str(ordered[0]["id"])) if before is None and ordered else before or 0
            shown = [post for post in ordered if end - 50 < int(str(post["id"])) <= end]
        else:
            shown = [post for post in ordered if before is None or int(str(post["id"])) < before][:50]
        return Reply({"latest_posts": shown})
