"""Which answer is ours, what words become in HTML and back, and times as platforms write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.answers import arrived, checked, from_html, moment, to_html
from integrations.base import Finding, OutcomeUncertain, TargetRefused
from integrations.replies import Answer

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


def _answer(name: str, text: str = "Fixed.", *, ours: bool = True, minutes: int | None = 0) -> Answer:
    at = NOW + timedelta(minutes=minutes) if minutes is not None else None
    return Answer(remote_id=name, text=text, by="lamps", ours=ours, at=at)


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([], None),
        ([_answer("1", ours=False)], None),
        ([_answer("1", "Fixed!")], None),
        ([_answer("1", " Fixed. \n")], "1"),
        ([_answer("1", minutes=-6)], None),
        ([_answer("1", minutes=-5)], "1"),
        ([_answer("1", minutes=None)], "1"),
        ([_answer("1", minutes=1), _answer("2", minutes=3), _answer("3", minutes=2)], "2"),
    ],
)
def test_ours_is_the_newest_with_the_same_words_since_the_sending(answers: list[Answer], found: str | None) -> None:
    """A platform's clock may be five minutes behind ours."""
    receipt = arrived(answers, "Fixed.", address="a", after=NOW)
    assert (receipt.remote_id if receipt else None) == found


@pytest.mark.parametrize(
    "text",
    ["Fixed.", "One\nline\n\n& <b>two</b> paragraphs", "a < b > c & d", "<script>&lt;</script>", "“quoted” \u202e"],
)
def test_words_come_back_out_of_html(text: str) -> None:
    """And nothing in them is markup on the way."""
    markup = to_html(text)
    assert "<script" not in markup
    assert "<b>" not in markup
    assert from_html(markup).split() == text.split()


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-22T15:00:00Z", NOW),
        ("2026-11-22T16:00:00+01:00", NOW),
        ("2026-11-22T15:00:00", NOW),
        (1795359600, NOW),
        ("1795359600", NOW),
        ("soon", None),
        ("9" * 30, None),
        (None, None),
        ("", None),
        (["2026"], None),
    ],
)
def test_times_are_read_as_platforms_write_them(value: object, at: datetime | None) -> None:
    """What is none is no time, and no error."""
    assert moment(value) == at  # type: ignore[arg-type]  # a platform may send anything


def test_a_check_never_raises() -> None:
    """The error is the finding, with what to do."""

    def refuse() -> str:
        raise TargetRefused("It refused.", what_to_do="Do this.")

    def break_off() -> str:
        raise OutcomeUncertain("It broke.")

    assert checked(lambda: "All well.") == [Finding(ok=True, text="All well.")]
    assert checked(refuse) == [Finding(ok=False, text="It refused.", what_to_do="Do this.")]
    assert checked(break_off) == [Finding(ok=False, text="It broke.", what_to_do="Try again later.")]
