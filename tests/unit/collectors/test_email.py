"""E-mail: which letters are read, how a mailbox is followed, what is kept, and what each trouble is called."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Cursor, Page, Post, PostUnreadable, SourceBusy, SourceRefused
from collectors.email import Email, EmailOptions
from collectors.email_message import addressed_to, is_by_a_person, post_of, raw_of, read
from collectors.net import Net
from tests.recorded.imap import PASSWORD, RECEIVED, USER, Mailserver, letter, mailbox, serve_mail

OURS = frozenset({USER})


def options(**changed: object) -> EmailOptions:
    """The options of a mailbox; the server that is named is never asked, since another stands in for it."""
    return EmailOptions.model_validate({"host": "imap.example", "user": USER, "addresses": USER, **changed})


@contextmanager
def listening(mail: Mailserver, password: str = PASSWORD, **changed: object) -> Iterator[Email]:
    """A collector of a mailbox on this machine."""
    with serve_mail(mail), Net(mail.url, timeout=5) as net:
        yield Email(options(**changed), password, net)


def run(collector: Email, cursor: Cursor | None = None, since: datetime | None = None) -> tuple[list[Page], Cursor]:
    """All pages of one run, and the cursor after it."""
    pages = list(collector.pages(cursor, since=since))
    return pages, json.loads(json.dumps(pages[-1].cursor, sort_keys=True))


def posts_of(pages: list[Page]) -> list[Post]:
    """All posts of the pages."""
    return [post for page in pages for post in page.posts]


def post(content: bytes, verifier: str | None = None) -> Post:
    """The post that a letter makes."""
    return post_of(raw_of(read(content), received=RECEIVED, verifier=verifier))


def test_a_letter_becomes_a_post() -> None:
    """Words without the quotation, the thread, the time; a title where a thread begins."""
    first = post(letter(1, Subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?="))
    answer = post(
        letter(
            2, "Still.\n\nOn 21 Sep, Support wrote:\n> x", Subject="Re: Lamp", In_Reply_To="<9@lamps.example>",
            References="<1@people.example>\r\n <9@lamps.example>", Content_Language="de-DE",
        )
    )  # fmt: skip
    assert (first.external_id, first.thread_id, first.title) == ("1@people.example", "1@people.example", "Grüße")
    assert first.text == "The lamp 1 flickers."
    assert first.created_at == datetime(2026, 9, 21, 8, 1, tzinfo=UTC)
    assert (answer.thread_id, answer.parent_id, answer.title) == ("1@people.example", "9@lamps.example", None)
    assert (answer.text, answer.language) == ("Still.", "de-DE")
    assert answer.author is not None
    assert answer.author.name == "Ana 2"


def test_only_public_letters_of_people_are_read() -> None:
    """Not what was sent to somebody's own address, not what machines send, not what we wrote ourselves."""
    left = {
        "private": letter(1, To="ceo@lamps.example"),
        "away": letter(2, Auto_Submitted="auto-replied"),
        "newsletter": letter(3, List_Unsubscribe="<https://x.example>"),
        "list": letter(4, Precedence="bulk"),
        "suppressed": letter(5, X_Auto_Response_Suppress="All"),
        "bounce": letter(6, Return_Path="<>"),
        "report": letter(7, Content_Type="multipart/report; report-type=delivery-status; boundary=b"),
        "spam": letter(8, X_Spam_Flag="YES"),
        "ours": letter(9, From="Support <SUPPORT@lamps.example>"),
    }
    read_ = [letter(20), letter(21, Auto_Submitted="no"), letter(22, To="support+shop@lamps.example"),
             letter(23, To="all@lamps.example", Delivered_To=USER)]  # fmt: skip
    for name, content in left.items():
        message = read(content)
        assert not (addressed_to(message, OURS) and is_by_a_person(message, OURS)), name
    for content in read_:
        message = read(content)
        assert addressed_to(message, OURS)
        assert is_by_a_person(message, OURS)


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ("mx.lamps.example; spf=pass; dmarc=pass (p=reject) header.from=people.example", True),
        ("mx.lamps.example 1; dmarc = pass", True),
        ("mx.lamps.example; dmarc=fail", False),
        ("mx.evil.example; dmarc=pass", False),
        ("", False),
    ],
)
def test_an_address_counts_where_our_own_server_verified_it(told: str, believed: bool) -> None:
    """Anybody can write any address; the first line of our server says whether it is theirs."""
    content = letter(1, Authentication_Results=told)
    found = post(content, "mx.lamps.example")
    assert found.author is not None
    assert found.author.verified_email == ("ana1@people.example" if believed else None)
    assert post(content).author == post(letter(1)).author


