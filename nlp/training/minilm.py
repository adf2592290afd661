"""The English network: MiniLM-L6, fine-tuned on everything that the heads answer at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel

from nlp.training.losses import ANSWERS, HELPERS

LONGEST = 80  # tokens of a text in training
_TAIL = 24  # of them from the end where the text is longer
_HIDDEN = 256
_DROPPED = 0.1


class English(torch.nn.Module):  # type: ignore[misc] # torch is not installed where types are checked
    """Token lists to answers (n, ANSWERS + HELPERS), from the mean over the tokens beside the first token."""

    def __init__(self, source: Path) -> None:
        """Start from the weights in a folder as transformers writes it."""
        super().__init__()
        self.encoder = BertModel.from_pretrained(source, add_pooling_layer=False)
        width = self.encoder.config.hidden_size
        self.answer = torch.nn.Sequential(
            torch.nn.Dropout(_DROPPED),
            torch.nn.Linear(2 * width, _HIDDEN),
            torch.nn.GELU(),
            torch.nn.Dropout(_DROPPED),
            torch.nn.Linear(_HIDDEN, ANSWERS + HELPERS),
        )

    def forward(self, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
        """Answers for texts given as token ids; padding does not reach them."""
        longest = max(map(len, tokens))
        ids = torch.tensor([[*each, *[0] * (longest - len(each))] for each in tokens])
        mask = torch.tensor([[1] * len(each) + [0] * (longest - len(each)) for each in tokens])
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask[:, :, None].to(states.dtype)
        mean = (states * kept).sum(1) / kept.sum(1)
        answers: torch.Tensor = self.answer(torch.cat([mean, states[:, 0]], dim=1))
        return answers


class Pieces:
    """Texts to token ids of the English network, the middle of a long text left out."""

    def __init__(self, source: Path) -> None:
        """Read `tokenizer.json`."""
        self._tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def __call__(self, texts: Sequence[str], longest: int = LONGEST, tail: int = _TAIL) -> list[list[int]]:
        """Ids with their begin and end marks."""
        found = [each.ids for each in self._tokenizer.encode_batch(list(texts))]
        return [ids if len(ids) <= longest else ids[: longest - tail] + ids[-tail:] for ids in found]
