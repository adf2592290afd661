"""Meta's Graph API, behind which Facebook and Instagram stand: pages of an edge, lookups, and what its errors mean.

Facts come from developers.facebook.com/docs/graph-api: every error is an answer of 400 with a code inside, and the
addresses of further pages carry the token, so they are neither followed nor kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collectors import fields
from collectors.abilities import Ability, tried
from collectors.base import JSON, Passport, ReplyDoor, Secret, SourceBusy, SourceRefused
from collectors.net import Answer, Net

HOME = "https://graph.facebook.com"
_API = f"{HOME}/v26.0"
_BATCH = 50  # lookups in one request
_HOUR = 3600.0  # the window over which Meta counts requests
_TOO_MANY = {4, 17, 32, 341, 613, *range(80_000, 80_100)}
_PASSING = {1, 2}
_TOKEN = {102, 104, 190, 463, 467}
_GONE = {(100, 33), (803, None), (803, 33)}  # code and subcode of "there is no such object, or not for you"
_LONGEST_WORD = re.compile(r"\S{41,}")  # Meta quotes tokens that it cannot read
_REGAIN = re.compile(r'"estimated_time_to_regain_access"\s*:\s*(\d+)')  # in minutes

APP_SECRET = Secret(
    name="FACEBOOK_APP_SECRET",
    where="https://developers.facebook.com/apps (App settings, Basic; where the app asks for proof of it)",
    required=False,
)


def passport(attribution: str, places: str, permissions: Sequence[str]) -> Passport:
    """What Meta's terms allow with accounts of our own: `places` names them in the plural."""
    return Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=90,
        recheck_hours=24,
        attribution=attribution,
        terms=f"Only {places} of our own, with the permissions {' and '.join(permissions)}. Meta's "
        "terms forbid passing its data on, building profiles from it and fitting models to it; who asks for deletion "
        "gets it, and what is deleted there goes here too.",
    )


class NotThere(SourceRefused):
    """There is no such object, or not for this token."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One page of an edge."""

    items: list[JSON]
    last: bool


class Graph:
    """Asks the Graph API with one token; with the app's secret each question proves that it is known."""

    def __init__(self, token: str, app_secret: str | None, net: Net) -> None:
        self._net = net
        self._headers = {"Authorization": f"Bearer {token}"}
        self._proof: dict[str, str] = {}
        if app_secret:
            proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            self._proof = {"appsecret_proof": proof}
        net.home(HOME, verdict=_verdict)

    @classmethod
    def signed_in(cls, token_name: str, secrets: Mapping[str, str], net: Net) -> Graph:
        """With the token of that name, which must be there, and the app's secret where it is."""
        return cls(secrets[token_name], secrets.get(APP_SECRET.name), net)

    def permissions(self, needed: Sequence[str]) -> list[Ability]:
        """Which of the permissions somebody gave; Meta tells that of a user's token, not of a Page's."""

        def told(answer: Mapping[str, JSON]) -> list[Ability]:
            states = {one.get("permission"): one.get("status") for one in fields.objects(answer.get("data"))}
            lacking = "Tick it when the token is made; others than the app's own people need Meta's review for it."
            return [Ability(name, states.get(name) == "granted", lacking) for name in needed]

        def ask() -> JSON:
            return self._net.json(f"{_API}/me/permissions", params=self._proof, headers=self._headers)

        found = tried("list its permissions", ask, told)
        unsaid = f"Meta tells no permissions of a Page's token; it needs {' and '.join(needed)}."
        return found[1:] or [replace(one, allowed=None, how_to_get=unsaid) for one in found]

    def edge(self, path: str, params: Mapping[str, str]) -> Iterator[Edge]:
        """The pages of an edge, to its end. Raises as `Net.json`."""
        after: dict[str, str] = {}
        visited: set[str] = set()
        while True:
            asked = {**params, **after, **self._proof}
            answer = self._net.json(f"{_API}/{path}", params=asked, headers=self._headers)
            items = answer.get("data") if isinstance(answer, dict) else None
            if not isinstance(answer, dict) or not isinstance(items, list):
                raise _unknown_form()
            onward = following(answer)
            last = onward is None or onward in visited
            yield Edge(items, last)
            if last or onward is None:
                return
            visited.add(onward)
            after = {"after": onward}

    def look_up(self, ids: Sequence[str], shown: str) -> tuple[list[JSON], list[str]]:
        """The objects of these ids, and the ids that name nothing (more) for this token. Raises as `Net.json`."""
        found: list[JSON] = []
        gone: list[str] = []
        for start in range(0, len(ids), _BATCH):
            some = ids[start : start + _BATCH]
            asked = [{"method": "GET", "relative_url": f"v26.0/{name}?fields={shown}"} for name in some]
            form = {"batch": json.dumps(asked), "include_headers": "false", **self._proof}
            answers = self._net.json(f"{_API}/", form=form, headers=self._headers)
            if not isinstance(answers, list) or len(answers) != len(some):
                raise _unknown_form()
            for name, answer in zip(some, answers, strict=True):
                body = _body(answer)
                error = fields.obj_or_empty(body, "error")
                if _codes(error) in _GONE:
                    gone.append(name)
                elif error:
                    _raise(error, 400)
                elif body:
                    found.append(body)
        return found, gone


def following(part: Mapping[str, JSON]) -> str | None:
    """Where the page after this one begins; None where this is the last."""
    paging = fields.obj_or_empty(part, "paging")
    after = fields.text_or_none(fields.obj_or_empty(paging, "cursors"), "after")
    return after if paging.get("next") else None


def kept(value: JSON) -> JSON:
    """What may be stored of a payload: the addresses of further pages are left out, for a token stands in them."""
    if isinstance(value, dict):
        return {name: kept(part) for name, part in value.items() if name != "paging"}
    return [kept(part) for part in value] if isinstance(value, list) else value


def _unknown_form() -> SourceBusy:
    return SourceBusy("The Graph API answered in a form that we do not know; it may have changed.")


def _body(answer: JSON) -> dict[str, JSON]:
    """The answer to one lookup; empty where Meta ran out of time for it."""
    try:
        body = json.loads(str(answer["body"])) if isinstance(answer, dict) and "body" in answer else None
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _codes(error: Mapping[str, JSON]) -> tuple[int | None, int | None]:
    return fields.count_or_none(error, "code"), fields.count_or_none(error, "error_subcode")


def _verdict(answer: Answer) -> None:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, dict):
        regained = _REGAIN.findall(answer.headers.get("x-business-use-case-usage", ""))
        _raise(error, answer.status, wait=60 * max(map(float, regained), default=0.0))


def _raise(error: Mapping[str, JSON], status: int, *, wait: float = 0.0) -> None:
    code, _ = _codes(error)
    if code in _TOO_MANY:
        raise SourceBusy(f"Meta asks us to slow down ({code}).", retry_after=wait or _HOUR)
    if code in _PASSING or error.get("is_transient") is True:
        raise SourceBusy(f"Meta has trouble of its own ({code}).")
    kind = NotThere if _codes(error) in _GONE else SourceRefused
    words = _LONGEST_WORD.sub("…", (fields.text_or_none(error, "message") or "no reason given")[:300]).rstrip(".")
    raise kind(f"Meta refuses ({code}): {words}.", what_to_do=_advice(code), status=status)


def _advice(code: int | None) -> str:
    if code in _TOKEN:
        return "Get a new token; the old one may have ended or been withdrawn."
    if code in {3, 10} or (code is not None and 200 <= code < 300):
        return "Give the token the permissions that the terms of the source's kind name."
    return "Check the source's options, and that the token belongs to this account."
