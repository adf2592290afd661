"""A whole run on tiny sets that are made up here: report, scores, comparison, and what is said where it cannot be."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from nlp.evaluation import history
from nlp.evaluation.__main__ import main
from nlp.evaluation.data import Row, SetBroken, rows
from nlp.evaluation.exams import Task, exams
from nlp.evaluation.history import LastRunBroken, Run
from nlp.evaluation.scores import Value
from nlp.evaluation.slices import length
from nlp.evaluation.tables import Entry, contest

FEELINGS = {
    "en": {"positive": "I love this game", "negative": "This is awful and I hate it", "neutral": "It came out in May"},
    "de": {"positive": "Ich liebe dieses Spiel", "negative": "Furchtbar, ich hasse es", "neutral": "Es kam im Mai"},
}
WISHES = {
    "en": {"problem_report": "It crashes when I open the map", "feature_request": "Please add a dark mode"},
    "fr": {"problem_report": "Ça plante quand j'ouvre la carte", "feature_request": "Ajoutez un mode sombre svp"},
}
ABUSE = {"offensive": "You are a stupid idiot", "not_offensive": "See you on Sunday"}


def fill(folder: Path, name: str, split: str, lines: Iterable[Mapping[str, object]]) -> None:
    """Write a set."""
    path = folder / f"{name}.{split}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sets: feelings in two languages, wishes in two languages, abuse."""
    folder = tmp_path_factory.mktemp("data")
    for split in ("train", "dev"):
        fill(
            folder, "sentiment/umsab", split,
            ({"text": f"{text} {n}", "label": label, "lang": language, "source": f"shop {n % 2}"}
             for n in range(60) for language, texts in FEELINGS.items() for label, text in texts.items()),
        )  # fmt: skip
        fill(
            folder, "intent/minibar", split,
            ({"text": f"{text} {n}", "label": [label], "lang": language, "source": "app"}
             for n in range(60) for language, texts in WISHES.items() for label, text in texts.items()),
        )  # fmt: skip
        lines = ({"text": f"{t} {n}", "label": label, "lang": "en"} for n in range(30) for label, t in ABUSE.items())
        fill(folder, "other/tweeteval_offensive", split, lines)
    return folder


