"""The English network: a small BERT (MiniLM-L6), tuned by us on everything that the heads answer at once.

One ONNX graph with int8 matrices and fixed quantisation scales, so that a text's answers do not depend on its
neighbours in the batch. It runs beside the shared encoder, on English texts alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime
import tokenizers

from nlp.base import ModelMissing, Vector
from nlp.encoder import session_options
from nlp.files import INSTALL_AGAIN, ModelFiles
from nlp.pieces import by_length, middle_out

GRAPH = "english.onnx"
TOKENIZER = "english.json"
LANGUAGE = "en"

_LONGEST, _TAIL = 256, 96  # tokens of one text that are read, and how many of them from the end


class EnglishNetwork:
    """Answers for English texts; safe to use from several threads."""

    def __init__(self, files: ModelFiles, *, threads: int | None = None) -> None:
        """Load from checked files.

        Raises:
            ModelMissing: a file is there but is not what it should be.
        """
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(files.path(TOKENIZER)))
            self._tokenizer.no_padding()  # the file asks for both; batches are laid out below
            self._tokenizer.no_truncation()
            self._session = onnxruntime.InferenceSession(str(files.path(GRAPH)), session_options(threads))
            self.answers: int = self._session.get_outputs()[0].shape[1]
        except Exception as error:  # each library has its own; all of them mean the same thing here
            raise ModelMissing(
                f"The English network in {files.folder} cannot be loaded: {error}.",
                what_to_do=INSTALL_AGAIN,
            ) from error

    def __call__(self, texts: Sequence[str]) -> Vector:
        """Logits (n, answers) for cleaned texts: negative, neutral, positive, mixed, then the outputs of intents."""
        found = [each.ids for each in self._tokenizer.encode_batch_fast(list(texts))]
        tokens = [middle_out(ids, _LONGEST, _TAIL) for ids in found]
        answers = np.empty((len(tokens), self.answers), np.float32)
        for rows in by_length([len(ids) for ids in tokens]):
            lengths = np.fromiter((len(tokens[row]) for row in rows), np.int32, len(rows))
            ids = np.zeros((len(rows), lengths.max()), np.int64)
            for place, row in enumerate(rows):
                ids[place, : lengths[place]] = tokens[row]
            (answers[rows],) = self._session.run(None, {"ids": ids, "lengths": lengths})
        return answers
