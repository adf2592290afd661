"""Ties posts with one underlying cause together: pure rules on vectors and time, the same answer every time.

New posts join the nearest known issue that is near enough. What stays loose, old or new, opens an issue where at least
a few posts lie close together within some weeks. Issues keep their numbers: nothing here renames, splits or merges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nlp.base import Vector

_Rows: TypeAlias = npt.NDArray[np.int64]
_Days: TypeAlias = npt.NDArray[np.float64]

_ROUNDS = 2  # of merging groups and settling rows; more change nothing
_BLOCK = 1024  # rows compared at a time, so that memory stays flat


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """How near is near; similarities are cosines of the frozen vectors.

    Found on labelled clusters of news and complaints, and on the sample studio. Two posts with one cause often have a
    cosine of no more than 0.25; the middle of several is far surer ground, so it may be met at less than two posts.
    """

    near: float = 0.4  # between two posts that may open an issue together
    hold: float = 0.38  # between a post and the middle of the issue it opens
    same: float = 0.75  # between the middles of two groups that open one issue, not two
    join: float = 0.38  # between a new post and a known issue's middle
    fewest: int = 3  # posts that open an issue
    window: timedelta = timedelta(days=21)  # between posts that open an issue together
    memory: timedelta = timedelta(days=120)  # since an issue's last post, for a new one to join it


DEFAULT = GroupSettings()


@dataclass(frozen=True, slots=True)
class GroupItem:
    """A post to be grouped. `vector` is (512,) of unit length; zeros keep it loose."""

    key: int
    vector: Vector
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """An issue as it is now. `centroid` is the mean of its posts' vectors, of any length."""

    number: int
    centroid: Vector
    size: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Grouping:
    """What to do: which post joins which issue, and which posts open an issue together (keys, oldest first)."""

    joins: dict[int, int]
    openings: list[list[int]]


def group(
    new: Sequence[GroupItem],
    loose: Sequence[GroupItem],
    issues: Sequence[KnownIssue],
    *,
    settings: GroupSettings = DEFAULT,
) -> Grouping:
    """Decide for new posts and for those that are still loose.

    The answer depends on what is given, not on its order. Loose posts can only open issues; to let them join one,
    pass them as new.
    """
    arrivals = sorted(new, key=_age)
    joins = _joins(arrivals, sorted(issues, key=lambda issue: issue.number), settings)
    rest = sorted([item for item in (*arrivals, *loose) if item.key not in joins and item.vector.any()], key=_age)
    openings = [[rest[row].key for row in rows] for rows in _openings(rest, settings)]
    return Grouping(joins, openings)


def group_all(items: Sequence[GroupItem], *, settings: GroupSettings = DEFAULT) -> list[int | None]:
    """Group a whole collection as if its posts had come in week after week.

    Returns for each item the number of its issue, from 1 on in the order of opening, or None.
    """
    issues: dict[int, list[GroupItem]] = {}
    loose: list[GroupItem] = []
    for arrivals in _by_time(items, settings.window / 3):
        known = [_known(number, members) for number, members in issues.items()]
        oldest = arrivals[0].at - settings.window
        waiting = [item for item in loose if item.at >= oldest]
        found = group(arrivals, waiting, known, settings=settings)
        by_key = {item.key: item for item in (*arrivals, *waiting)}
        for keys in found.openings:
            issues[len(issues) + 1] = [by_key[key] for key in keys]
        for key, number in found.joins.items():
            issues[number].append(by_key[key])
        placed = set(found.joins).union(*found.openings)
        loose = [item for item in (*loose, *arrivals) if item.key not in placed]
    known = [_known(number, members) for number, members in issues.items()]
    numbers = {item.key: number for number, members in issues.items() for item in members}
    numbers |= _joins(sorted(loose, key=_age), known, settings)
    return [numbers.get(item.key) for item in items]


def _by_time(items: Sequence[GroupItem], span: timedelta) -> Iterator[list[GroupItem]]:
    """The items by age, in runs that are no longer than the span."""
    run: list[GroupItem] = []
    for item in sorted(items, key=_age):
        if run and item.at - run[0].at > span:
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _age(item: GroupItem) -> tuple[datetime, int]:
    return item.at, item.key


def _known(number: int, members: Sequence[GroupItem]) -> KnownIssue:
    centroid: Vector = np.stack([item.vector for item in members]).mean(axis=0)
    return KnownIssue(number, centroid, len(members), max(item.at for item in members))


