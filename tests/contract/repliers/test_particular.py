"""What single platforms do besides what all have in common: threads, handles, second thoughts, other folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from integrations.base import JSON, MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from integrations.repliers.registry import spec
from integrations.replies import Replier
from tests.contract.repliers import (
    app_store_connect,
    email,
    github,
    google_business,
    google_play,
    intercom,
    youtube,
    zendesk,
)
from tests.contract.repliers.fake import NOW, Fake, Fault, iso
from tests.recorded.imap import USER, letter
from tests.recorded.intercom import customer


@contextmanager
def answering(kind: str, fake: Fake) -> Iterator[Replier]:
    """A replier that talks to the running platform."""
    found = spec(kind)
    assert found is not None
    with fake.running():
        yield found.build(fake.url, fake.secrets)


def test_google_may_reject_an_answer_that_it_took() -> None:
    """It is told with the policy, by looking for it; it counts as no answer that stands."""
    fake = google_business.Platform()
    with answering("google_business", fake) as replier:
        replier.send("Thank you!", place=fake.place, key="k")
        assert fake.answer is not None
        fake.answer |= {"reviewReplyState": "REJECTED", "policyViolation": "PROMOTIONAL"}
        assert replier.look(fake.place).answers == []
        with pytest.raises(MessageRejected, match="PROMOTIONAL"):
            replier.find("Thank you!", place=fake.place, key="k", after=NOW)


def test_a_place_on_the_map_comes_from_the_review_or_is_the_only_one() -> None:
    """With two places and a review that does not say which, nothing is guessed."""
    fake = google_business.Platform()
    with answering("google_business", fake) as replier:
        kept = replace(fake.place, options={}, raw={"place": google_business.LOCATION})
        assert replier.look(kept).rating == "2/5"
        two: dict[str, JSON] = {"locations": ["accounts/1/locations/2", "accounts/1/locations/3"]}
        with pytest.raises(MessageRejected, match="to which place"):
            replier.look(replace(fake.place, options=two))


def test_an_older_review_in_google_play_has_a_title_before_a_tab() -> None:
    """As its collector reads it."""
    fake = google_play.Platform(text="Broken lamp\tIt flickers at night")
    with answering("google_play", fake) as replier:
        standing = replier.look(fake.place)
    assert (standing.title, standing.text, standing.rating) == ("Broken lamp", "It flickers at night", "2/5")


def test_an_answer_that_apple_has_not_published_yet_is_known() -> None:
    """Pending counts as sent, so that nothing is sent again; overwriting keeps the answer's id."""
    fake = app_store_connect.Platform()
    with answering("app_store_connect", fake) as replier:
        first = replier.send("Thank you!", place=fake.place, key="k")
        assert replier.find("Thank you!", place=fake.place, key="k", after=NOW) == first
        assert replier.send("Thank you, Ana!", place=fake.place, key="k2") == first
        assert fake.held() == ["Thank you, Ana!"]


def test_who_answers_an_answer_on_youtube_writes_below_its_thread_and_names_the_author() -> None:
    """Once, and it is found with the handle."""
    fake = youtube.Platform()
    place = replace(fake.place, external_id=f"{youtube.TOP}.a1", handle="@player1", text="Mine too, 1")
    with answering("youtube", fake) as replier:
        assert replier.look(place).text == "Mine too, 1"
        receipt = replier.send("Fixed.", place=place, key="k")
        replier.send("@player1 Fixed twice.", place=place, key="k")
        assert fake.held() == ["@player1 Fixed.", "@player1 Fixed twice."]
        assert replier.find("Fixed.", place=place, key="k", after=NOW) == receipt
        assert receipt.url == f"https://www.youtube.com/watch?v={youtube.VIDEO}&lc={receipt.remote_id}"
        gone = replace(place, external_id=f"{youtube.TOP}.a99")
        assert not replier.look(gone).exists


