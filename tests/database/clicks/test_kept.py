"""What people do in Slack: through both doors into the store, and from there to a handler, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from service.clock import now
from service.desk.visit import Visit
from service.pipeline import upkeep
from service.pipeline.outcome import Job
from service.store.database import connect, transaction
from service.testing.slack import Workspace
from tests.database.clicks.scene import ADA, BEN, COMMUNITY, PATIENCE, Place, form, place_of, plain


@pytest.mark.usefixtures("ada")
def test_a_click_is_kept_with_its_job_and_then_done(both: Place) -> None:
    """The whole way: acknowledged without an answer, one row, one job before all others, one call, an empty row."""
    ts = both.card("claim")
    assert both.people.click(ADA, ts, "claim").acknowledged
    assert both.jobs() == [("click", 10)]
    (kept,) = both.clicks()
    assert (kept.kind, kept.workspace, kept.content["heard"]["value"]) == ("action", both.workspace.team, "7")
    both.work()
    (visit,) = both.desk.seen
    assert (visit.by.name, visit.heard.message_ts, visit.heard.channel) == ("Ada Lund", ts, COMMUNITY)
    (done,) = both.clicks()
    assert (done.content, done.problem, done.done_at is not None) == ({}, None, True)


@pytest.mark.usefixtures("ada")
def test_everything_that_people_do_reaches_its_handler(both: Place) -> None:
    """Commands, shortcuts, homes, links, forms and their closing."""
    people, ts = both.people, both.card("open")
    people.slash(ADA, COMMUNITY, "/earful crash map")
    people.message_shortcut(ADA, ts, "note")
    people.open_home(ADA)
    people.share_link(ADA, COMMUNITY, "https://earful.example/posts/7")
    both.desk.act = lambda visit: visit.slack.open_view(visit.heard.trigger_id, form())
    people.click(ADA, ts, "open")
    both.work()
    view = both.workspace.modal(ADA)
    assert view is not None
    sent = people.submit(ADA, view.id, {"words": {"text": "some words"}})
    assert sent.body == {"response_action": "update", "view": {**form("Working"), "submit": plain("Wait")}}
    both.desk.act = lambda _: None
    both.work()
    heard = {visit.heard.kind: visit.heard for visit in both.desk.seen}
    assert heard.keys() == {"command", "message_shortcut", "home", "link", "action", "submit"}
    assert heard["command"].text == "crash map"
    assert heard["link"].links == ("https://earful.example/posts/7",)
    assert heard["submit"].values == {"text": "some words"}


def test_a_wrong_form_is_told_at_once_and_not_kept(both: Place) -> None:
    """Under the field, while the form stays open."""
    both.workspace.modals = {}
    slack = both.tools.slack(both.workspace.team)
    both.people.click(ADA, both.card("open"), "open")
    slack.open_view(both.clicks()[0].content["heard"]["trigger_id"], form())
    view = both.workspace.modal(ADA)
    assert view is not None
    sent = both.people.submit(ADA, view.id, {"words": {"text": "wrong"}})
    assert sent.body == {"response_action": "errors", "errors": {"words": "Not so."}}
    assert [click.kind for click in both.clicks()] == ["action"]


def test_what_nobody_handles_is_acknowledged_and_not_kept(both: Place) -> None:
    """Buttons that open an address, messages that people write to each other, words with emoji."""
    ts = both.card("open_page")
    assert both.people.click(ADA, ts, "open_page").acknowledged
    assert all(each.acknowledged for each in both.people.say(ADA, COMMUNITY, "hello").deliveries)
    assert all(each.acknowledged for each in both.people.react(ADA, ts, "tada"))
    assert both.clicks() == []


def test_what_slack_sends_again_is_kept_once(both: Place) -> None:
    """With the same answer, and one job."""
    delivery = both.people.click(ADA, both.card("claim"), "claim")
    for _ in range(3):
        both.workspace.app.deliver_again(delivery)
    assert all(not attempt.why for attempt in delivery.attempts)
    assert len(both.clicks()) == len(both.jobs()) == 1


@pytest.mark.parametrize("door", ["socket", "http"])
def test_what_cannot_be_kept_is_not_acknowledged(workspace: Workspace, database: Engine, door: str) -> None:
    """The database is away: Slack tells the person, or sends it again."""
    away = connect("postgresql://earful@127.0.0.1:9/nowhere")
    workspace.app.patience = 2.0
    with place_of(workspace, database, door, engine=away) as place:
        delivery = place.people.click(ADA, place.card("claim"), "claim")
        assert not delivery.acknowledged
        assert place.clicks() == []


@pytest.mark.parametrize("forgery", ["signature", "stale", "junk", "unsigned"])
def test_what_slack_did_not_sign_is_refused(place: Place, forgery: Any) -> None:
    """With 401, and nothing of it is kept."""
    ts = place.card("claim")
    place.workspace.app.http.forgery = forgery
    delivery = place.people.click(ADA, ts, "claim")
    assert [attempt.status for attempt in delivery.attempts] == [401]
    assert place.clicks() == []


def test_slack_may_try_whether_it_reaches_us(place: Place) -> None:
    """It sends a challenge when the address is entered."""
    assert place.workspace.app.http.verify_url("made-up")


def test_a_command_about_payloads_is_heard(place: Place) -> None:
    """The word alone makes no payload of it."""
    place.people.slash(ADA, COMMUNITY, "/earful payload is broken")
    assert place.clicks()[0].content["heard"]["text"] == "payload is broken"


class Killed(BaseException):
    """The process is gone: nothing that runs afterwards."""


@pytest.mark.usefixtures("ada")
def test_a_kill_at_any_step_does_nothing_twice(place: Place) -> None:
    """The job runs again, as it does when its worker dies: what was committed stays, and is not done again."""

    def act(visit: Visit) -> None:
        def claim(session: Any) -> dict[str, Any]:
            visit.after(session, [Job(task="after", arguments={}, queue="nobody")])
            return {"number": len(done)}

        done.append(visit.once("claimed", claim))
        visit.slack.say(COMMUNITY, "claimed")

    done: list[dict[str, Any]] = []
    place.desk.act = act
    place.people.click(ADA, place.card("claim"), "claim")
    died_at: set[str] = set()

    def die(step: str) -> None:
        if step not in died_at:
            died_at.add(step)
            raise Killed

    fragile = replace(place.tools, observe=die)
    for _ in range(3):
        with pytest.raises(Killed):
            place.work(fragile)
    place.work(fragile)
    assert died_at == {"click:begun", "click:claimed", "click:done"}
    assert done == [{"number": 0}]
    assert place.jobs() == [("click", 10), ("after", 10)]
    assert place.clicks()[0].done_at is not None


@pytest.mark.usefixtures("ada")
def test_the_job_twice_at_a_time_acts_once(place: Place) -> None:
    """As where a worker counts as dead and is not."""
    begun, may_go_on = threading.Barrier(2), threading.Barrier(2)
    acted: list[int] = []

    def act(visit: Visit) -> None:
        begun.wait(PATIENCE)

        def note(_: Any) -> dict[str, Any]:
            acted.append(visit.click_id)
            return {}

        visit.once("noted", note)
        may_go_on.wait(PATIENCE)

    place.desk.act = act
    place.people.click(ADA, place.card("claim"), "claim")
    with ThreadPoolExecutor(2) as threads:
        for end in [threads.submit(place.work) for _ in range(2)]:
            end.result(PATIENCE)
    assert len(acted) == 1


def test_clicks_are_forgotten_a_week_after(place: Place) -> None:
    """And one whose job was lost is found again."""
    ts = place.card("claim")
    place.people.click(BEN, ts, "claim")
    place.work()
    place.people.click(BEN, ts, "claim")
    with transaction(place.tools.engine) as session:
        later = now() + timedelta(minutes=16)
        assert [job.task for job in upkeep.forgotten(session, later).next] == ["click"]
        upkeep.forget_clicks(session, now() + timedelta(days=8))
    (left,) = place.clicks()
    assert left.done_at is None
