"""The tasks: open a transaction, run a stage, queue what follows, commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import procrastinate
from procrastinate import JobContext
from sqlmodel import Session

from service.desk import dispatch
from service.jobs.queue import queue
from service.jobs.retry import RetryTable
from service.pipeline import (
    backfill,
    channel_digest,
    collect,
    deliver,
    flow,
    group,
    lessons,
    link,
    recheck,
    reply,
    route,
    tell,
    understand,
    upkeep,
)
from service.pipeline.outcome import Outcome
from service.store import corrections
from service.store.database import transaction
from service.tools import Tools

_AT_A_TIME = 256  # posts that are read again in one transaction

blueprint = procrastinate.Blueprint()
_Stage = Callable[[Session, Sequence[int], Tools], Outcome]


def run_stage(name: str, stage: _Stage, ids: Sequence[int], tools: Tools, *, priority: int = 0) -> None:
    """One batch through one stage: its writes and the jobs that follow from them, with its own priority, are committed
    together.
    """
    tools.observe(f"{name}:begun")
    with transaction(tools.engine) as session:
        queue(session, flow.with_priority(stage(session, ids, tools).next, priority))
        tools.observe(f"{name}:written")
    tools.observe(f"{name}:committed")


def _task(name: str, queue_name: str) -> Callable[[Callable[..., None]], Any]:
    return blueprint.task(name=name, queue=queue_name, pass_context=True, retry=RetryTable())


@_task("understand", "posts")
def understand_posts(context: JobContext, post_ids: list[int]) -> None:
    """Read a batch of posts."""
    run_stage("understand", understand.run, post_ids, _tools(context), priority=context.job.priority)


@_task("link", "posts")
def link_posts(context: JobContext, post_ids: list[int]) -> None:
    """Tie a batch of posts to customers."""
    run_stage("link", link.run, post_ids, _tools(context), priority=context.job.priority)


@_task("group", "posts")
def group_posts(context: JobContext, post_ids: list[int]) -> None:
    """Place a batch of posts in issues."""
    run_stage("group", group.run, post_ids, _tools(context), priority=context.job.priority)


@_task("route", "posts")
def route_posts(context: JobContext, post_ids: list[int]) -> None:
    """Decide who must see a batch of posts."""
    run_stage("route", route.run, post_ids, _tools(context), priority=context.job.priority)


@_task("route_issues", "posts")
def route_changed_issues(context: JobContext, issue_ids: list[int]) -> None:
    """Decide who must hear that issues opened, rose, returned or were fixed."""
    run_stage("route_issues", route.run_issues, issue_ids, _tools(context), priority=context.job.priority)


@_task("review_issues", "upkeep")
def review_issues(context: JobContext) -> None:
    """Judge every issue that time alone may have changed."""
    tools = _tools(context)
    with transaction(tools.engine) as session:
        queue(session, group.review_all(session, tools).next)


@_task("sweep", "upkeep")
def sweep(context: JobContext) -> None:
    """Queue again what should have been done long ago, and forget what may not be kept."""
    tools = _tools(context)
    with transaction(tools.engine) as session:
        queue(session, upkeep.forgotten(session, tools.clock()).next)
        upkeep.forget_raw(session, tools)
        upkeep.forget_calls(session, tools.clock())
        upkeep.forget_clicks(session, tools.clock())
        upkeep.forget_words(session, tools.clock())
        queue(session, upkeep.wake_cases(session, tools.clock()).next)


@_task("learn", "upkeep")
def learn_from_labels(context: JobContext) -> None:
    """Fit what people's labels teach."""
    lessons.learn(_tools(context))


@_task("read_again", "upkeep")
def read_posts_again(context: JobContext) -> None:
    """Read some kept posts again with what was learnt, and go on as long as there are more."""
    tools = _tools(context)
    with transaction(tools.engine) as session:
        ids = corrections.next_to_read_again(session, most=_AT_A_TIME)
        queue(session, understand.run(session, ids, tools).next)
        queue(session, lessons.due(session))


@_task("collect", "sources")
def collect_source(context: JobContext, source_id: int) -> None:
    """Listen to one source; every page is its own transaction."""
    collect.run(source_id, _tools(context), queue)


@_task("recheck", "sources")
def recheck_source(context: JobContext, source_id: int) -> None:
    """Look a source's kept posts up again."""
    recheck.run(source_id, _tools(context), queue)


@_task("backfill", "sources")
def fetch_history(context: JobContext, source_id: int) -> None:
    """Fetch the next part of a source's history."""
    backfill.run(source_id, _tools(context), queue)


@_task("deliver", flow.LEAVING)
def deliver_message(context: JobContext, delivery_id: int) -> None:
    """Bring one message to its target."""
    tools = _tools(context)
    outcome = deliver.run(delivery_id, tools)
    with transaction(tools.engine) as session:
        queue(session, outcome.next)
    tools.observe("deliver:committed")


@_task("channel_digest", flow.LEAVING)
def send_channel_digest(context: JobContext, channel_id: int) -> None:
    """Send a channel the digest that its people asked for."""
    channel_digest.run(channel_id, _tools(context))


@_task("reply", flow.LEAVING)
def answer_author(context: JobContext, reply_id: int) -> None:
    """Bring one reply to its platform."""
    tools = _tools(context)
    outcome = reply.run(reply_id, tools)
    with transaction(tools.engine) as session:
        queue(session, outcome.next)
    tools.observe("reply:committed")


@_task("tell", "deliveries")
def tell_reporters(context: JobContext, telling_id: int) -> None:
    """Hand over the people of a telling whose turn has come."""
    tell.run(telling_id, _tools(context), queue)


@_task("click", flow.CLICKS)
def do_what_was_clicked(context: JobContext, click_id: int) -> None:
    """Do what a person asked for in Slack."""
    dispatch.run(click_id, _tools(context), queue)


@blueprint.task(name="recover", queue="upkeep", queueing_lock="recover", pass_context=True)
async def recover(context: JobContext, stalled_after: float) -> None:
    """Hand the jobs of workers that died back to the queue. procrastinate finds them; nothing else would."""
    manager = context.app.job_manager
    await manager.prune_stalled_workers(seconds_since_heartbeat=stalled_after)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after):
        await manager.retry_job(job)


def _tools(context: JobContext) -> Tools:
    tools = context.additional_context["tools"]
    if not isinstance(tools, Tools):
        raise TypeError("the worker was started without its tools")
    return tools
