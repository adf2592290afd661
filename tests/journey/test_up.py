"""`earful up` as a newcomer starts it: one command, pages, a sample that fills them, and a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from service.testing.slack import Workspace, running

PATIENCE = 180.0  # seconds: a bound for a machine that does other things too, not a measure
CLIENT = httpx.Client(timeout=60)


def a_free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def up(folder: Path, port: int, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `earful up` in a session of its own, so that Ctrl-C reaches all of its processes as in a terminal."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("EARFUL_", "SLACK_", "REDDIT_"))},
        "EARFUL_DATA_DIR": str(folder),
        "EARFUL_PORT": str(port),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "up"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def wait_for(what: Callable[[], Any], process: subprocess.Popen[str]) -> Any:
    """Ask until the answer is truthy."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "earful ended"
        try:
            if answer := what():
                return answer
        except (httpx.TransportError, psutil.NoSuchProcess):
            pass
        time.sleep(0.3)
    raise AssertionError("it never came")


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes below it."""
    return psutil.Process(process.pid).children(recursive=True)


def parts_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The parts that it has started; what a package runs while it is imported is none of them."""
    return [child for child in children_of(process) if any(word.startswith("service") for word in child.cmdline())]


def database_server(folder: Path) -> int:
    """The process id of the embedded server; 0 where it does not run."""
    file = folder / "postgres" / "postmaster.pid"
    return int(file.read_text(encoding="utf-8").splitlines()[0]) if file.exists() else 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the starts of this file, as for a newcomer who comes back."""
    return tmp_path_factory.mktemp("data")


def test_one_command_shows_the_sample_and_ctrl_c_ends_it(folder: Path) -> None:
    """Posts come over HTTP, are read and routed; after Ctrl-C no process and no server is left."""
    with up(folder, a_free_port()) as (process, address):
        wait_for(lambda: CLIENT.get(f"{address}/health").is_success, process)

        def routed() -> bool:
            total = int(CLIENT.get(f"{address}/api/deliveries").json()["total"])
            return total > 0

        wait_for(routed, process)
        posts = CLIENT.get(f"{address}/api/posts", params={"limit": 1}).json()
        assert posts["total"] > 0
        assert posts["items"][0]["reading"]
        for page in ("/", "/issues", "/customers", "/deliveries", "/sources", "/digest"):
            assert CLIENT.get(address + page).status_code == 200, page
        mine = children_of(process)
        assert len(mine) >= 4

        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert psutil.wait_procs(mine, timeout=10)[1] == []
        assert database_server(folder) == 0


def test_the_next_start_finds_everything_again(folder: Path) -> None:
    """What was heard is kept, also when the last start was killed without a word."""
    with up(folder, a_free_port()) as (process, address):
        before = wait_for(lambda: CLIENT.get(f"{address}/api/posts").json()["total"], process)
        mine = children_of(process)
        process.kill()
        process.wait()
        assert psutil.wait_procs(mine, timeout=60)[1] == [], "parts outlived their parent"
    with up(folder, a_free_port()) as (process, address):
        assert wait_for(lambda: CLIENT.get(f"{address}/api/posts").json()["total"], process) >= before
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0
    assert database_server(folder) == 0


def test_ctrl_c_before_all_is_up_ends_quietly(folder: Path) -> None:
    """Who changes their mind while parts still start sees no traceback, and nothing stays behind."""
    with up(folder, a_free_port()) as (process, _):
        mine = wait_for(lambda: parts_of(process), process)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        assert (process.returncode, "Traceback" in said) == (0, False), said
        assert psutil.wait_procs(mine, timeout=60)[1] == []
    assert database_server(folder) == 0


def test_clicks_in_slack_are_heard_where_an_app_token_is_set(folder: Path) -> None:
    """The listener is one part more, and ends with the others."""
    workspace = Workspace()
    slack = workspace.app.sockets
    with (
        running(workspace) as url,
        up(folder, a_free_port(), SLACK_APP_TOKEN="xapp-made-up", SLACK_API_URL=url) as started,
    ):
        process, address = started
        wait_for(lambda: CLIENT.get(f"{address}/health").is_success, process)
        wait_for(slack.lines.qsize, process)
        line = slack.line()
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0
        assert line.ended()


def test_a_taken_port_is_said_at_once(folder: Path) -> None:
    """Before anything is started, with the way out, and exit code 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with up(folder, int(taken.getsockname()[1])) as (process, _):
            assert process.wait(60) == 2
            assert process.stderr is not None
            assert "is taken. If Earful runs already, use that one" in process.stderr.read()


def test_a_public_address_is_refused(folder: Path) -> None:
    """Without sign-in nobody may listen where others can reach it."""
    done = subprocess.run(
        [sys.executable, "-m", "service", "web"],
        env={**os.environ, "EARFUL_DATA_DIR": str(folder), "EARFUL_HOST": "0.0.0.0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Earful has no sign-in yet" in done.stderr
