"""What a reading says of plain, mixed, sarcastic, odd and hostile texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.base import Intent, Reading, Sentiment, TextInput
from nlp.runtime import Understanding


def read(models: Understanding, text: str, **beside: object) -> Reading:
    """The reading of one text."""
    return models.read([TextInput(text=text, **beside)])[0]  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("I love this game, the music is gorgeous", Sentiment.POSITIVE),
        ("War Zone is a great game", Sentiment.POSITIVE),
        ("Ein großartiges Spiel, danke!", Sentiment.POSITIVE),
        ("このゲームは最高です", Sentiment.POSITIVE),
        ("Worst purchase ever, total waste of money", Sentiment.NEGATIVE),
        ("C'est nul, je suis très déçu", Sentiment.NEGATIVE),
        ("Oh great, another update that breaks everything. Well done.", Sentiment.NEGATIVE),
        ("Patch notes for tonight are out.", Sentiment.NEUTRAL),
        ("Beautiful graphics, but the servers are terrible and it crashes all the time", Sentiment.MIXED),
    ],
)
def test_sentiment(models: Understanding, text: str, feeling: Sentiment) -> None:
    """The feeling of plain texts in several languages, with a probability."""
    told = read(models, text).sentiment
    assert told is not None
    assert told.label == feeling
    assert 0 < told.score <= 1


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("The game crashes every time I open the map", Intent.BUG_REPORT),
        ("Seit dem Update stürzt die App beim Start ab", Intent.BUG_REPORT),
        ("Please add a dark mode", Intent.FEATURE_REQUEST),
        ("Estaría bien poder jugar con mando", Intent.FEATURE_REQUEST),
        ("How do I change my password?", Intent.QUESTION),
        ("¿Cuándo sale la próxima actualización?", Intent.QUESTION),
        ("Best game of the year, thank you!", Intent.PRAISE),
        ("Support has not answered for two weeks, unacceptable", Intent.COMPLAINT),
        ("I cancelled my subscription and will never buy from you again", Intent.CHURN_THREAT),
        ("Ich kündige mein Abo und wechsle zur Konkurrenz", Intent.CHURN_THREAT),
    ],
)
def test_intents(models: Understanding, text: str, intent: Intent) -> None:
    """What the author wants, in several languages."""
    assert intent in [each.label for each in read(models, text).intents]


def test_intents_come_strongest_first(models: Understanding) -> None:
    """Several may hold, ordered by probability."""
    scores = [each.score for each in read(models, "It crashes on start, fix it or I cancel my subscription!").intents]
    assert len(scores) >= 2
    assert scores == sorted(scores, reverse=True)


def test_topics_of_the_company(models: Understanding) -> None:
    """A text gets the topics that fit, in a language that no example is in, and none where none fits."""
    assert [each.label for each in read(models, "El juego se cierra al abrir el mapa").topics] == ["crashes"]
    assert [each.label for each in read(models, "My package arrived damaged after three weeks").topics] == ["delivery"]
    assert not read(models, "The soundtrack is wonderful").topics


def test_stars_count(models: Understanding) -> None:
    """The same lukewarm words are told apart by the stars beside them."""
    worst, best = (read(models, "Well, what can I say", rating=rating).sentiment for rating in (0.0, 1.0))
    assert worst is not None
    assert best is not None
    assert (worst.label, best.label) == (Sentiment.NEGATIVE, Sentiment.POSITIVE)


def test_stars_alone(models: Understanding) -> None:
    """A rating without a text is understood by its rating."""
    told = read(models, "", rating=0.0)
    assert told.understood
    assert told.sentiment is not None
    assert told.sentiment.label == Sentiment.NEGATIVE
    assert not told.vector.any()


def test_the_title_counts(models: Understanding) -> None:
    """What stands in the title is read too."""
    told = read(models, "See above.", title="Crashes on start after the update")
    assert Intent.BUG_REPORT in [each.label for each in told.intents]


@pytest.mark.parametrize(
    ("calm", "urgent"),
    [
        ("The menu font could be nicer", "My account was hacked and my money is gone, help immediately!"),
        ("Love the new map", "The game crashes on start and my save is gone"),
        ("Die Musik gefällt mir", "Mir wurde doppelt abgebucht, ich schalte einen Anwalt ein!"),
    ],
)
def test_urgency(models: Understanding, calm: str, urgent: str) -> None:
    """What hurts now stands far above what can wait."""
    low, high = read(models, calm).urgency, read(models, urgent).urgency
    assert 0 <= low < 0.3
    assert 0.5 < high <= 1


def test_spam(models: Understanding) -> None:
    """An advertisement is seen as one and is not urgent; a complaint is not."""
    advertisement = read(models, "FREE gift cards!!! Click here https://win.example and enter code 12345 to claim now")
    assert advertisement.spam > 0.5
    assert advertisement.urgency < 0.2
    assert read(models, "The delivery was three weeks late and the box was damaged").spam < 0.5


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "https://a.example", "???", "\x00\x01"])
def test_texts_without_words(models: Understanding, text: str) -> None:
    """Nothing to read is said so; the vector is zeros and no head speaks."""
    told = read(models, text)
    assert not told.understood
    assert told.why_not == "There are no words in it."
    assert (told.language.label, told.sentiment, told.intents, told.topics, told.urgency) == ("und", None, (), (), 0.0)
    assert not told.vector.any()


def test_one_emoji(models: Understanding) -> None:
    """A picture alone says how somebody feels, though there is no word to place it by."""
    angry, loving = read(models, "😡").sentiment, read(models, "❤️").sentiment
    assert angry is not None
    assert loving is not None
    assert (angry.label, loving.label) == (Sentiment.NEGATIVE, Sentiment.POSITIVE)
    assert not read(models, "😡").vector.any()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "It crashes. " * 9000,
        "<div>" * 20_000,
        "\u202e\u0000hidden\u202c",
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤A̴̵̜̰͔ͫ͗͢",
        "Игра crashes ゲーム لعبة 游戏 Spiel",
    ],
)
def test_odd_texts_are_read(models: Understanding, text: str) -> None:
    """Very long, reversed or broken texts get a whole reading, or a reason."""
    told = read(models, text)
    assert told.understood or told.why_not
    assert np.isfinite(told.vector).all()


def test_markup_changes_nothing(models: Understanding) -> None:
    """The same words with HTML around them get the same reading."""
    plain, marked = read(models, "It crashes on start"), read(models, "<p>It <b>crashes</b> on start</p>")
    assert plain.vector == pytest.approx(marked.vector, abs=1e-5)
    assert [each.label for each in plain.intents] == [each.label for each in marked.intents]


def test_languages_out_of_reach_are_refused_in_words(models: Understanding) -> None:
    """A language that the models were not tested in gets a language and a vector, and the reason why no more."""
    told = read(models, "Ես այս խաղը շատ եմ սիրում, շնորհակալություն")
    assert not told.understood
    assert told.language.label == "hy"
    assert told.sentiment is None
    assert told.why_not


def test_company_changes_nothing(models: Understanding) -> None:
    """A text is read the same alone and among others, in a batch larger than a chunk."""
    text = TextInput(text="The servers are down again, I want my money back")
    among = models.read([TextInput(text=f"Filler number {number}") for number in range(600)] + [text])[-1]
    alone = models.read([text])[0]
    assert alone.vector == pytest.approx(among.vector, abs=1e-5)
    assert alone.urgency == pytest.approx(among.urgency, abs=1e-4)
    assert [each.label for each in alone.intents] == [each.label for each in among.intents]


def test_vectors_are_those_of_readings(models: Understanding) -> None:
    """`vectors` and `read` place a text alike, with and without words."""
    texts = ["It crashes on start", "", "😡"]
    readings = models.read([TextInput(text=text) for text in texts])
    assert models.vectors(texts) == pytest.approx(np.stack([each.vector for each in readings]), abs=1e-5)


def test_every_reading_names_its_model(models: Understanding) -> None:
    """The version that is stored beside a reading is that of the files."""
    assert read(models, "hello").model_version == models.model_version
    assert len(models.model_version) == 12


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), st.text(max_size=5)))
def test_any_text_gets_a_reading(models: Understanding, text: str, rating: float | None, language: str | None) -> None:
    """Whatever people write, the numbers stay within their bounds and a refusal has its reason."""
    told = models.read([TextInput(text=text, rating=rating, language=language)])[0]
    assert told.vector.shape == (512,)
    assert 0 <= told.urgency <= 1
    assert 0 <= told.spam <= 1
    assert told.understood == (told.why_not is None) == (told.sentiment is not None)
    assert all(0 <= each.score <= 1 for each in (told.language, *told.intents, *told.topics))
