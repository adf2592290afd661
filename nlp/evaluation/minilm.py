"""all-MiniLM-L6-v2 as its authors left it, run by transformers where that is installed: what tuning has to beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlp.base import Vector

_LONGEST = 256  # tokens, the model's own limit
_BATCH = 64


def load(folder: Path) -> Callable[[Sequence[str]], Vector]:
    """Texts to unit vectors: the mean over the tokens' last states.

    Raises:
        ImportError: torch or transformers is not installed.
        OSError: the folder does not hold the model.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()

    def batch(texts: list[str]) -> Vector:
        tokens = tokenizer(texts, padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt")
        with torch.inference_mode():
            states = model(**tokens).last_hidden_state
        mask = tokens["attention_mask"][:, :, None]
        means = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1))
        return np.asarray(means.numpy(), np.float32)

    def vectors(texts: Sequence[str]) -> Vector:
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # little padding
        found = np.zeros((len(texts), model.config.hidden_size), np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            found[chosen] = batch([texts[row] for row in chosen])
        return found

    return vectors
