"""Our Slack app: a slack-bolt app that hands whatever comes, through either door, to whoever keeps it.

What could not be kept is not acknowledged, so that Slack sends it again or tells the person. Nothing is asked of Slack
on the way: a person waits for the acknowledgement, three seconds at most.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from integrations.base import JSON, Payload
from integrations.slack import api
from integrations.slack.answer import Answer, HttpAnswer
from integrations.slack.heard import Heard
from integrations.slack.reading import read
from integrations.slack.workspaces import Workspaces

Keep: TypeAlias = Callable[[Heard], Answer | None]
"""Keeps what was heard until it is worked on. Whatever it raises means that it is not kept."""

_NOT_SET_UP = (
    "Earful is not set up for this Slack workspace yet. Ask whoever runs it to set the app's bot token; `earful slack "
    "setup` says how."
)
_log = logging.getLogger(__name__)


class NotKept(Exception):
    """It was heard and could not be kept: it must not be acknowledged."""


class SlackApp:
    """One app of ours, in one workspace or several. Safe in several threads.

    `signing_secret`: of the app, for `over_http`; without one nothing is taken in there.
    """

    def __init__(self, keep: Keep, workspaces: Workspaces, *, signing_secret: str = "") -> None:
        self._keep = keep
        self._workspaces = workspaces
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        # What bolt would do besides asks Slack, or trusts in the shape of what comes.
        self._bolt = App(
            name="earful",
            logger=api.SILENT,
            signing_secret=signing_secret,
            authorize=_authorized,
            process_before_response=True,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._bolt.use(self._take)  # the last of bolt's middleware: it always answers

    def over_http(self, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Take a request. 401: not signed by Slack, or long ago; 503: it could not be kept.

        `headers`: with names in lower case.
        """
        stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        # The verifier would stumble over a time that is none, and a signature beyond ASCII.
        if self._verifier is None or not (stamp.isascii() and stamp.isdecimal() and signature.isascii()):
            return HttpAnswer(status=HTTPStatus.UNAUTHORIZED)
        try:
            request = BoltRequest(body=body.decode(), headers=dict(headers))
        except Exception:  # noqa: BLE001 (bolt reads before it verifies, and trusts in the payload's shape)
            signed = self._verifier.is_valid(body, stamp, signature)
            return HttpAnswer(status=HTTPStatus.OK if signed else HTTPStatus.UNAUTHORIZED)
        answer = self._bolt.dispatch(request)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return HttpAnswer(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return HttpAnswer(status=answer.status, body=answer.body, headers=answer.first_headers_without_set_cookie())

    def over_socket(self, payload: JSON) -> Payload | None:
        """Take the payload of an envelope; what its acknowledgement carries. Raises NotKept."""
        try:
            request = BoltRequest(body=payload, mode="socket_mode")  # type: ignore[arg-type]  # it may be anything
        except Exception:  # noqa: BLE001 (as above; it would not become readable by being sent again)
            return None
        answer = self._bolt.dispatch(request)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NotKept
        if not answer.body:
            return None
        said: Payload = json.loads(answer.body) if answer.body.startswith("{") else {"text": answer.body}
        return said

    def _take(self, req: BoltRequest, ack: Ack) -> BoltResponse:
        heard = read(_payload(req))
        try:
            answer = self._answer(heard)
        except Exception as error:
            # The kind alone: an error's words may quote what was said.
            what = {"kind": heard.kind, "error": type(error).__name__}
            _log.error("What came from Slack could not be kept, and is not acknowledged.", extra=what)
            raise
        return _acknowledge(ack, answer or Answer())

    def _answer(self, heard: Heard) -> Answer | None:
        if heard.workspace and self._workspaces.stranger(heard.workspace):
            _log.warning("Slack: heard from a workspace without a token.", extra={"workspace": heard.workspace})
            return Answer(text=_NOT_SET_UP) if heard.kind == "command" else None
        return self._keep(heard)


def _authorized(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """For bolt, which goes on only with one. Whose the workspace is, `_answer` looks; no token is needed to answer."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


def _payload(request: BoltRequest) -> JSON:
    """What was sent. Of a form, bolt takes every one that holds the word "payload" anywhere for JSON in a form."""
    body = request.raw_body
    if request.mode != "http" or body.startswith("{"):
        return request.body
    form = dict(parse_qsl(body, keep_blank_values=True))
    return request.body if "payload" in form else form


def _acknowledge(ack: Ack, answer: Answer) -> BoltResponse:
    if answer.errors:
        return ack(response_action="errors", errors=dict(answer.errors))
    if answer.view is not None:
        return ack(response_action=answer.place, view=answer.view)
    if answer.clear:
        return ack(response_action="clear")
    return ack(answer.text)
