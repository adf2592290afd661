"""What the studio's account does on the sample's Reddit: it reads threads, and writes, edits and deletes comments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from collectors.base import JSON
from service.testing.studio.conversation import Conversation, Said
from service.testing.studio.ids import external_id
from service.testing.studio.reddit import (
    ACCOUNT,
    Answer,
    Thing,
    not_found,
    said_thing,
    thing_of,
    thread_of,
    wrap,
)
from service.testing.studio.showing import Showing, Shown

_LIMIT = 10_000


def me() -> Answer:
    """The answer to GET /api/v1/me."""
    return Answer(body={"name": ACCOUNT, "id": "sample"})


def thread(showing: Showing, said: list[Said], submission: str, query: Mapping[str, str]) -> Answer:
    """The answer to GET /comments/{submission}: the submission, and what is right below it or below one comment."""
    above = _find(showing, f"t3_{submission}")
    if above is None:
        return not_found()
    focus = query.get("comment", "")
    parent = f"t1_{focus}" if focus else f"t3_{submission}"
    things = [said_thing(showing, each) for each in said]
    things += [thing_of(showing, each) for each in showing.of("reddit")]
    below = [thing for thing in things if thing["data"].get("parent_id") == parent]
    if focus:
        commented = next((thing for thing in things if thing["data"]["name"] == parent), None)
        if commented is None:
            return not_found()
        below = [{**commented, "data": {**commented["data"], "replies": wrap(below) if below else ""}}]
    return Answer(body=[wrap([thing_of(showing, above)]), wrap(below)])


def own_comments(showing: Showing, said: list[Said]) -> Answer:
    """The answer to GET /user/{account}/comments."""
    return Answer(body=wrap([said_thing(showing, each) for each in said if not each.writer]))


def comment(showing: Showing, talk: Conversation, form: Mapping[str, str], now: datetime) -> Answer:
    """The answer to POST /api/comment."""
    parent, text = form.get("thing_id", ""), form.get("text", "").strip()
    under = _find(showing, parent)
    above = next((each for each in talk.heard(now) if each.name == parent), None)
    if under is not None and not under.deleted:
        place = external_id(thread_of(showing, under).post)
    elif above is not None:
        place = above.thread
    else:
        return _no("DELETED_COMMENT", "that comment has been deleted")
    if not text:
        return _no("NO_TEXT", "we need something here")
    if len(text) > _LIMIT:
        return _no("TOO_LONG", "this is too long (max: 10000)")
    return _written(showing, talk.say(text, parent=parent, thread=place, under=under, now=now))


def edit(showing: Showing, talk: Conversation, form: Mapping[str, str], now: datetime) -> Answer:
    """The answer to POST /api/editusertext."""
    held = talk.edit(form.get("thing_id", ""), form.get("text", "").strip(), now=now)
    return _written(showing, held) if held is not None else _no("NOT_AUTHOR", "you can't do that")


def delete(talk: Conversation, form: Mapping[str, str]) -> Answer:
    """The answer to POST /api/del, which is the same whether there was anything or not."""
    talk.delete(form.get("id", ""))
    return Answer(body={})


def _find(showing: Showing, name: str) -> Shown | None:
    return next(
        (each for each in showing.posts if each.post.source == "reddit" and external_id(each.post) == name), None
    )


def _written(showing: Showing, said: Said) -> Answer:
    things: list[Thing] = [said_thing(showing, said)]
    return Answer(body={"json": {"errors": [], "data": {"things": [dict(thing) for thing in things]}}})


def _no(code: str, words: str) -> Answer:
    body: JSON = {"json": {"errors": [[code, words, "thing_id"]]}}
    return Answer(body=body)
