"""What every collector promises, checked on each kind in the registry over real HTTP or real files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import registry
from collectors.abilities import abilities_of
from collectors.base import Cursor, Page, Post, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, describe_options, missing_secrets, read_options
from collectors.public import post_from_json, post_to_json
from tests.recorded.cases import KEYS, SIGN_INS, Case, case_of, listening
from tests.recorded.web import Asked, Reply, serve


@pytest.fixture(params=registry.kinds())
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind in the registry."""
    return str(request.param)


# Nobody can be asked whether a webhook's secret is right.
KEYED_KINDS = [kind for kind in registry.kinds() if registry.spec(kind).secrets and not registry.spec(kind).hears]


@pytest.fixture
def case(kind: str, tmp_path: Path) -> Case:
    """Something to read for each kind."""
    return case_of(kind, tmp_path)


def follow(cursor: Cursor | None, pages: list[Page]) -> Cursor | None:
    """Where a caller who stored these pages would go on; the cursor has been through JSON that sorts its names."""
    for page in pages:
        cursor = page.cursor if page.cursor is not None else cursor
    return json.loads(json.dumps(cursor, sort_keys=True)) if cursor is not None else None


def posts_of(pages: list[Page]) -> list[Post]:
    """All posts of the pages."""
    return [post for page in pages for post in page.posts]


def test_the_spec_says_all_that_a_person_must_know(kind: str) -> None:
    """A kind has a title, a whole passport, described options, and says where its keys come from."""
    spec = registry.spec(kind)
    passport = spec.passport
    assert spec.kind == kind
    assert spec.title
    assert passport.attribution
    assert passport.terms.endswith(".")
    assert passport.keep_raw_days is None or passport.keep_raw_days > 0
    assert passport.recheck_hours is None or 0 < passport.recheck_hours <= 48
    assert all(option.description.endswith((".", "…")) for option in describe_options(spec))
    assert all(secret.name.isupper() and "http" in secret.where for secret in spec.secrets)
    assert spec.home is None or spec.home.startswith("https://")


def test_the_pace_is_one_that_a_platform_bears(kind: str) -> None:
    """Not faster than any platform allows, and not so slow that a run ends at its second request; said in words."""
    pace = registry.spec(kind).pace
    assert pace.requests >= 1
    assert 1 <= pace.seconds <= 3600
    assert 0.1 <= pace.step <= 20
    assert re.fullmatch(r"(one|[\d,]+) (a second|a minute|an hour|in \d+ seconds)", str(pace))


@pytest.mark.parametrize(
    ("kind", "requests", "seconds"),
    [
        ("app_store_connect", 3500, 3600), ("bluesky", 3000, 300), ("discord", 50, 1), ("discourse", 60, 60),
        ("github", 5000, 3600), ("google_business", 300, 60), ("google_play", 200, 3600), ("hacker_news", 10000, 3600),
        ("intercom", 1000, 60), ("mastodon", 300, 300), ("reddit", 100, 60), ("stack_exchange", 30, 1),
        ("steam", 100000, 86400), ("trustpilot", 833, 300), ("trustpilot", 10000, 3600), ("x", 450, 900),
        ("zendesk", 200, 60),
    ],
)  # fmt: skip
def test_no_kind_asks_for_more_than_its_platform_gives(kind: str, requests: int, seconds: float) -> None:
    """What platforms publish of their limits; see the comment at each `pace`."""
    assert seconds / registry.spec(kind).pace.step < requests


def test_what_must_be_looked_up_again_can_be(kind: str, case: Case) -> None:
    """A passport that asks for rechecks comes with a collector that can do them."""
    with listening(kind, case, "http://127.0.0.1:9") as collector:
        can = callable(getattr(collector, "recheck", None))
    assert can or registry.spec(kind).passport.recheck_hours is None


def test_what_the_keys_can_do_is_told(kind: str, case: Case) -> None:
    """Each kind that has keys says what they are good for, and what to do where they are not."""
    spec = registry.spec(kind)
    with case.serving() as web, listening(kind, case, web.url) as collector:
        told = abilities_of(collector, KEYS.values())
    assert bool(told) == bool(spec.secrets)
    assert any(one.allowed for one in told) or not told
    assert all(one.what and (one.allowed or one.how_to_get.endswith((".", "…"))) for one in told)


