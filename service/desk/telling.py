"""Tells a person what became of what they did, where they will see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.base import MessageRejected
from integrations.slack import notice
from integrations.slack.heard import Heard

if TYPE_CHECKING:
    from integrations.slack.desk import SlackDesk


def tell(slack: SlackDesk, heard: Heard, text: str) -> None:
    """In the modal that was sent, on top of the one that was clicked in, in the home that was opened, beside the
    message, or else in a direct message. Raises as `SlackDesk` does.
    """
    try:
        if heard.kind == "home":
            slack.publish_home(heard.user, notice.home(text))
            return
        if heard.view is not None and heard.view.type == "modal":
            if heard.kind == "submit":
                slack.update_view(heard.view.id, notice.modal(text, kept=_written(heard)))
            else:  # what they are writing there must not go
                slack.push_view(heard.trigger_id, notice.modal(text))
            return
    except MessageRejected:
        pass  # closed meanwhile, or too late for another one
    slack.whisper(heard.channel, heard.user, text, thread_ts=heard.thread_ts)


def _written(heard: Heard) -> list[str]:
    """The longer texts among what was sent: what was chosen from a list is quickly chosen again."""
    return [value for value in heard.values.values() if isinstance(value, str) and " " in value]
