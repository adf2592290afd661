"""A small IMAP server on loopback: as strict as RFC 3501 about tags, states and forms, and with faults on demand."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes

USER, PASSWORD = "support@lamps.example", "pä55"
_FETCH = re.compile(r"UID FETCH ([\d,]+) \(UID INTERNALDATE BODY\.PEEK\[\]<0\.(\d+)>\)\Z")
_SEARCH = re.compile(r"UID SEARCH UID (\d+):\*(?: SINCE (\d{1,2}-[A-Z][a-z]{2}-\d{4}))?\Z")
_BY_HEADER = re.compile(r'UID SEARCH HEADER ([A-Za-z-]+) "([^"\\]+)"\Z')
RECEIVED = datetime(2026, 9, 21, 12, tzinfo=UTC)


@dataclass
class Mailserver:
    """One mailbox: letters by UID. `fault` names what goes wrong, and where it does."""

    letters: dict[int, bytes] = field(default_factory=dict)
    received: dict[int, datetime] = field(default_factory=dict)
    validity: int = 7
    folder: str = "INBOX"
    plain_login: bool = True  # AUTHENTICATE PLAIN; otherwise LOGIN alone, with ASCII
    archive: dict[int, bytes] | None = None  # letters in a second folder, which has that use
    fault: str = ""  # "greeting", "unavailable", "search", "cut", "large", "gone", "silence", "forbidden", "rejected"
    next_fault: str = ""  # the same, for the next conversation alone
    upgrade: ssl.SSLContext | None = None  # STARTTLS is asked for before anybody signs in
    said: list[str] = field(default_factory=list)
    url: str = ""
    port: int = 0

    def deliver(self, content: bytes, *, received: datetime = RECEIVED) -> int:
        """Put a letter there; returns its UID."""
        uid = max(self.letters, default=100) + 1
        self.letters[uid], self.received[uid] = content, received
        return uid


class _Bye(Exception):
    """The conversation ends here."""


class _Handler(socketserver.StreamRequestHandler):
    mail: Mailserver
    signed_in = False
    upgraded = False
    chosen = False
    fault = ""
    here: dict[int, bytes]

    def handle(self) -> None:
        self.fault, self.mail.next_fault = self.mail.fault or self.mail.next_fault, ""
        if self.fault == "greeting":
            return
        self.say("* OK ready")
        try:
            while line := self.rfile.readline(9000):
                if not line.endswith(b"\r\n"):
                    raise _Bye
                tag, _, rest = line.decode("ascii").rstrip("\r\n").partition(" ")
                self.mail.said.append(rest)
                self.answer(tag, rest)
        except (_Bye, OSError):
            return

    def finish(self) -> None:
        super().finish()
        if self.upgraded:
            self.request.close()

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def answer(self, tag: str, command: str) -> None:
        word = command.partition(" ")[0]
        if word == "CAPABILITY":
            starttls = " STARTTLS LOGINDISABLED" if self.mail.upgrade and not self.upgraded else ""
            self.say("* CAPABILITY IMAP4rev1" + (starttls or (" AUTH=PLAIN" if self.mail.plain_login else "")))
            self.say(f"{tag} OK done")
        elif word == "STARTTLS" and self.mail.upgrade and not self.upgraded:
            self.say(f"{tag} OK begin")
            self.request = self.mail.upgrade.wrap_socket(self.request, server_side=True)
            self.upgraded = True
            self.setup()
        elif word == "LOGOUT":
            self.say("* BYE")
            self.say(f"{tag} OK done")
            raise _Bye
        elif word in ("AUTHENTICATE", "LOGIN"):
            self.sign_in(tag, command)
        elif not self.signed_in:
            self.say(f"{tag} BAD not signed in")
        elif command == 'LIST "" *':
            self.folders(tag)
        elif word == "EXAMINE":
            self.choose(tag, command)
        elif not self.chosen:
            self.say(f"{tag} BAD no mailbox")
        else:
            self.work(tag, command)

    def sign_in(self, tag: str, command: str) -> None:
        if self.mail.upgrade and not self.upgraded:
            self.say(f"{tag} NO [PRIVACYREQUIRED] not in the clear")
            return
        if self.fault == "unavailable":
            self.say(f"{tag} NO [UNAVAILABLE] the users are away")
            return
        if command == "AUTHENTICATE PLAIN" and self.mail.plain_login:
            self.say("+ ")
            given = b64decode(self.rfile.readline().strip()).decode()
            right = given == f"\0{USER}\0{PASSWORD}"
        else:
            right = not self.mail.plain_login and command == f'LOGIN {USER} "plain"'
        self.signed_in = right = right and self.fault != "rejected"
        self.say(f"{tag} OK welcome" if right else f"{tag} NO [AUTHENTICATIONFAILED] wrong")

    def folders(self, tag: str) -> None:
        self.say(f'* LIST (\\HasNoChildren) "/" "{self.mail.folder}"')
        if self.mail.archive is not None:
            self.say('* LIST (\\HasNoChildren \\Archive) "/" "Dealt with"')
        self.say(f"{tag} OK done")

    def choose(self, tag: str, command: str) -> None:
        if self.fault == "forbidden":
            self.say(f"{tag} NO [NOPERM] not yours")
            return
        if command == 'EXAMINE "Dealt with"' and self.mail.archive is not None:
            self.here = self.mail.archive
        elif command == f'EXAMINE "{self.mail.folder}"':
            self.here = self.mail.letters
        else:
            self.say(f"{tag} NO [NONEXISTENT] no such mailbox")
            return
        self.chosen = True
        self.say(f"* {len(self.here)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.mail.validity}] as before")
        self.say(f"{tag} OK [READ-ONLY] done")

    def work(self, tag: str, command: str) -> None:
        if (search := _SEARCH.match(command)) is not None:
            self.search(tag, int(search[1]), search[2])
        elif (by := _BY_HEADER.match(command)) is not None:
            self.search_by(tag, by[1], by[2])
        elif (fetch := _FETCH.match(command)) is not None:
            self.fetch(tag, [int(uid) for uid in fetch[1].split(",")], int(fetch[2]))
        else:
            self.say(f"{tag} BAD what is that?")

    def search(self, tag: str, first: int, since: str | None) -> None:
        if self.fault == "search":
            self.say(f"{tag} NO [SERVERBUG] sorry")
            return
        uids = [uid for uid in self.here if uid >= first] or [max(self.here, default=0)]
        if since:
            day = datetime.strptime(since, "%d-%b-%Y").replace(tzinfo=UTC)
            uids = [uid for uid in uids if self.mail.received.get(uid, RECEIVED) >= day]
        self.say(" ".join(["* SEARCH", *(str(uid) for uid in uids if uid)]))
        self.say(f"{tag} OK done")

    def search_by(self, tag: str, header: str, value: str) -> None:
        if self.fault == "search":
            self.say(f"{tag} NO [SERVERBUG] sorry")
            return
        found = {uid: message_from_bytes(letter).get(header, "") for uid, letter in self.here.items()}
        self.say(" ".join(["* SEARCH", *(str(uid) for uid, told in found.items() if value.lower() in told.lower())]))
        self.say(f"{tag} OK done")

    def fetch(self, tag: str, uids: list[int], most: int) -> None:
        for uid in uids:
            if uid not in self.here or self.fault == "gone":
                continue
            content = self.here[uid][:most]
            moment = self.mail.received.get(uid, RECEIVED).strftime("%d-%b-%Y %H:%M:%S +0000")
            size = 2_000_000_000 if self.fault == "large" else len(content)
            self.say(f'* 1 FETCH (UID {uid} INTERNALDATE "{moment}" BODY[]<0> {{{size}}}')
            if self.fault in ("cut", "large"):
                self.wfile.write(content[: len(content) // 2])
                raise _Bye
            self.wfile.write(content)
            self.say(")")
        self.say(f"{tag} OK done")


@contextmanager
def serve_mail(mail: Mailserver, context: ssl.SSLContext | None = None) -> Iterator[Mailserver]:
    """Serve on a free port of 127.0.0.1 until the block ends; with `context`, encrypted from the first byte."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> tuple[object, object]:  # type: ignore[override]  # what a socket server really gives
            bare, address = super().get_request()
            return (context.wrap_socket(bare, server_side=True) if context else bare), address

        def handle_error(self, *_: object) -> None:
            """A client that does not trust us has hung up."""

    handler = type("Handler", (_Handler,), {"mail": mail})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        mail.port = server.server_address[1]
        mail.url = f"{'https' if context else 'http'}://127.0.0.1:{mail.port}"
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()


def letter(number: int, body: str | None = None, **headers: str) -> bytes:
    """One plain letter to the support address."""
    told = {
        "From": f"Ana {number} <ana{number}@people.example>",
        "To": "Lamps <support@lamps.example>",
        "Subject": f"Lamp {number}",
        "Date": f"Mon, 21 Sep 2026 10:{number % 60:02d}:00 +0200",
        "Message-ID": f"<{number}@people.example>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    text = body if body is not None else f"The lamp {number} flickers."
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return (head + "\r\n" + text.replace("\n", "\r\n")).encode()


def mailbox(letters: int = 12) -> Mailserver:
    """A mailbox with some letters."""
    made = Mailserver()
    for number in range(letters):
        made.deliver(letter(number))
    return made
