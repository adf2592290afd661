"""How the command line speaks: what was asked for on stdout, everything else on stderr."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

OUT = Console(highlight=False)
ERR = Console(stderr=True, highlight=False)


def say(sentence: str) -> None:
    """Tell how it goes, beside the output."""
    ERR.print(Text(sentence), soft_wrap=True)


def complain(sentence: str) -> None:
    """Tell what is wrong. The text is taken literally: it may hold other people's words."""
    ERR.print(Text(sentence, style="red"), soft_wrap=True)
