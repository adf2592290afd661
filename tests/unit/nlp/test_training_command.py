"""What the training command says before it takes hours."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from nlp.training.__main__ import main


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--data", "nowhere"], "nowhere is not a folder."),
        (["--data", ".", "--wheel", "none.whl"], "none.whl is not a file."),
        (["--data", ".", "--english", "none"], "none is not a folder."),
        (["--data", ".", "--new-space"], "--new-space needs --wheel."),
    ],
)
def test_what_is_not_there_is_said_at_once(
    given: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name, and not after an hour."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(given)
    assert told in capsys.readouterr().err


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_without_torch_it_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words that can be typed."""
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path)])
    assert "pip install 'earful[training]'" in capsys.readouterr().err
