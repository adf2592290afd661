"""The Slack workspaces of one installation, by their teams' ids. Whose a token is, Slack is asked once."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from integrations.base import IntegrationError, TargetRefused
from integrations.slack import api
from integrations.slack.addresses import BOT_TOKEN, named
from integrations.slack.desk import SlackDesk

_PATIENCE = 10.0  # seconds that Slack gets to answer what a person waits for


class Workspaces:
    """The desks, by the team's id. Safe in several threads."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        base_url = settings.get("SLACK_API_URL") or None
        self._clients = {
            name: api.make_client(token, base_url, _PATIENCE) for name, token in named(settings, BOT_TOKEN).items()
        }
        self._teams: dict[str, str] = {}  # our name of a workspace -> its team's id
        self._lock = threading.Lock()

    def desk(self, team: str) -> SlackDesk:
        """The desk of a team.

        Raises:
            TargetBusy: Slack could not be asked whose the tokens are.
            TargetRefused: no token is the team's.
        """
        name = self._name(team)
        trouble: IntegrationError | None = None
        if name is None:
            trouble = self.learn()
            name = self._name(team)
        if name is not None:
            return SlackDesk(self._clients[name], team=team, workspace=name)
        if trouble is not None:
            raise trouble
        fix = f"Set {BOT_TOKEN}, or {BOT_TOKEN}__NAME for a further workspace, to the app's bot token there."
        raise TargetRefused(f"There is no token for the Slack workspace {team or 'without an id'}.", what_to_do=fix)

    def stranger(self, team: str) -> bool:
        """Whether no token is the team's; False also while it is not known of each token whose it is. Asks nobody."""
        return self._name(team) is None and len(self._teams) == len(self._clients)

    def learn(self) -> IntegrationError | None:
        """Ask Slack whose the tokens are, where it is not known yet; what keeps one from being known."""
        trouble: IntegrationError | None = None
        with self._lock:
            for name, client in self._clients.items():
                if name not in self._teams:
                    try:
                        self._teams[name] = str(api.call(client.auth_test)["team_id"])
                    except IntegrationError as error:
                        trouble = error
        return trouble

    def _name(self, team: str) -> str | None:
        return next((name for name, its in list(self._teams.items()) if its == team), None)
