"""`earful understand` and `earful group` on real files: rows in, the same rows out, and what the exit code says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from service.cli import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line as the shell would; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["earful", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    code = left.value.code
    return code if isinstance(code, int) else 0


def lines(path: Path) -> list[dict[str, object]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, without any configuration of the user's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARFUL_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_understand_json_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every row comes back in its place with the public columns added; the last line on stderr is the rate."""
    rows = [
        {"text": "The game crashes every time I open the map", "id": 1},
        {"text": "Ich liebe dieses Spiel", "id": 2},
        {"text": "", "id": 3},
    ]
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(monkeypatch, "understand", "--input", "in.jsonl", "--output", "out.jsonl") == 0
    first, second, third = lines(folder / "out.jsonl")
    assert [first["id"], second["id"], third["id"]] == [1, 2, 3]
    assert first["language"] == "en"
    assert "bug_report" in [intent["label"] for intent in first["intents"]]  # type: ignore[attr-defined]
    assert "crashes" in [topic["label"] for topic in first["topics"]]  # type: ignore[attr-defined]
    assert second["sentiment"]["label"] == "positive"  # type: ignore[index]
    assert third["sentiment"] is None
    assert third["why_not"] == "There are no words in it."
    assert all(0 <= row["urgency"] <= 1 for row in (first, second, third))  # type: ignore[operator]
    assert len({row["model_version"] for row in (first, second, third)}) == 1
    assert "vector" not in first
    assert capsys.readouterr().err.splitlines()[-1].endswith("texts/s")


def test_understand_csv_with_another_column(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV is read by its head line; --text-field names the column; stars count; vectors come when asked for."""
    (folder / "in.csv").write_text('review,stars\n"Well,\nwhat can I say",1\nWell what can I say,5\n', encoding="utf-8")
    arguments = ("--input", "in.csv", "--text-field", "review", "--output", "out.jsonl", "--vectors")
    assert run(monkeypatch, "understand", *arguments) == 0
    worst, best = lines(folder / "out.jsonl")
    assert worst["sentiment"]["label"] == "negative"  # type: ignore[index]
    assert best["sentiment"]["label"] == "positive"  # type: ignore[index]
    assert worst["review"] == "Well,\nwhat can I say"
    assert len(worst["vector"]) == 512  # type: ignore[arg-type]


def test_understand_reads_replies_with_their_context(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The column `context` is what a reply answers; guesses, abuse and what the thread gave stand in the output."""
    rows = [
        {"text": "+1", "context": "The game crashes every time I open the map"},
        {"text": "+1"},
        {"text": "You are all worthless idiots and should be ashamed to exist"},
    ]
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(monkeypatch, "understand", "--input", "in.jsonl", "--output", "out.jsonl") == 0
    reply, alone, rude = lines(folder / "out.jsonl")
    assert reply["from_thread"] == ["intents", "sentiment", "topics", "vector"]
    assert "bug_report" in [intent["label"] for intent in reply["intents"]]  # type: ignore[attr-defined]
    assert "sentiment" in alone["unsure"]  # type: ignore[operator]
    assert rude["toxicity"] > 0.5 > alone["toxicity"]  # type: ignore[operator]
    assert not reply["partly"]


def test_bad_rows_are_set_aside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that cannot be used keeps its place, says why, and does not stop its neighbours; the exit code is 1."""
    (folder / "in.jsonl").write_text('{"text": "fine"}\n{broken\n[1]\n\n{"text": 5}\n{"body": "x"}\n', encoding="utf-8")
    assert run(monkeypatch, "understand", "--input", "in.jsonl", "--output", "out.jsonl") == 1
    rows = lines(folder / "out.jsonl")
    assert rows[0]["understood"]
    errors = [str(row["error"]) for row in rows[1:]]
    assert [error.split(":")[0] for error in errors] == ["line 2", "line 3", "line 5", "line 6"]
    assert "not JSON" in errors[0]
    assert "not a JSON object" in errors[1]
    assert "is int, not text" in errors[2]
    assert "no column 'text'" in errors[3]
    told = capsys.readouterr().err
    assert "Line 5: 'text' is int, not text" in told
    assert "4 rows could not be used" in told


def test_a_csv_row_with_too_few_columns_is_set_aside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason names both numbers of columns."""
    (folder / "in.csv").write_text("id,text\n1,good\n2\n3,fine\n", encoding="utf-8")
    assert run(monkeypatch, "understand", "--input", "in.csv", "--output", "out.jsonl") == 1
    assert lines(folder / "out.jsonl")[1]["error"] == "line 3: it has 1 columns where the head line has 2"


@pytest.mark.parametrize(
    "arguments",
    [
        ("understand", "--output", "out.jsonl"),
        ("understand", "--input", "nowhere.jsonl", "--output", "out.jsonl"),
        ("understand", "--input", "in.jsonl", "--output", "no/such/folder/out.jsonl"),
        ("group", "--input", "nowhere.jsonl", "--output", "out.jsonl"),
        ("group", "--input", "in.jsonl"),
    ],
)
def test_wrong_use(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """What cannot be read or written, or is not said at all, is exit code 2."""
    (folder / "in.jsonl").write_text('{"text": "fine"}\n', encoding="utf-8")
    assert run(monkeypatch, *arguments) == 2


def test_group(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Posts with one cause get one number, in whatever language; the others null; bad rows their reason."""
    texts = [
        "The game crashes when I open the map",
        "Opening the map makes the game crash to desktop",
        "The soundtrack is wonderful",
        "Das Spiel stürzt ab, wenn ich die Karte öffne",
    ]
    rows = [{"text": text, "created_at": "2026-03-01T10:00:00Z"} for text in texts]
    rows.append({"text": "late", "created_at": "the other day"})
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(monkeypatch, "group", "--input", "in.jsonl", "--output", "out.jsonl") == 1
    grouped = lines(folder / "out.jsonl")
    assert [row["issue"] for row in grouped] == [1, 1, None, 1, None]
    assert "line 5" in str(grouped[4]["error"])
    assert "3 in 1 issues, 1 in none" in capsys.readouterr().err


def test_group_takes_vectors_that_are_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of `understand --vectors` are grouped by their vectors, and a vector that is none is named."""
    axis = [1.0] + [0.0] * 511
    rows = [{"text": text, "vector": axis} for text in ("red", "seven", "Thursday")]
    rows.append({"text": "red", "vector": [1.0, 2.0]})
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(monkeypatch, "group", "--input", "in.jsonl", "--output", "out.jsonl") == 1
    grouped = lines(folder / "out.jsonl")
    assert [row["issue"] for row in grouped] == [1, 1, 1, None]
    assert "not a list of 512 numbers" in str(grouped[3]["error"])
