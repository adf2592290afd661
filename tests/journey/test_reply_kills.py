"""A worker is killed at each step of a reply's way: it stands once, sent with one request, and its card says so."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from service.actions import replies
from service.domain.replies import text_digest
from service.jobs.queue import queue
from service.models import Post, Reply
from service.models.columns import id_of
from service.store.database import transaction
from service.testing import slack
from service.testing.factories import make_delivery
from service.testing.slack.workspace import Channel, Workspace
from tests.contract.repliers.fake import NOW
from tests.contract.repliers.mastodon import TOKEN
from tests.database.replying import THANKS, Bench, bench_on
from tests.journey.fragile import fragile_worker, hand_back, ready


def publish(bench: Bench) -> Reply:
    """A reply whose time to be taken back is over, with a card; the jobs wait in the real queue."""
    reply = bench.draft()
    with transaction(bench.engine) as session:
        make_delivery(
            session, post=session.get_one(Post, bench.post_id), state="sent", remote_id=None, sent_digest=None
        )
        outcome = replies.publish(
            session, id_of(reply), text_digest=text_digest(THANKS), by=bench.kim, now=NOW, tools=bench.tools
        )
        # Whatever day it is: written before the made-up server's answers, and due by every clock.
        held = session.get_one(Reply, id_of(reply))
        held.written_at = held.send_after = NOW - timedelta(days=3650)
        queue(session, outcome.next)
    return reply


def test_kills_leave_one_reply(database: Engine) -> None:
    """Each time one step further, until nobody is left to kill."""
    workspace = Workspace()
    workspace.channels += [Channel(id="C0COMMUNITY", name="community")]
    with bench_on(database) as bench, slack.running(workspace) as url:
        reply = publish(bench)
        killed: list[str] = []
        settings = {"MASTODON_ACCESS_TOKEN": TOKEN, "SLACK_BOT_TOKEN": "xoxb-made-up", "SLACK_API_URL": url}
        with fragile_worker(database, settings) as run:
            while (answer := run("kill")) != "done" or ready(database):
                killed += [answer.removeprefix("killed ")] if answer != "done" else []
                hand_back(database)
        held = bench.held(reply)

        assert (bench.on_platform(), bench.platform.writes()) == ([THANKS], 1)
        assert (held.state, held.sent_text, bench.case().state) == ("sent", THANKS, "answered")
        steps = ("prepared", "looked", "sending", "acted", "committed")
        assert {f"reply:{step}" for step in steps} <= set(killed)
        assert {"deliver:acted"} <= set(killed)
