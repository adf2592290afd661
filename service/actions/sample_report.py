"""How much of what was planted in the sample studio was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.domain.people import Evidence, IdentityState
from service.models import Customer, Delivery, Identity, Issue, IssuePost, Post, Reading, SetAsideItem, Source
from service.models.columns import id_of
from service.testing.studio.truth import TruePost, Truth

_EXPECTED_STATE = {"rising": "rising", "returned": "returned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of what was planted, how much was found; of what was found, how much was right."""

    name: str
    planted: int
    found: int
    right: int

    @property
    def recall(self) -> float | None:
        """The share of the planted that was found; None where nothing was planted."""
        return self.right / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """The share of the found that is right; None where nothing was found."""
        return self.right / self.found if self.found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueScore:
    """One planted issue and the issue of ours that holds most of its posts."""

    score: Score
    kind: str
    number: int | None
    state: str | None
    state_right: bool | None  # None where the kind names no state
    split_over: int  # issues of ours that hold at least one of its posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is compared."""

    collected: Sequence[Score]  # by source
    set_aside: int
    sentiment: Score
    sentiment_by_language: Sequence[Score]
    intents: Sequence[Score]
    topics: Score
    languages: Score
    spam: Score
    links: Score
    forbidden_links: int  # posts tied to a customer against the passport
    issues: Sequence[IssueScore]
    other_issues: int
    edits: Score
    deletions: Score
    deliveries: int


@dataclass(frozen=True, slots=True)
class _Held:
    post: Post
    reading: Reading | None
    issue: int | None
    customer: str | None
    linked: bool


_Pairs: TypeAlias = Sequence[tuple[TruePost, _Held]]


def report(session: Session, truth: Truth, *, phase: int) -> Report:
    """Compare the database with the truth of a phase (1, or 2 after the edits and deletions)."""
    held = _held(session)
    expected = {key: post for key, post in truth.by_source_and_id().items() if post.phase <= phase}
    pairs = [(post, held[key]) for key, post in expected.items() if key in held]
    alive = [(post, have) for post, have in pairs if have.post.deleted_at is None and have.reading is not None]
    return Report(
        collected=_collected(expected, held),
        set_aside=int(session.scalar(select(func.count()).select_from(SetAsideItem)) or 0),
        sentiment=_same("sentiment", alive, lambda t: t.sentiment, lambda h: h.sentiment),
        sentiment_by_language=[
            _same(
                language, [p for p in alive if p[0].language == language], lambda t: t.sentiment, lambda h: h.sentiment
            )
            for language in sorted({true.language for true, _ in alive})
        ],
        intents=_labels(alive, lambda t: t.intents, lambda h: h.intents),
        topics=_total("topics", _labels(alive, lambda t: t.topics, lambda h: h.topics)),
        languages=_same("language", alive, lambda t: t.language, lambda h: h.language.split("-")[0]),
        spam=_flags("spam", alive, lambda t: t.spam, lambda h: h.spam >= 0.5),
        links=_links(alive),
        forbidden_links=sum(have.linked for true, have in alive if true.kind == "reddit"),
        issues=[_issue(session, planted.key, planted.kind, alive) for planted in truth.issues],
        other_issues=_other_issues(session, alive),
        edits=_changes(
            "edits", pairs, phase, lambda t: t.edited, lambda h: h.post.version > 1 and not h.post.deleted_at
        ),
        deletions=_changes("deletions", pairs, phase, _told_deletion, lambda h: h.post.deleted_at is not None),
        deliveries=int(session.scalar(select(func.count()).select_from(Delivery)) or 0),
    )


def _held(session: Session) -> dict[tuple[str, str], _Held]:
    rows = session.execute(
        select(Post, Reading, col(Source.name), col(IssuePost.issue_id), Customer, col(Identity.evidence))
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Reading, col(Reading.post_id) == col(Post.id))
        .outerjoin(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .outerjoin(
            Identity,
            (col(Identity.author_id) == col(Post.author_id)) & (col(Identity.state) == IdentityState.CONFIRMED),
        )
        .outerjoin(Customer, col(Customer.id) == col(Identity.customer_id))
    )
    return {
        (source, post.external_id): _Held(
            post=post,
            reading=reading,
            issue=issue,
            # A record made at first contact is not one that the company had.
            customer=customer.external_id if customer is not None and evidence != Evidence.FIRST_CONTACT else None,
            linked=customer is not None,
        )
        for post, reading, source, issue, customer, evidence in rows
    }


