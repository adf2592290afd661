"""`earful reply …`: replies to authors, and what stands in the way of those that did not arrive."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from service.actions import replies
from service.actions.users import local_user
from service.cli import wiring
from service.cli.console import OUT, say
from service.errors import NotFound
from service.jobs.queue import queue
from service.models import Reply
from service.models.columns import LARGEST_KEY
from service.store import reply_views
from service.store.database import transaction
from service.store.reply_views import Queue

app = typer.Typer(help="Replies to authors: those that wait, and those that did not arrive.", no_args_is_help=True)
_Number = Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="Its number, as `earful reply list` shows it.")]


@app.command("list")
def list_replies(
    only: Annotated[Queue | None, typer.Option("--only", help="One queue alone.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many, newest first.")] = 20,
) -> None:
    """Show replies, newest first, with what stands in their way.

    Example: earful reply list --only failed
    """
    table = Table()
    for heading in ("number", "post", "state", "by", "says", "problem"):
        table.add_column(heading)
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        for each in reply_views.find(session, only, limit=most).items:
            reply = each.reply
            problem = " ".join(filter(None, (reply.problem, reply.what_to_do, *reply.approval_reasons)))
            said = " ".join(reply.text.split())[:60]
            table.add_row(
                str(reply.id), str(reply.post_id), reply.state, escape(each.writer), escape(said), escape(problem)
            )
    OUT.print(table)


@app.command("show")
def show_reply(reply: _Number) -> None:
    """Show one reply with all that is known of it.

    Example: earful reply show 12
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        found = session.get(Reply, reply)
        if found is None:
            raise NotFound(f"There is no reply {reply}. `earful reply list` shows them.")
        people = reply_views.names(session, [found])
    table = Table(show_header=False)
    shown = {
        "state": f"{found.state}, to {found.wish}" if found.wish != "publish" else found.state,
        "post": f"{found.post_id}, version {found.post_version}",
        "written": f"{found.written_at:%Y-%m-%d %H:%M} by {people[found.written_by_id]}",
        "approved by": people.get(found.approved_by_id or 0, ""),
        "waits for": " ".join(found.approval_reasons) if found.state == "draft" else "",
        "attempts": str(found.attempt_count),
        "sent": f"{found.sent_at:%Y-%m-%d %H:%M}" if found.sent_at else "",
        "taken down": f"{found.removed_at:%Y-%m-%d %H:%M}" if found.removed_at else "",
        "stands at": found.remote_url or found.remote_id or "",
        "problem": found.problem or "",
        "what to do": found.what_to_do or "",
        "text": found.text,
    }
    for name, value in shown.items():
        if value:
            table.add_row(name, escape(value))
    OUT.print(table)


@app.command("retry")
def retry_reply(reply: _Number) -> None:
    """Try a reply that failed once more. Where its post changed, write it anew on the post's page instead.

    Example: earful reply retry 12
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by = local_user(session, now=tools.clock())
        queue(session, replies.retry(session, reply, by=by, now=tools.clock()).next)
    say(f"Reply {reply} is tried again.")


@app.command("sent-by-hand")
def sent_by_hand(
    reply: _Number,
    url: Annotated[str | None, typer.Option("--url", help="Where it stands, if it has an address.")] = None,
) -> None:
    """Say that you put a reply where its author reads it.

    Example: earful reply sent-by-hand 12 --url https://example.com/thread/5#9
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by = local_user(session, now=tools.clock())
        queue(session, replies.sent_by_hand(session, reply, url=url, by=by, now=tools.clock()).next)
    say(f"Reply {reply} is sent.")
