"""The measures of a digest: their formulas, and when they say nothing."""

from __future__ import annotations

import pytest

from service.domain.metrics import Mood, concerns, counts_differ, coverage, share, shares_differ


def test_the_negative_share_leaves_out_what_was_not_understood() -> None:
    """Mixed posts count in the whole but are not negative; unread ones count in the volume alone."""
    mood = Mood(negative=3, mixed=2, neutral=1, positive=4, unread=10)

    assert mood.posts == 20
    assert mood.felt == 10
    assert mood.negative_share == pytest.approx(0.3)


def test_a_share_of_nothing_is_undefined() -> None:
    """No zero that could be taken for good news."""
    assert Mood(unread=5).negative_share is None
    assert share(0, 0) is None
    assert coverage(12, None) is None
    assert coverage(12, 0) is None


def test_coverage_is_never_more_than_all() -> None:
    """A platform that counts fewer posts than we saw is wholly covered."""
    assert coverage(112, 115) == pytest.approx(112 / 115)
    assert coverage(120, 115) == 1.0


def test_moods_add_up() -> None:
    """Field by field."""
    total = Mood(negative=1, mixed=2, neutral=3, positive=4, unread=5) + Mood(negative=10, positive=1)

    assert total == Mood(negative=11, mixed=2, neutral=3, positive=5, unread=5)


@pytest.mark.parametrize(
    ("now", "before", "differ"),
    [(12, 10, False), (30, 10, True), (10, 30, True), (3, 0, False), (5, 0, True), (0, 0, False)],
)
def test_counts_differ_only_beyond_chance(now: int, before: int, differ: bool) -> None:
    """Twelve after ten is chance; thirty after ten is not."""
    assert counts_differ(now, before) is differ


def test_shares_differ_only_beyond_chance_and_never_on_few_posts() -> None:
    """The same shares are told apart on many posts and not on few."""
    assert shares_differ(Mood(negative=60, positive=40), Mood(negative=40, positive=60))
    assert not shares_differ(Mood(negative=6, positive=4), Mood(negative=4, positive=6))
    assert not shares_differ(Mood(negative=52, positive=48), Mood(negative=48, positive=52))
    assert not shares_differ(Mood(negative=40), Mood(negative=40))


def test_an_issue_is_a_teams_from_a_third_of_its_posts_on() -> None:
    """One stray label does not put an issue in front of a team."""
    assert concerns(1, 3)
    assert not concerns(1, 4)
    assert not concerns(0, 0)
