"""That an issue is fixed, said from its card: as on its page, and its reporters' words are drafted."""

from __future__ import annotations

from sqlmodel import Session

from integrations.slack import names
from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from integrations.slack.views import fixed
from integrations.slack.views.fixed import ShownFix
from service.actions import closing
from service.actions.actors import require
from service.desk.given import carried, number, show, told_in, written
from service.desk.visit import Note, Visit
from service.domain.closing import reach_in_words
from service.domain.roles import Deed
from service.models import Issue
from service.models.columns import id_of
from service.store import tellings
from service.store.database import transaction


def open_form(visit: Visit) -> None:
    """In which version; and how many can be told, which may take longer to count than Slack waits for a form."""
    issue_id = number(visit.heard.value)
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.CLOSE, session=session)
    view_id = show(visit, fixed.looking(issue_id))
    with told_in(visit, view_id, fixed.TITLE):
        with transaction(visit.tools.engine) as session:
            now, tools = visit.tools.clock(), visit.tools
            reasons = closing.outlook(session, issue_id, by=visit.by, now=now, tools=tools)
            title = session.get_one(Issue, issue_id).title
        shown = ShownFix(number=issue_id, title=title, reach=reach_in_words(reasons))
        visit.slack.update_view(view_id, fixed.form(shown, {"issue": issue_id}))


def wait(heard: Heard) -> Answer:
    """The form that waits for its job."""
    return Answer(view=fixed.saving(heard.view.metadata if heard.view else {}))


def fix(visit: Visit) -> None:
    """It is fixed; words are made for its reporters, and the form leads to them."""
    issue_id = carried(visit, "issue")
    version, note = written(visit, names.FIELD_VERSION), written(visit, names.FIELD_NOTE)

    def act(session: Session) -> Note:
        by, now, tools = visit.by, visit.tools.clock(), visit.tools
        outcome = closing.fix(session, issue_id, version=version, note=note, by=by, now=now, tools=tools, once=True)
        telling = closing.prepare(session, issue_id, by=by, now=now, tools=tools)
        visit.after(session, outcome.next)
        return {"reach": reach_in_words([each.person.reason for each in tellings.people(session, id_of(telling))])}

    reach = str(visit.once("deed", act)["reach"])
    with transaction(visit.tools.engine) as session:
        title = session.get_one(Issue, issue_id).title
    page_url = f"{visit.tools.page_url}/issues/{issue_id}/telling"
    shown = ShownFix(number=issue_id, title=title, reach=reach, page_url=page_url)
    visit.slack.update_view(visit.heard.view.id if visit.heard.view else "", fixed.done(shown))


def unfix(visit: Visit) -> None:
    """It is not fixed after all. The card follows by itself."""
    issue_id = number(visit.heard.value)

    def act(session: Session) -> Note:
        now, tools = visit.tools.clock(), visit.tools
        visit.after(session, closing.unfix(session, issue_id, by=visit.by, now=now, tools=tools).next)
        return {}

    visit.once("deed", act)
