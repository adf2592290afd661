"""One letter: whether a person wrote it to one of our public addresses, what of it is kept, the post that it makes.

Of the letter as it came only the writer's own words are kept, with the headers that make a thread. What it quotes are
other people's letters, and its headers hold addresses of people and machines.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from collectors import fields
from collectors.base import JSON, Author, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import tidy
from collectors.quotes import own_words, own_words_of_html

_IN_BULK = {"bulk", "junk", "list", "auto_reply"}
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,900})>")
_REPLY = re.compile(
    r"\A(?:(?:re|aw|sv|antw|odp|vs|rv|res|回复|答复|fwd?|wg|tr)\s?(?:\[\d+\])?\s?[:：]\s*)+", re.IGNORECASE
)
_PASSED = re.compile(r"\bdmarc\s*=\s*pass\b", re.IGNORECASE)
_LONGEST_HEADER = 4_000  # characters: the parser of headers takes minutes for what hostile ones can hold
_LONGEST = 200_000  # characters of a text; a longer one is a file, not a letter
_LATE = timedelta(days=1)  # by how much a sender's clock may run ahead


class _Brief(policy.EmailPolicy):
    """Headers as the standard library reads them, as far as a person might have written them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        read: str = super().header_fetch_parse(name, value[:_LONGEST_HEADER])
        return read


_POLICY = _Brief()


def read(content: bytes) -> EmailMessage:
    """The letter, parsed. Raises PostUnreadable where it is none."""
    try:
        message = message_from_bytes(content, policy=_POLICY)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise PostUnreadable(f"This is no letter ({type(error).__name__}).", raw=_beginning(content)) from None
    if not isinstance(message, EmailMessage) or not message.keys():
        raise PostUnreadable("This is no letter: it has no headers.", raw=_beginning(content))
    return message


def addressed_to(message: EmailMessage, ours: frozenset[str]) -> bool:
    """Whether it was sent to one of the addresses, which are in lower case; name+anything@ counts as name@."""
    found = (address for _, address in _people(message, *_TO))
    return any(_plain_address(address) in ours for address in found)


def is_by_a_person(message: EmailMessage, ours: frozenset[str]) -> bool:
    """Whether somebody wrote it to us: no automatic answer, no newsletter, bounce or spam, and no letter of ours."""
    automatic = _header(message, "auto-submitted").lower().partition(";")[0].strip() not in ("", "no")
    bulk = _header(message, "precedence").lower() in _IN_BULK or bool(_header(message, "x-auto-response-suppress"))
    newsletter = bool(_header(message, "list-unsubscribe")) or bool(_header(message, "list-id"))
    bounce = _header(message, "return-path") == "<>" or "multipart/report" in _header(message, "content-type").lower()
    spam = _header(message, "x-spam-flag").lower() == "yes"
    mine = any(_plain_address(address) in ours for _, address in _people(message, "from"))
    return not (automatic or bulk or newsletter or bounce or spam or mine)


def raw_of(message: EmailMessage, *, received: datetime | None, verifier: str | None) -> RawPost:
    """What is kept of a letter. `verifier` is the server whose word on the sender's address we take."""
    name, address = next(iter(_people(message, "from")), ("", ""))
    kept: RawPost = {
        "id": next(iter(_ids(message, "message-id")), None),
        "subject": _header(message, "subject")[:500],
        "date": _header(message, "date"),
        "received": received.isoformat() if received else None,
        "answers": next(iter(_ids(message, "in-reply-to")), None),
        "thread": next(iter([*_ids(message, "references"), *_ids(message, "in-reply-to")]), None),
        "language": _header(message, "content-language") or None,
        "author": {
            "name": name[:300] if "@" not in name else None,
            "id": _hashed(address.lower()) if address else None,
        },
        "text": _text(message)[:_LONGEST],
    }
    if verifier and address and _is_verified(message, verifier):
        kept["verified_email"] = address.lower()
    if kept["id"] is None:  # the same letter, read again, has the same id
        kept["id"] = "letter-" + _hashed("\n".join(str(kept[part]) for part in ("date", "subject", "author", "text")))
    return kept


def post_of(raw: RawPost) -> Post:
    """The post of one stored letter: pure. Raises PostUnreadable."""
    name = fields.text(raw, "id")
    text, subject = fields.text_or_none(raw, "text"), fields.text_or_none(raw, "subject")
    title = (_REPLY.sub("", subject).strip() or None) if subject else None
    if not name or not (text or title):
        raise PostUnreadable("The letter has neither words nor a subject.", raw=fields.sample(raw))
    answers = fields.text_or_none(raw, "answers")
    return Post(
        kind=PostKind.MESSAGE,
        external_id=name,
        url=None,
        title=None if answers else title,
        text=text or title or "",
        created_at=_created(raw),
        author=_author(fields.obj_or_empty(raw, "author"), fields.text_or_none(raw, "verified_email")),
        thread_id=fields.text_or_none(raw, "thread") or name,
        parent_id=answers,
        language=fields.language_tag((fields.text_or_none(raw, "language") or "").partition(",")[0]),
        product=fields.text_or_none(raw, "product"),
        raw=raw,
    )


def _created(raw: RawPost) -> datetime:
    """When it was written, as the sender's clock has it; when it came, where that is absent or runs ahead."""
    stated, received = _moment(fields.text_or_none(raw, "date")), _moment(fields.text_or_none(raw, "received"))
    if stated is None or (received is not None and stated > received + _LATE):
        stated = received
    if stated is None:
        raise PostUnreadable("The letter has no date that can be read.", raw=fields.sample(raw))
    return stated


def _moment(value: str | None) -> datetime | None:
    for reading in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = reading(value or "")
            return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    return None


def _author(author: Mapping[str, JSON], email: str | None) -> Author | None:
    external_id, name = fields.text_or_none(author, "id"), fields.text_or_none(author, "name")
    if external_id is None and name is None:
        return None
    return Author(external_id=external_id, name=name, verified_email=email)


def _text(message: EmailMessage) -> str:
    """The writer's own words: those of the plain text, else of the HTML."""
    for kind in ("plain", "html"):
        try:
            part = message.get_body(preferencelist=(kind,))
            content = part.get_content() if part is not None else ""
        except (LookupError, ValueError, AttributeError, KeyError, MessageError):  # an unknown encoding, a broken part
            content = _undecoded(message)
        if isinstance(content, str) and content.strip():
            return own_words(content) if kind == "plain" else own_words_of_html(content)
    return ""


def _undecoded(message: EmailMessage) -> str:
    payload = message.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except (ValueError, IndexError, AttributeError, TypeError, KeyError, OverflowError):  # hostile headers
        return ""
    return " ".join(tidy(str(value)).split()) if value is not None else ""


def _people(message: EmailMessage, *names: str) -> list[tuple[str, str]]:
    values = [_header(message, name) for name in names]
    return [(" ".join(name.split()), address) for name, address in getaddresses(values) if "@" in address]


def _plain_address(address: str) -> str:
    name, _, place = address.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{place}"


def _ids(message: EmailMessage, name: str) -> list[str]:
    return _MESSAGE_ID.findall(_header(message, name))


def _is_verified(message: EmailMessage, verifier: str) -> bool:
    """Whether our own server, whose line stands first, found the sender's address to be the sender's (RFC 8601)."""
    told = _header(message, "authentication-results")
    server, _, results = told.partition(";")
    return server.strip().split(" ")[0].lower() == verifier.lower() and _PASSED.search(results) is not None


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _beginning(content: bytes) -> str:
    """Where the letter begins, without its words: what is shown to a person must not be somebody's letter."""
    return f"{len(content)} bytes"
