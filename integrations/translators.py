"""Translations of posts for whoever reads cards: by a service that the operator chose.

DeepL (developers.deepl.com): POST /v2/translate with a JSON body. Keys that end in ":fx" belong to the free plan, which
has an address of its own; status 456 means that the month's characters are used up. LibreTranslate, which one can run
oneself (docs.libretranslate.com): POST /translate, whose answer holds `translatedText`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from integrations.base import IntegrationError, TargetRefused
from integrations.net import Door, Heard

DEEPL, LIBRETRANSLATE = "deepl", "libretranslate"
KEYS = {DEEPL: "DEEPL_API_KEY", LIBRETRANSLATE: "LIBRETRANSLATE_API_KEY"}
NAMES = {DEEPL: "DeepL", LIBRETRANSLATE: "LibreTranslate"}
_PATIENCE = 5.0  # seconds: a card waits for it
_QUIET = 60.0  # seconds after a failure in which nothing is asked
_VARIANTS = {"en": "EN-GB", "pt": "PT-PT", "zh": "ZH-HANS"}  # DeepL wants to know which, as a target


class Translator(Protocol):
    """Translates what people wrote."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    @property
    def ours(self) -> bool:
        """Whether the operator runs it: texts that may not be passed on may be shown to it."""
        ...

    def translate(self, text: str, *, into: str) -> str:
        """The text in a language (ISO 639-1), as plain text. Raises IntegrationError; may be asked again."""
        ...


@dataclass(frozen=True, slots=True)
class _DeepL:
    door: Door
    name: str = NAMES[DEEPL]
    ours: bool = False

    def translate(self, text: str, *, into: str) -> str:
        target = _VARIANTS.get(into, into.upper())
        heard = self.door.ask("POST", "/v2/translate", json={"text": [text], "target_lang": target}, writing=False)
        return _said(heard.words("translations", 0, "text"), self.door)


@dataclass(frozen=True, slots=True)
class _LibreTranslate:
    door: Door
    key: str
    name: str = NAMES[LIBRETRANSLATE]
    ours: bool = True

    def translate(self, text: str, *, into: str) -> str:
        signed = {"api_key": self.key} if self.key else {}
        asked = {"q": text, "source": "auto", "target": into, "format": "text", **signed}
        heard = self.door.ask("POST", "/translate", json=asked, writing=False)
        return _said(heard.words("translatedText"), self.door)


class _Patient:
    """A translator that is left alone for a while after it failed, so that cards do not wait for it one by one."""

    def __init__(self, translator: Translator, clock: Callable[[], float]) -> None:
        self._translator, self._clock, self._quiet_until = translator, clock, 0.0
        self.name, self.ours = translator.name, translator.ours

    def translate(self, text: str, *, into: str) -> str:
        """As `Translator.translate`."""
        if self._clock() < self._quiet_until:
            raise TargetRefused(f"{self.name} failed a moment ago.", what_to_do="It is asked again in a minute.")
        try:
            return self._translator.translate(text, into=into)
        except IntegrationError:
            self._quiet_until = self._clock() + _QUIET
            raise


def open_translator(
    service: str, url: str | None, environment: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic
) -> Translator:
    """The translator that company.yaml names. Raises TargetRefused where its key is missing."""
    name, key = NAMES[service], environment.get(KEYS[service], "")
    fix = f"Check {KEYS[service]}" + (" and the address in company.yaml." if service == LIBRETRANSLATE else ".")
    if service == LIBRETRANSLATE:
        return _Patient(_LibreTranslate(Door(url or "", name=name, what_to_do=fix, timeout=_PATIENCE), key), clock)
    if not key:
        where = "https://www.deepl.com/your-account/keys"
        raise TargetRefused("DeepL needs a key.", what_to_do=f"Set {KEYS[DEEPL]} ({where}).")
    home = "https://api-free.deepl.com" if key.endswith(":fx") else "https://api.deepl.com"
    headers = {"Authorization": f"DeepL-Auth-Key {key}"}
    door = Door(url or home, name=name, what_to_do=fix, headers=headers, verdict=_verdict, timeout=_PATIENCE)
    return _Patient(_DeepL(door), clock)


def _verdict(heard: Heard) -> IntegrationError | None:
    if heard.status == 456:
        return TargetRefused("DeepL's characters of this month are used up.", what_to_do="Raise the limit, or wait.")
    return None


def _said(text: str, door: Door) -> str:
    if not text.strip():
        raise door.strange(writing=False)
    return text
