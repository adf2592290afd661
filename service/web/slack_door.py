"""The door for Slack over HTTP: POST /hooks/slack, and /hooks/slack/NAME for the app of a further workspace.

Where there is no signing secret there is no door. Who Slack is, what is kept and what is answered, the app knows
(`integrations.slack.app`); clicks that come through Socket Mode need no door here.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.errors import NotAllowed
from service.web.auth import open_to_anyone
from service.web.guard import body_of
from service.web.site import SlackDoor, TheSite

router = APIRouter(prefix="/hooks/slack")


@router.post("", dependencies=[open_to_anyone()])
def take_first(site: TheSite, request: Request) -> Response:
    """Take what people do in the first workspace. 401: not signed by Slack; 503: not kept, so send it again."""
    return _take(site.hooks.slack.get(""), request)


@router.post("/{workspace}", dependencies=[open_to_anyone()])
def take_further(site: TheSite, request: Request, workspace: str) -> Response:
    """The same for a workspace with a name, whose app has a signing secret of its own."""
    return _take(site.hooks.slack.get(workspace), request)


def _take(door: SlackDoor | None, request: Request) -> Response:
    if door is None:
        raise NotAllowed("Nothing is taken in from Slack here before its signing secret is set.")
    answer = door(body_of(request), request.headers)
    return Response(answer.body, answer.status, dict(answer.headers))
