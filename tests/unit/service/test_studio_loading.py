"""Reading the sample studio's files: what is wrong is named by file and entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import ConfigError
from service.testing.studio.content import load_content
from service.testing.studio.records import load_records

PLAN = """
name: Two Moths
titles:
  - {slug: dusk, name: Dusk, appid: 7, shop_path: /shop/dusk}
authors:
  ann: {name: Ann, handle: ann}
issues:
  - {key: dark, title: Too dark, product: dusk, story: The night is long., kind: rising}
"""
POST = """
- id: d-1
  source: forum
  product: dusk
  at: -3.5
  language: en
  author: ann
  title: Hello
  text: It is dark here.
  truth: {sentiment: neutral, intents: [question], topics: []}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small studio that is right."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "studio.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "posts" / "a.yaml").write_text(POST, encoding="utf-8")
    (tmp_path / "organisations.csv").write_text("id,name,domain,kind\nG-1,Lamp Co,,press\n", encoding="utf-8")
    (tmp_path / "customers.csv").write_text(
        "id,name,email,email_verified,organisation\nC-1,Ann,ann@example.org,true,G-1\n", encoding="utf-8"
    )
    (tmp_path / "orders.csv").write_text(
        "number,customer,product,placed_day,amount,currency\nO-1,C-1,dusk,-4,9.99,EUR\n", encoding="utf-8"
    )
    return tmp_path


def test_a_right_studio_is_read(folder: Path) -> None:
    """Everything that is written down is there, typed."""
    records = load_records(folder)
    content = load_content(folder, records)
    assert [(post.id, post.at, post.truth.intents) for post in content.posts] == [("d-1", -3.5, ("question",))]
    assert content.titles["dusk"].appid == 7
    assert records.customers["C-1"].email_verified
    assert records.orders["O-1"].placed_day == -4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("source: forum", "source: fax", "d-1.*source"),
        ("at: -3.5", "at: 2", "d-1.*at"),
        ("author: ann", "author: bob", "d-1: author bob is not in studio.yaml"),
        ("product: dusk", "product: dawn", "d-1: product dawn"),
        ("sentiment: neutral", "sentiment: meh", "d-1.*truth.sentiment"),
        ("topics: []", "topics: [], issue: light", "d-1: issue light"),
        ("topics: []", "topics: [], customer: C-9", "d-1: customer C-9"),
        ("text: It", "txt: It", "d-1.*text"),
        ("title: Hello", "stars: 3", "d-1.*`stars` is for shop and survey, not for forum"),
        ("title: Hello", "deleted: true\n  phase: 2", "d-1.*phase 2"),
        ("source: forum", "source: survey\n  order: O-9", "d-1: order O-9"),
        ("source: forum", "source: survey\n  email: ann@gmail.com", "reserved for examples"),
        ("source: forum\n  product: dusk", "source: reddit\n  product: dusk\n  parent: d-0", "d-1.*title.*parent"),
        ("source: forum", "source: steam\n  recommended: true", "`title` is for"),
        ("- id: d-1", POST.strip() + "\n- id: d-1", r"Entry 2 \(d-1\) appears twice"),
        ("- id: d-1", "- id: [d-1", "not YAML"),
    ],
)
def test_a_wrong_post_is_named(folder: Path, old: str, new: str, words: str) -> None:
    """The error says which file, which entry and which field."""
    (folder / "posts" / "a.yaml").write_text(POST.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=f"(?s)posts.*{words}"):
        load_content(folder, load_records(folder))


def test_the_same_post_in_two_files_is_named(folder: Path) -> None:
    """An id that another file has already used is refused, with the second file's name."""
    (folder / "posts" / "b.yaml").write_text(POST, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"b\.yaml: d-1 is in another file"):
        load_content(folder, load_records(folder))


@pytest.mark.parametrize(
    ("file", "row", "words"),
    [
        ("customers.csv", "X-2,Bob,,,", r"customers\.csv, line 3: id"),
        ("customers.csv", "C-2,Bob,,,G-9", r"customers\.csv, line 3: C-2 belongs to G-9"),
        ("customers.csv", "C-1,Bob,,,", r"line 3: C-1 appears twice"),
        ("orders.csv", "O-2,C-9,dusk,-4,9.99,EUR", r"orders\.csv, line 3: O-2 is by C-9"),
        ("orders.csv", "O-2,C-1,dusk,4,9.99,EUR", r"line 3: placed_day"),
        ("orders.csv", "O-2,C-1,dusk,-4,free,EUR", r"line 3: amount"),
    ],
)
def test_a_wrong_record_is_named(folder: Path, file: str, row: str, words: str) -> None:
    """The error says which file, line and field."""
    with (folder / file).open("a", encoding="utf-8") as table:
        table.write(row + "\n")
    with pytest.raises(ConfigError, match=words):
        load_records(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    """Without one of its files the sample is not read by half."""
    (folder / "orders.csv").unlink()
    with pytest.raises(ConfigError, match=r"orders\.csv: The file is missing"):
        load_records(folder)


def test_a_studio_without_posts_is_refused(folder: Path) -> None:
    """An installation that lost its posts says so, instead of showing a silent world."""
    (folder / "posts" / "a.yaml").unlink()
    with pytest.raises(ConfigError, match="no posts"):
        load_content(folder, load_records(folder))
