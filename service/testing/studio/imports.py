"""The files that the sample's shop would export: its own records with real dates, and the survey that it runs.

A survey is filled in by hand, so two of its rows cannot be read; they show that bad rows do not stop good ones.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from service.testing.studio.content import Studio
from service.testing.studio.ids import external_id
from service.testing.studio.records import Customer, Order
from service.testing.studio.showing import Showing, Shown, moment

SURVEY_COLUMNS = (
    "id",
    "text",
    "title",
    "created_at",
    "author_name",
    "author_email",
    "author_email_verified",
    "order_number",
    "language",
    "stars",
    "product",
    "product_version",
    "url",
)
BAD_ROWS: tuple[Mapping[str, str], ...] = (
    {
        "id": "survey-bad-date",
        "text": "All fine, thank you.",
        "created_at": "31.02.",
        "author_name": "Guest",
        "stars": "4",
    },
    {
        "id": "survey-no-text",
        "text": "",
        "created_at": "2026-10-01T09:00:00+00:00",
        "author_name": "Guest",
        "stars": "2",
    },
)


def write_imports(folder: Path, studio: Studio, showing: Showing) -> None:
    """Write customers.csv, organisations.csv, orders.csv and survey.csv into `folder`, made where it is missing.

    Each file is replaced as a whole, so that nobody reads half of one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    records = studio.records
    titles = {title.slug: title.name for title in showing.titles}
    files = {
        "organisations.csv": _table([asdict(row) for row in records.organisations.values()]),
        "customers.csv": _table([_customer(row, showing.epoch) for row in records.customers.values()]),
        "orders.csv": _table([_order(row, showing.epoch, titles) for row in records.orders.values()]),
        "survey.csv": survey_csv(showing),
    }
    for name, text in files.items():
        beside = folder / f".{name}.new"
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(folder / name)


def survey_csv(showing: Showing) -> str:
    """The survey as the shop exports it in this phase, oldest answer first, with the two rows that cannot be read."""
    rows: list[Mapping[str, object]] = [_survey(shown) for shown in reversed(showing.of("survey"))]
    middle = len(rows) // 2
    return _table([*rows[:middle], *BAD_ROWS, *rows[middle:]], SURVEY_COLUMNS)


def _survey(shown: Shown) -> dict[str, object]:
    post = shown.post
    return {
        "id": external_id(post),
        "text": shown.text,
        "title": shown.heading,
        "created_at": shown.created_at.isoformat(),
        "author_name": shown.writer.name,
        "author_email": post.email,
        "author_email_verified": "true" if post.email else "",
        "order_number": post.order,
        "language": post.language,
        "stars": shown.stars,
        "product": shown.title.name,
        "product_version": post.version,
        "url": "",  # an answer has no page of its own
    }


def _customer(row: Customer, epoch: datetime) -> dict[str, object]:
    """A customer's row; `since` may be a date, or days before "now"."""
    since = row.since
    if since and since.startswith("-") and since[1:].replace(".", "", 1).isdigit():
        since = (epoch + timedelta(days=float(since))).date().isoformat()
    return asdict(row) | {"email_verified": str(row.email_verified).lower(), "since": since}


def _order(row: Order, epoch: datetime, titles: Mapping[str, str]) -> dict[str, object]:
    return {
        "number": row.number,
        "customer": row.customer,
        "product": titles.get(row.product, row.product),
        "placed_at": moment(epoch, row.placed_day).isoformat(),
        "amount": row.amount,
        "currency": row.currency,
    }


def _table(rows: Iterable[Mapping[str, object]], columns: Iterable[str] | None = None) -> str:
    """Rows as CSV text with a header (RFC 4180)."""
    rows = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns or rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
