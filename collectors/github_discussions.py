"""Discussions of a repository, which GitHub shows by GraphQL only: the last changed first, with all their comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collectors import fields
from collectors.base import JSON, RawPost
from collectors.github_door import Door

_AUTHOR = "author{__typename login url ... on User{databaseId} ... on Bot{databaseId}}"
_SAID = f"id body url {_AUTHOR} createdAt updatedAt lastEditedAt upvoteCount"
_MORE = "pageInfo{hasNextPage endCursor}"
_REPLIES = f"replies(first:50){{totalCount {_MORE} nodes{{{_SAID}}}}}"
_LIST = (
    "query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){"
    "discussions(first:25,after:$after,orderBy:{field:UPDATED_AT,direction:DESC}){"
    f"totalCount {_MORE} nodes{{{_SAID} number title isAnswered category{{name}} "
    f"comments(first:50){{totalCount {_MORE} nodes{{{_SAID} {_REPLIES}}}}}}}}}}}}}"
)
_REST = (
    "query($id:ID!,$after:String){node(id:$id){"
    f"... on Discussion{{more:comments(first:50,after:$after){{{_MORE} nodes{{{_SAID} {_REPLIES}}}}}}} "
    f"... on DiscussionComment{{more:replies(first:50,after:$after){{{_MORE} nodes{{{_SAID}}}}}}}}}}}"
)
_KEPT = "query($ids:[ID!]!){nodes(ids:$ids){id}}"


@dataclass(frozen=True, slots=True)
class Discussions:
    """One page of a repository's discussions; `repository` is false where GitHub shows us none of that name."""

    repository: bool
    nodes: list[JSON]
    onward: str
    total: int | None


def discussions(door: Door, owner: str, name: str, after: str) -> Discussions:
    """The page after a position (empty: the first). Raises as `Door.graph`."""
    data = door.graph(_LIST, {"owner": owner, "name": name, "after": after or None})
    repository = fields.obj_or_empty(data, "repository")
    found = fields.obj_or_empty(repository, "discussions")
    return Discussions(
        repository=bool(repository),
        nodes=fields.list_or_empty(found, "nodes"),
        onward=_onward(found) or "",
        total=fields.count_or_none(found, "totalCount"),
    )


def unfold(door: Door, node: dict[str, JSON]) -> Iterator[RawPost]:
    """A discussion, then each comment and reply in it, asked for where they did not fit; a damaged part stays one."""
    number = node.get("number")
    yield {"what": "discussion", "item": {**node, "comments": _counted(node, "comments")}}
    for comment in _all(door, node, "comments"):
        if not isinstance(comment, dict):
            yield {"what": "discussion comment", "item": comment}
            continue
        shown = {**comment, "replies": _counted(comment, "replies")}
        yield {"what": "discussion comment", "item": shown, "number": number, "parent": node.get("id")}
        for reply in _all(door, comment, "replies"):
            yield {"what": "discussion comment", "item": reply, "number": number, "parent": comment.get("id")}


def missing(door: Door, ids: list[str]) -> list[str]:
    """Which of these ids (at most 100) name nothing any more. Raises as `Door.graph`."""
    nodes = fields.list_or_empty(door.graph(_KEPT, {"ids": [*ids]}), "nodes")
    if len(nodes) != len(ids):
        return []
    return [name for name, node in zip(ids, nodes, strict=True) if node is None]


def _all(door: Door, node: dict[str, JSON], what: str) -> Iterator[JSON]:
    part, name = fields.obj_or_empty(node, what), fields.text_or_none(node, "id")
    visited: set[str] = set()
    while True:
        yield from fields.list_or_empty(part, "nodes")
        onward = _onward(part)
        if onward is None or name is None or onward in visited:
            return
        visited.add(onward)
        found = door.graph(_REST, {"id": name, "after": onward})
        part = fields.obj_or_empty(fields.obj_or_empty(found, "node"), "more")


def _onward(part: dict[str, JSON]) -> str | None:
    page = fields.obj_or_empty(part, "pageInfo")
    return fields.text_or_none(page, "endCursor") if page.get("hasNextPage") is True else None


def _counted(node: dict[str, JSON], what: str) -> JSON:
    """The part without its nodes: they are posts of their own."""
    return {"totalCount": fields.obj_or_empty(node, what).get("totalCount")}
