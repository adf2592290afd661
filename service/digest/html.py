"""A digest as HTML: one file for mail and for keeping, or a part of one of our pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.digest import pictures, style, words
from service.digest.answers import how_we_answered
from service.digest.links import Links
from service.digest.losses import not_seen
from service.digest.sentences import about_storm, what_changed
from service.domain.digest import Digest
from service.domain.languages import language_name
from service.domain.metrics import FEW, coverage

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The addresses of one picture's forms. Mail clients that know only <img> show the first."""

    plain: str
    wide: str
    wide_dark: str
    narrow: str
    narrow_dark: str


def document(digest: Digest, *, page_url: str, picture: str | None = None) -> str:
    """One self-contained file: it asks for nothing from anywhere, and reads well without its picture.

    `page_url`: where our pages are, for links. `picture`: where the picture is, as in `cid:mood` for a mail that has it
    attached (`pictures.png` makes it); None: written into the file.
    """
    wide = picture or _data("image/png", pictures.png(digest, dark=False, size=pictures.WIDE))
    return _render(
        "mail.html",
        digest,
        Links(page_url, digest),
        style.written_in,
        _forms(digest, plain=wide),
        sheet=style.for_mail(),
    )


def fragment(digest: Digest, *, page_url: str = "", theme: str = "") -> Markup:
    """The digest within one of our pages, styled by `page_style`.

    `page_url`: empty for relative links. `theme`: `light` or `dark` where the reader chose one.
    """
    forms = _forms(digest, theme=theme)
    html = _render("digest.html", digest, Links(page_url, digest), style.classes, forms)
    return Markup(html)  # noqa: S704  rendered by our own environment, which escapes


def page_style() -> str:
    """The style sheet of `fragment`; needs the pages' tokens."""
    # There it stands where every page begins, not in the middle of a letter.
    return f"{style.FILE.read_text(encoding='utf-8')}\n.sheet > .d-page {{ margin-inline: 0; }}\n"


def _render(
    template: str,
    digest: Digest,
    links: Links,
    look: Callable[[str], Markup],
    forms: Pictures,
    *,
    sheet: str = "",
) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            digest=digest,
            links=links,
            look=look,
            pictures=forms,
            finding=pictures.finding(digest),
            changed=what_changed(digest, links),
            storms=[about_storm(storm, digest, links) for storm in digest.storms],
            answering=how_we_answered(digest, links),
            not_seen=not_seen(digest, links),
            words=words,
            language=language_name,
            coverage=coverage,
            few=FEW,
            sheet=Markup(sheet),  # noqa: S704  our own style sheet, read from the package
        )
    )


def _forms(digest: Digest, *, plain: str | None = None, theme: str = "") -> Pictures:
    by_day, by_night = theme == "dark", theme != "light"
    wide = _svg(digest, dark=by_day, size=pictures.WIDE)
    return Pictures(
        plain=plain or wide,
        wide=wide,
        wide_dark=_svg(digest, dark=by_night, size=pictures.WIDE),
        narrow=_svg(digest, dark=by_day, size=pictures.NARROW),
        narrow_dark=_svg(digest, dark=by_night, size=pictures.NARROW),
    )


def _svg(digest: Digest, *, dark: bool, size: pictures.Size) -> str:
    # Encoded so that a srcset, which ends an address at a space, takes all of it.
    return "data:image/svg+xml," + quote(pictures.svg(digest, dark=dark, size=size), safe="/:=*!$&;@-_.~")


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
