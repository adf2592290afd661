"""Who works on what: cases are claimed, given, left for later, closed, opened again; users may what their role says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from service.actions import cases, suggestions, users
from service.actions.actors import Actor, actor_of
from service.domain.roles import Role
from service.errors import Conflict, Invalid, NotAllowed, NotFound
from service.models import Account, Case, Delivery, User
from service.models.columns import id_of
from service.pipeline import upkeep
from service.store.database import transaction
from service.testing.factories import (
    NOW,
    make_author,
    make_case,
    make_delivery,
    make_post,
    make_reply,
    make_source,
    make_user,
    unit_vector,
)
from service.testing.tools import make_tools


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """One transaction for the whole test."""
    with transaction(database) as session:
        yield session


@pytest.fixture
def person(session: Session) -> Callable[[str, str], Actor]:
    """Makes colleagues."""
    return lambda name, role="community": actor_of(session, id_of(make_user(session, name=name, role=role)))


@pytest.fixture
def case(session: Session) -> Case:
    """A case with a card in Slack."""
    post = make_post(session, make_source(session))
    make_delivery(session, post=post)
    return make_case(session, post)


def test_one_person_has_a_case(session: Session, case: Case, person: Callable[..., Actor]) -> None:
    """A second is told who; who has it already hears nothing new; the card follows each change."""
    kim, ada = person("Kim"), person("Ada")
    assert len(cases.claim(session, id_of(case), by=kim, now=NOW).next) == 1
    assert not cases.claim(session, id_of(case), by=kim, now=NOW).next
    with pytest.raises(Conflict, match="Kim has it already"):
        cases.claim(session, id_of(case), by=ada, now=NOW)
    with pytest.raises(NotAllowed):
        cases.release(session, id_of(case), by=ada, now=NOW)
    cases.assign(session, id_of(case), to_user_id=ada.user_id, by=kim, now=NOW)
    assert (case.state, case.assignee_id) == ("claimed", ada.user_id)
    cases.release(session, id_of(case), by=ada, now=NOW)
    assert (case.state, case.assignee_id) == ("new", None)


def test_a_case_is_given_only_to_who_works_on_cases(session: Session, case: Case, person: Callable[..., Actor]) -> None:
    """A viewer neither takes nor gets one; the refusal says who may."""
    kim, vic = person("Kim"), person("Vic", "viewer")
    with pytest.raises(
        NotAllowed, match=r"Only support, community, product and admin may work on cases.*Ask one of them: Kim"
    ):
        cases.claim(session, id_of(case), by=vic, now=NOW)
    with pytest.raises(NotAllowed, match="Vic is viewer"):
        cases.assign(session, id_of(case), to_user_id=vic.user_id, by=kim, now=NOW)
    with pytest.raises(NotFound):
        cases.claim(session, 999, by=kim, now=NOW)


def test_who_was_switched_off_holds_nothing_up(session: Session, case: Case, person: Callable[..., Actor]) -> None:
    """Another takes the case over."""
    kim, ada, root = person("Kim"), person("Ada"), person("Root", "admin")
    cases.claim(session, id_of(case), by=kim, now=NOW)
    users.change_user(session, kim.user_id, active=False, by=root, now=NOW)
    cases.claim(session, id_of(case), by=ada, now=NOW)
    assert case.assignee_id == ada.user_id
    with pytest.raises(NotAllowed, match="switched off"):
        actor_of(session, kim.user_id)


def test_a_snooze_ends_by_itself(session: Session, case: Case, person: Callable[..., Actor]) -> None:
    """When its time has come the card shows the case again."""
    kim, later = person("Kim"), NOW + timedelta(hours=2)
    with pytest.raises(Invalid):
        cases.snooze(session, id_of(case), until=NOW, by=kim, now=NOW)
    cases.snooze(session, id_of(case), until=later, by=kim, now=NOW)
    assert not upkeep.wake_cases(session, NOW).next
    assert len(upkeep.wake_cases(session, later).next) == 1
    session.refresh(case)
    assert case.snoozed_until is None


def test_closed_and_opened_again(session: Session, case: Case, person: Callable[..., Actor]) -> None:
    """What is closed is claimed by nobody."""
    kim = person("Kim")
    cases.dismiss(session, id_of(case), reason="Advertising.", by=kim, now=NOW)
    with pytest.raises(Conflict, match="Open it again"):
        cases.claim(session, id_of(case), by=kim, now=NOW)
    cases.reopen(session, id_of(case), by=kim, now=NOW)
    cases.claim(session, id_of(case), by=kim, now=NOW)
    cases.solve(session, id_of(case), by=kim, now=NOW)
    assert (case.state, case.closed_at) == ("solved", NOW)


def test_escalating_twice_is_one_card(session: Session, case: Case, person: Callable[..., Actor]) -> None:
    """It goes to the channel that replies.yaml names, and says who wanted it."""
    kim, tools = person("Kim"), make_tools(session.get_bind())  # type: ignore[arg-type]  # an Engine, by the fixture
    for _ in range(2):
        cases.escalate(session, id_of(case), note="Crashes for many.", by=kim, now=NOW, tools=tools)
    sent = session.scalars(select(Delivery).where(Delivery.address == "#rnd")).all()
    assert [delivery.reason for delivery in sent] == ["Kim escalated it: Crashes for many."]


def test_a_post_without_a_rule_gets_a_case(session: Session, person: Callable[..., Actor]) -> None:
    """Once, however often somebody asks."""
    post, kim = make_post(session, make_source(session)), person("Kim")
    first = cases.open_case(session, id_of(post), by=kim, now=NOW)
    assert cases.open_case(session, id_of(post), by=kim, now=NOW) == first


def test_the_team_is_looked_after(session: Session, person: Callable[..., Actor]) -> None:
    """By admins; e-mail addresses are one's own, and who sits at the machine stays an admin."""
    root, kim = users.local_user(session, now=NOW), person("Kim")
    assert users.local_user(session, now=NOW) == root
    added = users.add_user(session, name="Ada", email=" Ada@Example.com", role="support", by=root, now=NOW)
    assert (added.email, added.role) == ("ada@example.com", Role.SUPPORT)
    with pytest.raises(Conflict, match="taken by Ada"):
        users.add_user(session, name="Eve", email="ada@example.com", role="support", by=root, now=NOW)
    with pytest.raises(Invalid, match="Did you mean `support`"):
        users.change_user(session, id_of(added), role="suport", by=root, now=NOW)
    with pytest.raises(NotAllowed):
        users.add_user(session, name="Eve", email="eve@example.com", role="admin", by=kim, now=NOW)
    with pytest.raises(Conflict, match="sits at this machine"):
        users.change_user(session, root.user_id, role="viewer", by=root, now=NOW)


