"""What the language identifier learns from: cleaned texts by language, none of which a dev split holds."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from nlp.clean import clean
from nlp.language import primary
from nlp.training.labels import Example
from nlp.training.sets import examples, seeds

TextsByLanguage: TypeAlias = Mapping[str, Sequence[str]]
Tagged: TypeAlias = Iterable[tuple[str, str]]  # a BCP 47 tag and a text

_PARALLEL = ("parallel/tatoeba_rest", "parallel/aosp_messaging")  # CC BY 2.0 FR; Apache-2.0
_HELD_OUT = "langid/langid_mix.dev.jsonl.gz"
_MOST = 4000  # texts of one language from one source, so that no source drowns the others
_FEWEST = 50  # texts without which a language is not learnt
_DRAW = 5

_TRANSLATIONS = re.compile(r"hass_frontend/static/translations/(?:[\w-]+/)?([A-Za-z-]+)-[0-9a-f]{32}\.json")
_PLACEHOLDER = re.compile(r"\{[^{}]{0,60}\}|%\w")
_CHOICE = re.compile(r"\{[^{}]*,|\{[^{}]*\{")  # singular and plural in one string

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
_ALSO_IN_LATIN = ("ar", "hi", "sr")  # which of these are learnt too
_MIXED_UP = "sentiment/umsab"  # more than half of what it calls Hindi is English
_HINDI = re.compile(
    r"\b(?:hai|hain|nahi|nahin|kya|aur|bhi|mein|tha|thi|koi|apne|aap|hum|tum|woh|yeh|liye|sath|gaya|raha|rahe|hota|"
    r"karo|kare|bhai|wala|sab|agar|ki|ka|ke|ko|se|ne|ho)\b",
    re.IGNORECASE,
)


def texts_by_language(data: Path, strings: Path, *, stated_only: bool) -> TextsByLanguage:
    """Texts by language code, of all sources; `strings` is the wheel of `home-assistant-frontend` (Apache-2.0)."""
    sources: list[Tagged] = [_parallel(data), _strings(strings), _tagged(seeds(1))]
    for source, found in examples(data, "train", stated_only=stated_only, keep=lambda _: True):
        sources.append(_tagged(filter(_is_what_it_says, found) if source.name == _MIXED_UP else found))
    unseen, draw = _keys_of_dev_splits(data), np.random.default_rng(_DRAW)
    gathered: dict[str, dict[str, str]] = defaultdict(dict)  # texts by what two of them have in common
    for tagged in sources:
        for language, found_here in _by_language(tagged).items():
            keys = sorted(found_here.keys() - unseen - gathered[language].keys())
            chosen = np.sort(draw.permutation(len(keys))[:_MOST])
            gathered[language].update((keys[at], found_here[keys[at]]) for at in chosen)
    return {
        language: _in_its_script(language, list(found.values()))
        for language, found in sorted(gathered.items())
        if len(found) >= _FEWEST
    }


def _tagged(found: Iterable[Example]) -> Tagged:
    return [(each.language, each.text) for each in found]


def held_out_texts(data: Path) -> list[tuple[str, str]]:
    """Language and cleaned text of the held-out texts that the temperature is set on."""
    tagged = ((primary(str(row["label"])), clean(str(row["text"])).words) for row in _rows(data / _HELD_OUT))
    return [(language, text) for language, text in tagged if language and _LETTER.search(text)]


def _by_language(tagged: Tagged) -> Mapping[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for tag, text in tagged:
        language, cleaned = primary(tag), clean(text).words
        if language and _LETTER.search(cleaned):
            found[language].setdefault(_key(cleaned), cleaned)
    return found


def _key(text: str) -> str:
    """What is left of a text without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _in_its_script(language: str, texts: Sequence[str]) -> Sequence[str]:
    """The texts without those in Latin letters, where the language is not written in them."""
    latin = [2 * len(_LATIN.findall(text)) > len(_LETTER.findall(text)) for text in texts]
    if language in _ALSO_IN_LATIN or 2 * sum(latin) > len(texts):
        return texts
    return [text for text, is_latin in zip(texts, latin, strict=True) if not is_latin]


def _is_what_it_says(example: Example) -> bool:
    if example.language != "hi" or not _LATIN.search(example.text):
        return True
    hindi = len(_HINDI.findall(example.text))
    return hindi >= 2 and 10 * hindi >= len(example.text.split())


def _keys_of_dev_splits(data: Path) -> frozenset[str]:
    """The keys of all texts of all dev splits."""
    found = set()
    for path in sorted(data.glob("*/*.dev.jsonl.gz")):
        for row in _rows(path):
            title = f"{row['title']}\n" if row.get("title") else ""
            found.add(_key(clean(f"{title}{row.get('text', '')}").words))
    return frozenset(found)


def _parallel(data: Path) -> Iterator[tuple[str, str]]:
    for name in _PARALLEL:
        for row in _rows(data / f"{name}.train.jsonl.gz"):
            yield str(row["lang"]), str(row["text"])
            yield "en", str(row["text2"])


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _strings(wheel: Path) -> Iterator[tuple[str, str]]:
    """The strings of an app's pages in some sixty languages, without those that were left in English."""
    by_tag: dict[str, set[str]] = defaultdict(set)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            match = _TRANSLATIONS.fullmatch(name)
            if match:
                by_tag[match[1]].update(_leaves(json.loads(archive.read(name))))
    english = by_tag["en"] | by_tag["en-GB"]
    for tag, found in sorted(by_tag.items()):
        for text in sorted(found if tag.startswith("en") else found - english):
            if not _CHOICE.search(text):
                yield tag, _PLACEHOLDER.sub(" ", text)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
