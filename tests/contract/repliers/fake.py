"""What every made-up platform has in common: a post that can be answered, faults on demand, strictness about requests.

A module beside this one, named like its kind, has a class `Platform` made from `Fake` (or from `HttpFake`), and the
suite in test_repliers.py runs it without being told. One instance is one fresh platform with one post.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from integrations.base import IntegrationError
from integrations.replies import Place
from tests.recorded.web import Asked, Reply, serve

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
WAIT = 17  # seconds that a platform asks for


class Fault(StrEnum):
    """How the next request goes wrong."""

    DROPPED = "dropped"  # it is done, and the connection breaks before the answer
    LOST = "lost"  # the connection breaks before it is done
    UNAUTHORISED = "401"
    FORBIDDEN = "403"
    BUSY = "429"
    WRONG = "400"
    UNKNOWN = "404"
    BROKEN = "500"
    UNAVAILABLE = "503"
    HTML = "html"  # a page, with status 200
    GARBAGE = "garbage"  # not JSON though it says so
    STRANGE = "strange"  # JSON of another form


class On(StrEnum):
    """Which request goes wrong."""

    WRITE = "write"
    READ = "read"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, kw_only=True)
class Peculiar:
    """An answer that this platform alone gives, and the error that it should become."""

    name: str
    reply: Reply
    error: type[IntegrationError]
    retry_after: float | None = None
    on: On = On.WRITE


class Refused(Exception):
    """Raised by a fake's handler: the platform does not take the request, with its own code for it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Fake(ABC):
    """One made-up platform with one post that can be answered."""

    secrets: Mapping[str, str]
    wrong: Mapping[str, str]  # secrets of the right form that the platform does not know
    place: Place  # the post
    idempotent: ClassVar[bool] = False  # sending twice under one key leaves one answer
    by_key: ClassVar[bool] = False  # an answer is found by the key alone, whatever its text and time
    waits: ClassVar[float | None] = WAIT  # what a busy platform is understood to ask for
    speaks_json: ClassVar[bool] = True
    blind: ClassVar[bool] = False  # programs are shown nothing of what was said there
    checks_on: ClassVar[On] = On.READ  # what a check asks for
    peculiar: ClassVar[Sequence[Peculiar]] = ()
    unlike: ClassVar[Mapping[tuple[Fault, On], type[IntegrationError]]] = {}  # faults that mean something else there

    url: str = ""  # where it runs
    now: datetime = NOW  # its clock

    @abstractmethod
    def running(self) -> AbstractContextManager[None]:
        """Run on loopback, at `url`."""

    @abstractmethod
    def held(self) -> list[str]:
        """The texts of our answers that stand below the post, as the platform keeps them."""

    @abstractmethod
    def writes(self) -> int:
        """How many requests that change something came."""

    @abstractmethod
    def fail(self, fault: Fault | Reply, on: On = On.WRITE) -> None:
        """Let the next request of that sort go wrong."""

    @abstractmethod
    def remove(self) -> None:
        """The author, or the platform, deletes the post."""

    def change(self, text: str) -> bool:
        """The author edits the post. False: nobody can, or nobody could see it."""
        return False

    def lock(self) -> bool:
        """Nobody may answer the post any more. False: the platform has no such thing."""
        return False

    def chatter(self, text: str) -> bool:
        """Somebody else answers with the same words. False: nobody else can."""
        return False


