"""The rules of replies: what a digest tells apart, who must look, what stays inside, what a quotation is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.replies import Answer, Standing
from service.domain.replies import (
    UNSEEN,
    ApprovalRules,
    Circumstances,
    approval_reasons,
    clean,
    difference,
    digest_of,
    internal_in,
    text_digest,
    unquoted,
)
from service.domain.roles import Role

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
SEEN = Standing(exists=True, text="It crashes.", title="Bug", rating="2/5", answers=[])


def answer(number: int, *, ours: bool = False) -> Answer:
    """An answer that somebody gave a minute after the one before."""
    return Answer(remote_id=str(number), text=f"No {number}", by="ben", ours=ours, at=AT + timedelta(minutes=number))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (SEEN, []),
        (replace(SEEN, exists=False), ["The post is gone from its platform."]),
        (replace(SEEN, text="It burns."), ["The author changed the text. It says now: “It burns.”"]),
        (replace(SEEN, title="Fire"), ["The title is now “Fire”."]),
        (replace(SEEN, rating="5/5"), ["The rating is now 5/5."]),
        (replace(SEEN, rating=None), ["The rating was taken back."]),
        (replace(SEEN, may_answer=False, why_not="The thread is locked."), ["The thread is locked."]),
        (replace(SEEN, answers=[answer(1)]), ["ben answered meanwhile: “No 1”"]),
        (replace(SEEN, answers=[answer(1, ours=True)]), ["Somebody answered with our account meanwhile: “No 1”"]),
    ],
)
def test_differences_are_told_in_words(now: Standing, told: list[str]) -> None:
    """Against what the writer saw."""
    assert difference(digest_of(SEEN), now) == told


def test_what_nobody_saw_always_differs() -> None:
    """A platform that could not be asked gives a digest that fits nothing."""
    (told,) = difference(UNSEEN, SEEN)
    assert "could not be asked" in told


@given(st.integers(0, 400), st.integers(0, 3), st.integers(-1, 400))
def test_new_answers_are_told_from_any_number_of_old_ones(before: int, new: int, gone: int) -> None:
    """However many stood there; one that was taken back does not matter, and a digest stays short."""
    old = [answer(number) for number in range(before)]
    seen = digest_of(replace(SEEN, answers=old))
    kept = [each for each in old if each.remote_id != str(gone)]
    now = replace(SEEN, answers=[*kept, *(answer(before + number) for number in range(new))][::-1])

    assert len(difference(seen, now)) == new
    assert len(seen) < 700


@given(st.text())
def test_a_cleaned_text_stays_as_it_is(text: str) -> None:
    """So that what is approved, counted and sent are the same words."""
    assert clean(clean(text)) == clean(text)
    assert text_digest(clean(text)) == text_digest(text)
    clean(text).encode()


PLAIN = Circumstances(
    writer="Kim",
    role=Role.COMMUNITY,
    replies_so_far=9,
    text="Hi",
    post_text="Why?",
    customer_value=None,
    currency="EUR",
)
RULES = ApprovalRules(first_replies=3, customer_value_from=500, words=("refund", "返金", "환불"))


@pytest.mark.parametrize(
    ("about", "told"),
    [
        (PLAIN, []),
        (replace(PLAIN, replies_so_far=2), ["It is one of the first 3 replies that Kim wrote."]),
        (replace(PLAIN, customer_value=499), []),
        (replace(PLAIN, customer_value=500), ["The customer is worth 500 €."]),
        (replace(PLAIN, text="No Refund, sorry."), ["It is about “refund”."]),
        (replace(PLAIN, post_text="refunds!"), []),
        (replace(PLAIN, post_text="早く返金してください"), ["It is about “返金”."]),
        (replace(PLAIN, post_text="환불을 원해요"), ["It is about “환불”."]),
        (replace(PLAIN, role=Role.SUPPORT), ["Kim may write replies, and others publish them."]),
    ],
)
def test_who_must_look(about: Circumstances, told: list[str]) -> None:
    """By the colleague, the customer, and the words."""
    assert approval_reasons(RULES, about) == told


@pytest.mark.parametrize("text", ["<@U024BE7LH> says hi", "<!here> look", "see <#C024BE7LR|rnd>", "Hi {author}!"])
def test_what_stays_inside(text: str) -> None:
    """Names out of Slack, and what a template left open."""
    assert internal_in(text, {})


def test_a_quotation_goes_with_its_post() -> None:
    """Runs of the post's words and its author's name; our own words stay."""
    reply = 'Hi Mara, you wrote "the lamp of level nine never lights up": we will fix that lamp.'
    post = "THE LAMP of level nine never lights up, and nobody cares"
    assert unquoted(reply, [post], ["Mara", "mara_k"]) == 'Hi […], you wrote "[…]": we will fix that lamp.'
    assert unquoted("We will fix that.", ["", "We will see"], [""]) == "We will fix that."


@given(st.text("ab \n,.", max_size=80), st.text("ab \n,.", max_size=80))
def test_nothing_of_a_post_is_left(reply: str, post: str) -> None:
    """No four words in a row that the post has too, whatever stands between them."""
    left, words = unquoted(reply, [post], []).split("[…]"), clean(post).replace(",", " ").replace(".", " ").split()
    for part in left:
        kept = part.replace(",", " ").replace(".", " ").split()
        runs = {tuple(kept[at : at + 4]) for at in range(len(kept) - 3)}
        assert not runs & {tuple(words[at : at + 4]) for at in range(len(words) - 3)}
