"""The app's home in Slack: what needs this person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from integrations.slack import names
from integrations.slack.views import home
from integrations.slack.views.home import Entry, Group, Home
from service.desk.visit import Visit
from service.domain.cases import answer_by
from service.domain.people import shown_name
from service.domain.roles import Deed, may
from service.models.columns import id_of
from service.store import desk_cases
from service.store.database import transaction
from service.store.desk_cases import Found, Listed

AHEAD = timedelta(hours=2)
"""How early a case that should soon be answered is shown as late."""
_EACH = 5
_TAKE = ((names.CLAIM, "Claim", False), (names.REPLY, "Reply", False))
_KEEP = ((names.REPLY, "Reply", False), (names.SOLVE, "Solved", False), (names.RELEASE, "Give back", False))


def show(visit: Visit) -> None:
    """Publish the page anew."""
    with transaction(visit.tools.engine) as session:
        page = home.page(_home(session, visit))
    visit.slack.publish_home(visit.heard.user, page)


def _home(session: Session, visit: Visit) -> Home:
    now, by = visit.tools.clock(), visit.by
    within = visit.tools.replies.answer_within
    late = desk_cases.late(session, within, now=now, ahead=AHEAD, most=_EACH)
    groups = [
        _group(visit, "To be answered now", late, _TAKE, "Nothing is late."),
        _group(visit, "Yours", desk_cases.mine(session, by.user_id, now=now, most=_EACH), _KEEP, "You have no cases."),
        _group(
            visit, "Nobody's yet", desk_cases.unclaimed(session, now=now, most=_EACH), _TAKE, "Everything is taken."
        ),
    ]
    if may(by.role, Deed.APPROVE):
        waiting = desk_cases.to_approve(session, by.user_id, most=_EACH)
        approve = ((names.APPROVE, "Read and approve", True), (names.SEND_BACK, "Send back", True))
        groups.insert(1, _group(visit, "Waiting for your approval", waiting, approve, "No reply waits for you."))
    if may(by.role, Deed.PUBLISH):
        stranded = desk_cases.stranded(session, most=_EACH)
        again = ((names.RETRY, "Try again", True), (names.SENT_BY_HAND, "I posted it", True))
        groups.insert(1, _group(visit, "Replies that did not go out", stranded, again, "Every reply went out."))
    return Home(
        greeting=f"{by.name}, this is where things stand.", groups=groups, page_url=visit.tools.page_url, made_at=now
    )


def _group(visit: Visit, title: str, found: Found, buttons: tuple[tuple[str, str, bool], ...], empty: str) -> Group:
    entries = [_entry(visit, listed) for listed in found.cases]
    return Group(title=title, entries=entries, total=found.total, buttons=buttons, empty=empty)


def _entry(visit: Visit, listed: Listed) -> Entry:
    post, author = listed.post, listed.author
    return Entry(
        case_id=id_of(listed.case),
        where=visit.tools.source_title(listed.source),
        author=shown_name(author.name or author.handle or author.account) if author else "",
        text=post.text or post.title or "",
        written_at=post.created_at,
        note=_note(listed),
        url=f"{visit.tools.page_url}/posts/{post.id}",
        reply_id=listed.reply.id if listed.reply else None,
        due=_due(visit, listed),
    )


def _note(listed: Listed) -> str:
    """What became of the reply, or why somebody else must look at it."""
    return (listed.reply.problem or " ".join(listed.reply.approval_reasons)) if listed.reply else ""


def _due(visit: Visit, listed: Listed) -> datetime | None:
    """When the author should have heard from us, where they did not yet."""
    if listed.reply is not None or listed.case.answered_at is not None:
        return None
    return answer_by(listed.case.opened_at, listed.case.urgency, visit.tools.replies.answer_within)
