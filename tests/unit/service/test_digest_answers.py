"""How a digest says how we answered: in words where a number would say more than is known."""

from __future__ import annotations

import pytest

from service.digest import html
from service.digest.answers import how_we_answered
from service.digest.links import Links
from service.domain.digest import Answering
from service.domain.metrics import Estimate
from tests.unit.service.test_digest_html import PAGES, a_digest


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            Answering(),
            "No post of this time wanted an answer, and nobody was to be told that something is fixed.",
        ),
        (
            Answering(wanted=2),
            (
                "We answered none of the 2 posts that wanted an answer. No reply of ours went out, so that nothing "
                "came of one. Nobody was to be told that something is fixed."
            ),
        ),
        (
            Answering(wanted=3, first_response=Estimate(value=None, of=2), replies=2, to_tell=1),
            (
                "We answered none of the 3 posts that wanted an answer; how fast cannot be said from 2 first replies. "
                "After 2 replies, no author has answered us or changed their stars so far. "
                "1 person reported something that is fixed, and nobody was told so far."
            ),
        ),
        (
            Answering(
                wanted=40,
                answered=31,
                first_response=Estimate(value=2.5, of=31),
                replies=31,
                moved=9,
                to_tell=84,
                told=61,
                again=2,
                again_about=(12, 7),
            ),
            (
                "We answered 31 of 40 posts that wanted an answer; half of the first replies came within 2.5 hours "
                "after the post. After 31 replies, 9 authors answered us or changed their stars so far. "
                "Told 61 of 84 people that what they reported is fixed; 2 people wrote again after being told: #12, #7."
            ),
        ),
    ],
)
def test_how_we_answered_is_said_in_words(found: Answering, said: str) -> None:
    """What is not known yet is no 0; issues and the median lead to their pages."""
    digest = a_digest(answering=found)
    sentences = how_we_answered(digest, Links(PAGES, digest))
    assert " ".join("".join(piece.text for piece in sentence) for sentence in sentences) == said
    hrefs = [piece.href for sentence in sentences for piece in sentence if piece.href]
    wanted = ("replies/effect", "issues/12", "issues/7") if found.again else ()
    assert hrefs == [f"{PAGES}/{at}" for at in wanted]
    assert "How we answered" in html.document(digest, page_url=PAGES, picture="cid:mood")
