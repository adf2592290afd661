"""The order of the stages: the only place that knows what follows what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.pipeline.outcome import Job, batches

FIRST = "understand"
CLICKS = "clicks"
"""The queue of what people do in Slack."""
LEAVING = "deliveries"
"""The queue of what leaves for other places: it waits for them more than it works."""
HISTORY = -10
"""The priority of what belongs to a history: live posts come first, at every stage."""
PEOPLE = 10
"""The priority of what a person waits for."""
_FOLLOWS = {"understand": "link", "link": "group", "group": "route"}


def start(post_ids: Sequence[int], *, priority: int = 0) -> list[Job]:
    """The jobs for posts that are new, changed or gone. What follows from them has their priority."""
    return with_priority([_job(FIRST, batch) for batch in batches(post_ids)], priority)


def with_priority(jobs: Iterable[Job], priority: int) -> list[Job]:
    """The jobs, done after those with a higher priority."""
    return [replace(job, priority=priority) for job in jobs]


def follow(stage: str, post_ids: Sequence[int]) -> list[Job]:
    """The jobs after `stage` has done its work on these posts; none after the last stage or for no posts."""
    successor = _FOLLOWS.get(stage)
    if successor is None:
        return []
    return [_job(successor, batch) for batch in batches(post_ids)]


def collect(source_id: int) -> Job:
    """The job that listens to a source; queued and running once at most."""
    return Job(
        task="collect",
        arguments={"source_id": source_id},
        queue="sources",
        lock=f"source:{source_id}",
        queueing_lock=f"collect:{source_id}",
    )


def backfill(source_id: int, *, wait_seconds: float = 0.0) -> Job:
    """The job that fetches the next part of a source's history; one at a time for each source."""
    return Job(
        task="backfill",
        arguments={"source_id": source_id},
        queue="sources",
        lock=f"backfill:{source_id}",
        queueing_lock=f"backfill:{source_id}",
        wait_seconds=wait_seconds,
        priority=HISTORY,
    )


def recheck(source_id: int) -> Job:
    """The job that looks a source's kept posts up again."""
    return Job(
        task="recheck",
        arguments={"source_id": source_id},
        queue="sources",
        lock=f"source:{source_id}",
        queueing_lock=f"recheck:{source_id}",
    )


def deliver(delivery_id: int, *, wait_seconds: float = 0.0) -> Job:
    """The job that brings one delivery to its target."""
    return Job(
        task="deliver",
        arguments={"delivery_id": delivery_id},
        queue=LEAVING,
        lock=f"delivery:{delivery_id}",
        wait_seconds=wait_seconds,
    )


def reply(reply_id: int, *, wait_seconds: float = 0.0) -> Job:
    """The job that brings one reply to its platform."""
    return Job(
        task="reply",
        arguments={"reply_id": reply_id},
        queue=LEAVING,
        lock=f"reply:{reply_id}",
        wait_seconds=wait_seconds,
    )


def tell(telling_id: int, *, wait_seconds: float = 0.0) -> Job:
    """The job that hands over the next people of a telling; one at a time for each."""
    return Job(
        task="tell",
        arguments={"telling_id": telling_id},
        queue=LEAVING,
        lock=f"tell:{telling_id}",
        queueing_lock=f"tell:{telling_id}",
        wait_seconds=wait_seconds,
    )


def click(click_id: int, *, wait_seconds: float = 0.0) -> Job:
    """The job that does what a person asked for in Slack."""
    return Job(
        task="click",
        arguments={"click_id": click_id},
        queue=CLICKS,
        lock=f"click:{click_id}",
        wait_seconds=wait_seconds,
        priority=PEOPLE,
    )


def tell_of_issues(issue_ids: Sequence[int], *, wait_seconds: float) -> list[Job]:
    """The jobs that tell people about issues, a while later: what a backlog makes flicker has settled by then."""
    return [
        Job(
            task="route_issues",
            arguments={"issue_ids": [issue_id]},
            queueing_lock=f"issue:{issue_id}",
            wait_seconds=wait_seconds,
        )
        for issue_id in issue_ids
    ]


def _job(stage: str, post_ids: Sequence[int]) -> Job:
    # Grouping sees all that is loose, so one job at a time gains nothing from a second beside it.
    return Job(task=stage, arguments={"post_ids": list(post_ids)}, lock="group" if stage == "group" else None)
