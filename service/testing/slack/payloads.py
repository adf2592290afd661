"""What Slack sends to an app, as https://docs.slack.dev/reference/interaction-payloads and
https://docs.slack.dev/reference/events describe it.
"""

from __future__ import annotations

from service.testing.slack.faults import Payload
from service.testing.slack.workspace import Channel, Response, Trigger, User, Workspace


def trigger(workspace: Workspace, user: str) -> str:
    """A new trigger_id."""
    name = workspace.new_id("made-up-trigger-")
    workspace.triggers[name] = Trigger(user=user, issued=workspace.clock())
    return name


def response_url(workspace: Workspace, user: str, channel: str, ts: str) -> str:
    """A new address to answer at; `ts` is the message's that something was done to, empty without one."""
    name = workspace.new_id("made-up-response-")
    workspace.responses[name] = Response(user=user, channel=channel, ts=ts, issued=workspace.clock())
    return f"{workspace.app.address}/respond/{workspace.team}/{name}"


def interaction(workspace: Workspace, kind: str, user: User) -> Payload:
    """What all interactions say: who, where, and which app is meant."""
    return {
        "type": kind,
        "team": {"id": workspace.team, "domain": workspace.domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team},
        "api_app_id": workspace.app.id,
        "token": workspace.app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(channel: Channel) -> Payload:
    """A channel within an interaction."""
    return {"id": channel.id, "name": "directmessage" if channel.with_user else channel.name}


def command(workspace: Workspace, user: User, channel: Channel, typed: str) -> Payload:
    """A slash command's form."""
    name, _, text = typed.partition(" ")
    return {
        "token": workspace.app.verification_token,
        "team_id": workspace.team,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel)["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text.strip(),
        "api_app_id": workspace.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url(workspace, user.id, channel.id, ""),
        "trigger_id": trigger(workspace, user.id),
    }


def event(workspace: Workspace, inner: Payload) -> Payload:
    """An event's envelope; its event_id stays the same however often it is sent."""
    granted = {
        "enterprise_id": None,
        "team_id": workspace.team,
        "user_id": workspace.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": workspace.app.verification_token,
        "team_id": workspace.team,
        "context_team_id": workspace.team,
        "context_enterprise_id": None,
        "api_app_id": workspace.app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock().timestamp()),
        "authorizations": [granted],
        "is_ext_shared_channel": False,
        "event_context": workspace.new_id("made-up-context-"),
    }


def spoken(text: str) -> list[Payload]:
    """The one block that Slack makes of what a person types."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]
