"""People say in Slack that an issue is fixed, and take it back; its card and the telling follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from service.configuration.replies import Template
from service.models import Issue, Note, Post, Telling
from service.models.columns import id_of
from service.pipeline.outcome import Job
from service.store import deliveries
from service.store.database import transaction
from service.store.deliveries import Wanted
from service.testing.factories import make_issue, make_post, make_source
from tests.desk.bench import ADA, KIM, VIC, Desk


def issue_on(desk: Desk, title: str) -> int:
    """An issue of the post and of one in a table, where nobody can be answered, with its card in #community."""
    words = (
        Template(name="Fixed", language="en", text="In {version}."),
        Template(name="F", language="en", text="Now."),
    )
    closing = replace(desk.tools.replies.closing, texts=tuple(words))
    desk.tools = replace(desk.tools, replies=replace(desk.tools.replies, closing=closing))
    with transaction(desk.tools.engine) as session:
        table = make_source(session, name="survey")
        posts = [session.get_one(Post, desk.answering.post_id), make_post(session, table, text="It flickers")]
        issue_id = id_of(make_issue(session, title=title, posts=posts))
        wanted = Wanted(issue_id=issue_id, event="opened", target="slack", address="#community", reason="an issue")
        (delivery_id,) = deliveries.ask(session, [wanted], now=desk.tools.clock())
    desk.jobs.append((desk.tools.clock(), Job(task="deliver", arguments={"delivery_id": delivery_id})))
    desk.work()
    return issue_id


def issue_card(desk: Desk) -> Mapping[str, Any]:
    """The issue's card as it stands."""
    (card,) = [each for each in desk.workspace.messages() if "Issue #" in str(each["text"])]
    return card


def issue_of(desk: Desk, issue_id: int) -> Issue:
    """The issue as it is stored."""
    with transaction(desk.tools.engine) as session:
        return session.get_one(Issue, issue_id)


def tellings_of(desk: Desk, issue_id: int) -> list[Telling]:
    """What was prepared for its reporters."""
    with transaction(desk.tools.engine) as session:
        return list(session.scalars(select(Telling).where(col(Telling.issue_id) == issue_id)))


def test_fixed_from_its_card_and_taken_back(desk: Desk) -> None:
    """The form says who can be told, the card who did it, with the way to the words; who is late changes nothing."""
    issue_id = issue_on(desk, "<!channel> *The lamp* <http://evil.example|flickers>")
    ts = str(issue_card(desk)["ts"])
    assert desk.names(issue_card(desk)) == ["issue:fixed", "open_page"]

    desk.click(VIC, ts, "issue:fixed")
    assert "Only community, product and admin may close issues" in desk.whispers(VIC)[-1]

    desk.click(ADA, ts, "issue:fixed")
    desk.click(KIM, ts, "issue:fixed")
    shown = str(desk.modal(ADA)["blocks"])
    assert "1 person can be told, 1 cannot: their author is not known (1)." in shown
    assert "<!channel> *The lamp*" in shown  # letter by letter

    desk.submit(ADA, {"version": "  1.4 ", "note": "A race."})
    assert (issue_of(desk, issue_id).state, issue_of(desk, issue_id).fixed_version) == ("fixed", "1.4")
    assert [each.version for each in tellings_of(desk, issue_id)] == ["1.4"]
    assert "1 person can be told" in str(desk.modal(ADA)["blocks"])
    card = str(issue_card(desk)["blocks"])
    assert "Fixed in 1.4 by Ada" in card
    assert f"'url': '{desk.tools.page_url}/issues/{issue_id}/telling', 'text': '1 can be told: review and send'" in card
    assert desk.names(issue_card(desk)) == ["issue:not_fixed", "open_page"]
    with transaction(desk.tools.engine) as session:
        assert [note.written_by for note in session.scalars(select(Note))] == ["Ada"]

    desk.submit(KIM, {"version": "9.9"})
    assert f"Issue #{issue_id} is fixed already: Ada said so on" in str(desk.modal(KIM)["blocks"])
    assert issue_of(desk, issue_id).fixed_version == "1.4"
    assert len(tellings_of(desk, issue_id)) == 1

    desk.click(KIM, ts, "issue:not_fixed")
    assert issue_of(desk, issue_id).fixed_version is None
    assert "Fixed in" not in str(issue_card(desk)["blocks"])
    assert "Told 0" not in str(issue_card(desk)["blocks"])
    assert desk.names(issue_card(desk)) == ["issue:fixed", "open_page"]


def test_old_cards_are_told_who_was_first_and_no_version_is_needed(desk: Desk) -> None:
    """Two press the button of the same card; what comes second is whispered, for fixing and for taking back."""
    issue_id = issue_on(desk, "The lamp flickers")
    ts = str(issue_card(desk)["ts"])
    desk.click(ADA, ts, "issue:fixed")
    desk.submit(ADA, {})
    assert issue_of(desk, issue_id).fixed_version == ""
    assert "Fixed by Ada" in str(issue_card(desk)["blocks"])

    desk.people.click(KIM, ts, "issue:not_fixed")
    desk.people.click(ADA, ts, "issue:not_fixed")
    desk.work()
    assert issue_of(desk, issue_id).state != "fixed"
    assert "Kim said on" in desk.whispers(ADA)[-1]
    assert "that it is not fixed." in desk.whispers(ADA)[-1]
    assert desk.whispers(KIM) == []
