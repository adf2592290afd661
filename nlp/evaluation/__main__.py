"""`python -m nlp.evaluation`: how well the shipped models do on labelled texts, beside baselines, in Markdown."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from nlp.base import NlpError
from nlp.evaluation import history, minilm
from nlp.evaluation.report import MOST, Part, Plan, run
from nlp.evaluation.retrieval import Encode
from nlp.runtime import Understanding

_DATA = Path("../shared/data")
_LAST = Path("docs/models/evaluation.json")


def main(arguments: list[str] | None = None) -> int:
    """Judge and write; returns the exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is not a folder. Name the folder of the labelled sets: --data FOLDER.")
    if not any(chosen.data.glob("*/*.jsonl.gz")):
        sys.stderr.write(f"{chosen.data} holds none of the labelled sets, such as sentiment/umsab.dev.jsonl.gz.\n")
        return 1
    say = _progress()
    try:
        encode, left_out = _minilm(chosen.minilm) if chosen.minilm else (None, "")
        last_at = chosen.last or (chosen.output.with_suffix(".json") if chosen.output else _LAST)
        last = history.read(last_at)
        plan = Plan(
            data=chosen.data,
            parts=chosen.only,
            most=chosen.most,
            baselines=not chosen.without_baselines,
            minilm=encode,
            left_out=left_out,
        )
        text, done = run(Understanding.load(), plan, last, say)
    except NlpError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if chosen.output:
        chosen.output.write_text(text, encoding="utf-8")
        history.write(chosen.output.with_suffix(".json"), done)
    else:
        sys.stdout.write(text)
    say("done")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluation", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=_DATA, help=f"folder of the labelled sets (default: {_DATA.as_posix()})"
    )
    parser.add_argument(
        "--output", type=Path, help="file to write, and its scores beside it as .json (default: standard output)"
    )
    parser.add_argument(
        "--last", type=Path, help=f"scores to compare with (default: those that --output replaces, else {_LAST})"
    )
    parser.add_argument("--only", type=_parts, default=tuple(Part), help=f"of {', '.join(Part)}; with commas")
    parser.add_argument("--most", type=_count, default=MOST, help=f"texts of a set (default: {MOST})")
    parser.add_argument("--without-baselines", action="store_true", help="judge the shipped models alone")
    parser.add_argument(
        "--minilm", type=Path, help="folder of all-MiniLM-L6-v2, to judge it untuned too; needs torch and transformers"
    )
    return parser


def _minilm(folder: Path) -> tuple[Encode | None, str]:
    """The untuned encoder, or the sentence that says why it is left out."""
    try:
        return minilm.load(folder), ""
    except ImportError as error:
        return None, _left_out(f"{error.name or error} is not installed")
    except (OSError, ValueError) as error:
        return None, _left_out(f"{folder} cannot be loaded: {error}")


def _left_out(why: str) -> str:
    sentence = f"The frozen MiniLM was left out: {why}."
    sys.stderr.write(f"{sentence}\n")
    return sentence


def _parts(words: str) -> tuple[Part, ...]:
    try:
        return tuple(Part(word.strip()) for word in words.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; there are {', '.join(Part)}") from error


def _count(word: str) -> int:
    if not word.isdecimal() or not int(word):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of texts")
    return int(word)


def _progress() -> Callable[[str], None]:
    """Lines on standard error, each with the time since the start: a run takes minutes."""
    started = time.monotonic()

    def say(what: str) -> None:
        minutes, seconds = divmod(round(time.monotonic() - started), 60)
        sys.stderr.write(f"{minutes:3d}:{seconds:02d}  {what}\n")
        sys.stderr.flush()

    return say


if __name__ == "__main__":
    sys.exit(main())
