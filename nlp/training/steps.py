"""All steps by which the shipped model is made, in their order: each reads what those before it wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nlp
from nlp import english, language, multilingual
from nlp.files import write_manifest
from nlp.heads import lexicon
from nlp.learning.replay import REPLAY
from nlp.training.blend import make_blend
from nlp.training.encoder import SHIPPED, make_encoder
from nlp.training.english import RECIPES, tune_english, write_english
from nlp.training.heads import HEADS, make_heads
from nlp.training.language import make_language
from nlp.training.lexicon import make_lexicon
from nlp.training.multilingual import make_multilingual
from nlp.training.replay import make_replay
from nlp.training.unfinished import Unfinished

_MADE = [*SHIPPED, english.GRAPH, english.TOKENIZER, multilingual.GRAPH, lexicon.WEIGHTS, language.WEIGHTS, HEADS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is learnt from; the parts for which something is missing stay as they are."""

    data: Path  # the labelled sets
    wheel: Path | None  # for the multilingual network
    new_space: bool  # the encoder is made anew too, and no vector of the old one fits its vectors
    english: Path | None  # folder of the English network's first weights
    strings: Path | None  # for the languages
    stated_only: bool  # sets without a stated licence are left out


def make_all(sources: Sources, output: Path, say: Callable[[str], None]) -> str:
    """Write the model into a folder that holds one; returns the version. `say` is told how far it is.

    Cut off, it leaves the folder as it was, and goes on from the last finished step when it is called again.
    """
    run = Unfinished(output, _made_from(sources), say)
    for name, work in _steps(sources, run.folder, say):
        run.step(name, work)
    version = write_manifest(run.folder, _MADE)
    say(f"{make_replay(sources.data, run.folder)} texts guard what corrections teach")
    run.publish([*_MADE, REPLAY])
    return version


def _steps(sources: Sources, folder: Path, say: Callable[[str], None]) -> Iterator[tuple[str, Callable[[], None]]]:
    data, stated_only = sources.data, sources.stated_only
    if sources.wheel is not None:
        if sources.new_space:
            yield "the encoder", partial(make_encoder, sources.wheel, data, folder, say)
        multilingual = partial(make_multilingual, sources.wheel, data, folder, say, stated_only=stated_only)
        yield "the multilingual network", multilingual
    if sources.english is not None:
        for number in range(len(RECIPES)):
            tuning = partial(tune_english, number, sources.english, data, folder, say, stated_only=stated_only)
            yield f"English tuning {number + 1}", tuning
        writing = partial(write_english, sources.english, data, folder, stated_only=stated_only)
        yield "the English network", writing
    if sources.strings is not None:
        yield "the languages", partial(make_language, data, sources.strings, folder, say, stated_only=stated_only)
    yield "the lexicon", partial(make_lexicon, data, folder, say, stated_only=stated_only)
    yield "the heads", partial(make_heads, data, folder, say, stated_only=stated_only)
    yield "the blend", partial(make_blend, data, folder, say)


def _made_from(sources: Sources) -> str:
    """What the result depends on, as a digest: the sources, the size of each labelled set, and our own code."""
    said = [repr(sources), *(f"{path} {path.stat().st_size}" for path in sorted(sources.data.rglob("*")))]
    ours = sorted(path for path in Path(nlp.__file__).parent.rglob("*") if path.suffix in (".py", ".tsv"))
    code = [path.read_text(encoding="utf-8") for path in ours]
    return hashlib.sha256("\n".join([*said, *code]).encode()).hexdigest()
