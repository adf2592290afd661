"""What the collectors' passports say, in the words that pages use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from collectors import registry
from collectors.base import Passport, ReplyDoor, Spec


@cache
def hearing() -> frozenset[str]:
    """The kinds whose sources take signed calls in."""
    return frozenset(kind for kind in registry.kinds() if registry.spec(kind).hears)


@cache
def spec_of(kind: str) -> Spec | None:
    """What is known of a kind of source; None for one that this version no longer has."""
    try:
        return registry.spec(kind)
    except registry.UnknownKind:
        return None


def title_of(kind: str) -> str:
    """What people call a kind of source."""
    spec = spec_of(kind)
    return spec.title if spec else kind.replace("_", " ").capitalize()


def attribution_of(kind: str) -> str:
    """What the platform asks to be shown beside a quoted post; empty where we no longer know it."""
    spec = spec_of(kind)
    return spec.passport.attribution if spec else ""


def in_words(passport: Passport, *, may_link: bool) -> Sequence[str]:
    """What a platform's terms let us do, one sentence each."""
    doors = {
        ReplyDoor.API: "Authors can be answered from here.",
        ReplyDoor.LINK: "Authors can be answered by hand, at the post's own address.",
        ReplyDoor.NONE: "Authors cannot be answered there.",
    }
    if passport.may_link:
        link = "Authors may be tied to your customer records."
    elif may_link:
        link = "Authors may be tied to your customer records, because this place is your own."
    else:
        link = "Authors are never tied to your customer records."
    if passport.may_train:
        train = "Models may learn from its texts."
    elif may_link and not passport.may_link:
        train = "Models may learn from its texts, because this place is your own."
    else:
        train = "Models do not learn from its texts: what you correct there counts for that post alone."
    if passport.may_export or (may_link and not passport.may_link):
        export = "Posts may be exported."
    else:
        export = "Posts may not be exported: the API gives their address and what was read in them, and no text."
    kept = passport.keep_raw_days
    raw = "Payloads are kept as received." if kept is None else f"Payloads are kept for {kept} days."
    recheck = passport.recheck_hours
    again = (
        "Posts are not looked up again." if recheck is None else f"Posts are looked up again within {recheck} hours."
    )
    return [
        link,
        doors[passport.may_reply],
        export,
        train,
        raw,
        again,
    ]
