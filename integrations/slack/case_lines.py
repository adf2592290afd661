"""Our own work on a post, as its card says it: who has it, how far the answer is, and what can be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.base import CardCase, CardReply, Payload, PostCard
from integrations.slack import kit, names
from integrations.slack.escape import clean, cut, one_line
from integrations.slack.words import name, plain

_EXCERPT = 300
_TO_PASTE = 3000  # a longer one is in the form behind "I posted it"
_CLOSED = {"solved", "dismissed"}
_CASE = {
    "new": "Nobody has this yet",
    "claimed": "In work",
    "answered": "Answered",
    "solved": "✅ Solved",
    "dismissed": "Not relevant",
}
_SAID = {
    "draft": ("Draft", ", not sent"),
    "approved": ("The reply is on its way", ""),
    "sending": ("The reply is on its way", ""),
    "uncertain": ("Not known yet", " whether the reply arrived: Earful looks there"),
    "failed": ("The reply was not published", ""),
    "manual": ("To be posted by hand", ": copy these words"),
    "dropped": ("The reply was taken back", ""),
}
_DROP = kit.Confirm("Drop the reply?", "Its words are kept for a while, and nobody sends them.", "Drop it")
_TAKE_DOWN = kit.Confirm(
    "Take the reply down?", "It disappears from the platform. The author may have read it.", "Take down"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What can be done with a case now: a row of buttons and the choices of its menu."""

    buttons: Sequence[Payload]
    menu: Sequence[tuple[str, str]]


def lines(case: CardCase) -> list[Payload]:
    """Who has it and how far the answer is, as sections and quotes of rich text."""
    shown = [kit.line(*_standing(case))]
    if case.reply is not None:
        shown += _reply(case.reply)
    return shown


def in_words(case: CardCase) -> str:
    """The same in a few words, for a notification."""
    who = f" by {name(case.assignee)}" if case.assignee else ""
    return "" if case.state == "new" else f"{_CASE.get(case.state, plain(name(case.state))).lower()}{who}"


def offered(card: PostCard, case: CardCase) -> Offered:
    """The buttons by state and door. Nothing is offered about a post that is gone but to close its case."""
    if case.state in _CLOSED:
        return Offered(buttons=[kit.press(names.REOPEN, "Reopen", str(case.case_id))], menu=[])
    if card.deleted:
        return Offered(buttons=[kit.press(names.DISMISS, "Close the case", str(case.case_id))], menu=[])
    return Offered(buttons=[*_taking(case), *_answering(card, case)], menu=_menu(case))


def _standing(case: CardCase) -> list[Payload]:
    """Such as: In work with Kim · asleep until Nov 3 at 09:00 · shown to R&D."""
    who = f" with {name(case.assignee)}" if case.assignee else ""
    spans = [
        kit.span(_CASE.get(case.state, plain(name(case.state)) or "–"), bold=True),
        *([kit.span(who)] if who else []),
    ]
    if case.snoozed_until:
        spans += [kit.span(" · asleep until "), kit.at(case.snoozed_until)]
    if case.escalated:
        spans.append(kit.span(" · shown to R&D"))
    if case.door == "none" and case.state not in _CLOSED:
        spans.append(kit.span(" · authors cannot be answered there"))
    return spans


def _reply(reply: CardReply) -> list[Payload]:
    """What became of our answer, its beginning, and what a person must do."""
    shown = [kit.line(*_progress(reply))]
    shown += _words(reply)
    trouble = " ".join(one_line(text) for text in (reply.problem or "", reply.what_to_do or "")).strip()
    if trouble and reply.state in {"failed", "uncertain", "manual", "draft", "approved"}:
        shown.append(kit.line(kit.span(f"🔴 {cut(trouble, kit.SENTENCE)}")))
    return shown


def _words(reply: CardReply) -> list[Payload]:
    """The beginning of what was written; all of it where a person is to paste it."""
    if reply.state == "manual" and (whole := clean(reply.text)):
        return [kit.preformatted(cut(whole, _TO_PASTE))]
    excerpt = cut(one_line(reply.text), _EXCERPT)
    return [kit.quote(excerpt)] if excerpt else []