def _collected(expected: Mapping[tuple[str, str], TruePost], held: Mapping[tuple[str, str], _Held]) -> list[Score]:
    planted = Counter(source for source, _ in expected)
    found = Counter(source for source, _ in held)
    right = Counter(source for source, external_id in expected if (source, external_id) in held)
    return [Score(name=name, planted=planted[name], found=found[name], right=right[name]) for name in sorted(planted)]


def _same(
    name: str, pairs: _Pairs, true_of: Callable[[TruePost], str], held_of: Callable[[Reading], str | None]
) -> Score:
    answers = [(true_of(true), held_of(have.reading)) for true, have in pairs if have.reading is not None]
    return Score(
        name=name,
        planted=len(answers),
        found=sum(answer is not None for _, answer in answers),
        right=sum(answer == true for true, answer in answers),
    )


def _labels(
    pairs: _Pairs,
    true_of: Callable[[TruePost], Collection[str]],
    held_of: Callable[[Reading], Collection[str]],
) -> list[Score]:
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for true, have in pairs:
        if have.reading is not None:
            planted.update(true_of(true))
            found.update(set(held_of(have.reading)))
            right.update(set(true_of(true)) & set(held_of(have.reading)))
    return [
        Score(name=label, planted=planted[label], found=found[label], right=right[label])
        for label in sorted(planted | found)
    ]


def _total(name: str, scores: Sequence[Score]) -> Score:
    return Score(
        name=name,
        planted=sum(s.planted for s in scores),
        found=sum(s.found for s in scores),
        right=sum(s.right for s in scores),
    )


def _flags(name: str, pairs: _Pairs, true_of: Callable[[TruePost], bool], held_of: Callable[[Reading], bool]) -> Score:
    answers = [(true_of(true), held_of(have.reading)) for true, have in pairs if have.reading is not None]
    return Score(
        name=name,
        planted=sum(true for true, _ in answers),
        found=sum(answer for _, answer in answers),
        right=sum(true and answer for true, answer in answers),
    )


def _links(pairs: _Pairs) -> Score:
    return Score(
        name="customers",
        planted=sum(true.customer is not None for true, _ in pairs),
        found=sum(have.customer is not None for _, have in pairs),
        right=sum(true.customer is not None and have.customer == true.customer for true, have in pairs),
    )


def _changes(
    name: str, pairs: _Pairs, phase: int, true_of: Callable[[TruePost], bool], held_of: Callable[[_Held], bool]
) -> Score:
    return Score(
        name=name,
        planted=sum(true_of(true) for true, _ in pairs) if phase == 2 else 0,
        found=sum(held_of(have) for _, have in pairs),
        right=sum(true_of(true) and held_of(have) for true, have in pairs),
    )


def _told_deletion(true: TruePost) -> bool:
    """Whether the post was deleted where the platform tells those who ask; elsewhere it silently vanishes."""
    return true.deleted and true.kind == "reddit"


def _issue(session: Session, key: str, kind: str, pairs: _Pairs) -> IssueScore:
    members = [have for true, have in pairs if true.issue == key]
    held = Counter(have.issue for have in members if have.issue is not None)
    number = max(held, key=lambda n: (held[n], -n), default=None)
    issue = session.get(Issue, number) if number is not None else None
    wanted = _EXPECTED_STATE.get(kind)
    return IssueScore(
        score=Score(
            name=key,
            planted=len(members),
            found=sum(have.issue == number for _, have in pairs) if number is not None else 0,
            right=held[number] if number is not None else 0,
        ),
        kind=kind,
        number=number,
        state=issue.state if issue else None,
        state_right=None if wanted is None else (issue is not None and issue.state == wanted),
        split_over=len(held),
    )


def _other_issues(session: Session, pairs: _Pairs) -> int:
    """Issues of ours that hold no post of a planted one."""
    planted = {have.issue for true, have in pairs if true.issue is not None}
    return sum(id_of(issue) not in planted for issue in session.scalars(select(Issue)) if issue.post_count)
