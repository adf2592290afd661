"""Everybody who reported an issue is told once that it is fixed, in their language, where they wrote; or it is said why
not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.actions import closing, tellings
from service.configuration.replies import RepliesConfig
from service.domain.closing import NO_DOOR, UNKNOWN, Pace
from service.errors import Conflict, NotAllowed
from service.models import AuditEvent, Case, Issue, IssuePost, Note, Post, Reply, User
from service.models.columns import id_of
from service.store import erasure
from service.store import tellings as store
from service.store.database import transaction
from service.testing.factories import make_author, make_case, make_post, make_reply
from tests.contract.repliers.fake import Fault, On
from tests.database.replying import Killed
from tests.database.telling import CONFIG, Bench, set_issue, telling_bench


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """An issue that six people reported."""
    with telling_bench(database) as bench:
        yield bench


def with_closing(**changed: Any) -> RepliesConfig:
    """The configuration with another closing."""
    return replace(CONFIG, closing=replace(CONFIG.closing, **changed))


def test_a_person_says_that_it_is_fixed(bench: Bench) -> None:
    """The state, the version and a note of ours are kept, and who said so; the same again changes nothing."""
    bench.do(
        lambda session: closing.fix(
            session, bench.issue_id, version=" 2.4 ", note="Race.", by=bench.pat, now=bench.clock(), tools=bench.tools
        )
    )
    assert [job.task for _, job in bench.jobs] == ["route_issues"]
    bench.fix(by=bench.pat)
    with transaction(bench.engine) as session:
        issue = session.get_one(Issue, bench.issue_id)
        assert (issue.state, issue.fixed_version, issue.state_changed_at) == ("fixed", "2.4", bench.clock())
        assert [note.text for note in session.scalars(select(Note))] == ["Race."]
        events = session.scalars(select(AuditEvent).where(col(AuditEvent.verb) == "fix")).all()
        assert [(each.actor, each.detail) for each in events] == [("Pat", {"version": "2.4"})]


def test_what_cannot_be_fixed_is_said(bench: Bench) -> None:
    """Nobody is told of what is not fixed, and what is muted is not."""
    with pytest.raises(Conflict, match="Say first that it is fixed"):
        bench.prepare()
    set_issue(bench, state="muted")
    with pytest.raises(Conflict, match="is muted"):
        bench.fix()


def test_one_draft_for_each_person_in_their_language(bench: Bench) -> None:
    """Who wrote twice is one; without words in a language English is taken; the others are listed with reasons."""
    bench.fix()
    telling = bench.prepare()
    found = {
        each.post.external_id: (each.reply.text if each.reply else each.person.reason) for each in bench.people(telling)
    }
    assert found == {
        "202": "Hi Ann, it is fixed in 2.4.",
        "203": "Hallo Bea, es ist mit 2.4 behoben.",
        "204": "Hi Cid, it is fixed in 2.4.",
        "205": "Hi Dora, it is fixed in 2.4.",
        "206": UNKNOWN,
        "207": NO_DOOR,
    }
    with transaction(bench.engine) as session:
        assert {case.state for case in session.scalars(select(Case))} == {"solved"}
    assert bench.prepare() == telling
    assert len(bench.people(telling)) == 6


def test_everybody_is_told_once(bench: Bench) -> None:
    """Released, told at the platform's pace, by hand where no program may; and then it is done."""
    bench.fix()
    telling = bench.prepare()
    began = bench.clock()
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}
    assert bench.standings(telling)["205"] == "to be told by hand"
    assert bench.telling(telling).state == "done"
    assert bench.clock() - began >= 2 * timedelta(minutes=3)
    assert bench.said() == (
        "Told 3 of 6; 1 to be told by hand; 2 cannot be told: "
        "nobody can be answered there (1) and their author is not known (1)."
    )
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}


@pytest.mark.parametrize("step", ["tell:prepared", "tell:looked", "tell:handed", "reply:sending", "reply:acted"])
def test_a_kill_at_any_step_tells_nobody_twice_and_forgets_nobody(bench: Bench, step: str) -> None:
    """Every run that comes to the step dies once there; the next goes on from what is written down."""
    bench.fix()
    telling = bench.prepare()
    bench.release(telling)
    for _ in range(3):
        with pytest.raises(Killed):
            bench.work(bench.killed_at(step))
        bench.step()
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}
    assert bench.telling(telling).state == "done"


