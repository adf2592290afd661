"""GitHub's API: lists by REST, discussions by GraphQL, and what its refusals mean (docs.github.com/rest)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from collectors import fields
from collectors.base import JSON, SourceBusy, SourceRefused
from collectors.net import Answer, Net
from collectors.verdicts import resets_in, retry_after

HOME = "https://api.github.com"
_NEXT = re.compile(r"<([^<>]+)>\s*;[^<]*\brel=\"?next\b")
_PAUSE = 60.0  # seconds, where GitHub tells of its secondary limits without saying how long


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list; `items` is None where nothing changed since the tag was given."""

    items: list[JSON] | None
    onward: str | None
    tag: str | None


class Door:
    """Asks GitHub, with a token or as a guest (60 requests an hour)."""

    def __init__(self, token: str | None, net: Net) -> None:
        self._net = net
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self.signed_in = bool(token)
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        net.home(HOME, verdict=_verdict)

    def list(self, url: str, params: Mapping[str, str] | None = None, tag: str | None = None) -> Listed:
        """One page of a REST list: from its address, or from where the last page pointed to. Raises as `Net.json`."""
        answer, data = self._net.json_answer(url, params=params, headers=self._headers, etag=tag)
        if answer.not_modified:
            return Listed(None, None, tag)
        if not isinstance(data, list):
            raise _unknown_form()
        onward = _NEXT.search(answer.headers.get("link", ""))
        safe = onward is not None and onward[1].startswith(f"{HOME}/")  # our token goes nowhere else
        return Listed(data, onward[1] if onward and safe else None, answer.headers.get("etag"))

    def about(self, repo: str) -> tuple[Answer, JSON]:
        """What GitHub says of a repository, with the answer that has its limits. Raises as `Net.json`."""
        return self._net.json_answer(f"{HOME}/repos/{repo}", headers=self._headers)

    def graph(self, query: str, variables: dict[str, JSON]) -> dict[str, JSON]:
        """The data of a GraphQL answer; parts that do not exist are null in it.

        Raises as `Net.json`; SourceBusy where the hour's points are used up, SourceRefused for other errors.
        """
        asked: JSON = {"query": query, "variables": variables}
        answer = self._net.json(f"{HOME}/graphql", data=asked, headers=self._headers)
        if not isinstance(answer, dict):
            raise _unknown_form()
        errors = [error for error in fields.objects(answer.get("errors")) if error.get("type") != "NOT_FOUND"]
        if errors:
            said = fields.text_or_none(errors[0], "message") or "no reason given"
            if errors[0].get("type") == "RATE_LIMITED":
                raise SourceBusy(f"GitHub asks us to slow down: {said}")
            raise SourceRefused(f"GitHub refuses our question: {said[:200]}.", what_to_do="Check the token's rights.")
        data = answer.get("data")
        if not isinstance(data, dict):
            raise _unknown_form()
        return data


def _unknown_form() -> SourceBusy:
    return SourceBusy("GitHub answered in a form that we do not know; its API may have changed.")


def _verdict(answer: Answer) -> None:
    """GitHub says 403 also where it means that the hour's requests are used up, or that we are too fast."""
    if answer.status not in {403, 429}:
        return
    wait = retry_after(answer.headers)
    if wait is None and answer.headers.get("x-ratelimit-remaining") == "0":
        wait = resets_in(answer.headers)
    if wait is None and any(sign in _message(answer) for sign in ("rate limit", "abuse")):
        wait = _PAUSE
    if wait is not None:
        raise SourceBusy(f"GitHub asks us to slow down ({answer.status}).", retry_after=wait)


def _message(answer: Answer) -> str:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return ""
    return (fields.text_or_none(said, "message") or "").lower() if isinstance(said, dict) else ""
