"""The digest, computed on a real server: what counts, what is compared, and what was not seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from service.configuration.company import DigestRhythm, Team
from service.domain import periods
from service.domain.digest import Answering, Digest
from service.domain.issues import IssueState
from service.domain.metrics import Mood
from service.domain.replies import text_digest
from service.models import Author, Post, Source, Telling, TellingPerson
from service.models.columns import id_of
from service.pipeline.digest import compute
from service.store.database import transaction
from service.testing.factories import (
    NOW,
    make_author,
    make_case,
    make_customer,
    make_gap,
    make_identity,
    make_issue,
    make_order,
    make_post,
    make_reply,
    make_run,
    make_set_aside,
    make_source,
    make_user,
    make_version,
)
from service.testing.tools import make_tools
from service.tools import Tools

MIDNIGHT = datetime.fromisoformat("2026-03-19T23:00:00+00:00")  # when NOW's day began in Berlin


@dataclass
class Desk:
    """A session to put rows into, and the digest of what is there."""

    session: Session
    tools: Tools
    source: Source

    def post(
        self, *, days: float = 1.0, author: Author | None = None, source: Source | None = None, **given: Any
    ) -> Post:
        """A post so many days before the period's end."""
        columns = {"product": "Ironwake", "created_at": MIDNIGHT - timedelta(days=days), **given}
        return make_post(self.session, source or self.source, author=author, **columns)

    def digest(self, since: str = "7d", *, team: Team | None = None) -> Digest:
        """The digest, made at NOW."""
        self.session.flush()
        period = periods.choose(since, None, now=NOW, zone=self.tools.company.time_zone)
        return compute(self.session, self.tools, period, team)


@pytest.fixture
def desk(database: Engine) -> Iterator[Desk]:
    """An own forum about one product."""
    with transaction(database) as session:
        source = make_source(session, name="forum", kind="feed", own=True)
        yield Desk(session=session, tools=make_tools(database, clock=lambda: NOW), source=source)


def negative(**more: Any) -> dict[str, Any]:
    """A reading of a complaint that could have a cause."""
    return {"sentiment": "negative", "groupable": True, **more}


def team_for(*topics: str) -> Team:
    """A team that cares for these topics."""
    return Team(
        name="R&D", channel="#rnd", digest=DigestRhythm.WEEKLY, digest_at=datetime.min.time(), topics=tuple(topics)
    )


def test_an_empty_store_has_a_digest(desk: Desk) -> None:
    """Nothing was said, and that is what it says."""
    found = desk.digest()

    assert found.mood == Mood()
    assert found.by_people == found.by_value == ()
    assert len(found.days) == 14


def test_posts_count_where_they_were_written(desk: Desk) -> None:
    """In the period, in the one before, or in neither; spam and what was removed in none."""
    desk.post(days=1, reading=negative())
    desk.post(days=6.9, reading={"sentiment": "positive"})
    desk.post(days=7.1, reading={"sentiment": "mixed"})
    desk.post(days=14.1)
    desk.post(days=2, reading=negative(spam=0.9))
    desk.post(days=2, deleted_at=NOW)
    desk.post(created_at=MIDNIGHT)
    desk.post(days=3, read=False)

    found = desk.digest()

    assert found.mood == Mood(negative=1, positive=1, unread=1)
    assert found.before == Mood(mixed=1)
    left = found.not_seen
    assert (left.spam, left.removed, left.afterwards, left.unread) == (1, 1, 1, 1)


def test_days_are_those_of_the_companys_zone(desk: Desk) -> None:
    """Half an hour before midnight in London is the next day in Berlin."""
    desk.post(created_at=datetime.fromisoformat("2026-03-15T23:30:00+00:00"), reading=negative())

    (day,) = [each for each in desk.digest().days if each.mood.posts]

    assert day.day.isoformat() == "2026-03-16"


