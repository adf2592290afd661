"""Makes the English network: MiniLM-L6 tuned on a mix of all that the heads answer, then written as an int8 graph."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from nlp.english import GRAPH, TOKENIZER
from nlp.training.export_english import export_english
from nlp.training.minilm import English, Pieces
from nlp.training.mix import Mix, in_english, training_mix
from nlp.training.tune import Tuning, tune

# How often each set is shown. Emotion and irony are not answered, yet a network that can tell them reads sentiment
# better.
_TWEETS: Mapping[str, float] = {
    "sentiment/tweeteval_sentiment": 2.0,
    "sentiment/umsab": 3.0,
    "sentiment/sanders_brands": 1.5,
    "sentiment/gplay_top20": 0.7,
    "sentiment/uci_sentences": 2.0,
    "sentiment/mozetic_tweets13": 1.0,
    "intent/maalej2016": 4.0,
    "intent/gplay_student": 3.0,
    "intent/minibar": 3.0,
    "intent/nlbse24_issues": 3.0,
    "intent/complaints_twitter": 3.0,
    "other/tweeteval_offensive": 1.5,
    "other/tweeteval_emotion": 2.0,
    "other/tweeteval_irony": 2.0,
    "spam/sms_spam": 1.0,
    "topic/m_absa_coursera": 1.0,
    "topic/m_absa_hotel": 1.0,
    "topic/m_absa_phone": 1.0,
    "topic/m_absa_laptop": 1.0,
    "topic/m_absa_food": 1.0,
    "topic/m_absa_sight": 0.5,
}
_PLAYERS: Mapping[str, float] = {
    **_TWEETS,
    "sentiment/tweeteval_sentiment": 1.6,
    "intent/maalej2016": 6.0,
    "intent/gplay_student": 5.0,
    "intent/minibar": 5.0,
    "own/prose": 12.0,
}
# Two networks are tuned and their weights averaged, by these shares. The one that hears tweets most is better on the
# sets of others, the one that hears players' prose far better on prose; between them lies one that is good at both.
RECIPES: Sequence[tuple[float, Mapping[str, float]]] = ((0.4, _TWEETS), (0.6, _PLAYERS))

_SEED = 5
_OWN = 4  # how often our own sentences are shown
_RATE, _FRESH_RATE = 8e-5, 5e-4
_BATCH = 32
_MEASURED = 1500  # texts on which the ranges for int8 are measured
_MEASURED_LONGEST, _MEASURED_TAIL = 128, 40


def tune_english(
    number: int, source: Path, data: Path, folder: Path, say: Callable[[str], None], *, stated_only: bool
) -> None:
    """Tune the weights in `source`, as transformers stores them, by one of the recipes: 45 minutes on 2 cores.

    The folder keeps them for `write_english`.
    """
    mix = _mix(number, data, stated_only=stated_only)
    say(f"tuning an English network on {len(mix.texts)} texts")
    torch.manual_seed(_SEED)  # the new layers begin at random, and alike in all tunings, or their mean would be none
    network = English(source)
    tuned = tune(
        network, _groups(network), Pieces(source)(mix.texts), mix.targets, Tuning(batch=_BATCH, half=True), say
    )
    torch.save(tuned.state_dict(), _tuned(folder, number))


def write_english(source: Path, data: Path, folder: Path, *, stated_only: bool) -> None:
    """Write the network that lies between the tuned ones."""
    networks = [English(source) for _ in RECIPES]
    for number, network in enumerate(networks):
        network.load_state_dict(torch.load(_tuned(folder, number), weights_only=True))
    averaged = average(networks, [share for share, _ in RECIPES]).eval()
    texts = _mix(len(RECIPES) - 1, data, stated_only=stated_only).texts[:_MEASURED]
    measured = Pieces(source)(texts, _MEASURED_LONGEST, _MEASURED_TAIL)
    (folder / GRAPH).write_bytes(export_english(averaged, measured).SerializeToString())
    shutil.copyfile(source / "tokenizer.json", folder / TOKENIZER)


def _tuned(folder: Path, number: int) -> Path:
    return folder / f"english-{number}.pt"


def _mix(number: int, data: Path, *, stated_only: bool) -> Mix:
    return training_mix(data, RECIPES[number][1], keep=in_english, stated_only=stated_only, own=_OWN)


def average(networks: Sequence[torch.nn.Module], shares: Sequence[float]) -> torch.nn.Module:
    """The first network, with the mean of all weights by these shares, which add up to 1."""
    states = [network.state_dict() for network in networks]
    networks[0].load_state_dict(
        {
            name: sum(share * state[name] for share, state in zip(shares, states, strict=True))
            if value.is_floating_point()
            else value
            for name, value in states[0].items()
        }
    )
    return networks[0]


def _groups(network: English) -> list[dict[str, object]]:
    """Matrices decay, shifts and norms do not; the new layers learn faster."""
    named = list(network.named_parameters())
    fresh = [value for name, value in named if name.startswith("answer")]
    old = [value for name, value in named if not name.startswith("answer")]
    return [
        {"params": [each for each in old if each.dim() > 1], "lr": _RATE},
        {"params": [each for each in old if each.dim() <= 1], "lr": _RATE, "weight_decay": 0.0},
        {"params": fresh, "lr": _FRESH_RATE},
    ]
