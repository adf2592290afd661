"""What a rule's `when` may name: each field's meaning, what it may be compared with, and how a reason speaks of it.

The settings check, the reference page and the reasons all read these tables; a new field is one entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nlp.base import Intent, Sentiment
from service.domain.facts import Facts, IssueChange, IssueFacts
from service.domain.issues import IssueState
from service.domain.people import Lifecycle
from service.domain.vocabulary import F, Field, Flag, Held, Number, Words

_DOES = {
    Intent.BUG_REPORT.value: "reports a bug",
    Intent.FEATURE_REQUEST.value: "asks for a feature",
    Intent.QUESTION.value: "asks a question",
    Intent.PRAISE.value: "praises",
    Intent.COMPLAINT.value: "complains",
    Intent.CHURN_THREAT.value: "says that they leave",
}


def _one(word: str | None, score: float | None = None) -> Held:
    return {} if word is None else {word: score}


def _many(words: Iterable[str]) -> Held:
    return dict.fromkeys(words)


def _table(*fields: Field[F]) -> Mapping[str, Field[F]]:
    return {field.name: field for field in fields}


POST_FIELDS: Mapping[str, Field[Facts]] = _table(
    Words(
        name="sentiment",
        meaning="how the author feels about what they write of",
        read=lambda post: _one(post.sentiment, post.sentiment_score),
        phrase="{}",
        known=tuple(Sentiment),
        guessed=lambda post, _: "sentiment" in post.unsure,
        aside=False,
    ),
    Words(
        name="intent",
        meaning="what the author wants or does",
        read=lambda post: post.intents,
        phrase="{}",
        phrases=_DOES,
        known=tuple(Intent),
        guessed=lambda post, word: f"intent:{word}" in post.unsure,
        aside=False,
    ),
    Words(
        name="topic",
        meaning="a topic of topics.yaml",
        read=lambda post: post.topics,
        phrase="about {}",
        guessed=lambda post, word: f"topic:{word}" in post.unsure,
        aside=False,
    ),
    Number(
        name="urgency",
        meaning="how soon a person must look: 0 (can wait) to 1 (now)",
        read=lambda post: post.urgency,
        phrase="urgency {}",
        highest=1,
        aside=False,
    ),
    Number(
        name="rating",
        meaning="the stars as a share: 0 (worst) to 1 (best); two stars of five are 0.25",
        read=lambda post: post.rating,
        phrase="rating {}",
        highest=1,
        aside=False,
    ),
    Words(name="product", meaning="a product of company.yaml", read=lambda post: _one(post.product), phrase="on {}"),
    Words(
        name="product_version",
        meaning="the version that the platform names, in quotes",
        read=lambda post: _one(post.product_version),
        phrase="version {}",
    ),
    Words(
        name="language",
        meaning="a language code; pt is also pt-BR",
        read=lambda post: _one(post.language),
        phrase="in {}",
        prefix=True,
    ),
    Words(name="source", meaning="a source's name", read=lambda post: _one(post.source), phrase="heard by {}"),
    Words(
        name="source_kind",
        meaning="a kind of source: steam, reddit, feed …",
        read=lambda post: _one(post.source_kind),
        phrase="from {}",
    ),
    Number(
        name="reach",
        meaning="how many follow the author",
        read=lambda post: post.reach,
        phrase="reach {}",
    ),
    Number(
        name="spam",
        meaning="how likely it is advertising or nonsense, 0 to 1",
        read=lambda post: post.spam,
        phrase="spam {}",
        highest=1,
    ),
    Number(
        name="toxicity",
        meaning="how likely it abuses people, 0 to 1; harsh words about a product are no abuse",
        read=lambda post: post.toxicity,
        phrase="toxicity {}",
        highest=1,
    ),
    Flag(
        name="understood",
        meaning="false where the models could say nothing (language, length)",
        read=lambda post: post.understood,
        yes="understood",
        no="not understood by the models",
    ),
    Flag(
        name="customer_known",
        meaning="whether the author is a customer on record",
        read=lambda post: post.customer_known,
        yes="from a customer on record",
        no="from nobody on record",
    ),
    Words(
        name="customer_segment",
        meaning="a segment that the customer is in",
        read=lambda post: _many(post.customer_segments),
        phrase="from the segment {}",
    ),
    Words(
        name="customer_lifecycle",
        meaning="how far the customer has come with us",
        read=lambda post: _one(post.customer_lifecycle),
        phrase="from a customer at the stage {}",
        known=tuple(Lifecycle),
    ),
    Number(
        name="customer_value",
        meaning="what the customer has bought, in the company's currency",
        read=lambda post: post.customer_value,
        phrase="from a customer worth {}",
        currency=lambda post: post.currency,
    ),
    Words(
        name="organisation",
        meaning="the organisation that the customer belongs to",
        read=lambda post: _one(post.organisation),
        phrase="from {}",
    ),
    Flag(
        name="in_issue",
        meaning="whether the post belongs to an issue",
        read=lambda post: post.issue_number is not None,
        yes="part of an issue",
        no="in no issue",
    ),
    Words(
        name="issue_state",
        meaning="where the post's issue stands",
        read=lambda post: _one(post.issue_state),
        phrase="its issue is {}",
        known=tuple(IssueState),
    ),
    Number(
        name="issue_posts",
        meaning="how many posts the post's issue has",
        read=lambda post: post.issue_posts,
        phrase="its issue has {} posts",
    ),
)

ISSUE_FIELDS: Mapping[str, Field[IssueFacts]] = _table(
    Words(
        name="change",
        meaning="what has just happened to the issue",
        read=lambda issue: _one(issue.change),
        phrase="the issue is {}",
        phrases={"opened": "the issue is new", "returned": "the issue is back"},
        known=tuple(IssueChange),
        aside=False,
    ),
    Words(name="product", meaning="a product of company.yaml", read=lambda issue: _one(issue.product), phrase="on {}"),
    Words(
        name="product_version",
        meaning="a version that its posts name, in quotes",
        read=lambda issue: _many(issue.product_versions),
        phrase="version {}",
    ),
    Words(
        name="language",
        meaning="a language of its posts; pt is also pt-BR",
        read=lambda issue: _many(issue.languages),
        phrase="in {}",
        prefix=True,
    ),
    Words(
        name="source",
        meaning="a source of its posts",
        read=lambda issue: _many(issue.sources),
        phrase="heard by {}",
    ),
    Words(name="topic", meaning="a topic of topics.yaml", read=lambda issue: issue.topics, phrase="about {}"),
    Number(name="posts", meaning="how many posts it has", read=lambda issue: issue.posts, phrase="{} posts"),
    Number(name="people", meaning="how many people wrote them", read=lambda issue: issue.people, phrase="{} people"),
    Number(
        name="customers",
        meaning="how many of them are customers on record",
        read=lambda issue: issue.customers,
        phrase="{} customers on record",
    ),
    Number(
        name="value",
        meaning="what those customers have bought, in the company's currency",
        read=lambda issue: issue.value,
        phrase="touching customers worth {}",
        currency=lambda issue: issue.currency,
    ),
    Number(
        name="urgency",
        meaning="of its most urgent post: 0 (can wait) to 1 (now)",
        read=lambda issue: issue.urgency,
        phrase="urgency {}",
        highest=1,
    ),
)