@pytest.mark.parametrize(
    ("post", "under", "body"),
    [
        (github.REMARK, github.ISSUE, "@ana Fixed."),
        (github.DISCUSSION, github.DISCUSSION, "Fixed."),
        (github.IDEA, github.IDEA, "Fixed."),
        (github.NESTED, github.IDEA, "Fixed."),
    ],
)
def test_answers_on_github_go_where_their_thread_is(post: str, under: str, body: str) -> None:
    """Below the issue with the author's handle, in a discussion, or below the first comment of its thread."""
    fake = github.Platform()
    place = replace(fake.place, external_id=post)
    with answering("github", fake) as replier:
        assert replier.look(place).text == fake.nodes[post]["body"]
        receipt = replier.send("Fixed.", place=place, key="k")
        assert fake.nodes[receipt.remote_id]["under"] == under
        assert fake.nodes[receipt.remote_id]["body"] == f"{body}\n\n<!-- earful:k -->"
        assert replier.find("Fixed.", place=place, key="k", after=NOW) == receipt
        edited = replier.edit("Really fixed.", place=place, receipt=receipt)  # type: ignore[attr-defined]
        assert (edited.remote_id, fake.nodes[receipt.remote_id]["body"]) == (receipt.remote_id, "Really fixed.")
        replier.delete(place=place, receipt=receipt)  # type: ignore[attr-defined]
        assert fake.held() == []


def test_our_answer_on_github_is_found_below_many_later_ones() -> None:
    """Page by page towards the past; a stranger who copies the key's comment is not taken for us."""
    fake = github.Platform()
    with answering("github", fake) as replier:
        receipt = replier.send("Fixed.", place=fake.place, key="k")
        for _ in range(230):
            fake.chatter("Mine too <!-- earful:k --> <!-- earful:other -->")
        assert replier.find("Fixed.", place=fake.place, key="k", after=NOW) == receipt
        assert replier.find("Fixed.", place=fake.place, key="other", after=NOW) is None


def test_a_discussions_comment_that_was_deleted_is_gone() -> None:
    """GitHub keeps its place for the answers below it."""
    fake = github.Platform()
    fake.nodes[github.IDEA]["deletedAt"] = iso(NOW)
    place = replace(fake.place, external_id=github.IDEA)
    with answering("github", fake) as replier:
        assert not replier.look(place).exists
        with pytest.raises(MessageRejected, match="gone"):
            replier.send("Fixed.", place=place, key="k")


def test_a_later_comment_of_a_ticket_is_what_is_answered() -> None:
    """The comment itself is looked at; notes among colleagues are no answers."""
    fake = zendesk.Platform()
    fake.say("It still flickers", zendesk.CUSTOMER)
    with answering("zendesk", fake) as replier:
        standing = replier.look(replace(fake.place, external_id="1/1003"))
        assert (standing.text, standing.title) == ("It still flickers", "Lamp")
        assert [answer.text for answer in standing.answers] == ["The lamp flickers", "Which lamp?"]
        assert not replier.look(replace(fake.place, external_id="1/9999")).exists


def test_without_its_name_no_zendesk_is_guessed() -> None:
    """The subdomain comes from the source, and is one."""
    found = spec("zendesk")
    assert found is not None
    fake = zendesk.Platform()
    replier = found.build(None, fake.secrets)
    for options in ({}, {"subdomain": "lamps.example/"}):
        with pytest.raises(MessageRejected, match="subdomain"):
            replier.look(replace(fake.place, options=options))
    assert [finding.ok for finding in replier.check()] == [True]  # type: ignore[attr-defined]


def test_parts_of_a_conversation_are_looked_at_by_themselves() -> None:
    """A later message, one that was redacted, and a remark that was never made."""
    fake = intercom.Platform()
    fake.say("<p>It still<br>flickers &amp; hums</p>", customer(1))
    with answering("intercom", fake) as replier:
        assert replier.look(replace(fake.place, external_id="1/3")).text == "It still\nflickers & hums"
        fake.parts[-1]["redacted"] = True
        assert not replier.look(replace(fake.place, external_id="1/3")).exists
        assert not replier.look(replace(fake.place, external_id="1/rating")).exists
        assert [answer.by for answer in replier.look(fake.place).answers] == ["Team"]


