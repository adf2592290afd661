"""Looking for single letters in a mailbox over IMAP: by their headers, without changing anything there."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache

from integrations.base import TargetBusy, TargetRefused

_MOST_BYTES = 1_000_000  # of one letter: the words stand first, attachments behind them
_MOST_LETTERS = 50
_SENDABLE = re.compile(r"[!#-\[\]-~]{1,900}\Z")  # what may stand between quotation marks
_FLAGGED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>"(?:[^"\\]|\\.)*"|[^"\s]+)\Z')
_ALSO = (b"\\all", b"\\archive", b"\\sent")  # where letters go when somebody has dealt with them (RFC 6154)
_PASSES = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)  # RFC 5530
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_WHAT_TO_DO = "Check the source's host, user and folder, and EMAIL_PASSWORD: many servers want one for this program."


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server of mail is, and how to come in: `tls` from the first byte, or else `starttls`."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool = True
    starttls: bool = False
    timeout: float = 20.0

    @property
    def shown(self) -> str:
        """The server, as messages may show it."""
        return f"{self.host}:{self.port}"

    @property
    def tells_all(self) -> bool:
        """Whether the password would cross a network in the clear."""
        return not (self.tls or self.starttls or self.host in _LOOPBACK)


class Mailbox:
    """The folders of a mailbox where a letter may be."""

    def __init__(self, client: imaplib.IMAP4, folders: Sequence[str], where: str) -> None:
        self._client, self._folders, self._where = client, folders, where

    def letters(self, header: str, value: str) -> Iterator[EmailMessage]:
        """The letters with this value in a header, of each one copy, from all folders."""
        if not _SENDABLE.match(value):
            return
        seen: set[str] = set()
        for folder in self._folders:
            self._good(self._client.select(folder, readonly=True))
            [found, *_] = self._good(self._client.uid("SEARCH", "HEADER", header, f'"{value}"')) or [b""]
            for uid in found.split()[-_MOST_LETTERS:] if isinstance(found, bytes) else ():
                letter = self._letter(uid.decode("ascii", "replace"))
                name = str(letter["message-id"]) if letter is not None else ""
                if letter is not None and name not in seen:
                    seen.add(name)
                    yield letter

    def _letter(self, uid: str) -> EmailMessage | None:
        lines = self._good(self._client.uid("FETCH", uid, f"(UID INTERNALDATE BODY.PEEK[]<0.{_MOST_BYTES}>)"))
        content = next((line[1] for line in lines if isinstance(line, tuple)), None)
        letter = message_from_bytes(content, policy=policy.default) if isinstance(content, bytes) else None
        return letter if isinstance(letter, EmailMessage) else None  # moved away meanwhile

    def _good(self, answer: tuple[str, Sequence[object]]) -> Sequence[object]:
        state, lines = answer
        if state == "OK":
            return lines
        said = b" ".join(line for line in lines if isinstance(line, bytes))
        words = said.decode("utf-8", "replace")[:200]
        if _PASSES.search(said):
            raise TargetBusy(f"{self._where} asks us to come back later: {words}")
        raise TargetRefused(f"{self._where} refuses our question: {words}.", what_to_do=_WHAT_TO_DO)


@contextmanager
def opened(server: Server, folder: str) -> Iterator[Mailbox]:
    """The mailbox, for reading alone: `folder`, and those where letters lie that were archived or sent.

    Raises:
        TargetBusy: the server cannot be reached, is in trouble, or breaks off.
        TargetRefused: a wrong name or password, no such folder, a bad certificate.
    """
    if server.tells_all:
        raise TargetRefused(f"{server.shown} would get the password in the clear.", what_to_do="Use TLS or STARTTLS.")
    with in_our_words(server.shown):
        client = _connected(server)
        try:
            _sign_in(client, server)
            yield Mailbox(client, [_quoted(folder), *_others(client, folder)], server.shown)
        finally:
            try:
                client.logout()
            except (imaplib.IMAP4.error, OSError):
                with suppress(OSError):
                    client.shutdown()


@contextmanager
def in_our_words(where: str) -> Iterator[None]:
    """Turn what goes wrong on the way into errors of integrations."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        said = f"The certificate of {where} is not valid ({error.verify_message})."
        raise TargetRefused(said, what_to_do="Check the server's name, or wait until it is renewed.") from None
    except (imaplib.IMAP4.error, EOFError, ssl.SSLError) as error:
        raise TargetBusy(f"{where} broke the conversation off ({type(error).__name__}).") from None
    except OSError as error:
        raise TargetBusy(f"{where} cannot be reached: {error.strerror or type(error).__name__}.") from None


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that the system trusts, read once."""
    return ssl.create_default_context()


def _connected(server: Server) -> imaplib.IMAP4:
    if server.tls:
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=trusted(), timeout=server.timeout)
    client = imaplib.IMAP4(server.host, server.port, timeout=server.timeout)
    if server.starttls:
        client.starttls(trusted())
    return client


def _sign_in(client: imaplib.IMAP4, server: Server) -> None:
    try:
        if "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{server.user}\0{server.password}".encode())
        else:
            client.login(server.user, server.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        if _PASSES.search(str(error).encode()):
            raise TargetBusy(f"{server.shown} does not let us in just now.") from None
        said = f"{server.shown} does not accept our name and password."
        raise TargetRefused(said, what_to_do=_WHAT_TO_DO) from None


def _others(client: imaplib.IMAP4, folder: str) -> list[str]:
    """Folders with a use of their own, by the names that the server writes."""
    state, lines = client.list()
    found = [match for line in lines if isinstance(line, bytes) and (match := _FLAGGED.search(line))]
    names = [
        match["name"].decode("ascii", "replace")
        for match in found
        if state == "OK" and any(flag in match["flags"].lower().split() for flag in _ALSO)
    ]
    return [name for name in names if name.strip('"') != _quoted(folder).strip('"')]


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it: other letters than ASCII in its own UTF-7 (RFC 3501, 5.1.3)."""
    written = re.sub(r"[^\x20-\x7e]+", _coded, folder.replace("&", "&-"))
    escaped = written.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _coded(match: re.Match[str]) -> str:
    return "&" + match[0].encode("utf-7").decode("ascii").strip("+-").replace("/", ",") + "-"
