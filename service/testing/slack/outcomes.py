"""What an app's acknowledgement does to what the person has in front of them."""

from __future__ import annotations

from service.testing.slack import responses
from service.testing.slack.delivery import Delivery
from service.testing.slack.faults import Payload, Refused
from service.testing.slack.messages import checked_view
from service.testing.slack.rules import validate_options
from service.testing.slack.stack import MOST_MODALS, close_all, open_modal, renew
from service.testing.slack.workspace import Response, View, Workspace

TROUBLE = "We had some trouble connecting. Try again?"


def settle_submission(workspace: Workspace, view: View, delivery: Delivery) -> None:
    """Close the modal, or do to it what `response_action` says; on anything else the person is told of trouble."""
    body = delivery.body
    if not delivery.acknowledged:
        delivery.trouble = TROUBLE
    elif body in (None, "", {}):
        if workspace.modal(view.user) is view:
            workspace.modals[view.user].pop()
    elif not isinstance(body, dict):
        delivery.trouble = f"{TROUBLE} The answer is no object."
    else:
        try:
            _act(workspace, view, body)
        except Refused as refused:
            delivery.trouble = f"{TROUBLE} {refused}: {refused.answer}"


def settle_command(workspace: Workspace, response: Response, delivery: Delivery) -> None:
    """Show what was answered to a slash command; a text or a message."""
    if not delivery.acknowledged:
        delivery.trouble = f'{delivery.payload["command"]} failed with the error "dispatch_failed"'
    elif delivery.body not in (None, "", {}):
        try:
            responses.place(workspace, response, delivery.body)
        except Refused as refused:
            delivery.trouble = f"{delivery.payload['command']} failed: {refused.answer}"


def suggested(delivery: Delivery) -> list[Payload]:
    """The options that the app offers for what somebody typed; none, and trouble, where Slack would not take them."""
    body = delivery.body
    problems = validate_options(body) if delivery.acknowledged else ["no answer"]
    if problems or not isinstance(body, dict):
        delivery.trouble = f"{TROUBLE} {problems}"
        return []
    groups = [option for group in body.get("option_groups", []) for option in group["options"]]
    return [*body.get("options", []), *groups]


def _act(workspace: Workspace, view: View, body: Payload) -> None:
    action = body.get("response_action")
    known = {"errors": {"errors"}, "update": {"view"}, "push": {"view"}, "clear": set()}
    if action not in known or body.keys() - {"response_action"} != known[action]:
        raise Refused("invalid_response_action")
    if action == "errors":
        view.errors = _errors(view, body["errors"])
    elif action == "update":
        renew(workspace, view, checked_view(body["view"], "modal"))
    elif action == "push":
        payload = checked_view(body["view"], "modal")
        if len(workspace.modals[view.user]) >= MOST_MODALS:
            raise Refused("push_limit_reached")
        open_modal(workspace, view.user, payload)
    else:
        close_all(workspace, view.user)


def _errors(view: View, errors: object) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refused("errors_missing")
    for block_id, text in errors.items():
        if block_id not in inputs:
            raise Refused("no_such_input", block_id=block_id)
        if not isinstance(text, str) or not text:
            raise Refused("error_without_text", block_id=block_id)
    return errors
