"""The collectors' HTTP door: where it goes, where it refuses to go, and what each failure is called."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import httpcore
import pytest

from collectors.addresses import CheckedBackend, is_public, refuse_private, shown
from collectors.base import SourceBusy, SourceRefused
from collectors.net import Net, move
from collectors.verdicts import resets_in, retry_after
from tests.recorded.web import Reply, Web, serve

HOME = "https://api.lamps.example"


@pytest.fixture
def web() -> Iterator[Web]:
    """A server that answers {"ok": true}."""
    with serve(lambda _: Reply({"ok": True})) as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that the door made, in seconds."""
    return []


@pytest.fixture
def net(web: Web, pauses: list[float]) -> Iterator[Net]:
    """A door with the server as base, at home at HOME."""
    with Net(web.url, timeout=2, max_bytes=10_000, sleep=pauses.append) as door:
        door.home(HOME)
        yield door


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "not an address",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    """Loopback, private, link-local, metadata, multicast and reserved addresses are refused, also inside IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    """Addresses of the public internet are let through."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
    ],
)
def test_each_spelling_of_loopback_is_refused(url: str) -> None:
    """However loopback is written, it is refused, and the message says how to allow it."""
    with pytest.raises(SourceRefused, match=r"not a public address\..*--base-url"):
        refuse_private(url)


def test_the_operators_origin_is_trusted_and_no_other_port() -> None:
    """The named origin may be private; another port of the same host may not."""
    assert refuse_private("http://127.0.0.1:8080/x", trusted="http://127.0.0.1:8080/base") == ["127.0.0.1"]
    with pytest.raises(SourceRefused):
        refuse_private("http://127.0.0.1:8081/x", trusted="http://127.0.0.1:8080")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "//x/", "http://", "http://u:p@x.example/", "http://x:99999/"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """Other schemes, missing hosts, impossible ports and credentials in the address are refused."""
    with pytest.raises(SourceRefused):
        refuse_private(url)


def test_messages_show_no_query_and_no_user() -> None:
    """An address in a message has lost what may be a secret."""
    assert shown("https://u:p@x.example/feed?key=s3cret#s3cret") == "https://x.example/feed"


def test_the_check_is_made_when_connecting() -> None:
    """The address that is connected to is checked too, whatever the name said before."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(SourceRefused):
            CheckedBackend(None).connect_tcp("127.0.0.1", port, timeout=1)
        CheckedBackend(("127.0.0.1", port)).connect_tcp("127.0.0.1", port, timeout=1).close()


def test_an_unreachable_trusted_port_is_a_connect_error() -> None:
    """Nothing listens: httpcore's own error, which the door turns into "cannot be reached"."""
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(httpcore.ConnectError):
        CheckedBackend(("127.0.0.1", port)).connect_tcp("127.0.0.1", port, timeout=1)
    with (
        Net(f"http://127.0.0.1:{port}", sleep=lambda _: None) as net,
        pytest.raises(SourceBusy, match="cannot be reached"),
    ):
        net.fetch(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("url", "base", "moved"),
    [
        ("https://api.x.example/a/b?q=1", "http://127.0.0.1:9", "http://127.0.0.1:9/a/b?q=1"),
        ("https://api.x.example/a", "http://127.0.0.1:9/prefix/", "http://127.0.0.1:9/prefix/a"),
        ("https://api.x.example", "http://127.0.0.1:9", "http://127.0.0.1:9/"),
        ("http://127.0.0.1:9/prefix/a", "http://127.0.0.1:9/prefix", "http://127.0.0.1:9/prefix/a"),
    ],
)
def test_base_url_replaces_the_origin(url: str, base: str, moved: str) -> None:
    """Scheme, host and port are replaced; path and query are kept; what is there already stays."""
    assert move(url, base) == moved


def test_home_goes_to_the_base_and_others_do_not(net: Net, web: Web) -> None:
    """Only what a collector calls home is asked of the base."""
    assert net.json(f"{HOME}/v1", params={"a": "ö b"}) == {"ok": True}
    assert (web.asked[0].path, web.asked[0].query) == ("/v1", {"a": "ö b"})
    with pytest.raises(SourceRefused):
        net.fetch("http://127.0.0.1:1/")


