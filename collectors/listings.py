"""Reading the lists of a source: one after the other, each from what is known of it, page by page, item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import count

from collectors.base import JSON, Cursor, Page, Post, PostUnreadable, SetAside, SourceBusy, SourceRefused
from collectors.recent import Recent, state_of

Walk = Callable[[Recent], Iterator[Page]]
"""Reads one list. A page's cursor is the list's own, given where everything down to what was known is handed over."""


def read_lists(walks: Iterable[tuple[str, Walk]], cursor: Cursor | None, *, remember: int) -> Iterator[Page]:
    """The pages of all lists, with the cursor of the source; `remember` items of each are known the next time.

    A post that stands in two lists comes once. A list that is refused does not keep the others from being read.

    Raises what the walks raise; SourceRefused in the end.
    """
    reached: Cursor = dict(cursor or {})
    handed: set[tuple[str, str]] = set()
    refused: SourceRefused | None = None
    for name, walk in walks:
        try:
            for page in walk(Recent(reached.get(name), most=remember)):
                posts = [post for post in page.posts if (post.external_id, state_of(post)) not in handed]
                handed |= {(post.external_id, state_of(post)) for post in posts}
                if page.cursor is not None:
                    reached = {**reached, name: page.cursor}
                yield replace(page, posts=posts, cursor=None if page.cursor is None else reached)
        except SourceRefused as error:
            refused = refused or error
    if refused is not None:
        raise refused


def walk_down(
    name: str,
    recent: Recent,
    ask: Callable[[str], tuple[list[JSON], str]],
    read: Callable[[list[JSON], str], Page],
    enough: Callable[[list[JSON], int], bool],
    *,
    due: int = 0,
) -> Iterator[Page]:
    """One list from its newest item down, to its end or until it comes again; the last page stands.

    `ask` gives the items at a position ("" at the top) and where the next ones are ("" at the end); `read` makes a page
    of items and their place in words; `enough` is told the items of a page and how many were seen so far.

    Raises SourceBusy where the list is empty although `due` known items, more than three, should stand in it.
    """
    position, seen = "", 0
    visited: set[str] = set()
    for number in count(1):
        items, onward = ask(position)
        if number == 1 and not items and due > 3:
            raise SourceBusy(f"{name} shows nothing, though there was something. Taken as a fault.")
        page = read(items, f"{name}, page {number}")
        seen += len(items)
        content = blake2b(repr(items).encode("utf-8", "replace")).hexdigest()
        again = content in visited or onward in visited
        visited |= {position, content}
        done = enough(items, seen)
        over = done or again or not items or not onward
        lost = over and not done and number > 2 and recent.known and not recent.met
        yield replace(
            page,
            cursor=recent.stored() if over else None,
            gap=f"{name} ended after {seen} items, before a known one was met." if lost else None,
        )
        if over:
            return
        position = onward


def walk_up(
    name: str,
    recent: Recent,
    expected: Sequence[str],
    ask: Callable[[str], tuple[list[JSON], str]],
    read: Callable[[list[JSON], str], Page],
    *,
    complete: bool = False,
) -> Iterator[Page]:
    """One list from a known item upwards, so that nothing is lost between; each page stands.

    `expected` are the known items from the oldest on: the first is where the walk begins, the others should come again.
    Where the list is `complete`, those that do not are gone.
    """
    position = expected[0]
    visited: set[str] = set()
    for number in count(1):
        visited.add(position)
        items, position = ask(position)
        page = read(items, f"{name}, page {number}")
        over = not items or not position or position in visited
        unmet = [item for item in expected[1:] if item not in recent.met] if over else []
        lost = len(unmet) > 10 and len(unmet) == len(expected) - 1
        gone = unmet if complete and not lost else []
        recent.forget(gone)
        yield replace(
            page,
            gone=[*page.gone, *gone],
            cursor=recent.stored(),
            gap=f"None of the posts known from {name} is shown any more." if lost else None,
        )
        if over:
            return


def read_items(items: Iterable[JSON], place: str, read: Callable[[JSON], Post | None]) -> Page:
    """The posts of items; those for which `read` gives None are passed over, those that it cannot read set aside."""
    posts: list[Post] = []
    set_aside: list[SetAside] = []
    for number, item in enumerate(items, start=1):
        try:
            post = read(item)
        except PostUnreadable as unreadable:
            set_aside.append(SetAside(place=f"{place}, item {number}", reason=str(unreadable), raw=unreadable.raw))
            continue
        if post is not None:
            posts.append(post)
    return Page(posts=posts, set_aside=set_aside)


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
        if len(batch) > 3 and not met & {*batch}:
            raise SourceBusy(f"None of {len(batch)} posts is shown. Taken as a fault, not as their deletion.")
        found += items
        gone += [name for name in batch if name not in met]
    return replace(read_items(found, "look-up", read), gone=gone)