def test_nothing_private_is_kept() -> None:
    """No addresses, no path of machines; the same writer is known by the same id."""
    content = letter(
        1, "Hello\n> From: bo@people.example", Received="from [203.0.113.9]", Cc="bo@people.example",
        From="ana1@people.example <ana1@people.example>", Message_ID="<1@host.example>",
    )  # fmt: skip
    found = post(content)
    words = json.dumps(found.raw)
    assert not [word for word in ("203.0.113", "bo@", "ana1@", USER) if word in words]
    assert found.author is not None
    assert found.author.name is None
    assert (
        found.author.external_id
        == (post(letter(1, From="Ana <ANA1@people.example>")).author or found.author).external_id
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (letter(1, "<p>It <b>flickers</b></p><blockquote>x</blockquote>", Content_Type="text/html"), "It flickers"),
        (
            letter(1, '--b\nContent-Type: text/html\n\n<p>HTML</p>\n--b\nContent-Type: text/plain\n\nPlain\n--b--',
                   Content_Type='multipart/alternative; boundary="b"'),
            "Plain",
        ),
        (
            letter(1, "--b\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n8NLJ18XU\n"
                   '--b\nContent-Type: image/png\nContent-Disposition: attachment; filename="a.png"\n\nxxxx',
                   Content_Type='multipart/mixed; boundary="b"'),
            "Привет",
        ),
        (letter(1, "=C3=A4", Content_Transfer_Encoding="quoted-printable"), "ä"),
        (letter(1, "Hello", Content_Type="text/plain; charset=no-such"), "Hello"),
        (letter(1, "Hello", Content_Type="nonsense"), "Hello"),
        (letter(1, "", Subject="Only this"), "Only this"),
    ],
)  # fmt: skip
def test_bodies_of_any_form_are_read(content: bytes, text: str) -> None:
    """Plain text before HTML, encodings, attachments, a letter cut off in its attachment, a bare subject."""
    assert post(content).text == text


@pytest.mark.parametrize(
    ("date", "day"),
    [("Mon, 14 Sep 2026 10:00:00 -0000", 14), ("sometime", 21), ("", 21), ("Mon, 14 Sep 2037 10:00:00 +0000", 21)],
)
def test_a_date_that_cannot_be_is_replaced(date: str, day: int) -> None:
    """By the time at which the letter came."""
    assert post(letter(1, Date=date)).created_at.day == day


@pytest.mark.parametrize("hostile", ['text/plain; x="' + '"' * 200_000, "text/plain; charset=" + "A" * 200_000])
def test_a_hostile_header_takes_no_minutes(hostile: str) -> None:
    """The library's parser of headers is slow over what no program writes; only the beginning is given to it."""
    begun = time.process_time()
    message = read(letter(1, Content_Type=hostile, To=USER))
    assert raw_of(message, received=RECEIVED, verifier=None)["text"] == "The lamp 1 flickers."
    assert time.process_time() - begun < 5


def test_a_letter_without_an_id_has_a_stable_one() -> None:
    """The same letter has the same, another one another."""
    first, same, other = (post(letter(n, Message_ID="")) for n in (1, 1, 2))
    assert first.external_id == same.external_id != other.external_id


def test_a_letter_without_words_is_set_aside() -> None:
    """With its place, without its content; so is one that is none. Their neighbours are read."""
    mail = mailbox(2)
    mail.deliver(letter(5, "", Subject=""))
    mail.deliver(b"\r\n\r\nnothing")
    with listening(mail) as collector:
        (page,), _ = run(collector)
    assert len(page.posts) == 2
    assert [item.place for item in page.set_aside] == ["INBOX, letter 103", "INBOX, letter 104"]


def test_a_mailbox_is_followed() -> None:
    """Behind the last UID; `*` names the last letter again, which is not new. Nothing in the mailbox is changed."""
    mail = mailbox(45)
    with listening(mail) as collector:
        pages, cursor = run(collector)
        assert [len(page.posts) for page in pages] == [20, 20, 5]
        (again,), cursor = run(collector, cursor)
        assert again.posts == []
        mail.deliver(letter(99))
        (later,), cursor = run(collector, cursor)
    assert [found.external_id for found in later.posts] == ["99@people.example"]
    assert cursor == {"uidvalidity": "7", "uid": 146}
    assert not [said for said in mail.said if "STORE" in said or "SELECT" in said]


def test_a_mailbox_that_was_made_anew_is_read_anew() -> None:
    """Its UIDs mean other letters; each letter keeps its id."""
    mail = mailbox(3)
    with listening(mail) as collector:
        first, cursor = run(collector)
        mail.validity = 8
        second, cursor = run(collector, cursor)
    assert [found.external_id for found in posts_of(first)] == [found.external_id for found in posts_of(second)]
    assert cursor["uidvalidity"] == "8"


def test_since_leaves_older_letters_unread() -> None:
    """The server leaves out days, we the hours."""
    mail = Mailserver()
    mail.deliver(letter(1, Date="Tue, 01 Sep 2026 10:00:00 +0000"), received=RECEIVED - timedelta(days=20))
    mail.deliver(letter(2))
    mail.deliver(letter(30))
    with listening(mail) as collector:
        pages, cursor = run(collector, since=datetime(2026, 9, 21, 8, 15, tzinfo=UTC))
    assert [found.external_id for found in posts_of(pages)] == ["30@people.example"]
    assert "UID SEARCH UID 1:* SINCE 20-Sep-2026" in mail.said
    assert cursor["uid"] == 103


