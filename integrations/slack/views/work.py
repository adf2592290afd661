"""The small forms about a case: to whom, until when, why not, and showing it to R&D."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from integrations.base import JSON, Payload
from integrations.slack import kit, names
from integrations.slack.views import forms

UNTIL: Mapping[str, str] = {
    "hour": "In an hour",
    "tomorrow": "Tomorrow morning",
    "week": "Next week, Monday morning",
    "day": "On the day below",
}
WHY_NOT: Mapping[str, str] = {
    "nothing to do": "There is nothing to do",
    "not about us": "It is not about us",
    "spam": "It is spam",
    "answered elsewhere": "It was answered elsewhere",
    "other": "Another reason, below",
}


def assign(metadata: Mapping[str, JSON], *, member: str | None = None) -> Payload:
    """To whom; nobody gives it back to all."""
    field = forms.person_field(names.FIELD_PERSON, "Who takes it?", initial=member, optional=True)
    blocks = [field, *kit.small_print("Leave it empty to give it back: then anyone may claim it.")]
    return forms.modal(names.ASSIGN, "Assign", blocks, submit="Assign", close="Cancel", metadata=metadata)


def snooze(metadata: Mapping[str, JSON], *, first: date) -> Payload:
    """Until when; `first` is what the day begins with."""
    choices = forms.options((text, value) for value, text in UNTIL.items())
    blocks = [
        forms.choice_field(names.FIELD_WHEN, "Until when?", choices, initial="tomorrow"),
        forms.day_field(names.FIELD_DAY, "Day", initial=first, optional=True),
        *kit.small_print("It comes back by itself, and at once where the author writes again."),
    ]
    return forms.modal(names.SNOOZE, "Snooze", blocks, submit="Snooze", close="Cancel", metadata=metadata)


def dismiss(metadata: Mapping[str, JSON]) -> Payload:
    """Why nothing is done about it."""
    choices = forms.options((text, value) for value, text in WHY_NOT.items())
    blocks = [
        forms.choice_field(names.FIELD_REASON, "Why?", choices, initial="nothing to do"),
        forms.text_field(names.FIELD_NOTE, "In your words", most=500, lines=False, optional=True),
        *kit.small_print("Stays internal. The case can be opened again."),
    ]
    return forms.modal(
        names.DISMISS, "Not relevant", blocks, submit="Close the case", close="Cancel", metadata=metadata
    )


def escalate(metadata: Mapping[str, JSON], *, channel: str) -> Payload:
    """A note for R&D, which stays among us."""
    blocks = [
        forms.told(f"The post is shown in {channel}."),
        forms.text_field(names.FIELD_NOTE, "A note for them", most=1000, optional=True),
        *kit.small_print("Stays internal: the author never sees it."),
    ]
    return forms.modal(
        names.ESCALATE, "Escalate to R&D", blocks, submit="Show it to them", close="Cancel", metadata=metadata
    )
