"""Reading ratings as people write them: 4, 4.5, 4,5, 4/5, "4 out of 5 stars", 80%, ★★★★☆."""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(-?\d+(?:[.,]\d+)?)(?:\s*(?:/|out of|von|sur|de)\s*(\d+))?\s*(?:stars?|points?|%)?\Z", re.IGNORECASE
)


def read_rating(value: str, *, worst: float | None, best: float) -> tuple[float, str]:
    """The rating from 0 to 1 and as people know it ("4/5"). `worst` None: 1 on scales up to 7, else 0.

    Raises ValueError in words where it is no rating, or outside its scale.
    """
    text = value.strip()
    filled = text.count("★")
    if filled and not text.strip("★☆⭐ "):
        score, top = float(filled), float(max(len(text.replace(" ", "")), best))
    else:
        match = _NUMBER.match(text)
        if match is None:
            raise ValueError(f"“{text[:40]}” is no rating; 4, 4.5 or 4/5 is")
        score = float(match[1].replace(",", "."))
        top = 100.0 if text.endswith("%") else float(match[2] or best)
    bottom = worst if worst is not None and top == best else (1.0 if top <= 7 else 0.0)
    if top <= bottom or not bottom <= score <= top:
        raise ValueError(
            f"“{text[:40]}” is outside {bottom:g} to {top:g}; the options rating_min and rating_max set that"
        )
    return (score - bottom) / (top - bottom), f"{score:g}/{top:g}"
