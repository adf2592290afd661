"""How the command line speaks: what was asked for on stdout, everything else on stderr."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

OUT = Console(highlight=False)
ERR = Console(stderr=True, highlight=False)


def verdict(ok: bool | None, finding: str, what_to_do: str) -> Iterator[Text]:
    """Lines for something that was looked at: is it well (None: nobody can tell), and what to do."""
    mark, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}[ok]
    yield Text(f"{mark} ", style=style) + Text(finding)
    if what_to_do:
        yield Text(f"  {what_to_do}", style="bold")


def say(sentence: str) -> None:
    """Tell how it goes, beside the output."""
    ERR.print(Text(sentence), soft_wrap=True)


def complain(sentence: str) -> None:
    """Tell what is wrong. The text is taken literally: it may hold other people's words."""
    ERR.print(Text(sentence, style="red"), soft_wrap=True)
