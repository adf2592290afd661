"""What the stages work with besides the store: handed in by `bootstrap`, replaced piece by piece in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from collectors.base import Collector, Post, ReplyDoor
from integrations.base import Message, Payload, Target
from integrations.replies import Replier, ReplyRules
from integrations.translators import Translator
from service.clock import Clock
from service.configuration.company import Company
from service.configuration.replies import RepliesConfig
from service.domain.routing import AnyRule, Destination
from service.models import Source
from service.store.linkable import Linkable

if TYPE_CHECKING:
    from integrations.slack.desk import SlackDesk  # slack-sdk is slow to import, and few processes need it
    from nlp.runtime import Understanding  # only the worker's stages load the models


def observe_nothing(step: str) -> None:
    """What happens at each step when nobody watches: nothing."""
    del step


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """One process's tools. Those that are slow to make are functions that make them once."""

    engine: Engine
    clock: Clock
    company: Company
    rules: Sequence[AnyRule]
    alarms: Sequence[Destination]  # who hears of a source that needs somebody
    product_of: Callable[[Post], str | None]  # which of the company's products a collected post is about
    page_url: str  # where our own pages are, without a slash at the end
    understanding: Callable[[], Understanding]
    collector: Callable[[Source], AbstractContextManager[Collector]]
    author_scope: Callable[[Source], str]  # the space in which the source's accounts are unique
    may_link: Callable[[Source], bool]  # the source's passport, with what the operator vouches for
    may_train: Callable[[Source], bool]  # may models be fitted to its texts? The passport, or the operator's own place
    may_pass_on: Callable[[Source], bool]  # may its texts be handed to others? The same
    translator: Callable[[], Translator | None]  # None: company.yaml names none, or its key is missing
    source_title: Callable[[Source], str]
    rechecks: Mapping[str, timedelta]  # how often kept posts are looked at again, by kind of source
    keep_raw: Mapping[str, timedelta]  # how long payloads may be kept unseen, by kind of source; others: for good
    target: Callable[[str], Target]  # by its kind; a preview where it is not set up
    render: Callable[[str, Message, str], Payload]  # kind, message, key -> what the target would be given
    replies: RepliesConfig
    door: Callable[
        [Source], ReplyDoor
    ]  # how its authors can be answered today: the passport, and the keys that are set
    replier: Callable[[Source], Replier | None]  # None: only a person can answer there
    reply_rules: Callable[[Source], ReplyRules | None]  # None: nobody wrote down what the platform allows
    reply_needs: Callable[[Source], Sequence[str]]  # the settings that a program would need to answer there, not set
    turn_to_reply: Callable[[Source], float]  # takes our account's turn there; or the seconds until there is one
    linkable: Linkable  # the sources whose authors may be tied to customers, as questions to the store
    slack: Callable[[str], SlackDesk]  # by the team's id; raises TargetBusy, and TargetRefused without a token for it
    certain_after: timedelta | None = None  # since a reply left, instead of what is known of its platform: for tests
    settle_seconds: float = 20.0  # how long an issue is left alone before people are told of its new state
    observe: Callable[[str], None] = observe_nothing  # told the name of each step, in the log's words
