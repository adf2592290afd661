"""A look at a post -> the form in which it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from collectors.base import ReplyDoor
from integrations.base import JSON
from integrations.replies import ReplyRules, Standing
from integrations.slack.views import reply
from integrations.slack.views.post import ShownPost
from integrations.slack.views.preview import Preview
from service.actions.replies import Seen
from service.actions.suggestions import Suggestion
from service.desk.seeing import Subject


def form(  # noqa: PLR0913 (what a form shows, each by its name)
    about: Subject,
    seen: Seen,
    rules: ReplyRules,
    *,
    offered: Mapping[str, Suggestion],
    text: str,
    moved: list[str] | None,
    metadata: Mapping[str, JSON],
    preview: Preview | None,
    may_publish: bool,
) -> reply.ReplyForm:
    """Everything that whoever writes should see. `moved`: what changed while they wrote."""
    standing = seen.standing
    filled = metadata.get("filled")
    return reply.ReplyForm(
        post=_as_it_stands(about.shown, standing),
        platform=about.platform,
        exists=standing.exists if standing else True,
        why_not=_why_not(seen, standing),
        changes=moved if moved is not None else seen.changed,
        asked_again=moved is not None,
        warnings=seen.warnings,
        answers=[
            reply.GivenAnswer(by=each.by, text=each.text, ours=each.ours, at=each.at)
            for each in (standing.answers if standing else ())
        ],
        rules=rules,
        by_hand=seen.door is not ReplyDoor.API,
        may_publish=may_publish,
        suggestions=[reply.Suggested(key=key, name=f"{each.name}: {each.text}") for key, each in offered.items()],
        text=text,
        filled=filled if isinstance(filled, int) else 0,
        preview=preview,
        change=bool(metadata.get("change")),
        metadata=metadata,
    )


def _as_it_stands(shown: ShownPost, standing: Standing | None) -> ShownPost:
    if standing is None or not standing.exists:
        return shown
    return replace(
        shown, text=standing.text, title=standing.title or shown.title, rating=standing.rating or shown.rating
    )


def _why_not(seen: Seen, standing: Standing | None) -> str:
    if seen.door is ReplyDoor.NONE:
        return "Authors cannot be answered there."
    if standing is not None and standing.exists and not standing.may_answer:
        return standing.why_not or "The platform lets nobody answer there any more."
    return ""
