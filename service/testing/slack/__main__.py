"""`python -m service.testing.slack --port 8555`: a made-up Slack for whoever has none.

Set what it prints. Open the same address in a browser to see what people see, and to do what they do.
"""

from __future__ import annotations

import argparse
import contextlib
import threading

from service.testing.slack.app import App
from service.testing.slack.server import running
from service.testing.slack.workspace import Channel, Workspace

_ALSO = ("rnd", "studio")  # channels that the rules and teams of the sample studio name


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A made-up Slack that speaks the Web API over HTTP.")
    parser.add_argument("--port", type=int, default=8555)
    parser.add_argument("--token", default="xoxb-made-up")
    parser.add_argument("--request-url", default="", help="where the app hears over HTTP; else through Socket Mode")
    options = parser.parse_args()
    app = App(request_url=options.request_url)
    app.pauses = (0.0, 3.0)  # whoever wrote on the page waits for it
    workspace = Workspace(token=options.token, app=app)
    workspace.channels += [Channel(id=f"C0{name.upper():0<9}", name=name) for name in _ALSO]
    with running(workspace, port=options.port) as url, contextlib.suppress(KeyboardInterrupt):
        tokens = f"SLACK_BOT_TOKEN={options.token} SLACK_APP_TOKEN={app.sockets.app_token}"
        settings = f"SLACK_API_URL={url} {tokens} SLACK_SIGNING_SECRET={app.http.secret}"
        print(f"{settings}\n{app.address}", flush=True)  # noqa: T201 (its only output)
        threading.Event().wait()


if __name__ == "__main__":
    main()
