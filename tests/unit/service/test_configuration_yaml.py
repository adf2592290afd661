"""Reading YAML with lines: plain data only, and every mistake has its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from service.configuration.yaml_lines import Document, read, spelled
from service.errors import ConfigError


def written(folder: Path, text: str, env: dict[str, str] | None = None) -> Document:
    """The text, read from a real file."""
    file = folder / "file.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file, env)


def test_lines_are_those_of_the_entries(tmp_path: Path) -> None:
    """Each key and each list item knows its line; what is missing has its parent's."""
    document = written(tmp_path, "# hello\nrules:\n  - name: a\n    when: {\n      intent: praise}\n\n  - name: b\n")
    assert document.line(("rules",)) == 2
    assert document.line(("rules", 0, "when", "intent")) == 5
    assert document.line(("rules", 1, "name")) == 7
    assert document.line(("rules", 1, "send", "slack")) == 7
    assert document.at(("rules", 0, "when", "intent")) == "praise"
    assert document.at(("rules", 5)) is None


def test_words_stay_words(tmp_path: Path) -> None:
    """`on`, `no` and dates are texts, as in YAML 1.2; numbers and true are what they look like."""
    data = written(tmp_path, "on: no\ndate: 2026-03-01\nnumber: 1.10\nyes: true\nnone: ~\n").data
    assert data == {"on": "no", "date": "2026-03-01", "number": 1.1, "yes": True, "none": None}


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("a: 1\nb: [1\n", 2, "This is not YAML", "Look at this line"),
        ("a:\n\tb: 1\n", 2, "This is not YAML", "tabs are not allowed"),
        ("a: 1\nsend: {slack: #rnd}\nb: 1\n", 2, "This is not YAML", 'texts with # in quotes, as in "#community"'),
        ("a: [${NAME}]\n", 1, "This is not YAML", "Put ${…} in quotes"),
    ],
)
def test_what_is_not_yaml_is_refused_with_a_hint(tmp_path: Path, text: str, line: int, message: str, fix: str) -> None:
    """A mistake of the language names the line and what it usually is."""
    with pytest.raises(ConfigError) as wrong:
        written(tmp_path, text)
    assert (wrong.value.file, wrong.value.line) == (tmp_path / "file.yaml", line)
    assert message in wrong.value.message
    assert fix in wrong.value.fix


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "`b.c` stands here twice (first in line 3).", "Keep one of them."),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "The tag !!python/name:os.system is not allowed.", "Write a plain"),
        ("a: !thing {b: 1}\n", 1, "The tag !thing is not allowed.", "Write a plain"),
        ("a: &x [1]\nb: *x\n", 1, "An anchor (&, *) is used.", "Write the value out"),
        ("a: &x [*x]\n", 1, "An anchor (&, *) is used.", "Write the value out"),
        ("a: 1\n<<: {b: 1}\n", 2, "A key must be a plain word.", "Write `name: value`."),
        ("a: 1\n? [x]\n: 1\n", 2, "A key must be a plain word.", "Write `name: value`."),
        ("a: 1\nb: ${NOT_SET}\n", 2, "`b` needs NOT_SET, and the environment has no such variable.", "Set NOT_SET"),
    ],
)
def test_what_is_not_plain_is_noted(tmp_path: Path, text: str, line: int, message: str, fix: str) -> None:
    """Tags, anchors, keys twice and variables that are not set are noted with their line, and reading goes on."""
    (problem,) = written(tmp_path, text).problems.values()
    assert (problem.file, problem.line) == (tmp_path / "file.yaml", line)
    assert message in problem.message
    assert fix in problem.fix


def test_no_file_says_where_to_copy_one_from(tmp_path: Path) -> None:
    """A missing file is an error that names the shipped one."""
    with pytest.raises(ConfigError) as wrong:
        read(tmp_path / "routing.yaml")
    assert wrong.value.file == tmp_path / "routing.yaml"
    assert wrong.value.message == "There is no such file."
    assert "config/routing.yaml there" in wrong.value.fix


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and characters that no text has, are refused in words."""
    file = tmp_path / "file.yaml"
    file.write_bytes("a: grün\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        read(file)
    file.write_bytes(b"a: \x00\n")
    with pytest.raises(ConfigError, match="forbidden character"):
        read(file)


@pytest.mark.parametrize(
    ("text", "env", "value"),
    [
        ("${HOST}", {"HOST": "h"}, "h"),
        ("https://${HOST}/${PATH_}", {"HOST": "h", "PATH_": "p"}, "https://h/p"),
        ("${HOST:-other}", {}, "other"),
        ("${HOST:-other}", {"HOST": "h"}, "h"),
        ("'${HOST:-}'", {}, ""),
        ("$${HOST}", {"HOST": "h"}, "${HOST}"),
        ("costs $5", {}, "costs $5"),
    ],
)
def test_variables_are_filled_in(tmp_path: Path, text: str, env: dict[str, str], value: str) -> None:
    """`${NAME}` and `${NAME:-default}` are filled in, `$$` is a dollar, and a lone dollar is one too."""
    document = written(tmp_path, f"a: {text}\n", env)
    assert document.data == {"a": value}
    assert not document.problems


def test_a_filled_in_value_is_shown_as_written(tmp_path: Path) -> None:
    """Errors show the variable's name, never what it holds."""
    document = written(tmp_path, "a: ${TOKEN}\n", {"TOKEN": "hunter2"})
    assert document.written(("a",)) == "${TOKEN}"


def test_places_are_spelled_as_people_count() -> None:
    """List items are counted from 1."""
    assert spelled(("sources", 1, "options", "appid")) == "`sources[2].options.appid`"


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdefgh_", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(data=plain)
def test_plain_data_reads_back_as_it_was(data: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever YAML writes of plain data is read back the same, with a line for every entry."""
    file = tmp_path_factory.mktemp("yaml") / "file.yaml"
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    with file.open("w", encoding="utf-8") as out:
        writer.dump({"data": data}, out)
    text = file.read_text(encoding="utf-8").replace("$", "$$")
    file.write_text(text, encoding="utf-8")
    document = read(file)
    assert document.data == {"data": data}
    assert all(1 <= line <= len(text.splitlines()) for line in document.lines.values())
