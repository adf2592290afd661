"""What the language identifier learns from: nothing that is held out, nothing that is not what it says."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.training.language_texts import TextsByLanguage, held_out_texts, texts_by_language
from nlp.training.noise import noisy

_FINNISH = [f"Peli kaatuu aina kun avaan kartan numero {number}" for number in range(60)]
_HINDI = [f"bhai yeh game bahut accha hai {number}" for number in range(60)]
_GREEK = [f"το παιχνίδι κολλάει συνέχεια {number}" for number in range(60)]


def _write(data: Path, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    path = data / f"{name}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of labelled sets, of which each has little."""
    pairs = [{"lang": "fi", "text": text, "text2": f"In English: {text}"} for text in _FINNISH]
    _write(tmp_path, "parallel/tatoeba_rest.train", pairs)
    _write(tmp_path, "parallel/aosp_messaging.train", [{"lang": "gr", "text": "Γεια", "text2": "Hello"}])
    tweets = [{"lang": "hi", "label": "neutral", "text": text} for text in [*_HINDI, "nothing here is what it says"]]
    _write(tmp_path, "sentiment/umsab.train", tweets)
    _write(
        tmp_path, "langid/langid_mix.dev", [{"label": "fi", "text": _FINNISH[7].upper()}, {"label": "fi", "text": "5"}]
    )
    return tmp_path


@pytest.fixture
def texts(data: Path) -> TextsByLanguage:
    """What is gathered from it, and from a wheel with the strings of an app."""
    wheel = data / "strings.whl"
    strings = {
        "en": ["Settings", "Save"],
        "el": ["Settings", "Gmail Outlook", "Τέλος {count, plural, one {1}}", *_GREEK],
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for tag, found in strings.items():
            content = json.dumps({"ui": dict(enumerate(found))})
            archive.writestr(f"hass_frontend/static/translations/{tag}-{'0' * 32}.json", content)
        archive.writestr("hass_frontend/other.json", "{}")
    return texts_by_language(data, wheel, stated_only=False)


def test_what_is_held_out_is_not_learnt(data: Path, texts: TextsByLanguage) -> None:
    """A text of a dev split is left out, in upper case too; of texts without letters nothing is learnt or judged."""
    assert sorted(texts["fi"]) == sorted(set(_FINNISH) - {_FINNISH[7]})
    assert [language for language, _ in held_out_texts(data)] == ["fi"]


def test_both_sides_of_a_pair_are_learnt(texts: TextsByLanguage) -> None:
    """The English side is English."""
    assert f"In English: {_FINNISH[0]}" in texts["en"]


def test_english_among_romanised_hindi_is_left_out(texts: TextsByLanguage) -> None:
    """A set that calls English tweets Hindi is believed only where the words are Hindi."""
    assert set(_HINDI) <= set(texts["hi"])
    assert "nothing here is what it says" not in texts["hi"]


def test_strings_left_in_another_language(texts: TextsByLanguage) -> None:
    """Strings that nobody translated, names in Latin letters and choices of plural teach no Greek."""
    assert sorted(texts["el"]) == sorted(_GREEK)


def test_a_language_with_few_texts_is_not_learnt(texts: TextsByLanguage) -> None:
    """A handful of texts teach nothing."""
    assert "gr" not in texts


@given(st.text(max_size=80), st.sampled_from(["en", "sr", "fi", "ja"]), st.integers(0, 2**32))
def test_noise_takes_any_text(text: str, language: str, seed: int) -> None:
    """No text is too short or too strange for an accident, and the same draw has the same."""
    told = [noisy(text, language, np.random.default_rng(seed)) for _ in range(2)]
    assert told[0] == told[1]


def test_noise_cuts_and_mixes() -> None:
    """Among many copies of one sentence are short ones, ones without accents, and ones with English in them."""
    draw = np.random.default_rng(1)
    text = "après la mise à jour le jeu plante dès que j'ouvre la carte du château"
    copies = [noisy(text, "fr", draw) for _ in range(300)]
    assert {len(copy.split()) for copy in copies} >= {1, 2, 3, 4, 5, 6, 7}
    assert any("apres la mise a jour" in copy for copy in copies)
    assert any(set(copy.split()) & {"game", "patch", "server", "update"} for copy in copies)
    assert text in copies


def test_serbian_in_both_alphabets() -> None:
    """Serbian is shown in Cyrillic too; other languages keep their letters."""
    draw = np.random.default_rng(1)
    copies = [noisy("ljubav i džez nisu isto", "sr", draw) for _ in range(100)]
    assert "љубав и џез нису исто" in copies
    assert not any("љ" in noisy("ljubav i džez nisu isto", "hr", draw) for _ in range(100))
