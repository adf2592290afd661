"""What Slack takes: the shapes and limits of messages, views and unfurls, stricter than slack-sdk checks them.

From https://docs.slack.dev/reference/block-kit and the types of @slack/types. Only what our messages hold or may come
to hold: an unknown block or field is refused, as Slack refuses it. Each problem is "[ERROR] what is wrong
[json-pointer:/where]"; where there is none, Slack takes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from service.testing.slack.rules.blocks import BLOCKS_TEXT_LIMIT, IN_MESSAGE, IN_VIEW, TEXT_LIMIT, text_length, together
from service.testing.slack.rules.shapes import flag, one_of, problem, shape, text, url
from service.testing.slack.rules.texts import ID, choices, plain

_VIEW_LIMIT = 250_000  # bytes of JSON


def validate_message(payload: Mapping[str, object]) -> list[str]:
    """What is wrong with a message's `text`, `blocks` and `metadata`."""
    problems = [*_MESSAGE(dict(payload), ""), *together(payload.get("blocks"), "/blocks")]
    if "text" not in payload and not payload.get("blocks"):
        problems.append(problem("no_text", ""))
    if text_length(payload.get("blocks")) > BLOCKS_TEXT_LIMIT:
        problems.append(problem(f"msg_blocks_too_long: more than {BLOCKS_TEXT_LIMIT} characters", "/blocks"))
    return problems


def validate_view(view: object) -> list[str]:
    """What is wrong with a modal or a home."""
    problems = [*_VIEW(view, "/view")]
    if isinstance(view, dict):
        problems += together(view.get("blocks"), "/view/blocks")
        if view.get("type") == "modal" and "submit" not in view and _has_input(view.get("blocks")):
            problems.append(problem("submit is required when an input block is within blocks array", "/view"))
        if len(json.dumps(view, separators=(",", ":")).encode()) > _VIEW_LIMIT:
            problems.append(problem(f"view_too_large: more than {_VIEW_LIMIT} bytes", "/view"))
    return problems


def validate_unfurls(unfurls: object) -> list[str]:
    """What is wrong with the previews of links, by address."""
    if not isinstance(unfurls, dict):
        return [problem("must provide an object", "/unfurls")]
    problems: list[str] = []
    for address, shown in unfurls.items():
        at = "/unfurls/" + str(address).replace("~", "~0").replace("/", "~1")
        problems += [*url(3000)(address, at), *_UNFURL(shown, at)]
        if isinstance(shown, dict):
            problems += together(shown.get("blocks"), f"{at}/blocks")
    return problems


def validate_options(answer: object) -> list[str]:
    """What is wrong with the options that an app offers for what somebody typed into a menu; none at all is fine."""
    if not isinstance(answer, dict) or answer.keys() - {"options", "option_groups"}:
        return [problem("must provide an object of options or option_groups", "")]
    return list(choices(answer, "", least=0))


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )


def _metadata_payload(value: object, at: str) -> Iterator[str]:
    """Metadata holds what our own events say, by name."""
    if not isinstance(value, dict):
        yield problem("must provide an object", at)


_MESSAGE = shape(
    {},
    {
        "text": text(TEXT_LIMIT, least=0),
        "blocks": IN_MESSAGE,
        "metadata": shape({"event_type": ID, "event_payload": _metadata_payload}),
    },
)
_BOTH_VIEWS = {"private_metadata": text(3000, least=0), "callback_id": ID, "external_id": ID}
_VIEW = one_of(
    {
        "home": shape({"blocks": IN_VIEW}, _BOTH_VIEWS),
        "modal": shape(
            {"blocks": IN_VIEW, "title": plain(24)},
            {**_BOTH_VIEWS, "submit": plain(24), "close": plain(24), "clear_on_close": flag, "notify_on_close": flag},
        ),
    }
)
_PREVIEW = shape({}, {"title": plain(150), "subtitle": plain(150), "icon_url": url(3000)})
_UNFURL = shape({"blocks": IN_MESSAGE}, {"color": text(7), "hide_color": flag, "preview": _PREVIEW})
