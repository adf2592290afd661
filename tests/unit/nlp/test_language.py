"""The language of short, noisy texts, with what the platform says as a hint."""

from __future__ import annotations

import pytest

from nlp.language import Languages, primary


@pytest.fixture(scope="module")
def languages() -> Languages:
    """Loaded once."""
    return Languages()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Game crashes after the update", "en"),
        ("Great game", "en"),
        ("Das Spiel stürzt ständig ab", "de"),
        ("merci beaucoup pour ce jeu", "fr"),
        ("el juego se cierra solo", "es"),
        ("o jogo não abre mais", "pt"),
        ("игра постоянно вылетает", "ru"),
        ("起動するとすぐ落ちます", "ja"),
        ("게임이 자꾸 튕겨요", "ko"),
        ("更新之后一打开就闪退", "zh"),
        ("เกมเด้งตลอดเลย", "th"),
        ("اللعبة لا تعمل", "ar"),
    ],
)
def test_plain_sentences(languages: Languages, text: str, code: str) -> None:
    """A sentence of a few words is told, with a score that says so."""
    told = languages.identify(text)
    assert told.label == code
    assert 0.5 <= told.score <= 1


@pytest.mark.parametrize("text", ["", "!!!", "5/5", "x", "ok", "gg"])
def test_what_cannot_be_told(languages: Languages, text: str) -> None:
    """Too little to go by is `und`."""
    assert languages.identify(text).label == "und"


def test_a_hint_decides_short_texts(languages: Languages) -> None:
    """The platform's word tips the scales where the text says nothing."""
    assert languages.identify("ok", "fr-FR").label == "fr"
    assert languages.identify("gg", "en").label == "en"


def test_a_hint_loses_against_a_clear_text(languages: Languages) -> None:
    """A player with a French client who writes English wrote English."""
    assert languages.identify("The game keeps crashing whenever I open the map", "fr").label == "en"


def test_a_hint_of_no_known_language_is_ignored(languages: Languages) -> None:
    """A platform's odd code harms nobody."""
    assert languages.identify("Das Spiel stürzt ständig ab", "tlh").label == "de"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("pt-BR", "pt"), ("ZH_hans", "zh"), ("iw", "he"), ("und", None), ("", None), (None, None), ("x1", None)],
)
def test_tags(tag: str | None, code: str | None) -> None:
    """Of a BCP 47 tag the language counts; older and narrower codes become ours."""
    assert primary(tag) == code
