"""Files of posts: encodings, columns, dates, ratings, and the place of each row that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collectors.base import JSON, Cursor, Page, Post, PostKind, PostUnreadable, SetAside, SourceRefused
from collectors.dates import read_date
from collectors.options import BadOption, read_options
from collectors.ratings import read_rating
from collectors.tabular import SPEC, Tabular, TabularOptions


def read(path: Path, cursor: Cursor | None = None, **options: object) -> tuple[list[Post], list[SetAside], Cursor]:
    """What a run over the file brings."""
    pages: list[Page] = list(Tabular(TabularOptions.model_validate({"path": path, **options})).pages(cursor))
    stored = json.loads(json.dumps(pages[-1].cursor))
    return [post for page in pages for post in page.posts], [item for page in pages for item in page.set_aside], stored


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test puts its file."""
    return tmp_path / "posts.csv"


def test_a_row_becomes_a_post(file: Path) -> None:
    """Each usual column is found by its name, whatever its case and spaces."""
    file.write_text(
        "Review ID,Review Text,Title,Created At,Stars,Author Name,Author Email,Email Verified,Order No,Language,"
        "Product,App Version,Permalink,Helpful\n"
        '7,"It flickers,\nalways","Bad ""lamp""",2026-09-21 10:05,2,Ana,ana@example.org,true,A-17,pt_br,Lantern,1.2,'
        "https://x.example/7,3\n",
        encoding="utf-8",
    )
    (post,), aside, _ = read(file, timezone="Europe/Berlin")
    assert aside == []
    assert (post.external_id, post.title, post.text) == ("7", 'Bad "lamp"', "It flickers,\nalways")
    assert post.created_at == datetime(2026, 9, 21, 8, 5, tzinfo=UTC)
    assert (post.rating, post.rating_label) == (0.25, "2/5")
    assert post.author is not None
    assert (post.author.name, post.author.verified_email) == ("Ana", "ana@example.org")
    assert (post.order_number, post.language, post.product, post.product_version) == ("A-17", "pt-BR", "Lantern", "1.2")
    assert (post.url, post.engagement.likes, post.kind) == ("https://x.example/7", 3, PostKind.REVIEW)