def test_somebody_always_administers(session: Session, person: Callable[..., Actor]) -> None:
    """Also where nobody ever sat at the machine itself."""
    root = person("Root", "admin")
    with pytest.raises(Conflict, match="nobody would administer"):
        users.change_user(session, root.user_id, active=False, by=root, now=NOW)


def test_a_slack_account_is_tied_by_its_address(session: Session) -> None:
    """Once; later the address does not matter any more."""
    user = make_user(session, name="Ada", email="ada@example.com")
    tie = {"target": "slack", "workspace": "T1", "remote_id": "U1", "now": NOW}
    assert users.tie_account(session, email="eve@example.com", **tie) is None
    assert users.tie_account(session, email="ADA@example.com", **tie) == user
    assert users.tie_account(session, email=None, **tie) == user
    assert len(session.scalars(select(Account)).all()) == 1
    assert session.scalars(select(User)).all() == [user]


def test_words_to_begin_with(session: Session, person: Callable[..., Actor]) -> None:
    """What we answered to a similar post, to whoever this is; then templates in the post's language."""
    kim, source = person("Kim"), make_source(session, product="Ironwake")
    tools = make_tools(session.get_bind())  # type: ignore[arg-type]  # an Engine, by the fixture
    german = {"language": "de", "intents": {"bug_report": 0.9}, "vector": unit_vector(3)}
    before = make_post(session, source, author=make_author(session, handle="bruno", name="Bruno"), reading=german)
    answered = make_reply(
        session,
        make_case(session, before),
        session.get_one(User, kim.user_id),
        text="Danke, Bruno, das ist behoben.",
        state="sent",
        sent_text="Danke, Bruno, das ist behoben.",
    )
    other = {**german, "vector": unit_vector(9)}
    make_reply(
        session, make_case(session, make_post(session, source, reading=other)), session.get_one(User, kim.user_id),
        text="Über etwas anderes.", state="sent",
    )  # fmt: skip
    post = make_post(session, source, author=make_author(session, handle="mia", name="Mia"), reading=german)

    first, second, third = suggestions.drafts_for(session, id_of(post), by=kim, tools=tools)
    assert (first.text, first.reply_id) == ("Danke, Mia, das ist behoben.", id_of(answered))
    assert second.name == "Fehler, danke"
    assert second.text.startswith("Hallo Mia, danke")
    assert third.text.startswith("Hallo Mia, ")
    assert "{" not in second.text + third.text
