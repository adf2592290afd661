"""From what a platform showed to a page: item by item, so that a damaged one costs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from collectors.base import JSON, Page, Post, PostUnreadable, SetAside, SourceBusy

_FEW = 3  # so many posts may really all be gone; of more, none shown is rather the platform's fault
_Item = TypeVar("_Item")


def read_named(read: Callable[[_Item], Post | None], named: Iterable[tuple[str, _Item]]) -> Page:
    """The posts of items, each given with its place. Those for which `read` gives None are passed over, those that it
    cannot read set aside."""
    posts: list[Post] = []
    set_aside: list[SetAside] = []
    for place, item in named:
        try:
            post = read(item)
        except PostUnreadable as unreadable:
            set_aside.append(SetAside(place=place, reason=str(unreadable), raw=unreadable.raw))
            continue
        if post is not None:
            posts.append(post)
    return Page(posts=posts, set_aside=set_aside)


def read_items(read: Callable[[_Item], Post | None], items: Iterable[_Item], where: str) -> Page:
    """As `read_named`, for items that have no name but their number."""
    return read_named(read, ((f"{where}, item {number}", item) for number, item in enumerate(items, start=1)))


def look_up(
    names: Iterable[str],
    at_once: int,
    show: Callable[[list[str]], list[JSON]],
    name_of: Callable[[JSON], str],
    read: Callable[[JSON], Post | None],
) -> Page:
    """Posts by their ids, so many at once; those that are not among what the platform shows are gone.

    Raises SourceBusy where it shows none of many, which is rather its fault than their deletion.
    """
    wanted = list(dict.fromkeys(names))
    found: list[JSON] = []
    gone: list[str] = []
    for start in range(0, len(wanted), at_once):
        batch = wanted[start : start + at_once]
        items = show(batch)
        met = {name_of(item) for item in items}
        if not met & {*batch}:
            none_of(len(batch))
        found += items
        gone += [name for name in batch if name not in met]
    return replace(read_items(read, found, "look-up"), gone=gone)


def none_of(asked: int) -> None:
    """Raise SourceBusy where so many posts were asked for and none is there: a fault, and not their deletion."""
    if asked > _FEW:
        raise SourceBusy(f"None of {asked} posts is shown. Taken as a fault, not as their deletion.")


def joined(pages: Iterable[Page]) -> Page:
    """The posts of several pages, what was set aside, and what is gone, in one."""
    parts = list(pages)
    return Page(
        posts=[post for page in parts for post in page.posts],
        set_aside=[aside for page in parts for aside in page.set_aside],
        gone=[name for page in parts for name in page.gone],
    )


def weighty(pages: Iterable[Page]) -> Iterator[Page]:
    """The pages that bring something and, where the last ones bring nothing, one that says where to go on.

    For kinds of several lists, whose cursors hold all of them: who stops after one page has got on in any case.
    """
    quiet: Page | None = None
    for page in pages:
        if page.posts or page.set_aside or page.gone or page.gap:
            yield page
            quiet = None
        elif quiet is None or not page.not_modified:
            quiet = page
    if quiet is not None:
        yield quiet
