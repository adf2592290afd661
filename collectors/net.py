"""The one HTTP door of the collectors: it reads, with limits, clear failures, and no way into private networks.

    net = Net(base_url=None)                      # one for each run of a source; a context manager
    net.home("https://api.steampowered.com")      # a collector names its own origin when it is built
    net.home("https://api.example", verdict=own)  # … and reads refusals itself, where statuses say little
    net.json("https://api.steampowered.com/…", params={…})
    net.json("https://platform.example/token", form={…})      # a POST: sign-in, or a question that is asked that way
    net.fetch(url, etag=…, last_modified=…).body

For those who fetch in another way (product pages crawl in a process of their own):
`refuse_private(url, *, trusted: str | None = None) -> list[str]` returns the checked IP addresses of an address or
raises SourceRefused / SourceBusy; `move(url, base_url) -> str` is the rule of `--base-url`; `is_public(ip) -> bool`
judges one IP address.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar, cast
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore
import httpx

from collectors.addresses import Transport, is_public, origin, refuse_private, shown
from collectors.base import JSON, Calls, Pacing, SourceBusy, SourceRefused
from collectors.pacing import Turns
from collectors.plain import storable
from collectors.verdicts import judge

__all__ = ["Answer", "Net", "Verdict", "is_public", "move", "origin", "refuse_private", "shown", "user_agent"]

USER_AGENT = "Earful/0.1 (self-hosted social listening)"
_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_ATTEMPTS = 3
_PATIENCE = 10.0  # seconds that we wait within a run; for longer the caller comes back
_NO_SCRIPT = b")]}'"  # what Google writes before JSON, so that no page can run it as a script
_SAFE_ANYWHERE = {"Accept", "If-None-Match", "If-Modified-Since"}  # another origin gets no other header of ours
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered: the whole body, decoded from gzip, at most the door's `max_bytes`."""

    url: str  # where it came from in the end; a home stays a home, whatever stood in for it
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    moved_to: str | None = None  # the new address where the server said "moved for good" (301, 308)

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing changed (304)."""
        return self.status == 304

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


Verdict = Callable[[Answer], None]
"""How a platform words its refusals: raises SourceBusy or SourceRefused, or leaves the answer to the common table."""


def move(url: str, base_url: str) -> str:
    """The address on another server: scheme, host and port replaced, path and query kept after the base's own path."""
    base, parts = urlsplit(base_url), urlsplit(url)
    prefix = base.path.rstrip("/")
    if origin(url) == origin(base_url) and (parts.path + "/").startswith(prefix + "/"):
        return url
    return urlunsplit((base.scheme, base.netloc, prefix + (parts.path or "/"), parts.query, ""))


@dataclass(frozen=True, slots=True)
class _Question:
    """What is sent to an address: headers, and the body of a POST."""

    headers: Mapping[str, str]
    form: Mapping[str, str] | None = None
    data: JSON = None

    @property
    def posts(self) -> bool:
        return self.form is not None or self.data is not None

    def request(self, client: httpx.Client, url: str) -> httpx.Request:
        if self.form is not None:
            return client.build_request("POST", url, headers=self.headers, data=self.form)
        if self.data is not None:
            return client.build_request("POST", url, headers=self.headers, json=self.data)
        return client.build_request("GET", url, headers=self.headers)

    def for_strangers(self) -> _Question:
        """The same question to another origin, which gets none of our keys."""
        return _Question({name: value for name, value in self.headers.items() if name in _SAFE_ANYWHERE})


class _Unsettled(Exception):
    """A failure that asking again at once may cure; carries the error to raise where it does not."""

    def __init__(self, error: SourceBusy) -> None:
        super().__init__(str(error))
        self.error = error


