"""The sample studio's posts keep the rules that make them a fair test: languages, planted issues, noise, changes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import median

import pytest

from service.testing.studio.content import Studio, load_studio
from service.testing.studio.model import SamplePost

FIRST_PHASE_ENDS = -0.2  # days before now; what is younger, or changed later, shows in the second phase only
BRIDGED = ("de", "fr", "es", "pt")  # at least 40 posts each
HOSTILE = {
    "script": r"<script",
    "image handler": r"onerror=",
    "Slack mention": r"<!channel>",
    "Slack link": r"<https://[^|>]+\|",
    "formula": r"^[=+@-]",
    "right-to-left override": "\u202e",
    "zero width": "\u200b",
    "zalgo": r"[\u0300-\u036f]{4}",
    "Markdown script link": r"\]\(javascript:",
    "template": r"\{\{7\*7\}\}",
    "SQL": r"(?i)drop.table",
    "the word null": r"^null$",
}


@pytest.fixture(scope="module")
def studio() -> Studio:
    """The shipped sample studio."""
    return load_studio()


@pytest.fixture(scope="module")
def posts(studio: Studio) -> tuple[SamplePost, ...]:
    """Its posts."""
    return studio.content.posts


def of_issue(posts: Iterable[SamplePost], key: str) -> list[SamplePost]:
    """The posts of a planted issue."""
    return [post for post in posts if post.truth.issue == key]


def words(text: str) -> list[str]:
    """The words of a text, letters' case aside."""
    return re.findall(r"\w+", text.casefold())


def test_as_many_posts_as_promised_from_every_source_and_in_every_language(posts: tuple[SamplePost, ...]) -> None:
    """About 600 posts, each source near its share, over half English, four languages of 40 and more, seven others."""
    sources: Counter[str] = Counter(post.source for post in posts)
    languages: Counter[str] = Counter(post.language for post in posts)

    assert 570 <= len(posts) <= 650
    for source, about in {"steam": 240, "shop": 90, "forum": 80, "reddit": 120, "survey": 80}.items():
        assert abs(sources[source] - about) <= 15, source
    assert 0.5 <= languages["en"] / len(posts) <= 0.6
    assert all(languages[language] >= 40 for language in BRIDGED)
    assert all(languages[language] >= 10 for language in languages.keys() - {*BRIDGED, "en"})
    assert len(languages) == 12


def test_every_text_is_its_own(posts: tuple[SamplePost, ...]) -> None:
    """No two posts have the same text, nor seven words in a row in common."""
    owners: dict[tuple[str, ...], str] = {}
    for post in posts:
        spoken = words(post.text)
        for start in range(len(spoken) - 6):
            run = tuple(spoken[start : start + 7])
            assert owners.setdefault(run, post.id) == post.id, f"{owners[run]} and {post.id}: {' '.join(run)}"
    assert len({post.text.casefold() for post in posts}) == len(posts)


def test_lengths_reach_from_one_word_to_a_long_story(posts: tuple[SamplePost, ...]) -> None:
    """Some posts are a word or two, some take five sentences and more, one is longer than 3,000 characters."""
    assert sum(len(words(post.text)) <= 3 for post in posts) >= 6
    assert sum(len(re.findall(r"[.!?](?:\s|$)", post.text)) >= 5 for post in posts) >= 25
    assert max(len(post.text) for post in posts) > 3000


def test_no_post_speaks_of_a_version_before_its_release(studio: Studio) -> None:
    """The version beside a post existed when it was written."""
    for post in studio.content.posts:
        released = {version.number: version.released for version in studio.content.titles[post.product].versions}
        if post.version is not None:
            assert released[post.version] <= post.at, post.id


def test_one_steam_review_for_each_person_and_title(posts: tuple[SamplePost, ...]) -> None:
    """Steam keeps one review per account and game, so nobody has two."""
    reviews = Counter((post.author, post.product) for post in posts if post.source == "steam")
    assert max(reviews.values()) == 1


