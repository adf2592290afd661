"""The Slack preview, and the sources with their health."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from fastapi.testclient import TestClient
from parsel import Selector
from sqlalchemy import Engine
from sqlmodel import Session

from service.domain.routing import Destination
from service.models import Backfill
from service.testing.factories import (
    NOW,
    make_delivery,
    make_gap,
    make_issue,
    make_post,
    make_run,
    make_set_aside,
    make_source,
)
from service.testing.tools import make_tools
from service.web.app import create_app
from service.web.site import Desk
from tests.web.conftest import SomeCompany
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]


def test_cards_look_as_in_slack_with_their_reason(look: Look, storing: Storing) -> None:
    """Newest first; each with channel, state and reason, and what stands in the way of those that did not leave."""
    with storing() as session:
        post = make_post(session, make_source(session))
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Crash* on load"}}
        make_delivery(session, post=post, address="#community", payload={"text": "x", "blocks": [section]})
        make_delivery(
            session,
            post=post,
            address="#rnd",
            state="failed",
            sent_at=None,
            payload=None,
            problem="there is no channel #rnd.",
            what_to_do="Invite it.",
        )
        make_delivery(session, issue=make_issue(session), address="#rnd", event="rising")
    page = look("/deliveries")
    about = [words_of(card.css(".card-about")) for card in page.css(".card-row")]
    assert "Issue #1 , rising" in about[0]
    assert "Not sent" in about[1]
    assert "There is no channel #rnd. Invite it." in about[1]
    assert page.css(".slack b::text, .slack strong::text").getall()[-1] == "Crash"
    channels = [words_of(channel) for channel in page.css(".views a")]
    assert channels == ["Everywhere", "#rnd 1 not sent 2", "#community 1"]
    assert len(look("/deliveries?channel=%23rnd").css(".card-row")) == 2
    assert len(look("/deliveries?state=failed").css(".card-row")) == 1
    assert len(look(f"/deliveries?post={post.id}").css(".card-row")) == 2
    assert "No card fits" in words_of(look("/deliveries?state=uncertain").css(".empty"))


def test_the_page_says_that_nothing_leaves_while_slack_is_not_set_up(database: Engine, look: Look) -> None:
    """With a token, the notice is gone."""
    assert "SLACK_BOT_TOKEN" in words_of(look("/deliveries").css(".notice"))
    connected = create_app(engine=database, company=SomeCompany(), clock=lambda: NOW, previewing=False)
    page = TestClient(connected, base_url="http://localhost").get("/deliveries")
    assert "SLACK_BOT_TOKEN" not in page.text


def test_the_sample_is_named_as_such_on_every_page(database: Engine, client: TestClient) -> None:
    """And only there."""
    sample = create_app(engine=database, company=SomeCompany(), clock=lambda: NOW, previewing=True, sample=True)
    assert "nothing here is real" in TestClient(sample, base_url="http://localhost").get("/issues").text
    assert "nothing here is real" not in client.get("/issues").text


def test_sources_say_who_was_told_that_they_need_somebody(database: Engine, storing: Storing) -> None:
    """On the list and on their page: told, not told and why, told of what is over; and how to name a channel."""
    since = NOW - timedelta(days=3)
    with storing() as session:
        told = make_source(session, name="told", state="refused", state_reason="No key.", last_succeeded_at=since)
        make_source(session, name="untold", quiet_since=since, usual_quiet_hours=6.0, last_succeeded_at=NOW)
        for event, state in ((f"refused:{since:%Y-%m-%dT%H:%M:%S}", "sent"), ("silent:2025-01-01T00:00:00", "failed")):
            alarm = make_delivery(session, event=event, address="#studio", state=state, problem="no channel.")
            alarm.source_id = told.id
    pages = {}
    for name, alarms in (("named", [Destination("slack", "#studio")]), ("none", [])):
        tools = make_tools(database, alarms=alarms)
        desk = Desk(tools=tools, queue=lambda _session, _jobs: None)
        app = create_app(engine=database, company=SomeCompany(), clock=lambda: NOW, previewing=False, desk=desk)
        client = TestClient(app, base_url="http://localhost")
        for path in ("/sources", "/sources/told", "/sources/untold"):
            pages[name, path] = words_of(Selector(client.get(path).text).css("main"))
    assert "#studio was told" in pages["named", "/sources"]
    assert "no channel." not in pages["named", "/sources"]
    assert "Nobody was told of it: it began before Earful listened here" in pages["named", "/sources"]
    assert "It is silent: #studio could not be told: no channel." in pages["named", "/sources/told"]
    assert "It is over." in pages["named", "/sources/told"]
    assert "Earful tells #studio once" in pages["named", "/sources/untold"]
    assert "#studio was told" in pages["none", "/sources/told"]
    assert 'alarms: {slack: "#studio"}' in pages["none", "/sources/untold"]
    assert "None was raised." in pages["none", "/sources/untold"]


def test_sources_tell_their_health_in_words(look: Look, storing: Storing) -> None:
    """State, reason, last and next time, what came of what there is, what was set aside and missed."""
    with storing() as session:
        steam = make_source(session, name="steam-lantern", kind="steam", platform_total=412, product="Lantern Hollow")
        make_post(session, steam)
        make_post(session, steam, deleted_at=NOW, text="", read=False)
        make_run(session, steam)
        make_gap(session, steam, "between 40 and 60 reviews of 3 March", since=NOW - timedelta(days=2))
        make_set_aside(session, steam, place="page 3, review 17", reason="the review has no `review`", raw="<b>raw</b>")
        make_source(session, name="reddit", kind="reddit", state="refused", state_reason="needs a key")
    page = look("/sources")
    rows = {row.css("h2 a::text").get(): words_of(row) for row in page.css(".source-row")}
    assert "Listening Heard 5 min ago . Next in 10 min ." in rows["steam-lantern"]
    assert "1 of 412 posts and 1 that their authors removed 1 could not be read" in rows["steam-lantern"]
    assert "Missed: Between 40 and 60 reviews of 3 March" in rows["steam-lantern"]
    assert "A person must act Needs a key" in rows["reddit"]
    one = look("/sources/steam-lantern")
    aside = one.css("#set-aside")
    assert "page 3, review 17 The review has no review" in words_of(aside)
    assert aside.css("pre::text").get() == "<b>raw</b>"
    assert "1 removed by their authors" in words_of(one.css(".figures"))
    assert "Authors may be tied to your customer records." in words_of(one.css("aside"))
    assert "Authors are never tied to your customer records." in words_of(look("/sources/reddit").css("aside"))


def test_a_place_of_our_own_may_be_tied_only_where_no_platform_forbids_it(look: Look, storing: Storing) -> None:
    """The operator's word counts for a feed of their own, not for Reddit."""
    with storing() as session:
        make_source(session, name="our-forum", kind="feed", own=True)
        make_source(session, name="their-forum", kind="feed")
        make_source(session, name="our-subreddit", kind="reddit", own=True)
    assert "because this place is your own" in words_of(look("/sources/our-forum").css("aside"))
    for name in ("their-forum", "our-subreddit"):
        assert "Authors are never tied" in words_of(look(f"/sources/{name}").css("aside"))


