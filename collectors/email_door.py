"""The way into a mailbox: IMAP by the standard library, encrypted, read-only, with the failures that collectors know.

Letters are peeked at, so that nothing in the mailbox changes, and never fetched beyond their first megabyte: the words
stand first, attachments behind them.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from collectors.addresses import refuse_private, trusted_certificates
from collectors.base import SourceBusy, SourceRefused

MOST_BYTES = 1_000_000  # of one letter
_PASSES = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)  # RFC 5530
_UID = re.compile(rb"\bUID (\d+)")
_RECEIVED = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_FETCHED = f"(UID INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mailbox is, and how to come in."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool = True  # from the first byte; otherwise `upgraded`, or not at all
    upgraded: bool = False  # STARTTLS
    may_be_private: bool = False  # the operator named the address as base_url
    timeout: float = 20.0

    @property
    def shown(self) -> str:
        """The server, as messages may show it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as it lies in the mailbox."""

    uid: int
    received: datetime | None
    content: bytes  # at most `MOST_BYTES`


class Mailbox:
    """One opened mailbox."""

    def __init__(self, client: imaplib.IMAP4, where: str) -> None:
        self._client = client
        self._where = where
        told = client.response("UIDVALIDITY")[1]
        self.validity = told[0].decode("ascii", "replace") if told and isinstance(told[0], bytes) else ""

    def later_than(self, uid: int, *, since: datetime | None = None) -> list[int]:
        """The UIDs after `uid`, in order; with `since`, only of letters that came on its day (UTC) or later."""
        wanted = ["UID", f"{uid + 1}:*"]
        if since is not None:
            wanted += ["SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"]
        with _in_our_words(self._where):
            lines = _good(self._client.uid("SEARCH", *wanted), self._where)
        numbers = {int(word) for line in lines if isinstance(line, bytes) for word in line.split() if word.isdigit()}
        return sorted(number for number in numbers if number > uid)  # `*` names the last one, however old

    def fetch(self, uids: Sequence[int]) -> list[Letter]:
        """The letters; one that was moved away meanwhile is left out."""
        with _in_our_words(self._where):
            lines = _good(self._client.uid("FETCH", ",".join(map(str, uids)), _FETCHED), self._where)
        letters = []
        for at, line in enumerate(lines):
            if isinstance(line, tuple):
                rest = lines[at + 1] if at + 1 < len(lines) else b""
                told = line[0] + (rest if isinstance(rest, bytes) else b"")
                if (uid := _UID.search(told)) is not None:
                    letters.append(Letter(uid=int(uid[1]), received=_received(told), content=bytes(line[1])))
        return letters


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@contextmanager
def opened(place: Place, folder: str, context: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """The mailbox's folder, for reading alone. `context` takes the place of the certificates that we trust.

    Raises:
        SourceBusy: the server cannot be reached, is in trouble, or breaks off.
        SourceRefused: a wrong name or password, no such folder, a bad certificate, a private address.
    """
    where = place.shown
    with _in_our_words(where):
        client = _connect(place, context or trusted_certificates())
    try:
        with _in_our_words(where):
            _sign_in(client, place)
            state, lines = client.select(_quoted(folder), readonly=True)
        if state != "OK":
            raise _refusal(lines, where, f"has no folder “{folder}”", "Check the option folder.")
        yield Mailbox(client, where)
    finally:
        try:
            client.logout()
        except (imaplib.IMAP4.error, OSError):
            client.shutdown()


def _connect(place: Place, context: ssl.SSLContext) -> imaplib.IMAP4:
    trusted = f"http://{_bracketed(place)}/" if place.may_be_private else None
    addresses = refuse_private(f"http://{_bracketed(place)}/", trusted=trusted)

    class Checked(imaplib.IMAP4):
        """Connects to the address that was looked at, and reads no more than a letter at once."""

        def _create_socket(self, timeout: float | None) -> socket.socket:
            bare = socket.create_connection((addresses[0], place.port), timeout)
            return context.wrap_socket(bare, server_hostname=place.host) if place.encrypted else bare

        def read(self, size: int) -> bytes:
            if size > MOST_BYTES + 1000:
                raise imaplib.IMAP4.abort(f"a part of {size} bytes, which nobody asked for")
            return super().read(size)

    client = Checked(place.host, place.port, timeout=place.timeout)
    if place.upgraded:
        client.starttls(context)
    return client


def _bracketed(place: Place) -> str:
    return f"[{place.host}]:{place.port}" if ":" in place.host else place.shown


def _sign_in(client: imaplib.IMAP4, place: Place) -> None:
    try:
        if "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{place.user}\0{place.password}".encode())
        else:
            client.login(place.user, place.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        if _PASSES.search(str(error).encode()):
            raise SourceBusy(f"{place.shown} does not let us in just now: {str(error)[:200]}") from None
        raise SourceRefused(
            f"{place.shown} does not accept our name and password.",
            what_to_do="Check the option user and EMAIL_PASSWORD; many servers want a password made for this program.",
        ) from None


@contextmanager
def _in_our_words(where: str) -> Iterator[None]:
    """Turn what goes wrong on the way into what a collector may raise."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise SourceRefused(
            f"The certificate of {where} is not valid ({error.verify_message}).",
            what_to_do="Check the option host, or wait until the certificate is renewed.",
        ) from error
    except TimeoutError as error:
        raise SourceBusy(f"{where} did not answer in time.") from error
    except (imaplib.IMAP4.abort, ssl.SSLError, EOFError) as error:
        raise SourceBusy(f"{where} broke the conversation off: {str(error)[:200]}") from error
    except imaplib.IMAP4.error as error:
        raise SourceBusy(f"{where} answered in a form that we do not know: {str(error)[:200]}") from error
    except OSError as error:
        raise SourceBusy(f"{where} cannot be reached: {error.strerror or type(error).__name__}.") from error


def _good(answer: tuple[str, list[object]], where: str) -> list[object]:
    state, lines = answer
    if state != "OK":
        raise _refusal(lines, where, "refuses our question", "Check that the mailbox can be read with IMAP.")
    return lines


def _refusal(lines: Sequence[object], where: str, message: str, what_to_do: str) -> SourceBusy | SourceRefused:
    said = b" ".join(line for line in lines if isinstance(line, bytes))
    words = said.decode("utf-8", "replace")[:200]
    if _PASSES.search(said):
        return SourceBusy(f"{where} asks us to come back later: {words}")
    return SourceRefused(f"{where} {message}: {words}.", what_to_do=what_to_do)


def _received(told: bytes) -> datetime | None:
    found = _RECEIVED.search(told)
    if found is None:
        return None
    try:
        return parsedate_to_datetime(found[1].decode("ascii", "replace").replace("-", " ", 2))
    except ValueError:
        return None


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it: other letters than ASCII in its own UTF-7 (RFC 3501, 5.1.3)."""
    pieces = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder)
    written = ""
    for piece in pieces:
        if piece.isascii() and piece.isprintable():
            written += piece.replace("&", "&-")
        else:
            coded = b64encode(piece.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            written += f"&{coded}-"
    escaped = written.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
