"""Signing in for answering: keys as text, as one line and as files; what is no key; tokens that end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.base import TargetBusy, TargetRefused
from integrations.tokens import Exchanged, Kept, apple, google_service_account
from tests.recorded.signing import GoogleSignIn, apple_key, apple_lets_in, google_key, pem, service_account
from tests.recorded.web import Asked, Reply, serve

SCOPE = "https://www.googleapis.com/auth/androidpublisher"


def _file(folder: Path, text: str) -> str:
    path = folder / "key"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "form", [lambda key, _: key, lambda key, _: key.replace("\n", "\\n"), lambda key, at: _file(at, key)]
)
def test_apples_key_may_be_text_a_line_or_a_file(form: Callable[[str, Path], str], tmp_path: Path) -> None:
    """Apple takes the token of each."""
    token = apple(issuer="issuer", key_id="KEY1", key=form(pem(apple_key()), tmp_path)).token()
    assert apple_lets_in(Asked("GET", "/", {}, {"authorization": f"Bearer {token}"}))


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN PRIVATE" + " KEY-----\nAAAA\n", pem(google_key())])
def test_what_is_no_key_is_told_without_quoting_it(key: str) -> None:
    """When something is to be signed."""
    with pytest.raises(TargetRefused) as caught:
        apple(issuer="issuer", key_id="KEY1", key=key).token()
    assert "AAAA" not in str(caught.value)
    assert caught.value.what_to_do


@pytest.mark.parametrize("key", ["{}", '{"client_email": "a@b"}', "[]", "nowhere.json"])
def test_a_service_account_without_its_parts_is_told(key: str) -> None:
    """Before Google is asked."""
    with pytest.raises(TargetRefused):
        google_service_account(key, scope=SCOPE, base_url="http://127.0.0.1:9", what_to_do="Do this.").token()


def test_a_token_is_kept_as_long_as_it_lives(tmp_path: Path) -> None:
    """One sign-in for an hour; a new one when it was forgotten."""
    sign_in = GoogleSignIn(scope=SCOPE)
    with serve(sign_in) as web:
        key = _file(tmp_path, service_account())
        bearer = google_service_account(key, scope=SCOPE, base_url=web.url, what_to_do="Do this.")
        assert bearer.token() == bearer.token() == "token-0"
        bearer.forget()
        assert bearer.token() == "token-1"


def test_a_token_that_is_about_to_end_is_made_anew() -> None:
    """A minute early, and always where nobody said how long it lives."""
    made: list[int] = []

    def make() -> tuple[str, float]:
        made.append(1)
        return "t", 60.0

    kept = Kept(make)
    assert kept.token() == kept.token() == "t"
    assert len(made) == 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply({"error": "invalid_grant"}, status=400), TargetRefused),
        (Reply({"access_token": "a b"}), TargetBusy),
        (Reply({"access_token": "bad\ntoken"}), TargetBusy),
        (Reply({}), TargetBusy),
        (Reply("<html>"), TargetBusy),
        (Reply(status=503), TargetBusy),
        (Reply(fault="reset"), TargetBusy),
    ],
)
def test_a_sign_in_that_fails_is_never_uncertain(reply: Reply, error: type[Exception]) -> None:
    """Nothing was sent yet."""
    with serve(lambda _: reply) as web, pytest.raises(error):
        Exchanged(f"{web.url}/token", lambda: {"a": "b"}, whose="Platform", what_to_do="Do this.").token()