def test_two_rankings_of_the_same_issues(desk: Desk) -> None:
    """Few valuable customers lead the one, many people without a record the other."""
    rich, owner = make_author(desk.session), make_customer(desk.session, name="Fleet League")
    make_identity(desk.session, rich, owner)
    make_order(desk.session, owner, amount="4000", worth=Decimal(4000))
    make_order(desk.session, owner, amount="500", worth=Decimal(460))
    few = [desk.post(author=rich, reading=negative()) for _ in range(2)]
    many = [desk.post(author=make_author(desk.session), reading=negative()) for _ in range(4)]
    make_issue(desk.session, title="Lobby drops", posts=few)
    make_issue(desk.session, title="Crash on load", posts=many)

    found = desk.digest()

    assert [line.title for line in found.by_people] == ["Crash on load", "Lobby drops"]
    assert [(line.title, line.value) for line in found.by_value] == [("Lobby drops", Decimal(4460))]
    crowd, league = found.by_people
    assert (crowd.people, crowd.without_record, crowd.customers) == (4, 4, 0)
    assert (league.posts, league.people, league.without_record, league.customers) == (2, 1, 0, 1)
    assert (found.customers_heard, found.value_heard) == (1, Decimal(4460))


def test_a_passport_that_forbids_linking_hides_the_customer(desk: Desk) -> None:
    """Though an identity is there, what was written on Reddit tells nothing of a customer's orders."""
    reddit = make_source(desk.session, name="reddit", kind="reddit")
    author, customer = make_author(desk.session), make_customer(desk.session)
    make_identity(desk.session, author, customer)
    make_order(desk.session, customer, worth=Decimal(100))
    make_issue(desk.session, posts=[desk.post(source=reddit, author=author, reading=negative())])

    found = desk.digest()

    assert found.by_value == ()
    assert (found.by_people[0].customers, found.by_people[0].without_record) == (0, 1)


def test_an_issue_is_judged_as_of_the_periods_end(desk: Desk) -> None:
    """What the machine noticed only today was so at the end of the period already."""
    times = [20, 19, 6, 5, 4]
    posts = [desk.post(days=days, reading=negative()) for days in times]
    make_issue(desk.session, posts=posts, state="open", state_changed_at=NOW)

    found = desk.digest()

    assert [line.state for line in found.changes.returned] == [IssueState.RETURNED]
    assert found.changes.returned[0].posts_before == 0
    assert desk.digest("14d").changes.returned != ()


def test_rising_fixed_and_new(desk: Desk) -> None:
    """Each in its own list; muted ones in none."""
    rising = [desk.post(days=1 + at / 10, reading=negative()) for at in range(7)]
    rising += [desk.post(days=9, reading=negative())]
    make_issue(desk.session, title="Rising", posts=rising)
    make_issue(desk.session, title="New", posts=[desk.post(days=2, reading=negative())])
    old = [desk.post(days=days, reading=negative()) for days in (10, 9)]
    make_issue(desk.session, title="Fixed", posts=old, state="fixed", state_changed_at=MIDNIGHT - timedelta(days=3))
    make_issue(desk.session, title="Muted", posts=[desk.post(days=2, reading=negative())], state="muted")

    changes = desk.digest().changes

    assert [line.title for line in changes.rising] == ["Rising"]
    assert [line.title for line in changes.fixed] == ["Fixed"]
    assert [line.title for line in changes.new] == ["New"]


def test_a_team_reads_of_its_topics_alone(desk: Desk) -> None:
    """Posts by their topics; an issue is theirs from a third of its posts on, and then with all of them."""
    crash = [desk.post(reading=negative(topics={"crashes": 0.9})), desk.post(reading=negative())]
    price = [desk.post(reading=negative(topics={"pricing": 0.9})) for _ in range(3)]
    make_issue(desk.session, title="Crash", posts=crash)
    make_issue(desk.session, title="Price", posts=price)

    found = desk.digest(team=team_for("crashes"))

    assert found.mood == Mood(negative=1)
    assert [(line.title, line.posts) for line in found.by_people] == [("Crash", 2)]
    assert [line.name for line in found.by_topic] == ["crashes"]
    assert found.not_seen.without_topic == 1


