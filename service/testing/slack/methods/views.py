"""views.*: modals, three deep at most, and homes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from service.testing.slack.faults import Payload, Refused, refused_arguments
from service.testing.slack.messages import checked_view
from service.testing.slack.methods.method import Arguments, Method, names
from service.testing.slack.rules.shapes import problem
from service.testing.slack.stack import MOST_MODALS, open_modal, renew, with_state
from service.testing.slack.workspace import View, Workspace

_TRIGGER_LIFE = timedelta(seconds=3)


def open_view(workspace: Workspace, arguments: Arguments) -> Payload:
    """Show a modal to whoever did what the trigger belongs to; others that they had open are gone."""
    payload = _new(workspace, arguments["view"])
    user = _exchange(workspace, arguments["trigger_id"])
    workspace.modals[user] = []
    return {"view": with_state(workspace, open_modal(workspace, user, payload))}


def push(workspace: Workspace, arguments: Arguments) -> Payload:
    """Put a modal on top of the one that is open."""
    payload = _new(workspace, arguments["view"])
    user = _exchange(workspace, arguments["trigger_id"])
    if not workspace.modals.get(user):
        raise Refused("not_found")
    if len(workspace.modals[user]) >= MOST_MODALS:
        raise Refused("push_limit_reached")
    return {"view": with_state(workspace, open_modal(workspace, user, payload))}


def update(workspace: Workspace, arguments: Arguments) -> Payload:
    """Change a view that is open; with `hash`, only if nobody changed it since."""
    view = _open(workspace, arguments)
    payload = checked_view(arguments["view"], view.payload["type"])
    if arguments.get("hash", view.payload["hash"]) != view.payload["hash"]:
        raise Refused("hash_conflict")
    if payload.get("external_id", "") != view.payload["external_id"]:
        _fresh_external_id(workspace, payload)
    renew(workspace, view, payload)
    return {"view": with_state(workspace, view)}


def publish(workspace: Workspace, arguments: Arguments) -> Payload:
    """Change what a person sees on the app's home."""
    user = workspace.user(arguments["user_id"]).id
    payload = checked_view(arguments["view"], "home")
    home = workspace.homes.get(user)
    if home is not None and arguments.get("hash", home.payload["hash"]) != home.payload["hash"]:
        raise Refused("hash_conflict")
    if home is None:
        home = workspace.homes[user] = View(id=workspace.new_id("V"), user=user, payload={})
    renew(workspace, home, payload)
    return {"view": with_state(workspace, home)}


def _new(workspace: Workspace, view: object) -> Payload:
    payload = checked_view(view, "modal")
    _fresh_external_id(workspace, payload)
    return payload


def _fresh_external_id(workspace: Workspace, payload: Payload) -> None:
    taken = {view.payload["external_id"] for view in workspace.views()} - {""}
    if payload.get("external_id") in taken:
        raise Refused("duplicate_external_id")


def _exchange(workspace: Workspace, trigger_id: object) -> str:
    """Whose trigger it is; each one opens one view, within three seconds."""
    trigger = workspace.triggers.get(str(trigger_id))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if workspace.clock() - trigger.issued > _TRIGGER_LIFE:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger.user


def _open(workspace: Workspace, arguments: Arguments) -> View:
    """The view by one of its names, if somebody still has it open."""
    if ("view_id" in arguments) == ("external_id" in arguments):
        raise refused_arguments([problem("must provide either view_id or external_id", "")])
    for view in workspace.views():
        if view.id == arguments.get("view_id") or view.payload["external_id"] == arguments.get("external_id"):
            return view
    raise Refused("not_found")


METHODS: Mapping[str, Method] = {
    "views.open": Method(run=open_view, scope="", tier=4, required=names("trigger_id view")),
    "views.push": Method(run=push, scope="", tier=4, required=names("trigger_id view")),
    "views.update": Method(
        run=update, scope="", tier=4, required=names("view"), optional=names("external_id hash view_id")
    ),
    "views.publish": Method(run=publish, scope="", tier=4, required=names("user_id view"), optional=names("hash")),
}
