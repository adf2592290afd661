"""People answer from Slack: bound to what they saw, with a second pair of eyes where a rule wants it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from collectors.base import ReplyDoor
from service.configuration.replies import RepliesConfig, Template
from service.domain.replies import ApprovalRules
from service.models import Reply
from service.pipeline.outcome import Job
from service.store.database import transaction
from tests.contract.repliers.fake import Fault
from tests.contract.repliers.mastodon import AUTHOR
from tests.database.replying import Killed, edit_post
from tests.desk.bench import ADA, KIM, VIC, Desk

TEXT = "Thank you, the lamps will be steady in the next version."


def stored(desk: Desk) -> list[Reply]:
    """Every reply there is."""
    with transaction(desk.tools.engine) as session:
        return list(session.scalars(select(Reply).order_by(col(Reply.id))))


def write(desk: Desk, user: str, text: str = TEXT) -> None:
    """Open the form, and send it with this text."""
    desk.click(user, desk.ts, "reply:open")
    desk.submit(user, {field_of(desk, user): text})


def field_of(desk: Desk, user: str) -> str:
    """What the field of the text is called at the moment."""
    (block,) = [each for each in desk.modal(user)["blocks"] if str(each.get("block_id", "")).startswith("reply_text")]
    return str(block["block_id"])


def approved_by_another(desk: Desk) -> None:
    """From now on a colleague's first replies need a second pair of eyes."""
    rules = RepliesConfig(approval=ApprovalRules(first_replies=3))
    desk.tools = replace(desk.tools, replies=rules)


def test_a_reply_goes_out_after_the_time_in_which_it_can_be_taken_back(desk: Desk) -> None:
    """The form shows the post, the result says when it leaves, the card says that it is published."""
    desk.click(KIM, desk.ts, "reply:open")
    shown = str(desk.modal(KIM)["blocks"])
    assert "The lamp flickers" in shown
    assert "What is said in the card's thread in Slack stays here." in shown
    assert "At most 468 characters, where an address is 23." in shown

    desk.submit(KIM, {field_of(desk, KIM): TEXT})
    assert "Goes out on" in str(desk.modal(KIM)["blocks"])
    assert desk.answering.on_platform() == []
    assert "reply:undo" in desk.names(desk.card())

    desk.later(60)
    assert desk.answering.on_platform() == [TEXT]
    assert "is published" in str(desk.card()["blocks"])
    assert "reply:undo" not in desk.names(desk.card())


def test_it_can_be_taken_back_in_time_and_is_a_draft_again(desk: Desk) -> None:
    """Nothing is published; the form that comes back holds the words."""
    write(desk, KIM)
    desk.click(KIM, str(desk.modal(KIM)["id"]), "reply:undo")
    desk.later(60)

    assert desk.answering.on_platform() == []
    assert "Kept as a draft." in str(desk.modal(KIM)["blocks"])
    desk.people.close(KIM, str(desk.modal(KIM)["id"]))

    desk.click(KIM, desk.ts, "reply:open")
    assert TEXT in str(desk.modal(KIM)["blocks"])
    desk.submit(KIM, {field_of(desk, KIM): f"{TEXT} Promised."})
    desk.later(60)
    assert desk.answering.on_platform() == [f"{TEXT} Promised."]
    assert len(stored(desk)) == 1


def test_an_empty_or_too_long_text_is_refused_at_its_field(desk: Desk) -> None:
    """Counted as the platform counts: an address is 23 there, however long it is."""
    desk.click(KIM, desk.ts, "reply:open")
    field, view = field_of(desk, KIM), str(desk.modal(KIM)["id"])
    desk.people.submit(KIM, view, {field: {field: "x" * 501}})
    assert desk.modal(KIM)["errors"] == {field: "It is 501 long as the platform counts, and 468 are allowed."}
    desk.people.submit(KIM, view, {field: {field: " \n"}})
    assert desk.modal(KIM)["errors"] == {field: "Write what the author should read."}
    assert stored(desk) == []

    desk.submit(KIM, {field: "https://example.org/" + "a" * 700})
    assert len(stored(desk)) == 1


def test_what_moved_while_it_was_written_is_shown_and_asked_again(desk: Desk) -> None:
    """The words are kept, the difference is shown, and only the second yes publishes."""
    desk.click(KIM, desk.ts, "reply:open")
    desk.answering.platform.chatter("I have that too")
    desk.submit(KIM, {field_of(desk, KIM): TEXT})

    again = str(desk.modal(KIM)["blocks"])
    assert "The post moved while you wrote." in again
    assert "ben answered meanwhile" in again
    assert TEXT in again
    assert stored(desk) == []

    desk.submit(KIM, {field_of(desk, KIM): TEXT})
    desk.later(60)
    assert desk.answering.on_platform() == [TEXT]


