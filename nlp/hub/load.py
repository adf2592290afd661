"""From the operator's choice to models that read: the one door for all who need an `Understanding`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nlp.base import Topic
from nlp.hub.answers import Answers
from nlp.hub.choice import Choice
from nlp.hub.classifier import HubClassifier
from nlp.hub.encoder import HubEncoder
from nlp.hub.fitted import Facts, FittedHeads, load_heads, refuse_width
from nlp.hub.places import find
from nlp.hub.revise import HubModels
from nlp.runtime import Understanding


def load_understanding(choice: Choice, *, topics: Sequence[Topic] = (), threads: int | None = None) -> Understanding:
    """The shipped models, with those of the operator's choice beside them. torch is imported only where one is named.

    Raises:
        ModelMissing: a model is not here, not whole or does not fit; says what to do.
    """
    understanding = Understanding.load(topics=topics, threads=threads)
    if choice.models:
        understanding.use_others(_load_others(choice, threads))
    return understanding


class _Together:
    """The encoder with its heads, and classifiers over them."""

    def __init__(
        self, encoder: HubEncoder | None, heads: FittedHeads | None, classifiers: Mapping[str, HubClassifier]
    ) -> None:
        self._encoder, self._heads, self._classifiers = encoder, heads, classifiers

    def __call__(self, cleaned: Sequence[str], originals: Sequence[str]) -> Answers:
        answers = Answers()
        if self._encoder is not None and self._heads is not None:
            answers = self._heads(self._encoder.encode(cleaned), originals)
        for classifier in self._classifiers.values():
            answers = classifier(cleaned).over(answers)
        return answers


def _load_others(choice: Choice, threads: int | None) -> HubModels:
    running = replace(choice.running, threads=threads or choice.running.threads)
    encoder, heads, facts = None, None, None
    if choice.encoder is not None:
        place = find(choice.encoder.model)
        belonging = {"encoder": place.name, "revision": place.revision, "prompt": choice.encoder.prompt}
        heads, facts = load_heads(choice.encoder.heads, **belonging)  # seconds before the encoder is
        encoder = HubEncoder(place, running, prompt=choice.encoder.prompt)
        refuse_width(facts, encoder.width)
    classifiers = {
        head: HubClassifier(head, chosen, find(chosen.model), running) for head, chosen in choice.classifiers.items()
    }
    version = _version(choice, facts, classifiers)
    return HubModels(_Together(encoder, heads, classifiers), version=version, languages=choice.languages)


def _version(choice: Choice, facts: Facts | None, classifiers: Mapping[str, HubClassifier]) -> str:
    """Of all that decides what these models say: names, revisions, the heads' digest, maps of labels, languages."""
    parts = [repr(sorted(choice.languages)), choice.running.precision]
    if facts is not None:
        parts += [facts.encoder, facts.revision, facts.prompt, facts.sha256]
    for head, classifier in sorted(classifiers.items()):
        labels = sorted(choice.classifiers[head].labels.items())
        parts += [head, classifier.place.name, classifier.place.revision, repr(labels)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