Handler = Callable[..., Reply]


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Mark a method of an `HttpFake` as what answers `method` at paths that match `pattern` with its named groups."""

    def mark(handler: Handler) -> Handler:
        handler.route = (method, re.compile(pattern + r"\Z"))  # type: ignore[attr-defined]  # functions have attributes
        return handler

    return mark


@dataclass
class HttpFake(Fake):
    """A platform that speaks HTTP. Subclasses have `route`d handlers, say who is let in, and how errors look."""

    asked: list[Asked] = field(default_factory=list)
    _faults: list[tuple[On, Fault | Reply]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        with serve(self) as web:
            self.url = web.url
            yield

    def writes(self) -> int:
        return sum(self.is_write(asked) for asked in self.asked)

    def fail(self, fault: Fault | Reply, on: On = On.WRITE) -> None:
        self._faults.append((on, fault))

    def is_write(self, asked: Asked) -> bool:
        """Whether the request changes what others see."""
        return asked.method != "GET" and not self.is_sign_in(asked)

    def is_sign_in(self, asked: Asked) -> bool:
        """Whether the request only asks for a token: it is let in by its own rules."""
        return False

    @abstractmethod
    def lets_in(self, asked: Asked) -> bool:
        """Whether the request carries our credentials as the platform wants them."""

    def error(self, status: int, reason: str) -> Reply:
        """A refusal in the platform's own form."""
        return Reply({"message": reason}, status=status)

    def busy(self) -> Reply:
        """The platform asks to wait, as it says so itself."""
        return Reply(self.error(429, "slow down").body, status=429, headers={"Retry-After": str(WAIT)})

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        signs_in = self.is_sign_in(asked)
        if not signs_in and not self.lets_in(asked):
            return self.error(401, "unauthorised")
        fault = self._due(On.SIGN_IN if signs_in else On.WRITE if self.is_write(asked) else On.READ)
        if fault is None:
            return self._answer(asked)
        if fault is Fault.DROPPED:
            done = self._answer(asked)
            assert done.status < 300, f"the request itself is wrong: {done}"
            return Reply(fault="reset")
        return fault if isinstance(fault, Reply) else self._failing(fault)

    def _due(self, on: On) -> Fault | Reply | None:
        for number, (wanted, fault) in enumerate(self._faults):
            if wanted is on:
                del self._faults[number]
                return fault
        return None

    def _failing(self, fault: Fault) -> Reply:
        page = "<!doctype html><title>Sorry</title>"
        others = {
            Fault.LOST: Reply(fault="reset"),
            Fault.BUSY: self.busy(),
            Fault.HTML: Reply(page, headers={"Content-Type": "text/html"}),
            Fault.GARBAGE: Reply('{"id": "1'),
            Fault.STRANGE: Reply([["strange"]]),
            Fault.BROKEN: Reply(page, status=500, headers={"Content-Type": "text/html"}),
            Fault.UNAVAILABLE: Reply(b"", status=503),
        }
        return others.get(fault) or self.error(int(fault), "as the test wants it")

    def _answer(self, asked: Asked) -> Reply:
        known = False
        # Not the names of Python itself: one of them, of a library of others, says that it is there and is not.
        for handler in (getattr(self, name) for name in dir(type(self)) if not name.startswith("__")):
            method, pattern = getattr(handler, "route", ("", re.compile("")))
            if method and (match := pattern.match(asked.path)):
                known = True
                if method == asked.method:
                    try:
                        return handler(asked, **match.groupdict())
                    except Refused as refused:
                        return self.error(refused.status, refused.reason)
        return self.error(405 if known else 404, "no such thing")


def json_of(asked: Asked, needed: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """The body, which must be a JSON object with these members and no others."""
    if not asked.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415, "the body should be JSON")
    try:
        body = json.loads(asked.body)
    except ValueError:
        raise Refused(400, "the body is not JSON") from None
    return checked(body, needed, optional)


def checked(body: object, needed: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """An object of the body, which must have these members and no others."""
    if not isinstance(body, dict) or needed - body.keys() or body.keys() - needed - optional:
        raise Refused(400, f"expected {sorted(needed)}, perhaps {sorted(optional)}: {json.dumps(body)[:200]}")
    return body


def form_of(asked: Asked, needed: Set[str], optional: Set[str] = frozenset()) -> dict[str, str]:
    """The body, which must be a form with these fields and no others."""
    if not asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(415, "the body should be a form")
    return checked(dict(parse_qsl(asked.body.decode(), keep_blank_values=True)), needed, optional)


def query_of(asked: Asked, needed: Set[str] = frozenset(), optional: Set[str] = frozenset()) -> dict[str, str]:
    """The query, which must have these parameters and no others."""
    return checked(dict(asked.query), needed, optional)


def iso(moment: datetime) -> str:
    """The moment as most platforms write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