class Net:
    """Reading over HTTP for one run of a collector: GET, and POST where a platform takes questions or sign-ins so.

    With `base_url`, whatever a collector calls its home (`home`) is fetched from there instead, and that origin is the
    only one that may be private. Every other address must be public, also behind redirects (at most 5) and at the
    moment of connecting. A body of more than `max_bytes` (after decompression) is refused. Lost connections, 5xx, 429
    with a short Retry-After, and cut-off bodies are tried up to three times before they are raised.

    With `pacing`, each waits for its turn; where that is farther off than ten seconds, SourceBusy says when it comes.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        user_agent: str = USER_AGENT,
        timeout: float = 20.0,
        max_bytes: int = 5_000_000,
        sleep: Callable[[float], None] = time.sleep,
        calls: Calls | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self.base_url = base_url
        self.calls = calls  # what came to us by itself; None where nothing is kept (the command line)
        self.user_agent = user_agent
        self.timeout = timeout
        self._base = origin(base_url) if base_url else None
        self._max_bytes = max_bytes
        self._sleep = sleep
        self._turns = Turns(pacing, sleep=sleep, patience=_PATIENCE)
        self._homes: dict[tuple[str, str, int], Verdict | None] = {}
        self._client = httpx.Client(
            transport=Transport(trusted=self._base[1:] if self._base else None),
            timeout=timeout,
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
        )
        self._closing = ExitStack()
        self._closing.callback(self._client.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._closing.close()

    def close_too(self, close: Callable[[], object]) -> None:
        """Name what else is to be closed with this door: a vendor's own connections."""
        self._closing.callback(close)

    def home(self, url: str, *, verdict: Verdict | None = None) -> None:
        """Name an address whose origin is the collector's own: `base_url`, where given, stands in for it.

        `verdict` is asked about each answer of 4xx and 5xx from there before the common table is.
        """
        self._homes[origin(url)] = verdict

    def pause(self, seconds: float) -> None:
        """Wait, between two requests that should not follow each other at once."""
        self._sleep(seconds)

    def turn(self, url: str) -> None:
        """Wait for our turn at the server of `url`: for a vendor's own client. Raises as `Turns.take`."""
        self._turns.take(self._server(url), shown(url))

    def book(self, url: str, *, patience: float, apart: float = 0.0) -> float:
        """Take our turn at the server of `url` and say how far off it is: for those who wait by themselves.

        More than `patience` seconds: it was not taken. See `base.Pacing.turn`.
        """
        return self._turns.book(self._server(url), patience=patience, apart=apart)

    def heed(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        """Pass on what a vendor's own client was told of limits (names in lower case); raises as `Turns.heed`."""
        self._turns.heed(self._server(url), shown(url), status, headers)

    def rest(self, url: str, seconds: float) -> None:
        """Let nobody ask the server of `url` for so many seconds: what a platform asks for in an answer's body."""
        self._turns.rest(self._server(url), seconds)

    def fetch(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Answer:
        """GET the address. `etag` and `last_modified`, as received last time, let the server answer "not modified".

        Raises:
            SourceBusy: no answer, a cut-off or endless body, 429, 5xx.
            SourceRefused: other refusals, and addresses that are not public.
        """
        question = _Question(_headers(headers, etag, last_modified))
        return self._again(lambda: self._fetch(_with(url, params), question))

    def json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        data: JSON = None,
    ) -> JSON:
        """Read the answer as JSON, less what no database holds (`plain.storable`).

        With `form` (fields of a form) or `data` (JSON) the question is a POST; it must only read or sign in, since it
        may be asked again. A POST follows no redirect, so that no secret goes where nobody meant it to.

        Raises as `fetch`, and SourceBusy where the body is no JSON.
        """
        return self.json_answer(url, params=params, headers=headers, form=form, data=data)[1]

    def json_answer(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        data: JSON = None,
        etag: str | None = None,
    ) -> tuple[Answer, JSON]:
        """As `json`, with the answer beside it for those who need its headers (paging, how much may still be asked).

        With `etag`, as received last time, the JSON is None where the server says "not modified".
        """
        question = _Question({"Accept": "application/json", **_headers(headers, etag, None)}, form, data)

        def read() -> tuple[Answer, JSON]:
            answer = self._fetch(_with(url, params), question)
            return answer, None if answer.not_modified else _as_json(answer)

        return self._again(read)

    def _again(self, ask: Callable[[], _Read]) -> _Read:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return ask()
            except _Unsettled as unsettled:
                wait = unsettled.error.retry_after
                if attempt == _ATTEMPTS or (wait or 0) > _PATIENCE:
                    raise unsettled.error from unsettled.__cause__
                jitter = random.uniform(0.5, 1.0) * attempt  # noqa: S311 - spreads requests, guards nothing
                self._sleep(wait if wait is not None else jitter)
        raise AssertionError("the last attempt returns or raises")

    def _fetch(self, url: str, question: _Question) -> Answer:
        moved_to: str | None = None
        for_good = True
        came_from: str | None = None
        for _ in range(_MOST_REDIRECTS + 1):
            target = self._target(url, came_from)
            answer = self._once(target, url, question)
            where = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not where or question.posts:
                verdict = self._homes.get(origin(url)) if answer.status >= 400 else None
                try:
                    if verdict is not None:
                        verdict(answer)
                    judge(answer.status, answer.headers, shown(url))
                except SourceBusy as busy:
                    self._turns.rest(_place(target), busy.retry_after or 0.0)  # also where only the body says it
                    raise _Unsettled(busy) from None
                return Answer(
                    url=url, status=answer.status, headers=answer.headers, body=answer.body, moved_to=moved_to
                )
            onward = urljoin(target, where)
            if origin(onward) != origin(target):
                question = question.for_strangers()
            for_good = for_good and answer.status in {301, 308}
            moved_to = onward if for_good else moved_to
            came_from, url = url, onward
        raise SourceRefused(f"{shown(url)} redirects in circles.", what_to_do="Check the address.")

    def _server(self, url: str) -> str:
        """The server that is really asked for an address which somebody else fetches, and checks."""
        if self.base_url is not None and origin(url) in self._homes:
            return _place(move(url, self.base_url))
        return _place(url)

    def _target(self, url: str, came_from: str | None) -> str:
        """Where to really ask for the address, after the check; `came_from` is the address that redirected here."""
        place = origin(url)
        if self.base_url is not None and place in self._homes:
            return move(url, self.base_url)
        if place != self._base:
            try:
                refuse_private(url)
            except SourceRefused as refused:
                if came_from is None:
                    raise
                raise SourceRefused(
                    f"{shown(came_from)} redirects to {shown(url)}, where we do not follow.", what_to_do=str(refused)
                ) from refused
        return url

    def _once(self, target: str, url: str, question: _Question) -> Answer:
        place, where = _place(target), shown(url)
        self._turns.take(place, where)
        answer = self._ask(target, url, question)
        self._turns.heed(place, where, answer.status, answer.headers)
        return answer

    def _ask(self, target: str, url: str, question: _Question) -> Answer:
        where = shown(url)
        try:
            with closing(self._client.send(question.request(self._client, target), stream=True)) as reply:
                body = self._body(reply, where)
                names = {name.lower(): value for name, value in reply.headers.items()}
                return Answer(url=url, status=reply.status_code, headers=names, body=body)
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            raise _Unsettled(SourceBusy(f"{where} did not answer within {self.timeout:g} seconds.")) from error
        except (httpcore.ConnectError, httpx.ConnectError) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise SourceRefused(
                    f"The certificate of {where} is not valid.",
                    what_to_do="Check the address, or wait until it is renewed.",
                ) from error
            raise _Unsettled(SourceBusy(f"{where} cannot be reached.")) from error
        except (httpcore.RemoteProtocolError, httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise _Unsettled(SourceBusy(f"{where} broke its answer off, or sent a damaged one.")) from error
        except (httpcore.NetworkError, httpx.NetworkError) as error:
            raise _Unsettled(SourceBusy(f"{where} closed the connection before it had answered.")) from error
        except UnicodeEncodeError:
            raise SourceRefused(
                f"A key for {where} has a character in it that no request can carry.", what_to_do="Copy it again."
            ) from None  # the error quotes the key
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, httpx.InvalidURL) as error:
            raise SourceRefused(f"{where} is not an address that can be asked.", what_to_do="Correct it.") from error

    def _body(self, reply: httpx.Response, where: str) -> bytes:
        deadline = time.monotonic() + 3 * self.timeout
        body = bytearray()
        for piece in reply.iter_bytes():
            body += piece
            if len(body) > self._max_bytes:
                raise SourceRefused(
                    f"{where} sends more than {self._max_bytes / 1e6:g} MB.", what_to_do="Give a smaller page or feed."
                )
            if time.monotonic() > deadline:
                raise SourceBusy(f"{where} did not finish its answer within {3 * self.timeout:g} seconds.")
        return bytes(body)


def user_agent(contact: str | None) -> str:
    """What we call ourselves; `contact` is where a platform can write to whoever runs this Earful."""
    return f"{USER_AGENT[:-1]}; {contact})" if contact else USER_AGENT


def _place(url: str) -> str:
    _, host, port = origin(url)
    return f"{host}:{port}"


def _with(url: str, params: Mapping[str, str] | None) -> str:
    return str(httpx.URL(url).copy_merge_params(params)) if params else url


def _headers(given: Mapping[str, str] | None, etag: str | None, last_modified: str | None) -> dict[str, str]:
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {**(given or {}), **{name: value for name, value in conditions.items() if value}}


def _as_json(answer: Answer) -> JSON:
    body = answer.body.removeprefix(_NO_SCRIPT)
    where, start = shown(answer.url), body[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start:
        raise _Unsettled(SourceBusy(f"{where} sent an empty answer where data was due."))
    if start.startswith(b"<") or "html" in answer.content_type:
        words = " ".join(start.decode("utf-8", "replace").split())[:80]
        raise SourceBusy(f"{where} sent a web page where data was due (a block, or maintenance?): {words}")
    try:
        return storable(cast("JSON", json.loads(body)))
    except (ValueError, RecursionError) as error:
        raise _Unsettled(
            SourceBusy(f"{where} sent data that is cut off or damaged ({len(answer.body)} bytes).")
        ) from error
