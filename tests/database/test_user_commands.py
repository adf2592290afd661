"""`earful user …`: the team is looked after from the command line, and what cannot be is told in a sentence."""

from __future__ import annotations

from sqlalchemy import Engine, select
from sqlmodel import col

from service.models import AuditEvent
from service.store.database import transaction
from tests.database.commands import earful


def test_the_team_from_the_first_to_the_last(database: Engine) -> None:
    """Somebody is taken in, found by number and by address, changed, switched off and on; each is noted."""
    added = earful(database, "user", "add", "Kim@Example.com", "--name", "[red]Kim", "--role", "community")
    assert (added.code, added.err) == (0, "[red]Kim is user 2, with the role community.\n")
    changed = earful(database, "user", "change", " KIM@example.com", "--role", "support", "--off")
    assert changed.err == "[red]Kim, user 2: support, kim@example.com, switched off.\n"
    assert "Kim" not in earful(database, "user", "list").out
    shown = earful(database, "user", "list", "--all").out
    assert all(words in shown for words in ("you@localhost", "[red]Kim", "switched off"))
    assert earful(database, "user", "change", "2", "--on").err == "[red]Kim, user 2: support, kim@example.com.\n"
    with transaction(database) as session:
        noted = session.scalars(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [(event.actor, event.verb, event.noun_id) for event in noted] == [
        ("you", "add", 2),
        ("you", "change", 2),
        ("you", "change", 2),
    ]


def test_what_cannot_be_is_told(database: Engine) -> None:
    """Each in a sentence and with an exit code of its own; nobody is taken in, and nobody locks themselves out."""
    earful(database, "user", "list")  # whoever sits at the machine is there from the first command that ends well
    refused = {
        ("add", "you@localhost", "--name", "Eve"): "you@localhost is taken by you, user 1.",
        ("add", "eve", "--name", "Eve"): "'eve' is no e-mail address. Give one such as kim@example.com.",
        ("add", "eve@example.com", "--name", " "): "A user needs a name.",
        ("add", "eve@example.com", "--name", "\x1b[31mE"): "The name holds signs that cannot be shown. Write it anew.",
        ("add", "\udcff@example.com", "--name", "Eve"): (
            "'\\udcff@example.com' is no e-mail address. Give one such as kim@example.com."
        ),
        ("add", "eve@example.com", "--name", "Eve", "--role", "comunity"): (
            "There is no role 'comunity'. Did you mean `community`?"
        ),
        ("change", "eve@example.com", "--role", "admin"): (
            "There is no user eve@example.com. `earful user list --all` shows them."
        ),
        ("change", "1"): "Say what to change: --name, --email, --role, --on or --off.",
        ("change", "1", "--off"): (
            "you@localhost is whoever sits at this machine, and stays its admin. Only the name may change."
        ),
    }
    for arguments, sentence in refused.items():
        told = earful(database, "user", *arguments)
        assert (told.code, told.out, told.err) == (1, "", f"{sentence}\n"), arguments
    assert earful(database, "user", "add", "eve@example.com").code == 2
    assert earful(database, "user", "list", "--all").out.count("│ you ") == 1
