"""Signed webhooks: what is genuine, and what is said of what is not."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.signatures import problem_of, secrets_of, signature

NOW = datetime(2021, 2, 25, 10, 0, tzinfo=UTC)
SECRET = b"0123456789abcdef0123456789abcdef"
BODY = b'{"test": 2432232314}'


def problem(*, at: datetime = NOW, secrets: tuple[bytes, ...] = (SECRET,), **changed: object) -> str | None:
    """What is wrong with a call that is genuine but for what was changed."""
    timestamp = str(int(at.timestamp()))
    given: dict[str, object] = {
        "name": "msg_1",
        "timestamp": timestamp,
        "signatures": signature(SECRET, "msg_1", timestamp, BODY),
        "body": BODY,
    }
    return problem_of(secrets, now=NOW, **{**given, **changed})  # type: ignore[arg-type]  # what a test changes


def test_the_example_of_the_specification_is_genuine() -> None:
    """Its secret, id, time and body give its signature."""
    (secret,) = secrets_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", BODY) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_genuine_calls_pass() -> None:
    """With the new or the old secret, with other signatures beside it, a few minutes away."""
    assert problem() is None
    assert problem(secrets=(b"another secret of ours", SECRET)) is None
    assert problem(at=NOW - timedelta(minutes=4)) is None
    assert problem(at=NOW + timedelta(minutes=4)) is None
    timestamp = str(int(NOW.timestamp()))
    assert problem(signatures=f"v1a,xxxx v1,yyyy {signature(SECRET, 'msg_1', timestamp, BODY)}") is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "needs the headers"),
        ({"timestamp": ""}, "needs the headers"),
        ({"signatures": ""}, "needs the headers"),
        ({"name": "msg_2"}, "does not fit"),
        ({"body": BODY + b" "}, "does not fit"),
        ({"timestamp": "1614247201"}, "does not fit"),
        ({"signatures": "v1,AAAA"}, "does not fit"),
        ({"signatures": "ü"}, "does not fit"),
        ({"secrets": (b"another secret of ours",)}, "does not fit"),
        ({"secrets": ()}, "does not fit"),
        ({"at": NOW - timedelta(minutes=6)}, "more than 5 minutes away"),
        ({"at": NOW + timedelta(minutes=6)}, "more than 5 minutes away"),
        ({"name": "x" * 300}, "256 characters"),
        ({"name": "a\nb"}, "printable"),
    ],
)
def test_others_are_told_what_is_wrong(changed: dict[str, object], words: str) -> None:
    """One sentence, without the secret and without what the signature should have been."""
    found = problem(**changed)  # type: ignore[arg-type]  # what a test changes
    assert found is not None
    assert words in found
    assert "v1," not in found


@pytest.mark.parametrize("timestamp", ["soon", "-1", "9" * 11, "9" * 40, "1614247200.5"])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    """Even where it was signed."""
    found = problem(timestamp=timestamp, signatures=signature(SECRET, "msg_1", timestamp, BODY))
    assert found is not None
    assert "webhook-timestamp" in found


def test_secrets_are_read() -> None:
    """With and without the prefix; two of them; none."""
    written = b64encode(SECRET).decode()
    assert secrets_of(f"whsec_{written}") == secrets_of(written) == (SECRET,)
    assert len(secrets_of(f"whsec_{written} whsec_{written}")) == 2
    assert secrets_of("") == ()


@pytest.mark.parametrize("text", ["hunter2", "whsec_%%%", "whsec_" + b64encode(b"short").decode()])
def test_a_secret_that_is_none_is_refused_without_showing_it(text: str) -> None:
    """A word that somebody made up is none."""
    with pytest.raises(ValueError, match="random bytes") as caught:
        secrets_of(text)
    assert text not in str(caught.value)