@pytest.mark.parametrize("status", [401, 403, 503])
@pytest.mark.parametrize("kind", KEYED_KINDS)
@pytest.mark.usefixtures("_no_pauses")
def test_keys_that_are_refused_can_nothing_and_are_not_shown(kind: str, case: Case, status: int) -> None:
    """Nothing is raised; what a platform says is passed on, without the keys that it may quote."""
    real = {"APP_STORE_CONNECT_KEY", "GOOGLE_PLAY_SERVICE_ACCOUNT"}
    keys = {name: value if name in real else f"{name}-0123456789" for name, value in KEYS.items()}

    def refusing(asked: Asked) -> Reply:
        said = f"{asked.path} is not for {' '.join(asked.headers.values())}"
        return Reply({"error": {"code": 190, "message": said}, "detail": said, "message": said}, status=status)

    world = case.serving() if case.mail else serve(refusing)
    with world as web, listening(kind, case, web.url, keys=keys) as collector:
        told = abilities_of(collector, keys.values())
    assert told
    assert not any(one.allowed for one in told)
    assert any(one.allowed is (None if status == 503 else False) for one in told) or case.mail
    assert not [name for name, value in keys.items() if value in repr(told)]


def test_an_unknown_option_is_refused_by_name(kind: str) -> None:
    """An option that is no option is refused, and the near one is named."""
    spec = registry.spec(kind)
    real = next(iter(describe_options(spec))).name
    with pytest.raises(BadOption, match=f"Did you mean {real}") as caught:
        read_options(spec, {f"{real}x": "1"})
    assert caught.value.name == f"{real}x"


def test_missing_keys_are_named_and_refused(kind: str, case: Case) -> None:
    """Without its keys a kind does not start, and says which are missing."""
    spec = registry.spec(kind)
    missing = missing_secrets(spec, {})
    assert [secret.name for secret in missing] == [secret.name for secret in spec.secrets if secret.required]
    if missing:
        with Net() as net, pytest.raises(SourceRefused, match=missing[0].name):
            spec.build(read_options(spec, case.options), {}, net)


def test_posts_are_whole_and_parse_is_pure(kind: str, case: Case) -> None:
    """Ids are unique, times aware, raw survives JSON, and parse(raw) gives the same post each time."""
    with case.serving() as web, listening(kind, case, web.url) as collector:
        posts = posts_of(list(collector.pages(None)))
        assert len(posts) == case.posts
        assert len({post.external_id for post in posts}) == len(posts)
        for post in posts:
            assert post.text
            assert post.created_at.utcoffset() is not None
            assert collector.parse(json.loads(json.dumps(post.raw))) == post


def test_the_public_form_keeps_a_post(kind: str, case: Case) -> None:
    """A post written in the public form and read again is the same post."""
    with case.serving() as web, listening(kind, case, web.url) as collector:
        for post in posts_of(list(collector.pages(None))):
            form = json.loads(json.dumps(post_to_json(post, collector=kind)))
            assert form["collector"] == kind
            assert post_from_json(form) == post


def test_ids_are_the_same_on_the_next_day(kind: str, case: Case) -> None:
    """Two runs from the start give the same ids."""
    with case.serving() as web:
        runs = []
        for _ in range(2):
            with listening(kind, case, web.url) as collector:
                runs.append({post.external_id for post in posts_of(list(collector.pages(None)))})
    assert runs[0] == runs[1]


def test_nothing_new_brings_nothing(kind: str, case: Case) -> None:
    """A second run from the stored cursor brings no post, and no complaint."""
    with case.serving() as web, listening(kind, case, web.url) as collector:
        cursor = follow(None, list(collector.pages(None)))
        again = list(collector.pages(cursor))
    assert cursor is not None
    assert posts_of(again) == []
    assert [page.gap for page in again if page.gap] == []


def test_leaving_early_loses_nothing(kind: str, case: Case) -> None:
    """A caller who stores one page and stops gets the others from the next runs."""
    with case.serving() as web, listening(kind, case, web.url) as collector:
        cursor: Cursor | None = None
        found: set[str] = set()
        while len(found) < case.posts:
            before = len(found)
            pages = iter(collector.pages(cursor))
            kept = [next(pages)]
            if kept[0].cursor is None and not kept[0].not_modified:  # not safe to stop here: the caller must go on
                kept += list(pages)
            getattr(pages, "close", lambda: None)()
            cursor = follow(cursor, kept)
            found |= {post.external_id for post in posts_of(kept)}
            assert len(found) > before
    assert len(found) == case.posts


