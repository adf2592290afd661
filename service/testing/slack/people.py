"""What people do in Slack, as a test or a page drives it: everything reaches the app as the real thing would.

Each thing done waits until the app has acknowledged it, or did not in time, and gives back its `Delivery`. What a
person could not do in Slack raises `CannotDo`.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.testing.slack import outcomes, payloads
from service.testing.slack.delivery import Delivery
from service.testing.slack.faults import Payload
from service.testing.slack.inputs import CannotDo, chosen, enter, is_empty
from service.testing.slack.messages import elements
from service.testing.slack.places import Place, find_place
from service.testing.slack.stack import cancel_top, close_all, with_state
from service.testing.slack.talk import Talk
from service.testing.slack.workspace import User, View

Entered = Mapping[str, Mapping[str, object]]
"""By block_id and action_id what is entered, as `inputs.enter` takes it."""

_CLICKED = {"button", "icon_button", "feedback_buttons"}


class People(Talk):
    """Everybody in a workspace; persons are named by their ids.

    `where` names a message that the person sees by its ts, or a view that they have open by its id. Where several
    blocks hold an element of the same `action_id`, `block_id` says which one is meant.
    """

    def click(self, user: str, where: str, action_id: str, *, block_id: str = "", negative: bool = False) -> Delivery:
        """Press a button, and confirm where it asks; `negative` presses the second one of feedback buttons."""
        with self._workspace.lock:
            person, place = self._at(user, where)
            block, element = place.find(action_id, block_id)
            if element["type"] not in _CLICKED:
                raise CannotDo(f"{action_id!r} is a {element['type']}: select something")
            pressed = element
            if element["type"] == "feedback_buttons":
                pressed = element["negative_button" if negative else "positive_button"]
            about: Payload = {name: pressed[name] for name in ("text", "value", "style", "icon") if name in pressed}
            payload = self._action(person, place, block, element, about)
        return self._workspace.app.deliver("interactive", payload)

    def select(self, user: str, where: str, action_id: str, value: object, *, block_id: str = "") -> Delivery:
        """Pick from a menu, tick, or enter something, where Slack tells the app at once."""
        with self._workspace.lock:
            person, place = self._at(user, where)
            block, element = place.find(action_id, block_id)
            if block["type"] == "input" and not block.get("dispatch_action"):
                raise CannotDo(f"the app hears of {action_id!r} when the view is submitted")
            about: Payload
            if element["type"] == "overflow":
                about = {"selected_option": chosen(element, value)}
            else:
                about = self._enter(person, place, block, element, value)
                place = find_place(self._workspace, user, where)  # with what is entered now
            payload = self._action(person, place, block, element, about)
        return self._workspace.app.deliver("interactive", payload)

    def suggest(self, user: str, where: str, action_id: str, typed: str, *, block_id: str = "") -> list[str]:
        """Type into a menu whose options the app suggests; the values that it offers, to `select` or `submit`."""
        with self._workspace.lock:
            person, place = self._at(user, where)
            block, element = place.find(action_id, block_id)
            if not element["type"].endswith("external_select") or len(typed) < element.get("min_query_length", 3):
                raise CannotDo(f"{action_id!r} asks the app for nothing here")
            about = {name: told for name, told in place.about.items() if name not in ("response_url", "state")}
            payload = {
                **payloads.interaction(self._workspace, "block_suggestion", person),
                **about,
                "action_id": action_id,
                "block_id": block["block_id"],
                "value": typed,
            }
        delivery = self._workspace.app.deliver("interactive", payload)
        options = outcomes.suggested(delivery)
        with self._workspace.lock:
            self._workspace.offered[user, where, action_id] = options
        return [option["value"] for option in options]

    def submit(self, user: str, view_id: str, values: Entered) -> Delivery:
        """Fill in the modal on top and press its button."""
        with self._workspace.lock:
            person, view = self._top(user, view_id)
            if view.payload["submit"] is None:
                raise CannotDo("the view has no button to submit it")
            place = find_place(self._workspace, user, view_id)
            for block_id, entered in values.items():
                for action_id, value in entered.items():
                    self._enter(person, place, *place.find(action_id, block_id), value)
            shown = with_state(self._workspace, view)
            _require(shown)
            payload = {
                **payloads.interaction(self._workspace, "view_submission", person),
                "trigger_id": payloads.trigger(self._workspace, user),
                "view": shown,
                "response_urls": [],
            }
        delivery = self._workspace.app.deliver("interactive", payload)
        with self._workspace.lock:
            outcomes.settle_submission(self._workspace, view, delivery)
        return delivery

    def close(self, user: str, view_id: str, *, everything: bool = False) -> Delivery | None:
        """Cancel the modal on top, or close all of them at its corner; the app hears of it if it asked to."""
        with self._workspace.lock:
            person, view = self._top(user, view_id)
            shown = with_state(self._workspace, view)
            payload = {
                **payloads.interaction(self._workspace, "view_closed", person),
                "view": shown,
                "is_cleared": everything,
            }
            (close_all if everything else cancel_top)(self._workspace, user)
        return self._workspace.app.deliver("interactive", payload) if shown["notify_on_close"] else None

    def shortcut(self, user: str, callback_id: str) -> Delivery:
        """Use a shortcut from the search bar."""
        with self._workspace.lock:
            payload = {
                **payloads.interaction(self._workspace, "shortcut", self._workspace.user(user)),
                "callback_id": callback_id,
                "trigger_id": payloads.trigger(self._workspace, user),
                "action_ts": self._workspace.next_ts(),
            }
        return self._workspace.app.deliver("interactive", payload)

    def message_shortcut(self, user: str, ts: str, callback_id: str) -> Delivery:
        """Use a shortcut from a message's menu."""
        with self._workspace.lock:
            person, place = self._at(user, ts)
            if "message" not in place.about:
                raise CannotDo("there are no shortcuts here")
            payload = {
                **payloads.interaction(self._workspace, "message_action", person),
                **{name: place.about[name] for name in ("channel", "message", "response_url")},
                "message_ts": ts,
                "callback_id": callback_id,
                "trigger_id": payloads.trigger(self._workspace, user),
                "action_ts": self._workspace.next_ts(),
            }
        return self._workspace.app.deliver("interactive", payload)

    def _at(self, user: str, where: str) -> tuple[User, Place]:
        return self._workspace.user(user), find_place(self._workspace, user, where)

    def _top(self, user: str, view_id: str) -> tuple[User, View]:
        view = self._workspace.modal(user)
        if view is None or view.id != view_id:
            raise CannotDo(f"{user} does not have {view_id!r} on top")
        return self._workspace.user(user), view

    def _enter(self, person: User, place: Place, block: Payload, element: Payload, value: object) -> Payload:
        """Put it in; what the app is told of it."""
        offered = self._workspace.offered.get((person.id, place.name, element["action_id"]), [])
        state = enter(element, value, offered)
        held = self._workspace.entered.setdefault((person.id, place.name), {})
        held.setdefault(block["block_id"], {})[element["action_id"]] = state
        return state

    def _action(self, person: User, place: Place, block: Payload, element: Payload, about: Payload) -> Payload:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            **about,
            "action_ts": self._workspace.next_ts(),
        }
        return {
            **payloads.interaction(self._workspace, "block_actions", person),
            **place.about,
            "trigger_id": payloads.trigger(self._workspace, person.id),
            "actions": [action],
        }


def _require(shown: Payload) -> None:
    """Slack submits nothing while an input that is not optional is empty."""
    for block in shown["blocks"]:
        if block["type"] != "input" or block.get("optional"):
            continue
        for element in elements(block):
            state = shown["state"]["values"].get(block["block_id"], {}).get(element["action_id"])
            if state is None or is_empty(state):
                raise CannotDo(f"{block['block_id']!r} is to be filled in first")
