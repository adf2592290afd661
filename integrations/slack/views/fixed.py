"""That an issue is fixed: the form that asks for the version, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.base import JSON, Payload
from integrations.slack import kit, names
from integrations.slack.escape import cut, one_line
from integrations.slack.views import forms

TITLE = "It is fixed"
_VERSION = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFix:
    """An issue that somebody wants to call fixed, or did."""

    number: int
    title: str  # words of strangers
    reach: str  # how many can be told and how many cannot, in a sentence
    page_url: str = ""  # where the words are looked at


def looking(number: int) -> Payload:
    """What stands there while it is counted who can be told."""
    return forms.modal(names.WORKING, TITLE, [forms.told(f"Counting who reported issue #{number} …")], close="Cancel")


def form(shown: ShownFix, metadata: Mapping[str, JSON]) -> Payload:
    """In which version, and who would hear of it."""
    blocks = [
        _about(shown),
        forms.told(shown.reach),
        forms.text_field(
            names.FIELD_VERSION,
            "Fixed in version",
            most=_VERSION,
            lines=False,
            optional=True,
            placeholder="2.4.1",
            hint="As its reporters are told. Left empty, they are told without one.",
        ),
        forms.text_field(names.FIELD_NOTE, "A note, for us alone", most=2000, optional=True),
        *kit.small_print("Words are prepared for them. Nobody is told before somebody has looked at the words."),
    ]
    return forms.modal(names.FIXED, TITLE, blocks, submit="It is fixed", close="Cancel", metadata=metadata)


def saving(metadata: Mapping[str, JSON]) -> Payload:
    """What stands there from the submission until its job is done."""
    told = forms.told("Preparing the words for those who reported it …", "You may close this; the card says how it is.")
    return forms.modal(names.WORKING, TITLE, [told], metadata=metadata)


def done(shown: ShownFix) -> Payload:
    """What was done, and the way to the words."""
    way = [kit.actions([kit.button(names.OPEN_PAGE, "Review and send", shown.page_url)])]
    blocks = [
        _about(shown),
        forms.told("It is marked fixed.", shown.reach),
        *(way if kit.usable(shown.page_url) else []),
        *kit.small_print("The card follows."),
    ]
    return forms.modal(names.DONE, TITLE, blocks)


def _about(shown: ShownFix) -> Payload:
    title = cut(one_line(shown.title), kit.TITLE)
    return kit.rich_text(kit.line(kit.span(f"#{shown.number} {title}".rstrip(), bold=True)))
