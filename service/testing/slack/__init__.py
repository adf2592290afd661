"""A made-up Slack: its Web API over HTTP, its people, and both doors through which an app hears them.

    workspace = Workspace()
    with running(workspace) as url:      # SLACK_API_URL; the token is `workspace.token`
        people = People(workspace)
        people.click("U0ADA00000", ts, "claim")

It takes what the real one takes and refuses the rest with the same words. An app hears through Socket Mode once it
opens a connection with `workspace.app.sockets.app_token`, or over HTTP where `workspace.app.http.url` is set.
`python -m service.testing.slack` serves one for looking at.
"""

from service.testing.slack.app import App
from service.testing.slack.delivery import Attempt, Delivery
from service.testing.slack.faults import Faults
from service.testing.slack.inputs import CannotDo
from service.testing.slack.people import People
from service.testing.slack.server import running
from service.testing.slack.workspace import ALL_SCOPES, Channel, User, View, Workspace

__all__ = [
    "ALL_SCOPES",
    "App",
    "Attempt",
    "CannotDo",
    "Channel",
    "Delivery",
    "Faults",
    "People",
    "User",
    "View",
    "Workspace",
    "running",
]
