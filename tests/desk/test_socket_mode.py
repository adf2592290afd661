"""The whole way of a click through Socket Mode: a WebSocket, the queue, a real worker, the card."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine, select

from service import clock
from service.jobs.app import run_worker
from service.models import Case, Click
from service.store.database import transaction
from tests.database.replying import bench_on
from tests.desk.bench import KIM, desk_on


def test_a_click_over_a_socket_reaches_the_worker_and_changes_the_card(database: Engine) -> None:
    """Slack asks for no public address of ours, and hears of the click within its three seconds."""
    with bench_on(database) as answering, desk_on(answering, door="socket") as desk:
        delivery = desk.people.click(KIM, desk.ts, "case:claim")
        assert [(attempt.door, attempt.why) for attempt in delivery.attempts] == [("socket", "")]
        assert "case:claim" in desk.names(desk.card())  # it is kept, and waits for a worker

        run_worker(replace(desk.tools, clock=clock.now), concurrency=1, until_empty=True, handle_signals=False)

        with transaction(database) as session:
            (click,) = session.scalars(select(Click)).all()
            assert session.get_one(Case, answering.case_id).assignee_id == answering.kim.user_id
        assert click.done_at is not None
        assert "case:claim" not in desk.names(desk.card())
        assert " with Kim" in str(desk.card()["blocks"])
        assert desk.whispers(KIM) == []
