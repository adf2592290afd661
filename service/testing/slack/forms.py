"""What somebody does on the page, done as a person in Slack would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from service.testing.slack.delivery import Delivery
from service.testing.slack.faults import Refused
from service.testing.slack.inputs import CannotDo, is_many
from service.testing.slack.people import People
from service.testing.slack.places import find_place
from service.testing.slack.workspace import Workspace

Form: TypeAlias = Mapping[str, Sequence[str]]
"""A form's values, by name. `what` names a deed of `_DEEDS` and what it is done to, with a blank between."""


def perform(workspace: Workspace, form: Form) -> str:
    """Do what was asked for; how it went, in a sentence for the page, empty where all is well."""
    name, _, to = _one(form, "what").partition(" ")
    try:
        delivery = _DEEDS[name](_Doing(workspace, form, to))
    except (CannotDo, Refused) as problem:
        return f"Nobody can do that: {problem}."
    if delivery is None or (delivery.acknowledged and not delivery.trouble):
        return ""
    return delivery.trouble or f"The app did not acknowledge it: {delivery.attempts[-1].why}."


class _Doing:
    """One form that was sent; each method is a deed."""

    def __init__(self, workspace: Workspace, form: Form, to: str) -> None:
        self._workspace = workspace
        self._people = People(workspace)
        self._form = form
        self._to = to
        self._user = _one(form, "as")
        self._where = _one(form, "where")

    def say(self) -> Delivery | None:
        """In a channel; what begins with a stroke is a command."""
        text = _one(self._form, "text")
        if text.startswith("/"):
            return self._people.slash(self._user, self._to, text)
        return _worst(self._people.say(self._user, self._to, text).deliveries)

    def home(self) -> Delivery | None:
        """Open the app's home."""
        return _worst(self._people.open_home(self._user))

    def shortcut(self) -> Delivery | None:
        """Use the one that is named."""
        return self._people.shortcut(self._user, _one(self._form, "callback_id"))

    def click(self) -> Delivery | None:
        """Press a button."""
        block_id, action_id = json.loads(self._to)
        return self._people.click(self._user, self._where, action_id, block_id=block_id)

    def select(self) -> Delivery | None:
        """Pick something that the app hears of at once."""
        block_id, action_id = json.loads(self._to)
        value = self._entered()[block_id][action_id]
        return self._people.select(self._user, self._where, action_id, value, block_id=block_id)

    def suggest(self) -> Delivery | None:
        """Search for options."""
        block_id, action_id = json.loads(self._to)
        typed = _one(self._form, f"typed {self._to}")
        self._people.suggest(self._user, self._where, action_id, typed, block_id=block_id)
        return self._workspace.app.deliveries[-1]

    def submit(self) -> Delivery | None:
        """Send the modal on top."""
        return self._people.submit(self._user, self._where, self._entered())

    def close(self) -> Delivery | None:
        """Close the modal on top."""
        return self._people.close(self._user, self._where)

    def _entered(self) -> dict[str, dict[str, object]]:
        """What stands in the fields, whose names are block_id and action_id as JSON."""
        with self._workspace.lock:
            place = find_place(self._workspace, self._user, self._where)
        entered: dict[str, dict[str, object]] = {}
        for name in self._form.get("field", []):
            block_id, action_id = json.loads(name)
            kind = place.find(action_id, block_id)[1]["type"]
            values = [value for value in self._form.get(name, []) if value]
            one = int(values[0]) if values and kind == "datetimepicker" else next(iter(values), None)
            entered.setdefault(block_id, {})[action_id] = values if is_many(kind) else one
        return entered


_DEEDS: Mapping[str, Callable[[_Doing], Delivery | None]] = {
    "say": _Doing.say,
    "home": _Doing.home,
    "shortcut": _Doing.shortcut,
    "click": _Doing.click,
    "select": _Doing.select,
    "suggest": _Doing.suggest,
    "submit": _Doing.submit,
    "close": _Doing.close,
}


def _one(form: Form, name: str) -> str:
    return (form.get(name) or [""])[0]


def _worst(deliveries: Sequence[Delivery]) -> Delivery | None:
    """One that was not acknowledged, where there is one."""
    return next((delivery for delivery in deliveries if not delivery.acknowledged), None)
