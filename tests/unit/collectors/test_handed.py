"""A run brings nothing twice, and remembers no more than it says."""

from collectors.handed import Handed


def test_a_thing_comes_for_the_first_time_once() -> None:
    """Whatever it is, and whatever came between."""
    handed = Handed()
    assert [handed.first_time(name) for name in ("a", "b", "a", ("a", 1), ("a", 1))] == [True, True, False, True, False]


def test_the_oldest_are_forgotten() -> None:
    """Of three with room for two, the first counts as new again and the last does not."""
    handed = Handed(most=2)
    for name in "abc":
        handed.first_time(name)
    assert [handed.first_time(name) for name in ("c", "b", "a")] == [False, False, True]
