"""What an app posts to a `response_url`, or answers to a slash command.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from service.testing.slack.faults import Payload, Refused, refused_arguments
from service.testing.slack.messages import by_app, keep, said
from service.testing.slack.rules.shapes import problem
from service.testing.slack.workspace import Note, Response, Workspace

_LIFE = timedelta(minutes=30)
_MOST_USES = 5
_KNOWN = {
    *("text", "blocks", "metadata", "response_type", "replace_original", "delete_original", "thread_ts"),
    *("unfurl_links", "unfurl_media", "link_names", "parse", "mrkdwn"),
}


def respond(workspace: Workspace, name: str, body: object) -> tuple[int, Payload]:
    """The status and the answer to a post at the response_url with this name."""
    with workspace.lock:
        response = workspace.responses.get(name)
        if response is None:
            return HTTPStatus.NOT_FOUND, {"ok": False, "error": "no_service"}
        if response.uses >= _MOST_USES:
            return HTTPStatus.NOT_FOUND, {"ok": False, "error": "used_url"}
        if workspace.clock() - response.issued > _LIFE:
            return HTTPStatus.NOT_FOUND, {"ok": False, "error": "expired_url"}
        response.uses += 1
        try:
            place(workspace, response, body)
        except Refused as refused:
            return HTTPStatus.BAD_REQUEST, refused.answer
        return HTTPStatus.OK, {"ok": True}


def place(workspace: Workspace, response: Response, body: object) -> None:
    """Do what the answer asks: replace or delete what it is about, or say something new.

    Raises:
        Refused: Slack would not take it.
    """
    given = _checked(body)
    if given.get("delete_original"):
        _delete(workspace, response)
    elif given.get("replace_original") and response.ts:
        _replace(workspace, response, said(given))
    else:
        _say(workspace, response, given)


def _checked(body: object) -> Mapping[str, object]:
    given = {"text": body} if isinstance(body, str) else body
    if not isinstance(given, dict):
        raise Refused("invalid_payload")
    if unknown := sorted(given.keys() - _KNOWN):
        raise refused_arguments([problem(f"unknown argument: {name}", f"/{name}") for name in unknown])
    if given.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise refused_arguments([problem("must be one of: ephemeral, in_channel", "/response_type")])
    return given


def _delete(workspace: Workspace, response: Response) -> None:
    workspace.notes = [note for note in workspace.notes if not _is_about(response, note)]
    channel = workspace.channel(response.channel)
    channel.messages = [message for message in channel.messages if message["ts"] != response.ts]


def _replace(workspace: Workspace, response: Response, content: Payload) -> None:
    held = [note.message for note in workspace.notes if _is_about(response, note)]
    held += [message for message in workspace.channel(response.channel).messages if message["ts"] == response.ts]
    if not held:
        raise Refused("message_not_found")
    held[0].update(content)


def _say(workspace: Workspace, response: Response, given: Mapping[str, object]) -> None:
    thread = {"thread_ts": given["thread_ts"]} if "thread_ts" in given else {}
    message = by_app(workspace, {**said(given), **thread})
    if given.get("response_type") == "in_channel":
        keep(workspace.channel(response.channel), message)
    else:
        workspace.notes.append(Note(user=response.user, channel=response.channel, message=message))


def _is_about(response: Response, note: Note) -> bool:
    return note.user == response.user and note.message["ts"] == response.ts
