"""A digest as a file: true to its numbers, safe with hostile words, and asking for nothing from anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from parsel import Selector

from service.digest import html, palette, pictures, words
from service.digest.links import Links
from service.digest.losses import not_seen
from service.digest.sentences import about_storm, what_changed
from service.domain.bursts import Burst
from service.domain.digest import (
    Changes,
    Compared,
    DayMood,
    Digest,
    IssueLine,
    NotSeen,
    Quote,
    SourceTrouble,
    Storm,
    Sureness,
)
from service.domain.issues import IssueState
from service.domain.metrics import Mood
from service.domain.periods import Period, choose
from service.domain.sources import SourceState

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Period(since=datetime(2026, 3, 9, tzinfo=BERLIN), until=datetime(2026, 3, 16, tzinfo=BERLIN), zone=BERLIN)
HOSTILE = "</blockquote><script>alert(1)</script><img src=https://evil.example/x.gif onerror=alert(2)>"
PAGES = "https://earful.example.org"


def a_line(**changed: Any) -> IssueLine:
    """A rising issue of many people and few customers."""
    usual = IssueLine(
        number=3,
        title="Crash on load",
        state=IssueState.RISING,
        reason="3 times as many as last week (27 against 8)",
        product="Ironwake",
        posts=27,
        posts_before=8,
        people=26,
        without_record=16,
        customers=9,
        value=Decimal("1041.10"),
        posts_ever=40,
        first_at=datetime(2026, 2, 20, tzinfo=UTC),
        languages=("en", "de", "fr", "es", "pt"),
        sources=("Steam reviews", "reddit", "forum"),
        versions=("2.3.1",),
    )
    return replace(usual, **changed)


def a_digest(**changed: Any) -> Digest:
    """A week with one issue."""
    line = a_line()
    usual = Digest(
        company="Tallow & Finch",
        currency="EUR",
        team=None,
        topics=(),
        period=WEEK,
        made_at=datetime(2026, 3, 16, 8, 0, tzinfo=UTC),
        mood=Mood(negative=60, mixed=5, neutral=15, positive=20, unread=4),
        before=Mood(negative=30, neutral=40, positive=30),
        days=tuple(
            DayMood(day=date(2026, 3, 2) + timedelta(days=at), mood=Mood(negative=at, positive=3), within=at >= 7)
            for at in range(14)
        ),
        by_value=(line,),
        by_people=(line,),
        changes=Changes(rising=(line,)),
        issues_heard=1,
        value_heard=Decimal("1041.10"),
        customers_heard=9,
        reporting=50,
        ungrouped=23,
        by_topic=(Compared(name="save_games", title="save games", mood=Mood(negative=3, positive=4), before=Mood()),),
        by_source=(),
        by_product=(),
        languages=(("en", 90), ("de", 14)),
        storms=(),
        not_seen=NotSeen(
            sources=(),
            switched_off=(),
            not_understood=0,
            why_not="",
            unread=0,
            spam=0,
            removed=0,
            late=0,
            afterwards=0,
            without_topic=0,
        ),
        sureness=Sureness(sure=90, guessed=10, models=("m-1",)),
    )
    return replace(usual, **changed)


def said(sentences: Sequence[Any]) -> list[str]:
    """Sentences as plain text."""
    return ["".join(piece.text for piece in sentence) for sentence in sentences]


def links_of(digest: Digest) -> Links:
    """Links to some pages."""
    return Links(PAGES, digest)


def test_three_sentences() -> None:
    """How much, what moved, who is touched."""
    digest = a_digest()

    assert said(what_changed(digest, links_of(digest))) == [
        "People wrote 104 posts, about as many as in the week before (100); 60 % are negative, up from 30 %.",
        "“Crash on load” is rising: 27 posts after 8 in the week before, by 26 people.",
        "9 customers wrote about issues, and bought for 1,041 € so far; 1,041 € of it by the 9 behind “Crash on load”.",
    ]


def test_a_silent_week_is_called_silent() -> None:
    """No share of nothing, no ranking of nothing."""
    digest = a_digest(mood=Mood(), by_value=(), by_people=(), changes=Changes())

    first, second, _ = said(what_changed(digest, links_of(digest)))

    assert first == "We saw no post of this time; 100 posts in the week before."
    assert second == "No issue was written about."


def test_a_difference_that_may_be_chance_is_not_made_news() -> None:
    """Seven of twelve after three of ten: a count, and no arrow."""
    digest = a_digest(mood=Mood(negative=7, positive=5), before=Mood(negative=3, positive=7))

    assert said(what_changed(digest, links_of(digest)))[0] == (
        "People wrote 12 posts, about as many as in the week before (10); 7 of 12 are negative, "
        "3 of 10 before, which may be chance."
    )


def test_a_burst_is_told_with_what_is_known_of_it() -> None:
    """How many, where, how fast, against what is usual, about what; its number opens exactly its posts."""
    burst = Burst(
        source_id=1,
        product="Lantern Hollow",
        first_at=datetime(2026, 3, 10, 8, 0, tzinfo=UTC),
        last_at=datetime(2026, 3, 11, 14, 30, tzinfo=UTC),
        posts=33,
        usual=2.5,
        defects=0,
        typical_length=44,
        topic="pricing",
        about_topic=31,
    )
    storm = Storm(burst=burst, source="steam-lh", place="Steam reviews", otherwise=Mood(negative=27, positive=40))
    digest = a_digest(storms=(storm,))

    (sentence,) = said([about_storm(storm, digest, links_of(digest))])
    query = parse_qs(urlsplit(str(about_storm(storm, digest, links_of(digest))[0].href)).query)

    assert sentence == (
        "33 negative posts about Lantern Hollow (Steam reviews) came within 31 hours (10 and 11 March), 13 times the "
        "usual number. 31 are about pricing; none of them reports a bug, and half of them have at most 44 characters. "
        "Without them, 40 % of what people wrote would be negative."
    )
    assert query["source"] == ["steam-lh"]
    assert query["since"] == ["2026-03-10T09:00:00+01:00"]
    assert query["until"] == ["2026-03-11T15:30:00.000001+01:00"]


def test_hostile_words_stay_words() -> None:
    """Titles, quotes, products and reasons come from outside: none of them becomes markup."""
    quote = Quote(
        post_id=7,
        text=HOSTILE,
        language='en" onmouseover="alert(3)',
        source=HOSTILE,
        written_at=datetime(2026, 3, 10, tzinfo=UTC),
        author=HOSTILE,
        original="https://forum.example.org/?a=<b>",
    )
    line = a_line(title=HOSTILE, product=HOSTILE, versions=(HOSTILE,), reason=HOSTILE, quote=quote)
    trouble = SourceTrouble(
        name="a/b?c",
        title=HOSTILE,
        state=SourceState.REFUSED,
        reason=HOSTILE,
        next_due_at=WEEK.until,
        runs=2,
        failed_runs=1,
        gaps=(HOSTILE,),
        set_aside=1,
        set_aside_reason=HOSTILE,
        collected=1,
        platform_total=2,
        quiet_since=None,
        usual_quiet_hours=None,
        first_heard_at=None,
    )
    digest = a_digest(
        by_value=(line,),
        by_people=(line,),
        changes=Changes(returned=(line,)),
        not_seen=replace(a_digest().not_seen, sources=(trouble,), why_not=HOSTILE, not_understood=1),
    )

    page = Selector(html.document(digest, page_url=PAGES))

    assert not page.css("script, iframe, object, embed, form, base, link")
    assert {image.attrib["src"].split(",")[0] for image in page.css("img")} == {"data:image/png;base64"}
    assert not [name for tag in page.css("*") for name in tag.attrib if name.startswith("on")]
    assert page.css("blockquote::text").get() == HOSTILE


def test_the_file_asks_for_nothing_and_leads_to_our_pages() -> None:
    """No picture, font, style or script from elsewhere; beside our pages, only a quote's original is linked."""
    line = a_line(quote=_a_quote(7))
    file = html.document(a_digest(by_people=(line,), by_value=()), page_url=PAGES)
    page = Selector(file)

    fetched = [*page.css("img::attr(src)").getall(), *page.css("source::attr(srcset)").getall()]
    assert fetched
    assert all(address.startswith("data:") for address in fetched)
    assert not re.search(r"url\(|@import", re.sub(r'"data:[^"]*"', "", file))
    hosts = {urlsplit(href)[:2] for href in page.css("a:not([rel])::attr(href)").getall()}
    assert hosts == {("https", "earful.example.org")}
    assert page.css("a[rel='noopener noreferrer']::attr(href)").getall() == ["https://forum.example.org/7"]


