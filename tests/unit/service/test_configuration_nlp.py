"""nlp.yaml: what is right is read, what is wrong is told with line and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.hub.choice import Choice
from service.configuration.nlp import load_nlp
from service.errors import ConfigError
from service.settings import default_config_dir

OTHER = """\
encoder: sentence-transformers/all-MiniLM-L6-v2
revision: 0123abc
fitted: ./models/minilm
heads:
  sentiment:
    model: ../saved
    labels: {NEG: negative, POS: positive, "N/A": none}
languages: [vi]
precision: bf16
"""


def choice(folder: Path, text: str) -> Choice:
    """The text, read as nlp.yaml."""
    (folder / "nlp.yaml").write_text(text, encoding="utf-8")
    return load_nlp(folder / "nlp.yaml", data_dir=folder / "data")


def test_without_the_file_the_shipped_models_read(tmp_path: Path) -> None:
    """So do they with the file that is shipped."""
    assert load_nlp(tmp_path / "nlp.yaml", data_dir=tmp_path) == Choice()
    assert load_nlp(default_config_dir() / "nlp.yaml", data_dir=tmp_path).models == ()


def test_models_are_read(tmp_path: Path) -> None:
    """Names stay names, folders count from the file, labels are mapped."""
    found = choice(tmp_path, OTHER)
    assert found.encoder is not None
    assert (found.encoder.model.name, found.encoder.model.folder) == ("sentence-transformers/all-MiniLM-L6-v2", None)
    assert found.encoder.model.revision == "0123abc"
    assert found.encoder.heads == tmp_path / "models" / "minilm"
    sentiment = found.classifiers["sentiment"]
    assert sentiment.model.folder == tmp_path.parent / "saved"
    assert sentiment.labels["N/A"] == "none"
    assert (found.languages, found.running.precision, found.running.device) == (("vi",), "bf16", "auto")


def test_heads_are_in_the_data_folder_unless_said(tmp_path: Path) -> None:
    """`fitted` may be left out."""
    found = choice(tmp_path, OTHER.replace("fitted: ./models/minilm\n", ""))
    assert found.encoder is not None
    assert found.encoder.heads == tmp_path / "data" / "models"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message", "fix"),
    [
        ("sentence-transformers/all-MiniLM-L6-v2", "minilm", 1, '`encoder` is "minilm".', "Write a name of the hub"),
        ("sentence-transformers/all-MiniLM-L6-v2", "./minilm", 2, "`revision` belongs to a model of the hub", "Remove"),
        ("encoder: sent", "encodr: sent", 1, "There is no `encodr`.", "Did you mean `encoder`?"),
        ("  sentiment:", "  sentimnt:", 5, 'There is no head "sentimnt".', "Did you mean `sentiment`?"),
        ("model: ../saved", "mode: ../saved", 5, "`heads.sentiment.model` is missing.", "Add `model`."),
        ("NEG: negative", "NEG: negativ", 7, '`heads.sentiment.labels.NEG` is "negativ".', "Use `negative`, `neutral`"),
        ("NEG: negative, POS: positive", "X: none", 7, "leads to no label of ours", "Use `negative`, `neutral`"),
        ("model: ../saved", "model: shipped", 5, "`heads.sentiment` is shipped anyhow.", "Remove the entry."),
        ("[vi]", "[Vietnamese]", 8, '`languages[1]` is "Vietnamese".', "It must be"),
        ("bf16", "int8", 9, '`precision` is "int8".', "Use `auto`, `fp32`, `bf16` or `fp16`."),
    ],
)
def test_mistakes_in_nlp_yaml(tmp_path: Path, right: str, wrong: str, line: int, message: str, fix: str) -> None:
    """Each mistake is told with its line and what would be right."""
    with pytest.raises(ConfigError) as told:
        choice(tmp_path, OTHER.replace(right, wrong, 1))
    (found,) = [problem for problem in told.value.problems if message in problem.message]
    assert (found.file, found.line) == (tmp_path / "nlp.yaml", line)
    assert fix in found.fix
