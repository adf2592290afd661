"""Rich text: lines, lists and quotes, made of spans."""

from __future__ import annotations

from collections.abc import Mapping

from service.testing.slack.rules.shapes import Check, array, choice, flag, one_of, shape, text, url, whole
from service.testing.slack.rules.texts import ID

_MOST = 40_000
_MANY = 1000  # Slack names no limit for these lists; more is surely a mistake of ours
_STYLE = shape({}, {"bold": flag, "italic": flag, "strike": flag, "underline": flag, "code": flag})
_STYLED = {"style": _STYLE}
_TEXT = shape({"text": text(_MOST)}, _STYLED)
_LINK = shape({"url": url(3000)}, {"text": text(_MOST), "unsafe": flag, **_STYLED})
_SPANS = one_of(
    {
        "text": _TEXT,
        "link": _LINK,
        "date": shape(
            {"timestamp": whole(0, 2**53), "format": text(2000)},
            {"url": url(3000), "fallback": text(2000), **_STYLED},
        ),
        "emoji": shape({"name": text(100)}, {"unicode": text(100), "url": url(3000), **_STYLED}),
        "color": shape({"value": text(9)}, _STYLED),
        "user": shape({"user_id": ID}, _STYLED),
        "team": shape({"team_id": ID}, _STYLED),
        "channel": shape({"channel_id": ID}, _STYLED),
        "usergroup": shape({"usergroup_id": ID}, _STYLED),
        "broadcast": shape({"range": choice("here", "channel", "everyone")}, _STYLED),
    }
)
_BORDER = {"border": whole(0, 1)}
_SECTION = shape({"elements": array(_SPANS, _MANY, least=0)})
_PARTS: Mapping[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"elements": array(_SPANS, _MANY)}, _BORDER),
    "rich_text_preformatted": shape({"elements": array(one_of({"text": _TEXT, "link": _LINK}), _MANY)}, _BORDER),
    "rich_text_list": shape(
        {"elements": array(one_of({"rich_text_section": _SECTION}), _MANY), "style": choice("bullet", "ordered")},
        {"indent": whole(0, 8), "offset": whole(0, 10_000), **_BORDER},
    ),
}

RICH_PARTS = array(one_of(_PARTS), _MANY)
"""The elements of a block of rich text."""

RICH_TEXT = one_of({"rich_text": shape({"elements": RICH_PARTS}, {"block_id": ID})})
