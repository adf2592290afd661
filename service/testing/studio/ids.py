"""The ids that the sample's platforms give its posts: made from the post's own id, so that they never change."""

from __future__ import annotations

from hashlib import sha256

from service.testing.studio.model import SamplePost

SHOP_HOST = "shop.tallow-and-finch.example"
FORUM_HOST = "forum.tallow-and-finch.example"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def number(text: str, below: int) -> int:
    """A number from 0 up to `below`, always the same for the same text."""
    return int.from_bytes(sha256(text.encode()).digest()[:8]) % below


def base36(value: int) -> str:
    """A number as Reddit writes its ids."""
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def external_id(post: SamplePost) -> str:
    """The id under which the post's platform, and so its collector, knows it."""
    return _FORMS[post.source](post)


def _steam(post: SamplePost) -> str:
    return str(100_000_000 + number(post.id, 10**12))


def _shop(post: SamplePost) -> str:
    return f"https://{SHOP_HOST}/reviews/{post.id}"


def _forum(post: SamplePost) -> str:
    return f"tag:{FORUM_HOST},2026:{post.id}"


def _reddit(post: SamplePost) -> str:
    return ("t3_" if post.parent is None else "t1_") + base36(36**6 + number(post.id, 36**7 - 36**6))


def _survey(post: SamplePost) -> str:
    return post.id


_FORMS = {"steam": _steam, "shop": _shop, "forum": _forum, "reddit": _reddit, "survey": _survey}


def source_name(post: SamplePost) -> str:
    """The name that config/sample/sources.yaml gives the place where the post was written."""
    return f"{post.source}-{post.product}" if post.source in ("steam", "shop") else post.source
