"""`python -m nlp.evaluation --data FOLDER`: scores of the shipped models on every dev set, as a Markdown report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nlp.base import ModelMissing
from nlp.evaluation.report import report
from nlp.runtime import Understanding


def main(arguments: list[str] | None = None) -> int:
    """Judge and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets, such as ../shared/data")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")
    chosen = parser.parse_args(arguments)
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is not a folder.")
    try:
        models = Understanding.load()
    except ModelMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = report(models, chosen.data)
    if chosen.output:
        chosen.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