def _joins(items: Sequence[GroupItem], issues: Sequence[KnownIssue], settings: GroupSettings) -> dict[int, int]:
    """The nearest issue of each post, where it is near enough and still alive."""
    if not items or not issues:
        return {}
    middles = _unit(np.stack([issue.centroid for issue in issues]).astype(np.float32))
    last = _days([issue.last_at for issue in issues])
    joins: dict[int, int] = {}
    for start in range(0, len(items), _BLOCK):
        block = items[start : start + _BLOCK]
        nearness = np.stack([item.vector for item in block]) @ middles.T
        quiet = np.abs(_days([item.at for item in block])[:, None] - last[None, :])
        nearness[quiet > settings.memory / timedelta(days=1)] = -1.0
        best = nearness.argmax(axis=1)
        for item, column, value in zip(block, best, nearness.max(axis=1), strict=True):
            if value >= settings.join:
                joins[item.key] = issues[int(column)].number
    return joins


def _openings(items: Sequence[GroupItem], settings: GroupSettings) -> list[list[int]]:
    """Rows of the items that open an issue together; the items come sorted by age."""
    if len(items) < settings.fewest:
        return []
    vectors = np.stack([item.vector for item in items])
    days = _days([item.at for item in items])
    groups = _dense(vectors, days, settings)
    for _ in range(_ROUNDS):
        settled = _settled(vectors, days, _merged(vectors, groups, settings), settings) if groups else []
        groups = [rows for rows in settled if len(rows) >= settings.fewest]
    return sorted(rows.tolist() for rows in groups)


def _dense(vectors: Vector, days: _Days, settings: GroupSettings) -> list[_Rows]:
    """Groups around the rows with most neighbours, densest first; no row is in two."""
    near = _neighbours(vectors, days, settings)
    taken = np.zeros(len(vectors), np.bool_)
    groups = []
    for row in sorted(range(len(vectors)), key=lambda each: (-len(near[each]), each)):
        if taken[row] or len(near[row]) < settings.fewest:
            continue
        members = _close_group(vectors, near[row][~taken[near[row]]], settings)
        if len(members) >= settings.fewest:
            taken[members] = True
            groups.append(members)
    return groups


def _merged(vectors: Vector, groups: Sequence[_Rows], settings: GroupSettings) -> list[_Rows]:
    """Larger groups take in smaller ones that have the same middle."""
    merged: list[_Rows] = []
    middles = np.zeros((len(groups), vectors.shape[1]), np.float32)
    for rows in sorted(groups, key=lambda each: (-len(each), int(each[0]))):
        nearness = middles[: len(merged)] @ _middle(vectors[rows])
        at = int(nearness.argmax()) if merged else 0
        if merged and nearness[at] >= settings.same:
            merged[at] = np.concatenate([merged[at], rows])
        else:
            at = len(merged)
            merged.append(rows)
        middles[at] = _middle(vectors[merged[at]])
    return merged


def _settled(vectors: Vector, days: _Days, groups: Sequence[_Rows], settings: GroupSettings) -> list[_Rows]:
    """Every row goes to the nearest group's middle, where it is near enough and of its time."""
    window = settings.window / timedelta(days=1)
    nearness = vectors @ np.stack([_middle(vectors[rows]) for rows in groups]).T
    first = np.array([days[rows].min() for rows in groups]) - window
    last = np.array([days[rows].max() for rows in groups]) + window
    nearness[(days[:, None] < first) | (days[:, None] > last)] = -1.0
    best = np.where(nearness.max(axis=1) >= settings.hold, nearness.argmax(axis=1), -1)
    return [np.flatnonzero(best == number) for number in range(len(groups))]


def _neighbours(vectors: Vector, days: _Days, settings: GroupSettings) -> list[_Rows]:
    """For each row the rows near it in meaning and time, itself among them."""
    window = settings.window / timedelta(days=1)
    near: list[_Rows] = []
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        close = vectors[block] @ vectors.T >= settings.near
        close &= np.abs(days[block, None] - days[None, :]) <= window
        near.extend(np.flatnonzero(row) for row in close)
    return near


def _close_group(vectors: Vector, candidates: _Rows, settings: GroupSettings) -> _Rows:
    """Those of the candidates that stay close to their common middle, once strays have moved it and gone."""
    members = candidates
    for _ in range(2):
        if len(members) < settings.fewest:
            return members
        members = candidates[vectors[candidates] @ _middle(vectors[members]) >= settings.hold]
    return members


def _middle(vectors: Vector) -> Vector:
    middle: Vector = _unit(vectors.mean(axis=0, keepdims=True))[0]
    return middle


def _unit(vectors: Vector) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    whole: Vector = vectors / np.maximum(lengths, 1e-9)
    return whole


def _days(moments: Sequence[datetime]) -> _Days:
    return np.array([moment.timestamp() for moment in moments]) / 86400
