"""Handing one letter to a server that sends it, once: what was certainly not sent, and what may have been."""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

from integrations.base import IntegrationError, MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from integrations.mailbox import Server, trusted

_WHAT_TO_DO = "Check EMAIL_SMTP and EMAIL_PASSWORD, and that the account may send as the public address."
_OUR_NAME = "[127.0.0.1]"  # what programs for mail call themselves; asking for a better name can take seconds
_STRANGE = re.compile(r"[^\x20-\x7e]+")


def server_of(address: str, *, user: str, password: str) -> Server:
    """The server in smtps://name@host:465, or smtp://name@host:587 for STARTTLS; `user` where it names nobody.

    Raises TargetRefused where it is no such address, or the password would cross a network in the clear.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("smtp", "smtps"):
        said = "EMAIL_SMTP is no address of a server such as smtps://smtp.example.com."
        raise TargetRefused(said, what_to_do=_WHAT_TO_DO)
    tls = parts.scheme == "smtps"
    name = unquote(parts.username or "") or user
    return Server(host=host, port=port or (465 if tls else 587), user=name, password=password, tls=tls)


def hand_over(server: Server, letter: bytes, *, sender: str, recipients: Sequence[str]) -> None:
    """Let the server send the letter to all recipients, or to none.

    Raises:
        TargetBusy, TargetRefused, MessageRejected: it was not sent.
        OutcomeUncertain: the connection broke after the letter left.
    """
    with signed_in(server, sender) as client:
        for recipient in recipients:
            code, said = client.rcpt(recipient)
            if code not in (250, 251):
                raise _refusal(server, code, said)
        try:
            code, said = client.data(letter)
        except smtplib.SMTPDataError as error:  # before a word of the letter was said
            raise _refusal(server, error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            broken = f"The connection to {server.shown} broke ({type(error).__name__}); the letter may have been sent."
            raise OutcomeUncertain(broken) from None
        if not 200 <= code < 300:
            if code < 400:
                raise OutcomeUncertain(f"{server.shown} answered in a form that we do not know.")
            raise _refusal(server, code, said)


@contextmanager
def signed_in(server: Server, sender: str) -> Iterator[smtplib.SMTP]:
    """A server that has let us in and would take a letter from `sender`; none is begun after it. Raises as above."""
    client: smtplib.SMTP | None = None
    try:
        client = _connected(server)
        code, said = client.docmd("AUTH", "PLAIN " + b64encode(f"\0{server.user}\0{server.password}".encode()).decode())
        if code != 235:
            raise _busy(server, said) if 400 <= code < 500 else _not_let_in(server)
        code, said = client.mail(sender)
        if code != 250:
            raise _busy(server, said) if 400 <= code < 500 else _no_sender(server, said)
        yield client
    except ssl.SSLCertVerificationError as error:
        why = f"The certificate of {server.shown} is not valid ({error.verify_message})."
        raise TargetRefused(why, what_to_do="Check the server's name, or wait until it is renewed.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise TargetBusy(f"{server.shown} cannot be reached, or broke off ({type(error).__name__}).") from None
    finally:
        if client is not None:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()


def _connected(server: Server) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, _OUR_NAME, timeout=server.timeout, context=trusted())
    client = smtplib.SMTP(server.host, server.port, _OUR_NAME, timeout=server.timeout)
    try:
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=trusted())
            client.ehlo()
        elif server.tells_all:
            said = f"{server.shown} would get the password in the clear."
            raise TargetRefused(said, what_to_do="Use a server with TLS: smtps://.")
    except BaseException:
        client.close()
        raise
    return client


def _refusal(server: Server, code: int, said: bytes | str) -> IntegrationError:
    if 400 <= code < 500:
        return _busy(server, said)
    return MessageRejected(f"{server.shown} does not take the letter: {_shown(said)}")


def _busy(server: Server, said: bytes | str) -> TargetBusy:
    return TargetBusy(f"{server.shown} asks us to come back later: {_shown(said)}")


def _not_let_in(server: Server) -> TargetRefused:
    return TargetRefused(f"{server.shown} does not accept our name and password.", what_to_do=_WHAT_TO_DO)


def _no_sender(server: Server, said: bytes) -> TargetRefused:
    return TargetRefused(f"{server.shown} lets us not send as the address: {_shown(said)}.", what_to_do=_WHAT_TO_DO)


def _shown(said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return _STRANGE.sub(" ", words)[:200].strip().rstrip(".")
