"""Answers to issues, discussions and their comments on GitHub, by its GraphQL API with the token that also listens.

Facts come from docs.github.com/graphql. GitHub takes the same answer twice, so each carries its key in a comment of
HTML that readers do not see, and is found by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.answers import CLOCKS, checked, moment
from integrations.base import (
    JSON,
    Finding,
    MessageRejected,
    Receipt,
    Secret,
    TargetBusy,
)
from integrations.github_thread import LOOK, WHAT_TO_DO, Thread, missing, thread_of, verdict
from integrations.net import Door, Heard
from integrations.parts import obj, objects, words
from integrations.replies import Answer, Markup, Place, Replier, ReplierSpec, ReplyRules, Standing

HOME = "https://api.github.com"
_PAGES = 50  # of a hundred comments
_MARK = re.compile(r"\s*<!-- earful:[^<>]* -->\Z")

_ADD = "mutation($on:ID!,$body:String!){addComment(input:{subjectId:$on,body:$body}){commentEdge{node{id url}}}}"
_DISCUSS = (
    "mutation($on:ID!,$to:ID,$body:String!){addDiscussionComment(input:{discussionId:$on,replyToId:$to,body:$body})"
    "{comment{id url}}}"
)
_CHANGE = (
    "mutation($id:ID!,$body:String!){updateIssueComment(input:{id:$id,body:$body}){issueComment{id url}}}",
    "mutation($id:ID!,$body:String!){updateDiscussionComment(input:{commentId:$id,body:$body}){comment{id url}}}",
)
_DELETE = (
    "mutation($id:ID!){deleteIssueComment(input:{id:$id}){clientMutationId}}",
    "mutation($id:ID!){deleteDiscussionComment(input:{id:$id}){comment{id}}}",
)


class Github:
    """Answers as the account of one token."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def __repr__(self) -> str:
        return f"Github({self._door!r})"

    def look(self, place: Place) -> Standing:
        """The post, and the newest hundred answers."""
        thread = self._thread(place)
        if thread is None:
            return Standing(exists=False)
        return Standing(
            exists=True,
            text=thread.text,
            title=words(thread.said, "title") or None,
            edited_at=moment(thread.said.get("lastEditedAt")),
            answers=[_answer(one) for one in objects(thread.comments, "nodes")],
            may_answer=not thread.locked,
            why_not="The conversation is locked." if thread.locked else "",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Comment below the issue or the discussion, or answer a discussion's comment."""
        thread = self._thread(place)
        if thread is None:
            raise MessageRejected("The post is gone from GitHub.")
        body = f"{_addressed(text, place, thread)}\n\n{_mark(key)}"
        if thread.discussion:
            given: dict[str, JSON] = {"on": thread.subject, "to": thread.reply_to, "body": body}
            heard = self._ask(_DISCUSS, given, writing=True)
            return self._receipt(heard, ("addDiscussionComment", "comment"), thread.subject)
        heard = self._ask(_ADD, {"on": thread.subject, "body": body}, writing=True)
        return self._receipt(heard, ("addComment", "commentEdge", "node"), thread.subject)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the key, among our comments since the sending."""
        del text
        before: str | None = None
        for _ in range(_PAGES):
            thread = self._thread(place, before)
            if thread is None:
                return None
            for one in objects(thread.comments, "nodes"):
                if one.get("viewerDidAuthor") is True and _mark(key) in words(one, "body"):
                    return Receipt(address=thread.subject, remote_id=words(one, "id"), url=words(one, "url") or None)
            oldest = moment(next(iter(objects(thread.comments, "nodes")), {}).get("createdAt"))
            page = obj(thread.comments, "pageInfo")
            before = words(page, "startCursor")
            reached = oldest is None or oldest < after - CLOCKS
            if reached or page.get("hasPreviousPage") is not True or not before:
                return None
        raise TargetBusy("The thread on GitHub has too many new comments to find ours among them.")

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Write the comment anew; GitHub shows that it was edited. Its key goes with the old words."""
        del place
        discussion = _is_discussions(receipt)
        heard = self._ask(_CHANGE[discussion], {"id": receipt.remote_id, "body": text}, writing=True)
        path = ("updateDiscussionComment", "comment") if discussion else ("updateIssueComment", "issueComment")
        return self._receipt(heard, path, receipt.address)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Delete the comment."""
        del place
        heard = self._ask(_DELETE[_is_discussions(receipt)], {"id": receipt.remote_id}, writing=True)
        if not missing(heard) and not isinstance(heard.get("data"), Mapping):
            raise self._door.strange(writing=True)

    def check(self) -> Sequence[Finding]:
        """Whose token it is. Whether it may write in a repository is known once something is answered."""

        def ask() -> str:
            login = self._ask("query{viewer{login}}", {}, writing=False).words("data", "viewer", "login")
            if not login:
                raise self._door.strange(writing=False)
            return f"Answers are written by {login}."

        return checked(ask)

    def _ask(self, query: str, variables: dict[str, JSON], *, writing: bool) -> Heard:
        asked: JSON = {"query": query, "variables": variables}
        return self._door.ask("POST", "/graphql", json=asked, writing=writing)

    def _thread(self, place: Place, before: str | None = None) -> Thread | None:
        """The post and where its answers are; None where it is gone."""
        heard = self._ask(LOOK, {"id": place.external_id, "before": before}, writing=False)
        if missing(heard) or heard.get("data", "node", "deletedAt"):
            return None
        thread = thread_of(heard)
        if thread is None:
            raise self._door.strange(writing=False)
        return thread

    def _receipt(self, heard: Heard, path: Sequence[str], subject: str) -> Receipt:
        if said := missing(heard):
            raise MessageRejected(said)
        name = heard.words("data", *path, "id")
        if not name:
            raise self._door.strange(writing=True)
        return Receipt(address=subject, remote_id=name, url=heard.words("data", *path, "url") or None)


def _mark(key: str) -> str:
    return f"<!-- earful:{key} -->"


def _addressed(text: str, place: Place, thread: Thread) -> str:
    """The words, with the author's handle before them where the author is one of several below an issue."""
    several = "issue" in thread.said and place.handle
    return f"@{place.handle} {text}" if several and not text.startswith(f"@{place.handle}") else text


def _answer(comment: Mapping[str, JSON]) -> Answer:
    return Answer(
        remote_id=words(comment, "id"),
        text=_MARK.sub("", words(comment, "body")),
        by=words(comment, "author", "login") or "ghost",
        ours=comment.get("viewerDidAuthor") is True,
        at=moment(comment.get("createdAt")),
        url=words(comment, "url") or None,
    )


def _is_discussions(receipt: Receipt) -> bool:
    """Whether it is a discussion's comment: its id begins so."""
    return receipt.remote_id.startswith("DC_")


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the token."""
    headers = {"Authorization": f"Bearer {secrets['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    return Github(Door(base_url or HOME, name="GitHub", what_to_do=WHAT_TO_DO, headers=headers, verdict=verdict))


SPEC = ReplierSpec(
    kind="github",
    rules=ReplyRules(
        limit=65_482,  # 65,536 less the key
        markup=Markup.MARKDOWN,
        edits=True,
        deletes=True,
        read_as="{id}",
        notes=(
            "GitHub takes 65,536 characters, of which the answer's key uses 54.",
            "An answer to a comment on an issue begins with its author's handle, which we put there and which counts.",
            "Handles that you write call people, and #1 links an issue.",
        ),
    ),
    secrets=(
        Secret(
            name="GITHUB_TOKEN",
            where="https://github.com/settings/personal-access-tokens: a token that may write issues and discussions.",
        ),
    ),
    build=build,
)
