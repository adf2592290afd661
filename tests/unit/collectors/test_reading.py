"""Items to pages: what is read, passed over, set aside, and gone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Page, Post, PostKind, PostUnreadable, SourceBusy
from collectors.reading import joined, look_up, none_of, read_items, weighty

THEN = datetime(2026, 9, 21, tzinfo=UTC)


def read(item: JSON) -> Post | None:
    """Items are names; "-" is not for us, and a number is damaged."""
    if not isinstance(item, str):
        raise PostUnreadable("It is no name.", raw=str(item))
    if item == "-":
        return None
    return Post(kind=PostKind.POST, external_id=item, url=None, text="x", created_at=THEN, raw={})


def test_items_are_read_passed_over_or_set_aside() -> None:
    """Each with its place."""
    page = read_items(read, ["a", "-", 5, "b"], "page 1")
    assert [one.external_id for one in page.posts] == ["a", "b"]
    assert [(aside.place, aside.raw) for aside in page.set_aside] == [("page 1, item 3", "5")]


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


def test_a_few_may_really_all_be_gone() -> None:
    """Three are believed; more are not."""
    none_of(3)
    with pytest.raises(SourceBusy, match="None of 4 posts is shown"):
        none_of(4)


def test_pages_are_joined() -> None:
    """All of each, in order."""
    page = joined([read_items(read, ["a", 1], "one"), Page(gone=["g"]), read_items(read, ["b"], "two")])
    assert [one.external_id for one in page.posts] == ["a", "b"]
    assert [aside.place for aside in page.set_aside] == ["one, item 2"]
    assert page.gone == ["g"]


def test_quiet_pages_wait_for_one_that_brings_something() -> None:
    """The last quiet one stands where nothing comes; "not modified" gives way to one that says where to go on."""
    loud = read_items(read, ["a"], "one")
    quiet, same = Page(cursor={"n": 1}), Page(not_modified=True)
    assert list(weighty([quiet, loud])) == [loud]
    assert list(weighty([loud, quiet, same])) == [loud, quiet]
    assert list(weighty([same])) == [same]
