"""Signing in: what is signed and asked, tokens that are refused or out of date, keys that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import tokens
from collectors.base import SourceBusy, SourceRefused
from collectors.net import Net
from tests.recorded.signing import GoogleSignIn, apple_key, apple_lets_in, google_key, pem, service_account
from tests.recorded.web import Asked, Reply, serve

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
WHAT = "PRIVATE KEY"
API = "https://api.example.com/things"


def test_apple_takes_what_we_sign() -> None:
    """The key as text, with its line breaks as \\n, and in a file."""
    for key in (pem(apple_key()), pem(apple_key()).replace("\n", "\\n")):
        token = tokens.apple(issuer="issuer", key_id="KEY1", key=key).token()
        assert apple_lets_in(Asked("GET", "/", {}, {"authorization": f"Bearer {token}"}))


def test_a_key_may_be_in_a_file(tmp_path: Path) -> None:
    """Its path is as good as its text."""
    path = tmp_path / "AuthKey_KEY1.p8"
    path.write_text(pem(apple_key()), encoding="utf-8")
    token = tokens.apple(issuer="issuer", key_id="KEY1", key=str(path)).token()
    assert apple_lets_in(Asked("GET", "/", {}, {"authorization": f"Bearer {token}"}))


@pytest.mark.parametrize(
    "key",
    [
        "", "hunter2", "/nowhere/key.p8", f"-----BEGIN {WHAT}-----\nhunter2\n-----END {WHAT}-----",
        "x" * 5000, "\0",
    ],
)  # fmt: skip
def test_a_key_that_is_none_is_refused_and_not_shown(key: str) -> None:
    """What is wrong and what to do, without a word of the key."""
    with pytest.raises(SourceRefused) as caught:
        tokens.apple(issuer="issuer", key_id="KEY1", key=key)
    assert "hunter2" not in str(caught.value)
    assert caught.value.what_to_do


def test_the_key_of_another_platform_is_refused() -> None:
    """An RSA key signs nothing for Apple."""
    with pytest.raises(SourceRefused, match="ES256"):
        tokens.apple(issuer="issuer", key_id="KEY1", key=pem(google_key()))


@pytest.mark.parametrize(
    "key", ["{", '{"client_email": "a@b.example"}', "{}", '{"client_email": 1, "private_key": "x"}']
)
def test_a_service_account_that_is_none_is_refused(key: str) -> None:
    """Before anything is asked."""
    with Net() as net, pytest.raises(SourceRefused, match="key"):
        tokens.service_account(net, key, SCOPE)


@pytest.fixture(params=["account", "user"])
def bearer(request: pytest.FixtureRequest) -> Callable[[Net], tokens.Bearer]:
    """Both ways of signing in at Google."""
    if request.param == "account":
        return lambda net: tokens.service_account(net, service_account(), SCOPE)
    return lambda net: tokens.google_user(net, client_id="client", client_secret="hush", refresh_token="refresh")


def test_google_gives_a_token_once_for_many_questions(bearer: Callable[[Net], tokens.Bearer]) -> None:
    """A service account's signed request, or a user's refresh token, becomes one token for the run."""
    google = GoogleSignIn(scope=SCOPE)

    def answering(asked: Asked) -> Reply:
        if asked.path == "/token":
            return google(asked)
        return Reply({"fine": True}) if google.lets_in(asked) else Reply(status=401)

    with serve(answering) as web, Net(web.url, sleep=lambda _: None) as net:
        net.home(API)
        signed_in = bearer(net)
        for _ in range(3):
            assert tokens.ask(net, signed_in, API, {})[1] == {"fine": True}
    assert len(google.given) == 1


def test_a_token_that_is_refused_is_replaced_once(bearer: Callable[[Net], tokens.Bearer]) -> None:
    """One that was withdrawn is taken anew; where the new one is refused too, a person must act."""
    google = GoogleSignIn(scope=SCOPE)

    def answering(asked: Asked) -> Reply:
        if asked.path == "/token":
            return google(asked)
        return Reply({"fine": True}) if google.lets_in(asked) and len(google.given) == 2 else Reply(status=401)

    with serve(answering) as web, Net(web.url, sleep=lambda _: None) as net:
        net.home(API)
        signed_in = bearer(net)
        assert tokens.ask(net, signed_in, API, {})[1] == {"fine": True}
        google.given.append("another")
        with pytest.raises(SourceRefused, match="401"):
            tokens.ask(net, signed_in, API, {})


def test_other_refusals_do_not_sign_in_again(bearer: Callable[[Net], tokens.Bearer]) -> None:
    """A 403 is no question of tokens."""
    google = GoogleSignIn(scope=SCOPE)

    def answering(asked: Asked) -> Reply:
        return google(asked) if asked.path == "/token" else Reply(status=403)

    with serve(answering) as web, Net(web.url, sleep=lambda _: None) as net:
        net.home(API)
        with pytest.raises(SourceRefused, match="403"):
            tokens.ask(net, bearer(net), API, {})
    assert len(google.given) == 1


def test_a_sign_in_that_is_refused_says_why(bearer: Callable[[Net], tokens.Bearer]) -> None:
    """The platform's code is told, the credentials are not."""
    reply = Reply({"error": "invalid_grant", "error_description": "hush"}, status=400)
    with (
        serve(lambda _: reply) as web,
        Net(web.url, sleep=lambda _: None) as net,
        pytest.raises(SourceRefused, match=r"does not accept our credentials \(invalid_grant\)") as caught,
    ):
        bearer(net).token()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply([1]), SourceBusy), (Reply({"token": "x"}), SourceBusy), (Reply({"access_token": None}), SourceBusy),
        (Reply({"access_token": "é"}), SourceBusy), (Reply({"access_token": "a\nb"}), SourceBusy),
        (Reply(status=503), SourceBusy), (Reply("<html>"), SourceBusy), (Reply(status=404), SourceRefused),
        (Reply("no json", status=401), SourceRefused), (Reply({"error": {"code": 1}}, status=400), SourceRefused),
    ],
)  # fmt: skip
def test_sign_ins_that_go_wrong(reply: Reply, error: type[Exception]) -> None:
    """Whatever an endpoint answers, it is one of our two errors."""
    with serve(lambda _: reply) as web, Net(web.url, sleep=lambda _: None) as net, pytest.raises(error):
        tokens.google_user(net, client_id="client", client_secret="hush", refresh_token="refresh").token()


@pytest.mark.parametrize(("life", "asked"), [(3600, 1), ("3600", 1), (30, 3), (None, 3), ("soon", 3), (10**400, 1)])
def test_a_token_is_kept_as_long_as_it_lives(life: object, asked: int) -> None:
    """Numbers may come as text; without one a token is not kept."""
    reply = Reply(json.dumps({"access_token": "t", "expires_in": life}))
    with serve(lambda _: reply) as web, Net(web.url, sleep=lambda _: None) as net:
        signed_in = tokens.google_user(net, client_id="client", client_secret="hush", refresh_token="refresh")
        for _ in range(3):
            signed_in.token()
        assert len(web.asked) == asked
