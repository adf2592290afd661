"""A text classifier of the hub that answers for one head, through a map from its labels to ours."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nlp.base import ModelMissing, Vector
from nlp.hub.answers import Answers
from nlp.hub.choice import HEADS, NOTHING, ClassifierChoice, Running
from nlp.hub.encoder import LONGEST
from nlp.hub.places import Place
from nlp.hub.vendors import installed, prepare

if TYPE_CHECKING:
    import torch


class HubClassifier:
    """Any model that transformers loads for sequence classification. Safe to use from several threads."""

    def __init__(self, head: str, choice: ClassifierChoice, place: Place, running: Running) -> None:
        """Load from files on this machine; no code of the model's own is run.

        Raises:
            ModelMissing: the libraries are missing, the files are not a classifier, or its labels are not those that
                `choice` maps.
        """
        self.place, self._head, self._batch = place, head, running.batch_texts
        self._device, precision = prepare(running)
        with installed():
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        folder = str(place.folder)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
            model, told = AutoModelForSequenceClassification.from_pretrained(
                folder,
                trust_remote_code=False,
                local_files_only=True,
                use_safetensors=True,
                dtype=precision,
                output_loading_info=True,
            )
        except Exception as error:  # each library has its own; all of them mean the same thing here
            raise ModelMissing(
                f"{place.name} cannot be loaded as a text classifier: {error}.",
                what_to_do="Name a model for text classification, or fetch it again: earful models fetch.",
            ) from error
        if told["missing_keys"]:
            raise ModelMissing(
                f"{place.name} is no text classifier: its weights lack {min(told['missing_keys'])}.",
                what_to_do="Name a model that was fine-tuned for text classification.",
            )
        self._model = model.to(self._device).eval()
        self._labels = [str(model.config.id2label[number]) for number in range(model.config.num_labels)]
        self._meanings = _meanings(head, choice, self._labels, place.name)
        self._several = model.config.problem_type == "multi_label_classification" or len(self._labels) == 1
        self._longest = min(LONGEST, getattr(model.config, "max_position_embeddings", LONGEST) - 2)
        self._turn = threading.Lock()  # the tokeniser cannot be shared between threads

    def __call__(self, texts: Sequence[str]) -> Answers:
        """What it says of cleaned texts, in our words."""
        told = self.probabilities(texts)
        ours = {
            label: _together(
                told[:, [n for n, meaning in enumerate(self._meanings) if meaning == label]], self._several
            )
            for label in sorted(set(self._meanings))
            if label != NOTHING
        }
        if self._head != "sentiment":
            return Answers(chances=ours)
        nobody = np.zeros(len(texts), np.float32)
        sides = [ours.get(label, nobody) for label in ("negative", "neutral", "positive")]
        return Answers(shares=np.stack(sides, axis=1), mixed=ours.get("mixed", nobody))

    def probabilities(self, texts: Sequence[str]) -> Vector:
        """One row a text, one column for each of the model's own labels; batched and sorted by length."""
        found = np.zeros((len(texts), len(self._labels)), np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        for start in range(0, len(order), self._batch):
            rows = order[start : start + self._batch]
            found[rows] = self._run([texts[row] for row in rows])
        return found

    def _run(self, texts: Sequence[str]) -> Vector:
        import torch

        with self._turn, torch.inference_mode():
            batch = self._tokenizer(
                list(texts), padding=True, truncation=True, max_length=self._longest, return_tensors="pt"
            )
            logits: torch.Tensor = self._model(**batch.to(self._device)).logits.float()
            chances = logits.sigmoid() if self._several else logits.softmax(-1)
            rows: Vector = chances.cpu().numpy()
        return rows


def _meanings(head: str, choice: ClassifierChoice, labels: Sequence[str], name: str) -> list[str]:
    """What each of the model's labels means. All of them must be mapped, so that none is lost by a slip of the pen."""
    unknown = sorted(choice.labels.keys() - set(labels))
    forgotten = [label for label in labels if label not in choice.labels]
    if unknown or forgotten:
        slip = f"maps {unknown[0]}, which it has not" if unknown else f"does not map {forgotten[0]}"
        raise ModelMissing(
            f"{name} has {len(labels)} labels ({', '.join(labels)}); nlp.yaml {slip}.",
            what_to_do=f"Under heads.{head}.labels, give each of them one of {', '.join(HEADS[head])}, or {NOTHING}.",
        )
    return [choice.labels[label] for label in labels]


def _together(columns: Vector, several: bool) -> Vector:
    """The probability that one of these labels holds: the strongest where several may, their sum where one does."""
    both: Vector = columns.max(axis=1) if several else columns.sum(axis=1)
    return both
