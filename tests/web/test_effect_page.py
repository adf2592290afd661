"""“Did it help?”: the measures with what they rest on, and nothing claimed from too few."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from parsel import Selector
from sqlmodel import Session

from service.domain.metrics import FEW
from service.testing.factories import NOW, make_author, make_case, make_post, make_reply, make_source, make_user
from tests.database.test_outcomes import LONG_AGO, answered, restarred, reviewed
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]


def test_without_replies_nothing_is_claimed(look: Look) -> None:
    """Each measure says that it is undefined, and from how many on it is not."""
    words = words_of(look("/replies/effect").css("main"))
    assert "from 6 replies on, 0 so far" in words
    assert "reply effect: too few to say (0 against 0)" in words
    assert "No reply yet in this time" in words


def test_the_effect_stands_with_its_interval(look: Look, storing: Storing) -> None:
    """In points, with what it rests on, for each platform, person and template; and each reply with what came of it."""
    with storing() as session:
        source, kim = make_source(session, name="store", kind="app_store", product="Lantern"), make_user(session)
        for at in range(FEW):
            post = reviewed(session, source)
            answered(session, post, kim)
            if at % 2:
                restarred(session, post, 5.0, LONG_AGO + timedelta(days=4))
            reviewed(session, source)
        fresh = make_post(session, source, author=make_author(session), created_at=NOW - timedelta(days=2))
        make_reply(session, make_case(session, fresh), kim, state="sent", sent_at=NOW - timedelta(days=1))
    page = look("/replies/effect")
    figures = words_of(page.css(".figures"))
    assert "2.0 h until the first reply, by hand; half took less" in figures
    assert "+50 points more authors raise their stars" in figures
    assert f"{FEW} replies against {FEW} posts" in figures
    lines = [words_of(row) for row in page.css("section[aria-label='By person'] tbody tr")]
    assert lines[0].startswith("Kim +50 points (")
    assert page.css("section[aria-label='By platform'] svg::attr(aria-label)").get("").startswith("+50 points")
    did = words_of(page.css("section[aria-label='What authors did']"))
    assert f"Of {FEW + 1} replies: 0 answered us, {FEW // 2} raised the stars" in did
    assert "Nothing yet" in did
    assert "30 days" in words_of(look("/replies/effect?days=30").css("nav.tabs [aria-current]"))