def test_redirects_are_followed_and_remembered(net: Net, web: Web) -> None:
    """A relative redirect is followed; one for good gives the new address."""
    web.answering = lambda asked: (
        Reply(status=301, headers={"Location": "/new"}) if asked.path == "/old" else Reply({"ok": True})
    )
    answer = net.fetch(f"{HOME}/old")
    assert answer.status == 200
    assert answer.moved_to == f"{web.url}/new"


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "http://[::1]/", "file:///etc/passwd"]
)
def test_redirects_to_private_addresses_are_refused(net: Net, web: Web, where: str) -> None:
    """The platform cannot send us into the operator's network."""
    web.answering = lambda _: Reply(status=302, headers={"Location": where})
    with pytest.raises(SourceRefused, match=r"redirects to|not an http"):
        net.fetch(f"{HOME}/x")
    assert len(web.asked) == 1


def test_redirects_in_circles_end(net: Net, web: Web) -> None:
    """After five redirects it is enough."""
    web.answering = lambda _: Reply(status=302, headers={"Location": "/x"})
    with pytest.raises(SourceRefused, match="in circles"):
        net.fetch(f"{HOME}/x")
    assert len(web.asked) == 6


def test_conditional_requests_carry_the_tags_verbatim(net: Net, web: Web) -> None:
    """ETag and Last-Modified go back as they came, and 304 is its own answer."""
    web.answering = lambda _: Reply(status=304)
    answer = net.fetch(f"{HOME}/x", etag='W/"a b"', last_modified="yesterday, about noon")
    assert answer.not_modified
    assert web.asked[0].headers["if-none-match"] == 'W/"a b"'
    assert web.asked[0].headers["if-modified-since"] == "yesterday, about noon"


def test_a_body_that_is_too_large_is_refused(net: Net, web: Web) -> None:
    """The limit counts what comes out of gzip, so that a small bomb stays small."""
    web.answering = lambda asked: Reply(
        gzip.compress(b"x" * 5_000_000) if asked.path == "/bomb" else b"x" * 20_000,
        headers={"Content-Encoding": "gzip"} if asked.path == "/bomb" else {},
    )
    for path in ("/large", "/bomb"):
        with pytest.raises(SourceRefused, match=r"more than 0\.01 MB"):
            net.fetch(f"{HOME}{path}")


def test_damaged_gzip_is_busy(net: Net, web: Web) -> None:
    """A body that says gzip and is none."""
    web.answering = lambda _: Reply(b"nonsense", headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceBusy, match="damaged"):
        net.fetch(f"{HOME}/x")


