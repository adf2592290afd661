"""Grouping is a function of vectors and times: stable, deterministic, and quick."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.base import Vector
from nlp.grouping import GroupItem, GroupSettings, KnownIssue, group, group_all
from nlp.runtime import Understanding

START = datetime(2026, 3, 1, tzinfo=UTC)


def direction(axis: int) -> Vector:
    """The unit vector along an axis."""
    vector = np.zeros(512, np.float32)
    vector[axis] = 1
    return vector


def near(axis: int, seed: int, *, stray: float = 0.5) -> Vector:
    """A unit vector around an axis; two of them have a cosine of about 0.8."""
    vector = direction(axis) + stray * _noise(seed)
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def _noise(seed: int) -> Vector:
    noise = np.random.default_rng(seed).normal(size=512)
    unit: Vector = (noise / np.linalg.norm(noise)).astype(np.float32)
    return unit


def item(key: int, axis: int, *, day: float = 0) -> GroupItem:
    """A post about the cause that an axis stands for."""
    return GroupItem(key, near(axis, key), START + timedelta(days=day))


def issue(number: int, axis: int, *, day: float = 0) -> KnownIssue:
    """A known issue about that cause."""
    return KnownIssue(number, 3 * direction(axis), 5, START + timedelta(days=day))


def test_a_new_post_joins_the_nearest_issue() -> None:
    """Near enough is enough; the number of the issue stays."""
    found = group([item(1, 7)], [], [issue(40, 3), issue(41, 7)])
    assert found.joins == {1: 41}
    assert found.openings == []


def test_a_post_far_from_every_issue_stays_loose() -> None:
    """Nobody is forced into an issue."""
    assert group([item(1, 5)], [], [issue(40, 3)]).joins == {}


def test_an_old_issue_is_not_joined() -> None:
    """Long after its last post an issue gets no more; a fresh one would be opened."""
    assert group([item(1, 3, day=200)], [], [issue(40, 3)]).joins == {}
    assert group([item(1, 3, day=100)], [], [issue(40, 3)]).joins == {1: 40}


def test_three_close_posts_open_an_issue() -> None:
    """Loose ones count with new ones; the keys come oldest first."""
    found = group([item(3, 3, day=2)], [item(2, 3, day=1), item(1, 3)], [])
    assert found.openings == [[1, 2, 3]]


def test_two_close_posts_open_none() -> None:
    """Two may be chance."""
    assert group([item(1, 3), item(2, 3)], [item(9, 5)], []).openings == []


def test_posts_far_apart_in_time_open_none() -> None:
    """The same words in other seasons are no issue."""
    assert group([item(key, 3, day=60 * key) for key in range(3)], [], []).openings == []


def test_loose_posts_do_not_join() -> None:
    """What was left loose is only asked about opening."""
    assert group([], [item(1, 3)], [issue(40, 3)]).joins == {}


def test_wordless_posts_are_never_grouped() -> None:
    """Zeros are near to nothing, not even to each other."""
    wordless = [GroupItem(key, np.zeros(512, np.float32), START) for key in range(5)]
    found = group(wordless, [], [issue(40, 3)])
    assert (found.joins, found.openings) == ({}, [])
    assert group_all(wordless) == [None] * 5


def test_nothing_at_all() -> None:
    """No posts, no decisions."""
    found = group([], [], [])
    assert (found.joins, found.openings) == ({}, [])
    assert group_all([]) == []


def test_two_causes_open_two_issues() -> None:
    """Each cause has its own."""
    found = group([item(key, 3 if key % 2 else 5) for key in range(10)], [], [])
    assert sorted(found.openings) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), max_size=25), st.randoms(use_true_random=False))
def test_order_decides_nothing(drawn: list[tuple[int, int]], shuffler: random.Random) -> None:
    """Every post is placed at most once, openings are large enough, and the order of the input does not matter."""
    items = [item(key, axis, day=day) for key, (axis, day) in enumerate(drawn)]
    issues = [issue(40, 0), issue(41, 1)]
    found = group(items, [], issues)
    opened = [key for keys in found.openings for key in keys]
    assert len(set(opened)) == len(opened)
    assert not set(opened) & set(found.joins)
    assert all(len(keys) >= 3 for keys in found.openings)
    shuffled = list(items)
    shuffler.shuffle(shuffled)
    again = group(shuffled, [], issues[::-1])
    assert again.joins == found.joins
    assert sorted(again.openings) == sorted(found.openings)


def test_a_collection_is_grouped_as_it_came_in() -> None:
    """Issues are numbered by their opening and live on from week to week; a stranger belongs to none."""
    items = [item(key, 3, day=key * 5) for key in range(8)]
    items += [item(100 + key, 5, day=30 + key) for key in range(4)]
    items.append(item(999, 9, day=12))
    assert group_all(items) == [1] * 8 + [2] * 4 + [None]
    assert group_all(items[::-1]) == [None] + [2] * 4 + [1] * 8


def test_thousands_of_posts_are_grouped() -> None:
    """The work grows with matrix products, not with triples of posts: every planted cause is found again."""
    items = [item(key, key % 40) for key in range(4_000)]
    found = group_all(items)
    assert len(set(found)) == 40
    assert all(found[key] == found[key % 40] for key in range(4_000))


def test_one_cause_in_three_languages(models: Understanding) -> None:
    """Real posts about one bug meet, whatever their language; others stay out."""
    texts = [
        "The game crashes when I open the map",
        "Opening the map makes the game crash to desktop",
        "Das Spiel stürzt ab, wenn ich die Karte öffne",
        "Le jeu plante quand j'ouvre la carte",
        "The soundtrack is wonderful",
        "When does the season pass come out?",
        "Delivery took three weeks",
    ]
    vectors = models.vectors(texts)
    found = group([GroupItem(key, vector, START) for key, vector in enumerate(vectors)], [], [])
    assert found.openings == [[0, 1, 2, 3]]


@pytest.mark.parametrize("fewest", [2, 4])
def test_settings_are_respected(fewest: int) -> None:
    """How many posts open an issue can be set."""
    items = [item(key, 3) for key in range(3)]
    assert bool(group(items, [], [], settings=GroupSettings(fewest=fewest)).openings) == (fewest <= 3)
