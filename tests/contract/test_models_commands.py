"""`earful models …` on a configuration folder: what is named, what is missing, and what the exit code says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.settings import default_config_dir
from tests.contract.test_nlp_commands import run


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of the user's own, as shipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARFUL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EARFUL_CONFIG_DIR", str(tmp_path / "config"))
    return Path(shutil.copytree(default_config_dir(), tmp_path / "config"))


def test_the_shipped_models_need_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to fetch and nothing to refit."""
    assert run(monkeypatch, "models", "list") == 0
    assert run(monkeypatch, "models", "fetch") == 0
    assert run(monkeypatch, "models", "refit", "--data", ".") == 2
    told = capsys.readouterr()
    assert "The shipped models answer for everything." in told.out
    assert "Nothing to fetch" in told.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("encoder: ./gone\n", "gone, and there is none."),
        ("heads: {spam: {model: ./empty, labels: {spam: spam}}}\n", "empty holds no model: config.json is missing."),
    ],
)
def test_a_model_that_is_not_there(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    """list, fetch, understand and up say so, and what to do."""
    (config / "empty").mkdir()
    (config / "nlp.yaml").write_text(text, encoding="utf-8")
    (config.parent / "in.jsonl").write_text('{"text": "fine"}\n', encoding="utf-8")
    assert run(monkeypatch, "models", "list") == 1
    assert run(monkeypatch, "models", "fetch") == 1
    assert run(monkeypatch, "understand", "--input", "in.jsonl", "--output", "-") == 2
    assert run(monkeypatch, "up") == 2
    said = capsys.readouterr()
    assert told in said.out.replace("\n", " ")
    assert said.err.count(told) == 3


def test_a_mistake_in_nlp_yaml(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong configuration is exit code 2, with the line."""
    (config / "nlp.yaml").write_text("encodr: shipped\n", encoding="utf-8")
    assert run(monkeypatch, "models", "list") == 2
    assert "nlp.yaml, line 1: There is no `encodr`. Did you mean `encoder`?" in capsys.readouterr().err
