"""What the encoder cannot see because cleaning takes it away: marks, shouting, length, links, numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from nlp.base import Vector

WIDTH = 10

_LINK = re.compile(r"https?://|www\.|\b\w{2,30}\.(?:com|net|org|ru|io|gg|ly|me|xyz|top|shop)\b", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥₽₹]|\b(?:usd|eur|btc|eth|usdt)\b")
_LONG_NUMBER = re.compile(r"\d{5,}")
_SEEN = 4000  # characters; marks further on change nothing


def surface(texts: Sequence[str]) -> Vector:
    """One row of `WIDTH` numbers for each original text, before cleaning; each about 0 to 3."""
    return np.array([_row(text[:_SEEN]) for text in texts], np.float32).reshape(len(texts), WIDTH)


def _row(text: str) -> list[float]:
    letters, capitals = sum(map(str.isalpha, text)), sum(map(str.isupper, text))
    asked = sum(text.count(mark) for mark in "?？؟")
    return [
        float(any(mark in text for mark in "?？؟")),
        float(text.rstrip().endswith(("?", "？", "؟"))),
        math.log1p(asked),
        math.log1p(text.count("!") + text.count("！")),
        float("..." in text or "…" in text),
        capitals / letters if letters > 5 else 0.0,
        math.log1p(len(text)) / 3,
        float(("." in text or "://" in text) and bool(_LINK.search(text))),
        float(bool(_MONEY.search(text.lower()))),
        float(bool(_LONG_NUMBER.search(text))),
    ]
