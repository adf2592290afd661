"""The saved views of the inbox: filters that have a name and an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nlp.base import Intent
from service.store.inbox import PostOrder
from service.store.post_filter import PostFilter, PostState


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved view. `filter_at` makes its filter, given what time it is."""

    name: str
    title: str
    hint: str
    empty: str  # what its emptiness means
    filter_at: Callable[[datetime], PostFilter]
    icon: str
    tone: str = ""
    order: PostOrder = PostOrder.NEWEST  # unless the reader chooses another


def _with(intent: Intent) -> Callable[[datetime], PostFilter]:
    return lambda _now: PostFilter(intents=(intent.value,), spam=False, deleted=False)


_ALL = (
    View(
        name="needs",
        title="Needs you",
        hint="An open case, or urgent and nobody's case yet.",
        empty="Nothing waits for a person. Urgent posts will stand here as soon as they come in.",
        filter_at=lambda _now: PostFilter(state=PostState.NEEDS),
        icon="needs",
        tone="act",
        order=PostOrder.AGAIN,
    ),
    View(
        name="again",
        title="Wrote again",
        hint="Written after we answered the author or told them of a fix; nobody has seen to it yet.",
        empty="Nobody who was answered or told of a fix has written since.",
        filter_at=lambda _now: PostFilter(state=PostState.AGAIN, spam=False),
        icon="replies",
        tone="act",
    ),
    View(
        name="new",
        title="New, 24 hours",
        hint="Came in within the last 24 hours.",
        empty="Nothing came in within the last 24 hours. The sources' page says when each was heard last.",
        filter_at=lambda now: PostFilter(first_seen_from=now - timedelta(hours=24), spam=False, deleted=False),
        icon="new",
    ),
    View(
        name="inbox",
        title="All posts",
        hint="Everything but spam and what its authors removed.",
        empty="There are no posts yet.",
        filter_at=lambda _now: PostFilter(spam=False, deleted=False),
        icon="inbox",
    ),
    View(
        name="bugs",
        title="Bug reports",
        hint="The author reports that something does not work.",
        empty="Nobody reported a bug.",
        filter_at=_with(Intent.BUG_REPORT),
        icon="bug",
    ),
    View(
        name="requests",
        title="Requests",
        hint="The author asks for something new.",
        empty="Nobody asked for a feature.",
        filter_at=_with(Intent.FEATURE_REQUEST),
        icon="request",
    ),
    View(
        name="questions",
        title="Questions",
        hint="The author asks something.",
        empty="Nobody asked anything.",
        filter_at=_with(Intent.QUESTION),
        icon="question",
    ),
    View(
        name="leaving",
        title="May leave",
        hint="The author says that they leave, or may.",
        empty="Nobody said that they leave.",
        filter_at=_with(Intent.CHURN_THREAT),
        icon="leaving",
    ),
    View(
        name="praise",
        title="Praise",
        hint="The author praises something.",
        empty="No praise yet.",
        filter_at=_with(Intent.PRAISE),
        icon="praise",
    ),
    View(
        name="not-understood",
        title="Not understood",
        hint="The models could not read these: the language or the length is outside what they learnt.",
        empty="The models could read everything.",
        filter_at=lambda _now: PostFilter(state=PostState.NOT_UNDERSTOOD, deleted=False),
        icon="unknown",
        tone="unsure",
    ),
    View(
        name="spam",
        title="Spam",
        hint="Advertising and nonsense, kept out of the other views.",
        empty="No spam.",
        filter_at=lambda _now: PostFilter(spam=True, deleted=False),
        icon="spam",
    ),
)

VIEWS: Mapping[str, View] = {view.name: view for view in _ALL}
FIRST = "inbox"
COUNTED_TO = 1000  # counts in the margin stop here and say "999+"
