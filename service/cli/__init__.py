"""The command line: one file a verb, `app.py` puts them together, `wiring.py` is what most of them begin with."""

from __future__ import annotations


def main() -> None:
    """Run the `earful` command."""
    from service.cli.app import main as run

    run()
