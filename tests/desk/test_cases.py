"""People take cases, give them away, let them sleep and close them, with the buttons of a card."""

from __future__ import annotations

from service.models import Case
from service.store.database import transaction
from tests.desk.bench import ADA, KIM, STRANGER, VIC, Desk


def case_of(desk: Desk) -> Case:
    """The case as it is stored."""
    with transaction(desk.tools.engine) as session:
        return session.get_one(Case, desk.answering.case_id)


def test_whoever_claims_it_has_it_and_the_card_says_so(desk: Desk) -> None:
    """The button goes, the name stands there, in place."""
    desk.click(KIM, desk.ts, "case:claim")

    assert case_of(desk).assignee_id == desk.answering.kim.user_id
    assert "case:claim" not in desk.names(desk.card())
    assert "In work" in str(desk.card()["blocks"])
    assert " with Kim" in str(desk.card()["blocks"])
    assert desk.whispers(KIM) == []


def test_a_viewer_is_told_who_may(desk: Desk) -> None:
    """Nothing changes, and the whisper names people who may."""
    desk.click(VIC, desk.ts, "case:claim")

    assert case_of(desk).assignee_id is None
    (told,) = desk.whispers(VIC)
    assert "Only support, community, product and admin may work on cases, and Vic is viewer." in told
    assert "Kim" in told


def test_a_stranger_is_told_what_to_do(desk: Desk) -> None:
    """Whoever has no account of ours learns how to get one."""
    desk.click(STRANGER, desk.ts, "case:claim")

    (told,) = desk.whispers(STRANGER)
    assert "earful user add dee@lantern-works.example" in told


def test_a_case_that_is_taken_is_not_taken_again(desk: Desk) -> None:
    """A click on a card that is a moment old is told who was first."""
    old = desk.ts
    desk.people.click(KIM, old, "case:claim")
    desk.people.click(ADA, old, "case:claim")
    desk.work()

    assert case_of(desk).assignee_id == desk.answering.kim.user_id
    assert desk.whispers(ADA) == ["Kim has it already. Ask them, or assign it to yourself."]


def test_a_case_is_given_to_a_member_of_the_workspace(desk: Desk) -> None:
    """The one who was chosen has it, without ever having done anything in Slack."""
    desk.choose(KIM, desk.ts, "case:more", f"case:assign {desk.answering.case_id}")
    desk.submit(KIM, {"person": ADA})

    assert case_of(desk).assignee_id == desk.answering.ada.user_id
    assert desk.workspace.modal(KIM) is None


def test_nobody_gives_it_back_to_all(desk: Desk) -> None:
    """An empty field is a case that anyone may claim."""
    desk.click(KIM, desk.ts, "case:claim")
    desk.choose(KIM, desk.ts, "case:more", f"case:assign {desk.answering.case_id}")
    desk.submit(KIM, {})

    assert case_of(desk).assignee_id is None
    assert "case:claim" in desk.names(desk.card())


def test_who_has_no_account_cannot_be_given_a_case(desk: Desk) -> None:
    """It is said why, and what would help."""
    desk.choose(KIM, desk.ts, "case:more", f"case:assign {desk.answering.case_id}")
    desk.submit(KIM, {"person": STRANGER})

    assert case_of(desk).assignee_id is None
    assert "earful user add dee@lantern-works.example" in desk.whispers(KIM)[-1]


def test_a_case_sleeps_until_morning_and_can_be_woken(desk: Desk) -> None:
    """The card says until when."""
    desk.choose(KIM, desk.ts, "case:more", f"case:snooze {desk.answering.case_id}")
    desk.submit(KIM, {"when": "tomorrow"})

    until = case_of(desk).snoozed_until
    assert until is not None
    here = until.astimezone(desk.tools.company.time_zone)
    assert (here.hour, (here.date() - desk.tools.clock().date()).days) == (9, 1)
    assert "asleep until" in str(desk.card()["blocks"])

    desk.choose(KIM, desk.ts, "case:more", f"case:wake {desk.answering.case_id}")
    assert case_of(desk).snoozed_until is None


def test_a_day_must_be_chosen_where_one_is_waited_for(desk: Desk) -> None:
    """The form stays open, with the reason at the field."""
    desk.choose(KIM, desk.ts, "case:more", f"case:snooze {desk.answering.case_id}")
    view = desk.modal(KIM)
    desk.people.submit(KIM, view["id"], {"when": {"when": "day"}, "day": {"day": None}})

    assert desk.modal(KIM)["errors"] == {"day": "Choose a day."}
    assert case_of(desk).snoozed_until is None


def test_a_case_is_closed_with_a_reason_and_opened_again(desk: Desk) -> None:
    """What is not relevant leaves the card with one button."""
    desk.choose(KIM, desk.ts, "case:more", f"case:dismiss {desk.answering.case_id}")
    desk.submit(KIM, {"reason": "other", "note": "It is about another game."})
    assert case_of(desk).state == "dismissed"
    assert "case:reopen" in desk.names(desk.card())
    assert "case:more" not in desk.names(desk.card())

    desk.click(KIM, desk.ts, "case:reopen")
    assert case_of(desk).state == "new"


def test_another_reason_must_be_said(desk: Desk) -> None:
    """The form asks for it."""
    desk.choose(KIM, desk.ts, "case:more", f"case:dismiss {desk.answering.case_id}")
    desk.people.submit(KIM, desk.modal(KIM)["id"], {"reason": {"reason": "other"}})
    assert desk.modal(KIM)["errors"] == {"note": "Say why, in a few words."}


def test_a_defect_is_shown_to_those_who_can_mend_it(desk: Desk) -> None:
    """A card in their channel, with the note; the first card says that it was shown."""
    desk.workspace.channel("C0PRODUCT00").name = "rnd"
    desk.choose(KIM, desk.ts, "case:more", f"case:escalate {desk.answering.case_id}")
    desk.submit(KIM, {"note": "Third one today."})

    (shown,) = [each for each in desk.workspace.messages() if each["channel"] == "C0PRODUCT00"]
    assert "Kim escalated it: Third one today." in str(shown["blocks"])
    assert "shown to R&D" in str(desk.card()["blocks"])
