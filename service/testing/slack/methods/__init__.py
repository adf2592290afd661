"""The methods of the Web API, by name: what each one needs and takes, and what it answers."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from service.testing.slack.faults import Payload, RateLimited, Refused, refused_arguments
from service.testing.slack.methods import chat, conversations, users, views
from service.testing.slack.methods.method import Method, need
from service.testing.slack.rules.shapes import problem
from service.testing.slack.workspace import Workspace

_METHODS: Mapping[str, Method] = {**chat.METHODS, **conversations.METHODS, **users.METHODS, **views.METHODS}


def answer(workspace: Workspace, method: str, token: str, arguments: Mapping[str, object]) -> Payload:
    """What the method answers, refusals as `ok: false` too.

    Raises:
        RateLimited: the workspace keeps Slack's pace and this came too early.
    """
    try:
        with workspace.lock:
            return copy.deepcopy({"ok": True, **_run(workspace, method, token, arguments)})
    except RateLimited:
        raise
    except Refused as refused:
        return refused.answer


def _run(workspace: Workspace, name: str, token: str, arguments: Mapping[str, object]) -> Payload:
    if not token:
        raise Refused("not_authed")
    if token != workspace.token:
        raise Refused("invalid_auth")
    if workspace.revoked:
        raise Refused("token_revoked")
    if name not in _METHODS:
        raise Refused("unknown_method", req_method=name)
    method = _METHODS[name]
    need(workspace, method.scope)
    workspace.pace.take(name, method.tier, str(arguments.get("channel", "")))
    if missing := sorted(method.required - arguments.keys()):
        raise refused_arguments([problem(f"missing required field: {field}", f"/{field}") for field in missing])
    if arguments.get("team_id", workspace.team) != workspace.team:  # slack-bolt says it with each request
        raise Refused("team_access_not_granted")
    # Slack overlooks what it does not know; here it is a mistake of ours.
    if unknown := sorted(arguments.keys() - method.required - method.optional - {"team_id"}):
        raise refused_arguments([problem(f"unknown argument: {field}", f"/{field}") for field in unknown])
    return method.run(workspace, arguments)
