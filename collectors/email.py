"""Letters to the company's public addresses, read over IMAP: support@, hello@, feedback@. Nobody's own mailbox.

Listening goes on behind the last UID, for as long as the server says that its UIDs are still the same (UIDVALIDITY,
RFC 3501); otherwise the mailbox is read anew, and each letter is known by its Message-ID.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field

from collectors import fields
from collectors.abilities import Ability, tried
from collectors.base import (
    Collector,
    Cursor,
    Page,
    Passport,
    Post,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    SetAside,
    SourceRefused,
    Spec,
)
from collectors.email_door import Letter, Mailbox, Place, opened
from collectors.email_message import addressed_to, is_by_a_person, post_of, raw_of, read
from collectors.net import Net
from collectors.options import Options, Words, need_secrets

_AT_ONCE = 20
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _addresses(given: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [each for each in given if each.count("@") != 1 or each.startswith("@") or each.endswith("@")]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not an address like support@example.com")
    return tuple(each.lower() for each in given)


class Security(StrEnum):
    """How the connection is encrypted."""

    TLS = "tls"
    STARTTLS = "starttls"


class EmailOptions(Options):
    """Which mailbox to read, and whose letters."""

    host: str = Field(min_length=1, description="The IMAP server, as imap.example.com.")
    user: str = Field(min_length=1, description="The name to sign in with, mostly the mailbox's address.")
    addresses: Annotated[Words, AfterValidator(_addresses)] = Field(
        min_length=1,
        description="The public addresses that it receives letters for (support@example.com); others are left unread.",
    )
    folder: str = Field(default="INBOX", min_length=1, description="The folder to read.")
    port: int = Field(default=993, ge=1, le=65535, description="The server's port.")
    security: Security = Field(
        default=Security.TLS, description="tls, or starttls for servers that encrypt on port 143 after a greeting."
    )
    verifier: str | None = Field(
        default=None,
        description="The server whose Authentication-Results are believed, as mx.example.com: your own that takes the "
        "letters in. Without it no sender's address counts as verified.",
    )
    product: str | None = Field(default=None, description="The product that letters are about.")


class Email:
    """Listens to one mailbox."""

    def __init__(self, options: EmailOptions, password: str, net: Net, *, tls: ssl.SSLContext | None = None) -> None:
        self._options = options
        self._ours = frozenset(options.addresses)
        self._place = _place(options, password, net)
        self._tls = tls

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield letters in the order in which they came, twenty a page; see `Collector.pages`."""
        with opened(self._place, self._options.folder, self._tls) as mailbox:
            last = cursor or {}
            same = fields.text_or_none(last, "uidvalidity") == mailbox.validity
            reached = (fields.count_or_none(last, "uid") or 0) if same else 0
            floor = since if cursor is None else None
            # A server's days are of its own time zone.
            uids = mailbox.later_than(reached, since=floor - timedelta(days=1) if floor else None)
            for start in range(0, max(1, len(uids)), _AT_ONCE):
                some = uids[start : start + _AT_ONCE]
                reached = max([reached, *some])
                yield self._page(mailbox, some, floor, {"uidvalidity": mailbox.validity, "uid": reached})

    def abilities(self) -> Sequence[Ability]:
        """Whether the folder opens; see `Able.abilities`."""

        def look() -> None:
            with opened(self._place, self._options.folder, self._tls):
                pass

        return tried(f"read the folder {self._options.folder}", look)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one letter; see `Collector.parse`."""
        return post_of(raw)

    def _page(self, mailbox: Mailbox, uids: list[int], floor: datetime | None, cursor: Cursor) -> Page:
        posts: list[Post] = []
        set_aside: list[SetAside] = []
        for letter in mailbox.fetch(uids) if uids else ():
            try:
                post = self._post(letter)
            except PostUnreadable as unreadable:
                place = f"{self._options.folder}, letter {letter.uid}"
                set_aside.append(SetAside(place=place, reason=str(unreadable), raw=unreadable.raw))
                continue
            if post is not None and (floor is None or post.created_at >= floor):
                posts.append(post)
        return Page(posts=posts, set_aside=set_aside, cursor=cursor)

    def _post(self, letter: Letter) -> Post | None:
        message = read(letter.content)
        if not addressed_to(message, self._ours) or not is_by_a_person(message, self._ours):
            return None
        raw = raw_of(message, received=letter.received, verifier=self._options.verifier)
        return self.parse({**raw, "product": self._options.product})


def _place(options: EmailOptions, password: str, net: Net) -> Place:
    """Where to connect; `base_url` stands in for the server, http:// for a connection that begins in the clear.

    Raises SourceRefused where the password would cross a network in the clear.
    """
    starttls = options.security is Security.STARTTLS
    parts = urlsplit(net.base_url or f"{'http' if starttls else 'https'}://{options.host}")
    place = Place(
        host=options.host if net.base_url is None else parts.hostname or options.host,
        port=options.port if net.base_url is None else parts.port or options.port,
        user=options.user,
        password=password,
        encrypted=parts.scheme == "https",
        upgraded=starttls and parts.scheme != "https",
        may_be_private=net.base_url is not None,
        timeout=net.timeout,
    )
    if not (place.encrypted or place.upgraded or place.host in _LOOPBACK):
        raise SourceRefused(
            f"The address {net.base_url} would carry the mailbox's password in the clear.",
            what_to_do="Give base_url as https://host:993, or the option security=starttls.",
        )
    return place


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where the password is missing."""
    need_secrets(SPEC, secrets)
    return Email(cast("EmailOptions", options), secrets["EMAIL_PASSWORD"], net)


_WHERE = "your mail provider: an app password, as at https://myaccount.google.com/apppasswords"

SPEC = Spec(
    kind="email",
    title="E-mail",
    options=EmailOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="A letter to our public address",
        terms="The writers wrote to the company, and not in public: their words stay in the house. Only letters to the "
        "public addresses that are named are read, and a writer is tied to a customer only where our own mail server "
        "found the address to be theirs. Answers come from the address that was written to.",
    ),
    secrets=(Secret(name="EMAIL_PASSWORD", where=_WHERE),),
    safe_to_resume=True,
    sees_edits=False,
    sees_deletes=False,
)