def test_reports_of_the_loading_crash_double_each_week(posts: tuple[SamplePost, ...]) -> None:
    """The rising issue starts with the patch, at least doubles from week to week and is mostly of the last six days."""
    days = sorted(post.at for post in of_issue(posts, "iw-load-crash"))
    weeks = Counter(int(-day // 7) for day in days)

    assert 18 <= len(days) <= 40
    assert -16.5 < days[0] < -15
    assert weeks[0] >= 2 * weeks[1] >= 4 * weeks[2] > 0
    assert sum(day > -6 for day in days) > len(days) / 2


def test_the_camera_goes_quiet_after_its_fix_and_comes_back(posts: tuple[SamplePost, ...]) -> None:
    """Complaints stop with 1.4.1, thanks follow, and complaints return with 1.5.0."""
    found = of_issue(posts, "lh-camera-drift")
    complaints = [post.at for post in found if post.truth.sentiment != "positive"]
    thanks = [post.at for post in found if post.truth.sentiment == "positive"]

    assert 18 <= len(found) <= 40
    assert not [day for day in complaints if -21.5 < day < -7.5]
    assert sum(day <= -21.5 for day in complaints) >= 10
    assert sum(day >= -7.5 for day in complaints) >= 10
    assert len(thanks) >= 2
    assert all(-21.5 < day < -7.5 for day in thanks)


def test_seed_packs_are_missed_in_two_languages(posts: tuple[SamplePost, ...]) -> None:
    """Reports of undelivered seed packs are English and Spanish, about half each."""
    languages = Counter(post.language for post in of_issue(posts, "po-seed-packs"))
    assert set(languages) == {"en", "es"}
    assert min(languages.values()) >= 9
    assert min(languages.values()) / max(languages.values()) >= 0.8


def test_the_tournament_host_fails_those_who_spend_most(studio: Studio) -> None:
    """Few posts, nearly all by known customers, whose orders are worth many times the usual."""
    found = of_issue(studio.content.posts, "iw-tournament-host")
    spent: dict[str, float] = defaultdict(float)
    for order in studio.records.orders.values():
        spent[order.customer] += float(order.amount)
    touched = {post.truth.customer for post in found if post.truth.customer}

    assert 10 <= len(found) <= 14
    assert sum(post.source in ("survey", "forum") for post in found) >= 0.75 * len(found)
    assert len(touched) >= 10
    assert median(spent[customer] for customer in touched) > 15 * median(spent.values())


def test_the_review_bomb_is_short_quick_and_about_something_else(posts: tuple[SamplePost, ...]) -> None:
    """Some 35 negative Steam reviews within 36 hours, in many languages, that belong to no issue."""
    bomb = [post for post in posts if post.truth.bomb]
    days = [post.at for post in bomb]

    assert 30 <= len(bomb) <= 40
    assert (max(days) - min(days)) * 24 <= 36
    assert {(post.source, post.product, post.recommended) for post in bomb} == {("steam", "lantern-hollow", False)}
    assert {(post.truth.sentiment, post.truth.issue, post.truth.spam) for post in bomb} == {("negative", None, False)}
    assert len({post.language for post in bomb}) >= 5
    assert max(len(post.text) for post in bomb) <= 120


def test_spam_is_nobodys_issue_and_nobodys_customer(posts: tuple[SamplePost, ...]) -> None:
    """About 15 posts of spam, over several sources, without issue or customer."""
    spam = [post for post in posts if post.truth.spam]
    assert 12 <= len(spam) <= 18
    assert len({post.source for post in spam}) >= 4
    assert {(post.truth.issue, post.truth.customer, post.truth.bomb) for post in spam} == {(None, None, False)}


def test_every_kind_of_hostile_markup_is_there(studio: Studio) -> None:
    """Each pattern that once hurt a page, a card or a sheet occurs in a text, a title or a name."""
    hostile: set[str] = set()
    for name, pattern in HOSTILE.items():
        found = {
            post.id
            for post in studio.content.posts
            for part in (post.text, post.title or "", studio.content.writers[post.author].handle)
            if re.search(pattern, part)
        }
        assert found, name
        hostile |= found
    assert len(hostile) >= 11


def test_words_of_war_can_be_praise(posts: tuple[SamplePost, ...]) -> None:
    """In a war game, killing, bombing and "sick" often please their authors."""
    martial = re.compile(r"(?i)kill|bomb|sick|sank|brutal|destroyed")
    happy = [post for post in posts if post.product == "ironwake" and post.truth.sentiment == "positive"]
    assert sum(bool(martial.search(post.text)) for post in happy) >= 15


def test_what_the_second_phase_changes(posts: tuple[SamplePost, ...]) -> None:
    """Edits and new posts are of the last hours; verdicts turn; deletions happen, half of them on Reddit."""
    edited = [post for post in posts if post.edited]
    deleted = [post for post in posts if post.deleted]
    late = [post for post in posts if post.phase == 2]

    assert 8 <= len(edited) <= 14
    assert all(post.edited and post.edited.at > FIRST_PHASE_ENDS for post in edited)
    assert (
        sum(post.edited is not None and post.edited.recommended not in (None, post.recommended) for post in edited) >= 3
    )
    assert sum(post.edited is not None and post.edited.stars not in (None, post.stars) for post in edited) >= 3
    assert 7 <= len(deleted) <= 10
    assert sum(post.source == "reddit" for post in deleted) >= 3
    assert 22 <= len(late) <= 28
    assert all((post.at > FIRST_PHASE_ENDS) == (post.phase == 2) for post in posts)
