"""Plays the studio's own forum: an Atom feed that can be asked conditionally, and a plain page for each thread.

One entry of the feed is broken, as happens when a theme is edited by hand: no id, no link, and a date in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from xml.etree import ElementTree as ET  # only writes; nothing from outside is parsed here

from service.testing.studio.ids import FORUM_HOST, external_id
from service.testing.studio.pages import render
from service.testing.studio.showing import Showing, Shown

FEED_PATH = "/forum/feed.atom"
_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The feed as it is now, with what a conditional request compares."""

    body: bytes
    etag: str
    last_modified: str

    def unchanged(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Whether the asker has this already; an ETag, where given, decides alone (RFC 9110, section 13.1.3)."""
        if if_none_match is not None:
            return self.etag in (tag.strip() for tag in if_none_match.split(","))
        return if_modified_since == self.last_modified


def feed(showing: Showing, base_url: str) -> Feed:
    """All posts of the forum, newest first, with links under `base_url`."""
    posts = showing.of("forum")
    changed = max((shown.changed_at for shown in posts), default=showing.epoch)
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "title", f"{showing.studio} forum")
    _add(root, "id", f"tag:{FORUM_HOST},2026:feed")
    _add(root, "updated", changed.isoformat())
    _add(root, "link", rel="self", href=base_url + FEED_PATH)
    _add(root, "link", rel="alternate", href=f"{base_url}/forum")
    for place, shown in enumerate(posts):
        if place == 1:
            _add_broken(root)
        _add_entry(root, shown, base_url)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Feed(body=body, etag=f'"{sha256(body).hexdigest()[:20]}"', last_modified=_http_date(changed))


def thread_page(showing: Showing, post_id: str) -> str | None:
    """One post as the forum's readers see it; None where there is none."""
    found = [shown for shown in showing.of("forum") if shown.post.id == post_id]
    return render("forum.html", heading=found[0].heading or "A post", posts=found) if found else None


def writer_page(showing: Showing, key: str) -> str | None:
    """What one member wrote; None where there is no such member."""
    found = [shown for shown in showing.of("forum") if shown.writer.key == key]
    return render("forum.html", heading=found[0].writer.handle, posts=found) if found else None


def front_page(showing: Showing) -> str:
    """Everything on the forum, newest first."""
    return render("forum.html", heading=f"{showing.studio} forum", posts=showing.of("forum"))


def _add_entry(root: ET.Element, shown: Shown, base_url: str) -> None:
    entry = ET.SubElement(root, f"{{{_ATOM}}}entry", {_LANG: shown.post.language})
    _add(entry, "id", external_id(shown.post))
    _add(entry, "title", shown.heading or shown.text[:60])
    _add(entry, "link", rel="alternate", type="text/html", href=f"{base_url}/forum/t/{shown.post.id}")
    _add(entry, "published", shown.created_at.isoformat())
    _add(entry, "updated", shown.changed_at.isoformat())
    author = ET.SubElement(entry, f"{{{_ATOM}}}author")
    _add(author, "name", shown.writer.handle)
    _add(author, "uri", f"{base_url}/forum/u/{shown.writer.key}")
    _add(entry, "category", term=shown.title.slug, label=shown.title.name)
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", shown.text))
    _add(entry, "content", paragraphs.replace("\n", "<br>"), type="html")


def _add_broken(root: ET.Element) -> None:
    entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
    _add(entry, "title", "Welcome! Please read the house rules")
    _add(entry, "updated", "the day we opened")


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes).text = _NOT_XML.sub("", text) if text is not None else None


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
