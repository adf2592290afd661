"""A group of processes: what falls is started again, and what that means for the others."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from service.cli.processes import Group

STEADY = ["-c", "input()"]  # its standard input never ends by itself
FALLS = ["-S", "-c", "raise SystemExit(3)"]
PATIENCE = 60.0  # seconds: a bound for a machine that does other things too, not a measure


@pytest.fixture
def group() -> Iterator[Group]:
    """A group that is stopped at the end, with one part that stays up."""
    group = Group(os.environ)
    group.start("steady", STEADY)
    yield group
    group.stop()


def watch(group: Group, capfd: pytest.CaptureFixture[str], until: str) -> list[bool]:
    """Watch until the words are said; gives what each look answered."""
    said, looks = "", []
    deadline = time.monotonic() + PATIENCE
    while until not in said:
        assert time.monotonic() < deadline, said
        looks.append(group.watch())
        said += capfd.readouterr().err
        time.sleep(0.02)
    return looks


def test_the_others_go_on_without_a_part_that_is_not_needed(group: Group, capfd: pytest.CaptureFixture[str]) -> None:
    """It is started again a few times and then left alone."""
    group.start("listener", FALLS, needed=False)
    assert all(watch(group, capfd, until="Everything else goes on without the listener."))
    assert group.watch()


def test_a_needed_part_that_does_not_stay_up_ends_it_all(group: Group, capfd: pytest.CaptureFixture[str]) -> None:
    """After a few more tries, which are said."""
    group.start("worker", FALLS)
    looks = watch(group, capfd, until="The worker fell 5 times within a minute (exit code 3)")
    assert looks[-1] is False
    assert all(looks[:-1])