def test_the_file_is_small_without_its_pictures() -> None:
    """Mail clients cut what is larger than a hundred kilobytes."""
    lines = tuple(a_line(number=at, quote=_a_quote(at)) for at in range(5))
    compared = tuple(
        Compared(name=f"s{at}", title=f"Source {at}", mood=Mood(negative=5), before=Mood()) for at in range(12)
    )
    digest = a_digest(
        by_value=lines, by_people=lines, by_source=compared, by_topic=compared[:8], by_product=compared[:4]
    )

    file = html.document(digest, page_url=PAGES)

    assert len(re.sub(r'"data:[^"]*"', "", file).encode()) < 100_000


def test_mail_may_bring_the_picture_as_an_attachment() -> None:
    """The address is what the mail says; the words beside it tell the finding."""
    page = Selector(html.document(a_digest(), page_url=PAGES, picture="cid:mood"))

    image = page.css("img")
    assert image.attrib["src"] == "cid:mood"
    assert image.attrib["alt"].startswith("104 posts from 9 to 15 March 2026: 60 negative")


def test_every_element_has_its_style_written_in() -> None:
    """A client without <style> shows the digest as it is meant on the light ground."""
    body = Selector(html.document(a_digest(), page_url=PAGES)).css("body")

    without = [tag.root.tag for tag in body.css("[class^='d-']") if not tag.attrib.get("style")]
    assert without == []


