"""The pieces of forms, each within Slack's limits whatever goes in.

Shapes and limits: https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from integrations.base import JSON, Payload
from integrations.slack import kit
from integrations.slack.escape import cut, one_line, units

TITLE = 24
METADATA = 3000
FIELD = 3000  # the most that a field of text takes
_OPTIONS = 100  # in a list, or in a group of one
_MOST_OPTIONS = 200  # of a field: a view of 250,000 bytes holds no more of the longest
_LABEL = 75
_VALUE = 75  # characters, which are at most 150 of Slack's
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


def modal(
    callback: str,
    title: str,
    blocks: Sequence[Payload],
    *,
    submit: str = "",
    close: str = "Close",
    metadata: Mapping[str, JSON] | None = None,
) -> Payload:
    """A form over the window. Without `submit` it only shows.

    Raises:
        ValueError: the metadata is longer than Slack takes: ids are short, so that is a mistake of ours.
    """
    carried = json.dumps(metadata or {}, ensure_ascii=True, separators=(",", ":"))
    if len(carried) > METADATA:
        raise ValueError(f"the form {callback} carries {len(carried)} characters of metadata")
    view: Payload = {
        "type": "modal",
        "callback_id": callback,
        "title": kit.plain_text(title, TITLE),
        "close": kit.plain_text(close, TITLE),
        "private_metadata": carried,
        "blocks": list(blocks),
    }
    return {**view, "submit": kit.plain_text(submit, TITLE)} if submit else view


def home(blocks: Sequence[Payload]) -> Payload:
    """The app's own page: at most 100 blocks, the rest is left out."""
    return {"type": "home", "blocks": list(blocks[:100])}


def text_field(  # noqa: PLR0913 (each is one thing that Slack lets a field have)
    name: str,
    label: str,
    *,
    initial: str = "",
    most: int = FIELD,
    lines: bool = True,
    hint: str = "",
    optional: bool = False,
    placeholder: str = "",
) -> Payload:
    """A field to write in, with at most `most` characters; what begins longer begins empty, never cut."""
    element: Payload = {"type": "plain_text_input", "action_id": name, "multiline": lines, "max_length": most}
    begin = _UNSENDABLE.sub("\ufffd", initial)
    if begin and units(begin) <= most:
        element["initial_value"] = begin
    if placeholder:
        element["placeholder"] = kit.plain_text(placeholder, 150)
    return _input(name, label, element, hint=hint, optional=optional)


def choice_field(
    name: str, label: str, options: Sequence[Payload], *, initial: str = "", optional: bool = False
) -> Payload:
    """A list of which one is chosen; `initial` is the value of the one that is chosen at first."""
    element: Payload = {"type": "static_select", "action_id": name, **_offered(options)}
    if begin := [option for option in options if option["value"] == initial]:
        element["initial_option"] = begin[0]
    return _input(name, label, element, optional=optional)


def choices_field(name: str, label: str, options: Sequence[Payload], *, initial: Sequence[str] = ()) -> Payload:
    """A list of which any number is chosen, also none."""
    element: Payload = {"type": "multi_static_select", "action_id": name, **_offered(options)}
    if begin := [option for option in options if option["value"] in initial]:
        element["initial_options"] = begin
    return _input(name, label, element, optional=True)


def person_field(name: str, label: str, *, initial: str | None = None, optional: bool = False) -> Payload:
    """A member of the workspace. `initial` is their id."""
    element: Payload = {"type": "users_select", "action_id": name}
    if initial:
        element["initial_user"] = initial
    return _input(name, label, element, optional=optional)


def day_field(name: str, label: str, *, initial: date | None = None, optional: bool = False) -> Payload:
    """A day."""
    element: Payload = {"type": "datepicker", "action_id": name}
    if initial:
        element["initial_date"] = initial.isoformat()
    return _input(name, label, element, optional=optional)


def options(choices: Iterable[tuple[str, str]]) -> list[Payload]:
    """(text, value) as a list's choices: each value once, as many as Slack takes, none that is too long."""
    once = {value: text for text, value in choices if 0 < len(value) <= _VALUE and not _UNSENDABLE.search(value)}
    return [kit.option(text, value) for value, text in list(once.items())[:_MOST_OPTIONS]]


def _offered(options: Sequence[Payload]) -> Payload:
    """The choices as a list takes them: more than a hundred in groups, each named after its first and its last."""
    if len(options) <= _OPTIONS:
        return {"options": list(options)}
    parts = [list(options[start : start + _OPTIONS]) for start in range(0, len(options), _OPTIONS)]
    return {"option_groups": [{"label": _from_to(part), "options": part} for part in parts]}


def _from_to(part: Sequence[Payload]) -> Payload:
    """Such as: Achievements … Camera."""
    ends = [option["text"] for option in (part[0], part[-1])]
    first, last = (cut(str(end["text"]), _LABEL // 2 - 2) for end in ends if isinstance(end, Mapping))
    return kit.plain_text(f"{first} … {last}", _LABEL)


def told(*sentences: str, italic: bool = False) -> Payload:
    """Our own sentences, one under another; at least one that is not empty."""
    shown = [cut(one_line(sentence), 600) for sentence in sentences]
    spans = [kit.span(sentence, italic=italic) for sentence in shown if sentence] or [kit.span("–")]
    return kit.rich_text(kit.line(*kit.between(spans, "\n")))


def listed(sentences: Sequence[str], *, most: int = 8) -> Payload:
    """Our own sentences as a list with dots; at least one."""
    shown = [cut(one_line(sentence), 400) or "–" for sentence in sentences[:most]]
    entries: list[JSON] = [kit.line(kit.span(sentence)) for sentence in shown]
    return kit.rich_text({"type": "rich_text_list", "style": "bullet", "elements": entries})


def _input(name: str, label: str, element: Payload, *, hint: str = "", optional: bool = False) -> Payload:
    """A field under its label. Block and field have one name, so that an error finds its place."""
    block: Payload = {
        "type": "input",
        "block_id": name,
        "label": kit.plain_text(label, 2000),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": kit.plain_text(hint, 2000)} if hint else block
