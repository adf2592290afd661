"""`earful source …` on a real database and against servers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest
import typer
from sqlalchemy import Engine, select
from typer.testing import CliRunner, Result

from service.cli.console import OUT
from service.cli.doctor import doctor
from service.cli.source import app
from service.errors import NotFound
from service.jobs.app import run_worker
from service.models import Backfill, Source
from service.models import Post as StoredPost
from service.settings import default_config_dir
from service.store.database import psycopg_url, transaction
from service.testing.factories import NOW, make_gap, make_post, make_source
from service.testing.tools import make_tools
from tests.recorded import platforms, telegram
from tests.recorded.platforms import steam_review
from tests.recorded.web import Reply, serve


@pytest.fixture
def environment(database: Engine) -> dict[str, str]:
    """What an operator with a database of their own sets."""
    return {
        "EARFUL_CONFIG_DIR": str(default_config_dir()),
        "EARFUL_DATABASE_URL": psycopg_url(database),
    }


def run(environment: dict[str, str], *arguments: str) -> Result:
    """Run a verb as the command line does, in a window that is wide enough for its tables."""
    before, OUT.width = OUT.width, 200
    try:
        return CliRunner().invoke(app, [*arguments], env=environment)
    finally:
        OUT.width = before


def a_source(database: Engine, **columns: object) -> None:
    """A source in the table, as sources.yaml would have put it there."""
    with transaction(database) as session:
        make_source(session, name="here", **columns)


def test_a_parked_source_is_asked_again(database: Engine, environment: dict[str, str]) -> None:
    """The verb says when; an unknown name is told."""
    a_source(database, state="refused", state_reason="Needs a key.")
    assert run(environment, "retry", "here").exit_code == 0
    with transaction(database) as session:
        assert session.scalars(select(Source)).one().state == "new"
    assert isinstance(run(environment, "retry", "nowhere").exception, NotFound)


def test_a_source_is_shown_with_all_that_is_known(database: Engine, environment: dict[str, str]) -> None:
    """State, coverage, silence, gaps, history and passport, each in words."""
    with transaction(database) as session:
        quiet = {"quiet_since": NOW, "usual_quiet_hours": 9.0}
        source = make_source(session, name="here", kind="reddit", platform_total=412, state_reason="Odd.", **quiet)
        make_post(session, source)
        make_gap(session, source, "Some entries.", since=NOW - timedelta(days=2), until=NOW)
        session.add(Backfill(source_id=source.id or 0, asked_at=NOW, updated_at=NOW, posts=7, new_count=5, total=14))
    told = run(environment, "show", "here").stdout
    for words in (
        "here: Reddit. Listening.",
        "Odd.",
        "1 posts of 412 that the platform counts",
        "It is seldom quiet for longer than 9 hours.",
        "Missed: Some entries. Written after 2026-03-18 12:00, before 2026-03-20 12:00. Open since",
        "History: being fetched, 50%; 7 posts, 5 of them new.",
        "Authors are never tied to your customer records.",
        "Payloads are kept for 2 days.",
    ):
        assert words in told


@contextmanager
def steam() -> Iterator[str]:
    """A server with twelve Steam reviews."""
    with serve(platforms.Steam([steam_review(n) for n in range(12)])) as web:
        yield web.url


def test_a_history_is_asked_for_fetched_and_read_again(database: Engine, environment: dict[str, str]) -> None:
    """The verb queues, the workers fetch, the verb that waits tells how it ended, and a replay changes nothing."""
    with steam() as url:
        a_source(database, kind="steam", base_url=url, options={"appid": 440, "page_size": 5})
        assert run(environment, "backfill", "here", "--no-wait").exit_code == 0
        run_worker(make_tools(database), concurrency=1, until_empty=True, handle_signals=False)
    with transaction(database) as session:
        assert len(session.scalars(select(StoredPost.id)).all()) == 12
        assert session.scalars(select(Source)).one().cursor is None
    assert "12 posts, 12 of them new" in run(environment, "show", "here").stdout
    again = run(environment, "replay", "here")
    assert again.exit_code == 0
    assert "12 payloads read: 0 posts became another version" in again.stderr


def test_a_kind_is_tried_without_being_configured(environment: dict[str, str]) -> None:
    """The first posts as they would be stored, what the platform counts, what is seen there."""
    with steam() as url:
        result = run(environment, "try", "steam", "-o", "appid=440", "--base-url", url, "--limit", "2")
    assert result.exit_code == 0
    assert result.stdout.count("review · ") == 2
    assert "The platform counts 12 posts." in result.stderr
    assert "removed posts are not noticed" in result.stderr
    assert "2 posts shown, 0 items could not be read. Nothing was stored." in result.stderr


def test_what_the_keys_can_do_is_said_before_they_are_used(environment: dict[str, str]) -> None:
    """A line for each thing, with what to do where it is not allowed; a kind without keys says so."""
    environment |= telegram.KEYS
    with serve(telegram.Telegram([telegram.update(1)])) as web:
        result = run(environment, "try", "telegram", "--base-url", web.url)
    assert result.exit_code == 0
    for words in ("✓ sign in", "✗ hear all that is said in groups", "Switch its privacy mode off (/setprivacy at"):
        assert words in result.stderr
    with serve(lambda _: Reply(status=401)) as web:
        refused = run(environment, "try", "telegram", "--base-url", web.url)
    assert refused.exit_code == 1
    assert "✗ sign in" in refused.stderr
    assert telegram.KEYS["TELEGRAM_BOT_TOKEN"] not in refused.stderr + refused.stdout
    with steam() as url:
        assert "It needs no keys." in run(environment, "try", "steam", "-o", "appid=440", "--base-url", url).stderr


def test_what_cannot_be_tried_is_said(environment: dict[str, str], tmp_path: Path) -> None:
    """No such name; a key that is missing, with where to get it; a platform that refuses."""
    assert "Kinds, which take --option: " in str(run(environment, "try", "nothing").exception)
    lacking = run(environment, "try", "reddit", "-o", "subreddits=gamedev")
    assert lacking.exit_code == 1
    assert "REDDIT_CLIENT_ID. Get it here: https://www.reddit.com/prefs/apps" in lacking.stderr
    with serve(lambda _: Reply(status=403)) as web:
        refused = run(environment, "try", "feed", "-o", f"url={web.url}/feed", "--base-url", web.url)
    assert refused.exit_code == 1
    assert "forbids us to read it (403)" in refused.stderr


def test_the_list_names_permissions_and_how_each_does(database: Engine, environment: dict[str, str]) -> None:
    """A column for each thing that a passport allows; state, coverage, gaps and silence of those listened to."""
    with transaction(database) as session:
        source = make_source(session, name="here", kind="steam", platform_total=412, quiet_since=NOW)
        make_gap(session, source, "some [reviews]")
    told = run(environment, "list").stdout
    for words in (
        "link to customers",
        "export",
        "learn",
        "keep raw",
        "look again",
        "Listening",
        "0 of 412",
        "some [reviews]",
    ):
        assert words in told
    assert told.count("2026-03-20 12:00") == 1


def test_the_doctor_names_keys_parked_and_silent_sources(
    database: Engine, environment: dict[str, str], tmp_path: Path
) -> None:
    """Each with what to do: the page where the key is to be had, the verb that asks again."""
    config = tmp_path / "config"
    copytree(default_config_dir(), config)
    file = config / "sources.yaml"
    begin, name, rest = file.read_text(encoding="utf-8").partition("- name: reddit-strategy")
    file.write_text(begin + name + rest.replace("enabled: false", "enabled: true"), encoding="utf-8")
    a_source(database, state="refused", state_reason="The key is wrong.", quiet_since=NOW, usual_quiet_hours=9.0)

    main = typer.Typer()
    main.command()(doctor)
    told = CliRunner().invoke(main, env={**environment, "EARFUL_CONFIG_DIR": str(config)}).stdout
    for words in (
        "Source reddit-strategy needs REDDIT_CLIENT_ID.",
        "Get it here: https://www.reddit.com/prefs/apps",
        "Source here refused and is parked: The key is wrong.",
        "Put it right, then: earful source retry here",
        "Source here brought no post since 2026-03-20 12:00.",
        "It is seldom quiet for longer than 9 hours.",
    ):
        assert words in told
