"""What handlers read out of a click: ids, what was written and chosen, and where an answer goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from integrations.base import MessageRejected, Payload
from integrations.slack.views import outcome
from service.desk.visit import Visit
from service.errors import Invalid, ServiceError


def number(said: object) -> int:
    """An id that a button or a form of ours carries. Raises Invalid where it is none: the card is not ours, or old."""
    text = str(said)
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid("This card or form is too old for what you asked. Open the post in Earful.")
    return int(text)


def carried(visit: Visit, name: str) -> int:
    """An id of the form's metadata. Raises Invalid where it carries none."""
    return number(visit.heard.view.metadata.get(name) if visit.heard.view else None)


def written(visit: Visit, field: str) -> str:
    """What stands in a field; empty where nothing does."""
    value = visit.heard.values.get(field)
    return value if isinstance(value, str) else ""


def several(visit: Visit, field: str) -> list[str]:
    """What is chosen of a list."""
    value = visit.heard.values.get(field)
    return list(value) if isinstance(value, list) else []


def show(visit: Visit, view: Payload) -> str:
    """Open a form, on top of the one that was clicked in where there is one. Returns its id."""
    inside = visit.heard.view is not None and visit.heard.view.type == "modal"
    opened = visit.slack.push_view if inside else visit.slack.open_view
    return opened(visit.heard.trigger_id, view).id


@contextmanager
def told_in(visit: Visit, view_id: str, title: str) -> Iterator[None]:
    """Say what goes wrong in the form that waits for it; where that is closed, it is raised, to be said elsewhere."""
    try:
        yield
    except ServiceError as error:
        try:
            visit.slack.update_view(view_id, outcome.notice(title, str(error)))
        except MessageRejected:
            raise error from None