def test_topics_against_the_period_before(desk: Desk) -> None:
    """A post counts for each of its topics."""
    desk.post(reading=negative(topics={"crashes": 0.9, "updates": 0.6}))
    desk.post(reading={"sentiment": "positive", "topics": {"updates": 0.8}})
    desk.post(days=9, reading=negative(topics={"crashes": 0.9}))

    by_topic = {line.name: (line.mood, line.before) for line in desk.digest().by_topic}

    assert by_topic == {
        "updates": (Mood(negative=1, positive=1), Mood()),
        "crashes": (Mood(negative=1), Mood(negative=1)),
    }


def test_the_ungrouped_share_is_of_what_reports_something(desk: Desk) -> None:
    """Praise has no cause to find."""
    make_issue(desk.session, posts=[desk.post(reading=negative())])
    desk.post(reading=negative())
    desk.post(reading={"sentiment": "positive"})

    found = desk.digest()

    assert (found.ungrouped, found.reporting) == (1, 2)


def test_a_quote_is_a_customers_in_one_ranking_and_anothers_in_the_other(desk: Desk) -> None:
    """Nobody is quoted twice where there is somebody else, and long texts are cut."""
    author, customer = make_author(desk.session), make_customer(desk.session)
    make_identity(desk.session, author, customer)
    make_order(desk.session, customer, worth=Decimal(10))
    long = "It crashes whenever I load my campaign. " * 20
    words = "I paid for this and it crashes on every load, please help."
    mine = desk.post(author=author, text=words, url="javascript:alert(1)", reading=negative())
    other = make_author(desk.session)
    posts = [mine, desk.post(author=other, text=long, url="https://forum.example.org/7", reading=negative())]
    make_issue(desk.session, posts=posts)

    found = desk.digest()

    by_value, by_people = found.by_value[0].quote, found.by_people[0].quote
    assert by_value is not None
    assert by_people is not None
    assert by_value.post_id == mine.id
    assert by_value.author == author.name
    assert by_value.original is None
    assert (by_people.post_id, by_people.original) == (posts[1].id, "https://forum.example.org/7")
    assert len(by_people.text) <= 240
    assert by_people.text.endswith("…")


def test_a_review_bomb_is_told_apart(desk: Desk) -> None:
    """Twelve short complaints in a day, on a place that has been quiet for weeks; a wave of bug reports is none."""
    other = make_source(desk.session, name="other", kind="feed")
    desk.post(days=30)
    for at in range(12):
        desk.post(days=3 + at / 20, text="Greedy.", reading=negative(topics={"pricing": 0.8}))
        desk.post(days=3 + at / 20, source=other, reading=negative(intents={"bug_report": 0.9}))

    (storm,) = desk.digest().storms

    assert (storm.source, storm.burst.posts, storm.burst.topic) == ("forum", 12, "pricing")
    assert storm.otherwise == Mood(negative=12)


def test_what_was_not_seen(desk: Desk) -> None:
    """Failed runs, gaps, items set aside with their most common reason, and how much of the platform we hold."""
    source = desk.source
    source.state, source.state_reason, source.platform_total = "busy", "The feed answered with a page.", 4
    make_run(desk.session, source, started_at=NOW - timedelta(days=40), ended_at=NOW - timedelta(days=40), state="busy")
    make_run(desk.session, source, state="busy")
    make_gap(desk.session, source, "some 20 posts of 18 March")
    make_run(desk.session, source)
    make_set_aside(desk.session, source, place="entry 1", reason="no date")
    make_set_aside(desk.session, source, place="entry 2", reason="no date")
    make_set_aside(desk.session, source, place="entry 3", reason="no id")
    make_source(desk.session, name="old", kind="feed", enabled=False)
    desk.post(reading={"understood": False, "sentiment": None, "sentiment_score": None, "why_not": "too short"})
    desk.post(days=20, first_seen_at=NOW)

    left = desk.digest().not_seen

    (trouble,) = left.sources
    assert (trouble.runs, trouble.failed_runs, trouble.gaps) == (2, 1, ("some 20 posts of 18 March",))
    assert (trouble.set_aside, trouble.set_aside_reason) == (3, "no date")
    assert (trouble.collected, trouble.platform_total, trouble.first_heard_at) == (2, 4, None)
    assert left.switched_off == ("old",)
    assert (left.not_understood, left.why_not, left.late) == (1, "too short", 1)