@pytest.mark.parametrize("state", ["", "false", "no", "0", "unknown"])
def test_an_address_is_believed_only_where_it_is_verified(file: Path, state: str) -> None:
    """Without a clear yes the address ties nobody to anything; it stays in the raw row."""
    file.write_text(f"text,date,author_email,author_email_verified\nHi,2026-01-01,a@example.org,{state}\n")
    (post,), _, _ = read(file)
    assert post.author is None
    assert "a@example.org" in json.dumps(post.raw)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Größe 灯 👍"), ("utf-8-sig", "Größe 灯"), ("utf-16", "Größe 灯"), ("utf-16-le", "Groesse"),
        ("cp1252", "Größe – “gut”"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_encodings_are_told_by_the_bytes(tmp_path: Path, encoding: str, text: str, suffix: str) -> None:
    """UTF-8 with and without its mark, UTF-16 with and without, and what older spreadsheets write."""
    file = tmp_path / f"posts{suffix}"
    row = {"id": "1", "text": text, "date": "2026-01-01"}
    content = f"id,text,date\n1,{text},2026-01-01\n" if suffix == ".csv" else json.dumps(row, ensure_ascii=False) + "\n"
    file.write_bytes(content.encode(encoding))
    (post,), _, _ = read(file)
    assert (post.external_id, post.text) == ("1", text)


def test_another_encoding_can_be_named(file: Path) -> None:
    """What the bytes do not tell."""
    file.write_bytes("id,text,date\n1,Мигает,2026-01-01\n".encode("windows-1251"))
    assert read(file, encoding="windows-1251")[0][0].text == "Мигает"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_separators_are_told_by_the_header(file: Path, sign: str) -> None:
    """Comma, semicolon, tab and bar."""
    file.write_text(sign.join(["id", "text", "date"]) + "\n" + sign.join(["1", "Hi", "2026-01-01"]) + "\n")
    assert read(file)[0][0].text == "Hi"


def test_bad_rows_are_set_aside_with_line_and_column(file: Path) -> None:
    """Each names its line, and its column where there is one; the good rows between them are read."""
    file.write_text(
        "id,text,created_at,stars\n"
        "1,fine,2026-01-01,5\n"
        "2,fine,soon,5\n"
        "3,,2026-01-01,5\n"
        "4,fine,2026-01-01,eleven\n"
        "5,fine,2026-01-01,11\n"
        "6,too,many,cells,here\n"
        "7,few\n"
        "\n"
        '8,"two\nlines",2026-01-01,5\n'
        "1,again,2026-01-01,5\n"
        "9,fine,2026-01-01,\n"
    )
    posts, aside, _ = read(file)
    assert [post.external_id for post in posts] == ["1", "8", "9"]
    assert [(item.place, item.reason.split(" ")[0]) for item in aside] == [
        ("posts.csv line 3, column created_at", "“soon”"),
        ("posts.csv line 4, column text", "There"),
        ("posts.csv line 5, column stars", "“eleven”"),
        ("posts.csv line 6, column stars", "“11”"),
        ("posts.csv line 7", "This"),
        ("posts.csv line 8", "This"),
        ("posts.csv line 12", "It"),
    ]
    assert "line 2" in aside[-1].reason


def test_an_unclosed_quote_costs_one_row(file: Path) -> None:
    """A quote that is never closed does not swallow the rows after it, also in the last column."""
    for broken in ('2,"broken,2026-01-01\n', '2,2026-01-01,"broken\n'):
        header = "id,text,date\n" if broken.endswith("01\n") else "id,date,text\n"
        row = "{},fine,2026-01-01\n" if header == "id,text,date\n" else "{},2026-01-01,fine\n"
        file.write_text(header + row.format(1) + broken + "".join(row.format(n) for n in range(3, 30)))
        posts, aside, _ = read(file)
        assert [item.place for item in aside] == ["posts.csv line 3"]
        assert len(posts) == 28


def test_bad_json_lines_are_set_aside(tmp_path: Path) -> None:
    """Damaged JSON with its column, JSON that is no object, and nesting without end."""
    file = tmp_path / "posts.jsonl"
    good = '{"id": %d, "text": "Hi", "date": 1767225600}\n'
    file.write_text(good % 1 + '{"id": 2, "text": \n' + "[1, 2]\n" + "[" * 100_000 + "\n" + "\n" + good % 3)
    posts, aside, _ = read(file)
    assert [post.external_id for post in posts] == ["1", "3"]
    assert posts[0].created_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert [item.place for item in aside] == [f"posts.jsonl line {n}" for n in (2, 3, 4)]
    assert "column" in aside[0].reason
    assert max(len(item.raw) for item in aside) <= 2000


def test_rows_without_an_id_keep_theirs(file: Path) -> None:
    """The id is made of the row's content, so that a second import repeats nothing."""
    file.write_text("text,date\nOne,2026-01-01\nTwo,2026-01-01\n")
    first, _, _ = read(file)
    file.write_text("text,date\nZero,2026-01-01\nOne,2026-01-01\nTwo,2026-01-01\n")
    second, _, _ = read(file)
    assert {post.external_id for post in first} < {post.external_id for post in second}


def test_an_unchanged_file_is_not_read_again(file: Path) -> None:
    """A changed one is; one that was left in the middle goes on there."""
    file.write_text("id,text,date\n" + "".join(f"{n},Hi,2026-01-01\n" for n in range(1200)))
    tabular = Tabular(TabularOptions(path=file))
    pages = iter(tabular.pages(None))
    first = next(pages)
    rest, aside, cursor = read(file, first.cursor)
    assert (len(first.posts), len(rest), aside) == (500, 700, [])
    assert [page.not_modified for page in tabular.pages(cursor)] == [True]
    file.write_text("id,text,date\n1,Changed,2026-01-01\n")
    assert [post.text for post in read(file, cursor)[0]] == ["Changed"]


def test_options_stand_in_for_missing_columns(file: Path) -> None:
    """Other columns by name, the date, the product, the kind, the language and another scale."""
    file.write_text("Nr,Bemerkung,Note\n1,Flackert,10\n2,Gut,0\n")
    posts, _, _ = read(
        file, columns="id:Nr,text:bemerkung,rating:Note", date="2026-09-01", product="Lantern", kind="message",
        language="de", rating_min=0, rating_max=10,
    )  # fmt: skip
    assert [post.rating for post in posts] == [1.0, 0.0]
    assert posts[0].created_at == datetime(2026, 9, 1, tzinfo=UTC)
    assert (posts[0].product, posts[0].kind, posts[0].language) == ("Lantern", PostKind.MESSAGE, "de")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"), (b"\xef\xbb\xbf \n", "is empty"), (b"PK\x03\x04rest", "spreadsheet"),
        (b"a,b\n1,2\n", "no column that looks like a text; it has: a, b"), (b"text,b\nx,2\n", "looks like a date"),
        (b"x" * 4_100_000, "line of more than"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables_are_refused(file: Path, content: bytes, words: str) -> None:
    """Empty, a spreadsheet, without text, without date, a line without end."""
    file.write_bytes(content)
    with pytest.raises(SourceRefused, match=words):
        read(file)


def test_files_that_cannot_be_opened_are_refused(tmp_path: Path) -> None:
    """Nothing there, and a folder."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SourceRefused, match="cannot be read"):
            read(path)


def test_a_json_list_is_refused_with_advice(tmp_path: Path) -> None:
    """One JSON list is not one object a line."""
    file = tmp_path / "posts.json"
    file.write_text('[{"text": "Hi"}]')
    with pytest.raises(SourceRefused, match="one object a line"):
        read(file)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"), ({"encoding": "klingon"}, "encoding"),
        ({"columns": "text"}, "columns"), ({"rating_max": "x"}, "rating_max"), ({"kind": "poem"}, "kind"),
    ],
)  # fmt: skip
def test_unusable_options_are_named(options: dict[str, object], name: str) -> None:
    """The option and what would be right."""
    with pytest.raises(BadOption, match=f"option {name} of tabular") as caught:
        read_options(SPEC, {"path": "x.csv", **options})
    assert caught.value.name == name


def test_columns_that_are_not_there_are_refused(file: Path) -> None:
    """A column's name that the file does not have, and a field that posts do not have."""
    file.write_text("text,date\nHi,2026-01-01\n")
    for columns, words in (("text:Note", "no column “Note”"), ("mood:text", "no field “mood”")):
        with pytest.raises(SourceRefused, match=words):
            read(file, columns=columns)


def _form(**changed: JSON) -> str:
    form: dict[str, JSON] = {
        "collector": "steam", "external_id": "1", "text": "Hi", "created_at": "2026-01-01T00:00:00Z", "raw": {"a": 1},
        "author": {"handle": "ana"}, "order_number": "A-1", **changed,
    }  # fmt: skip
    return json.dumps(form) + "\n"


def test_our_own_posts_are_read_back(tmp_path: Path) -> None:
    """What `earful collect` wrote comes back as it was."""
    file = tmp_path / "posts.jsonl"
    file.write_text(
        _form() + _form(external_id="", text="no id") + _form(external_id="3", created_at="2026-01-01T00:00:00")
    )
    (post,), aside, _ = read(file)
    assert (post.external_id, post.text, post.order_number) == ("1", "Hi", "A-1")
    assert post.author is not None
    assert [item.reason.partition(" is wrong")[0] for item in aside] == [
        "The field external_id",
        "The field created_at",
    ]


def test_a_file_does_not_launder_what_a_platform_forbids(tmp_path: Path) -> None:
    """Authors of a feed are left out, and posts whose deletion must be followed do not come in at all."""
    file = tmp_path / "posts.jsonl"
    file.write_text(_form(collector="feed") + _form(collector="reddit") + _form(collector="nowhere", external_id="3"))
    (post,), aside, _ = read(file)
    assert (post.author, post.order_number) == (None, None)
    assert "deletions there must be followed" in aside[0].reason
    assert "no kind of source named “nowhere”" in aside[1].reason


def test_parse_refuses_what_is_no_payload_of_ours(tmp_path: Path) -> None:
    """A payload without a row."""
    with pytest.raises(PostUnreadable):
        Tabular(TabularOptions(path=tmp_path)).parse({"x": 1})


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-09-21", datetime(2026, 9, 21, tzinfo=BERLIN)),
        ("2026-09-21T10:05:01.5Z", datetime(2026, 9, 21, 10, 5, 1, 500_000, tzinfo=UTC)),
        ("2026-09-21 10:05:01 +0200", datetime(2026, 9, 21, 10, 5, 1, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-09-21 10:05 UTC", datetime(2026, 9, 21, 10, 5, tzinfo=UTC)),
        ("20260921", datetime(2026, 9, 21, tzinfo=BERLIN)),
        ("1790000000", datetime.fromtimestamp(1_790_000_000, UTC)),
        ("1790000000.5", datetime.fromtimestamp(1_790_000_000.5, UTC)),
        ("1790000000000", datetime.fromtimestamp(1_790_000_000, UTC)),
        ("Mon, 21 Sep 2026 10:05:00 GMT", datetime(2026, 9, 21, 10, 5, tzinfo=UTC)),
        ("21.09.2026", datetime(2026, 9, 21, tzinfo=BERLIN)),
        ("9.3.26 14:05", datetime(2026, 3, 9, 14, 5, tzinfo=BERLIN)),
        ("9/21/2026 2:05 pm", datetime(2026, 9, 21, 14, 5, tzinfo=BERLIN)),
        ("21/9/2026", datetime(2026, 9, 21, tzinfo=BERLIN)),
        ("4/4/2026", datetime(2026, 4, 4, tzinfo=BERLIN)),
        ("September 21, 2026", datetime(2026, 9, 21, tzinfo=BERLIN)),
        ("21 Sep 2026 10:05", datetime(2026, 9, 21, 10, 5, tzinfo=BERLIN)),
        ("Mon Sep 21 10:05:00 2026", datetime(2026, 9, 21, 10, 5, tzinfo=BERLIN)),
    ],
)
def test_dates_in_each_form(value: str, moment: datetime) -> None:
    """Those without a zone are of the given zone."""
    assert read_date(value, zone=BERLIN) == moment


def test_dates_that_can_be_read_in_two_ways() -> None:
    """They are refused until it is said how they are meant."""
    with pytest.raises(ValueError, match="two ways"):
        read_date("03/04/2026", zone=UTC)
    assert read_date("03/04/2026", zone=UTC, day_first=True) == datetime(2026, 4, 3, tzinfo=UTC)
    assert read_date("03/04/2026", zone=UTC, day_first=False) == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "soon", "31.02.2026", "2026-13-01", "99/99/2026", "12", "1e400", "9" * 40, "10:05"]
)
def test_what_is_no_date(value: str) -> None:
    """It is refused in words."""
    with pytest.raises(ValueError, match="no date that we can read"):
        read_date(value, zone=UTC)


@pytest.mark.parametrize(
    ("value", "rating", "label"),
    [
        ("1", 0.0, "1/5"), ("5", 1.0, "5/5"), ("4.5", 0.875, "4.5/5"), ("4,5", 0.875, "4.5/5"), ("2/5", 0.25, "2/5"),
        ("8/10", 0.8, "8/10"), ("80%", 0.8, "80/100"), ("★★★☆☆", 0.5, "3/5"), ("★★★", 0.5, "3/5"),
        ("4 out of 5 stars", 0.75, "4/5"), ("3 stars", 0.5, "3/5"),
    ],
)  # fmt: skip
def test_ratings_in_each_form(value: str, rating: float, label: str) -> None:
    """Scaled from 0 (worst) to 1 (best), and as people know them."""
    found, known_as = read_rating(value, worst=None, best=5)
    assert found == pytest.approx(rating)
    assert known_as == label


@pytest.mark.parametrize("value", ["0", "6", "-1", "good", "6/5", "5/0", "1/1"])
def test_what_is_no_rating(value: str) -> None:
    """Outside its scale, on a scale without width, or no number."""
    with pytest.raises(ValueError, match=r"rating|outside"):
        read_rating(value, worst=None, best=5)
