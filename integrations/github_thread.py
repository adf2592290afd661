"""What GitHub's GraphQL says of one post and of the answers below it, and what its refusals mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.base import JSON, IntegrationError, MessageRejected, TargetBusy, TargetRefused
from integrations.net import Heard, resets_in, seconds_to_wait
from integrations.parts import obj, words

WHAT_TO_DO = "Check GITHUB_TOKEN: it has to be allowed to write issues and discussions of the repository."
_PAUSE = 60.0  # seconds, where GitHub tells of its secondary limits without saying how long
_HINTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)  # what templates tell the author, never shown

_LIST = (
    "(last:100,before:$before){pageInfo{hasPreviousPage startCursor}"
    "nodes{id body url createdAt viewerDidAuthor author{login}}}"
)
_SAID = "body lastEditedAt"
LOOK = f"""query($id:ID!,$before:String){{node(id:$id){{__typename
...on Issue{{{_SAID} title id locked comments{_LIST}}}
...on PullRequest{{{_SAID} title id locked comments{_LIST}}}
...on IssueComment{{{_SAID} issue{{id locked comments{_LIST}}}}}
...on Discussion{{{_SAID} title id locked comments{_LIST}}}
...on DiscussionComment{{{_SAID} deletedAt id discussion{{id locked}} replies{_LIST} replyTo{{id replies{_LIST}}}}}
}}}}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where an answer goes: an issue, a discussion, or a comment of one, which alone has answers of its own."""

    said: Mapping[str, JSON]
    subject: str
    locked: bool
    reply_to: str | None
    discussion: bool
    comments: Mapping[str, JSON]

    @property
    def text(self) -> str:
        """The post's words, as readers see them."""
        return _HINTS.sub("", words(self.said, "body")).strip()


def thread_of(heard: Heard) -> Thread | None:
    """The post that was looked at; None where the answer has another form than GitHub's."""
    node = obj(heard.body, "data", "node")
    subject, reply_to = obj(node, "issue") or node, None
    if discussion := obj(node, "discussion"):
        top = obj(node, "replyTo") or node
        subject, reply_to, listed = discussion, words(top, "id"), obj(top, "replies")
    else:
        listed = obj(subject, "comments")
    name = words(subject, "id")
    if not name or not isinstance(listed.get("nodes"), list):
        return None
    return Thread(
        said=node,
        subject=name,
        locked=subject.get("locked") is True,
        reply_to=reply_to,
        discussion=bool(discussion) or node.get("__typename") == "Discussion",
        comments=listed,
    )


def missing(heard: Heard) -> str:
    """What GitHub says that it does not have; empty where it misses nothing."""
    errors = [error for error in heard.objects("errors") if error.get("type") == "NOT_FOUND"]
    return f"GitHub does not know it: {words(errors[0], 'message')[:200]}" if errors else ""


def verdict(heard: Heard) -> IntegrationError | None:
    """A `Verdict` for `Door`: 403 where we are too fast, 200 where GraphQL refuses.

    Errors without a type tell of no outcome.
    """
    wait = seconds_to_wait(heard.headers)
    if wait is None and heard.headers.get("x-ratelimit-remaining") == "0":
        wait = resets_in(heard.headers, "x-ratelimit-reset")
    said = heard.words("message").lower()
    if heard.status in (403, 429) and (wait is not None or "rate limit" in said or "abuse" in said):
        return TargetBusy("GitHub asks to wait.", retry_after=_PAUSE if wait is None else wait)
    for error in heard.objects("errors") if heard.status < 300 else ():
        kind, why = error.get("type"), words(error, "message")[:200]
        if kind == "RATE_LIMITED":
            return TargetBusy(f"GitHub asks to wait: {why}", retry_after=_PAUSE if wait is None else wait)
        if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES") and "locked" not in why:
            return TargetRefused(f"GitHub refused: {why}.", what_to_do=WHAT_TO_DO)
        if kind and kind != "NOT_FOUND":
            return MessageRejected(f"GitHub did not take it: {why}")
    return None
