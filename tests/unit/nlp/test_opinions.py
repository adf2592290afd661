"""Several are asked about a text, whatever stands beside it, and a blend makes one answer of their opinions."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from nlp.base import Intent, ModelMissing, Sentiment, TextInput
from nlp.encoder import Encoder
from nlp.files import FOLDER, MANIFEST, ModelFiles, open_files, write_manifest
from nlp.heads.blend import Blend
from nlp.heads.intents import OUTPUTS
from nlp.heads.lexicon import WEIGHTS, Lexicon
from nlp.multilingual import GRAPH, MultilingualNetwork
from nlp.runtime import HEADS, Understanding

TEXTS = (
    "Das Spiel stürzt nach jedem Neustart ab, bitte reparieren",
    "J'adore",
    "よく落ちるけど、面白いゲームです",
    "muy bueno. " * 200,
    "",
    "🎮",
)
ANSWERS = 4 + len(OUTPUTS)


@pytest.fixture(scope="module")
def network(encoder: Encoder) -> MultilingualNetwork:
    """The shipped one."""
    return MultilingualNetwork(open_files(), encoder.pieces, threads=1)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped one."""
    return Lexicon(open_files())


def test_the_network_answers_each_text_by_itself(network: MultilingualNetwork, encoder: Encoder) -> None:
    """Alone or in company, short or long: the same answers; nothing in, nothing out."""
    tokens, _ = encoder.pieces(TEXTS)
    together = network(tokens)
    assert together.shape == (len(TEXTS), ANSWERS)
    for row, ids in enumerate(tokens):
        assert network([ids])[0] == pytest.approx(together[row], abs=1e-4)
    assert network([]).shape == (0, ANSWERS)


def test_the_lexicon_answers_each_text_by_itself(lexicon: Lexicon) -> None:
    """What stands beside a text changes nothing; more texts than fit a chunk keep their order."""
    together = lexicon(TEXTS * 60)
    assert together.shape == (60 * len(TEXTS), ANSWERS)
    for row, text in enumerate(TEXTS):
        assert lexicon([text])[0] == pytest.approx(together[row + 59 * len(TEXTS)], abs=1e-6)
    assert lexicon([]).shape == (0, ANSWERS)


def test_every_opinion_counts() -> None:
    """Each answer has its own weight for each opinion, and its shift."""
    weights = np.array([[1.0, 0.5], [0.0, 2.0], [3.0, 0.0]])
    blend = Blend({"blend.one.weights": weights, "blend.one.shift": np.array([1.0, -1.0])}, "one")
    assert blend.shape == (3, 2)
    blended = blend(np.array([[[3.0, 4.0]], [[9.0, -1.0]], [[1.0, 7.0]]], np.float32))
    assert blended.tolist() == [[7.0, -1.0]]


@pytest.mark.parametrize(
    ("language", "text", "feeling"),
    [
        ("de", "Das beste Spiel seit Jahren, ich liebe es", Sentiment.POSITIVE),
        ("de", "Totaler Müll, Geld zurück", Sentiment.NEGATIVE),
        ("es", "Me encanta este juego, es una maravilla", Sentiment.POSITIVE),
        ("es", "Qué asco de actualización, no funciona nada", Sentiment.NEGATIVE),
        ("fr", "Une pure merveille, bravo aux développeurs", Sentiment.POSITIVE),
        ("fr", "Nul, ça plante sans arrêt", Sentiment.NEGATIVE),
        ("it", "Gioco bellissimo, complimenti", Sentiment.POSITIVE),
        ("it", "Pessimo, soldi buttati", Sentiment.NEGATIVE),
        ("pt", "Jogo maravilhoso, recomendo muito", Sentiment.POSITIVE),
        ("pt", "Horrível, trava o tempo todo", Sentiment.NEGATIVE),
        ("ru", "Отличная игра, очень нравится", Sentiment.POSITIVE),
        ("ru", "Ужасная игра, постоянно вылетает", Sentiment.NEGATIVE),
        ("pl", "Świetna gra, polecam", Sentiment.POSITIVE),
        ("tr", "Çok kötü, sürekli çöküyor", Sentiment.NEGATIVE),
        ("zh", "非常好玩，强烈推荐", Sentiment.POSITIVE),
        ("zh", "垃圾游戏，浪费钱", Sentiment.NEGATIVE),
        ("ko", "정말 재미있어요, 최고의 게임", Sentiment.POSITIVE),
        ("ja", "最悪です。返金してほしい", Sentiment.NEGATIVE),
    ],
)
def test_plain_feelings_in_many_languages(models: Understanding, language: str, text: str, feeling: Sentiment) -> None:
    """What nobody could misread is not misread."""
    (reading,) = models.read([TextInput(text=text, language=language)])
    assert reading.sentiment is not None
    assert reading.sentiment.label == feeling


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("L'application plante à chaque ouverture depuis la mise à jour", Intent.BUG_REPORT),
        ("Ce serait bien d'ajouter un mode sombre", Intent.FEATURE_REQUEST),
        ("Die App stürzt beim Start ab", Intent.BUG_REPORT),
        ("Bitte fügt eine Suchfunktion hinzu", Intent.FEATURE_REQUEST),
    ],
)
def test_plain_intents_beside_english(models: Understanding, text: str, intent: Intent) -> None:
    """Reports and wishes are found where no English word stands."""
    (reading,) = models.read([TextInput(text=text)])
    assert intent in {each.label for each in reading.intents}


def test_another_number_of_answers_is_refused(tmp_path: Path) -> None:
    """A blend that was fitted for other outputs ends in a sentence, not in wrong answers."""
    for path in FOLDER.iterdir():
        if path.name not in (MANIFEST, HEADS):
            (tmp_path / path.name).symlink_to(path)
    with np.load(FOLDER / HEADS) as stored:
        arrays = {name: value[:-1] if name.startswith("blend.") else value for name, value in stored.items()}
    np.savez(tmp_path / HEADS, **arrays)
    shutil.copy(FOLDER / MANIFEST, tmp_path)
    write_manifest(tmp_path, [path.name for path in FOLDER.iterdir() if path.suffix != ".md" and path.name != MANIFEST])
    with pytest.raises(ModelMissing, match="answers"):
        Understanding.load(folder=tmp_path, threads=1)


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS])
def test_a_damaged_file_is_named(tmp_path: Path, encoder: Encoder, name: str) -> None:
    """A network or lexicon that is cut short ends in an error that names the file and says what to do."""
    (tmp_path / name).write_bytes((FOLDER / name).read_bytes()[:1000])
    files = ModelFiles(tmp_path, "")
    with pytest.raises(ModelMissing, match=rf"{name}.*Install Earful again"):
        _ = MultilingualNetwork(files, encoder.pieces) if name == GRAPH else Lexicon(files)
