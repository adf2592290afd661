"""A made-up Slack with an app of slack-bolt's, which hears through either door."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from slack_bolt import App as Bolt
from slack_bolt import BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient

from service.testing.slack import People, Workspace, running


@pytest.fixture
def workspace() -> Workspace:
    """A fresh workspace; what is not acknowledged is tried again soon."""
    workspace = Workspace()
    workspace.app.patience, workspace.app.pauses = 1.0, (0.0, 0.05)
    return workspace


@pytest.fixture
def url(workspace: Workspace) -> Iterator[str]:
    """Where its Web API is served."""
    with running(workspace) as url:
        yield url


@pytest.fixture
def client(workspace: Workspace, url: str) -> WebClient:
    """Slack's own client, with the workspace's token."""
    return WebClient(workspace.token, base_url=url, retry_handlers=[])


@pytest.fixture
def people(workspace: Workspace) -> People:
    """Everybody in the workspace."""
    return People(workspace)


@pytest.fixture
def bolt(workspace: Workspace, client: WebClient) -> Bolt:
    """An app that listens to nothing yet, and that nobody has connected."""
    return Bolt(client=client, signing_secret=workspace.app.http.secret)


@pytest.fixture(params=["socket", "http"])
def connected(request: pytest.FixtureRequest, workspace: Workspace, bolt: Bolt) -> Iterator[Bolt]:
    """The app, which hears through the one door or the other."""
    with through_socket(workspace, bolt) if request.param == "socket" else over_http(workspace, bolt):
        yield bolt


@contextlib.contextmanager
def through_socket(workspace: Workspace, bolt: Bolt) -> Iterator[None]:
    """Connect with slack-bolt's own handler."""
    handler = SocketModeHandler(bolt, workspace.app.sockets.app_token, ping_interval=1)
    handler.client.web_client = WebClient(base_url=bolt.client.base_url)
    handler.connect()
    workspace.app.sockets.line()
    try:
        yield
    finally:
        hang_up(handler.client)


def hang_up(client: SocketModeClient) -> None:
    """Close, without the seconds that slack-sdk's threads else take to look up."""
    client.closed = True
    assert client.current_session is not None
    client.message_queue.put("")
    client.current_session_state.terminated = True
    client.current_session.ping("end")
    client.close()


@contextlib.contextmanager
def over_http(workspace: Workspace, bolt: Bolt) -> Iterator[None]:
    """Serve the app's request URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = bolt.dispatch(BoltRequest(body=body, headers=dict(self.headers.items())))
            self.send_response(answer.status)
            for name, value in answer.first_headers_without_set_cookie().items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(answer.body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    workspace.app.http.url = f"http://127.0.0.1:{server.server_address[1]}/slack/events"
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
