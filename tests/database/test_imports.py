"""The company's own records: imported once, brought up to date, bad rows named."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.actions.import_posts import import_posts
from service.actions.imports import Imported, import_customers, import_orders, import_organisations
from service.errors import Invalid
from service.jobs.queue import queue
from service.models import Author, Customer, Identity, Order, Post, Source
from service.store.database import transaction
from service.testing.factories import make_source
from service.testing.tools import make_tools

CUSTOMERS = """id,name,email,email_verified,organisation,lifecycle,segment,steam_id,reddit_id
C-1,Ann,ann@example.org,true,,customer,"founder; streamer",7656,u_ann
C-2,Ben,ben@example.org,,,Advocate,,,
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file and give its path."""

    def written(name: str, text: str) -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return written


def counts(result: Imported) -> tuple[int, int, int, int]:
    """New, changed, as before, set aside."""
    return result.tally.new, result.tally.changed, result.tally.same, len(result.set_aside)


def test_customers_come_once_and_are_brought_up_to_date(database: Engine, write: Callable[[str, str], Path]) -> None:
    """The same file changes nothing; another name for the same id changes one."""
    tools = make_tools(database)
    first = import_customers(tools, write("customers.csv", CUSTOMERS))
    again = import_customers(tools, write("customers.csv", CUSTOMERS))
    renamed = import_customers(tools, write("customers.csv", CUSTOMERS.replace("Ben,", "Benjamin,")))

    assert [counts(result) for result in (first, again, renamed)] == [(2, 0, 0, 0), (0, 0, 2, 0), (0, 1, 1, 0)]
    with transaction(database) as session:
        ann, ben = session.scalars(select(Customer).order_by(col(Customer.external_id))).all()
    assert (ann.segments, ann.email_verified, ben.name, ben.lifecycle) == (
        ["founder", "streamer"],
        True,
        "Benjamin",
        "advocate",
    )
    assert ann.created_because == "imported from customers.csv line 2"


def test_accounts_that_our_record_names_are_tied(database: Engine, write: Callable[[str, str], Path]) -> None:
    """A Steam account is; one on Reddit is left out, because its terms forbid it, and that is said."""
    result = import_customers(make_tools(database), write("customers.csv", CUSTOMERS))

    assert result.tally.ignored == {"reddit_id"}
    with transaction(database) as session:
        author = session.scalars(select(Author)).one()
        identity = session.scalars(select(Identity)).one()
    assert (author.scope, author.account) == ("steam", "7656")
    assert (identity.state, identity.evidence) == ("confirmed", "account")
    assert identity.reason == "our own record names this account (customers.csv line 2, column steam_id)"


def test_an_account_in_a_place_of_our_own_is_tied(database: Engine, write: Callable[[str, str], Path]) -> None:
    """A forum that the company runs is called by the name of its source."""
    with transaction(database) as session:
        make_source(session, name="forum", kind="feed", own=True)
        make_source(session, name="their-blog", kind="feed", own=False)
    rows = "id,name,forum_handle,their_blog_handle\nC-1,Ann,annie,annie\n"
    result = import_customers(make_tools(database), write("customers.csv", rows))

    assert result.tally.ignored == {"their_blog_handle"}
    with transaction(database) as session:
        assert session.execute(select(col(Author.scope), col(Author.account))).all() == [("forum", "annie")]


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        ("C-3,Cem,no-address,,,,,,", "column email", "Give an e-mail address, as in ann@example.org."),
        ("C-3,Cem,,perhaps,,,,,", "column email_verified", "It must be true or false."),
        ("C-3,Cem,,,,lost,,,", "column lifecycle", "Use `prospect`, `lead`, `customer`, `advocate` or `former`."),
        ("C-3,Cem,,,G-9,,,,", "column organisation", "There is no organisation “G-9”."),
        (",Cem,,,,,,,", "column id", "required"),
    ],
    ids=["e-mail", "yes or no", "lifecycle", "organisation", "id"],
)
def test_a_bad_row_is_named_and_its_neighbours_stay(
    database: Engine, write: Callable[[str, str], Path], row: str, place: str, reason: str
) -> None:
    """Line, column, what is wrong, and what would be right."""
    result = import_customers(make_tools(database), write("customers.csv", f"{CUSTOMERS}{row}\n"))

    assert counts(result) == (2, 0, 0, 1)
    assert result.set_aside[0].place == f"customers.csv line 4, {place}"
    assert reason in result.set_aside[0].reason


def test_a_file_of_something_else_is_refused(database: Engine, write: Callable[[str, str], Path]) -> None:
    """The missing column is named, and those that are there."""
    with pytest.raises(Invalid, match=r"orders\.csv has no column “number”\. Its columns are: a, b"):
        import_orders(make_tools(database), write("orders.csv", "a,b\n1,2\n"))


def test_orders_count_in_the_companys_currency(database: Engine, write: Callable[[str, str], Path]) -> None:
    """Dollars at the company's rate; a currency without one is set aside with the way out."""
    tools = make_tools(database)
    import_customers(tools, write("customers.csv", CUSTOMERS))
    orders = (
        "number,customer,product,placed_at,amount,currency\n"
        "O-1,C-1,ironwake,2026-01-02,10.00,EUR\n"
        "O-2,C-1,ironwake,2026-01-02T10:00:00Z,10.00,usd\n"
        "O-3,C-1,ironwake,2026-01-02,10.00,XXX\n"
        "O-4,C-9,ironwake,2026-01-02,10.00,EUR\n"
        "O-5,C-1,ironwake,yesterday,10.00,EUR\n"
        "O-6,C-1,ironwake,2026-01-02,-1,EUR\n"
    )
    result = import_orders(tools, write("orders.csv", orders))

    with transaction(database) as session:
        rows = session.execute(
            select(col(Order.number), col(Order.product), col(Order.worth)).order_by(Order.number)
        ).all()
    assert rows == [("O-1", "Ironwake", Decimal("10.00")), ("O-2", "Ironwake", Decimal("9.20"))]
    reasons = {item.place: item.reason for item in result.set_aside}
    assert set(reasons) == {
        "orders.csv line 4, column currency",
        "orders.csv line 5, column customer",
        "orders.csv line 6, column placed_at",
        "orders.csv line 7, column amount",
    }
    assert "company.yaml has no rate for XXX" in reasons["orders.csv line 4, column currency"]


def test_a_dry_run_keeps_nothing(database: Engine, write: Callable[[str, str], Path]) -> None:
    """It says what it would do."""
    result = import_organisations(make_tools(database), write("o.csv", "id,name\nG-1,League\n"), dry=True)

    assert counts(result) == (1, 0, 0, 0)
    with transaction(database) as session:
        assert session.execute(select(Customer)).all() == []


def test_posts_from_a_file_take_the_way_of_all_posts(database: Engine, write: Callable[[str, str], Path]) -> None:
    """They are stored under a source of their own, once, and queued to be understood."""
    tools = make_tools(database)
    file = write("Survey.csv", "id,text,created_at\n1,It crashes.,2026-11-01\n2,,2026-11-01\n3,Fine.,31.02.\n")
    first = import_posts(tools, file, queue=queue, product="Ironwake", progress=lambda _: None)
    again = import_posts(tools, file, queue=queue, product="Ironwake", progress=lambda _: None)

    assert (first.new, len(first.set_aside)) == (1, 2)
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    with transaction(database) as session:
        assert session.scalars(select(Source.name)).all() == ["import-survey"]
        post = session.scalars(select(Post)).one()
    assert (post.text, post.product, post.understood_version) == ("It crashes.", "Ironwake", 0)