def test_how_sure_the_models_are(desk: Desk) -> None:
    """Sure or a guess, as the reading says; what they did not understand is neither."""
    for unsure in ([], ["intent:praise"], ["language", "sentiment"]):
        desk.post(reading=negative(unsure=unsure))
    desk.post(reading={"understood": False, "sentiment": None, "sentiment_score": None})

    sure = desk.digest().sureness

    assert (sure.sure, sure.guessed, sure.models) == (2, 1, ("test-1",))


def test_how_we_answered_is_counted_as_did_it_help_counts_it(desk: Desk) -> None:
    """Cases and replies of the period, who moved since, who was told and wrote again; a team hears of its topics."""
    kim, day = make_user(desk.session), timedelta(days=1)
    crashes: dict[str, Any] = {"reading": {"topics": {"crashes": 0.9}}, "rating": 1.0}
    asked = [desk.post(days=3, author=make_author(desk.session), **crashes) for _ in range(7)]
    desk.post(days=3)
    for post in asked[:6]:
        case = make_case(desk.session, post, state="answered", opened_at=post.created_at)
        make_reply(desk.session, case, kim, state="sent", sent_at=post.created_at + timedelta(hours=5))
    make_case(desk.session, asked[6], opened_at=asked[6].created_at)
    make_version(desk.session, asked[0], version=2, rating=4.0, seen_at=asked[0].created_at + day)
    old = desk.post(days=30, author=make_author(desk.session))
    make_case(desk.session, old)

    told, waits = (desk.post(days=6, author=make_author(desk.session), **crashes) for _ in range(2))
    back = desk.post(days=1, author=desk.session.get(Author, told.author_id), **crashes)
    issue = make_issue(desk.session, posts=[told, waits, back], state="fixed")
    at = MIDNIGHT - 4 * day
    telling = Telling(issue_id=id_of(issue), fixed_at=at, version="2", prepared_by_id=id_of(kim), prepared_at=at)
    desk.session.add(telling)
    desk.session.flush()
    for post in (told, waits):
        case = make_case(desk.session, post, state="solved", opened_at=at)
        sent = {"state": "sent", "sent_at": at + timedelta(hours=1)} if post is told else {}
        reply = make_reply(desk.session, case, kim, telling_id=telling.id, **sent)
        person = {"key": f"author:{post.author_id}", "post_id": id_of(post), "language": "en", "reply_id": reply.id}
        agreed = {"agreed_digest": text_digest(reply.text)}
        desk.session.add(TellingPerson(telling_id=id_of(telling), **person, **agreed))

    found = desk.digest().answering
    assert (found.answered, found.wanted, found.replies, found.moved) == (6, 7, 6, 1)
    assert found.first_response.value == 5.0
    assert (found.told, found.to_tell, found.again, found.again_about) == (1, 2, 1, (issue.id,))

    team = Team(
        name="R&D", channel="#rnd", digest=DigestRhythm.DAILY, digest_at=MIDNIGHT.time(), topics=("multiplayer",)
    )
    assert desk.digest(team=team).answering == Answering()
    assert desk.digest(team=replace(team, topics=("crashes",))).answering == found
