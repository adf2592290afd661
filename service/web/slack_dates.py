"""Slack's date tokens, written out (https://docs.slack.dev/messaging/formatting-message-text#date-formatting)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

_TOKEN = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks: times are shown in their zone; "today" is said where `now` is known."""

    zone: tzinfo = UTC
    now: datetime | None = None


def written(timestamp: int, template: str, reader: Reader) -> str | None:
    """The template with its tokens filled in; None where the time is none that can be shown, or a token is unknown."""
    try:
        moment = datetime.fromtimestamp(timestamp, reader.zone)
    except (ValueError, OverflowError, OSError):
        return None
    tokens = _tokens(moment, _near(moment, reader))
    if any(name not in tokens for name in _TOKEN.findall(template)):
        return None
    return _TOKEN.sub(lambda match: tokens[match[1]], template)


def _tokens(moment: datetime, near: str | None) -> dict[str, str]:
    day = moment.day
    short, long = f"{moment:%b} {day}, {moment.year}", f"{moment:%B} {day}, {moment.year}"
    full = f"{moment:%A}, {long}"
    return {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%d/%m/%Y}",
        "date": f"{moment:%B} {day}",
        "date_pretty": near or f"{moment:%B} {day}",
        "date_short": short,
        "date_short_pretty": near or short,
        "date_long": full,
        "date_long_pretty": near or full,
        "date_long_full": long,
        "time": f"{moment:%H:%M}",
        "time_secs": f"{moment:%H:%M:%S}",
    }


def _near(moment: datetime, reader: Reader) -> str | None:
    if reader.now is None:
        return None
    days = (moment.date() - reader.now.astimezone(reader.zone).date()).days
    return {0: "today", -1: "yesterday", 1: "tomorrow"}.get(days)
