"""Writing a reply: the look at the post, the form, what came of it.

The form is bound to what its writer saw: its metadata carries the digest of the post as it stood then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.base import JSON, Payload
from integrations.replies import Counting, Markup, ReplyRules
from integrations.slack import kit, names
from integrations.slack.escape import clean, cut, one_line
from integrations.slack.views import forms, post
from integrations.slack.views.post import ShownPost
from integrations.slack.views.preview import Preview, as_shown
from integrations.slack.words import name

TITLE = "Reply"
INTERNAL = "Only what is in the field above is published. What is said in the card's thread in Slack stays here."
_ANSWERS = 3
_CHANGES = 6
_COUNTED = {
    Counting.CHARACTERS: "characters",
    Counting.UTF16: "characters, an emoji is two",
    Counting.GRAPHEMES: "characters as one sees them",
    Counting.BYTES: "bytes: letters with accents are two, other scripts three",
    Counting.WEIGHTED: "characters, where an emoji and wide letters are two and an address is 23",
    Counting.LINKS_SHORT: "characters, where an address is 23",
}
_MARKUP = {
    Markup.PLAIN: "Plain text: the platform shows signs such as * as they are.",
    Markup.MARKDOWN: "Markdown works: **bold**, *italic*, [words](address).",
    Markup.HTML: "The platform reads HTML.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """An answer that stands below the post already."""

    by: str
    text: str
    ours: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Words to begin from. `name` is what they are called: a template, or where they worked before."""

    key: str  # at most 75 characters
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyForm:
    """Everything that a writer should see."""

    post: ShownPost  # as it stands on its platform now
    platform: str
    exists: bool = True
    why_not: str = ""  # why it cannot be answered, in words; empty: it can
    changes: Sequence[str] = ()  # what is different from what the card says, or from what the writer saw before
    asked_again: bool = False  # the post moved while the reply was written
    warnings: Sequence[str] = ()
    answers: Sequence[GivenAnswer] = ()
    rules: ReplyRules
    by_hand: bool = False  # a person pastes it there
    may_publish: bool = True  # the writer; else a colleague sends it
    suggestions: Sequence[Suggested] = ()
    text: str = ""
    filled: int = 0  # how often the field was filled by us: another number is another field for Slack
    preview: Preview | None = None
    change: bool = False  # of a reply that stands there already
    metadata: Mapping[str, JSON]


def looking(platform: str, metadata: Mapping[str, JSON] | None = None) -> Payload:
    """What stands there until the platform has answered."""
    told = forms.told(f"Looking at the post on {name(platform) or 'its platform'}, as it stands now …")
    return forms.modal(names.WORKING, TITLE, [told], close="Cancel", metadata=metadata)


def saving(metadata: Mapping[str, JSON] | None = None) -> Payload:
    """What stands there from the submission until its job is done."""
    told = forms.told("Saving. The post is looked at once more …", "You may close this; the card says how far it is.")
    return forms.modal(names.WORKING, TITLE, [told], metadata=metadata)


def form(shown: ReplyForm) -> Payload:
    """The form; without a field where the post cannot be answered."""
    blocks = [
        *_news(shown),
        post.head(shown.post),
        *([post.said(shown.post)] if shown.exists else []),
        *_answers(shown),
    ]
    if not shown.exists or shown.why_not:
        why = one_line(shown.why_not) or "The author removed the post: there is nothing to answer any more."
        return forms.modal(names.DONE, TITLE, [_important(why), *blocks])
    blocks += [*_suggestions(shown), _field(shown), kit.actions([kit.press(names.PREVIEW, "Preview", "preview")])]
    blocks += [*_preview(shown), *_fine_print(shown)]
    return forms.modal(names.PUBLISH, TITLE, blocks, submit=_submit(shown), close="Cancel", metadata=shown.metadata)


def kept_words(told: str, text: str) -> list[Payload]:
    """A message that gives a writer their words back."""
    words = cut(clean(text), forms.FIELD)
    return [forms.told(told), *([kit.rich_text(kit.preformatted(words))] if words else [])]


def field_name(filled: int) -> str:
    """What the field of the text is called after it was filled so often."""
    return f"{names.FIELD_TEXT}#{filled}"


def most_characters(rules: ReplyRules) -> int:
    """How much Slack lets one write: the platform's limit where both count alike, else all that Slack takes.

    Where the platform counts otherwise, the text is counted when it is submitted.
    """
    if rules.limit is None or rules.counting not in {Counting.CHARACTERS, Counting.UTF16}:
        return forms.FIELD
    return max(1, min(rules.limit, forms.FIELD))


def in_numbers(rules: ReplyRules) -> str:
    """The platform's limit in words."""
    return f"At most {rules.limit:,} {_COUNTED[rules.counting]}." if rules.limit else ""


def _news(shown: ReplyForm) -> list[Payload]:
    """What a writer must know first."""
    found = []
    if shown.asked_again:
        found.append(_important("The post moved while you wrote. Your words are kept; read it again, then send."))
    if shown.changes:
        found.append(forms.listed(shown.changes, most=_CHANGES))
    found += [_important(warning) for warning in shown.warnings[:5] if one_line(warning)]
    return found


def _important(text: str) -> Payload:
    return kit.rich_text(kit.line(kit.span(f"🔴 {cut(one_line(text), 400)}", bold=True)))


def _answers(shown: ReplyForm) -> list[Payload]:
    """Who answered already, so that nobody answers twice by accident."""
    found: list[Payload] = []
    for answer in shown.answers[:_ANSWERS]:
        who = "We" if answer.ours else name(answer.by) or "Somebody"
        when = [kit.span(" on "), kit.at(answer.at)] if answer.at else []
        line = kit.line(kit.span(f"{who} answered", bold=True), *when)
        text = cut(one_line(answer.text), kit.SENTENCE)
        found.append(kit.rich_text(line, *([kit.quote(text)] if text else [])))
    if len(shown.answers) > _ANSWERS:
        found.append(kit.context(kit.plain_text(f"and {len(shown.answers) - _ANSWERS:,} more", 75)))
    return found


def _suggestions(shown: ReplyForm) -> list[Payload]:
    options = forms.options((each.name, each.key) for each in shown.suggestions)
    if not options:
        return []
    menu: Payload = {
        "type": "static_select",
        "action_id": names.SUGGEST,
        "placeholder": kit.plain_text("Begin from …", 150),
        "options": options,
    }
    return [kit.actions([menu])]


def _field(shown: ReplyForm) -> Payload:
    label = "Your text, to paste there" if shown.by_hand else "Your reply, as everybody will read it"
    most = most_characters(shown.rules)
    return forms.text_field(
        field_name(shown.filled), label, initial=shown.text, most=most, hint=in_numbers(shown.rules)
    )


def _preview(shown: ReplyForm) -> list[Payload]:
    return as_shown(shown.preview, shown.rules, shown.platform) if shown.preview else []


def _fine_print(shown: ReplyForm) -> list[Payload]:
    """The platform's ways, who must look, and that nothing else is published."""
    notes = [_MARKUP[shown.rules.markup], *shown.rules.notes]
    if shown.by_hand:
        notes.append(f"{name(shown.platform)} lets no program answer: you post it there yourself.")
    if not shown.may_publish:
        notes.append("A colleague who may publish approves it and sends it.")
    return kit.small_print(*notes[:8], INTERNAL)


def _submit(shown: ReplyForm) -> str:
    if not shown.may_publish:
        return "Send for approval"
    if shown.change:
        return "Change it there"
    return "Keep, and open it there" if shown.by_hand else "Publish"
