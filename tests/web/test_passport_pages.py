"""What each kind's passport says stands on its source's page and in `earful source list`, and the API keeps to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient
from parsel import Selector
from sqlmodel import Session

from collectors import registry
from service.testing.factories import make_author, make_post, make_source
from tests.web.reading import words_of

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]
KINDS = registry.kinds()


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_api_gives_texts_only_where_they_may_be_passed_on(
    client: TestClient, storing: Storing, kind: str, own: bool
) -> None:
    """Text, title and author are withheld elsewhere, in the list and alone; the address and the reading are not."""
    with storing() as session:
        source = make_source(session, kind=kind, own=own)
        author = make_author(session, handle="ada", scope=kind)
        post = make_post(
            session, source, author=author, text="Words of mine.", title="Title of mine", url="https://a.b/c"
        )
    spec = registry.spec(kind)
    allowed = spec.passport.may_export or (own and spec.home is None)
    for item in (client.get("/api/posts").json()["items"][0], client.get(f"/api/posts/{post.id}").json()):
        assert item["may_export"] == allowed
        assert (item["text"] is not None, item["title"] is not None, item["author"] is not None) == (allowed,) * 3
        assert ("mine" in str(item)) == allowed
        assert item["url"] == "https://a.b/c"
        assert item["reading"]["sentiment"]["label"] == "neutral"


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_says_what_the_terms_permit(look: Look, storing: Storing, kind: str) -> None:
    """In words, and no other than the passport."""
    with storing() as session:
        make_source(session, name="here", kind=kind)
    passport = registry.spec(kind).passport
    said = words_of(look("/sources/here").css("aside"))
    assert ("may be tied to your customer records" in said) == passport.may_link
    assert ("Posts may be exported." in said) == passport.may_export
    assert ("Models may learn" in said) == passport.may_train
    assert ("kept as received" in said) == (passport.keep_raw_days is None)
    assert ("not looked up again" in said) == (passport.recheck_hours is None)
    assert passport.terms.split(".")[0] in said