def test_a_post_that_is_edited_meanwhile_asks_again(desk: Desk) -> None:
    """Also where Earful collected the edit in between."""
    desk.click(KIM, desk.ts, "reply:open")
    edit_post(desk.answering, "The lamp is fine, sorry")
    desk.submit(KIM, {field_of(desk, KIM): TEXT})

    again = str(desk.modal(KIM)["blocks"])
    assert "The author changed the text." in again
    assert "The lamp is fine, sorry" in again
    assert desk.answering.on_platform() == []


def test_a_post_that_is_gone_has_no_field(desk: Desk) -> None:
    """It is said in place of the form."""
    desk.answering.platform.remove()
    desk.click(KIM, desk.ts, "reply:open")

    assert "submit" not in desk.modal(KIM) or desk.modal(KIM)["submit"] is None
    assert "removed the post" in str(desk.modal(KIM)["blocks"])


def test_a_platform_that_does_not_answer_is_a_warning(desk: Desk) -> None:
    """One can write; nothing goes out unseen."""
    desk.answering.platform.secrets = {}
    desk.answering.platform.lets_in = lambda asked: False  # type: ignore[method-assign]  # as after a revoked token
    desk.click(KIM, desk.ts, "reply:open")
    assert "It could not be looked at" in str(desk.modal(KIM)["blocks"])


def test_words_to_begin_from_fill_the_field(desk: Desk) -> None:
    """A template in the field, above what was typed; a preview with the count as the platform counts."""
    desk.tools = replace(desk.tools, replies=_with_a_template(desk))
    desk.click(KIM, desk.ts, "reply:open")
    view = str(desk.modal(KIM)["id"])
    desk.choose(KIM, view, "reply:suggest", "Thanks")
    assert "Thank you for telling us" in str(desk.modal(KIM)["blocks"])
    assert field_of(desk, KIM) == "reply_text#1"

    desk.click(KIM, view, "reply:preview")
    shown = str(desk.modal(KIM)["blocks"])
    assert "it will read:" in shown
    assert f"@{AUTHOR} Thank you for telling us" in shown
    assert " of 468, as the platform counts." in shown

    desk.submit(KIM, {"reply_text#1": "Thank you for telling us."})
    desk.later(60)
    (kept,) = stored(desk)
    assert (kept.template, desk.answering.on_platform()) == ("Thanks", ["Thank you for telling us."])


def test_a_second_person_approves_exactly_the_words_that_they_read(desk: Desk) -> None:
    """The writer cannot; another can, and the words go out."""
    approved_by_another(desk)
    write(desk, KIM)
    assert "Waits for a second person" in str(desk.modal(KIM)["blocks"])
    assert {"reply:approve", "reply:send_back"} <= set(desk.names(desk.card()))
    desk.people.close(KIM, str(desk.modal(KIM)["id"]))

    desk.click(KIM, desk.ts, "reply:approve")
    desk.submit(KIM, {})
    assert "You wrote it yourself; somebody else approves it." in str(desk.modal(KIM)["blocks"])

    desk.click(ADA, desk.ts, "reply:approve")
    assert TEXT in str(desk.modal(ADA)["blocks"])
    assert "replies that Kim wrote" in str(desk.modal(ADA)["blocks"])
    desk.submit(ADA, {})
    desk.later(60)
    assert desk.answering.on_platform() == [TEXT]


def test_other_words_than_were_read_are_not_approved(desk: Desk) -> None:
    """Reworded while the approver read: nothing leaves."""
    approved_by_another(desk)
    write(desk, KIM)
    desk.people.close(KIM, str(desk.modal(KIM)["id"]))
    desk.click(ADA, desk.ts, "reply:approve")
    write(desk, KIM, "Other words.")
    desk.submit(ADA, {})

    assert "The reply says something else now" in str(desk.modal(ADA)["blocks"])
    desk.later(60)
    assert desk.answering.on_platform() == []


def test_a_reply_that_is_sent_back_reaches_its_writer(desk: Desk) -> None:
    """A message with the reason, and the card with it too."""
    approved_by_another(desk)
    write(desk, KIM)
    desk.click(ADA, desk.ts, "reply:send_back")
    desk.submit(ADA, {"reason": "Promise nothing."})

    assert any("Ada sent your reply back: Promise nothing." in told for told in desk.whispers(KIM))
    assert "Ada sent it back: Promise nothing." in str(desk.card()["blocks"])


def test_a_viewer_writes_nothing(desk: Desk) -> None:
    """No form opens; a whisper says who may."""
    desk.click(VIC, desk.ts, "reply:open")
    assert desk.workspace.modal(VIC) is None
    assert "may write replies" in desk.whispers(VIC)[0]


