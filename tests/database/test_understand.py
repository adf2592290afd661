"""Posts are read with what they answer, and what was found is stored; real models, real database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from integrations.base import PostCard
from service.actions.correct import label
from service.domain.corrections import Origin
from service.models import Delivery, IssuePost, Post, Reading, Source
from service.models.columns import id_of
from service.pipeline import group, lessons, link, messages, route, threads, understand
from service.store import corrections, issue_facts
from service.store.database import transaction
from service.testing.factories import NOW, make_delivery, make_post, make_source
from service.testing.tools import make_tools

CRASH = "Since update 2.3 the game crashes every time I open the world map. Please fix it!"


def written(session: Session, source: Source, text: str, **columns: Any) -> Post:
    """A comment that no stage has seen."""
    stages = dict.fromkeys(("understood_version", "linked_version", "grouped_version", "routed_version"), 0)
    return make_post(session, source, text=text, read=False, **{"kind": "comment", **stages, **columns})


def reading_of(session: Session, post: Post) -> Reading:
    """What the models made of it."""
    return session.scalars(select(Reading).where(col(Reading.post_id) == post.id)).one()


def test_who_agrees_is_read_as_saying_it_and_joins_its_issue(database: Engine) -> None:
    """A parent, an agreement, one that agrees with that, and a contradiction: through all stages."""
    tools = make_tools(database, clock=lambda: NOW)
    with transaction(database) as session:
        source = make_source(session, product="Ironwake")
        parent = written(session, source, CRASH, external_id="t3_1", thread_id="t3_1")
        agrees = written(session, source, "Same here", external_id="t1_2", thread_id="t3_1", parent_id="t3_1")
        again = written(session, source, "+1", external_id="t1_3", thread_id="t3_1", parent_id="t1_2")
        denies = written(session, source, "no, works fine here", external_id="t1_4", parent_id="t3_1")
        ids = [id_of(post) for post in (parent, agrees, again, denies)]
        for stage in (understand, link, group):
            stage.run(session, ids, tools)
        said, first, second, other = (reading_of(session, post) for post in (parent, agrees, again, denies))
        assert "bug_report" in said.intents
        for reply in (first, second):
            assert (reply.sentiment, set(reply.intents)) == (said.sentiment, set(said.intents))
            assert reply.from_thread == ["intents", "sentiment", "topics", "vector"]
        assert other.sentiment == "positive"
        assert "bug_report" not in other.intents
        assert "vector" not in other.from_thread
        placed = {row.post_id: row.issue_id for row in session.scalars(select(IssuePost))}
        assert len({placed[each] for each in ids[:3]}) == 1
        assert placed.get(ids[3]) is None
        issue = issue_facts.of_issue(session, placed[ids[0]])
        assert (len(issue.times), issue.quotes[0], issue.issue.title) == (3, CRASH, CRASH.partition(" Please")[0])


def test_only_a_post_that_we_hold_is_answered(database: Engine) -> None:
    """The parent before the thread's first post; nothing of another source, of a removed post, or of a stranger."""
    with transaction(database) as session:
        forum, other = make_source(session), make_source(session)
        root = written(session, forum, "The map is huge", title="Map", external_id="1", thread_id="1")
        written(session, forum, "", external_id="2", thread_id="1", deleted_at=NOW)
        written(session, other, "Another place", external_id="5")
        in_thread = written(session, forum, "this", external_id="3", thread_id="1")
        to_parent = written(session, forum, "this", external_id="4", thread_id="1", parent_id="3")
        orphans = [
            written(session, forum, "this", external_id=f"o{at}", thread_id="1", parent_id=parent)
            for at, parent in enumerate(("2", "5", "unheard"))
        ]
        found = threads.answered(session, [root, in_thread, to_parent, *orphans])
        assert found == {in_thread.id: "Map\nThe map is huge", to_parent.id: "Map\nThe map is huge"}


