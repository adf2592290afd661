"""auth.test, team.info and users.*: who is who."""

from __future__ import annotations

from collections.abc import Mapping

from service.testing.slack.faults import Payload, Refused
from service.testing.slack.methods.method import Arguments, Method, names, page
from service.testing.slack.workspace import Workspace


def auth_test(workspace: Workspace, _arguments: Arguments) -> Payload:
    """Who we are."""
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": "earful",
        "team_id": workspace.team,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def team_info(workspace: Workspace, arguments: Arguments) -> Payload:
    """Our own workspace; an app sees no other."""
    if arguments.get("team", workspace.team) != workspace.team:
        raise Refused("team_not_found")
    return {"team": {"id": workspace.team, "name": workspace.name, "domain": workspace.domain}}


def info(workspace: Workspace, arguments: Arguments) -> Payload:
    """One person, or the app's own user."""
    named = arguments["user"]
    if named == workspace.bot_user:
        return {"user": {"id": named, "name": "earful", "is_bot": True, "deleted": False, "profile": {}}}
    return {"user": workspace.user(named).described(email=_sees_addresses(workspace))}


def lookup_by_email(workspace: Workspace, arguments: Arguments) -> Payload:
    """The person with this address, in any case of letters; nobody who left."""
    for user in workspace.users:
        if user.email.casefold() == str(arguments["email"]).casefold() and not user.gone:
            return {"user": user.described(email=True)}
    raise Refused("users_not_found")


def list_users(workspace: Workspace, arguments: Arguments) -> Payload:
    """A page of all people, those who left too."""
    email = _sees_addresses(workspace)
    listed = page([user.described(email=email) for user in workspace.users], arguments, "members", most=1000)
    del listed["has_more"]
    return listed


def _sees_addresses(workspace: Workspace) -> bool:
    return "users:read.email" in workspace.scopes.split(",")


METHODS: Mapping[str, Method] = {
    "auth.test": Method(run=auth_test, scope="", tier=4),
    "team.info": Method(run=team_info, scope="team:read", tier=3, optional=names("team domain")),
    "users.info": Method(
        run=info, scope="users:read", tier=4, required=names("user"), optional=names("include_locale")
    ),
    "users.list": Method(run=list_users, scope="users:read", tier=2, optional=names("cursor include_locale limit")),
    "users.lookupByEmail": Method(run=lookup_by_email, scope="users:read.email", tier=3, required=names("email")),
}
