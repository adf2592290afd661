"""The door to platforms: what its answers mean, one request each, and nothing of ours in what it says."""

from __future__ import annotations

import pytest

from integrations.base import IntegrationError, MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from integrations.net import Door, resets_in, seconds_to_wait
from tests.recorded.web import Asked, Reply, serve


def _ask(reply: Reply, *, writing: bool = True) -> IntegrationError | None:
    """What one request to a platform that answers so comes to; it is never repeated."""
    with serve(lambda _: reply) as web, Door(web.url, name="Platform", what_to_do="Do this.") as door:
        try:
            door.ask("POST", "/", json={}, writing=writing)
        except IntegrationError as error:
            return error
        finally:
            assert len(web.asked) == 1
    return None


@pytest.mark.parametrize(
    ("reply", "writing", "reading"),
    [
        (Reply({"id": 1}), None, None),
        (Reply(b"", status=204), None, None),
        (Reply("<html>"), OutcomeUncertain, TargetBusy),
        (Reply("[" * 100_000), OutcomeUncertain, TargetBusy),
        (Reply("null"), OutcomeUncertain, TargetBusy),
        (Reply({"id": 1}, fault="cut"), OutcomeUncertain, TargetBusy),
        (Reply(fault="reset"), OutcomeUncertain, TargetBusy),
        (Reply(status=302, headers={"Location": "/elsewhere"}), TargetRefused, TargetRefused),
        (Reply(status=502), OutcomeUncertain, TargetBusy),
        (Reply(status=401), TargetRefused, TargetRefused),
        (Reply(status=413), MessageRejected, MessageRejected),
    ],
    ids=["good", "empty", "page", "deep", "null", "cut", "reset", "redirect", "502", "401", "413"],
)
def test_each_answer_says_who_acts_next(
    reply: Reply, writing: type[IntegrationError] | None, reading: type[IntegrationError] | None
) -> None:
    """And writing differs from reading where nobody can say what was done."""
    for expected, is_writing in ((writing, True), (reading, False)):
        found = _ask(reply, writing=is_writing)
        assert (type(found) if found else None) is expected, found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "too\n long"}}, "too long"),
        ({"message": "no " * 200}, "no no"),
        ({"errors": [{"detail": "wrong field"}]}, "wrong field"),
        ({"error": "RecordInvalid", "description": "Status: closed"}, "Status: closed"),
        ({"strange": True}, "status 400)."),
        (["strange"], "status 400)."),
    ],
)
def test_the_platforms_own_words_are_repeated(body: object, said: str) -> None:
    """One line of them, shortened."""
    error = _ask(Reply(body, status=400))
    assert said in str(error)
    assert len(str(error)) < 300


class _Tokens:
    """A bearer whose second token is good."""

    def __init__(self) -> None:
        self.number = 1

    def token(self) -> str:
        return f"t{self.number}"

    def forget(self) -> None:
        self.number += 1


def test_a_token_that_is_refused_is_forgotten_and_nothing_is_repeated() -> None:
    """Whoever asks next has a new one."""

    def answering(asked: Asked) -> Reply:
        return Reply({"ok": True}, status=200 if asked.headers["authorization"] == "Bearer t2" else 401)

    with (
        serve(answering) as web,
        Door(web.url, name="Platform", what_to_do="Do this.", bearer=_Tokens()) as door,
    ):
        with pytest.raises(TargetRefused, match="Do this"):
            door.ask("POST", "/", json={})
        assert door.plus({"X-Key": "k"}).ask("POST", "/", json={}).get("ok") is True
        assert [asked.headers.get("x-key") for asked in web.asked] == [None, "k"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sun, 22 Nov 2026 15:01:00 GMT", "date": "Sun, 22 Nov 2026 15:00:00 GMT"}, 60.0),
        ({"retry-after": "Sun, 22 Nov 2026 14:01:00 GMT", "date": "Sun, 22 Nov 2026 15:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 15:01:00 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 15:01:00", "date": "Sun, 22 Nov 2026 15:00:00 GMT"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """In seconds, or as a date by the platform's own clock."""
    assert seconds_to_wait(headers) == seconds


def test_when_a_limit_is_reset() -> None:
    """Seconds since 1970, by the platform's own clock."""
    headers = {"x-reset": "1795359660", "date": "Sun, 22 Nov 2026 15:00:00 GMT"}
    assert resets_in(headers, "x-reset") == 60.0
    assert resets_in({"x-reset": "1795359660"}, "x-reset") is None
    assert resets_in({**headers, "x-reset": "soon"}, "x-reset") is None
