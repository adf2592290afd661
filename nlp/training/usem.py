"""The shared encoder's network in PyTorch, to be tuned: its token table stays, all that follows may be learnt.

Sixteen numbers for each piece are learnt beside the table, which is where words find their feeling.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from nlp.base import Vector
from nlp.pieces import PARTS
from nlp.training.convolutions import CHANNELS, ROWS, WIDTH, WINDOWS, Weights, table_of
from nlp.training.losses import ANSWERS, HELPERS

LEARNT = 16  # numbers for each piece
JOINED = WIDTH + CHANNELS * len(WINDOWS)  # what is known of each token
POOLED = 2 * JOINED + 320 + 512  # what is known of each text
STEEPEST = 4.0  # attention scores lie within plus and minus this
_HIDDEN = 256
_DROPPED, _WORDS_DROPPED = 0.25, 0.08
_DEEP = ("cnn_W", "cnn_b", "d0", "d1", "d2", "p1")


class Convolution(torch.nn.Module):  # type: ignore[misc] # torch is not installed where types are checked
    """`x + relu(window(x) @ weight + bias)` over `length` tokens, `left` of them before the token."""

    def __init__(self, length: int, left: int, weight: Vector, bias: Vector) -> None:
        super().__init__()
        self._length, self._left = length, left
        self.weight = torch.nn.Parameter(torch.tensor(weight))
        self.bias = torch.nn.Parameter(torch.tensor(bias))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """From (texts, tokens, CHANNELS) to the same; padding is taken for nothing."""
        padded = torch.nn.functional.pad(x * mask, (0, 0, self._left, self._length - 1 - self._left))
        seen = torch.cat([padded[:, at : at + x.shape[1]] for at in range(self._length)], -1)
        return torch.relu(seen @ self.weight + self.bias) + x


class Multilingual(torch.nn.Module):  # type: ignore[misc] # torch is not installed where types are checked
    """Token lists to answers (n, ANSWERS + HELPERS)."""

    table: torch.Tensor

    def __init__(self, weights: Weights) -> None:
        """Start from the weights that `read_wheel` gives."""
        super().__init__()
        part = np.arange(PARTS * ROWS) % PARTS
        table = table_of(weights) * weights["scale"][part, None] + weights["lo"][part, None]
        self.register_buffer("table", torch.tensor(table.astype(np.float32)), persistent=False)
        self._epsilon = float(weights["eps"])
        self.projection = torch.nn.Linear(WIDTH, CHANNELS * len(WINDOWS))
        self.first_norm = torch.nn.LayerNorm(CHANNELS * len(WINDOWS), self._epsilon)
        self.last_norm = torch.nn.LayerNorm(JOINED, self._epsilon)
        branches = [length for length, _ in WINDOWS]
        _set(self.projection.weight, np.concatenate([weights[f"proj{each}"] for each in branches], 1).T)
        _set(self.projection.bias, np.concatenate([weights[f"proj_b{each}"] for each in branches]))
        for norm, names in ((self.first_norm, [str(each) for each in branches]), (self.last_norm, [""])):
            _set(norm.weight, np.concatenate([weights[f"ln_g{each}"].ravel() for each in names]))
            _set(norm.bias, np.concatenate([weights[f"ln_b{each}"].ravel() for each in names]))
        self.convolutions = torch.nn.ModuleDict(
            {
                f"{step}_{length}": Convolution(
                    length, left, weights[f"w{step}_{length}"], weights[f"b{step}_{length}"]
                )
                for length, left in WINDOWS
                for step in (1, 2)
            }
        )
        self.deep = torch.nn.ParameterDict({name: torch.tensor(weights[name].astype(np.float32)) for name in _DEEP})
        self.learnt = torch.nn.Parameter(torch.zeros(PARTS * ROWS, LEARNT))
        self.spread = torch.nn.Parameter(torch.randn(LEARNT, WIDTH) * 0.02)
        self.attention = torch.nn.Linear(JOINED, 1)
        self.answer = torch.nn.Sequential(
            torch.nn.Dropout(_DROPPED),
            torch.nn.Linear(POOLED, _HIDDEN),
            torch.nn.GELU(),
            torch.nn.Dropout(_DROPPED),
            torch.nn.Linear(_HIDDEN, ANSWERS + HELPERS),
        )

    def forward(self, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
        """Answers for texts given as token ids; padding does not reach them."""
        longest = max(map(len, tokens))
        ids = torch.tensor([[*each, *[0] * (longest - len(each))] for each in tokens])
        mask = torch.tensor([[1.0] * len(each) + [0.0] * (longest - len(each)) for each in tokens])[:, :, None]
        answers: torch.Tensor = self.answer(self._pooled(self._joined(ids, mask), mask))
        return answers

    def _joined(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What is known of each token (texts, tokens, JOINED)."""
        embedded = self.table[ids] + self.learnt[ids] @ self.spread
        if self.training:
            embedded = embedded * (torch.rand(*ids.shape, 1) >= _WORDS_DROPPED)
        projected = self.first_norm(self.projection(embedded))
        parts = [embedded]
        for x, (length, _) in zip(projected.split(CHANNELS, -1), WINDOWS, strict=True):
            for step in (1, 2):
                x = self.convolutions[f"{step}_{length}"](x, mask)  # noqa: PLW2901 - one step after the other
            parts.append(x)
        joined: torch.Tensor = self.last_norm(torch.cat(parts, -1)) * mask
        return joined

    def _pooled(self, joined: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Mean, attended mean and the two hidden layers (texts, POOLED)."""
        total, count = joined.sum(1), mask.sum(1)
        heeded = torch.exp(STEEPEST * torch.tanh(self.attention(joined))) * mask
        attended = (joined * heeded).sum(1) / heeded.sum(1)
        deep = self.deep
        mean = (total @ deep["cnn_W"] + count * deep["cnn_b"]) * torch.rsqrt(count)
        first = torch.relu(mean @ deep["p1"] + torch.relu(mean @ deep["d0"]) @ deep["d1"])
        second = torch.relu(first @ deep["d2"])
        return torch.cat([total / count, attended, first, second], dim=1)


def _set(parameter: torch.nn.Parameter, value: Vector) -> None:
    with torch.no_grad():
        parameter.copy_(torch.tensor(value.astype(np.float32).reshape(parameter.shape)))
