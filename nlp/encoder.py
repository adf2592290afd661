"""The shared encoder: one pass over a text gives the frozen vector and the richer features that heads read.

The network is Google's multilingual Universal Sentence Encoder v3: after its token table (`nlp/pieces.py`) everything
is one ONNX graph with int8 matrices and fixed quantisation scales.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime

from nlp.base import ModelMissing, Vector
from nlp.files import INSTALL_AGAIN, ModelFiles
from nlp.pieces import Pieces, Tokens, by_length

WIDTH = 512  # of the frozen vector
FEATURES = 1280 + 320 + 512  # mean over the tokens (embedding and convolutions), and the two last hidden layers

GRAPH = "encoder.onnx"
_INPUTS = ("codes", "part", "windows", "spread", "lengths")

onnxruntime.disable_telemetry_events()


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder says of n texts, in their order."""

    vectors: Vector  # (n, 512), unit length: frozen, for grouping, search and topics
    features: Vector  # (n, FEATURES), for heads
    unknown: Vector  # (n,), the share of pieces that the vocabulary does not have, 0 to 1
    tokens: Tokens  # n lists of piece ids, for networks that read the same pieces
    partly: npt.NDArray[np.bool_]  # (n,), whether the text was too long to be read whole


class Encoder:
    """The multilingual sentence encoder; make it once, then call `encode` from any thread."""

    def __init__(self, files: ModelFiles, *, threads: int | None = None) -> None:
        """Load from checked files.

        Raises:
            ModelMissing: a file is there but is not what it should be.
        """
        try:
            self.pieces = Pieces(files)
            self._session = onnxruntime.InferenceSession(str(files.path(GRAPH)), session_options(threads))
        except Exception as error:  # each library has its own; all of them mean the same thing here
            raise ModelMissing(
                f"The encoder in {files.folder} cannot be loaded: {error}.",
                what_to_do=INSTALL_AGAIN,
            ) from error

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Encode cleaned texts; an empty text is encoded as its begin and end marks alone."""
        tokens, partly = self.pieces(texts)
        vectors = np.empty((len(tokens), WIDTH), np.float32)
        features = np.empty((len(tokens), FEATURES), np.float32)
        for rows in by_length([len(ids) for ids in tokens]):
            layout = self.pieces.layout([tokens[row] for row in rows])
            vectors[rows], features[rows] = self._session.run(None, {name: layout[name] for name in _INPUTS})
        return Encoded(vectors, features, self.pieces.unknown(tokens), tokens, partly)


def session_options(threads: int | None) -> onnxruntime.SessionOptions:
    """For one network of ours; `threads` defaults to the cores that this process may use."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _cores()
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it never gives back what its largest batches took, and gains no time here
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work on these cores too
    return options


def _cores() -> int:
    """The cores this process may use, which in a container can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
