"""What was planted in the sample, post by post, under the ids that the collectors report.

A report compares this with the database and says how much was found.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.testing.studio.content import load_studio
from service.testing.studio.ids import external_id, source_name
from service.testing.studio.model import Content, Intent, PlantedIssue, SamplePost, Sentiment
from service.testing.studio.shop import UNDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePost:
    """What is true about one post."""

    external_id: str  # as its collector reports it
    source: str  # the source's name in config/sample/sources.yaml
    kind: str  # steam, shop, forum, reddit or survey
    id: str  # the sample's own
    product: str
    language: str
    sentiment: Sentiment
    intents: tuple[Intent, ...]
    topics: tuple[str, ...]
    issue: str | None
    customer: str | None
    spam: bool
    bomb: bool
    phase: int  # 2: it does not exist before the second phase
    edited: bool  # in phase 2
    deleted: bool  # in phase 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything that was planted."""

    posts: tuple[TruePost, ...]
    slips: frozenset[tuple[str, str]]  # source and external id of what a collector may bring, of which nothing is said
    issues: tuple[PlantedIssue, ...]

    def in_phase(self, phase: int) -> tuple[TruePost, ...]:
        """The posts that can be seen in a phase: without those to come, and in phase 2 without the deleted."""
        return tuple(post for post in self.posts if post.phase <= phase and not (phase == 2 and post.deleted))

    def by_source_and_id(self) -> dict[tuple[str, str], TruePost]:
        """The posts by the source's name and the external id, as the store knows them."""
        return {(post.source, post.external_id): post for post in self.posts}


def load_truth() -> Truth:
    """The truth of the shipped sample. Raises ConfigError where its files are damaged."""
    return truth_of(load_studio().content)


def truth_of(content: Content) -> Truth:
    """The truth of some content."""
    return Truth(
        posts=tuple(_true(post) for post in content.posts),
        slips=frozenset({UNDATED}),
        issues=tuple(content.issues.values()),
    )


def _true(post: SamplePost) -> TruePost:
    expected = post.truth
    return TruePost(
        external_id=external_id(post),
        source=source_name(post),
        kind=post.source,
        id=post.id,
        product=post.product,
        language=post.language,
        sentiment=expected.sentiment,
        intents=expected.intents,
        topics=expected.topics,
        issue=expected.issue,
        customer=expected.customer,
        spam=expected.spam,
        bomb=expected.bomb,
        phase=post.phase,
        edited=post.edited is not None,
        deleted=post.deleted,
    )
