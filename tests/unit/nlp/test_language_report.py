"""The report on languages: what counts as right, and tables by length and language."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from nlp.base import Prediction
from nlp.evaluation.languages import Text, score, section


def test_what_counts() -> None:
    """In reach: right, wrong, undecided. Others: told, or taken for one that the models read."""
    truth = ["de", "de", "fr", "am", "am"]
    told = [("de", 0.9), ("nl", 0.6), ("und", 0.3), ("am", 1.0), ("ar", 0.5)]
    found = score(
        [Text("some words", language) for language in truth], [Prediction(label=code, score=s) for code, s in told]
    )
    assert (found.n, found.others) == (3, 2)
    assert found.evenly == pytest.approx((1 / 2 + 0) / 2)
    assert (found.right, found.undecided) == pytest.approx((1 / 3, 1 / 3))
    assert (found.others_told, found.others_taken_for_ours) == (0.5, 0.5)
    assert found.calibration == pytest.approx((0.1 + 0.6 + 0.0 + 0.5) / 4)


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("gg", "1 or 2 words"),
        ("o jogo trava", "3 to 5 words"),
        ("更新之后一打开就闪退", "3 to 5 words"),
        ("so " * 13, "more"),
    ],
)
def test_lengths(words: str, length: str) -> None:
    """Words are counted; where a script parts none, letters are."""
    assert Text(words, "xx").length == length


def test_the_section(tmp_path: Path) -> None:
    """One line for each identifier and kind of text, and tables by length and by language."""
    rows = [{"label": "de", "lang": "de", "text": f"Das Spiel stürzt ständig ab {number}"} for number in range(20)]
    (tmp_path / "langid").mkdir()
    with gzip.open(tmp_path / "langid" / "langid_mix.dev.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    written = section(tmp_path).splitlines()
    assert next(line for line in written if line.startswith("| Earful, held-out")).startswith(
        "| Earful, held-out texts | 20 | 100.0 | 100.0 | 0.0 |"
    )
    assert any(line.startswith("| 6 to 12 words | 20 | 100.0 |") for line in written)
    assert any(line.startswith("| de | 20 | 100.0 |") for line in written)
