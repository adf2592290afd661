"""The kinds of sources whose authors can be answered by a program, one line each; imported when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from integrations.replies import ReplierSpec

_MODULES: Mapping[str, str] = {
    "app_store_connect": "integrations.repliers.app_store_connect",
    "bluesky": "integrations.repliers.bluesky",
    "discord": "integrations.repliers.discord",
    "discourse": "integrations.repliers.discourse",
    "email": "integrations.repliers.email",
    "facebook": "integrations.repliers.facebook",
    "github": "integrations.repliers.github",
    "google_business": "integrations.repliers.google_business",
    "google_play": "integrations.repliers.google_play",
    "instagram": "integrations.repliers.instagram",
    "intercom": "integrations.repliers.intercom",
    "lemmy": "integrations.repliers.lemmy",
    "mastodon": "integrations.repliers.mastodon",
    "reddit": "integrations.repliers.reddit",
    "telegram": "integrations.repliers.telegram",
    "trustpilot": "integrations.repliers.trustpilot",
    "x": "integrations.repliers.x",
    "youtube": "integrations.repliers.youtube",
    "zendesk": "integrations.repliers.zendesk",
}


def kinds() -> tuple[str, ...]:
    """The kinds that there are, in the order they are listed to people."""
    return tuple(_MODULES)


def spec(kind: str) -> ReplierSpec | None:
    """Everything about answering a kind of source; None where a program cannot."""
    if kind not in _MODULES:
        return None
    found: ReplierSpec = import_module(_MODULES[kind]).SPEC
    return found


def missing(kind: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the settings that answering a kind needs and that are not set; none for a kind without a replier."""
    found = spec(kind)
    return tuple(each.name for each in found.secrets if each.required and not settings.get(each.name)) if found else ()