def test_a_lost_answer_is_looked_for(bench: Bench) -> None:
    """As with every reply: it is not sent again blindly."""
    bench.fix()
    telling = bench.prepare()
    bench.server.fail(Fault.DROPPED)
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}


def test_a_busy_platform_is_asked_later(bench: Bench) -> None:
    """Looking is put off as long as it asks for, and nobody is lost."""
    bench.fix()
    telling = bench.prepare()
    bench.server.fail(Fault.BUSY, On.READ)
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}


def test_an_issue_that_returns_holds_the_rest(bench: Bench) -> None:
    """Whoever was not told yet is not; said to be fixed again, the rest is told, and nobody a second time."""
    bench.fix()
    telling = bench.prepare()
    bench.release(telling)
    for _ in range(3):
        bench.step()
    assert sum(bench.server.told().values()) == 1
    set_issue(bench, state="returned", state_reason="2 posts since it was marked fixed on 22 November")
    bench.settle()
    assert sum(bench.server.told().values()) == 1
    held = bench.telling(telling)
    assert (held.state, "The issue is returned: 2 posts since" in (held.problem or "")) == ("held", True)
    assert "Held: The issue is returned" in bench.said()
    with pytest.raises(Conflict, match="nobody is told"):
        bench.do(lambda session: tellings.go_on(session, telling, by=bench.kim, now=bench.clock()))

    bench.clock.pass_(3600)
    bench.fix("2.5")
    again = bench.prepare()
    bench.release(again)
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}
    assert "They were told before" in "".join(each.person.reason for each in bench.people(again))
    assert set(bench.standings(telling).values()) >= {"told", "not told, somebody must look"}


def test_the_stop_button_stops_at_once(bench: Bench) -> None:
    """What was handed over and did not leave comes back too; going on needs no new release."""
    bench.fix()
    telling = bench.prepare()
    bench.release(telling)
    bench.step()
    assert "being told" in bench.standings(telling).values()
    bench.do(lambda session: tellings.stop(session, telling, by=bench.pat, now=bench.clock()))
    bench.settle()
    assert (bench.server.told(), bench.telling(telling).problem) == ({}, "Pat stopped it.")
    bench.do(lambda session: tellings.go_on(session, telling, by=bench.kim, now=bench.clock()))
    bench.settle()
    assert bench.server.told() == {"202": 1, "203": 1, "204": 1}


def test_not_fixed_after_all(bench: Bench) -> None:
    """Nobody more is told, and the posts decide the issue's state again."""
    bench.fix()
    telling = bench.prepare()
    bench.release(telling)
    bench.do(lambda session: closing.unfix(session, bench.issue_id, by=bench.kim, now=bench.clock(), tools=bench.tools))
    bench.settle()
    assert (bench.server.told(), bench.telling(telling).problem) == ({}, "Kim says that it is not fixed.")
    with transaction(bench.engine) as session:
        assert session.get_one(Issue, bench.issue_id).state == "rising"


def test_who_is_left_out_is_not_told_and_other_words_are_told(bench: Bench) -> None:
    """One person is not ticked; another gets words of their own."""
    bench.fix()
    telling = bench.prepare()
    people = {each.post.external_id: id_of(each.person) for each in bench.people(telling)}
    chosen = {people["203"], people["204"], people["205"]}
    bench.do(lambda session: tellings.tick(session, telling, chosen, by=bench.kim, now=bench.clock()))
    bench.do(
        lambda session: tellings.reword(
            session, telling, people["204"], "Thank you, Cid!", by=bench.kim, now=bench.clock(), tools=bench.tools
        )
    )
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"203": 1, "204": 1}
    assert "@cid@c.example Thank you, Cid!" in bench.server.held()
    assert bench.standings(telling)["202"] == "left out"


def test_a_second_person_releases_many(bench: Bench) -> None:
    """Nor whoever prepared it, nor who wrote words in it; and product, who may close issues, publishes nothing."""
    bench.tools = replace(bench.tools, replies=with_closing(second_person_from=4))
    bench.fix(by=bench.pat)
    telling = bench.prepare(by=bench.pat)
    with pytest.raises(NotAllowed, match="may publish"):
        bench.release(telling, by=bench.pat)
    person = id_of(bench.people(telling)[0].person)
    bench.do(
        lambda session: tellings.reword(
            session, telling, person, "It works now.", by=bench.kim, now=bench.clock(), tools=bench.tools
        )
    )
    with pytest.raises(NotAllowed, match=r"Somebody else must release it\. 4 people are told at once"):
        bench.release(telling, by=bench.kim)
    bench.release(telling, by=bench.ada)
    bench.settle()
    assert sum(bench.server.told().values()) == 3


