"""Two issues that turn out to be one: the younger is merged into the older, which keeps its number.

A backlog opens an issue wherever three posts are found first, and only more posts show that two of them have one cause.
Nothing is lost: the merged issue stays, says where its posts went, and the audit log says when and why.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np
from sqlmodel import Session

from service.domain.issues import IssueState
from service.models import AuditEvent, Issue
from service.models.columns import id_of
from service.store import issues

ALIKE = 0.6
"""Cosine of two issues' centres from which they count as one. On the sample studio, issues with one cause stand at 0.63
and above, others at 0.52 and below."""


def merge(session: Session, touched: Collection[int], now: datetime) -> set[int]:
    """Merge what belongs together around the issues that changed; returns those to be judged anew, without the merged.

    Issues of different products are never merged, nor those that a person muted.
    """
    changed = set(touched)
    while pair := _most_alike(session, changed):
        older, younger, nearness = pair
        _absorb(session, older, younger, nearness, now)
        changed = (changed | {id_of(older)}) - {id_of(younger)}
    return changed


def _most_alike(session: Session, changed: Collection[int]) -> tuple[Issue, Issue, float] | None:
    candidates = [issue for issue in issues.open_to_merging(session) if issue.post_count]
    if len(candidates) < 2:
        return None
    centres = np.stack([issues.as_vector(issue.centroid) for issue in candidates])
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    pairs = [
        (float(centres[i] @ centres[j]), candidates[i], one)
        for j, one in enumerate(candidates)
        for i, other in enumerate(candidates[:j])
        if {id_of(one), id_of(other)} & set(changed)
        and (one.product == other.product or one.product is None or other.product is None)
    ]
    nearness, older, younger = max(pairs, key=lambda pair: pair[0], default=(0.0, None, None))
    if older is None or younger is None or nearness < ALIKE:
        return None
    return older, younger, nearness


def _absorb(session: Session, older: Issue, younger: Issue, nearness: float, now: datetime) -> None:
    issues.move_posts(session, from_issue=id_of(younger), to_issue=id_of(older))
    younger.state, younger.state_changed_at, younger.merged_into_id = IssueState.MERGED, now, older.id
    younger.state_reason = f"its posts say much the same as those of #{older.id} (similarity {nearness:.2f})"
    younger.post_count = 0
    older.product = older.product or younger.product
    issues.recount(older, issues.members(session, id_of(older)))
    session.add(
        AuditEvent(
            at=now,
            actor="earful",
            verb="merged",
            noun="issue",
            noun_id=younger.id,
            detail={"into": older.id, "similarity": round(nearness, 3)},
        )
    )
    session.flush()
