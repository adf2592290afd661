"""The network for the languages beside English: a copy of the shared encoder, tuned by us on all that the heads answer.

It reads the same pieces from the same table as the shared encoder, with a few numbers for each piece learnt beside
it, and runs beside it on texts that are not English. One ONNX graph with int8 matrices and fixed quantisation scales.
"""

from __future__ import annotations

import numpy as np
import onnxruntime

from nlp.base import ModelMissing, Vector
from nlp.encoder import session_options
from nlp.files import INSTALL_AGAIN, ModelFiles
from nlp.pieces import Pieces, Tokens, by_length

GRAPH = "multilingual.onnx"
INPUTS = ("ids", "codes", "part", "windows", "spread", "lengths")


class MultilingualNetwork:
    """Answers for texts in any language; safe to use from several threads."""

    def __init__(self, files: ModelFiles, pieces: Pieces, *, threads: int | None = None) -> None:
        """Load from checked files.

        Raises:
            ModelMissing: a file is there but is not what it should be.
        """
        self._pieces = pieces
        try:
            self._session = onnxruntime.InferenceSession(str(files.path(GRAPH)), session_options(threads))
            self.answers: int = self._session.get_outputs()[0].shape[1]
        except Exception as error:  # the library has its own; all of them mean the same thing here
            raise ModelMissing(
                f"The multilingual network {files.path(GRAPH)} cannot be loaded: {error}.",
                what_to_do=INSTALL_AGAIN,
            ) from error

    def __call__(self, tokens: Tokens) -> Vector:
        """Logits (n, answers) for texts in pieces: negative, neutral, positive, mixed, then the outputs of intents."""
        answers = np.empty((len(tokens), self.answers), np.float32)
        for rows in by_length([len(ids) for ids in tokens]):
            layout = self._pieces.layout([tokens[row] for row in rows])
            (answers[rows],) = self._session.run(None, {name: layout[name] for name in INPUTS})
        return answers