NOT_BY_HTTP = {"email", "product_pages", "tabular", "webhook"}  # they have tests of their own for what goes wrong
HTTP_KINDS = tuple(kind for kind in registry.kinds() if kind not in NOT_BY_HTTP)
LISTS = {"feed", "github", "mastodon"}  # a feed is no JSON; the others send bare lists, whatever is in them
FORM_KINDS = tuple(kind for kind in HTTP_KINDS if kind not in LISTS)
ONE_ANSWER = {"discord", "facebook", "feed", "instagram", "intercom", "stack_exchange", "telegram", "zendesk"}
"""Kinds whose row has no second answer, or no page before it."""
WALKED_KINDS = tuple(kind for kind in HTTP_KINDS if kind not in ONE_ANSWER)
PAGE = "<!doctype html><html><title>Just a moment</title><p>Checking your browser</html>"
BUSY = {
    "429": (Reply(status=429, headers={"Retry-After": "77"}), "slow down"),
    "429 with a date": (Reply(status=429, headers={"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}), "slow down"),
    "500": (Reply(status=500), "trouble of its own"),
    "503": (Reply(status=503, headers={"Retry-After": "90"}), "trouble of its own"),
    "reset": (Reply(fault="reset"), "closed the connection|broke its answer off"),
    "cut off by the connection": (Reply(b'{"data": ', fault="cut"), "broke"),
    "empty": (Reply(b""), "empty answer|form that we do not know"),
}
REFUSED = {
    "401": (Reply(status=401), "credentials|keys"),
    "403": (Reply(status=403), "forbids"),
    "404": (Reply(status=404), "nothing at this address"),
    "410": (Reply(status=410), "gone for good"),
}


def _signed_in(reply: Reply, case: Case) -> Callable[[Asked], Reply]:
    def answering(asked: Asked) -> Reply:
        return case.answering(asked) if asked.path in SIGN_INS else reply

    return answering


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """PRAW's core pauses before it asks again; a test has no time for that."""
    monkeypatch.setattr("prawcore.sessions.FiniteRetryStrategy.sleep", lambda _: None)


@pytest.mark.parametrize("kind", HTTP_KINDS)
@pytest.mark.parametrize("fault", BUSY)
@pytest.mark.usefixtures("_no_pauses")
def test_trouble_that_passes_is_busy(kind: str, case: Case, fault: str) -> None:
    """What will pass by itself raises SourceBusy, in words, with the time to wait where it was told."""
    reply, words = BUSY[fault]
    with (
        serve(_signed_in(reply, case)) as web,
        listening(kind, case, web.url) as collector,
        pytest.raises(SourceBusy, match=words) as caught,
    ):
        list(collector.pages(None))
    wait = caught.value.retry_after
    if fault == "429 with a date":
        assert wait is not None
        assert wait > 1_000_000
    elif fault == "429":
        assert wait == 77


@pytest.mark.parametrize("kind", HTTP_KINDS)
@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.usefixtures("_no_pauses")
def test_trouble_that_needs_a_person_is_refused(kind: str, case: Case, fault: str) -> None:
    """What only a person can mend raises SourceRefused, which says what to do."""
    reply, words = REFUSED[fault]
    with (
        serve(_signed_in(reply, case)) as web,
        listening(kind, case, web.url) as collector,
        pytest.raises(SourceRefused, match=words) as caught,
    ):
        list(collector.pages(None))
    assert caught.value.what_to_do


@pytest.mark.parametrize("kind", FORM_KINDS)
@pytest.mark.parametrize(
    ("body", "words"),
    [(PAGE, "web page where data was due"), (b'{"data": [\xff', "damaged"), ("[1]", "form that we do not know")],
)
def test_what_is_no_data_is_told_apart(kind: str, case: Case, body: str | bytes, words: str) -> None:
    """A web page, damaged data, and data of another form are three different sentences."""
    with (
        serve(_signed_in(Reply(body), case)) as web,
        listening(kind, case, web.url) as collector,
        pytest.raises(SourceBusy, match=words),
    ):
        list(collector.pages(None))


@pytest.mark.parametrize("kind", WALKED_KINDS)
@pytest.mark.usefixtures("_no_pauses")
def test_a_run_that_breaks_off_is_taken_up_without_holes(kind: str, case: Case) -> None:
    """When the platform fails in the middle, the next run from the stored cursor completes what was read."""
    count = 0

    def failing(asked: Asked) -> Reply:
        nonlocal count
        count += asked.path not in SIGN_INS
        return Reply(status=500) if asked.path not in SIGN_INS and count >= 2 else case.answering(asked)

    with serve(failing) as web, listening(kind, case, web.url) as collector:
        kept: list[Page] = []
        with pytest.raises(SourceBusy):
            kept.extend(collector.pages(None))
        pages = collector.pages(None)
        count = 0
        kept = [next(iter(pages))]
        cursor = follow(None, kept)
        web.answering = case.answering
        kept += list(collector.pages(cursor))
    assert {post.external_id for post in posts_of(kept)} == {post.external_id for post in posts_of(_all(kind, case))}


def _all(kind: str, case: Case) -> list[Page]:
    with serve(case.answering) as web, listening(kind, case, web.url) as collector:
        return list(collector.pages(None))