def test_a_reply_that_stands_can_be_changed_and_taken_down(desk: Desk) -> None:
    """Where the platform lets us; the card offers it."""
    write(desk, KIM)
    desk.later(60)
    desk.click(KIM, desk.ts, "reply:edit")
    assert TEXT in str(desk.modal(KIM)["blocks"])
    desk.submit(KIM, {field_of(desk, KIM): "Fixed."})
    desk.later(60)
    assert desk.answering.on_platform() == ["Fixed."]

    desk.click(KIM, desk.ts, "reply:take_down")
    desk.later(60)
    assert desk.answering.on_platform() == []


def test_a_closed_form_loses_no_words(desk: Desk) -> None:
    """The post moved, the form is closed: the writer gets the words in a message."""
    desk.click(KIM, desk.ts, "reply:open")
    desk.answering.platform.chatter("me too")
    view, field = str(desk.modal(KIM)["id"]), field_of(desk, KIM)
    desk.people.submit(KIM, view, {field: {field: TEXT}})
    desk.people.close(KIM, view)
    desk.work()

    direct = [each for each in desk.workspace.messages() if each["channel"] == "D" + KIM[1:]]
    assert TEXT in str(direct[-1]["blocks"])


def test_what_is_said_in_the_thread_is_never_published(desk: Desk) -> None:
    """People talk below the card; the author reads none of it."""
    desk.people.say(KIM, "C0COMMUNITY", "Not again, this one is a pain.", thread_ts=desk.ts)
    desk.work()
    desk.later(600)
    assert desk.answering.on_platform() == []
    assert stored(desk) == []


def _with_a_template(desk: Desk) -> RepliesConfig:
    template = Template(name="Thanks", language="en", text="Thank you for telling us, we look into it.")
    return replace(desk.tools.replies, templates=(template,))


def test_a_reply_that_failed_is_tried_again_reworded_or_dropped(desk: Desk) -> None:
    """The card says why; a click repeats it, another gives it up."""
    write(desk, KIM)
    desk.people.close(KIM, str(desk.modal(KIM)["id"]))
    desk.answering.platform.fail(Fault.WRONG)
    desk.later(60)
    assert {"reply:retry", "reply:open", "reply:drop"} <= set(desk.names(desk.card()))
    assert "The reply was not published" in str(desk.card()["blocks"])

    desk.click(KIM, desk.ts, "reply:retry")
    desk.later(60)
    assert desk.answering.on_platform() == [TEXT]


def test_where_only_a_person_can_post_the_words_are_to_be_pasted(desk: Desk) -> None:
    """Without keys: the words, the way there, and "I posted it"."""
    desk.tools = replace(desk.tools, door=lambda source: ReplyDoor.LINK, replier=lambda source: None)
    desk.jobs.append((desk.tools.clock(), Job(task="deliver", arguments={"delivery_id": desk.delivery_id})))
    desk.work()
    assert "Answer on lamps ↗" in str(desk.card()["blocks"])

    desk.click(KIM, desk.ts, "reply:open")
    assert "lets no program answer" in str(desk.modal(KIM)["blocks"])
    desk.submit(KIM, {field_of(desk, KIM): TEXT})
    assert "reply:sent_by_hand" in desk.names(desk.card())
    desk.people.close(KIM, str(desk.modal(KIM)["id"]))

    desk.click(KIM, desk.ts, "reply:sent_by_hand")
    desk.people.submit(KIM, str(desk.modal(KIM)["id"]), {"url": {"url": "lamps.example/9"}})
    assert desk.modal(KIM)["errors"] == {"url": "Give the address of your answer, beginning with https://."}
    desk.submit(KIM, {"url": "https://lamps.example/9"})
    assert (stored(desk)[0].state, stored(desk)[0].remote_url) == ("sent", "https://lamps.example/9")
    assert desk.answering.on_platform() == []


@pytest.mark.parametrize("step", ["click:begun", "click:written", "click:sent"])
def test_a_kill_at_any_step_of_publishing_leaves_one_reply(desk: Desk, step: str) -> None:
    """The job runs again from its beginning: the words are kept once, and go out once."""
    desk.click(KIM, desk.ts, "reply:open")
    whole, field = desk.tools, field_of(desk, KIM)
    desk.people.submit(KIM, str(desk.modal(KIM)["id"]), {field: {field: TEXT}})

    def observe(name: str) -> None:
        if name == step:
            raise Killed

    desk.tools = replace(whole, observe=observe)
    with pytest.raises(Killed):
        desk.work()
    desk.tools = whole
    desk.work()
    desk.later(60)

    assert desk.answering.on_platform() == [TEXT]
    assert len(stored(desk)) == 1
