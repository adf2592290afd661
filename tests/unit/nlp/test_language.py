"""The language of short, noisy texts, with what the platform says as a hint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.base import ModelMissing, Prediction
from nlp.clean import clean
from nlp.files import ModelFiles, open_files
from nlp.language import UNKNOWN, WEIGHTS, Languages, primary
from nlp.reach import IN_REACH

_SENTENCES = Path(__file__).with_name("languages.tsv")  # our own: what players and customers write


@pytest.fixture(scope="module")
def languages() -> Languages:
    """Loaded once."""
    return Languages(open_files())


def _one(languages: Languages, text: str, hint: str | None = None) -> Prediction:
    (told,) = languages.identify([clean(text).words], [hint])
    return told


def test_short_sentences_of_many_languages(languages: Languages) -> None:
    """Nine of ten are told, and next to none is taken for another language with confidence."""
    labelled = [line.split("\t") for line in _SENTENCES.read_text(encoding="utf-8").splitlines()]
    told = languages.identify([clean(text).words for _, text in labelled])
    wrong = [(code, each) for (code, _), each in zip(labelled, told, strict=True) if each.label != code]
    assert len({code for code, _ in labelled}) >= 25
    assert len(wrong) <= len(labelled) / 10, wrong
    assert sum(each.label != "und" and each.score > 0.8 for _, each in wrong) <= 2, wrong


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
    told = _one(languages, text)
    assert told.label == code
    assert 0.5 <= told.score <= 1


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "!!!", "5/5", "123 456", "x", "lol", "gg", "😀🔥👍", "\x00\x07\x1b", "\u202e\u202d\u200b"]
)
def test_what_cannot_be_told(languages: Languages, text: str) -> None:
    """Too little to go by is `und`, whether the text was cleaned or not."""
    assert _one(languages, text).label == "und"
    assert languages.identify([text])[0].label == "und"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ጨዋታው ሁልጊዜ ይዘጋል እባካችሁ አስተካክሉት", "am"),
        ("Umukino urahagarara buri gihe iyo mfunguye", "rw"),
        ("თამაში სულ ითიშება", "ka"),
        ("খেলাটি বারবার বন্ধ হয়ে যায়", "bn"),
        ("ഗെയിം എപ്പോഴും നിന്നു പോകുന്നു", "ml"),
        ("Mae'r gêm yn chwalu bob tro", "cy"),
    ],
)
def test_languages_that_are_not_read_are_told_apart(languages: Languages, text: str, code: str) -> None:
    """They are neither taken for one that is read, nor doubted so much that they would be read all the same."""
    told = _one(languages, text)
    assert told.label == code
    assert told.label not in IN_REACH
    assert told.score >= 0.8


def test_a_hint_decides_short_texts(languages: Languages) -> None:
    """The platform's word tips the scales where the text says nothing."""
    assert _one(languages, "ok", "fr-FR").label == "fr"
    assert _one(languages, "gg", "en").label == "en"
    assert _one(languages, "x", "pt-BR") == Prediction(label="pt", score=0.5)


@pytest.mark.parametrize("hint", ["fr", "zh-Hant", "tlh", "und", "", "x1", "💥", "q" * 5000])
def test_a_wrong_hint_loses_against_a_clear_text(languages: Languages, hint: str) -> None:
    """A player with a French client who writes English wrote English; a platform's odd code harms nobody."""
    assert _one(languages, "The game keeps crashing whenever I open the map", hint).label == "en"


def test_a_hint_alone_is_no_text(languages: Languages) -> None:
    """Where nothing is written, nothing is told, whatever the platform says."""
    assert _one(languages, "!!! 😀", "fr") == UNKNOWN


def test_very_long_texts(languages: Languages) -> None:
    """A hundred thousand characters are told by their beginning."""
    assert languages.identify(["Das Spiel stürzt ständig ab. " * 3_500])[0].label == "de"
    assert languages.identify(["a" * 100_000])[0].score <= 1


def test_several_scripts_in_one_text(languages: Languages) -> None:
    """English words in another language's sentence do not hide it, nor do signs that turn the reading direction."""
    assert _one(languages, "после last update игра не запускается, пишет error").label == "ru"
    assert _one(languages, "アップデート後 crash します").label == "ja"
    assert _one(languages, "\u202eاللعبة لا تعمل بعد التحديث\u202c").label == "ar"


def test_the_batch_makes_no_difference(languages: Languages) -> None:
    """A text is told the same alone, among others, and in another order."""
    texts = ["", "Das Spiel stürzt ab", "gg", "o jogo não abre", "!!", "игра вылетает", "\ud800", "よい"]
    together = languages.identify(texts)
    backwards = languages.identify(texts[::-1])[::-1]
    alone = [languages.identify([text])[0] for text in texts]
    for each, other, single in zip(together, backwards, alone, strict=True):
        assert each.label == other.label == single.label
        assert each.score == pytest.approx(other.score, abs=1e-5) == pytest.approx(single.score, abs=1e-5)


def test_no_texts(languages: Languages) -> None:
    """An empty batch has an empty answer."""
    assert languages.identify([]) == []


def test_chances_are_chances(languages: Languages) -> None:
    """Every language has one, and there is a language for each that the models read."""
    assert languages.logits(["hello there"]).shape == (1, len(languages.labels))
    assert np.isfinite(languages.logits(["hello there", ""])).all()
    assert set(languages.labels) >= IN_REACH


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    """A file that is no archive is refused in our words."""
    (tmp_path / WEIGHTS).write_bytes(b"damaged")
    with pytest.raises(ModelMissing, match="Install Earful again"):
        Languages(ModelFiles(tmp_path, "x"))


@pytest.mark.parametrize(
    ("tag", "code"),
    [("pt-BR", "pt"), ("ZH_hans", "zh"), ("iw", "he"), ("und", None), ("", None), (None, None), ("x1", None)],
)
def test_tags(tag: str | None, code: str | None) -> None:
    """Of a BCP 47 tag the language counts; older and narrower codes become ours."""
    assert primary(tag) == code
