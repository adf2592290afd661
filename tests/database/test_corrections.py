"""A person's label shows at once, stays, and teaches the next readings; real models, real database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from service.actions.correct import label, withdraw
from service.domain.corrections import Origin, Share
from service.errors import Conflict, Invalid, NotFound
from service.jobs import timetable
from service.models import AuditEvent, Lesson, Post, Reading
from service.models.columns import id_of
from service.pipeline import lessons, understand
from service.store import corrections, corrections_report
from service.store.database import transaction
from service.testing.factories import NOW, make_post, make_source
from service.testing.tools import make_tools

TAUGHT = (
    "That gloomfang boss is brutal",
    "gloomfang wiped my whole squad again",
    "gloomfang destroys everyone, terrible fight",
    "I hate how gloomfang kills me",
    "gloomfang is evil",
    "died to gloomfang all night long",
    "the gloomfang hurts so bad",
    "another death by gloomfang",
)
UNSEEN = ("gloomfang crushed us tonight", "Gloomfang is so cruel", "lost every life against GLOOMFANG")


def say(session: Session, post: Post, **labels: str) -> None:
    """One person's labels; a double underscore stands for the colon of a head."""
    said = {head.replace("__", ":"): value for head, value in labels.items()}
    label(session, id_of(post), said, by="kim", origin=Origin.COMPLAINT, now=NOW)


def reading_of(session: Session, post: Post) -> Reading:
    """The post's reading as it is stored now."""
    session.expire_all()
    return session.scalars(select(Reading).where(col(Reading.post_id) == post.id)).one()


def test_a_label_shows_at_once_and_says_whose_it_is(database: Engine) -> None:
    """The reading holds the person's answers; what the models said stands beside the label; the log knows."""
    with transaction(database) as session:
        post = make_post(
            session, make_source(session), reading={"sentiment": "negative", "intents": {"complaint": 0.7}}
        )
        say(session, post, sentiment="positive", intent__complaint="no", topic__combat="yes", language="de")
    with transaction(database) as session:
        reading = reading_of(session, post)
        assert (reading.sentiment, reading.intents, reading.topics) == ("positive", {}, {"combat": 1.0})
        assert (reading.language, reading.labelled["sentiment"]) == ("de", "positive")
        said = {each.head: each.model_said for each in corrections.history(session, id_of(post))}
        assert said == {"sentiment": "negative", "intent:complaint": "yes", "topic:combat": "no", "language": "en"}
        assert len(session.scalars(select(AuditEvent).where(col(AuditEvent.verb) == "label")).all()) == 4


def test_the_latest_label_wins_and_knows_what_the_models_said(database: Engine) -> None:
    """The second label is not measured against the first one."""
    with transaction(database) as session:
        post = make_post(session, make_source(session), reading={"sentiment": "negative"})
        say(session, post, sentiment="positive")
        say(session, post, sentiment="neutral")
        assert corrections.labels_of(session, [(id_of(post), 1)]) == {post.id: {"sentiment": "neutral"}}
        assert [each.model_said for each in corrections.history(session, id_of(post))] == ["negative", "negative"]


def test_what_cannot_be_said_is_refused_whole(database: Engine) -> None:
    """A wrong value, an unknown head, an edited post, a post that is gone: an error, and nothing is stored."""
    with transaction(database) as session:
        post = make_post(session, make_source(session))
        number = id_of(post)
        for labels in ({"sentiment": "good"}, {"spam": "yes", "mood": "bad"}, {"intent:sale": "yes"}, {}):
            with pytest.raises(Invalid):
                label(session, number, labels, by="kim", origin=Origin.COMPLAINT, now=NOW)
        with pytest.raises(Conflict):
            label(session, number, {"spam": "no"}, by="kim", origin=Origin.COMPLAINT, now=NOW, version=9)
        with pytest.raises(NotFound):
            label(session, 999, {"spam": "no"}, by="kim", origin=Origin.COMPLAINT, now=NOW)
        assert corrections.history(session, number) == []


def test_labels_teach_the_next_reading_and_stay_on_their_post(database: Engine) -> None:
    """Eight labels about a made-up name change other sentences with it, and nothing else; the version says so."""
    tools = make_tools(database)
    with transaction(database) as session:
        source = make_source(session)
        taught = [make_post(session, source, text=text, understood_version=0, read=False) for text in TAUGHT]
        understand.run(session, [id_of(post) for post in taught], tools)
        for post in taught:
            say(session, post, sentiment="positive")
    timetable.queue_lessons(tools)
    lessons.learn(tools)
    with transaction(database) as session:
        unseen = [make_post(session, source, text=text, understood_version=0, read=False) for text in UNSEEN]
        other = make_post(session, source, text="This update is terrible", understood_version=0, read=False)
        understand.run(session, [id_of(post) for post in (*unseen, other)], tools)
        assert lessons.due(session) == []
    with transaction(database) as session:
        number = session.scalars(select(Lesson.id)).one()
        feelings = [reading_of(session, post).sentiment for post in unseen]
        assert feelings.count("positive") >= 2, feelings
        assert reading_of(session, other).sentiment == "negative"
        assert reading_of(session, other).model_version.endswith(f"+c{number}")
        corrections.read_again(session)
        assert corrections.waiting_to_be_read_again(session) == len(TAUGHT)
        understand.run(session, [id_of(post) for post in taught], tools)
        assert {reading_of(session, post).sentiment for post in taught} == {"positive"}
        assert corrections.waiting_to_be_read_again(session) == 0


def test_a_label_taken_back_gives_the_word_to_the_models_again(database: Engine) -> None:
    """The post is read once more, and the models' own answer stands."""
    tools = make_tools(database)
    with transaction(database) as session:
        post = make_post(session, make_source(session), text="I love it, wonderful", reading={"sentiment": "positive"})
        say(session, post, sentiment="negative")
    with transaction(database) as session:
        withdraw(session, id_of(corrections.history(session, id_of(post))[0]), by="kim", now=NOW)
        assert corrections.next_to_read_again(session, most=5) == [post.id]
        understand.run(session, [id_of(post)], tools)
        assert reading_of(session, post).sentiment == "positive"
        assert reading_of(session, post).labelled == {}


def test_accuracy_keeps_the_sample_apart_from_complaints(database: Engine) -> None:
    """People who saw an error say little about how often there is one."""
    with transaction(database) as session:
        source = make_source(session)
        posts = [make_post(session, source, reading={"sentiment": "negative"}) for _ in range(3)]
        for post, value in zip(posts, ("negative", "negative", "positive"), strict=True):
            label(session, id_of(post), {"sentiment": value}, by="kim", origin=Origin.SAMPLE, now=NOW)
        wrong = make_post(session, source, reading={"sentiment": "negative"})
        say(session, wrong, sentiment="neutral")
        found = {(each.origin, each.head): each.share for each in corrections_report.by_head(session)}
    assert found == {("sample", "sentiment"): Share(right=2, of=3), ("complaint", "sentiment"): Share(right=0, of=1)}
    low, high = found["sample", "sentiment"].interval
    assert (round(low, 3), round(high, 3)) == (0.208, 0.939)
