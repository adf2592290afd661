"""The names of buttons, fields and forms: what a click says when it comes back.

A button's `value` and a form's metadata carry ids; both are as old as the card or the form that they stand on.
"""

from __future__ import annotations

OPEN_PAGE = "open_page"  # opens an address; nothing is to be done about the click
OPEN_ORIGINAL = "open_original"

CLAIM = "case:claim"
ASSIGN = "case:assign"
ESCALATE = "case:escalate"
SNOOZE = "case:snooze"
WAKE = "case:wake"
DISMISS = "case:dismiss"
SOLVE = "case:solve"
REOPEN = "case:reopen"
RELEASE = "case:release"
MORE = "case:more"  # a menu, of which each choice names the deed and the case: "case:assign 12"

REPLY = "reply:open"
PREVIEW = "reply:preview"
SUGGEST = "reply:suggest"
PUBLISH = "reply:publish"
APPROVE = "reply:approve"
SEND_BACK = "reply:send_back"
UNDO = "reply:undo"
RETRY = "reply:retry"
SENT_BY_HAND = "reply:sent_by_hand"
EDIT = "reply:edit"
TAKE_DOWN = "reply:take_down"
DROP = "reply:drop"

FIXED = "issue:fixed"
NOT_FIXED = "issue:not_fixed"

LABEL = "label:open"
LABEL_AT_ONCE = "label:at_once"  # one tap for the commonest; the value names head and answer
TEXT = "text:all"
TEXT_PAGE = "text:page"

HOME_REFRESH = "home:refresh"

FEEDBACK = "feedback:make"  # the message shortcut and its form
WORKING = "working"  # a form that waits for its job
DONE = "done"  # a form that only tells

FIELD_TEXT = "reply_text"  # with #1, #2 …: filling the field gives it a new name
FIELD_REASON = "reason"
FIELD_PERSON = "person"
FIELD_WHEN = "when"
FIELD_DAY = "day"
FIELD_NOTE = "note"
FIELD_URL = "url"
FIELD_VERSION = "version"
FIELD_SENTIMENT = "sentiment"
FIELD_INTENTS = "intents"
FIELD_TOPICS = "topics"
FIELD_MARKS = "marks"
FIELD_SAID = "said"
FIELD_PRODUCT = "product"
FIELD_KIND = "kind"
