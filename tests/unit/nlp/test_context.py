"""Replies that say nothing by themselves are read with what they answer; every other reply speaks for itself."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from nlp.base import Reading, TextInput
from nlp.heads.agreement import rest_of_agreement
from nlp.runtime import Understanding

CRASH = "Since update 2.3 the game crashes every time I open the map. Please fix it!"
LOVE = "This game is wonderful, the best I have played in years"
TAKEN = frozenset({"sentiment", "intents", "topics"})


def read(models: Understanding, text: str, context: str | None = None) -> Reading:
    """The reading of one reply."""
    return models.read([TextInput(text=text, context=context)])[0]


def feeling(reading: Reading) -> str | None:
    """Its sentiment's name."""
    return reading.sentiment.label if reading.sentiment else None


def intents(reading: Reading) -> set[str]:
    """The names of those that hold."""
    return {each.label for each in reading.intents}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("+1", ""),
        ("Same here!", ""),
        ("this", ""),
        ("^^", ""),
        ("💯", ""),
        ("yeah, same here", ""),
        ("I have the exact same problem on Linux", "on Linux"),
        ("me too, since the update", "since the update"),
        ("on PS5, same problem", "on PS5"),
        ("> it crashes\n\nSame here", ""),
        ("<p>Same here</p>", ""),
        ("Same question, how do I get a refund?", "how do I get a refund?"),
        ("bei mir auch", ""),
        ("moi aussi", ""),
        ("yo también", ""),
        ("у меня тоже", ""),
        ("ben de", ""),
        ("私も", ""),
        ("我也是", ""),
        ("저도", ""),
    ],
)
def test_agreements_are_known(text: str, rest: str) -> None:
    """Phrases of many languages, alone, with a circumstance, or with what else is said."""
    assert rest_of_agreement(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no, works fine here",
        "This is broken",
        "I don't have the same problem",
        "same here, but it works now",
        "Same here, fixed by reinstalling",
        "+15% damage would be nice",
        "+1 (555) 123",
        "same " * 20_000,
        "Same here. Since 2.3 on my laptop, every single time that I open the map of the northern islands",
    ],
)
def test_what_says_something_is_no_agreement(text: str) -> None:
    """Contradictions, turns, figures, and whoever has a story to tell."""
    assert rest_of_agreement(text) is None


def test_hostile_replies_take_no_time() -> None:
    """Nothing in the phrases can be made to search for long."""
    began = time.perf_counter()
    for text in (
        "> " * 600,
        "yes " * 75,
        "+1 " * 100,
        "ja. " * 74 + "x",
        "i have got the exact " * 14,
        "^" * 299 + "a",
    ):
        rest_of_agreement(text)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    "text", ["+1", "same here", "this", "^", "me too, since the update", "bei mir auch, seit gestern"]
)
def test_an_agreement_says_what_it_agrees_with(models: Understanding, text: str) -> None:
    """Feeling, wishes, topics, urgency and place are those of the post above, whichever way that feels."""
    complaint, parent = read(models, text, CRASH), read(models, CRASH)
    assert feeling(complaint) == feeling(parent) == "negative"
    assert [(each.label, round(each.score, 3)) for each in complaint.intents] == [
        (each.label, round(each.score, 3)) for each in parent.intents
    ]
    assert [each.label for each in complaint.topics] == [each.label for each in parent.topics] == ["crashes"]
    assert complaint.urgency == pytest.approx(parent.urgency, abs=1e-4)
    assert complaint.vector == pytest.approx(parent.vector, abs=1e-5)
    assert complaint.from_thread == TAKEN | {"vector"}
    assert feeling(read(models, text, LOVE)) == "positive"


def test_abuse_and_the_language_are_the_writer_s_own(models: Understanding) -> None:
    """Who agrees with an insult has insulted nobody, and wrote in their own language."""
    insult = "You are all worthless idiots and should be ashamed to exist"
    reply = read(models, "me too, bei mir auch genauso", insult)
    assert read(models, insult).toxicity >= 0.5
    assert reply.toxicity < 0.5
    assert read(models, "у меня тоже", CRASH).language == read(models, "у меня тоже").language


def test_what_an_agreement_adds_counts(models: Understanding) -> None:
    """A question of its own is heard beside what it agrees with; it is then grouped by its own words."""
    reply = read(models, "Same question, how do I get a refund?", CRASH)
    assert {"question", "bug_report"} <= intents(reply)
    assert reply.from_thread == TAKEN
    assert reply.vector == pytest.approx(read(models, "Same question, how do I get a refund?").vector, abs=1e-5)


@pytest.mark.parametrize(
    "text", ["no, works fine here", "same here, love the new map", "same here, works great on my PC"]
)
def test_who_contradicts_speaks_for_themselves(models: Understanding, text: str) -> None:
    """The parent's complaint does not become theirs, nor does its place."""
    alone, reply = read(models, text), read(models, text, CRASH)
    assert (feeling(reply), intents(reply)) == (feeling(alone), intents(alone))
    assert feeling(reply) == "positive"
    assert reply.vector == pytest.approx(alone.vector, abs=1e-5)


def test_a_few_words_are_about_what_they_answer(models: Understanding) -> None:
    """Topics alone come from the thread, and only where the reply has none."""
    reply = read(models, "and on my Switch?", CRASH)
    assert [each.label for each in reply.topics] == ["crashes"]
    assert intents(reply) == intents(read(models, "and on my Switch?"))
    assert reply.from_thread == {"topics"}
    parcel = read(models, "My parcel came broken, too late", CRASH)
    assert [each.label for each in parcel.topics] == ["delivery"]
    assert not parcel.from_thread


def test_a_whole_sentence_stars_or_a_title_need_no_thread(models: Understanding) -> None:
    """Where the text speaks, what it answers changes not one number."""
    sentence = "I like the new menu and how the lanterns look at night in the rain"
    speaking = (
        TextInput(text=sentence),
        TextInput(text="same here", rating=1.0),
        TextInput(text="this", title="Love the map"),
    )
    for given in speaking:
        alone, reply = models.read([given, replace(given, context=CRASH)])
        assert (feeling(reply), intents(reply), reply.topics) == (feeling(alone), intents(alone), alone.topics)
        assert reply.vector == pytest.approx(alone.vector, abs=1e-5)
        assert not reply.from_thread


def test_an_agreement_with_nobody_knows_what_is_a_guess(models: Understanding) -> None:
    """Without the post above, all that could be said of it is called a guess."""
    alone = read(models, "+1")
    assert {"sentiment", *(f"intent:{name}" for name in intents(alone))} <= alone.unsure


def test_who_agrees_with_what_was_not_understood_is_not_understood(models: Understanding) -> None:
    """The reason names both."""
    reply = read(models, "+1", "Ես այս խաղը շատ եմ սիրում, շնորհակալություն")
    assert not reply.understood
    assert reply.why_not is not None
    assert reply.why_not.startswith("It agrees with a post that was not understood")


def test_threads_change_nothing_for_their_neighbours(models: Understanding) -> None:
    """In a batch with replies, every text keeps its place and its reading."""
    texts = [TextInput(text=CRASH), TextInput(text="+1", context=CRASH), TextInput(text=LOVE), TextInput(text="ok")]
    together = models.read(texts)
    assert [feeling(each) for each in together[:3]] == ["negative", "negative", "positive"]
    assert together[3].vector == pytest.approx(read(models, "ok").vector, abs=1e-5)
