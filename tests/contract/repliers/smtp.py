"""A small SMTP server on loopback: strict about the order of things (RFC 5321), and with faults on demand."""

from __future__ import annotations

import re
import socketserver
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_MAIL = re.compile(r"MAIL FROM:<([^<>\s]+)>(?: size=\d+)?\Z", re.IGNORECASE)
_RCPT = re.compile(r"RCPT TO:<([^<>\s]+)>\Z", re.IGNORECASE)


@dataclass
class Outbox:
    """A server that sends for one user. `deliver` gets each letter that it took, and for whom."""

    user: str
    password: str
    deliver: Callable[[bytes, list[str]], None]
    faults: list[str] = field(default_factory=list)  # for the next conversations, one each; see `_Handler`
    begun: int = 0  # letters
    port: int = 0


class _End(Exception):
    """The conversation ends here."""


class _Handler(socketserver.StreamRequestHandler):
    """Faults: greeting, closed, nonsense, no-login, no-sender, later, refused, lost and dropped."""

    box: Outbox
    fault = ""
    signed_in = False

    def handle(self) -> None:
        self.fault = self.box.faults.pop(0) if self.box.faults else ""
        self.sender, self.recipients = "", list[str]()
        try:
            self.greet()
            while line := self.rfile.readline(2000):
                self.answer(line.decode("ascii").rstrip("\r\n"))
        except (_End, OSError):
            return

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def greet(self) -> None:
        if self.fault == "closed":
            raise _End
        self.say({"greeting": "421 too many at once", "nonsense": "<html>"}.get(self.fault, "220 ready"))
        if self.fault in ("greeting", "nonsense"):
            raise _End

    def answer(self, command: str) -> None:
        word = command.partition(" ")[0].upper()
        if word == "EHLO":
            self.say("250-ready")
            self.say("250 AUTH PLAIN")
        elif word == "QUIT":
            self.say("221 bye")
            raise _End
        elif word == "AUTH":
            told = b64encode(f"\0{self.box.user}\0{self.box.password}".encode()).decode()
            self.signed_in = command == f"AUTH PLAIN {told}" and self.fault != "no-login"
            self.say("235 welcome" if self.signed_in else "535 5.7.8 wrong name or password")
        elif not self.signed_in:
            self.say("530 5.7.0 sign in first")
        elif word in ("MAIL", "RCPT"):
            self.envelope(command)
        elif command.upper() == "DATA" and self.recipients:
            self.letter()
        else:
            self.say("503 bad sequence of commands")

    def envelope(self, command: str) -> None:
        if (mail := _MAIL.match(command)) is not None:
            self.sender = mail[1] if mail[1] == self.box.user and self.fault != "no-sender" else ""
            self.say("250 ok" if self.sender else "550 5.7.1 not allowed to send as that")
        elif (rcpt := _RCPT.match(command)) is not None and self.sender:
            answers = {"later": "451 4.7.1 come back later", "refused": "550 5.1.1 nobody of that name"}
            if self.fault not in answers:
                self.recipients.append(rcpt[1])
            self.say(answers.get(self.fault, "250 ok"))
        else:
            self.say("503 bad sequence of commands")

    def letter(self) -> None:
        self.box.begun += 1
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline(2000)) != b".\r\n":
            if not line.endswith(b"\r\n") or len(line) > 1000:
                self.say("500 line too long")
                raise _End
            lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
        if self.fault == "lost":
            raise _End
        self.box.deliver(b"".join(lines), self.recipients)
        if self.fault == "dropped":
            raise _End
        self.say("250 2.0.0 taken")


@contextmanager
def serve_outbox(box: Outbox) -> Iterator[Outbox]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    handler = type("Handler", (_Handler,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        box.port = server.server_address[1]
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
