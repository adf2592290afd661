"""The encoder gives the same text the same numbers, alone or in company, and like meanings lie together."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.encoder import FEATURES, WIDTH, Encoder
from nlp.runtime import Understanding

TEXTS = ("The game crashes on start.", "Das Spiel stürzt beim Start ab.", "ok", "I love the music " * 40, "")


def test_shapes(encoder: Encoder) -> None:
    """One row a text, in the promised widths and types, of unit length."""
    encoded = encoder.encode(TEXTS)
    assert encoded.vectors.shape == (len(TEXTS), WIDTH)
    assert encoded.features.shape == (len(TEXTS), FEATURES)
    assert encoded.vectors.dtype == encoded.features.dtype == np.float32
    assert np.linalg.norm(encoded.vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts(encoder: Encoder) -> None:
    """Nothing in, nothing out."""
    assert encoder.encode([]).vectors.shape == (0, WIDTH)


def test_the_same_every_time(encoder: Encoder) -> None:
    """Two runs agree to the last bit."""
    assert (encoder.encode(TEXTS).vectors == encoder.encode(TEXTS).vectors).all()


def test_neighbours_change_nothing(encoder: Encoder) -> None:
    """A text's result does not depend on the batch it came in."""
    together = encoder.encode(TEXTS)
    for row, text in enumerate(TEXTS):
        alone = encoder.encode([text])
        assert alone.vectors[0] == pytest.approx(together.vectors[row], abs=1e-5)
        assert alone.features[0] == pytest.approx(together.features[row], abs=1e-4)


def test_order_is_kept(encoder: Encoder) -> None:
    """Texts are read by length but answered in their order."""
    backwards = encoder.encode(TEXTS[::-1]).vectors[::-1]
    assert backwards == pytest.approx(encoder.encode(TEXTS).vectors, abs=1e-5)


def test_the_end_of_a_very_long_text_counts(encoder: Encoder) -> None:
    """Of what is too long, beginning and end are read."""
    long = "word " * 2000
    praised, cursed = encoder.encode([long + "wonderful", long + "horrible"]).vectors
    assert not np.allclose(praised, cursed)


def test_unknown_signs_are_counted(encoder: Encoder) -> None:
    """A script that the vocabulary lacks is seen as such."""
    known, unknown = encoder.encode(["The game crashes.", "ዘገበ ይባላል ዘገበ"]).unknown
    assert known == 0
    assert unknown > 0.3


@pytest.mark.parametrize(
    "translation",
    [
        "Das Spiel stürzt ab, wenn ich die Karte öffne.",
        "Le jeu plante quand j'ouvre la carte.",
        "El juego se cierra cuando abro el mapa.",
        "O jogo fecha quando abro o mapa.",
        "Il gioco si blocca quando apro la mappa.",
        "Игра вылетает, когда я открываю карту.",
        "マップを開くとゲームが落ちます。",
        "打开地图时游戏会崩溃。",
        "지도를 열면 게임이 강제 종료됩니다.",
        "تتعطل اللعبة عندما أفتح الخريطة.",
    ],
)
def test_languages_share_one_space(models: Understanding, translation: str) -> None:
    """A sentence lies nearer to its translation than to another English sentence on the same game."""
    english, other, translated = models.vectors(
        ["The game crashes when I open the map.", "The music in the game is wonderful.", translation]
    )
    assert translated @ english > translated @ other + 0.2


def test_unrelated_texts_are_far(models: Understanding) -> None:
    """Posts that share nothing but their kind do not look alike."""
    vectors = models.vectors(["The parcel came late.", "The soundtrack is lovely.", "How do I reset my password?"])
    similarities = (vectors @ vectors.T)[np.triu_indices(3, 1)]
    assert (similarities < 0.3).all()
