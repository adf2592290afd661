"""Feeds: what an entry becomes, what counts as new, and what each sort of damage is called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import Cursor, Page, PostKind, SourceBusy, SourceRefused
from collectors.feed import Feed, FeedOptions
from collectors.net import Net
from tests.recorded import platforms
from tests.recorded.platforms import BEGIN, rss
from tests.recorded.web import Reply, Web, serve


@contextmanager
def listening(
    body: bytes | str, content_type: str = "application/xml", **options: object
) -> Iterator[tuple[Feed, Web]]:
    """A collector of a feed with this body, and the server that sends it."""
    chosen = FeedOptions.model_validate({"url": "https://blog.example/feed.xml", **options})
    world = platforms.Feed(body if isinstance(body, bytes) else body.encode(), content_type)
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        yield Feed(chosen, net), web


def poll(feed: Feed, cursor: Cursor | None = None, since: datetime | None = None) -> tuple[Page, Cursor | None]:
    """The page of one poll and the cursor to store."""
    (page,) = feed.pages(cursor, since=since)
    return page, json.loads(json.dumps(page.cursor, sort_keys=True)) if page.cursor else cursor


def atom(*entries: str) -> str:
    """An Atom feed with these entries."""
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pt-br"><title>Blog</title>{"".join(entries)}</feed>'


def test_an_entry_becomes_a_post() -> None:
    """Text without markup and script, time, author without e-mail, language, link."""
    with listening(rss([7]), product="Lantern", kind="comment") as (feed, _):
        page, _ = poll(feed)
    (post,) = page.posts
    assert post.external_id == post.url == "https://blog.example/7"
    assert (post.title, post.text) == ("Пост 7 & more", "The lamp 7 flickers.")
    assert post.created_at == datetime.fromtimestamp(BEGIN + 420, UTC)
    assert post.author is not None
    assert post.author.name == "Ana 7"
    assert post.author.verified_email is None
    assert post.language == "en-US"
    assert (post.kind, post.product) == (PostKind.COMMENT, "Lantern")


def test_atom_content_is_preferred_to_its_summary() -> None:
    """The longer of content and summary is the text; an update after publication is an edit."""
    entry = (
        "<entry><id>tag:1</id><title type='html'>A &amp;lt;b&amp;gt;</title><summary>Short</summary>"
        "<content type='html'>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;amp; three&lt;/p&gt;</content>"
        "<published>2026-10-01T10:00:00+02:00</published><updated>2026-10-02T10:00:00Z</updated>"
        "<author><name>Bo</name><uri>javascript:alert(1)</uri></author><link href='javascript:alert(1)'/></entry>"
    )
    with listening(atom(entry)) as (feed, _):
        page, _ = poll(feed)
    (post,) = page.posts
    assert post.text == "One\n\nTwo & three"
    assert post.created_at == datetime(2026, 10, 1, 8, tzinfo=UTC)
    assert post.edited_at == datetime(2026, 10, 2, 10, tzinfo=UTC)
    assert post.language == "pt-BR"
    assert post.url is None
    assert post.author is not None
    assert post.author.url is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "iso-8859-5", "koi8-r"])
def test_encodings_are_read(encoding: str) -> None:
    """The encoding that the XML names is used."""
    with listening(rss([1], encoding=encoding)) as (feed, _):
        page, _ = poll(feed)
    assert page.posts[0].title == "Пост 1 & more"


def test_the_encoding_of_the_header_is_used() -> None:
    """A feed whose encoding only the HTTP header names."""
    body = rss([1], encoding="windows-1251").replace(b'encoding="windows-1251"', b"")
    with listening(body, "application/rss+xml; charset=windows-1251") as (feed, _):
        page, _ = poll(feed)
    assert page.posts[0].title == "Пост 1 & more"


def test_a_second_poll_is_conditional() -> None:
    """The tag goes back, 304 is "nothing new" and leaves the cursor alone."""
    with listening(rss([1, 2])) as (feed, web):
        page, cursor = poll(feed)
        again, _ = poll(feed, cursor)
    assert len(page.posts) == 2
    assert web.asked[1].headers["if-none-match"].startswith('"')
    assert again.not_modified
    assert again.cursor is None


def test_new_and_edited_entries_come_again_and_others_do_not() -> None:
    """Of three known entries one was edited and one is new."""
    with listening(rss([1, 2, 3])) as (feed, web):
        _, cursor = poll(feed)
        web.answering = platforms.Feed(rss([2, 3, 4], edited=3))
        page, cursor = poll(feed, cursor)
    assert [post.external_id[-1] for post in page.posts] == ["4", "3"]
    assert "again" in page.posts[1].text
    assert page.gap is None


def test_no_overlap_with_the_last_poll_is_a_gap() -> None:
    """When all known entries have left the window, some in between may be missing."""
    with listening(rss([1, 2])) as (feed, web):
        _, cursor = poll(feed)
        web.answering = platforms.Feed(rss([8, 9]))
        page, _ = poll(feed, cursor)
    assert len(page.posts) == 2
    assert "Listen more often" in (page.gap or "")


def test_an_empty_feed_after_a_full_one_is_a_fault() -> None:
    """It is busy, not calm; a feed that was always empty is fine."""
    with listening(rss([])) as (feed, web):
        page, cursor = poll(feed)
        assert page.posts == []
        web.answering = platforms.Feed(rss([1]))
        _, cursor = poll(feed, cursor)
        web.answering = platforms.Feed(rss([]))
        with pytest.raises(SourceBusy, match="is empty, though it had entries"):
            poll(feed, cursor)


def test_since_leaves_out_older_entries_at_the_first_poll() -> None:
    """Entries from before are not read, and do not come later either."""
    with listening(rss([1, 2, 3])) as (feed, web):
        page, cursor = poll(feed, since=datetime.fromtimestamp(BEGIN + 180, UTC))
        web.answering = platforms.Feed(rss([1, 2, 3, 4]))
        later, _ = poll(feed, cursor)
    assert [post.external_id[-1] for post in page.posts] == ["3"]
    assert [post.external_id[-1] for post in later.posts] == ["4"]


def test_entries_without_an_id_have_a_stable_one() -> None:
    """The link stands in, and where entries share it or have none, a hash that is the same at each poll."""
    entries = (
        "<entry><title>One</title><link href='https://b.example/same'/><updated>2026-10-01T10:00:00Z</updated></entry>"
        "<entry><title>Two</title><link href='https://b.example/same'/><updated>2026-10-01T10:00:00Z</updated></entry>"
        "<entry><title>Three</title><link href='https://b.example/own'/><updated>2026-10-01T10:00:00Z</updated></entry>"
        "<entry><title>Four</title><updated>2026-10-01T10:00:00Z</updated></entry>"
    )
    with listening(atom(entries)) as (feed, _):
        first, _ = poll(feed)
        second, _ = poll(feed)
    ids = [post.external_id for post in first.posts]
    assert ids[2] == "https://b.example/own"
    assert len(set(ids)) == 4
    assert ids == [post.external_id for post in second.posts]


def test_bad_entries_are_set_aside_with_their_place() -> None:
    """An entry without words and one with an impossible date; their neighbours are read."""
    body = rss([1, 2, 3]).replace(b"<title>\xd0\x9f\xd0\xbe\xd1\x81\xd1\x82 2 &amp; more</title>", b"")
    start, middle, end = body.partition(b"<guid>https://blog.example/2</guid>")
    end = end.replace(end[end.index(b"<description>") : end.index(b"</description>") + 14], b"", 1)
    body = (start + middle + end).replace(b"2026", b"wann", 1)
    with listening(body) as (feed, _):
        page, _ = poll(feed)
    assert [post.external_id[-1] for post in page.posts] == ["1"]
    assert [item.place for item in page.set_aside] == [
        "https://blog.example/feed.xml, entry 1",
        "https://blog.example/feed.xml, entry 2",
    ]
    assert "no date" in page.set_aside[0].reason
    assert "neither a text nor a title" in page.set_aside[1].reason


def test_an_entry_without_a_date_has_the_day_it_was_fetched() -> None:
    """The time that the server stated when it sent the feed, kept with the payload."""
    with listening(atom("<entry><id>1</id><title>One</title></entry>")) as (feed, _):
        page, _ = poll(feed)
    (post,) = page.posts
    assert post.created_at.isoformat() == post.raw["seen_at"]
    assert feed.parse(post.raw).created_at == post.created_at


def test_a_feed_that_breaks_off_is_read_up_to_there() -> None:
    """The last entry is set aside and the tags are forgotten, so that the next poll gets the whole."""
    whole = rss([1, 2, 3])
    with listening(whole[: whole.rindex(b"flickers")]) as (feed, web):
        page, cursor = poll(feed)
        web.answering = platforms.Feed(whole)
        later, _ = poll(feed, cursor)
    assert [post.external_id[-1] for post in page.posts] == ["3", "2"]
    assert "breaks off" in page.set_aside[0].reason
    assert page.cursor is not None
    assert page.cursor["etag"] is None
    assert [post.external_id[-1] for post in later.posts] == ["1"]


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (
            "<!doctype html><html><link rel=alternate type='application/rss+xml' href='/real.xml'>",
            SourceRefused,
            "real.xml",
        ),
        ("<!doctype html><html><p>Hello", SourceRefused, "is a web page, not a feed"),
        ('{"version": "1.0", "items": []}', SourceRefused, "is not an RSS, Atom or JSON feed"),
        ("[1, 2]", SourceRefused, "is not an RSS, Atom or JSON feed"),
        ('{"a": ' * 50_000 + "1" + "}" * 50_000, SourceRefused, "is not an RSS, Atom or JSON feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "con', SourceBusy, "cut off or damaged"),
        ("<?xml version='1.0'?><rss version='2.0'><channel><title>Bl", SourceBusy, "before its first entry"),
        ("", SourceBusy, "empty answer"),
        ("   \n ", SourceBusy, "empty answer"),
    ],
)
def test_what_is_no_feed_is_told_apart(body: str, error: type[Exception], words: str) -> None:
    """A web page (with the feed that it names), other data, a cut-off feed and nothing at all."""
    with listening(body, "text/html") as (feed, _), pytest.raises(error, match=words):
        poll(feed)


def test_a_json_feed_is_read() -> None:
    """Words, times, authors of the item or the feed; ids that are numbers; a bad date costs its own item alone."""
    items = [
        {"id": 1, "url": "https://b.example/1", "title": "One", "content_html": "<p>It <b>flickers</b></p>",
         "date_published": "2026-10-01T10:00:00+02:00", "date_modified": "2026-10-02T10:00:00Z",
         "authors": [{"name": "Ana", "url": "https://b.example/ana"}], "language": "de-DE"},
        {"id": "2", "external_url": "https://c.example/2", "content_text": "a < b\nand c", "summary": "Short",
         "date_published": "2026-10-01T10:00:00"},
        {"id": "3", "content_text": "x", "date_published": "soon"}, {"id": "4"}, "nonsense",
    ]  # fmt: skip
    whole = {"version": "https://jsonfeed.org/version/1.1", "title": "Blog", "items": items, "author": {"name": "Bo"}}
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        body = json.dumps({**whole, "language": "en"}, ensure_ascii=False).encode(encoding)
        with listening(body, "application/feed+json") as (feed, _):
            page, _ = poll(feed)
        first, second = page.posts
        assert (first.external_id, first.url, first.title) == ("1", "https://b.example/1", "One")
        assert (first.text, first.language) == ("It flickers", "de-DE")
        assert first.created_at == datetime(2026, 10, 1, 8, tzinfo=UTC)
        assert first.edited_at == datetime(2026, 10, 2, 10, tzinfo=UTC)
        assert first.author is not None
        assert (first.author.name, first.author.url) == ("Ana", "https://b.example/ana")
        assert (second.url, second.text, second.language) == ("https://c.example/2", "a < b\nand c", "en")
        assert second.author is not None
        assert second.author.name == "Bo"
        assert [item.place[-7:] for item in page.set_aside] == ["entry 3", "entry 4"]


def test_months_of_other_languages_are_read() -> None:
    """Publishers write them though the standard knows English alone."""
    for date in ("gio, 01 ott 2026 10:00:00 +0000", "jeu., 01 oct. 2026 10:00:00 GMT", "Do, 01 Okt 2026 10:00:00 GMT"):
        item = f"<item><guid>1</guid><title>One</title><pubDate>{date}</pubDate></item>"
        with listening(f"<rss version='2.0'><channel>{item}</channel></rss>") as (feed, _):
            page, _ = poll(feed)
        assert [post.created_at for post in page.posts] == [datetime(2026, 10, 1, 10, tzinfo=UTC)]


def test_a_known_feed_that_sends_a_page_is_busy() -> None:
    """Once it was read as a feed, a web page in its place is a passing trouble."""
    with listening(rss([1])) as (feed, web):
        _, cursor = poll(feed)
        web.answering = lambda _: Reply(
            "<!doctype html><title>Maintenance</title>", headers={"Content-Type": "text/html"}
        )
        with pytest.raises(SourceBusy, match="web page"):
            poll(feed, cursor)


def test_entities_do_not_read_files() -> None:
    """An external entity in the feed is not resolved."""
    entity = "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel>"
    item = "<item><guid>1</guid><title>a&x;b</title><pubDate>Thu, 01 Oct 2026 10:00:00 GMT</pubDate></item>"
    body = f"{entity}{item}</channel></rss>"
    with listening(body) as (feed, _):
        page, _ = poll(feed)
    assert "root:" not in json.dumps([post.raw for post in page.posts])


@pytest.mark.shared
def test_recorded_feeds_are_read(shared_folder: Path) -> None:
    """Every recorded feed is read, or told apart as damaged; whole feeds of publishers lose no entry."""
    found = [path for path in sorted((shared_folder / "payloads" / "rss_atom").glob("*/*")) if path.is_file()]
    assert len(found) > 40
    damaged = []
    for path in found:
        with listening(path.read_bytes()) as (feed, _):
            try:
                page, _ = poll(feed)
            except SourceBusy:
                damaged.append(path.name)
                continue
        if not path.name.startswith("feedparser"):  # those hold one odd entry each
            assert page.posts, path.name
            assert len(page.set_aside) <= 1, path.name
        for post in page.posts:
            assert feed.parse(json.loads(json.dumps(post.raw))) == post
    assert len(damaged) <= 3


@pytest.mark.parametrize("reference", ["&#x110000;", "&#1114112;", "&#xFFFFFFFFFF;"])
def test_a_reference_to_no_character_costs_that_sign_alone(reference: str) -> None:
    """The parser of feeds breaks down over it; the entry does not."""
    entry = "<entry><id>1</id><title>A{}b &#x1F4A1;</title><updated>2026-09-21T10:00:00Z</updated></entry>"
    with listening(atom(entry.format(reference))) as (feed, _):
        (post,) = poll(feed)[0].posts
    assert post.text == "A\N{REPLACEMENT CHARACTER}b 💡"


@pytest.mark.parametrize(
    "encoding", ["hex", "zlib", "idna", "punycode", "rot13", "unicode_escape", "utf-7", "nonsense"]
)
def test_a_feed_that_names_an_odd_encoding_is_read_or_damaged(encoding: str) -> None:
    """What Python knows by such names is no encoding of texts."""
    body = rss([1]).replace(b'encoding="utf-8"', f'encoding="{encoding}"'.encode())
    with listening(body) as (feed, _), suppress(SourceBusy):
        assert poll(feed)[0].posts
