"""Replies in the topics of a Discourse forum, by an API key and as one of its users (docs.discourse.org).

The key is another one than that with which we listen: it may write, and its user is one whom the forum knows as ours.
A forum refuses a text that its user wrote a moment ago; what stands there then is the reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from urllib.parse import urlencode

from integrations import parts
from integrations.answers import arrived, checked, from_html, moment
from integrations.base import JSON, Finding, IntegrationError, MessageRejected, Receipt, Secret, TargetBusy
from integrations.likeness import as_written, bare, calling_nobody
from integrations.net import Door, Heard, seconds_to_wait
from integrations.replies import Answer, Markup, Place, Replier, ReplierSpec, ReplyRules, Standing
from integrations.servers import WHICH_SERVER, Servers

_KEY, _USER = "DISCOURSE_REPLY_API_KEY", "DISCOURSE_REPLY_API_USERNAME"
_AT_ONCE = 50  # posts in one answer
_LOOKED_AT = 4  # so many answers are looked through for replies when somebody looks
_EVER = datetime(2000, 1, 1, tzinfo=UTC)  # before there was Discourse
_OTHERS_WORDS = re.compile(r"<aside class=\"(?:quote|onebox)(?:(?!<aside\b).)*?</aside>", re.IGNORECASE | re.DOTALL)
_GONE = ("user_deleted", "deleted_at", "hidden")
_WHAT_TO_DO = f"Check {_KEY} (it may have ended, or not allow it) and {_USER}, who must be welcome in that category."


class _NotTaken(MessageRejected):
    """The forum does not take the text: too short, against its rules, or written a moment ago."""


class Discourse:
    """Answers as one user of a forum."""

    def __init__(self, base: str | None, key: str, user: str) -> None:
        self._servers = Servers(base, "url", lambda address: _Forum(address, key, user))

    def look(self, place: Place) -> Standing:
        """The post, replies among the 200 posts after it, and whether its topic is open; see `Replier.look`."""
        forum = self._servers.of(place)
        post = forum.post(place)
        if post is None:
            return Standing(exists=False)
        topic = forum.topic(post)
        why = "The topic is closed." if topic.get("closed") is True else ""
        why = "The topic is archived." if topic.get("archived") is True else why
        return Standing(
            exists=True,
            text=_words(post),
            title=parts.words(post, "topic_title") or topic.words("title") if _number(post) == "1" else None,
            edited_at=moment(post.get("updated_at")) if parts.words(post, "version") not in {"", "1"} else None,
            answers=[*chain.from_iterable(islice(forum.replies(post, topic), _LOOKED_AT))],
            may_answer=not why,
            why_not=why,
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. A forum may keep a reply back until a moderator has seen it."""
        forum = self._servers.of(place)
        post = forum.post(place)
        if post is None:
            raise MessageRejected("The post was deleted or hidden, so that it cannot be answered.")
        said: JSON = {
            "raw": calling_nobody(text),
            "topic_id": post.get("topic_id"),
            "reply_to_post_number": post.get("post_number"),
        }
        try:
            return forum.receipt(forum.door.ask("POST", "/posts.json", json=said))
        except _NotTaken as refused:
            found = self.find(text, place=place, key=key, after=_EVER)
            if found is None:
                raise MessageRejected(str(refused)) from None
            return found

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by our user and the words, back to that moment."""
        del key
        forum = self._servers.of(place)
        post = forum.post(place)
        if post is None:
            return None
        for replies in forum.replies(post, forum.topic(post)):
            found = arrived(replies, text, address=parts.words(post, "topic_id"), after=after, reading=bare)
            if found is not None:
                return found
        return None

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        forum = self._servers.of(place)
        said: JSON = {"post": {"raw": calling_nobody(text)}}
        forum.door.ask("PUT", f"/posts/{receipt.remote_id}.json", json=said)
        return receipt

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        self._servers.of(place).door.ask("DELETE", f"/posts/{receipt.remote_id}.json", gone=True)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`. What a key may do is not told by the forum."""
        forum = self._servers.only()
        if forum is None:
            return [Finding(ok=False, text=WHICH_SERVER, what_to_do="Check it together with a source that names one.")]
        return checked(forum.whose)