def test_posts_that_answer_each_other_end_somewhere(database: Engine) -> None:
    """A circle of agreements, which no platform should make, does not hold the stage up."""
    with transaction(database) as session:
        forum = make_source(session)
        one = written(session, forum, "+1", external_id="1", parent_id="2")
        two = written(session, forum, "same here", external_id="2", parent_id="1")
        assert set(threads.answered(session, [one, two])) == {one.id, two.id}


def test_guesses_length_and_abuse_are_stored_and_shown_on_cards(database: Engine) -> None:
    """From the models into the reading's columns, and from there on a card."""
    tools = make_tools(database, clock=lambda: NOW)
    with transaction(database) as session:
        source = make_source(session)
        vague = written(session, source, "since the update")
        rude = written(session, source, "You are all worthless idiots and should be ashamed to exist")
        long = written(session, source, "It crashes. " * 300)
        understand.run(session, [id_of(post) for post in (vague, rude, long)], tools)
        assert "sentiment" in reading_of(session, vague).unsure
        assert reading_of(session, rude).toxicity >= 0.5
        assert [reading_of(session, post).partly for post in (vague, rude, long)] == [False, False, True]
        doubted, marked = (
            messages.compose(session, make_delivery(session, post=post), tools) for post in (vague, rude)
        )
        assert isinstance(doubted, PostCard)
        assert doubted.sentiment is not None
        assert not doubted.sentiment.sure
        assert isinstance(marked, PostCard)
        assert marked.marks == ["abusive"]


def test_a_label_is_no_guess_and_abuse_can_be_corrected(database: Engine) -> None:
    """What a person said is sure, and stays so when the post is read again."""
    tools = make_tools(database, clock=lambda: NOW)
    with transaction(database) as session:
        post = written(session, make_source(session), "since the update")
        understand.run(session, [id_of(post)], tools)
        said = {"sentiment": "negative", "toxic": "yes", "spam": "no"}
        label(session, id_of(post), said, by="kim", origin=Origin.COMPLAINT, now=NOW)
        for _ in range(2):
            reading = reading_of(session, post)
            assert (reading.sentiment, reading.toxicity, reading.spam) == ("negative", 1.0, 0.0)
            assert "sentiment" not in reading.unsure
            post.understood_version = 0
            session.flush()
            understand.run(session, [id_of(post)], tools)
            session.expire_all()
        told = {each.head: each.model_said for each in corrections.history(session, id_of(post))}
        assert told["toxic"] == "no"


def test_a_label_on_an_agreement_teaches_nothing(database: Engine) -> None:
    """ "Same here" must not come to mean what one thread was about."""
    tools = make_tools(database)
    with transaction(database) as session:
        source = make_source(session)
        posts = [written(session, source, text) for text in ("same here", "+1", "me too, since yesterday")]
        understand.run(session, [id_of(post) for post in posts], tools)
        for post in posts:
            label(session, id_of(post), {"sentiment": "negative"}, by="kim", origin=Origin.COMPLAINT, now=NOW)
    lessons.learn(tools)
    with transaction(database) as session:
        lesson = corrections.last_lesson(session)
        assert lesson is not None
        assert lesson.verdicts == []


def test_nobody_is_called_because_of_a_guess(database: Engine) -> None:
    """The shipped rules send a sure bug report about crashes, and leave the same as a guess in the inbox."""
    tools = make_tools(database, clock=lambda: NOW)
    bug = {"intents": {"bug_report": 0.31}, "topics": {"crashes": 0.9}, "urgency": 0.7, "sentiment": "negative"}
    with transaction(database) as session:
        source = make_source(session)
        sure = make_post(session, source, reading=bug, routed_version=0)
        guess = make_post(session, source, reading={**bug, "unsure": ["intent:bug_report"]}, routed_version=0)
        route.run(session, [id_of(sure), id_of(guess)], tools)
        assert {each.post_id for each in session.scalars(select(Delivery))} == {sure.id}
