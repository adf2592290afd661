"""X's API: what is asked for with every post, and what refusals mean (docs.x.com/x-api)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from collectors import fields
from collectors.base import JSON, SourceBusy, SourceRefused
from collectors.net import Answer, Net
from collectors.x_post import users

HOME = "https://api.x.com"
_SHOWN = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,"
    "note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,withheld",
    "expansions": "author_id",
    "user.fields": "name,public_metrics,username,verified",
}


class TooOld(SourceRefused):
    """X does not go back as far as the id that we asked from."""


class Door:
    """Asks X for one run of a source."""

    def __init__(self, token: str, net: Net) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._net = net
        net.home(HOME, verdict=_verdict)

    def ask(self, path: str, params: Mapping[str, str]) -> dict[str, JSON]:
        """The answer to a question about posts.

        Raises as `Net.json`, and TooOld; SourceRefused too where X says in a good answer that it has nothing to show.
        """
        answer = self._net.json(f"{HOME}/2/{path}", params={**_SHOWN, **params}, headers=self._headers)
        if not isinstance(answer, dict) or not {"data", "meta", "errors"} & set(answer):
            raise SourceBusy("X answered in a form that we do not know; its API may have changed.")
        errors = fields.objects(answer.get("errors"))
        if errors and "ids" not in params and not {"data", "meta"} & set(answer):
            raise SourceRefused(f"X refuses: {_words(errors[0])}.", what_to_do="Check the source's options.")
        return answer

    def usage(self) -> dict[str, JSON]:
        """How many posts the project read this month, and how many it may read. Costs nothing. Raises as `Net.json`."""
        answer = self._net.json(f"{HOME}/2/usage/tweets", headers=self._headers)
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            raise SourceBusy("X answered in a form that we do not know; its API may have changed.")
        return fields.obj(answer, "data")

    def look_up(self, names: Sequence[str]) -> tuple[list[tuple[JSON, JSON]], list[str]]:
        """Posts (at most 100) with their authors, and the ids of which X says that it shows them no more."""
        answer = self.ask("tweets", {"ids": ",".join(names)})
        authors = users(answer)
        found = [(item, author_of(item, authors)) for item in fields.list_or_empty(answer, "data")]
        told = [error for error in fields.objects(answer.get("errors")) if error.get("parameter") == "ids"]
        lost = {fields.text_or_none(error, "resource_id") or fields.text_or_none(error, "value") for error in told}
        return found, [name for name in names if name in lost]


def author_of(item: JSON, authors: Mapping[str, JSON]) -> JSON:
    """The author of a post among those that came with it."""
    return authors.get(str(item.get("author_id"))) if isinstance(item, dict) else None


def _words(problem: Mapping[str, JSON]) -> str:
    said = fields.text_or_none(problem, "detail") or fields.text_or_none(problem, "message")
    return (said or fields.text_or_none(problem, "title") or "no reason given")[:300].rstrip(".")


def _verdict(answer: Answer) -> None:
    """X gives the reason of a refusal in the body; "too many" and troubles of its own are in the common table."""
    if answer.status == 429 or answer.status >= 500:
        return
    try:
        said = json.loads(answer.body)
    except ValueError:
        return
    if not isinstance(said, dict) or not {"detail", "title", "errors"} & set(said):
        return
    told = [said, *fields.objects(said.get("errors"))]
    asked = {name for one in told for name in fields.obj_or_empty(one, "parameters")}
    if answer.status == 400 and asked & {"since_id", "until_id"}:
        raise TooOld("X does not go back that far (400).", what_to_do="Listen more often than once a week.")
    what_to_do = {
        401: "Check X_BEARER_TOKEN: it may be wrong or withdrawn.",
        402: "Check the credits of the developer account.",
        403: "Check what the developer account may read.",
    }.get(answer.status, "Check the source's options.")
    reason = re.sub(r"\s+", " ", _words(told[-1] if answer.status == 400 else said))
    raise SourceRefused(f"X refuses ({answer.status}): {reason}.", what_to_do=what_to_do, status=answer.status)
