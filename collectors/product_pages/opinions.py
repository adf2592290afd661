"""What one review says: its node read into plain fields, and the `Post` made of a stored one. Pure."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from collectors.base import Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.dates import read_date
from collectors.fields import language_tag, text_or_none, web_address
from collectors.product_pages.nodes import Node, listed, node_id, plain, values, words
from collectors.product_pages.ratings import count, read_rating
from collectors.product_pages.texts import clean, essence

_NOBODY = {"anonymous", "anonym", "anonyme", "anónimo", "anonimo", "guest", "gast", "customer", "a customer", "user",
           "null", "none", "undefined", "unknown", "n/a", "-"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A review's content, whatever markup it came in."""

    text: str
    title: str | None
    author: Author | None
    created_at: datetime | None  # None: the page gives no date that can mean one day only
    edited_at: datetime | None
    rating: float | None
    rating_label: str | None
    language: str | None
    engagement: Engagement

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep: no words and no rating."""
        return not self.text and self.rating is None


def read_opinion(block: Node, syntax: str) -> Opinion:
    """Read a review's node. Never raises: what cannot be read is None or empty."""
    markup = syntax == "json-ld"  # elsewhere entities and tags are the author's own words
    text = clean(words(block, "reviewBody", "description", "text", "@value"), markup=markup) or _notes(block, markup)
    title = clean(words(block, "headline", "name"), markup=markup)
    if not text:
        text, title = title, ""
    rating, label = read_rating(block)
    created = _date(block, "datePublished", "dateCreated", "dtreviewed", "date", "uploadDate", "dateModified")
    edited = _date(block, "dateModified")
    return Opinion(
        text=text,
        title=title if title and essence(title) != essence(text) else None,
        author=_author(block),
        created_at=created,
        edited_at=edited if edited and created and edited > created else None,
        rating=rating,
        rating_label=label,
        language=_language(block),
        engagement=_engagement(block),
    )


def make_post(raw: RawPost, *, product: str | None = None) -> Post:
    """The post of a stored review; `product`, where given, is its product's name instead of the page's.

    A review without a readable date gets the time at which its page was first fetched (`fetched_at`): it is the
    earliest time at which we know that it was there.

    Raises PostUnreadable where the payload is none of ours, or says nothing.
    """
    block, page, about = (_part(raw, name) for name in ("block", "page", "about"))
    shown = str(raw)[:2000]
    identity = raw.get("id")
    if not isinstance(identity, str) or not identity or not block:
        raise PostUnreadable("The stored payload is not a review from a product page.", raw=shown)
    opinion = read_opinion(block, str(raw.get("syntax")))
    if opinion.empty:
        raise PostUnreadable("The review has neither words nor a rating.", raw=shown)
    created = opinion.created_at or _moment(plain(raw.get("fetched_at")))
    if created is None:
        raise PostUnreadable("The review has no date, and the time of fetching was not kept.", raw=shown)
    name = product or words(about, "name") or words(about, "sku", "productID") or None
    title = opinion.title if opinion.title != name else None
    page_url = words(page, "url")
    return Post(
        kind=PostKind.REVIEW,
        external_id=identity,
        url=own_url(block, page_url) or page_url or None,
        text=opinion.text,
        created_at=created,
        raw=raw,
        author=opinion.author,
        title=title,
        edited_at=opinion.edited_at,
        language=opinion.language or language_tag(text_or_none(page, "language")),
        rating=opinion.rating,
        rating_label=opinion.rating_label,
        product=html.unescape(name) if name else None,
        engagement=opinion.engagement,
    )


def own_url(block: Node, page_url: str) -> str | None:
    """The review's own address on the page's host, resolved; None where it gives none that can be opened."""
    anchor = node_id(block)
    for value in (words(block, "url"), anchor if anchor.startswith("#") else ""):
        try:
            url = urljoin(page_url, value) if value else ""
            same_host = urlsplit(url).netloc == urlsplit(page_url).netloc
        except ValueError:
            continue
        if web_address(url) and same_host and len(url) <= 2000:
            return url
    return None


def _date(block: Node, *names: str) -> datetime | None:
    """The first date under the names that can be read and can mean one day only."""
    moments = (_moment(plain(value)) for name in names for value in values(block, name))
    return next((moment for moment in moments if moment is not None), None)


def _moment(text: str) -> datetime | None:
    """The time in UTC; a day alone is its midnight in UTC. Years before 1995 are placeholders (0001, 1970)."""
    try:
        moment = read_date(text, zone=UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1995 <= moment.year <= 2199 else None


def _part(raw: RawPost, name: str) -> Node:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _author(block: Node) -> Author | None:
    for value in values(block, "author") or values(block, "creator") or values(block, "reviewer"):
        name = " ".join(html.unescape(plain(value)).split())
        if not name or name.casefold() in _NOBODY or name.startswith(("http://", "https://", "_:")):
            continue
        url = web_address(words(value, "url", "sameAs")) if isinstance(value, dict) else None
        return Author(name=name[:300], url=url)
    return None


def _language(block: Node) -> str | None:
    for value in values(block, "inLanguage", "language"):
        tag = words(value, "alternateName", "identifier", "name") if isinstance(value, dict) else plain(value)
        if found := language_tag(tag):
            return found
    for value in values(block, "reviewBody", "description"):
        if isinstance(value, dict) and (found := language_tag(plain(value.get("@language")))):
            return found
    return None


def _notes(block: Node, markup: bool) -> str:
    """The pros and cons of a review that has no other words."""
    lines = []
    for label, name in (("+", "positiveNotes"), ("−", "negativeNotes")):
        for note in values(block, name):
            entries = values(note, "itemListElement") if isinstance(note, dict) else [note]
            lines += [f"{label} {entry}" for entry in (plain(item) for item in listed(entries)) if entry]
    return clean("\n".join(lines), markup=markup)


def _engagement(block: Node) -> Engagement:
    likes = next((count(value) for value in values(block, "upvoteCount")), None)
    replies = next((count(value) for value in values(block, "commentCount")), None)
    return Engagement(likes=likes, replies=replies)
