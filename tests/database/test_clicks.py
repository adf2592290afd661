"""What people do in Slack: through both doors into the store, and from there to a handler, once.

A made-up Slack with people in it, over real HTTP and WebSockets; handlers of the tests' own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from integrations.base import Payload
from integrations.slack.answer import Answer
from integrations.slack.app import SlackApp
from integrations.slack.heard import Heard
from integrations.slack.listen import Pace, listen
from integrations.slack.workspaces import Workspaces
from service.clock import now
from service.desk import dispatch
from service.desk.registry import Entry
from service.desk.visit import Visit
from service.errors import Conflict, NotAllowed
from service.jobs.clicks import keeper
from service.jobs.queue import queue
from service.models import Account, Click, User
from service.pipeline import upkeep
from service.pipeline.outcome import Job
from service.store.database import connect, transaction
from service.testing.serving import serving
from service.testing.slack import People, Workspace, running
from service.testing.tools import make_tools
from service.tools import Tools
from service.web.app import create_app
from service.web.site import Hooks
from tests.web.conftest import SomeCompany

ADA, BEN = "U0ADA00000", "U0BEN00000"
COMMUNITY, ELSEWHERE = "C0COMMUNITY", "C0ELSEWHERE"
PATIENCE = 60.0  # seconds: a bound for a machine that does other things too, not a measure


def plain(words: str) -> Payload:
    """Plain text."""
    return {"type": "plain_text", "text": words}


def form(title: str = "Reply") -> Payload:
    """A modal with one field."""
    entry: Payload = {"type": "plain_text_input", "action_id": "text"}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [{"type": "input", "block_id": "words", "label": plain("Words"), "element": entry}],
    }


def check(heard: Heard) -> Answer | None:
    """What a form that is sent becomes at once."""
    if heard.values["text"] == "wrong":
        return Answer(errors={heard.blocks["text"]: "Not so."})
    return Answer(view={**form("Working"), "submit": plain("Wait")})


@dataclass
class Desk:
    """Handlers that note what they are given, and do what a test puts into `act`."""

    seen: list[Visit] = field(default_factory=list)
    act: Callable[[Visit], object] = lambda _: None

    def handle(self, visit: Visit) -> None:
        """Note it, and act."""
        self.seen.append(visit)
        self.act(visit)

    @property
    def handlers(self) -> Mapping[str, Entry]:
        """What would stand in the registry."""
        names = ("action:claim", "action:open", "command:/earful", "home", "message_shortcut:note", "close:form")
        return {
            **{name: Entry(self.handle) for name in names},
            "submit:form": Entry(self.handle, check),
            "link": Entry(self.handle, quiet=True),
        }


@dataclass
class Place:
    """A workspace whose people reach the store through one door; jobs are run by hand."""

    workspace: Workspace
    people: People
    desk: Desk
    tools: Tools

    def card(self, *actions: str) -> str:
        """A message of ours with buttons; its ts."""
        slack = self.tools.slack(self.workspace.team)
        buttons: list[Any] = [
            {"type": "button", "action_id": name, "text": plain(name), "value": "7"} for name in actions
        ]
        return slack.say(COMMUNITY, "A card", blocks=[{"type": "actions", "elements": buttons}]).remote_id

    def clicks(self) -> list[Click]:
        """What is kept, oldest first."""
        with transaction(self.tools.engine) as session:
            return list(session.scalars(select(Click).order_by(col(Click.id))))

    def jobs(self) -> list[tuple[str, int]]:
        """What is queued: task and priority."""
        with self.tools.engine.connect() as connection:
            found = connection.execute(text("SELECT task_name, priority FROM procrastinate_jobs ORDER BY id"))
            return [(str(name), int(priority)) for name, priority in found]

    def work(self, tools: Tools | None = None) -> None:
        """Run the job of each click that is not done."""
        for click in self.clicks():
            if click.done_at is None and click.id is not None:
                dispatch.run(click.id, tools or self.tools, queue, handlers=self.desk.handlers)

    def told(self, user: str) -> list[str]:
        """The words that one person alone saw."""
        direct = [message for message in self.workspace.messages() if message["channel"] == "D" + user[1:]]
        return [str(message["text"]) for message in (*self.workspace.seen_by(user), *direct)]


@pytest.fixture
def workspace() -> Workspace:
    """A workspace with people in it; what is not acknowledged is tried again soon."""
    workspace = Workspace()
    workspace.app.pauses = (0.0, 0.05)
    return workspace


@contextmanager
def place_of(workspace: Workspace, database: Engine, door: str, *, engine: Engine | None = None) -> Iterator[Place]:
    """The place, heard through `door`. `engine`: where clicks are kept, if not in the database."""
    desk = Desk()
    with ExitStack() as stack:
        url = stack.enter_context(running(workspace))
        settings = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_API_URL": url}
        tools = make_tools(database, environment=settings)
        workspaces = Workspaces(settings)
        workspaces.learn()
        keep = keeper(engine or database, now, desk.handlers)
        app = SlackApp(keep, workspaces, signing_secret=workspace.app.http.secret)
        if door == "http":
            web = create_app(
                engine=database, company=SomeCompany(), previewing=False, hooks=Hooks(slack={"": app.over_http})
            )
            workspace.app.http.url = f"{stack.enter_context(serving(web))}/hooks/slack"
        else:
            stack.enter_context(connected(workspace, app, url))
        yield Place(workspace, People(workspace), desk, tools)


@contextmanager
def connected(workspace: Workspace, app: SlackApp, url: str) -> Iterator[None]:
    """Socket Mode, in a thread of its own."""
    stop = threading.Event()
    settings = {"SLACK_APP_TOKEN": workspace.app.sockets.app_token, "SLACK_API_URL": url}
    with ThreadPoolExecutor(1) as thread:
        ends = thread.submit(listen, settings, app.over_socket, stop, pace=Pace(look=0.02, ping=3600))
        try:
            workspace.app.sockets.line()
            yield
        finally:
            stop.set()
        ends.result(PATIENCE)


@pytest.fixture(params=["socket", "http"])
def both(request: pytest.FixtureRequest, workspace: Workspace, database: Engine) -> Iterator[Place]:
    """The place, through the one door and through the other."""
    with place_of(workspace, database, request.param) as place:
        yield place


@pytest.fixture
def place(workspace: Workspace, database: Engine) -> Iterator[Place]:
    """The place, where the door does not matter."""
    with place_of(workspace, database, "http") as place:
        yield place


@pytest.fixture
def ada(database: Engine) -> int:
    """Ada is one of us; her id."""
    with transaction(database) as session:
        user = User(name="Ada Lund", email="ada@lantern-works.example", role="community", created_at=now())
        session.add(user)
        session.flush()
        return user.id or 0


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


def test_a_workspace_without_a_token_is_told_so(place: Place) -> None:
    """At once, because nothing could be told later."""
    place.workspace.team = "T0STRANGER"
    delivery = place.people.slash(ADA, COMMUNITY, "/earful help")
    assert "not set up for this Slack workspace" in str(delivery.body)
    assert place.clicks() == []


def test_who_is_none_of_us_is_told_what_to_do(place: Place) -> None:
    """Beside the card, alone; and the handler is not called."""
    place.people.click(BEN, place.card("claim"), "claim")
    place.work()
    assert place.desk.seen == []
    assert "earful user add ben@lantern-works.example" in place.told(BEN)[0]


def test_a_home_of_somebody_else_says_so(place: Place) -> None:
    """A home is not left empty."""
    place.people.open_home(BEN)
    place.work()
    assert "does not know you yet" in str(place.workspace.homes[BEN].payload)


def test_a_link_of_somebody_else_is_left_alone(place: Place) -> None:
    """They asked us for nothing."""
    place.people.share_link(BEN, COMMUNITY, "https://earful.example/posts/7")
    place.work()
    assert place.told(BEN) == []


def test_an_account_is_tied_once(place: Place, ada: int) -> None:
    """By the e-mail address; another address there changes nothing afterwards, and the user may be switched off."""
    ts = place.card("claim")
    place.people.click(ADA, ts, "claim")
    place.work()
    place.workspace.users[0].email = "somebody@else.example"
    place.people.click(ADA, ts, "claim")
    place.work()
    assert [visit.by.user_id for visit in place.desk.seen] == [ada, ada]
    with transaction(place.tools.engine) as session:
        (account,) = session.scalars(select(Account))
        session.get_one(User, ada).active = False
    assert (account.workspace, account.remote_id) == (place.workspace.team, ADA)
    place.people.click(ADA, ts, "claim")
    place.work()
    assert len(place.desk.seen) == 2
    assert "switched off" in place.told(ADA)[0]


@pytest.mark.usefixtures("ada")
def test_an_address_that_slack_does_not_tell_ties_nobody(place: Place) -> None:
    """Without the permission nobody is known; that is said."""
    place.workspace.scopes = place.workspace.scopes.replace(",users:read.email", "")
    place.people.click(ADA, place.card("claim"), "claim")
    place.work()
    assert place.desk.seen == []
    assert "earful slack setup" in place.told(ADA)[0]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("error", [NotAllowed("Only admins may."), Conflict("Ben has it already.")])
def test_a_refusal_is_told_beside_the_card(place: Place, error: Exception) -> None:
    """In its own words."""

    def refuse(_: Visit) -> None:
        raise error

    place.desk.act = refuse
    place.people.click(ADA, place.card("claim"), "claim")
    place.work()
    assert place.told(ADA) == [str(error)]
    assert place.clicks()[0].problem is None


@pytest.mark.usefixtures("ada")
def test_a_refusal_of_a_form_keeps_what_was_written(place: Place) -> None:
    """In the form itself; where it is closed meanwhile, in a direct message."""

    def refuse(_: Visit) -> None:
        raise Conflict("Ben answered already.")

    for closed in (False, True):
        place.people.click(ADA, place.card("open"), "open")
        place.desk.act = lambda visit: visit.slack.open_view(visit.heard.trigger_id, form())
        place.work()
        view = place.workspace.modal(ADA)
        assert view is not None
        place.people.submit(ADA, view.id, {"words": {"text": "many kind words"}})
        if closed:
            place.people.close(ADA, view.id)
        place.desk.act = refuse
        place.work()
        shown = place.workspace.modal(ADA)
        if closed:
            assert place.told(ADA) == ["Ben answered already."]
        else:
            assert shown is not None
            assert "Ben answered already." in str(shown.payload)
            assert "many kind words" in str(shown.payload)


@pytest.mark.usefixtures("ada")
def test_too_late_for_a_form_is_told(place: Place) -> None:
    """A trigger lives three seconds."""
    place.people.click(ADA, place.card("open"), "open")
    (trigger,) = place.workspace.triggers.values()
    trigger.issued -= timedelta(seconds=4)
    place.desk.act = lambda visit: visit.slack.open_view(visit.heard.trigger_id, form())
    place.work()
    assert "Please try once more" in place.told(ADA)[0]
    assert place.clicks()[0].done_at is not None


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "user_not_in_channel"])
def test_where_a_channel_takes_no_whisper_a_direct_message_does(place: Place, error: str) -> None:
    """The channel was deleted, or one of the two is not in it."""
    place.people.click(ADA, place.card("claim"), "claim")
    place.desk.act = lambda visit: visit.slack.whisper(visit.heard.channel, ADA, "psst")
    place.workspace.faults.only, place.workspace.faults.answers = "chat.postEphemeral", [error]
    place.work()
    assert place.told(ADA) == ["psst"]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("error", "problem"), [("token_revoked", "SLACK_BOT_TOKEN"), ("missing_scope", "permission")])
def test_what_slack_refuses_for_good_is_noted(place: Place, error: str, problem: str) -> None:
    """Nothing can be told; whoever runs Earful finds it on the click and in the log."""
    place.people.click(ADA, place.card("claim"), "claim")
    place.workspace.faults.answers = [error] * 9
    place.work()
    (click,) = place.clicks()
    assert click.done_at is not None
    assert problem in (click.problem or "")


@pytest.mark.usefixtures("ada")
def test_a_busy_slack_is_waited_for(place: Place) -> None:
    """The same job again, after the time that Slack asks for; not for ever."""
    place.people.click(ADA, place.card("claim"), "claim")
    place.desk.act = lambda visit: visit.slack.whisper(COMMUNITY, ADA, "psst")
    place.workspace.faults.only, place.workspace.faults.rate_limited = "chat.postEphemeral", 2
    place.work()
    assert place.clicks()[0].done_at is None
    assert len(place.jobs()) == 2
    place.work(replace(place.tools, clock=lambda: now() + timedelta(minutes=6)))
    (click,) = place.clicks()
    assert click.done_at is not None
    assert "asks to wait" in (click.problem or "")


@pytest.mark.usefixtures("ada")
def test_a_fault_of_ours_is_told_and_does_not_come_again(place: Place) -> None:
    """The person hears that it did not work, without a word of what was said."""

    def fail(_: Visit) -> None:
        raise ZeroDivisionError("secret words")

    place.desk.act = fail
    place.people.click(ADA, place.card("claim"), "claim")
    place.work()
    assert "Something went wrong" in place.told(ADA)[0]
    assert place.clicks()[0].problem == "ZeroDivisionError in the handler"


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
