"""Answers to letters, from the public address that they were written to: read over IMAP, sent over SMTP.

Of a letter only its writer's own words are kept, so it is looked up in the mailbox for its sender and its thread. An
answer has a Message-ID made from its key, and a copy of it goes to the mailbox itself: there it is found again,
whatever the server does with letters that were sent (RFC 5322, RFC 6154).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from urllib.parse import urlsplit

from integrations.answers import checked
from integrations.base import Finding, MessageRejected, Receipt, Secret, TargetRefused
from integrations.mailbox import Mailbox, Server, opened
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing
from integrations.smtp import hand_over, server_of, signed_in

_WHAT_TO_DO = "Set the source's host, user and addresses in sources.yaml."
_REPLY = re.compile(r"\A(?:re|aw|sv|antw|odp|vs|rv|res|回复|答复)\s?(?:\[\d+\])?\s?[:：]", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]{3,900}>")
_QUOTED = re.compile(r"(?m)^>.*\n?")
_MOST_REFERENCES = 20


class Email:
    """Answers from the addresses of one mailbox."""

    def __init__(self, base_url: str | None, smtp: str, password: str) -> None:
        self._base_url, self._smtp, self._password = base_url, smtp, password

    def __repr__(self) -> str:
        return f"Email({self._base_url!r})"

    def look(self, place: Place) -> Standing:
        """The letter, and the answers from our addresses. A letter that is in none of our folders counts as gone."""
        with self._mailbox(place) as mailbox:
            letter = _letter(mailbox, place)
            if letter is None:
                return Standing(exists=False)
            ours = _addresses(place)
            answers = [_answer(one, ours) for one in mailbox.letters("In-Reply-To", _id(place))]
        may = bool(_sender(letter)) and _sender(letter).lower() not in ours
        return Standing(
            exists=True,
            text=_words(letter),
            title=_header(letter, "subject") or None,
            answers=answers,
            may_answer=may,
            why_not="" if may else "The letter names no address that could be answered.",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Write to the sender, with a copy to ourselves."""
        with self._mailbox(place) as mailbox:
            letter = _letter(mailbox, place)
        if letter is None:
            raise MessageRejected("The letter is no longer in the mailbox, so its sender is not known.")
        sender, ours = _sender(letter), _ours(letter, place)
        if not sender or sender.lower() in _addresses(place):
            raise MessageRejected("The letter names no address that could be answered.")
        name = _name(key, ours)
        written = _written(text, letter, sender=ours, recipient=sender, name=name)
        server = server_of(self._smtp, user=str(place.options.get("user") or ""), password=self._password)
        hand_over(server, written, sender=ours, recipients=[sender, ours])
        return Receipt(address=_id(place), remote_id=name)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the Message-ID, in the mailbox: a copy comes there as soon as the server has sent the answer."""
        del text, after
        with self._mailbox(place) as mailbox:
            for ours in sorted(_addresses(place)):
                for _ in mailbox.letters("Message-ID", _name(key, ours)):
                    return Receipt(address=_id(place), remote_id=_name(key, ours))
        return None

    def check(self) -> Sequence[Finding]:
        """Whether the server would send for us; the mailbox is checked with its source."""

        def ask() -> str:
            server = server_of(self._smtp, user="", password=self._password)
            if not server.user:
                return "The server is asked when a letter is answered: EMAIL_SMTP names no user."
            with signed_in(server, server.user):
                return f"{server.shown} would send for {server.user}."

        return checked(ask)

    @contextmanager
    def _mailbox(self, place: Place) -> Iterator[Mailbox]:
        """The source's mailbox; the base address stands in for its server, http:// for one without TLS."""
        options = place.options
        host, user, port = (str(options.get(name) or "") for name in ("host", "user", "port"))
        starttls = options.get("security") == "starttls"
        parts = urlsplit(self._base_url or f"{'http' if starttls else 'https'}://{host}:{port or 993}")
        if not (parts.hostname and user and _addresses(place)):
            raise TargetRefused("The source does not say which mailbox it is.", what_to_do=_WHAT_TO_DO)
        tls = parts.scheme == "https"
        server = Server(
            host=parts.hostname,
            port=parts.port or 993,
            user=user,
            password=self._password,
            tls=tls,
            starttls=starttls and not tls,
        )
        with opened(server, str(options.get("folder") or "INBOX")) as mailbox:
            yield mailbox