def test_a_source_of_an_unknown_kind_still_has_a_page(look: Look, storing: Storing) -> None:
    """A later version may have written it."""
    with storing() as session:
        make_source(session, name="future", kind="telepathy", last_succeeded_at=None)
    assert "knows no kind of source named telepathy" in words_of(look("/sources/future").css("aside"))
    assert "Never heard" in words_of(look("/sources"))


def test_a_due_time_in_the_past_reads_as_a_time_ago(look: Look, storing: Storing) -> None:
    """A stopped scheduler is visible."""
    with storing() as session:
        make_source(session, name="late", next_due_at=NOW - timedelta(hours=2))
    assert "Next 2 h ago" in words_of(look("/sources"))


def test_a_parked_source_is_asked_again_by_a_button(client: TestClient, look: Look, storing: Storing) -> None:
    """The page says what to do and that nothing is asked meanwhile; another site's form is refused."""
    with storing() as session:
        make_source(session, name="reddit", kind="reddit", state="refused", state_reason="Needs a key. Set it.")
        make_source(session, name="steam", kind="steam")
    assert "Parked until you act" in words_of(look("/sources"))
    form = look("/sources/reddit").css("form[action$=retry]")
    assert "not asked again before" in words_of(form)
    assert not look("/sources/steam").css("form[action$=retry]")
    address = form.attrib["action"]
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    answer = client.post(address, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/reddit")
    assert "Not listened to yet" in words_of(look("/sources/reddit").css("header"))
    assert client.post("/sources/none/retry", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 404


def test_gaps_and_silence_are_told_on_the_page(look: Look, storing: Storing) -> None:
    """Open and filled gaps with their times; a silence that is unusual for this place."""
    with storing() as session:
        quiet = {"quiet_since": NOW - timedelta(days=3), "usual_quiet_hours": 9.4}
        source = make_source(session, name="forum", kind="feed", **quiet)
        make_gap(session, source, "some entries", since=NOW - timedelta(days=2), until=NOW - timedelta(days=1))
        make_gap(session, source, "others", filled_at=NOW - timedelta(hours=1), filled_by="by fetching the history")
        make_run(session, source, heard="not_modified")
    page = look("/sources/forum")
    first, second = [words_of(item) for item in page.css("li.notice")]
    assert first == "Some entries Written after 2 days ago and before 1 day ago . Open since 5 min ago ."
    assert second == "Others Filled 1 h ago by fetching the history."
    assert "No post since 3 days ago . It is seldom quiet for longer than 9 hours." in words_of(page.css("header"))
    assert "as the platform says itself" in words_of(page.css("tbody"))
    row = words_of(look("/sources").css(".source-row"))
    assert "No post since 3 days ago" in row
    assert "Missed: Some entries" in row
    assert "Others" not in row


def test_a_history_shows_how_far_it_is(look: Look, storing: Storing) -> None:
    """State, numbers, how far back it has come, and what stands in its way."""
    with storing() as session:
        source = make_source(session, name="forum", kind="feed")
        session.add(
            Backfill(
                source_id=source.id or 0,
                asked_at=NOW,
                updated_at=NOW,
                since=NOW - timedelta(days=10),
                oldest_at=NOW - timedelta(days=4),
                posts=812,
                new_count=800,
                state="stopped",
                reason="The key is wrong. Give another.",
            )
        )
    told = words_of(look("/sources/forum").css("#history"))
    assert "Stopped: a person must act 812 posts, 800 of them new, the oldest of 4 days ago" in told
    assert "40 %" in told
    assert "The key is wrong. Give another." in told
