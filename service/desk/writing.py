"""Writing a reply in Slack: the form with the post as it stands now, words to begin from, a preview, and publishing.

What a writer sent is bound to what they saw: the form carries the digest of the post as it stood. Where it stands
otherwise by the time they send, they are shown what changed and asked again, with their words kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from integrations.base import JSON, MessageRejected
from integrations.counting import count
from integrations.replies import Counting, ReplyRules
from integrations.slack import names
from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from integrations.slack.views import outcome, reply
from integrations.slack.views.preview import Preview
from service.actions import replies, suggestions
from service.actions.actors import require
from service.actions.replies import Seen
from service.actions.suggestions import Suggestion
from service.desk import forms_of_replies, seeing
from service.desk.given import carried, number, show, told_in, written
from service.desk.seeing import Subject
from service.desk.visit import Note, Visit
from service.domain.outbox import OutboxState
from service.domain.replies import clean, difference, text_digest
from service.domain.roles import Deed, may
from service.models import Reply
from service.models.columns import id_of
from service.store.database import transaction
from service.store.replies import shown_of

_SUGGESTIONS = 8


def open_form(visit: Visit) -> None:
    """A form at once, which says that the post is looked at; then the post as it stands now."""
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.WRITE, session=session)
        about = seeing.of_case(session, number(visit.heard.value), visit.tools)
        begun = _begun(session, about.post_id)
    view_id = show(visit, reply.looking(about.platform))
    with told_in(visit, view_id, reply.TITLE):
        seen = replies.look(about.post_id, visit.tools)
        carried_on = {"reply": id_of(begun)} if begun else {}
        shown = _form(visit, about, seen, text=begun.text if begun else "", metadata=carried_on)
        visit.slack.update_view(view_id, reply.form(shown))


def open_change(visit: Visit) -> None:
    """The same form for a reply that stands there already."""
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.PUBLISH, session=session)
        kept = session.get(Reply, number(visit.heard.value))
        about = seeing.of_case(session, kept.case_id if kept else 0, visit.tools)
    view_id = show(visit, reply.looking(about.platform))
    with told_in(visit, view_id, reply.TITLE):
        seen = replies.look(about.post_id, visit.tools)
        text = kept.sent_text or kept.text if kept else ""
        metadata: dict[str, JSON] = {"reply": number(visit.heard.value), "change": True}
        visit.slack.update_view(view_id, reply.form(_form(visit, about, seen, text=text, metadata=metadata)))


def fill(visit: Visit) -> None:
    """Put a suggestion into the field, above what its writer typed themselves."""
    typed = written(visit, names.FIELD_TEXT)
    about = _about(visit)
    with transaction(visit.tools.engine) as session:
        offered = _offered(session, visit, about)
    chosen = offered.get(visit.heard.value)
    if chosen is None:
        return
    own = "" if typed.strip() in {"", *(each.text.strip() for each in offered.values())} else f"\n\n{typed}"
    _show_again(visit, about, text=f"{chosen.text}{own}", template=chosen.template, refill=True)


def preview(visit: Visit) -> None:
    """Show below the field what it will look like there."""
    _show_again(visit, _about(visit), text=written(visit, names.FIELD_TEXT), preview=True)


def check(heard: Heard) -> Answer:
    """What is wrong with the text, at its field; else the form that waits."""
    text = heard.values.get(names.FIELD_TEXT)
    metadata = heard.view.metadata if heard.view else {}
    problem = _problem(clean(text) if isinstance(text, str) else "", metadata)
    if problem:
        return Answer(errors={heard.blocks.get(names.FIELD_TEXT, names.FIELD_TEXT): problem})
    return Answer(view=reply.saving(metadata))


def submit(visit: Visit) -> None:
    """Look once more; where the post stands as its writer saw it, keep the words and let them go out."""
    text, about = written(visit, names.FIELD_TEXT), _about(visit)
    view_id = visit.heard.view.id if visit.heard.view else ""
    metadata = dict(visit.heard.view.metadata) if visit.heard.view else {}
    seen = replies.look(about.post_id, visit.tools)
    moved = _moved(seen, metadata)
    if moved is not None:
        again = _form(visit, about, seen, text=text, metadata=metadata, moved=moved)
        _or_by_message(visit, view_id, again, text)
        return
    kept = visit.once("written", lambda session: _keep(session, visit, about, text, metadata))
    visit.once("sent", lambda session: _send(session, visit, kept["reply"]))
    with transaction(visit.tools.engine) as session:
        done = seeing.reply_of(session, kept["reply"], visit.tools)
    visit.slack.update_view(view_id, outcome.outcome(done))


def _problem(text: str, metadata: Mapping[str, JSON]) -> str:
    if not text:
        return "Write what the author should read."
    limit = metadata.get("limit")
    counting = Counting(str(metadata.get("counting") or Counting.CHARACTERS))
    if isinstance(limit, int) and (length := count(text, counting)) > limit:
        return f"It is {length:,} long as the platform counts, and {limit:,} are allowed."
    return ""


def _begun(session: Session, post_id: int) -> Reply | None:
    """The reply that was written already and did not leave."""
    kept = shown_of(session, post_id)
    return kept if kept is not None and kept.state in (OutboxState.DRAFT, OutboxState.FAILED) else None


def _about(visit: Visit) -> Subject:
    with transaction(visit.tools.engine) as session:
        return seeing.of_case(session, carried(visit, "case"), visit.tools)


def _offered(session: Session, visit: Visit, about: Subject) -> dict[str, Suggestion]:
    found = suggestions.drafts_for(session, about.post_id, by=visit.by, tools=visit.tools, most=_SUGGESTIONS)
    return {f"{each.template or each.reply_id or index}"[:75]: each for index, each in enumerate(found)}


def _show_again(
    visit: Visit, about: Subject, *, text: str, template: str | None = None, refill: bool = False, preview: bool = False
) -> None:
    """The form with another text or a preview; the post is looked at anew, so that what it says still holds."""
    if visit.heard.view is None:
        return
    metadata = dict(visit.heard.view.metadata)
    seen = replies.look(about.post_id, visit.tools)
    metadata["filled"] = int(str(metadata.get("filled") or 0)) + int(refill)
    if template:
        metadata["template"] = template[:75]
    moved = _moved(seen, metadata)
    shown = _form(visit, about, seen, text=text, metadata=metadata, moved=moved, preview=preview)
    visit.slack.update_view(visit.heard.view.id, reply.form(shown), hash=visit.heard.view.hash)


def _moved(seen: Seen, metadata: Mapping[str, JSON]) -> list[str] | None:
    """What is different from what the writer saw, in sentences; None: nothing that matters."""
    if seen.digest == metadata.get("seen") and seen.post_version == metadata.get("version"):
        return None
    told = difference(str(metadata.get("seen")), seen.standing) if seen.standing is not None else []
    return told or (None if seen.post_version == metadata.get("version") and seen.standing else list(seen.warnings))


def _form(
    visit: Visit,
    about: Subject,
    seen: Seen,
    *,
    text: str,
    metadata: Mapping[str, Any],
    moved: list[str] | None = None,
    preview: bool = False,
) -> reply.ReplyForm:
    with transaction(visit.tools.engine) as session:
        offered = _offered(session, visit, about)
    rules = seen.rules or ReplyRules(limit=None)
    kept: dict[str, JSON] = {
        **metadata,
        "case": about.case_id,
        "seen": seen.digest,
        "version": seen.post_version,
        "limit": rules.limit,
        "counting": rules.counting,
    }
    return forms_of_replies.form(
        about,
        seen,
        rules,
        offered=offered,
        text=text,
        moved=moved,
        metadata=kept,
        preview=_preview(about, text, rules) if preview else None,
        may_publish=may(visit.by.role, Deed.PUBLISH),
    )


def _preview(about: Subject, text: str, rules: ReplyRules) -> Preview:
    """What will stand there, with the author's address where the platform's replies begin with it."""
    said = clean(text)
    called = f"@{about.handle.lstrip('@')} " if rules.names_author and about.handle else ""
    return Preview(text=f"{called}{said}", count=count(said, rules.counting))


def _or_by_message(visit: Visit, view_id: str, form: reply.ReplyForm, text: str) -> None:
    """The form once more; where it was closed, its writer gets their words back in a message."""
    try:
        visit.slack.update_view(view_id, reply.form(form))
    except MessageRejected:
        told = "Your reply was not sent: the post moved meanwhile."
        visit.slack.dm(visit.heard.user, told, blocks=reply.kept_words(told, text))


def _keep(session: Session, visit: Visit, about: Subject, text: str, metadata: Mapping[str, Any]) -> Note:
    tools, by, now = visit.tools, visit.by, visit.tools.clock()
    if metadata.get("change"):
        reply_id = number(metadata.get("reply"))
        visit.after(session, replies.edit(session, reply_id, text, by=by, now=now, tools=tools).next)
        return {"reply": reply_id}
    seen = {"seen_digest": str(metadata["seen"]), "post_version": number(metadata["version"])}
    if metadata.get("reply"):
        reply_id = number(metadata["reply"])
        replies.reword(session, reply_id, text, **seen, by=by, now=now, tools=tools, queue=visit.after)  # type: ignore[arg-type]  # what is in `seen` fits its names
        return {"reply": reply_id}
    template = metadata.get("template")
    made = replies.draft(
        session,
        about.case_id,
        text,
        **seen,  # type: ignore[arg-type]  # what is in it fits its names
        template=str(template) if template else None,
        by=by,
        now=now,
        tools=tools,
        queue=visit.after,
    )
    session.flush()
    return {"reply": id_of(made)}


def _send(session: Session, visit: Visit, reply_id: int) -> Note:
    """Let it go out, where nobody else has to look; else it waits as a draft."""
    kept = session.get_one(Reply, reply_id)
    if kept.state != OutboxState.DRAFT or kept.approval_reasons or not may(visit.by.role, Deed.PUBLISH):
        return {}
    digest = text_digest(kept.text)
    now = visit.tools.clock()
    done = replies.publish(session, reply_id, text_digest=digest, by=visit.by, now=now, tools=visit.tools)
    visit.after(session, done.next)
    return {}
