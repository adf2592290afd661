"""The command line: one file a verb, `app.py` puts them together, `wiring.py` is what most of them begin with."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the `earful` command."""
    try:
        from service.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)  # nothing was begun: no more need be said
    run()
