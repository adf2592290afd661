"""Lists that are read again below the newest known post, or climbed from a known one upwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from collectors.walk import Listing, Sheet, Walk, follow, posts_by
from tests.recorded.lists import World, ids, item, newest_first, read, run


def test_an_overlap_is_read_again_each_time() -> None:
    """Posts that come late among the known ones are met, and known ones do not end the walk before it."""
    world = World(newest_first(*range(0, 30, 2)))
    listing = world.listing(overlap=timedelta(minutes=9))
    _, cursor, _ = run(listing)
    world.items = [*newest_first(*range(20, 32), *range(0, 20, 2))]
    world.items[4] = item(27, text="late")
    found, cursor, pages = run(listing, cursor)
    assert found == ["p31", "p30", "p29", "p27", "p25", "p23", "p21"]
    assert pages[-1].gap is None
    assert run(listing, cursor)[0] == []


def test_what_is_pinned_does_not_end_the_walk() -> None:
    """It stands on top for another reason than its time."""
    world = World([item(0), *newest_first(7, 8, 9)])
    read_list = posts_by(read, stands=lambda raw: None if raw["at"] == 0 else read(raw).created_at)
    listing = world.listing(read=read_list, overlap=timedelta(minutes=3))
    _, cursor, _ = run(listing)
    world.items[1:1] = newest_first(*range(10, 18))
    assert run(listing, cursor)[0] == [f"p{n}" for n in range(17, 9, -1)]


def test_a_time_to_come_does_not_make_all_others_old() -> None:
    """An author's clock that is wrong by years."""
    far = 1_000_000_000
    world = World([item(far), *newest_first(1, 2)])
    listing = world.listing(overlap=timedelta(hours=1))
    first, cursor, _ = run(listing)
    assert first == [f"p{far}", "p2", "p1"]
    newest = max(anchor[0] for anchor in cursor["lists"]["list"]["anchors"].values())
    assert newest <= datetime.now(UTC).timestamp()


def test_the_backlog_ends_the_first_walk_only() -> None:
    """After so many items; what lies below is not a gap."""
    world = World(newest_first(*range(12)), total=12)
    listing = world.listing(backlog=5, overlap=timedelta(minutes=2))
    first, cursor, pages = run(listing)
    assert (len(first), pages[-1].gap) == (6, None)
    world.items = newest_first(*range(30))
    assert len(run(listing, cursor)[0]) == 18


def test_an_empty_answer_is_doubted() -> None:
    """It is asked for again, after longer and longer pauses, where the total says that more is due."""
    pauses: list[float] = []
    world = World(newest_first(*range(6)), total=6)
    empty = 2

    def moody(walk: Walk) -> Sheet:
        nonlocal empty
        if walk.position == "3" and empty:
            empty -= 1
            return Sheet(items=[], onward=None, total=6)
        return world.ask(walk)

    assert len(run(world.listing(ask=moody, doubts=5, pause=pauses.append))[0]) == 6
    assert pauses == [1.0, 2.0]


def age(name: str) -> tuple[int, str]:
    """Longer names are newer."""
    return len(name), name


def climbing(world: World, **chosen: object) -> Listing:
    """A list that is climbed from a known post on: the items with greater ids, oldest first, four a page."""

    def ask(walk: Walk) -> Sheet:
        if not walk.climbs:
            return world.ask(walk)
        above = sorted(
            (one for one in world.items if age(str(one["id"])) > age(walk.position or "")),
            key=lambda one: age(str(one["id"])),
        )
        return Sheet(items=above[:4], onward=str(above[3]["id"]) if len(above) > 4 else None)

    return world.listing(ask=ask, climb=age, overlap=timedelta(days=9), **chosen)


def test_a_list_is_climbed_from_what_is_known() -> None:
    """Each page can be gone on from, and nothing is missing below it."""
    world = World(newest_first(*range(10, 20)))
    _, cursor, _ = run(climbing(world))
    world.items = newest_first(*range(10, 60))
    first, *_ = follow([climbing(world)], cursor, None)
    rest, cursor, _ = run(climbing(world), json.loads(json.dumps(first.cursor)))
    assert sorted([*ids([first]), *rest]) == [f"p{n}" for n in range(20, 60)]
    assert run(climbing(world), cursor)[0] == []


def test_what_a_complete_list_does_not_show_again_is_gone() -> None:
    """Unless nothing is shown at all: that is a gap, not the deletion of everything."""
    world = World(newest_first(*range(10, 30)))
    _, cursor, _ = run(climbing(world, complete=True))
    world.items = newest_first(*range(10, 20), *range(21, 30))
    _, after, pages = run(climbing(world, complete=True), cursor)
    assert [name for page in pages for name in page.gone] == ["p20"]
    assert "p20" not in after["lists"]["list"]["anchors"]
    world.items = []
    _, _, pages = run(climbing(world, complete=True), cursor)
    assert not pages[-1].gone
    assert pages[-1].gap == "None of the posts known from list is shown any more."
