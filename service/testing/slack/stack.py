"""The modals that a person has open, one on another, and views as the app is shown them."""

from __future__ import annotations

from service.testing.slack.faults import Payload
from service.testing.slack.inputs import state_values
from service.testing.slack.workspace import View, Workspace

MOST_MODALS = 3


def open_modal(workspace: Workspace, user: str, payload: Payload) -> View:
    """Put a modal, which has been checked, on top of what the person has open."""
    stack = workspace.modals.setdefault(user, [])
    view_id = workspace.new_id("V")
    places = {
        "root_view_id": stack[0].id if stack else view_id,
        "previous_view_id": stack[-1].id if stack else None,
    }
    view = View(id=view_id, user=user, payload=places)
    stack.append(view)
    renew(workspace, view, payload)
    return view


def renew(workspace: Workspace, view: View, payload: Payload) -> None:
    """Give a view other contents. What a person entered stays where an input of the same names stands."""
    places = {name: view.payload.get(name) for name in ("root_view_id", "previous_view_id")}
    places["root_view_id"] = places["root_view_id"] or view.id
    usual = {
        "title": None,
        "close": None,
        "submit": None,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
    }
    view.payload = {
        "id": view.id,
        "team_id": workspace.team,
        **usual,
        **payload,
        **places,
        "app_id": workspace.app.id,
        "app_installed_team_id": workspace.team,
        "bot_id": workspace.bot_id,
    }
    view.payload["hash"] = f"{int(workspace.clock().timestamp())}.{workspace.new_id('h')}"
    view.errors = {}


def with_state(workspace: Workspace, view: View) -> Payload:
    """The view as the app is shown it, with what stands in its inputs."""
    entered = workspace.entered.get((view.user, view.id), {})
    return {**view.payload, "state": {"values": state_values(view.payload["blocks"], entered)}}


def cancel_top(workspace: Workspace, user: str) -> None:
    """Close what is on top, as its button for that does; all, where that view asks for it."""
    if workspace.modals[user].pop().payload["clear_on_close"]:
        close_all(workspace, user)


def close_all(workspace: Workspace, user: str) -> None:
    """Close every modal of this person."""
    workspace.modals[user] = []
