"""Labels from a file, and the jobs that learn from them, through a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.actions.correct_import import import_labels
from service.errors import Invalid
from service.jobs import timetable
from service.jobs.app import run_worker
from service.models import Lesson, Reading
from service.store import corrections
from service.store.database import transaction
from service.testing.factories import make_post, make_source
from service.testing.tools import make_tools


def test_a_file_of_labels_is_learnt_and_past_posts_are_read_again(database: Engine, tmp_path: Path) -> None:
    """Bad rows are named with file, line and field; the worker fits the good ones and reads kept posts with them."""
    tools = make_tools(database)
    with transaction(database) as session:
        source = make_source(session)
        posts = [make_post(session, source, text=f"sick boss number {at}") for at in range(4)]
    file = tmp_path / "labels.csv"
    rows = [f"{post.id},sentiment,positive" for post in posts[:3]]
    bad = ["x,sentiment,positive", "99999,sentiment,positive", f"{posts[3].id},mood,good"]
    file.write_text("\n".join(["post,head,value", *rows, *bad]), encoding="utf-8")
    result = import_labels(tools, file, by="kim")
    assert (result.stored, result.same) == (3, 0)
    assert [problem.partition(":")[0] for problem in result.set_aside] == [
        "labels.csv, line 5, post",
        "labels.csv, line 6, post",
        "labels.csv, line 7, head or value",
    ]
    assert import_labels(tools, file, by="kim").same == 3
    timetable.queue_lessons(tools)
    timetable.queue_lessons(tools)
    run_worker(tools, concurrency=1, until_empty=True, handle_signals=False)
    with transaction(database) as session:
        number = session.scalars(select(Lesson.id)).one()
        assert corrections.read_again(session) == 4
    timetable.queue_lessons(tools)
    run_worker(tools, concurrency=1, until_empty=True, handle_signals=False)
    with transaction(database) as session:
        assert corrections.waiting_to_be_read_again(session) == 0
        readings = session.scalars(select(Reading).order_by(col(Reading.post_id))).all()
    assert all(reading.model_version.endswith(f"+c{number}") for reading in readings)
    assert [reading.labelled for reading in readings] == [{"sentiment": "positive"}] * 3 + [{}]


def test_a_file_without_the_columns_is_refused(database: Engine, tmp_path: Path) -> None:
    """The first line must name post, head and value."""
    file = tmp_path / "labels.csv"
    file.write_text("post,value\n1,positive\n", encoding="utf-8")
    with pytest.raises(Invalid, match="no column head"):
        import_labels(make_tools(database), file, by="kim")