def test_an_empty_mailbox_is_fine() -> None:
    """No letter yet, or the one that was found is gone when it is fetched."""
    mail = Mailserver()
    with listening(mail) as collector:
        (page,), cursor = run(collector)
        assert (page.posts, cursor) == ([], {"uidvalidity": "7", "uid": 0})
        mail.deliver(letter(1))
        mail.fault = "gone"
        (page,), _ = run(collector, cursor)
    assert page.posts == []


@pytest.mark.parametrize(
    ("name", "written"), [("Support & more", "Support &- more"), ("Входящие", "&BBIERQQ+BDQETwRJBDgENQ-")]
)
def test_folders_of_any_name_can_be_read(name: str, written: str) -> None:
    """IMAP has a spelling of its own for other letters."""
    mail = mailbox(1)
    mail.folder = written
    with listening(mail, folder=name) as collector:
        assert len(posts_of(run(collector)[0])) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("greeting", "broke the conversation off"),
        ("unavailable", "does not let us in just now"),
        ("search", "come back later"),
        ("cut", "broke the conversation off"),
        ("large", "which nobody asked for"),
    ],
)
def test_trouble_that_passes_is_busy(fault: str, words: str) -> None:
    """The server is away, breaks off, or sends what nobody asked for."""
    mail = mailbox(1)
    mail.fault = fault
    with listening(mail) as collector, pytest.raises(SourceBusy, match=words):
        run(collector)


def test_a_server_that_is_not_there_is_busy() -> None:
    """A closed port."""
    with Net("http://127.0.0.1:9") as net, pytest.raises(SourceBusy, match="cannot be reached"):
        run(Email(options(), PASSWORD, net))


def test_wrong_passwords_and_folders_are_refused() -> None:
    """A person must act, and is told what to look at."""
    with listening(mailbox(1), "wrong") as collector, pytest.raises(SourceRefused, match="EMAIL_PASSWORD"):
        run(collector)
    with listening(mailbox(1), folder="Nowhere") as collector, pytest.raises(SourceRefused, match="option folder"):
        run(collector)


def test_servers_without_plain_sign_in_take_a_login() -> None:
    """LOGIN takes ASCII alone: another password is refused in words."""
    mail = mailbox(1)
    mail.plain_login = False
    with listening(mail, "plain") as collector:
        assert len(posts_of(run(collector)[0])) == 1
    with listening(mail) as collector, pytest.raises(SourceRefused, match="does not accept"):
        run(collector)


def test_private_servers_must_be_named_and_passwords_stay_covered() -> None:
    """A private address only as base_url; plain http only on this machine."""
    with Net() as net, pytest.raises(SourceRefused, match="not a public address"):
        run(Email(options(host="127.0.0.1"), PASSWORD, net))
    with Net("http://10.0.0.7:143") as net, pytest.raises(SourceRefused, match="in the clear"):
        Email(options(), PASSWORD, net)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody else trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(begin).not_valid_after(begin + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "server.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_connection_is_encrypted_and_the_certificate_is_checked(certificate: Path) -> None:
    """A certificate that we do not trust is refused before any password is said."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    mail = mailbox(3)
    with serve_mail(mail, server), Net(mail.url, timeout=5) as net:
        with pytest.raises(SourceRefused, match=r"certificate of 127\.0\.0\.1"):
            run(Email(options(), PASSWORD, net))
        assert mail.said == []
        trusting = ssl.create_default_context(cafile=str(certificate))
        assert len(posts_of(run(Email(options(), PASSWORD, net, tls=trusting))[0])) == 3


def test_servers_that_encrypt_after_a_greeting_are_read(certificate: Path) -> None:
    """The password is said after STARTTLS alone."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    mail = mailbox(3)
    mail.upgrade = server
    trusting = ssl.create_default_context(cafile=str(certificate))
    with serve_mail(mail), Net(mail.url, timeout=5) as net:
        collector = Email(options(security="starttls"), PASSWORD, net, tls=trusting)
        assert len(posts_of(run(collector)[0])) == 3
    assert mail.said.index("STARTTLS") < mail.said.index("AUTHENTICATE PLAIN")


@pytest.mark.parametrize("addresses", ["support", "@lamps.example", "support@", ""])
def test_addresses_are_checked(addresses: str) -> None:
    """What is no address is refused when the configuration is read."""
    with pytest.raises(ValueError, match="address"):
        options(addresses=addresses)


@given(st.binary(max_size=300), st.sampled_from(["From", "To", "Date", "Subject", "Content-Type", "References"]))
def test_any_letter_is_read_or_set_aside(content: bytes, header: str) -> None:
    """Whatever a stranger sends becomes a post, is left alone, or is unreadable; nothing else happens."""
    whole = header.encode() + b": " + content + b"\r\nTo: support@lamps.example\r\n\r\n" + content
    try:
        message = read(whole)
        addressed_to(message, OURS)
        is_by_a_person(message, OURS)
        post_of(raw_of(message, received=RECEIVED, verifier="x"))
    except PostUnreadable:
        pass
