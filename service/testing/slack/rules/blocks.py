"""Blocks, and which of them may stand in a message, in a modal and on a home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.testing.slack.rules.elements import IN_ACTIONS, IN_CONTEXT, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from service.testing.slack.rules.rich import RICH_PARTS
from service.testing.slack.rules.shapes import Check, array, flag, length, one_of, problem, shape, text
from service.testing.slack.rules.texts import ID, any_text, picture, plain

TEXT_LIMIT = 40_000  # chat.postMessage cuts what is longer; 4,000 are advised
BLOCKS_TEXT_LIMIT = 12_000  # all blocks of a message, else msg_blocks_too_long (slackapi/bolt-js, issue 2509)


def _block(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return shape(required, {"block_id": ID, **(optional or {})})


def _section(value: object, at: str) -> Iterator[str]:
    """A section has a text, or fields, or both."""
    known = {
        "text": any_text(3000),
        "fields": array(any_text(2000), 10),
        "accessory": IN_SECTION,
        "expand": flag,
    }
    yield from _block({}, known)(value, at)
    if isinstance(value, dict) and "text" not in value and "fields" not in value:
        yield problem("must provide either text or fields", at)


def _image(value: object, at: str) -> Iterator[str]:
    yield from picture(value, at, block_id=ID, title=plain(2000))


_EVERYWHERE: Mapping[str, Check] = {
    "actions": _block({"elements": array(IN_ACTIONS, 25)}),
    "context": _block({"elements": array(IN_CONTEXT, 10)}),
    "divider": _block({}),
    "header": _block({"text": plain(150)}),
    "image": _image,
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT}, {"hint": plain(2000), "optional": flag, "dispatch_action": flag}
    ),
    "rich_text": _block({"elements": RICH_PARTS}),
    "section": _section,
}
_MESSAGES_ONLY: Mapping[str, Check] = {
    "context_actions": _block({"elements": array(IN_CONTEXT_ACTIONS, 5)}),
    "markdown": _block({"text": text(12_000)}),
}

IN_MESSAGE = array(one_of({**_EVERYWHERE, **_MESSAGES_ONLY}), 50, least=0)
IN_VIEW = array(one_of(_EVERYWHERE), 100, least=0)


def together(blocks: object, at: str) -> Iterator[str]:
    """What is wrong with blocks beside each other: names that are there twice, more than one that takes the focus."""
    if not isinstance(blocks, list):
        return
    yield from _repeated(blocks, "block_id", at)
    for index, block in enumerate(blocks):
        held = block.get("elements") if isinstance(block, dict) else None
        if isinstance(held, list):
            yield from _repeated(held, "action_id", f"{at}/{index}/elements")
    if _focused(blocks) > 1:
        yield problem("focus_on_load can only be set on one element", at)


def text_length(value: object) -> int:
    """The length of all texts in the blocks."""
    if isinstance(value, dict):
        return sum(
            length(field) if name in {"text", "alt_text", "fallback"} and isinstance(field, str) else text_length(field)
            for name, field in value.items()
        )
    return sum(map(text_length, value)) if isinstance(value, list) else 0


def _focused(value: object) -> int:
    """How many elements want the focus."""
    if isinstance(value, dict):
        return int(value.get("focus_on_load") is True) + sum(map(_focused, value.values()))
    return sum(map(_focused, value)) if isinstance(value, list) else 0


def _repeated(things: list[object], name: str, at: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, thing in enumerate(things):
        value = thing.get(name) if isinstance(thing, dict) else None
        if isinstance(value, str):
            if value in seen:
                yield problem(f"{name} already exists", f"{at}/{index}/{name}")
            seen.add(value)
