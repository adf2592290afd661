"""A made-up mail provider: one mailbox with a letter, read over IMAP, and a server that sends for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import ClassVar

from integrations.base import IntegrationError, TargetBusy
from integrations.replies import Place
from tests.contract.repliers.fake import Fake, Fault, On
from tests.contract.repliers.smtp import Outbox, serve_outbox
from tests.recorded.imap import PASSWORD, USER, Mailserver, letter, serve_mail
from tests.recorded.web import Reply

_READING = {
    Fault.UNAUTHORISED: "rejected", Fault.FORBIDDEN: "forbidden", Fault.BUSY: "unavailable", Fault.WRONG: "search",
    Fault.BROKEN: "greeting", Fault.UNAVAILABLE: "search",
}  # fmt: skip
_WRITING = {
    Fault.UNAUTHORISED: "no-login", Fault.FORBIDDEN: "no-sender", Fault.BUSY: "later", Fault.WRONG: "refused",
    Fault.BROKEN: "lost", Fault.UNAVAILABLE: "lost", Fault.LOST: "lost", Fault.DROPPED: "dropped",
}  # fmt: skip
_SIGNING_IN = {
    Fault.BROKEN: "greeting", Fault.HTML: "nonsense", Fault.STRANGE: "nonsense", Fault.LOST: "closed",
    Fault.FORBIDDEN: "no-sender",
}  # fmt: skip


class Platform(Fake):
    """The mailbox, and what was sent for it."""

    by_key = True
    waits = None
    speaks_json = False
    checks_on = On.SIGN_IN
    unlike: ClassVar[Mapping[tuple[Fault, On], type[IntegrationError]]] = {(Fault.WRONG, On.READ): TargetBusy}

    def __init__(self) -> None:
        self.mail = Mailserver()
        self.mail.deliver(letter(1))
        self.box = Outbox(user=USER, password=PASSWORD, deliver=self._deliver)
        self.sent: list[tuple[bytes, list[str]]] = []
        self.secrets = {"EMAIL_PASSWORD": PASSWORD, "EMAIL_SMTP": "smtp://127.0.0.1:2"}
        self.wrong = {**self.secrets, "EMAIL_PASSWORD": "guessed-password"}
        self.place = Place(
            external_id="1@people.example", text="The lamp 1 flickers.", kind="message",
            options={"host": "imap.lamps.example", "user": USER, "addresses": [USER], "folder": "INBOX"},
        )  # fmt: skip

    @contextmanager
    def running(self) -> Iterator[None]:
        with serve_mail(self.mail), serve_outbox(self.box):
            self.url = self.mail.url
            address = f"smtp://{USER.replace('@', '%40')}@127.0.0.1:{self.box.port}"
            self.secrets = {**self.secrets, "EMAIL_SMTP": address}
            self.wrong = {**self.wrong, "EMAIL_SMTP": address}
            yield

    def _deliver(self, content: bytes, recipients: list[str]) -> None:
        """To everybody in the envelope; only our own mailbox is here."""
        self.sent.append((content, recipients))
        if USER in recipients:
            self.mail.deliver(content, received=self.now)

    def held(self) -> list[str]:
        return [self.words(content) for content, recipients in self.sent if "ana1@people.example" in recipients]

    @staticmethod
    def words(content: bytes) -> str:
        """The text of a letter."""
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return str(parsed.get_content())

    def writes(self) -> int:
        return self.box.begun

    def fail(self, fault: Fault | Reply, on: On = On.WRITE) -> None:
        assert isinstance(fault, Fault)
        if on is On.READ:
            self.mail.next_fault = _READING[fault]
        else:
            self.box.faults.append((_WRITING if on is On.WRITE else _SIGNING_IN)[fault])

    def remove(self) -> None:
        self.mail.letters.clear()

    def chatter(self, text: str) -> bool:
        self.mail.deliver(letter(2, text, In_Reply_To="<1@people.example>", From="Bo <bo@people.example>"))
        return True
