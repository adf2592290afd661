"""Refusals in a platform's own words, "not modified" for data, moments until which to wait, times in payloads."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from collectors import fields
from collectors.base import JSON, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Answer, Net
from collectors.verdicts import resets_in
from tests.recorded.web import Asked, Reply, serve

HOME = "https://api.lamps.example"


def _full(answer: Answer) -> None:
    """The made-up platform says 403 where it means "too much", as several real ones do."""
    if json.loads(answer.body).get("code") == 17:
        raise SourceBusy("The lamps ask us to slow down.", retry_after=99)


@pytest.mark.parametrize(("code", "error"), [(17, SourceBusy), (18, SourceRefused)])
def test_a_home_may_read_its_own_refusals(code: int, error: type[Exception]) -> None:
    """What its verdict leaves goes to the common table."""
    with serve(lambda _: Reply({"code": code}, status=403)) as web, Net(web.url) as net:
        net.home(HOME, verdict=_full)
        with pytest.raises(error):
            net.json(f"{HOME}/lamps")
    assert len(web.asked) == 1


def test_a_verdict_is_asked_for_its_own_home_only() -> None:
    """Another address is judged by the common table."""
    with serve(lambda _: Reply({"code": 17}, status=403)) as web, Net(web.url) as net:
        net.home(HOME, verdict=_full)
        with pytest.raises(SourceRefused):
            net.json(f"{web.url}/lamps")


def test_data_that_did_not_change_is_none() -> None:
    """304 has no body, and is no damaged one."""

    def answering(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match") == '"a"'
        return Reply(status=304) if known else Reply([1], headers={"ETag": '"a"'})

    with serve(answering) as web, Net(web.url) as net:
        net.home(HOME)
        answer, data = net.json_answer(HOME)
        assert (data, answer.headers["etag"]) == ([1], '"a"')
        again, nothing = net.json_answer(HOME, etag='"a"')
    assert (nothing, again.not_modified) == (None, True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "1800000060"}, 60),
        ({"x-rate-limit-reset": "1799999000"}, 0),
        ({"ratelimit-reset": "1800000060.5"}, 60.5),
        ({"x-ratelimit-reset": "2027-01-15T08:01:00.000Z"}, 60),
        ({"x-ratelimit-reset-after": "7.5", "x-ratelimit-reset": "1800000060"}, 7.5),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": "nan"}, None),
        ({}, None),
    ],
)
def test_seconds_until_a_platform_answers_again(headers: dict[str, str], seconds: float | None) -> None:
    """A moment, or seconds, under the names that platforms use."""
    assert resets_in(headers, now=datetime(2027, 1, 15, 8, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    "value", ["2026-09-21T10:00:00Z", "2026-09-21T12:00:00.000+0200", "2026-09-21T10:00:00", " 2026-09-21 10:00 "]
)
def test_times_in_payloads(value: str) -> None:
    """With a zone, or without one where UTC is meant."""
    assert fields.instant({"at": value}, "at") == datetime(2026, 9, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("value", ["yesterday", "", None, 5, [], True, "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time(value: JSON) -> None:
    """Words, other types, and a moment before the first."""
    with pytest.raises(PostUnreadable, match="at should be a time"):
        fields.instant({"at": value}, "at")
    assert fields.instant_or_none({"at": value}, "at") is None