def test_a_release_holds_for_the_words_that_were_read(bench: Bench) -> None:
    """Words that change between reading and releasing stop it; words that change after it are not sent."""
    bench.fix()
    telling = bench.prepare()
    digest = tellings.words_digest(bench.people(telling))
    person = id_of(bench.people(telling)[0].person)

    def reword(text: str) -> None:
        bench.do(
            lambda session: tellings.reword(
                session, telling, person, text, by=bench.ada, now=bench.clock(), tools=bench.tools
            )
        )

    reword("Something else.")
    with pytest.raises(Conflict, match="since you read it"):
        bench.release(telling, digest=digest)
    bench.release(telling)
    reword("Something else again.")
    bench.settle()
    assert "Something else" not in "".join(bench.server.held())
    assert list(bench.standings(telling).values()).count("to be looked at") == 1


def test_a_post_that_changed_is_left_to_a_person(bench: Bench) -> None:
    """The author edited it since it was collected, or it is gone: nobody is told about something else."""
    bench.fix()
    telling = bench.prepare()
    bench.server.write("202", "ann@a.example", "It never happened again, thank you")
    del bench.server.statuses["203"]
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"204": 1}
    problems = {each.post.external_id: each.reply.problem for each in bench.people(telling) if each.reply}
    assert problems["202"] == "The author changed the text since Earful collected it."
    assert problems["203"] == "It is gone from its platform."


def test_a_post_that_was_erased_is_told_to_nobody(bench: Bench) -> None:
    """The draft is given up with it, and the list still has a line for the person."""
    bench.fix()
    telling = bench.prepare()
    with transaction(bench.engine) as session:
        source = bench.people(telling)[0].source
        assert erasure.erase(session, id_of(source), ["202"], now=bench.clock()) == [bench.posts["202"]]
    bench.release(telling)
    bench.settle()
    assert bench.server.told() == {"203": 1, "204": 1}
    assert bench.standings(telling)["202"] == "not told, somebody must look"


def test_an_earlier_answer_of_ours_does_not_stand_in_the_way(bench: Bench) -> None:
    """Whoever was promised a fix below the same post hears of it there."""
    with transaction(bench.engine) as session:
        post_id = bench.posts["203"]
        case = make_case(session, session.get_one(Post, post_id), state="answered")
        kim = session.get_one(User, bench.kim.user_id)
        make_reply(
            session, case, kim, state="sent", sent_at=bench.clock(), remote_id="800", sent_text="We look into it."
        )
    bench.fix()
    bench.release(bench.prepare())
    bench.settle()
    assert bench.server.told()["203"] == 1
    with transaction(bench.engine) as session:
        mine = session.scalars(select(Reply).where(col(Reply.post_id) == post_id).order_by(col(Reply.id))).all()
        assert [(reply.state, reply.telling_id is None) for reply in mine] == [("sent", True), ("sent", False)]


def test_the_pace_holds_over_several_tellings(bench: Bench) -> None:
    """At most so many an hour on one platform, whatever is told there."""
    bench.tools = replace(bench.tools, replies=with_closing(pace=Pace(an_hour=60, an_hour_on={"mastodon": 2})))
    bench.fix()
    began = bench.clock()
    bench.release(bench.prepare())
    bench.settle()
    assert bench.clock() - began >= timedelta(hours=1)
    with transaction(bench.engine) as session:
        left = sorted(each for each in store.last_left(session).values())
    assert left[-1] - began == timedelta(hours=1)


def test_who_writes_again_after_being_told_comes_first(bench: Bench) -> None:
    """Their new post is found, and others' are not."""
    bench.fix()
    bench.release(bench.prepare())
    bench.settle()
    bench.clock.pass_(3600)
    with transaction(bench.engine) as session:
        assert store.wrote_after(session, bench.issue_id) == []
        ann = session.get_one(Post, bench.posts["202"])
        source = bench.people(1)[0].source
        written = []
        for author_id in (ann.author_id, make_author(session, scope="mastodon").id):
            post = make_post(session, source, text="Again!", created_at=bench.clock())
            post.author_id = author_id
            session.add(
                IssuePost(
                    post_id=id_of(post), issue_id=bench.issue_id, similarity=0.9, reason="", joined_at=bench.clock()
                )
            )
            written.append(id_of(post))
        session.flush()
        assert store.wrote_after(session, bench.issue_id) == written[:1]
