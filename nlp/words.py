"""How many words a text has, in scripts that part them and in those that do not."""

from __future__ import annotations

import re

UNPARTED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SIGNS_A_WORD = 2  # roughly, in Chinese, Japanese and Thai


def count_words(text: str) -> int:
    """Words and numbers; where a script does not part them, two signs count as one word."""
    unparted = len(UNPARTED.findall(text))
    parted = UNPARTED.sub(" ", text) if unparted else text
    return len(_WORD.findall(parted)) + -(-unparted // _SIGNS_A_WORD)