def _progress(reply: CardReply) -> list[Payload]:
    by = name(reply.by) or "a colleague"
    if reply.approved_by:
        by += f", approved by {name(reply.approved_by)}"
    if reply.state == "draft" and reply.approval_reasons:
        why = cut(" ".join(one_line(reason) for reason in reply.approval_reasons), kit.SENTENCE)
        return [kit.span("Waits for a second person", bold=True), kit.span(f": {by} wrote a reply. {why}")]
    if reply.state == "approved" and reply.send_after:
        goes = [kit.span(f"Reply by {by} goes out "), kit.at(reply.send_after)]
        return [*goes, kit.span(" unless it is taken back")]
    if reply.state == "sent":
        when = [kit.span(", "), kit.at(reply.sent_at)] if reply.sent_at else []
        return [kit.link("Reply", reply.url), kit.span(f" by {by} is published"), *when]
    first, rest = _SAID.get(reply.state, (f"Reply: {plain(name(reply.state)) or '–'}", ""))
    return [kit.span(first, bold=True), kit.span(f"{rest} (written by {by})")]


def _taking(case: CardCase) -> list[Payload]:
    key = str(case.case_id)
    if case.state == "new":
        return [kit.press(names.CLAIM, "Claim", key, style="primary")]
    return [kit.press(names.SOLVE, "Solved", key)]


def _answering(card: PostCard, case: CardCase) -> list[Payload]:
    """What can be done about the answer now."""
    if case.reply is not None and (known := _next(case.reply, str(case.case_id))) is not None:
        return known
    if case.door == "none":
        return []
    return [kit.press(names.REPLY, _invitation(card, case), str(case.case_id))]


def _invitation(card: PostCard, case: CardCase) -> str:
    """Such as: Reply; where only a person can post, Answer on Steam ↗."""
    platform = cut(name(card.source).partition(",")[0], 40)
    return f"Answer on {platform or 'the platform'} ↗" if case.door == "link" else "Reply"


def _next(reply: CardReply, case_id: str) -> list[Payload] | None:
    """The buttons of a reply by its state; None where writing one is what comes next."""
    key = str(reply.reply_id)
    if reply.state == "draft" and reply.approval_reasons:
        approve = kit.press(names.APPROVE, "Read and approve", key, style="primary")
        return [approve, kit.press(names.SEND_BACK, "Send back", key), kit.press(names.REPLY, "Reword", case_id)]
    if reply.state == "approved" and reply.send_after:
        return [kit.press(names.UNDO, "Undo", key)]
    buttons = {
        "draft": [
            kit.press(names.REPLY, "Go on with the draft", case_id),
            kit.press(names.DROP, "Drop it", key, confirm=_DROP),
        ],
        "sent": _changing(reply, key),
        "failed": [
            kit.press(names.RETRY, "Try again", key, style="primary"),
            kit.press(names.REPLY, "Reword", case_id),
            kit.press(names.DROP, "Drop it", key, confirm=_DROP),
        ],
        "manual": [kit.press(names.SENT_BY_HAND, "I posted it", key, style="primary")],
        "approved": [],
        "sending": [],
        "uncertain": [],
    }
    return buttons.get(reply.state)


def _changing(reply: CardReply, key: str) -> list[Payload]:
    """What the platform lets us do with a reply that stands there."""
    edit = [kit.press(names.EDIT, "Change the reply", key)] if reply.may_edit else []
    down = [kit.press(names.TAKE_DOWN, "Take down", key, confirm=_TAKE_DOWN)] if reply.may_take_down else []
    return [*edit, *down]


def _menu(case: CardCase) -> list[tuple[str, str]]:
    key = case.case_id
    sleep = ("Wake up", names.WAKE) if case.snoozed_until else ("Snooze", names.SNOOZE)
    show = [] if case.escalated else [("Escalate to R&D", names.ESCALATE)]
    choices = [("Assign", names.ASSIGN), *show, sleep, ("Not relevant", names.DISMISS), ("Wrong label", names.LABEL)]
    return [(text, f"{deed} {key}") for text, deed in choices]
