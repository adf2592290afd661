"""Fine-tunes a network on a mix of texts: batches of similar length, one pass, an average of the weights."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from nlp.base import Vector
from nlp.training.losses import joint_loss

Tokens: TypeAlias = Sequence[Sequence[int]]

_SEED = 5
_SHUFFLED_TOGETHER = 40  # batches whose texts are sorted by length, so that few tokens are padding
_WARM = 0.06  # share of the steps in which the rate rises
_AVERAGED = 0.999
_REPORT_EACH = 120.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How to tune: the parameter groups carry each their own `lr`."""

    batch: int
    decay: float = 0.01
    half: bool = False  # bfloat16 where that is safe
    largest_step: float = 1.0  # norm to which gradients are clipped


def tune(
    network: torch.nn.Module,
    groups: Sequence[dict[str, object]],
    tokens: Tokens,
    targets: Vector,
    how: Tuning,
    say: Callable[[str], None],
) -> torch.nn.Module:
    """Show every text once, in the order given, and return the average of the last weights, ready for use.

    `network` maps token lists to answers (n, ANSWERS and perhaps HELPERS). Same data, same machine, same result.
    """
    torch.manual_seed(_SEED)
    network.train()
    optimiser = torch.optim.AdamW(groups, weight_decay=how.decay, fused=True)
    batches = list(_batches(tokens, how.batch))
    warm = max(1, round(_WARM * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (len(batches) - step) / (len(batches) - warm)))
    )
    average = copy.deepcopy(network).requires_grad_(requires_grad=False)
    parameters = [each for each in network.parameters() if each.requires_grad]
    reported, seen, losses = time.monotonic(), 0, 0.0
    for step, rows in enumerate(batches):
        with torch.autocast("cpu", torch.bfloat16, enabled=how.half):
            answers = network([tokens[int(row)] for row in rows])
        loss = joint_loss(answers.float(), torch.tensor(targets[rows]))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, how.largest_step)
        optimiser.step()
        schedule.step()
        _follow(average, network, min(_AVERAGED, (1 + step) / (10 + step)))
        seen, losses = seen + 1, losses + float(loss.detach())
        if time.monotonic() - reported > _REPORT_EACH:
            say(f"step {step + 1} of {len(batches)}, loss {losses / seen:.4f}")
            reported, seen, losses = time.monotonic(), 0, 0.0
    return average.eval()


def _batches(tokens: Tokens, size: int) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of similar length from neighbouring parts of the mix, the batches of a part in random order."""
    draw = np.random.default_rng(_SEED)
    part = size * _SHUFFLED_TOGETHER
    for start in range(0, len(tokens), part):
        rows = np.arange(start, min(start + part, len(tokens)))
        rows = rows[np.argsort([len(each) for each in tokens[start : start + part]], kind="stable")]
        batches = [rows[at : at + size] for at in range(0, len(rows), size)]
        yield from (batches[int(number)] for number in draw.permutation(len(batches)))


def _follow(average: torch.nn.Module, network: torch.nn.Module, keep: float) -> None:
    with torch.no_grad():
        for old, new in zip(average.parameters(), network.parameters(), strict=True):
            if new.requires_grad:
                old.lerp_(new, 1 - keep)