class _Forum:
    """One forum, asked as our user."""

    def __init__(self, address: str, key: str, user: str) -> None:
        self.address, self._user = address.rstrip("/"), user
        headers = {"Api-Key": key, "Api-Username": user, "Accept": "application/json"}
        self.door = Door(address, name="The forum", what_to_do=_WHAT_TO_DO, headers=headers, verdict=_verdict)

    def post(self, place: Place) -> Mapping[str, JSON] | None:
        """The post; None where it was deleted or hidden."""
        found = self.door.read(f"/posts/{place.external_id}.json", gone=True)
        if found.status >= 400:
            return None
        if not isinstance(found.body, Mapping) or not (found.words("id") and found.words("topic_id")):
            raise self.door.strange(writing=False)
        return None if any(found.get(mark) for mark in _GONE) else found.body

    def topic(self, post: Mapping[str, JSON]) -> Heard:
        """The topic of a post, with the ids of all that was written in it."""
        found = self.door.read(f"/t/{parts.words(post, 'topic_id')}.json")
        if not isinstance(found.get("post_stream", "stream"), list):
            raise self.door.strange(writing=False)
        return found

    def replies(self, post: Mapping[str, JSON], topic: Heard) -> Iterator[list[Answer]]:
        """The replies to a post, from the end of its topic backward."""
        stream = topic.get("post_stream", "stream")
        ids = [str(one) for one in stream] if isinstance(stream, list) else []
        later = ids[ids.index(parts.words(post, "id")) + 1 :] if parts.words(post, "id") in ids else ids
        to = {_number(post)} | ({""} if _number(post) == "1" else set())  # who answers the first post need not say so
        while later:
            later, batch = later[:-_AT_ONCE], later[-_AT_ONCE:]
            asked = urlencode([*(("post_ids[]", name) for name in batch), ("include_raw", "true")])
            found = self.door.read(f"/t/{parts.words(post, 'topic_id')}/posts.json?{asked}")
            if not isinstance(found.get("post_stream", "posts"), list):
                raise self.door.strange(writing=False)
            posts = [one for one in found.objects("post_stream", "posts") if not any(one.get(mark) for mark in _GONE)]
            yield [self._answer(one) for one in posts if parts.words(one, "reply_to_post_number") in to]

    def receipt(self, heard: Heard) -> Receipt:
        """Where a new post stands, or that it waits for a moderator. Raises OutcomeUncertain where nothing says so."""
        if heard.words("action") == "enqueued":
            return Receipt(address="queue", remote_id=f"pending-{heard.words('pending_post', 'id')}")
        if not isinstance(heard.body, Mapping) or not (heard.words("id") and heard.words("topic_id")):
            raise self.door.strange(writing=True)
        return Receipt(address=heard.words("topic_id"), remote_id=heard.words("id"), url=self._page(heard.body))

    def whose(self) -> str:
        """As whom we answer, in words."""
        name = self.door.read("/session/current.json").words("current_user", "username")
        if not name:
            raise self.door.strange(writing=False)
        return f"Replies come from {name}."

    def _answer(self, post: Mapping[str, JSON]) -> Answer:
        ours = parts.words(post, "username").lower() == self._user.lower()
        return Answer(
            remote_id=parts.words(post, "id"),
            text=as_written(parts.words(post, "raw") or _words(post)) if ours else _words(post),
            by=parts.words(post, "username"),
            ours=ours,
            at=moment(post.get("created_at")),
            url=self._page(post),
        )

    def _page(self, post: Mapping[str, JSON]) -> str:
        slug = parts.words(post, "topic_slug")
        return "/".join([self.address, "t", *([slug] if slug else []), parts.words(post, "topic_id"), _number(post)])


def _number(post: Mapping[str, JSON]) -> str:
    """The post's place in its topic."""
    return parts.words(post, "post_number")


def _words(post: Mapping[str, JSON]) -> str:
    """What the author wrote, without quotes and previews of links, which are others' words."""
    cooked = parts.words(post, "cooked")
    return from_html(_OTHERS_WORDS.sub("", cooked)) or from_html(cooked)


def _verdict(heard: Heard) -> IntegrationError | None:
    wait = heard.get("extras", "wait_seconds")
    if heard.status == 429 and seconds_to_wait(heard.headers) is None and isinstance(wait, int | float):
        return TargetBusy("The forum asks to wait.", retry_after=float(wait))
    if heard.status == 422:
        said = heard.words("errors", 0) or "no reason given"
        return _NotTaken(f"The forum did not take it: {' '.join(said.split())[:200]}")
    return None


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers in the forum of the source, or in the one at `base`."""
    return Discourse(base, secrets[_KEY], secrets[_USER])


_WHERE = "the forum's /admin/api/keys: a key for one user, with topics: read and write, posts: edit"

SPEC = ReplierSpec(
    kind="discourse",
    rules=ReplyRules(
        limit=32_000,
        markup=Markup.MARKDOWN,
        edits=True,
        deletes=True,
        read_as="{id}",
        notes=(
            "Most forums want 20 characters at least, and some keep a reply back until a moderator has seen it.",
            "The forum reads Markdown. The author is told of the reply; names in it (@name) call nobody.",
        ),
        seconds_apart=5.0,
    ),
    secrets=(Secret(name=_KEY, where=_WHERE), Secret(name=_USER, where="the name of that user")),
    build=build,
)