def test_a_slow_server_is_busy(web: Web) -> None:
    """A server that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            Net(url, timeout=0.05, sleep=lambda _: None) as net,
            pytest.raises(SourceBusy, match="did not answer within"),
        ):
            net.fetch(f"{url}/")


def test_trouble_is_tried_three_times(net: Net, web: Web, pauses: list[float]) -> None:
    """A server that recovers at the third request is not reported."""
    troubles = [Reply(status=503), Reply(fault="reset")]
    web.answering = lambda _: troubles.pop(0) if troubles else Reply({"ok": True})
    assert net.json(f"{HOME}/x") == {"ok": True}
    assert len(pauses) == 2


def test_a_short_wait_is_waited_and_a_long_one_is_told(net: Net, web: Web, pauses: list[float]) -> None:
    """Retry-After of 3 seconds is waited within the run; one of 11 goes to the caller at once."""
    replies = [Reply(status=429, headers={"Retry-After": "3"}), Reply({"ok": True})]
    web.answering = lambda _: replies.pop(0)
    assert net.json(f"{HOME}/x") == {"ok": True}
    assert pauses == [3]
    web.answering = lambda _: Reply(status=429, headers={"Retry-After": "11"})
    with pytest.raises(SourceBusy, match="slow down") as caught:
        net.json(f"{HOME}/x")
    assert caught.value.retry_after == 11
    assert pauses == [3]


def test_messages_hide_the_query(net: Net, web: Web) -> None:
    """A key in the query does not reach the message."""
    web.answering = lambda _: Reply(status=403)
    with pytest.raises(SourceRefused) as caught:
        net.fetch(f"{HOME}/x", params={"key": "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_json_that_is_guarded_against_scripts(net: Net, web: Web) -> None:
    """Google writes four characters before its JSON, so that no page can run it."""
    web.answering = lambda _: Reply(")]}'\n\n[1, 2]")
    assert net.json(f"{HOME}/rpc", form={"f.req": "x"}) == [1, 2]


def test_json_without_what_no_database_holds(net: Net, web: Web) -> None:
    """NUL, half characters and numbers that are not finite do not come through the door."""
    web.answering = lambda _: Reply(rb'{"a\u0000": "b\ud800c\u0000", "n": [NaN, 1e999, 1.5], "emoji": "\ud83d\ude00"}')
    assert net.json(f"{HOME}/x") == {"a\ufffd": "b\ufffdc\ufffd", "n": [None, None, 1.5], "emoji": "\U0001f600"}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), ("0", 0), ("-5", 0), ("1.5", 1.5), ("Sun, 01 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0), ("soon", None), ("", None), ("nan", None), ("inf", None),
    ],
)  # fmt: skip
def test_retry_after_in_each_form(value: str, seconds: float | None) -> None:
    """Seconds, HTTP dates, the past, and nonsense."""
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert retry_after({"retry-after": value}, now=now) == seconds


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("x-ratelimit-reset", "2026-11-01T12:05:00.070144Z", 300.070144), ("x-ratelimit-reset", "1793534460", 60),
        ("ratelimit-reset", "1793534460", 60), ("x-ratelimit-reset-after", "1.5", 1.5), ("x-ratelimit-reset", "77", 77),
        ("x-ratelimit-reset", "2026-11-01T11:00:00Z", 0), ("x-ratelimit-reset", "soon", None), ("other", "1", None),
    ],
)  # fmt: skip
def test_resets_in_each_platforms_form(header: str, value: str, seconds: float | None) -> None:
    """A moment in two forms, seconds from now, the past, and nonsense."""
    assert resets_in({header: value}, now=datetime(2026, 11, 1, 12, tzinfo=UTC)) == seconds


def test_a_platforms_own_header_says_how_long_to_wait(net: Net, web: Web, pauses: list[float]) -> None:
    """Retry-After counts first; where it is missing, the platform's own header does, and the status is told."""
    web.answering = lambda _: Reply(status=429, headers={"X-RateLimit-Reset-After": "64.5"})
    with pytest.raises(SourceBusy, match="come back in 65 seconds") as caught:
        net.json(f"{HOME}/x")
    assert caught.value.retry_after == 64.5
    web.answering = lambda _: Reply(status=429, headers={"X-RateLimit-Reset-After": "64.5", "Retry-After": "11"})
    with pytest.raises(SourceBusy) as caught:
        net.json(f"{HOME}/x")
    assert caught.value.retry_after == 11
    web.answering = lambda _: Reply(status=409)
    with pytest.raises(SourceRefused) as refused:
        net.json(f"{HOME}/x")
    assert refused.value.status == 409


def test_the_door_says_who_we_are(net: Net, web: Web) -> None:
    """Requests carry our name."""
    net.fetch(f"{HOME}/x")
    assert web.asked[0].headers["user-agent"].startswith("Earful/")


def test_a_question_can_be_a_post(net: Net, web: Web) -> None:
    """A form and JSON are sent as a POST in their own form, and the answer's headers are there for those who ask."""
    web.answering = lambda asked: Reply({"ok": asked.method}, headers={"X-Left": "7"})
    assert net.json(f"{HOME}/token", form={"grant": "a b"}) == {"ok": "POST"}
    answer, found = net.json_answer(f"{HOME}/query", data={"q": [1]}, headers={"Authorization": "Bearer x"})
    assert (found, answer.headers["x-left"]) == ({"ok": "POST"}, "7")
    form, data = web.asked
    assert (form.body, form.headers["content-type"]) == (b"grant=a+b", "application/x-www-form-urlencoded")
    assert (data.body, data.headers["content-type"]) == (b'{"q":[1]}', "application/json")
    assert data.headers["authorization"] == "Bearer x"


def test_a_post_follows_no_redirect(net: Net, web: Web) -> None:
    """A sign-in that is sent elsewhere is refused, and its secret stays here."""
    web.answering = lambda _: Reply(status=307, headers={"Location": f"{web.url}/elsewhere"})
    with pytest.raises(SourceRefused, match="redirects"):
        net.json(f"{HOME}/token", form={"secret": "s"})
    assert [asked.path for asked in web.asked] == ["/token"]