def test_a_letter_is_answered_in_its_thread_from_the_address_it_was_written_to() -> None:
    """To whom the writer wants, with what makes a thread, and nothing from hostile headers."""
    fake = email.Platform()
    fake.mail.letters.clear()
    headers = {"To": "Hello <hello@lamps.example>", "Reply_To": "Ana <desk@people.example>"}
    fake.mail.deliver(letter(1, **headers, Subject="Lamp\r\n  =?x?= flickers", References="<0@people.example>"))
    both = replace(fake.place, options={**fake.place.options, "addresses": [USER, "hello@lamps.example"]})
    with answering("email", fake) as replier:
        with pytest.raises(TargetRefused, match="not send as"):  # hello@ it would be, which the account may not use
            replier.send("Fixed.", place=both, key="k")
        receipt = replier.send("Fixed.\n.\n..", place=fake.place, key="k")
    [(content, recipients)] = fake.sent
    told = message_from_bytes(content, policy=policy.default)
    assert recipients == ["desk@people.example", USER]
    assert (told["to"], told["from"], told["message-id"]) == ("desk@people.example", USER, receipt.remote_id)
    assert (told["in-reply-to"], told["references"]) == ("<1@people.example>", "<0@people.example> <1@people.example>")
    assert str(told["subject"]).startswith("Re: Lamp")
    assert told.get_content().splitlines() == ["Fixed.", ".", ".."]


def test_a_letter_that_was_archived_can_still_be_answered() -> None:
    """It is found in the folder for letters that were dealt with; in none, it is gone."""
    fake = email.Platform()
    fake.mail.archive, fake.mail.letters = fake.mail.letters, {}
    with answering("email", fake) as replier:
        assert replier.look(fake.place).text == "The lamp 1 flickers."
        replier.send("Fixed.", place=fake.place, key="k")
        fake.mail.archive = None
        assert not replier.look(fake.place).exists


def test_a_letter_from_ourselves_is_not_answered() -> None:
    """Nobody writes to themselves in circles."""
    fake = email.Platform()
    fake.mail.letters.clear()
    fake.mail.deliver(letter(1, From=f"Lamps <{USER}>"))
    with answering("email", fake) as replier:
        assert replier.look(fake.place).why_not == "The letter names no address that could be answered."
        with pytest.raises(MessageRejected):
            replier.send("Fixed.", place=fake.place, key="k")
    assert fake.sent == []


def test_a_mailbox_that_breaks_off_in_a_letter_is_busy() -> None:
    """Half a letter is none."""
    fake = email.Platform()
    with answering("email", fake) as replier:
        fake.mail.next_fault = "cut"
        with pytest.raises(TargetBusy):
            replier.look(fake.place)


def test_a_letter_without_an_id_cannot_be_answered_by_a_program() -> None:
    """It is said why."""
    fake = email.Platform()
    with answering("email", fake) as replier, pytest.raises(MessageRejected, match="Message-ID"):
        replier.look(replace(fake.place, external_id="letter-0123456789"))


def test_the_password_never_crosses_a_network_in_the_clear() -> None:
    """Nobody is even called; and a server that sends is named by an address for that."""
    fake, found = email.Platform(), spec("email")
    assert found is not None
    with pytest.raises(TargetRefused, match="in the clear"):
        found.build("http://192.0.2.1:143", fake.secrets).look(fake.place)
    with fake.running(), pytest.raises(TargetRefused, match="EMAIL_SMTP"):
        found.build(fake.url, {**fake.secrets, "EMAIL_SMTP": "imap://lamps.example"}).send(
            "Fixed.", place=fake.place, key="k"
        )


def test_a_broken_connection_while_editing_is_uncertain_too() -> None:
    """As for sending: nobody can say whether the words were replaced."""
    fake = google_play.Platform()
    with answering("google_play", fake) as replier:
        receipt = replier.send("Thank you!", place=fake.place, key="k")
        fake.fail(Fault.LOST)
        with pytest.raises(OutcomeUncertain):
            replier.edit("Thanks!", place=fake.place, receipt=receipt)  # type: ignore[attr-defined]
        assert fake.held() == ["Thank you!"]
