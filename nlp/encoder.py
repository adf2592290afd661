"""The shared encoder: one pass over a text gives the frozen vector and the richer features that heads read.

The network is Google's multilingual Universal Sentence Encoder v3. Its token codes (6-bit values in a uint8 table) are
looked up here from a memory map, so that processes share one copy; everything after that is one ONNX graph with int8
matrices and fixed quantisation scales. The tokens of a batch lie end to end, without padding, so a text's result does
not depend on its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime
import sentencepiece

from nlp.base import ModelMissing, Vector
from nlp.files import INSTALL_AGAIN, ModelFiles

WIDTH = 512  # of the frozen vector
FEATURES = 1280 + 320 + 512  # mean over the tokens (embedding and convolutions), and the two last hidden layers

GRAPH = "encoder.onnx"
TABLE = "embedding.npy"
TOKENIZER = "sentencepiece.model"

_LONGEST = 320  # tokens of one text that are read
_TAIL = 96  # of them taken from the end where the text is longer
_BATCH = 1024  # tokens; fits the cache, larger is not faster
_REACH = (2, 2)  # tokens that the widest convolution sees to the left and to the right

onnxruntime.disable_telemetry_events()

_Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder says of n texts, in their order."""

    vectors: Vector  # (n, 512), unit length: frozen, for grouping, search and topics
    features: Vector  # (n, FEATURES), for heads
    unknown: Vector  # (n,), the share of pieces that the vocabulary does not have, 0 to 1
    partly: npt.NDArray[np.bool_]  # (n,), whether the text was too long to be read whole


class Encoder:
    """The multilingual sentence encoder; make it with `load`, then call `encode` from any thread."""

    def __init__(self, files: ModelFiles, *, threads: int | None = None) -> None:
        """Load from checked files.

        Raises:
            ModelMissing: a file is there but is not what it should be.
        """
        try:
            self._tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(files.path(TOKENIZER)))
            self._unknown: int = self._tokenizer.unk_id()
            self._table: npt.NDArray[np.uint8] = np.load(files.path(TABLE), mmap_mode="r")
            self._session = onnxruntime.InferenceSession(str(files.path(GRAPH)), session_options(threads))
        except Exception as error:  # each library has its own; all of them mean the same thing here
            raise ModelMissing(
                f"The encoder in {files.folder} cannot be loaded: {error}.",
                what_to_do=INSTALL_AGAIN,
            ) from error

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Encode cleaned texts; an empty text is encoded as its begin and end marks alone."""
        whole = self._tokenizer.encode(list(texts), add_bos=True, add_eos=True)
        tokens = [middle_out(ids, _LONGEST, _TAIL) for ids in whole]
        vectors = np.empty((len(tokens), WIDTH), np.float32)
        features = np.empty((len(tokens), FEATURES), np.float32)
        for rows in by_length([len(ids) for ids in tokens]):
            vectors[rows], features[rows] = self._run([tokens[row] for row in rows])
        unknown = [ids.count(self._unknown) / max(len(ids) - 2, 1) for ids in tokens]
        partly = np.array([len(ids) > _LONGEST for ids in whole], np.bool_)
        return Encoded(vectors, features, np.array(unknown, np.float32), partly)

    def _run(self, tokens: Sequence[Sequence[int]]) -> tuple[Vector, Vector]:
        lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
        ids = np.concatenate([np.asarray(each, np.int64) for each in tokens])
        spread, windows = _layout(lengths)
        vectors, features = self._session.run(
            None,
            {
                "codes": self._table[ids],
                "part": ids % 17,  # the table was quantised in 17 interleaved parts, each with its own scale
                "windows": windows,
                "spread": spread,
                "lengths": lengths.astype(np.float32)[:, None],
            },
        )
        return vectors, features


def session_options(threads: int | None) -> onnxruntime.SessionOptions:
    """For one network of ours; `threads` defaults to the cores that this process may use."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _cores()
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work on these cores too
    return options


def _cores() -> int:
    """The cores this process may use, which in a container can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def middle_out(ids: list[int], longest: int, tail: int) -> list[int]:
    """At most `longest` tokens, `tail` of them from the end: a long text's middle says least."""
    return ids if len(ids) <= longest else ids[: longest - tail] + ids[-tail:]


def by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of similar length, in batches of about `_BATCH` tokens."""
    batch: list[int] = []
    total = 0
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and total + lengths[row] > _BATCH:
            yield batch
            batch, total = [], 0
        batch.append(row)
        total += lengths[row]
    if batch:
        yield batch


def _layout(lengths: _Whole) -> tuple[Vector, _Whole]:
    """Where each text's tokens lie in the batch.

    Returns which text each token belongs to as ones and zeros (texts, tokens), and for each token its neighbours'
    positions (tokens, 5). A neighbour outside the text is the number of tokens, where the graph keeps an empty row.
    """
    total = int(lengths.sum())
    ends = np.cumsum(lengths)
    position = np.arange(total)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    spread = np.zeros((len(lengths), total), np.float32)
    spread[owner, position] = 1
    around = position[:, None] + np.arange(-_REACH[0], _REACH[1] + 1)
    inside = (around >= (ends - lengths)[owner, None]) & (around < ends[owner, None])
    return spread, np.where(inside, around, total)
