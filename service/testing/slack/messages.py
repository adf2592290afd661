"""A message as the workspace keeps it: checked, and with what Slack adds to blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.testing.slack.faults import Payload, Refused, refused_arguments
from service.testing.slack.rules import validate_message, validate_view
from service.testing.slack.rules.blocks import TEXT_LIMIT
from service.testing.slack.rules.shapes import length
from service.testing.slack.workspace import Channel, Workspace

_SAID = ("text", "blocks", "metadata")


def said(arguments: Mapping[str, object]) -> Payload:
    """The parts of a message that are kept; raises `Refused` as Slack refuses them."""
    given = {name: arguments[name] for name in _SAID if name in arguments}
    problems = validate_message(given)
    if not problems:
        kept: Payload = {"text": "", **given}
        if "blocks" in kept:
            kept["blocks"] = named(kept["blocks"])
        return kept
    if length(str(given.get("text", ""))) > TEXT_LIMIT:
        raise Refused("msg_too_long")
    for error in ("no_text", "msg_blocks_too_long"):
        if any(error in line for line in problems):
            raise Refused(error)
    raise Refused("invalid_blocks", errors=problems, response_metadata={"messages": problems})


def checked_view(view: object, kind: str) -> Payload:
    """A view of this type ("modal" or "home") that Slack takes, its blocks named; raises `Refused`."""
    problems = validate_view(view)
    if any("view_too_large" in line for line in problems):
        raise Refused("view_too_large")
    if problems or not isinstance(view, dict):
        raise refused_arguments(problems)
    if view["type"] != kind:
        raise refused_arguments([f"[ERROR] must be of type {kind} [json-pointer:/view/type]"])
    return {**view, "blocks": named(view["blocks"])}


def named(blocks: list[Payload]) -> list[Payload]:
    """The blocks as Slack keeps them: a block_id each, an action_id for each element that can be used, and texts that
    say what is usual."""
    return [_named(_spelled_out(block), index) for index, block in enumerate(blocks)]


def elements(block: Payload) -> Iterator[Payload]:
    """What a person can use in a block, in order."""
    held = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
    yield from (element for element in held if isinstance(element, dict) and "action_id" in element)


def keep(channel: Channel, message: Payload) -> Payload:
    """Put a message into a channel; an answer is counted at the message that began its thread."""
    channel.messages.append(message)
    parent = message.get("thread_ts")
    for other in channel.messages:
        if other["ts"] == parent != message["ts"]:
            other["thread_ts"] = parent
            other["reply_count"] = other.get("reply_count", 0) + 1
            other["latest_reply"] = message["ts"]
    return message


def by_app(workspace: Workspace, content: Payload) -> Payload:
    """A new message of the app's, not yet in any channel."""
    return {
        "type": "message",
        "user": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "team": workspace.team,
        "app_id": workspace.app.id,
        "ts": workspace.next_ts(),
        **content,
    }


_USUAL = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}
_USED = {"actions", "section", "input", "context_actions"}


def _spelled_out(value: Any) -> Any:
    """Texts with the fields that were left out."""
    if isinstance(value, dict):
        return {**_USUAL.get(value.get("type", ""), {}), **{name: _spelled_out(held) for name, held in value.items()}}
    return [_spelled_out(held) for held in value] if isinstance(value, list) else value


def _named(block: Payload, index: int) -> Payload:
    block = {**block}
    block.setdefault("block_id", f"slack-{index}")
    if block["type"] not in _USED:
        return block
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict) and block[name]["type"] != "image":
            block[name] = {"action_id": f"slack-{index}-0", **block[name]}
    if isinstance(block.get("elements"), list):
        block["elements"] = [
            {"action_id": f"slack-{index}-{number}", **element} for number, element in enumerate(block["elements"])
        ]
    return block