def _id(place: Place) -> str:
    """The letter's Message-ID. Letters without one have a name that we made, and cannot be found again."""
    if place.external_id.startswith("letter-"):
        raise MessageRejected("The letter has no Message-ID, so it cannot be found again.")
    return f"<{place.external_id.strip('<>')}>"


def _name(key: str, ours: str) -> str:
    """The answer's Message-ID: the same for the same key."""
    return f"<{sha256(key.encode()).hexdigest()[:32]}.earful@{ours.rpartition('@')[2]}>"


def _letter(mailbox: Mailbox, place: Place) -> EmailMessage | None:
    return next(mailbox.letters("Message-ID", _id(place)), None)


def _addresses(place: Place) -> set[str]:
    listed = place.options.get("addresses")
    given = listed.split(",") if isinstance(listed, str) else listed if isinstance(listed, Sequence) else ()
    return {str(one).strip().lower() for one in given if "@" in str(one)}


def _header(letter: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(letter.get(name) or "").split())
    except (ValueError, IndexError, AttributeError, TypeError, KeyError):  # the parser of headers on hostile ones
        return ""


def _people(letter: EmailMessage, *names: str) -> list[str]:
    return [address for _, address in getaddresses([_header(letter, name) for name in names]) if "@" in address]


def _sender(letter: EmailMessage) -> str:
    """Where the writer wants answers: one address that a header can carry; empty where there is none."""
    found = next(iter([*_people(letter, "reply-to"), *_people(letter, "from")]), "")
    return found if re.fullmatch(r"[!-~]+@[!-~]+", found) and not set(found) & set('<>,;:\\"()[]') else ""


def _ours(letter: EmailMessage, place: Place) -> str:
    """The public address that the letter was written to, or the first one."""
    ours = _addresses(place)
    found = [address.lower() for address in _people(letter, "to", "cc", "delivered-to", "x-original-to")]
    return next((address for address in found if address in ours), min(ours))


def _written(text: str, letter: EmailMessage, *, sender: str, recipient: str, name: str) -> bytes:
    subject = _header(letter, "subject")
    asked = _ID.findall(_header(letter, "message-id"))[:1]
    thread = [*_ID.findall(_header(letter, "references"))[-_MOST_REFERENCES:], *asked]
    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"] = sender, Address(addr_spec=recipient)
    answer["Subject"] = subject if _REPLY.match(subject) else f"Re: {subject}".strip()
    answer["Message-ID"] = name
    if asked:
        answer["In-Reply-To"] = asked[0]
        answer["References"] = " ".join(thread)
    answer.set_content(text)
    return answer.as_bytes()


def _words(letter: EmailMessage) -> str:
    """The words of the plain part, less what they quote."""
    try:
        part = letter.get_body(preferencelist=("plain",))
        content = part.get_content() if part is not None else ""
    except (LookupError, ValueError, AttributeError, MessageError):  # an unknown encoding, a broken part
        content = ""
    return _QUOTED.sub("", content.replace("\r\n", "\n")).strip() if isinstance(content, str) else ""


def _answer(letter: EmailMessage, ours: set[str]) -> Answer:
    sender = next(iter(_people(letter, "from")), "")
    return Answer(
        remote_id=_header(letter, "message-id"),
        text=_words(letter),
        by=sender,
        ours=sender.lower() in ours,
        at=_moment(_header(letter, "date")),
    )


def _moment(date: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else None


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the mailbox's password and the server that sends. Where the mailbox is stands in the source."""
    return Email(base_url, secrets["EMAIL_SMTP"], secrets["EMAIL_PASSWORD"])


SPEC = ReplierSpec(
    kind="email",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=3600.0,
            why=(
                "The copy travels as letters do. A server that makes strangers wait lets it in at the second "
                "try, half an hour later as a rule (RFC 5321, 4.5.4.1)."
            ),
        ),
        limit=None,
        notes=(
            "The answer goes to the sender alone, from the public address that was written to.",
            "A copy comes to the mailbox: colleagues see there what was said, and we see that it was sent.",
            "A letter that was sent cannot be changed or taken back.",
        ),
    ),
    secrets=(
        Secret(
            name="EMAIL_PASSWORD",
            where="your mail provider: an app password, as at https://myaccount.google.com/apppasswords.",
        ),
        Secret(
            name="EMAIL_SMTP",
            where="your mail provider: the server that sends, as smtps://smtp.example.com, or with another user than "
            "the mailbox's: smtps://support%40example.com@smtp.example.com.",
        ),
    ),
    build=build,
)
