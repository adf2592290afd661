"""What went wrong with a click is told to the person, where they see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import now
from service.desk.visit import Visit
from service.errors import Conflict, NotAllowed
from service.models import Account, User
from service.store.database import transaction
from tests.database.clicks.scene import ADA, BEN, COMMUNITY, Place, form


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
