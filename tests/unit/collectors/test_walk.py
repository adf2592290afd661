"""Walking down lists of the newest: beginning, end, edits, gaps, breaks, and lists that fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from collectors.base import Cursor, Page, RawPost, SourceBusy, SourceRefused
from collectors.walk import Sheet, Walk, follow, numbered, posts_by
from tests.recorded.lists import BEGIN, World, ids, item, newest_first, read, run


def test_the_first_walk_reads_all_and_the_second_what_is_new() -> None:
    """Down to the end, then down to the end of the page with a known one."""
    world = World(newest_first(*range(7)))
    first, cursor, _ = run(world.listing())
    world.items = newest_first(*range(9))
    world.asked.clear()
    second, cursor, pages = run(world.listing(), cursor)
    assert first == ["p6", "p5", "p4", "p3", "p2", "p1", "p0"]
    assert second == ["p8", "p7"]
    assert world.asked == [None]
    assert pages[-1].gap is None
    assert run(world.listing(), cursor)[0] == []


def test_an_edit_among_the_newest_comes_again() -> None:
    """It is known by its content, whether or not its place in the list moved."""
    world = World(newest_first(*range(5)))
    _, cursor, _ = run(world.listing())
    world.items[1] = item(3, text="It flickers no more")
    assert run(world.listing(), cursor)[0] == ["p3"]


def test_a_list_by_change_shows_edits_on_top() -> None:
    """An old post that was edited stands above the known ones, also one that was forgotten long ago."""
    world = World(newest_first(*range(9)))
    listing = world.listing(by_change=True, anchors=2)
    _, cursor, _ = run(listing)
    world.items.insert(0, item(0, text="Edited", edited=100))
    assert run(listing, cursor)[0] == ["p0"]


def test_the_edit_of_an_anchor_hides_nothing() -> None:
    """In a list by time of writing, the time of an edit says nothing about what is below."""
    world = World([item(5, edited=500)])
    _, cursor, _ = run(world.listing())
    world.items = [item(8), item(7), item(6), item(5, edited=500)]
    assert run(world.listing(), cursor)[0] == ["p8", "p7", "p6"]


def test_deleted_anchors_do_not_lose_us() -> None:
    """Where the newest known posts are gone, older known ones end the walk."""
    world = World(newest_first(*range(30)))
    _, cursor, _ = run(world.listing())
    world.items = newest_first(*range(20), 40)
    found, _, pages = run(world.listing(), cursor)
    assert found == ["p40"]
    assert pages[-1].gap is None
    assert len(pages) == 1


def test_since_ends_the_first_walk() -> None:
    """What is older is neither read nor walked to, and is no gap."""
    world = World(newest_first(*range(12)), total=12)
    found, _, pages = run(world.listing(depth="a few"), since=BEGIN + timedelta(minutes=10))
    assert found == ["p11", "p10"]
    assert len(world.asked) == 1
    assert pages[-1].gap is None


def test_a_depth_without_a_known_post_is_a_gap() -> None:
    """A platform that shows only so much may have pushed some out in between."""
    world = World(newest_first(1, 2, 3))
    _, cursor, _ = run(world.listing(depth="the newest 3"))
    world.items = newest_first(7, 8, 9)
    _, _, pages = run(world.listing(depth="the newest 3"), cursor)
    assert "shows only the newest 3" in (pages[-1].gap or "")


def test_a_long_absence_is_a_gap() -> None:
    """A platform that shows a week has dropped what came in the second week before."""
    world = World(newest_first(1), asked_at=0)
    listing = world.listing(days=7, due=None)
    _, cursor, _ = run(listing)
    world.asked_at, world.items = 6 * 86400, []
    _, near, pages = run(listing, cursor)
    assert pages[-1].gap is None
    world.asked_at = 15 * 86400
    _, _, pages = run(listing, near)
    assert pages[-1].gap == "list shows 7 days and was last read 9 days ago."


def test_a_total_that_is_not_reached_is_a_gap() -> None:
    """The shortfall of the first walk is told in numbers; one or two are not worth a word."""
    world = World(newest_first(1, 2), total=40)
    assert run(world.listing())[2][-1].gap == "list showed 2 of the 40 posts that it says there are."
    world.total = 4
    assert run(world.listing())[2][-1].gap is None


def test_a_list_that_goes_in_circles_ends() -> None:
    """By its positions, or by its content where the positions go on for ever."""
    world = World(newest_first(1, 2))
    asked = 0

    def circling(_: Walk) -> Sheet:
        return Sheet(items=world.items, onward="same")

    def counting(_: Walk) -> Sheet:
        nonlocal asked
        asked += 1
        return Sheet(items=world.items, onward=str(asked))

    assert run(world.listing(ask=circling))[0] == ["p2", "p1"]
    assert run(world.listing(ask=counting))[0] == ["p2", "p1"]
    assert asked == 2


def test_a_broken_walk_goes_on_below() -> None:
    """What came on top meanwhile comes with the run after it."""
    world = World(newest_first(*range(9)))
    pages = follow([world.listing()], None, None)
    first = next(pages)
    world.items = newest_first(*range(10))
    rest, cursor, _ = run(world.listing(), json.loads(json.dumps(first.cursor)))
    newest, _, _ = run(world.listing(), cursor)
    assert {*ids([first]), *rest} == {f"p{n}" for n in range(9)}
    assert newest == ["p9"]


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_position_that_is_out_of_date_is_given_up(status: int) -> None:
    """Platforms forget positions; the walk begins at the top again instead of failing for ever."""
    world = World(newest_first(*range(9)))
    first = next(follow([world.listing()], None, None))

    def forgetful(walk: Walk) -> Sheet:
        if walk.position == "3" and world.asked[-1] is not None:
            world.asked.append(None)
            raise SourceRefused("No such position.", what_to_do="", status=status)
        return world.ask(walk)

    world.asked.append("a position")
    rest, _, _ = run(world.listing(ask=forgetful), first.cursor)
    assert rest == [f"p{n}" for n in range(8, -1, -1)]


def test_a_refusal_in_the_middle_of_a_run_is_told() -> None:
    """Only a position of an earlier run can be out of date."""
    world = World(newest_first(*range(9)))

    def refusing(walk: Walk) -> Sheet:
        if walk.position:
            raise SourceRefused("No.", what_to_do="", status=400)
        return world.ask(walk)

    with pytest.raises(SourceRefused):
        run(world.listing(ask=refusing))


def test_nothing_where_there_was_something_is_a_fault() -> None:
    """Except where the platform may show nothing, as one that shows a week only."""
    world = World(newest_first(1))
    _, cursor, _ = run(world.listing())
    world.items = []
    with pytest.raises(SourceBusy, match="Taken as a fault"):
        run(world.listing(), cursor)
    assert run(world.listing(due=None), cursor)[0] == []


def test_an_item_that_cannot_be_read_is_set_aside() -> None:
    """With its place; the neighbours are read."""
    found, _, pages = run(World([item(2), {"id": "x"}, item(1)]).listing())
    assert found == ["p2", "p1"]
    assert [aside.place for aside in pages[0].set_aside] == ["list, page 1, item 2"]


def test_what_hangs_on_an_item_comes_once() -> None:
    """Answers come with the item that is new, and not again when they are met a second time."""
    asked: list[str] = []

    def more(raw: RawPost) -> Page:
        asked.append(str(raw["id"]))
        return Page(posts=[read(item(100))])

    world = World(newest_first(1, 2))
    found, cursor, _ = run(world.listing(read=posts_by(read, more=more)))
    assert found == ["p2", "p100", "p1"]
    run(world.listing(read=posts_by(read, more=more)), cursor)
    assert asked == ["p2", "p1"]


def test_enough_leaves_the_rest_for_the_next_run() -> None:
    """A run that may not ask more ends after its page, and the next one goes on."""
    world = World(newest_first(*range(6)))
    pages = list(follow([world.listing()], None, None, enough=lambda: True))
    assert len(pages) == 1
    assert ids(pages) + run(world.listing(), pages[0].cursor)[0] == [f"p{n}" for n in range(5, -1, -1)]


def test_no_list_waits_for_ever() -> None:
    """A run begins with the list before which the last one ended; all are read in turn, the first as well."""
    listings = [World(newest_first(n)).listing(name=f"list {n}") for n in range(4)]
    cursor: Cursor | None = None
    found: list[str] = []
    for _ in range(5):
        (page,) = follow(listings, cursor, None, enough=lambda: True)
        cursor = page.cursor
        found += ids([page])
    assert found == ["p0", "p1", "p2", "p3"]
    assert cursor is not None
    assert cursor["next"] == "list 1"


def failing(error: Exception) -> Callable[[Walk], Sheet]:
    """A list that cannot be asked."""

    def ask(_: Walk) -> Sheet:
        raise error

    return ask


def test_one_list_that_fails_does_not_keep_us_from_the_others() -> None:
    """They are read, and the error is raised in the end."""
    one, two = World(newest_first(1)), World(newest_first(2))
    broken = two.listing(name="broken", ask=failing(SourceBusy("Trouble.")))
    pages = []
    with pytest.raises(SourceBusy, match="Trouble"):
        pages.extend(follow([broken, one.listing(name="one"), two.listing(name="two")], None, None))
    seen: list[Page] = []
    iterator = follow([broken, one.listing(name="one"), two.listing(name="two")], None, None)
    seen += [next(iterator), next(iterator)]
    assert ids(seen) == ["p1", "p2"]
    assert set(seen[-1].cursor["lists"]) == {"one", "two"}


@pytest.mark.parametrize(
    ("error", "tried"), [(SourceBusy("Slow down.", retry_after=60), 1), (SourceBusy("No answer."), 3)]
)
def test_a_platform_that_does_not_answer_is_left_alone(error: SourceBusy, tried: int) -> None:
    """At once where it asks us to wait, after three lists where nothing answers."""
    asked: list[int] = []

    def ask(_: Walk) -> Sheet:
        asked.append(1)
        raise error

    listings = [World([]).listing(name=f"list {n}", ask=ask) for n in range(5)]
    with pytest.raises(SourceBusy):
        list(follow(listings, None, None))
    assert len(asked) == tried


def test_an_optional_list_may_be_missing_unless_all_are() -> None:
    """A shop in a country where the app is not sold is no error; no shop at all is one."""
    missing = SourceRefused("Nothing here.", what_to_do="Check the id.", status=404)
    one = World(newest_first(1)).listing(name="us", optional=True)
    none = World([]).listing(name="xx", ask=failing(missing), optional=True)
    assert run([none, one])[0] == ["p1"]
    with pytest.raises(SourceRefused, match="Nothing here"):
        run([none])


def test_a_cursor_that_somebody_damaged_begins_anew() -> None:
    """What is not ours in it is not believed."""
    world = World(newest_first(1, 2))
    for cursor in ({"lists": 3}, {"lists": {"list": {"anchors": {"p1": [1]}, "below": [], "asked_at": "x"}}}):
        assert run(world.listing(), json.loads(json.dumps(cursor)))[0] == ["p2", "p1"]


@pytest.mark.parametrize("most", [50, 100])
def test_an_item_deleted_while_we_walk_moves_no_other_past_us(most: int) -> None:
    """Pages by number overlap, so that one deletion before each of them is borne."""
    items = list(range(1000))
    seen: set[int] = set()
    for position in range(1, most // 3 + 1):
        number, size = numbered(str(position), most)
        seen |= {*items[(number - 1) * size : number * size]}
        items.pop(0)
    assert sorted(seen) == list(range(max(seen) + 1))
    assert numbered(None, most) == numbered("x", most) == (1, most)


def test_pages_by_number_leave_nothing_out() -> None:
    """Also where they no longer become smaller."""
    begins = [(number - 1) * size for number, size in (numbered(str(n), 100) for n in range(1, 60))]
    ends = [number * size for number, size in (numbered(str(n), 100) for n in range(1, 60))]
    assert all(begin <= end for begin, end in zip(begins[1:], ends, strict=False))