@pytest.fixture(scope="module")
def report(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of everything that can be judged there."""
    path = tmp_path_factory.mktemp("report") / "evaluation.md"
    assert main(["--data", str(data), "--output", str(path)]) == 0
    return path


def lines(report: Path, beginning: str) -> list[str]:
    """The report's lines that begin so."""
    return [line for line in report.read_text(encoding="utf-8").splitlines() if line.startswith(beginning)]


def test_the_targets_come_first(report: Path) -> None:
    """The first table says what was to be reached, whether it was, and the value with its interval."""
    text = report.read_text(encoding="utf-8")
    assert text.index("## Targets") < text.index("| target | wanted | reached | value |") < text.index("## Sentiment")
    assert "| intents above TF-IDF + LR, minibar, French | more than 0 | " in text
    assert "| UMSAB, mean macro-F1 of 2 languages | 65.0 or more | " in text
    assert len(lines(report, "| calibration error, ")) == 4  # sentiment, two intents, abuse


def test_all_systems_are_in_one_table(report: Path) -> None:
    """The word list answers English alone, and so not for the whole set."""
    (head,) = lines(report, "| set | n | macro-F1 | macro-recall | accuracy | calibration error | ")
    assert head.endswith(" | TF-IDF + LR | VADER | frozen vector + LR |")
    english, german = (lines(report, f"| umsab [{language}] | 180 | ")[0] for language in ("en", "de"))
    assert english.count(" – ") == 0
    assert german.split(" | ")[-2] == "–"


def test_baselines_were_really_fitted(report: Path) -> None:
    """What is said in the same words in training and after is told by counted words without an error."""
    run = history.read(report.with_suffix(".json"))
    assert run is not None
    found = {
        (entry.what, entry.system): entry.values["macro-F1"] for entry in run.entries if "macro-F1" in entry.values
    }
    assert found["sentiment: umsab", "TF-IDF + LR"] == Value(1, 1, 1)
    assert found["intents: minibar [fr]", "TF-IDF + LR"].at == 1
    assert 0.4 < found["sentiment: umsab [en]", "VADER"].at <= 1


def test_slices(report: Path) -> None:
    """By language, source and length; each with the texts that it has."""
    text = report.read_text(encoding="utf-8")
    for title in ("By language, all sets together", "By source, all sets together", "By length in words, all sets"):
        assert title in text
    assert [line.split(" | ")[1] for line in lines(report, "| shop ")] == ["180", "180"]


def test_published_results_stand_beside_ours(report: Path) -> None:
    """With a sign where nobody read them again."""
    (line,) = lines(report, "| sentiment: umsab [de] | macro-F1 | ")
    assert line.endswith("| XLM-T, all eight languages 77.1 | test |")
    assert "XLM-R ~66.8" in report.read_text(encoding="utf-8")


def test_a_second_run_is_compared_with_the_first(data: Path, report: Path, tmp_path: Path) -> None:
    """The same models on the same texts have not moved; a score that was another then has."""
    kept = report.with_suffix(".json")
    output = tmp_path / "new.md"
    arguments = ["--data", str(data), "--only", "toxicity", "--output", str(output)]
    assert main([*arguments, "--last", str(kept)]) == 0
    assert "No measure moved out of its interval." in output.read_text(encoding="utf-8")
    last = history.read(kept)
    assert last is not None
    then = [
        Entry(each.what, each.system, each.n, {"accuracy": Value(0.01, 0.0, 0.02)})
        for each in last.entries
        if each.what == "toxicity: tweeteval_offensive"
    ]
    history.write(tmp_path / "then.json", Run("older", then))
    assert main([*arguments, "--last", str(tmp_path / "then.json")]) == 0
    assert "The last report was about models `older`." in output.read_text(encoding="utf-8")
    assert lines(output, "| toxicity: tweeteval_offensive | accuracy | 1.0 (0.0 to 2.0) | ")


def test_a_part_without_baselines(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what was asked for, on as many texts as were asked for, and progress apart from the report."""
    assert main(["--data", str(data), "--only", "intents", "--most", "70", "--without-baselines"]) == 0
    told = capsys.readouterr()
    assert "| minibar | 70 | " in told.out
    assert "TF-IDF + LR" not in told.out
    assert "## Sentiment" not in told.out
    assert "intents 1 of 1: minibar" in told.err


def test_a_run_without_the_other_encoder_says_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that holds no model, or no torch to run it: the rest is judged."""
    assert main(["--data", str(data), "--only", "toxicity", "--minilm", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "The frozen MiniLM was left out: " in told.out
    assert "The frozen MiniLM was left out: " in told.err


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"text": "x"}', "the key 'label' is missing"),
        ('{"text": ', "Expecting value"),
        ("[]", "it is no JSON object"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, why: str) -> None:
    """The file, the line, and what is wrong."""
    path = tmp_path / "sentiment" / "umsab.dev.jsonl.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(f'{{"text": "fine", "label": "positive"}}\n{line}\n'.encode()))
    assert main(["--data", str(tmp_path), "--only", "sentiment", "--without-baselines"]) == 1
    told = capsys.readouterr().err
    assert f"{path}, line 2 is not a labelled text: " in told
    assert why in told


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    """As it happens to downloads."""
    path = tmp_path / "spam" / "sms_spam.dev.jsonl.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b'{"text": "fine", "label": "ham"}\n')[:-9])
    with pytest.raises(SetBroken, match="sms_spam"):
        rows(tmp_path, "spam/sms_spam")


def test_a_folder_without_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was judged, and that is said; a folder that is not there is an error of use."""
    assert main(["--data", str(tmp_path), "--only", "sentiment", "--without-baselines"]) == 1
    assert "holds none of the labelled sets" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path / "gone")])
    assert "--data FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--only", "moods"], ["--most", "0"], ["--most", "few"]])
def test_wrong_options(data: Path, arguments: list[str]) -> None:
    """They are refused before anything is loaded."""
    with pytest.raises(SystemExit):
        main(["--data", str(data), *arguments])


def test_another_layout_of_the_last_run(tmp_path: Path) -> None:
    """It is not compared with, and the sentence says what to do."""
    (tmp_path / "last.json").write_text('{"layout": 0}')
    with pytest.raises(LastRunBroken, match=r"layout 0.*--last"):
        history.read(tmp_path / "last.json")
    assert history.read(tmp_path / "none.json") is None


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With measures that have no interval."""
    run = Run("v", [Entry("a: b", "c", 3, {"m": Value(0.5), "n": Value(0.25, 0.125, 0.5)})])
    history.write(tmp_path / "run.json", run)
    assert history.read(tmp_path / "run.json") == run


def test_scores_on_other_texts_are_not_compared() -> None:
    """A run on fewer texts has not become worse."""
    then, now = (Run("v", [Entry("a", "Earful", n, {"m": Value(at, at, at)})]) for n, at in ((5, 0.2), (6, 0.9)))
    assert "0 of its 1 lots" in history.section(then, now).markdown
    assert "No measure moved" in history.section(then, now).markdown


@pytest.mark.parametrize(("at", "moved"), [(0.35301, False), (0.36, True)])
def test_a_move_that_nobody_could_see_is_none(at: float, moved: bool) -> None:
    """Also where the interval has no width."""
    then, now = (Run("v", [Entry("a", "Earful", 5, {"m": Value(each, each, each)})]) for each in (0.353, at))
    assert ("No measure moved" not in history.section(then, now).markdown) is moved


def test_nobody_is_best_alone() -> None:
    """Bold is for the best of several."""
    ours, theirs = (Entry("x: a", name, 9, {"m": Value(0.5)}) for name in ("Earful", "Words"))
    assert "**" not in contest("set", [ours], ["m"])
    assert contest("set", [ours, theirs], ["m"]).endswith("| a | 9 | **50.0** | **50.0** |\n")


@pytest.mark.parametrize(
    ("text", "language", "bucket"),
    [("five words are in here", "en", "1 to 5"), ("字" * 12, "zh", "6 to 15"), ("word " * 101, "en", "more than 100")],
)
def test_length(tmp_path: Path, text: str, language: str, bucket: str) -> None:
    """In words; where words are not parted, two signs are one."""
    fill(tmp_path, "spam/one", "dev", [{"text": text, "label": "ham", "lang": language}])
    (row,) = rows(tmp_path, "spam/one")
    assert isinstance(row, Row)
    assert length(row) == bucket


@pytest.mark.shared
def test_every_label_that_is_judged_occurs(shared_folder: Path) -> None:
    """A word that no row of a set has would be judged on nothing; two sets have no neutral texts of their own."""
    asked = [exam for task in Task for exam in exams(shared_folder / "data", task) if task is not Task.SENTIMENT]
    assert len(asked) == 9
    for exam in asked:
        truth = exam.truth(exam.rows(shared_folder / "data", "dev"))
        assert truth.any(axis=0).all(), exam.set


@pytest.mark.shared
def test_published_results_are_about_sets_that_are_judged(shared_folder: Path) -> None:
    """Each line of the file names one of them."""
    names = {exam.name for task in Task for exam in exams(shared_folder / "data", task)}
    names |= {"banking77", "clinc150", "stackoverflow", "googlenews_ts", "agnews8000"}
    table = (Path(__file__).parents[3] / "nlp/evaluation/published.tsv").read_text(encoding="utf-8").splitlines()
    told = {line.split("\t")[0].split(": ")[1].split(" ")[0] for line in table[1:]}
    assert told <= names
