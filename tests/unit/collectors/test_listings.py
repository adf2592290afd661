"""Walking lists: what is remembered of them, what comes again, and what is said when something is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import JSON, Page, Post, PostKind, PostUnreadable, SourceBusy, SourceRefused
from collectors.listings import look_up, read_items, read_lists, walk_down, walk_up
from collectors.recent import Recent, state_of

THEN = datetime(2026, 9, 21, tzinfo=UTC)


def post(name: str, text: str = "x") -> Post:
    """A post of no platform in particular."""
    return Post(kind=PostKind.POST, external_id=name, url=None, text=text, created_at=THEN, raw={})


def read(item: JSON) -> Post | None:
    """Items are names; "-" is not for us, and a number is damaged."""
    if not isinstance(item, str):
        raise PostUnreadable("It is no name.", raw=str(item))
    return None if item == "-" else post(item)


def test_the_newest_are_remembered_with_their_version() -> None:
    """Beyond a run only so many are kept, the same ones whatever order they come in from a database."""
    recent = Recent(None, most=2)
    assert recent.note("a", THEN, "1")
    assert not recent.note("a", THEN, "1")
    assert recent.note("a", THEN, "2")
    recent.note("b", THEN + timedelta(minutes=2), "1")
    recent.note("c", THEN + timedelta(minutes=1), "1")
    stored = recent.stored()
    assert list(stored) == ["b", "c"]
    again = Recent({**stored, "bad": 1, "worse": ["x", "y"]}, most=2)
    assert (again.known, again.met) == ({"b", "c"}, set())
    assert not again.note("b", THEN + timedelta(minutes=2), "1")
    assert again.met == {"b"}
    assert again.since((THEN + timedelta(minutes=2)).timestamp()) == 1


def test_a_time_to_come_does_not_make_all_others_old() -> None:
    """An author's clock that is wrong by years."""
    recent = Recent(None, most=5)
    recent.note("a", datetime(9000, 1, 1, tzinfo=UTC), "1")
    assert recent.newest is not None
    assert recent.newest <= datetime.now(UTC).timestamp()


def test_an_edit_is_another_state() -> None:
    """The text counts, the engagement does not."""
    assert state_of(post("a", "x")) == state_of(post("b", "x"))
    assert state_of(post("a", "x")) != state_of(post("a", "y"))


def test_items_are_read_passed_over_or_set_aside() -> None:
    """Each with its place."""
    page = read_items(["a", "-", 5, "b"], "page 1", read)
    assert [one.external_id for one in page.posts] == ["a", "b"]
    assert [(aside.place, aside.raw) for aside in page.set_aside] == [("page 1, item 3", "5")]


def test_a_list_whose_pages_repeat_is_left() -> None:
    """The same items under ever new positions, and the same position for ever."""
    for onward in (lambda position: position + "x", lambda _: "same"):
        pages = list(
            walk_down(
                "list", Recent(None, most=5), lambda position, onward=onward: (["a"], onward(position)),
                lambda items, place: read_items(items, place, read), lambda _, __: False,
            )
        )  # fmt: skip
        assert len(pages) == 2
        assert [page.cursor is None for page in pages] == [True, False]


def test_an_empty_list_that_should_hold_something_is_a_fault() -> None:
    """More than three known items are due."""
    walk = walk_down("list", Recent(None, most=5), lambda _: ([], ""), lambda *_: Page(), lambda *_: False, due=4)
    with pytest.raises(SourceBusy, match="list shows nothing"):
        list(walk)


def test_what_a_complete_list_does_not_show_again_is_gone() -> None:
    """Unless nothing is shown at all: that is a gap, not the deletion of everything."""
    stored: JSON = {f"{n:02}": [float(n), state_of(post("x"))] for n in range(20)}
    expected = sorted(stored) if isinstance(stored, dict) else []

    def walk(shown: list[JSON]) -> Page:
        recent = Recent(stored, most=50)

        def page(items: list[JSON], place: str) -> Page:
            for item in items:
                recent.note(str(item), THEN, state_of(post("x")))
            return read_items(items, place, read)

        (only,) = walk_up("list", recent, expected, lambda _: (shown, ""), page, complete=True)
        assert isinstance(only.cursor, dict)
        assert not set(only.gone) & set(only.cursor)
        return only

    assert walk([*expected[1:5], *expected[6:]]).gone == ["05"]
    nothing = walk([])
    assert nothing.gone == []
    assert nothing.gap == "None of the posts known from list is shown any more."


def test_one_refused_list_does_not_keep_the_others_from_being_read() -> None:
    """It is complained of in the end; one that is busy ends the run at once."""

    def fine(_: Recent) -> Iterator[Page]:
        yield Page(posts=[post("a"), post("b")], cursor={"n": 1})

    def refused(_: Recent) -> Iterator[Page]:
        raise SourceRefused("No.", what_to_do="Ask.")

    pages: list[Page] = []
    with pytest.raises(SourceRefused, match="No"):
        pages.extend(read_lists([("one", refused), ("two", fine), ("three", fine)], {"old": 1}, remember=5))
    assert [len(page.posts) for page in pages] == [2, 0]
    assert pages[-1].cursor == {"old": 1, "two": {"n": 1}, "three": {"n": 1}}


def test_looking_up_tells_what_is_gone() -> None:
    """So many at once, each name once; none of many is a fault."""
    asked: list[list[str]] = []

    def show(batch: list[str]) -> list[JSON]:
        asked.append(batch)
        return [name for name in batch if name != "b"]

    page = look_up(["a", "b", "a", "c"], 2, show, str, read)
    assert asked == [["a", "b"], ["c"]]
    assert ([one.external_id for one in page.posts], page.gone) == (["a", "c"], ["b"])
    with pytest.raises(SourceBusy, match="None of 4 posts"):
        look_up("abcd", 9, lambda _: ["z"], str, read)
