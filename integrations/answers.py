"""What repliers have in common: whether an answer that stands there is the one that was sent, and what a check says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape, unescape

from integrations.base import JSON, Finding, IntegrationError, Receipt, TargetRefused
from integrations.replies import Answer

CLOCKS = timedelta(minutes=5)  # by how much a platform's clock may be behind ours

_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")

Reading = Callable[[str], str]
"""What of a text is compared: platforms change markup, links and white space."""


def plain(text: str) -> str:
    """The words, whatever white space stands between them."""
    return " ".join(text.split())


def to_html(text: str) -> str:
    """The words as HTML that says no more than they do: paragraphs and line breaks, and no markup of their own."""
    paragraphs = [escape(part).replace("\n", "<br>") for part in re.split(r"\n{2,}", text.strip("\n"))]
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def from_html(markup: str) -> str:
    """The words in a platform's HTML, to compare them: tags are gone, breaks are line breaks."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", markup))).strip("\n")


def arrived(
    answers: Sequence[Answer], text: str, *, address: str, after: datetime, reading: Reading = plain
) -> Receipt | None:
    """The newest answer of ours with the same words that was not there before the sending; None: there is none."""
    earliest = after - CLOCKS
    same = [
        answer
        for answer in answers
        if answer.ours and reading(answer.text) == reading(text) and (answer.at is None or answer.at >= earliest)
    ]
    if not same:
        return None
    newest = max(same, key=lambda answer: answer.at or earliest)
    return Receipt(address=address, remote_id=newest.remote_id, url=newest.url)


def moment(value: JSON) -> datetime | None:
    """A time as platforms write it: ISO 8601, or seconds since 1970 as a number or digits. None where it is none."""
    try:
        if isinstance(value, str) and not value.isdigit():
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value), UTC) if isinstance(value, str | int | float) and value else None
    except (ValueError, OverflowError, OSError):
        return None


def checked(ask: Callable[[], str]) -> list[Finding]:
    """What `ask` says is well, or the error that it raised, as a finding."""
    try:
        return [Finding(ok=True, text=ask())]
    except TargetRefused as refused:
        said = str(refused).removesuffix(refused.what_to_do).strip()
        return [Finding(ok=False, text=said, what_to_do=refused.what_to_do)]
    except IntegrationError as error:
        return [Finding(ok=False, text=str(error), what_to_do="Try again later.")]
