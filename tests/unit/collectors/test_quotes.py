"""What somebody wrote in a letter, apart from what they answer and what their program adds."""

from __future__ import annotations

import time

import pytest

from collectors.quotes import own_words, own_words_of_html


@pytest.mark.parametrize(
    "header",
    [
        "On Mon, 21 Sep 2026 at 10:00, Support <support@lamps.example> wrote:",
        "On Mon, 21 Sep 2026 at 10:00, Support of the Very Long Name\n<support@lamps.example>\nwrote:",
        "Am 21.09.2026 um 10:00 schrieb Support:",
        "Am Mo., 21. Sept. 2026 um 10:00 Uhr schrieb Support <support@lamps.example>:",
        "Le lun. 21 sept. 2026 à 10:00, Support <support@lamps.example> a écrit :",
        "El lun, 21 sept 2026 a las 10:00, Support (<support@lamps.example>) escribió:",
        "Il giorno lun 21 set 2026 alle ore 10:00 Support <support@lamps.example> ha scritto:",
        "Op ma 21 sep 2026 om 10:00 schreef Support <support@lamps.example>:",
        "Em seg., 21 de set. de 2026 às 10:00, Support <support@lamps.example> escreveu:",
        "пн, 21 сент. 2026 г. в 10:00, Support <support@lamps.example>:",
        "21.09.2026 10:00, Support пишет:",
        "2026年9月21日(月) 10:00 Support <support@lamps.example>のメール:",
        "Support <support@lamps.example> 于2026年9月21日周一 10:00写道：",
        "-----Original Message-----",
        "-------- Forwarded message --------",
        "From: Support <support@lamps.example>\nSent: Monday, 21 September 2026 10:00\nTo: Ana\nSubject: Lamp",
        "________________________________\nVon: Support <support@lamps.example>\nGesendet: Montag, 21. September 2026",
        "*From:* Support\n*Date:* Monday",
    ],
)
def test_what_is_answered_is_left_out(header: str) -> None:
    """In the words that programs of many languages put above it, whether its lines are marked or not."""
    marked = "\n".join(f"> {line}" for line in ("Have you tried", "", "another bulb?"))
    for quoted in (marked, "Have you tried another bulb?"):
        assert own_words(f"It still flickers.\n\n{header}\n\n{quoted}\n") == "It still flickers."


def test_answers_between_the_lines_stay() -> None:
    """Some write below each line that they answer."""
    letter = (
        "On 21 Sep 2026 Ana wrote:\n> Does it flicker?\nYes.\n> Since when?\nSince Monday.\n\nOn the whole I like it."
    )
    assert own_words(letter) == "Yes.\nSince Monday.\n\nOn the whole I like it."


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAna Lopez\nHead of Lamps, +49 30 1234",
        "--\nAna",
        "Sent from my iPhone",
        "Von meinem Samsung Galaxy gesendet",
        "Get Outlook for Android",
        "Enviado desde mi iPhone",
        "Отправлено с iPhone",
    ],
)
def test_signatures_are_left_out(below: str) -> None:
    """What stands below the two dashes, and what telephones add."""
    assert own_words(f"It flickers.\n\nBest, Ana\n{below}\n") == "It flickers.\n\nBest, Ana"


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\nthat it flickers.",
        "From: my point of view it is too bright.\nAnd too loud.",
        "The lamp -- which I like -- flickers.",
        "I was sent from the shop to you.",
        "Data: 12 flickers an hour",
    ],
)
def test_ordinary_sentences_stay(text: str) -> None:
    """Words that only look like a program's."""
    assert own_words(text) == text


def test_a_letter_of_nothing_but_a_quotation_is_empty() -> None:
    """A forwarded letter without a word of one's own."""
    assert own_words("-----Original Message-----\nFrom: a\n\nHello") == ""


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote"><div>On Mon Ana wrote:<br></div><blockquote>Hello</blockquote></div>',
        '<blockquote type="cite"><p>Hello</p></blockquote>',
        '<div id="appendonsend"></div><hr><div><b>From:</b> Support<br><b>Sent:</b> Monday</div><div>Hello</div>',
        '<div class="gmail_signature">Ana<br>+49 30 1234</div>',
        "<p><b>From:</b> Support<br><b>Sent:</b> Monday</p><p>Hello</p>",
    ],
)
def test_programs_mark_what_they_quote_in_html(quoted: str) -> None:
    """The marks of the usual programs, and the block of Outlook that has none."""
    assert (
        own_words_of_html(f"<html><body><p>It <b>still</b> flickers.</p>{quoted}</body></html>") == "It still flickers."
    )


@pytest.mark.parametrize("markup", ["", "<", "<blockquote>", "<p>" * 5000 + "x", "\x00<p>It flickers"])
def test_any_markup_gives_some_text(markup: str) -> None:
    """Nothing that a stranger sends breaks the reading."""
    assert isinstance(own_words_of_html(markup), str)


@pytest.mark.parametrize(
    "text", ["2026 @" * 80_000, "On 1 " * 80_000, "> x\n" * 80_000, "From: a\n" * 50_000, "-" * 400_000]
)
def test_long_letters_are_read_in_reasonable_time(text: str) -> None:
    """No pattern goes over a long line again and again."""
    begun = time.perf_counter()
    own_words(text)
    assert time.perf_counter() - begun < 5
