"""Ratings on one scale, from the many ways in which pages write them."""

from __future__ import annotations

import math
import re

from collectors.base import JSON
from collectors.product_pages.nodes import Node, listed, plain, values

_NUMBER = r"[-+]?\d{1,6}(?:[.,]\d{1,4})?"
_OF = re.compile(rf"({_NUMBER})\s*(?:/|\bout of\b|\bof\b|\bvon\b|\bsur\b|\bde\b|\bsu\b)\s*({_NUMBER})", re.IGNORECASE)
_PERCENT = re.compile(rf"({_NUMBER})\s*%")


def read_rating(review: Node) -> tuple[float | None, str | None]:
    """The review's rating from 0 (worst) to 1 (best), and as people know it ("4/5"); None where there is none.

    schema.org's defaults are 1 for the worst and 5 for the best. A rating outside its own scale is not a rating: 0 of
    1 to 5 is how shops write "not rated".
    """
    for value in values(review, "reviewRating", "rating") or values(review, "ratingValue"):
        found = _of_node(value) if isinstance(value, dict) else _scaled(plain(value), None, None)
        if found is not None:
            return found
    return None, None


def _of_node(rating: Node) -> tuple[float, str] | None:
    best = _number(next(iter(values(rating, "bestRating", "best")), None))
    worst = _number(next(iter(values(rating, "worstRating", "worst")), None))
    for value in values(rating, "ratingValue", "value", "@value", "name"):
        found = _scaled(plain(value), worst, best)
        if found is not None:
            return found
    return None


def _scaled(text: str, worst: float | None, best: float | None) -> tuple[float, str] | None:
    value, best, floor = _parts(text, best)
    if value is None:
        return None
    best = 5.0 if best is None else best
    label = f"{value:g}/{best:g}"
    if worst is None:
        worst = floor if floor is not None else 1.0
        value = worst if 0 < value < worst else value  # half a star is less than the default's worst, not outside it
    low, high = min(worst, best), max(worst, best)
    if worst == best or not low <= value <= high:
        return None
    return (value - worst) / (best - worst), label


def _parts(text: str, best: float | None) -> tuple[float | None, float | None, float | None]:
    """Value, best and (where the form tells) worst of "4", "4,5", "4/5", "4 out of 5 stars", "80 %", "★★★★☆"."""
    if match := _OF.search(text):
        return _number(match[1]), _number(match[2]), None
    if match := _PERCENT.search(text):
        return _number(match[1]), 100.0, 0.0
    full, empty = text.count("★"), text.count("☆")
    if full + empty >= 3 or (full and not re.search(r"\d", text)):
        return float(full), float(full + empty) if empty else best, None
    return _number(text), best, None


def _number(value: JSON) -> float | None:
    if isinstance(value, list):
        value = next(iter(listed(value)), None)
    match = re.match(rf"\s*({_NUMBER})(?![\d.,eE]*\d)", plain(value))
    if not match:
        return None
    number = float(match[1].replace(",", "."))
    return number if math.isfinite(number) else None


def count(value: JSON) -> int | None:
    """A whole number of "1,234", "1.234", "1 234 reviews" or 1234; None where there is none."""
    text = plain(value)
    match = re.match(r"\s*(\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+|\d{1,9})(?!\d)", text)
    return int(re.sub(r"\D", "", match[1])) if match else None
