"""A sentence encoder of the hub: texts to unit vectors of the model's own width, for the heads refitted for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from nlp.base import ModelMissing, Vector
from nlp.hub.choice import Running
from nlp.hub.places import Place
from nlp.hub.vendors import installed, prepare

LONGEST = 320  # tokens of one text that are read, as with the shipped encoder


class HubEncoder:
    """Any model that sentence-transformers loads. Safe to use from several threads, one at a time."""

    def __init__(self, place: Place, running: Running, *, prompt: str = "") -> None:
        """Load from files on this machine; no code of the model's own is run.

        Raises:
            ModelMissing: the libraries are missing, or the files are not what they should be.
        """
        self.place = place
        device, precision = prepare(running)
        with installed():
            from sentence_transformers import SentenceTransformer
        try:
            self._model = SentenceTransformer(
                str(place.folder),
                device=device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"dtype": precision, "use_safetensors": True},
            )
            self._model.max_seq_length = min(self._model.max_seq_length or LONGEST, LONGEST)
            self._prompt, self._batch = prompt, running.batch_texts
            self._turn = threading.Lock()  # the tokeniser cannot be shared between threads
            self.width: int = self.encode([""]).shape[1]
        except Exception as error:  # each library has its own; all of them mean the same thing here
            raise ModelMissing(
                f"{place.name} cannot be loaded as a sentence encoder: {error}.",
                what_to_do="Name a model that sentence-transformers can load, or fetch it again: earful models fetch.",
            ) from error

    def encode(self, texts: Sequence[str], *, progress: bool = False) -> Vector:
        """Unit vectors (n, width), float32 whatever the precision; batched and sorted by length."""
        if not texts:
            return np.zeros((0, self.width), np.float32)
        with self._turn:
            found = self._model.encode(
                [self._prompt + text for text in texts],
                batch_size=self._batch,
                show_progress_bar=progress,
                convert_to_numpy=True,
            )
        vectors = np.asarray(found, np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vector = vectors / np.maximum(lengths, 1e-9)
        return unit
