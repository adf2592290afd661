"""Comments on Facebook, below comments and visitors' posts on our own Page, and as the Page.

By the Graph API (developers.facebook.com/docs/graph-api/reference/object/comments). Facebook has two levels: an answer
to an answer stands beside it, below the same comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from integrations import parts
from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, Receipt, Secret
from integrations.graph import Graph, NotThere
from integrations.likeness import as_written, bare, calling_nobody
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Standing

_TOKEN, _SECRET = "FACEBOOK_PAGE_TOKEN", "FACEBOOK_APP_SECRET"
_COMMENT = "id,message,from{id,name},created_time,permalink_url"
_LISTED = {"fields": _COMMENT, "order": "reverse_chronological", "limit": "50"}
_LOOKED_AT = 4  # so many answers are looked through for replies when somebody looks
_CALL = re.compile(r"@(?=\[)")  # what makes a call of a number in brackets
_WHAT_TO_DO = f"Check {_TOKEN}: a token of the Page, with pages_manage_engagement and pages_read_user_content."


class Facebook:
    """Answers as one Page."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._me = ""

    def look(self, place: Place) -> Standing:
        """The comment or post and the newest comments below it; see `Replier.look`. Facebook tells of no edit."""
        name, post = _name(place), place.external_id.startswith("post ")
        try:
            found = self._graph.show(name, "id,message" if post else "id,message,can_comment")
            answers = [*chain.from_iterable(islice(self._below(place), _LOOKED_AT))]
        except NotThere:
            return Standing(exists=False)
        closed = found.get("can_comment") is False
        return Standing(
            exists=True,
            text=found.words("message"),
            answers=answers,
            may_answer=not closed,
            why_not="Facebook lets nobody comment there." if closed else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. Facebook takes no key."""
        del key
        said = {"message": calling_nobody(text, sign=_CALL), "fields": "id,permalink_url"}
        made = self._graph.write(f"{_name(place)}/comments", said)
        return Receipt(address=_name(place), remote_id=made.words("id"), url=made.words("permalink_url") or None)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by our Page and the words, among all comments there."""
        del key
        try:
            answers = [*chain.from_iterable(self._below(place))]
        except NotThere:  # what was deleted took the comments below it with it
            return None
        return arrived(answers, text, address=_name(place), after=after, reading=bare)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        del place
        self._graph.write(receipt.remote_id, {"message": calling_nobody(text, sign=_CALL)})
        return receipt

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        del place
        self._graph.remove(receipt.remote_id)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`. A token of a Page does not tell what it may do."""
        return checked(lambda: f"Replies come from {self._graph.show('me', 'id,name').words('name')}.")

    def _below(self, place: Place) -> Iterator[list[Answer]]:
        """The comments below a post, newest first; then ours beside it, where it is an answer itself."""
        if not self._me:
            self._me = self._graph.show("me", "id,name").words("id")
        for page in self._graph.edge(f"{_name(place)}/comments", _LISTED):
            yield [_answer(one, self._me) for one in page]
        for page in self._graph.edge(f"{place.parent_id}/comments", _LISTED) if place.parent_id else ():
            yield [answer for one in page if (answer := _answer(one, self._me)).ours]


def _name(place: Place) -> str:
    """The object's number: a visitor's post has a word before it."""
    return place.external_id.removeprefix("post ")


def _answer(comment: Mapping[str, JSON], me: str) -> Answer:
    author = parts.words(comment, "from", "id")
    text = parts.words(comment, "message")
    return Answer(
        remote_id=parts.words(comment, "id"),
        text=as_written(text) if author == me else text,
        by=parts.words(comment, "from", "name"),
        ours=author == me,
        at=moment(comment.get("created_time")),
        url=parts.words(comment, "permalink_url") or None,
    )


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers as the Page of the token."""
    return Facebook(Graph(base, secrets[_TOKEN], secrets.get(_SECRET), name="Facebook", what_to_do=_WHAT_TO_DO))


SPEC = ReplierSpec(
    kind="facebook",
    rules=ReplyRules(
        limit=8000,
        edits=True,
        deletes=True,
        read_as="{id}",
        notes=(
            "The reply is the Page's, and everybody can read it.",
            "Facebook takes the same words again and again for spam, and then lets the Page answer nobody for a while.",
        ),
        seconds_apart=5.0,
    ),
    secrets=(
        Secret(
            name=_TOKEN,
            where="https://developers.facebook.com/tools/explorer (a Page token of a system user does not end), with "
            "pages_manage_engagement and pages_read_user_content",
        ),
        Secret(
            name=_SECRET,
            where="https://developers.facebook.com/apps (where the app asks for proof of it)",
            required=False,
        ),
    ),
    build=build,
)
