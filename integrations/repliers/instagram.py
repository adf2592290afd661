"""Replies to comments under the media of our own Instagram professional account, and as that account.

By the Graph API (developers.facebook.com/docs/instagram-platform, ig-comment/replies). Answers to a comment stand in
one list below it, whomever they answer, so that each begins with the name of whom it is for, as in Instagram's app.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from integrations import parts
from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, Receipt, Secret, TargetRefused
from integrations.graph import Graph, NotThere
from integrations.likeness import addressed, as_written, bare
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Standing

_TOKEN, _SECRET = "INSTAGRAM_TOKEN", "FACEBOOK_APP_SECRET"
_LISTED = {"fields": "id,text,timestamp,username", "limit": "50"}
_LOOKED_AT = 4  # so many answers are looked through for replies when somebody looks
_NAMED = 32  # characters kept for the author: @, a name of at most thirty, a space
_WHAT_TO_DO = (
    f"Check {_TOKEN}: a token of the Page that the account belongs to, with instagram_basic and "
    "instagram_manage_comments."
)


class Instagram:
    """Answers as one account."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._me = ""

    def look(self, place: Place) -> Standing:
        """The comment, whether its medium is open to comments, and the answers to it; see `Replier.look`."""
        try:
            found = self._graph.show(place.external_id, "id,text,media{id,is_comment_enabled}")
            answers = [*chain.from_iterable(islice(self._below(place), _LOOKED_AT))]
        except NotThere:
            return Standing(exists=False)
        closed = found.get("media", "is_comment_enabled") is False
        return Standing(
            exists=True,
            text=found.words("text"),
            answers=answers,
            may_answer=not closed,
            why_not="Comments are switched off there." if closed else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. Instagram takes no key."""
        del key
        made = self._graph.write(f"{place.external_id}/replies", {"message": addressed(text, place.handle)})
        return Receipt(address=_above(place), remote_id=made.words("id"), url=place.url)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: by our account and the words, among all answers to the comment."""
        del key
        try:
            answers = [*chain.from_iterable(self._below(place))]
        except NotThere:  # what was deleted took the answers below it with it
            return None
        return arrived(answers, text, address=_above(place), after=after, reading=bare)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        del place
        self._graph.remove(receipt.remote_id)

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`. The token does not tell what it may do."""
        self._me = ""
        return checked(lambda: f"Replies come from @{self._whose()}.")

    def _below(self, place: Place) -> Iterator[list[Answer]]:
        """The answers that are for the author, as their beginning says: the list is one for all."""
        me = self._whose()
        for page in self._graph.edge(f"{_above(place)}/replies", _LISTED):
            answers = [_answer(one, me, place) for one in page]
            yield [answer for answer, one in zip(answers, page, strict=True) if _is_for(one, place)]

    def _whose(self) -> str:
        """Our account's name."""
        if not self._me:
            found = self._graph.show("me", "id,instagram_business_account{id,username}")
            self._me = found.words("instagram_business_account", "username")
            if not self._me:
                raise TargetRefused("No Instagram account belongs to the token's Page.", what_to_do=_WHAT_TO_DO)
        return self._me


def _above(place: Place) -> str:
    """The comment in whose list the answers stand."""
    return place.parent_id or place.external_id


def _is_for(answer: Mapping[str, JSON], place: Place) -> bool:
    words = parts.words(answer, "text").lower()
    return place.parent_id is None or not place.handle or words.startswith(f"@{place.handle.lower()}")


def _answer(comment: Mapping[str, JSON], me: str, place: Place) -> Answer:
    author, text = parts.words(comment, "username"), parts.words(comment, "text")
    return Answer(
        remote_id=parts.words(comment, "id"),
        text=as_written(text, place.handle) if author == me else text,
        by=author,
        ours=author == me,
        at=moment(comment.get("timestamp")),
        url=place.url,
    )


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers as the account that belongs to the token's Page."""
    return Instagram(Graph(base, secrets[_TOKEN], secrets.get(_SECRET), name="Instagram", what_to_do=_WHAT_TO_DO))


SPEC = ReplierSpec(
    kind="instagram",
    rules=ReplyRules(
        limit=300 - _NAMED,
        deletes=True,
        read_as="{id}",
        notes=(
            "The author's name is put before the text by itself: of Instagram's 300 characters 32 are kept for it.",
            "Instagram takes at most four hashtags and one address, and no text in capitals alone.",
            "A reply cannot be changed afterwards, only deleted; names of others in it call nobody.",
        ),
        seconds_apart=5.0,
    ),
    secrets=(
        Secret(
            name=_TOKEN,
            where="https://developers.facebook.com/tools/explorer (a token of the Page that the account belongs to), "
            "with instagram_basic and instagram_manage_comments",
        ),
        Secret(
            name=_SECRET,
            where="https://developers.facebook.com/apps (where the app asks for proof of it)",
            required=False,
        ),
    ),
    build=build,
)