def test_a_page_has_no_style_of_its_own_and_relative_links() -> None:
    """Our pages allow no inline style; their sheet has a rule for each class."""
    page = Selector(str(html.fragment(a_digest())))

    assert not page.css("[style], style, script")
    assert all(href.startswith("/") for href in page.css("a::attr(href)").getall())
    used = {name for names in page.css("::attr(class)").getall() for name in names.split()}
    assert {name for name in used if f".{name} " not in html.page_style()} == set()


def test_the_colours_are_those_of_the_pages() -> None:
    """Mail and pictures cannot read custom properties: their colours are kept equal to tokens.css."""
    tokens = (Path(html.__file__).parents[1] / "web" / "static" / "tokens.css").read_text(encoding="utf-8")
    light, dark = tokens.split('[data-theme="dark"]')[:2]

    def colours(css: str) -> dict[str, str]:
        return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css.split("@media", maxsplit=1)[0]))

    assert {name: colours(light)[name] for name in palette.LIGHT} == dict(palette.LIGHT)
    assert {name: colours(dark)[name] for name in palette.DARK} == dict(palette.DARK)


@pytest.mark.parametrize("dark", [False, True])
def test_the_picture_draws_every_day_and_names_every_mood(dark: bool) -> None:
    """Direct labels; bars begin at zero."""
    drawn = Selector(pictures.svg(a_digest(), dark=dark, size=pictures.WIDE), type="xml")
    drawn.remove_namespaces()

    texts = drawn.xpath("//text/text()").getall()
    assert {"positive", "neutral", "negative", "mixed", "104 posts", "before"} <= set(texts)
    assert len(drawn.xpath("//*[@aria-roledescription='bar']")) == 14 * 4


def test_nothing_lost_is_said_too() -> None:
    """An empty list would leave open whether anybody looked."""
    digest = a_digest()

    assert said(not_seen(digest, links_of(digest))) == [
        "Every source answered every time, and everything that came could be read."
    ]


def test_what_was_not_seen_says_what_to_do() -> None:
    """The state, the reason in the collector's words, the next try, the gaps."""
    trouble = SourceTrouble(
        name="steam-lh",
        title="Steam reviews, Lantern Hollow",
        state=SourceState.BUSY,
        reason="Steam sent a page instead of data",
        next_due_at=datetime(2026, 3, 16, 13, 32, tzinfo=UTC),
        runs=40,
        failed_runs=3,
        gaps=("some 20 reviews of 12 March",),
        set_aside=4,
        set_aside_reason="the entry has no date",
        collected=100,
        platform_total=112,
        quiet_since=None,
        usual_quiet_hours=None,
        first_heard_at=None,
    )
    digest = a_digest(not_seen=replace(a_digest().not_seen, sources=(trouble,), unread=2))

    about_steam, about_models = said(not_seen(digest, links_of(digest)))

    assert about_steam == (
        "Steam reviews, Lantern Hollow: Waiting for the platform. Steam sent a page instead of data. Next try on 16 "
        "March, 14:32. 3 of 40 tries failed. Missed: some 20 reviews of 12 March. 4 items could not be read, mostly "
        "because: the entry has no date."
    )
    assert about_models == "2 posts still wait to be read by the models."


@pytest.mark.parametrize(
    ("since", "until", "words_for_it"),
    [
        ("2026-03-09", "2026-03-15", "9 to 15 March 2026"),
        ("2026-03-09", "2026-03-09", "Monday, 9 March 2026"),
        ("2025-12-29", "2026-01-04", "29 December 2025 to 4 January 2026"),
        ("2026-03-09T09:30", "2026-03-10T09:30", "9 March, 09:30 to 10 March 2026, 09:30"),
    ],
)
def test_a_period_in_words(since: str, until: str, words_for_it: str) -> None:
    """Days where it is whole days, times where it is not."""
    assert words.period(choose(since, until, now=WEEK.until, zone=BERLIN)) == words_for_it


def _a_quote(number: int) -> Quote:
    return Quote(
        post_id=number,
        text="It crashes whenever I load my campaign. " * 6,
        language="en",
        source="Steam reviews",
        written_at=datetime(2026, 3, 10, tzinfo=UTC),
        author="Ann",
        original="https://forum.example.org/7",
    )
