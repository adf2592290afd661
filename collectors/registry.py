"""Which kinds of source there are: one line each, and none of them imported before it is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from collectors.base import CollectorError, Spec

_MODULES = {
    "app_store": "collectors.app_store",
    "app_store_connect": "collectors.app_store_connect",
    "bluesky": "collectors.bluesky",
    "discord": "collectors.discord",
    "discourse": "collectors.discourse",
    "email": "collectors.email",
    "facebook": "collectors.facebook",
    "feed": "collectors.feed",
    "github": "collectors.github",
    "google_business": "collectors.google_business",
    "google_play": "collectors.google_play",
    "google_play_pages": "collectors.google_play_pages",
    "hacker_news": "collectors.hacker_news",
    "instagram": "collectors.instagram",
    "intercom": "collectors.intercom",
    "lemmy": "collectors.lemmy",
    "mastodon": "collectors.mastodon",
    "product_pages": "collectors.product_pages",
    "reddit": "collectors.reddit",
    "stack_exchange": "collectors.stack_exchange",
    "steam": "collectors.steam",
    "tabular": "collectors.tabular",
    "telegram": "collectors.telegram",
    "trustpilot": "collectors.trustpilot",
    "webhook": "collectors.webhook",
    "x": "collectors.x",
    "youtube": "collectors.youtube",
    "zendesk": "collectors.zendesk",
}


class UnknownKind(CollectorError, LookupError):
    """There is no such kind of source; the message names the near ones."""


def kinds() -> tuple[str, ...]:
    """The names of all kinds, in alphabetical order; nothing is imported."""
    return tuple(sorted(_MODULES))


def spec(kind: str) -> Spec:
    """Everything about a kind of source; imports its module.

    Raises UnknownKind where there is no such kind.
    """
    if kind not in _MODULES:
        raise UnknownKind(f"There is no kind of source named “{kind}”. {_near(kind)}")
    module = import_module(_MODULES[kind])
    found: Spec = module.SPEC
    return found


def _near(kind: str) -> str:
    near = get_close_matches(kind.lower().replace("-", "_"), _MODULES, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"There are: {', '.join(kinds())}."
