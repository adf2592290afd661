"""What came of a reply, told where it was written; and the forms about one that is written already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.base import JSON, Payload
from integrations.slack import kit, names
from integrations.slack.escape import clean, cut, one_line
from integrations.slack.views import forms, post
from integrations.slack.views.post import ShownPost
from integrations.slack.views.reply import INTERNAL, TITLE
from integrations.slack.words import name

_WORDS = 2900


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReply:
    """A reply that is stored."""

    reply_id: int
    state: str  # domain.outbox.OutboxState
    text: str
    by: str
    platform: str
    post: ShownPost
    approval_reasons: Sequence[str] = ()
    send_after: datetime | None = None
    url: str | None = None  # where to open the platform: the reply, or the post
    problem: str = ""
    what_to_do: str = ""


def outcome(reply: WrittenReply) -> Payload:
    """How far it is, with what can be done about it."""
    blocks = [kit.rich_text(kit.line(*_progress(reply)), *_words(reply))]
    if reply.problem or reply.what_to_do:
        blocks.append(forms.told(reply.problem, reply.what_to_do))
    if buttons := _buttons(reply):
        blocks.append(kit.actions(buttons))
    return forms.modal(names.DONE, TITLE, [*blocks, *kit.small_print("The card follows.")])


def notice(title: str, *sentences: str) -> Payload:
    """That something was done, or why not, in place of the form that asked for it."""
    return forms.modal(names.DONE, title, [forms.told(*sentences)])


def approval(reply: WrittenReply, metadata: Mapping[str, JSON]) -> Payload:
    """The exact words, what they answer and why a second person looks; sent as they are, or not at all."""
    blocks = [
        post.head(reply.post),
        post.said(reply.post),
        kit.rich_text(
            kit.line(kit.span(f"{name(reply.by) or 'A colleague'} wants to answer", bold=True)), *_words(reply)
        ),
    ]
    if reply.approval_reasons:
        blocks.append(forms.listed(reply.approval_reasons))
    blocks += kit.small_print(
        "You approve exactly these words. Other words need a new look. The post is looked at again before they leave.",
        INTERNAL,
    )
    return forms.modal(
        names.APPROVE, "Approve a reply", blocks, submit="Approve and send", close="Cancel", metadata=metadata
    )


def sending_back(reply: WrittenReply, metadata: Mapping[str, JSON]) -> Payload:
    """Why its writer should look at it again."""
    field = forms.text_field(names.FIELD_REASON, f"What should {name(reply.by) or 'the writer'} change?", most=500)
    blocks = [kit.rich_text(*(_words(reply) or [kit.line(kit.span("–"))])), field, *kit.small_print("Stays internal.")]
    return forms.modal(names.SEND_BACK, "Send back", blocks, submit="Send back", close="Cancel", metadata=metadata)


def posted_by_hand(reply: WrittenReply, metadata: Mapping[str, JSON]) -> Payload:
    """The words to paste, the way there, and where they stand now."""
    place = [kit.actions(way)] if (way := _way(reply)) else []
    field = forms.text_field(
        names.FIELD_URL,
        "Address of your answer there, if it has one",
        most=2000,
        lines=False,
        optional=True,
        placeholder="https://…",
    )
    blocks = [
        forms.told("Paste these words there:"),
        kit.rich_text(*(_words(reply) or [kit.line(kit.span("–"))])),
        *place,
        field,
    ]
    return forms.modal(
        names.SENT_BY_HAND, "Posted by hand", blocks, submit="I posted it", close="Cancel", metadata=metadata
    )


def _progress(reply: WrittenReply) -> list[Payload]:
    platform = name(reply.platform) or "the platform"
    if reply.state == "draft" and reply.approval_reasons:
        why = " ".join(one_line(reason) for reason in reply.approval_reasons)
        return [kit.span("Waits for a second person", bold=True), kit.span(f": {cut(why, 400)}")]
    if reply.state == "approved" and reply.send_after:
        when = [kit.span(f"Goes out on {platform} "), kit.at(reply.send_after)]
        return [*when, kit.span(". Until then you can take it back.")]
    said = {
        "draft": "Kept as a draft.",
        "sent": f"Published on {platform}.",
        "manual": f"Post it on {platform} yourself: copy these words.",
        "failed": "Not published.",
        "dropped": "Taken back. Nothing was published.",
    }
    return [kit.span(said.get(reply.state, f"On its way to {platform}."), bold=True)]


def _words(reply: WrittenReply) -> list[Payload]:
    whole = cut(clean(reply.text), _WORDS)
    return [kit.preformatted(whole) if reply.state == "manual" else kit.quote(whole)] if whole else []


def _buttons(reply: WrittenReply) -> list[Payload]:
    key = str(reply.reply_id)
    if reply.state == "approved" and reply.send_after:
        return [kit.press(names.UNDO, "Undo", key, style="danger")]
    pressed = {
        "manual": [kit.press(names.SENT_BY_HAND, "I posted it", key, style="primary")],
        "failed": [kit.press(names.RETRY, "Try again", key, style="primary")],
    }.get(reply.state, [])
    return [*_way(reply), *pressed] if reply.state in {"manual", "failed", "sent"} else []


def _way(reply: WrittenReply) -> list[Payload]:
    """A button to the platform, where there is an address."""
    return (
        [kit.button(names.OPEN_ORIGINAL, "Open it there ↗", reply.url)] if reply.url and kit.usable(reply.url) else []
    )
