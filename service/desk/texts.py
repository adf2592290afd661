"""The whole of a long post, page by page."""

from __future__ import annotations

from integrations.slack.views import post
from service.actions.actors import require
from service.desk import seeing
from service.desk.given import carried, number, show
from service.desk.visit import Visit
from service.domain.roles import Deed
from service.store.database import transaction


def open_text(visit: Visit) -> None:
    """The first page."""
    case_id = number(visit.heard.value)
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.READ, session=session)
        about = seeing.of_case(session, case_id, visit.tools)
    show(visit, post.whole(about.shown, 0, {"case": case_id}))


def turn(visit: Visit) -> None:
    """Another page."""
    case_id = carried(visit, "case")
    with transaction(visit.tools.engine) as session:
        about = seeing.of_case(session, case_id, visit.tools)
    if visit.heard.view is not None:
        page = post.whole(about.shown, number(visit.heard.value), {"case": case_id})
        visit.slack.update_view(visit.heard.view.id, page, hash=visit.heard.view.hash)
