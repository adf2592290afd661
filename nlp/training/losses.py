"""What a fine-tuned network is told about its answers: one loss for all tasks, where unknown costs nothing."""

from __future__ import annotations

import torch

from nlp.heads.intents import OUTPUTS
from nlp.training.mix import CLASS, EMOTION, IRONY, MIXED, NO_NEUTRAL, WEIGHT, WISHES

ANSWERS = 4 + len(OUTPUTS)  # three classes and mixed, then the outputs of intents
EMOTIONS = 4
HELPERS = EMOTIONS + 1  # answers that only help in training: emotion and irony

_MIXED_WEIGHT, _WISHES_WEIGHT, _HELPERS_WEIGHT = 0.5, 1.0, 0.3


def joint_loss(answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean loss of a batch: `answers` (n, ANSWERS) or (n, ANSWERS + HELPERS), `targets` (n, COLUMNS)."""
    total = sentiment_loss(answers[:, :4], targets)
    total = total + _WISHES_WEIGHT * wishes_loss(answers[:, 4:ANSWERS], targets[:, WISHES])
    if answers.shape[1] > ANSWERS:
        total = total + _HELPERS_WEIGHT * _helpers_loss(answers[:, ANSWERS:], targets)
    return total


def sentiment_loss(answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Of three classes and mixed; a set without neutral says nothing about that class."""
    logits = answers[:, :3] - (targets[:, NO_NEUTRAL] > 0)[:, None] * torch.tensor([0.0, 1e4, 0.0])
    known = targets[:, CLASS] >= 0
    losses = torch.nn.functional.cross_entropy(logits[known], targets[known, CLASS].long(), reduction="none")
    said = targets[:, MIXED] >= 0
    both = _binary(answers[said, 3], targets[said, MIXED]).sum()
    return ((losses * targets[known, WEIGHT]).sum() + _MIXED_WEIGHT * both) / len(answers)


def wishes_loss(answers: torch.Tensor, wishes: torch.Tensor) -> torch.Tensor:
    """Of intents, spam and toxicity: each 0, 1 or unknown."""
    known = wishes >= 0
    return (_binary(answers, wishes.clamp(min=0)) * known).sum(1).mean()


def _helpers_loss(answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    felt, ironic = targets[:, EMOTION] >= 0, targets[:, IRONY] >= 0
    emotion = torch.nn.functional.cross_entropy(
        answers[felt, :EMOTIONS], targets[felt, EMOTION].long(), reduction="sum"
    )
    return (emotion + _binary(answers[ironic, EMOTIONS], targets[ironic, IRONY]).sum()) / len(answers)


def _binary(answers: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(answers, truth, reduction="none")
