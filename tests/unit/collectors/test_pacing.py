"""What platforms say about their limits, in each dialect; and how the HTTP door keeps to turns."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import Pace, SourceBusy, SourceRefused
from collectors.net import Net, user_agent
from collectors.pacing import OwnPace, asked_to_rest
from tests.recorded.web import Reply, serve

SPENT = {"x-ratelimit-remaining": "0"}


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {}, 0),
        (200, {"retry-after": "30"}, 0),
        (429, {"retry-after": "30", "x-ratelimit-reset": "99"}, 30),
        (503, {"retry-after": "30"}, 30),
        (429, {"x-ratelimit-reset": "45"}, 45),
        (429, {}, 0),
        (200, {**SPENT, "x-ratelimit-reset": "45"}, 45),
        (200, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "45"}, 45),
        (200, {"x-ratelimit-remaining": "7", "x-ratelimit-reset": "45"}, 0),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "12"}, 12),
        (200, {**SPENT, "x-ratelimit-reset": "soon"}, 0),
        (429, {"retry-after": "999999"}, 86400),
    ],
)
def test_every_dialect_of_wait_is_understood(status: int, headers: dict[str, str], seconds: float) -> None:
    """Only where the platform is busy or the budget is spent, and at most a day."""
    assert asked_to_rest(status, headers) == seconds


def test_a_moment_is_as_good_as_seconds() -> None:
    """As X (since 1970) and Mastodon (ISO 8601) tell when the budget is full again."""
    since_1970 = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": f"{time.time() + 500:.0f}"}
    iso = {**SPENT, "x-ratelimit-reset": (datetime.now(UTC) + timedelta(seconds=500)).isoformat()}
    for headers in (since_1970, iso):
        assert asked_to_rest(200, headers) == pytest.approx(500, abs=30)


def test_own_turns_are_even_and_rest_when_told() -> None:
    """Two requests in a second are half a second apart, at each place by itself."""
    now = [100.0]
    pace = OwnPace(Pace(requests=2, seconds=1), clock=lambda: now[0])
    assert [pace.turn("a:443", patience=10) for _ in range(3)] == [0, 0.5, 1.0]
    assert pace.turn("b:443", patience=10) == 0
    pace.rest("b:443", 60)
    assert [pace.turn("b:443", patience=10) for _ in range(2)] == [60, 60]
    now[0] += 60
    assert pace.turn("b:443", patience=10) == 0


def test_the_door_waits_for_short_turns_and_not_for_long_ones() -> None:
    """Within ten seconds it sleeps; beyond, the caller is told when to come back, and nothing was asked."""
    slept: list[float] = []
    pace = OwnPace(Pace(requests=1, seconds=4), clock=lambda: 0.0)
    with serve(lambda _: Reply({"ok": True})) as web, Net(web.url, pacing=pace, sleep=slept.append) as net:
        for _ in range(3):
            net.json(f"{web.url}/x")
        with pytest.raises(SourceBusy) as busy:
            net.json(f"{web.url}/x")
    assert slept == [4, 8]
    assert busy.value.retry_after == 12
    assert len(web.asked) == 3


@pytest.mark.parametrize(("step", "waited"), [(20.0, True), (40.0, False)])
def test_a_slow_pace_does_not_end_a_run_at_its_second_page(step: float, waited: bool) -> None:
    """The next turn at its own pace is waited for, up to half a minute."""
    slept: list[float] = []
    pace = OwnPace(Pace(requests=1, seconds=step), clock=lambda: 0.0)
    with serve(lambda _: Reply({"ok": True})) as web, Net(web.url, pacing=pace, sleep=slept.append) as net:
        net.json(f"{web.url}/x")
        with suppress(SourceBusy):
            net.json(f"{web.url}/x")
    assert slept == ([step] if waited else [])


def test_a_spent_budget_is_no_refusal() -> None:
    """403 with nothing left of the budget is a wait; a plain 403 needs a person."""
    replies = {
        "/spent": Reply(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "300"}),
        "/no": Reply(status=403),
    }
    with serve(lambda asked: replies[asked.path]) as web:
        with Net(web.url, pacing=OwnPace(Pace())) as net, pytest.raises(SourceBusy) as busy:
            net.json(f"{web.url}/spent")
        with Net(web.url, pacing=OwnPace(Pace())) as net, pytest.raises(SourceRefused):
            net.json(f"{web.url}/no")
    assert busy.value.retry_after == pytest.approx(300)


def test_a_vendor_s_own_client_keeps_to_the_same_turns() -> None:
    """It asks for its turn and passes on what it was told; nothing is fetched by the door itself."""
    slept: list[float] = []
    url = "http://127.0.0.1:9/x"
    pace = OwnPace(Pace(requests=1, seconds=4), clock=lambda: 0.0)
    with Net("http://127.0.0.1:9", pacing=pace, sleep=slept.append) as net:
        net.turn(url)
        net.turn(url)
        net.heed(url, 200, {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "500"})
        net.heed(url, 429, {"retry-after": "90"})
        with pytest.raises(SourceBusy, match="left alone for 90 seconds"):
            net.turn(url)
        with pytest.raises(SourceBusy, match="given all"):
            net.heed(url, 403, {**SPENT, "x-ratelimit-reset": "500"})
    assert slept == [4]
    with Net("http://127.0.0.1:9") as net:  # without turns to keep, both are free
        net.turn(url)
        net.heed(url, 429, {"retry-after": "90"})


def test_what_a_body_asks_for_is_passed_on() -> None:
    """A collector that reads "backoff" in an answer tells all others through the door."""
    pace = OwnPace(Pace(), clock=lambda: 0.0)
    with serve(lambda _: Reply({"backoff": 77})) as web, Net(web.url, pacing=pace) as net:
        net.json(f"{web.url}/x")
        net.rest(f"{web.url}/x", 77)
        with pytest.raises(SourceBusy) as busy:
            net.json(f"{web.url}/x")
    assert busy.value.retry_after == 77


def test_we_say_who_we_are() -> None:
    """With where to reach whoever runs this, where they gave it."""
    assert user_agent(None) == "Earful/0.1 (self-hosted social listening)"
    assert user_agent("https://example.org/bot") == "Earful/0.1 (self-hosted social listening; https://example.org/bot)"
