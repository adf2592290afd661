"""A made-up GitHub with one issue that has a comment, and one discussion that has a comment with an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from integrations.base import MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, HttpFake, On, Peculiar, Refused, iso, json_of, query_of, route
from tests.recorded.web import Asked, Reply

ISSUE, REMARK, DISCUSSION, IDEA, NESTED = "I_1", "IC_1", "D_1", "DC_1", "DC_2"
A_PAGE = 100
_WORDS = set(
    re.findall(
        r"\w+",
        """query mutation ID String node id before last input body Issue PullRequest IssueComment Discussion on
        DiscussionComment __typename lastEditedAt title locked issue discussion comments replies replyTo deletedAt
        pageInfo hasPreviousPage startCursor nodes url createdAt viewerDidAuthor author login viewer addComment
        subjectId commentEdge addDiscussionComment discussionId replyToId comment updateIssueComment issueComment
        updateDiscussionComment commentId deleteIssueComment clientMutationId deleteDiscussionComment""",
    )
)


def error(kind: str | None, message: str, data: object = None) -> Reply:
    """What GraphQL answers, with status 200, where it does not do it."""
    return Reply({"data": data, "errors": [{**({"type": kind} if kind else {}), "message": message}]})


def rest(status: int, message: str, **headers: str) -> Reply:
    """What stands before GraphQL refuses."""
    return Reply({"message": message, "documentation_url": "https://docs.example"}, status=status, headers=headers)


@dataclass
class Platform(HttpFake):
    """/graphql: looking at nodes, and comments."""

    by_key = True
    peculiar = (
        Peculiar(name="secondary", reply=rest(403, "You have exceeded a secondary rate limit."), error=TargetBusy,
                 retry_after=60.0),
        Peculiar(name="hour-spent", error=TargetBusy, retry_after=120.0,
                 reply=rest(403, "API rate limit exceeded", **{"x-ratelimit-remaining": "0", "Retry-After": "120"})),
        Peculiar(name="points-spent", reply=error("RATE_LIMITED", "spent"), error=TargetBusy, retry_after=60.0),
        Peculiar(name="points-spent-reading", reply=error("RATE_LIMITED", "spent"), error=TargetBusy, retry_after=60.0,
                 on=On.READ),
        Peculiar(name="may-not", reply=error("FORBIDDEN", "Resource not accessible by token"), error=TargetRefused),
        Peculiar(name="scopes", reply=error("INSUFFICIENT_SCOPES", "needs repo"), error=TargetRefused),
        Peculiar(name="unprocessable", reply=error("UNPROCESSABLE", "submitted too quickly"), error=MessageRejected),
        Peculiar(name="went-wrong", reply=error(None, "Something went wrong"), error=OutcomeUncertain),
        Peculiar(name="went-wrong-reading", reply=error(None, "Something went wrong"), error=TargetBusy, on=On.READ),
    )  # fmt: skip

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    locked: bool = False

    def __post_init__(self) -> None:
        self.secrets, self.wrong = {"GITHUB_TOKEN": "t0ken-of-ours"}, {"GITHUB_TOKEN": "t0ken-of-nobody"}
        self.place = Place(
            external_id=ISSUE, url="https://github.com/studio/lamps/issues/1", thread_id="studio/lamps#1",
            text="The lamp flickers.", handle="ana",
        )  # fmt: skip
        self.put(ISSUE, "Issue", "<!-- Describe it -->\nThe lamp flickers.", title="Lamp")
        self.put(REMARK, "IssueComment", "Mine too.", under=ISSUE)
        self.put(DISCUSSION, "Discussion", "A brighter lamp?", title="Idea")
        self.put(IDEA, "DiscussionComment", "Yes, please.", under=DISCUSSION)
        self.put(NESTED, "DiscussionComment", "And a warmer one.", under=IDEA)

    def put(self, name: str, kind: str, body: str, *, under: str = "", mine: bool = False, **more: object) -> None:
        """Something that somebody wrote."""
        self.nodes[name] = {
            "__typename": kind, "id": name, "body": body, "under": under, "viewerDidAuthor": mine,
            "createdAt": iso(NOW),
            "url": f"https://github.com/studio/lamps/issues/1#{name}", "author": {"login": "lamps" if mine else "ana"},
            "lastEditedAt": None, "deletedAt": None, **more,
        }  # fmt: skip

    def lets_in(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == "Bearer t0ken-of-ours"

    def is_write(self, asked: Asked) -> bool:
        return b'"mutation' in asked.body

    def held(self) -> list[str]:
        return [node["body"] for node in self.nodes.values() if node["viewerDidAuthor"]]

    def remove(self) -> None:
        del self.nodes[ISSUE]

    def change(self, text: str) -> bool:
        self.nodes[ISSUE]["body"] = text
        return True

    def lock(self) -> bool:
        self.locked = True
        return True

    def chatter(self, text: str) -> bool:
        self.put(f"IC_{len(self.nodes)}", "IssueComment", text, under=ISSUE)
        return True

    @route("POST", "/graphql")
    def graphql(self, asked: Asked) -> Reply:
        """One operation, whose words are all of GitHub's schema."""
        query_of(asked)
        body = json_of(asked, {"query", "variables"})
        query, given = body["query"], body["variables"]
        named = set(re.findall(r"(?<!\$)\b[a-zA-Z_]+", query)) - _WORDS - set(re.findall(r"\$(\w+)", query))
        if named or query.count("{") != query.count("}") or set(re.findall(r"\$(\w+)", query)) != given.keys():
            raise Refused(400, f"cannot be parsed: {named}")
        if query == "query{viewer{login}}":
            return Reply({"data": {"viewer": {"login": "lamps"}}})
        found = re.search(r"\{(\w+)\(", query)
        return getattr(self, f"_{found[1] if found else ''}")(given)

    def _node(self, given: dict[str, Any]) -> Reply:
        node = self.nodes.get(given["id"])
        if node is None:
            return error(
                "NOT_FOUND", f"Could not resolve to a node with the global id of '{given['id']}'", {"node": None}
            )
        shown = {**node, "locked": self.locked}
        if node["__typename"] == "IssueComment":
            shown["issue"] = {"id": node["under"], "locked": self.locked, "comments": self._below(node["under"], given)}
        elif node["__typename"] == "DiscussionComment":
            top = node["under"] if node["under"] != DISCUSSION else None
            shown |= {
                "discussion": {"id": DISCUSSION, "locked": self.locked},
                "replies": self._below(node["id"], given),
                "replyTo": {"id": top, "replies": self._below(top, given)} if top else None,
            }  # fmt: skip
        else:
            shown["comments"] = self._below(node["id"], given)
        return Reply({"data": {"node": shown}})

    def _below(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """The last comments before a place."""
        found = [node for node in self.nodes.values() if node["under"] == name]
        end = int(given["before"]) if given["before"] else len(found)
        start = max(0, end - A_PAGE)
        return {
            "nodes": found[start:end],
            "pageInfo": {"hasPreviousPage": start > 0, "startCursor": str(start) if found else None},
        }

    def _addComment(self, given: dict[str, Any]) -> Reply:  # noqa: N802  the mutation's name
        name, refusal = f"IC_{len(self.nodes)}", self._refuses(given["on"], "Issue", given["body"])
        if refusal is None:
            self.put(name, "IssueComment", given["body"], under=given["on"], mine=True)
        node = self.nodes.get(name)
        return refusal or Reply({"data": {"addComment": {"commentEdge": {"node": node}}}})

    def _addDiscussionComment(self, given: dict[str, Any]) -> Reply:  # noqa: N802
        parent = self.nodes.get(given["to"] or "")
        if parent is not None and parent["under"] != DISCUSSION:
            return error("UNPROCESSABLE", "Parent comment is already in a thread, cannot reply to it")
        name, refusal = f"DC_{len(self.nodes)}", self._refuses(given["on"], "Discussion", given["body"])
        if refusal is None:
            self.put(name, "DiscussionComment", given["body"], under=given["to"] or given["on"], mine=True)
        return refusal or Reply({"data": {"addDiscussionComment": {"comment": self.nodes[name]}}})

    def _updateIssueComment(self, given: dict[str, Any]) -> Reply:  # noqa: N802
        return self._update(given, "IssueComment", "updateIssueComment", "issueComment")

    def _updateDiscussionComment(self, given: dict[str, Any]) -> Reply:  # noqa: N802
        return self._update(given, "DiscussionComment", "updateDiscussionComment", "comment")

    def _deleteIssueComment(self, given: dict[str, Any]) -> Reply:  # noqa: N802
        return self._delete(given, "deleteIssueComment")

    def _deleteDiscussionComment(self, given: dict[str, Any]) -> Reply:  # noqa: N802
        return self._delete(given, "deleteDiscussionComment")

    def _update(self, given: dict[str, Any], kind: str, what: str, part: str) -> Reply:
        refusal = self._refuses(given["id"], kind, given["body"])
        if refusal is None:
            self.nodes[given["id"]]["body"] = given["body"]
        return refusal or Reply({"data": {what: {part: self.nodes[given["id"]]}}})

    def _delete(self, given: dict[str, Any], what: str) -> Reply:
        if self.nodes.pop(given["id"], None) is None:
            return error("NOT_FOUND", "Could not resolve to a node", {what: None})
        return Reply({"data": {what: {"clientMutationId": None}}})

    def _refuses(self, name: str, kind: str, body: str) -> Reply | None:
        if self.nodes.get(name, {}).get("__typename") != kind:
            return error("NOT_FOUND", f"Could not resolve to a node with the global id of '{name}'")
        if self.locked:
            return error("FORBIDDEN", "Unable to create comment because issue is locked.")
        if not body.strip() or len(body) > 65_536:
            return error("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)")
        return None
