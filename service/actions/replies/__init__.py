"""What people do with replies. Looking asks the platform; everything else is one transaction that the caller opens.

A reply is bound to what its writer saw (`Seen.digest`), an approval to the exact words (`text_digest`). Whoever repeats
an action that is done already (a double click, a job that runs again) changes nothing and is told nothing wrong.
"""

from service.actions.replies.deciding import approve, drop, publish, send_back, undo
from service.actions.replies.looking import Seen, look, post_and_source
from service.actions.replies.standing import Able, able, edit, retry, sent_by_hand, take_down
from service.actions.replies.writing import draft, reword
from service.domain.replies import text_digest

__all__ = [
    "Able",
    "Seen",
    "able",
    "approve",
    "draft",
    "drop",
    "edit",
    "look",
    "post_and_source",
    "publish",
    "retry",
    "reword",
    "send_back",
    "sent_by_hand",
    "take_down",
    "text_digest",
    "undo",
]
