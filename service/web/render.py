"""Templates: one environment, everything escaped, an unknown name is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from service.domain import wording
from service.domain.people import shown_name
from service.domain.replies import text_digest
from service.web import passports, words
from service.web.site import Site, site_of

FOLDER = Path(__file__).parent / "templates"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation."""

    name: str
    title: str
    href: str


PLACES = (
    Place("inbox", "Inbox", "/"),
    Place("issues", "Issues", "/issues"),
    Place("customers", "Customers", "/customers"),
    Place("digest", "Digest", "/digest"),
    Place("replies", "Replies", "/replies"),
    Place("deliveries", "Slack", "/deliveries"),
    Place("sources", "Sources", "/sources"),
    Place("corrections", "Corrections", "/corrections"),
)


def page(
    request: Request, template: str, *, place: str, title: str, status: int = 200, **context: object
) -> HTMLResponse:
    """A whole page. `place` names the entry of the navigation that it belongs to."""
    site = site_of(request)
    theme = request.cookies.get("theme", "")
    html = (
        environment()
        .get_template(template)
        .render(
            site=site,
            now=site.clock(),
            show=_Show(site, site.clock()),
            places=PLACES,
            place=place,
            title=title,
            theme=theme if theme in THEMES else "",
            here=request.url.path,
            **context,
        )
    )
    return HTMLResponse(html, status_code=status)


def address(path: str, given: Mapping[str, Any], **changed: Any) -> str:
    """A path with a query string: what was given, with some names changed; None and empty values are left out."""
    merged = {**given, **changed}
    pairs = [
        (name, str(each))
        for name, value in merged.items()
        for each in (value if isinstance(value, list | tuple) else [value])
        if each is not None and each != ""
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def web_link(url: str | None) -> str | None:
    """An address from outside, where it is one that a browser may be sent to."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


class _Show:
    """Times and amounts as this request shows them."""

    def __init__(self, site: Site, now: datetime) -> None:
        self._site, self._now = site, now

    def time(self, moment: datetime) -> Markup:
        """How long ago, with the exact moment on hover and for scripts."""
        zone = self._site.company.time_zone
        return Markup('<time datetime="{}" title="{}" data-ago>{}</time>').format(
            moment.isoformat(), words.exact(moment, zone), words.ago(moment, self._now, zone)
        )

    def exact(self, moment: datetime) -> Markup:
        """The exact moment."""
        return Markup('<time datetime="{}">{}</time>').format(
            moment.isoformat(), words.exact(moment, self._site.company.time_zone)
        )

    def day(self, moment: datetime) -> str:
        """The day, in the company's zone."""
        return words.day(moment, self._now, self._site.company.time_zone)

    def money(self, amount: Any, currency: str | None = None) -> str:
        """An amount, in the company's currency unless another is named."""
        shown = wording.money(float(amount), currency or self._site.company.currency)
        return shown if amount else shown.replace("0.00", "0")


def _number(value: int) -> str:
    return f"{value:,}"


def _pair(value: str, word: Callable[[str], str] = str) -> tuple[str, str]:
    """A value and the word for it, for choosing."""
    return value, word(value)


def _told(words_of_ours: str) -> Markup:
    """A sentence that Earful wrote: begins with a capital, and what stands in backticks is code."""
    begun = words_of_ours[:1].upper() + words_of_ours[1:]
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(begun))))  # noqa: S704  escaped just before


def _lines(text: str) -> Markup:
    """Text with its line breaks; runs of empty lines are cut to one."""
    kept = "\n".join(line.rstrip() for line in text.strip().splitlines())
    while "\n\n\n" in kept:
        kept = kept.replace("\n\n\n", "\n\n")
    return escape(kept)


@cache
def environment() -> Environment:
    """The one environment, with the words that every template may use."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters.update(
        number=_number,
        lines=_lines,
        percent=words.percent,
        web_link=web_link,
        language=words.language,
        told=_told,
        who=shown_name,
        pair=_pair,
    )
    made.globals.update(
        words=words,
        address=address,
        count=words.count,
        source_title=passports.title_of,
        attribution_of=passports.attribution_of,
        digest_of_text=text_digest,
    )
    return made
