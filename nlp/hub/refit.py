"""`python -m nlp.hub.refit`: fits the heads anew for an encoder of the hub; `earful models refit` calls it.

It learns from the labelled sets of `nlp.training.sets` that the folder holds, from `own.jsonl` in it (a line a text:
`{"text": "…", "sentiment": "negative", "intents": ["bug_report"], "spam": false, "toxicity": false}`, each label where
known), and from our own sentences.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.base import Intent, ModelMissing, Vector
from nlp.clean import clean
from nlp.evaluation.scores import calibration_error, classes, found
from nlp.files import digest
from nlp.heads.perceptron import Perceptron, sigmoid, softmax
from nlp.heads.sentiment import CLASSES
from nlp.hub.answers import CHANCES
from nlp.hub.choice import NamedModel, Running
from nlp.hub.encoder import HubEncoder
from nlp.hub.fitted import ARRAYS, Facts, inputs_of, write_facts
from nlp.hub.places import find
from nlp.training.files import save
from nlp.training.fit import Recipe, best_threshold, fit, platt, temperature
from nlp.training.labels import UNKNOWN, Example
from nlp.training.losses import sentiment_loss, wishes_loss
from nlp.training.sets import PROSE, examples, seeds

OWN = "own.jsonl"

_FEW = 50  # held-out texts of a kind below which an answer is left to the shipped models
_HELD_OUT_SHARE = 4  # of `most`: what is only judged on need not be as much
_EACH_HELD_OUT = 5  # of own.jsonl, which has no split of its own
_SHOWN = 100_000  # texts that the networks see in all: few are shown more often
_EPOCHS = 3, 40  # at least and at most


@dataclass(frozen=True, slots=True)
class _Taught:
    """Texts with what is known about them, as the losses want it."""

    texts: list[str]
    feelings: Vector
    wishes: Vector


def main(arguments: list[str] | None = None) -> int:
    """Fit and write the heads; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    folder = chosen.encoder if Path(chosen.encoder).is_dir() else None
    model = NamedModel(name=chosen.name or chosen.encoder, revision=chosen.revision, folder=folder and Path(folder))
    running = Running(device=chosen.device, precision=chosen.precision, batch_texts=chosen.batch_texts)
    try:
        place = find(model)
        encoder = HubEncoder(place, running, prompt=chosen.prompt)
        train, held_out, counts = read_sets(chosen.data, chosen.most, stated_only=chosen.stated_licences_only)
        facts = Facts(
            encoder=place.name, revision=place.revision, width=encoder.width, prompt=chosen.prompt,
            answers=(), fitted_on=counts,
        )  # fmt: skip
        facts = refit(encoder, train, held_out, facts, chosen.output)
    except (ModelMissing, ValueError, OSError) as error:
        _say(str(error))
        return 1
    for name, score in facts.scores.items():
        _say(f"{name}: {score:.3f}")
    left = [name for name in ("sentiment", *CHANCES) if name not in facts.answers]
    _say(f"The heads are in {chosen.output}.")
    if left:
        _say(f"Too few labelled texts for {', '.join(left)}: the shipped models go on answering these.")
    return 0


def read_sets(data: Path, most: int, *, stated_only: bool = False) -> tuple[_Taught, _Taught, dict[str, int]]:
    """What to learn from, what to calibrate and judge on, and how many texts of each set are learned from.

    Raises:
        ValueError: the folder holds nothing to learn from, or a line of own.jsonl is not usable.
    """
    counts: dict[str, int] = {}
    splits: dict[str, list[list[Example]]] = {"train": [], "dev": []}
    for split, groups in splits.items():
        for source, known in examples(data, split, stated_only=stated_only, keep=lambda _: True):
            groups.append(known[: most if split == "train" else most // _HELD_OUT_SHARE])
            if split == "train":
                counts[source.name] = len(groups[-1])
    own = _own(data / OWN)
    held = own[::_EACH_HELD_OUT]
    learnt = [each for number, each in enumerate(own) if number % _EACH_HELD_OUT]
    if own:
        splits["train"].append(learnt)
        splits["dev"].append(held)
        counts[OWN] = len(learnt)
    if set(counts) <= {PROSE.name}:  # which comes with every installation, and is too little alone
        raise ValueError(
            f"{data} holds none of the labelled sets and no {OWN}. docs/howto/use-another-model.md says more."
        )
    return _taught([*splits["train"], seeds()]), _taught(splits["dev"]), counts


def refit(encoder: HubEncoder, train: _Taught, held_out: _Taught, facts: Facts, output: Path) -> Facts:
    """Fit both heads on the encoder's vectors, calibrate and judge them on held-out texts, and write them."""
    inputs, held = (_inputs(encoder, each.texts) for each in (train, held_out))
    known = (train.feelings[:, 0] >= 0) | (train.feelings[:, 1] >= 0)
    epochs = min(max(_SHOWN // len(inputs), _EPOCHS[0]), _EPOCHS[1])
    recipe = Recipe(outputs=4, epochs=epochs)
    arrays: dict[str, npt.NDArray[np.floating]] = {
        **fit("sentiment", inputs[known], train.feelings[known], sentiment_loss, recipe),
        **fit("intents", inputs, train.wishes, wishes_loss, replace(recipe, outputs=len(CHANCES))),
    }
    scores: dict[str, float] = {}
    answers = [
        *_calibrate_sentiment(arrays, held, held_out.feelings, scores),
        *_calibrate_chances(arrays, held, held_out.wishes, scores),
    ]
    output.mkdir(parents=True, exist_ok=True)
    save(output / ARRAYS, arrays)
    done = replace(facts, answers=answers, sha256=digest(output / ARRAYS), inputs=inputs.shape[1], scores=scores)
    write_facts(output, done)
    return done


def _calibrate_sentiment(
    arrays: dict[str, npt.NDArray[np.floating]],
    held: npt.NDArray[np.float16],
    feelings: Vector,
    scores: dict[str, float],
) -> list[str]:
    rows = (feelings[:, 0] >= 0) & (feelings[:, 3] == 0)
    arrays["sentiment.temperature"] = np.array(1.0, np.float32)
    if rows.sum() < _FEW:
        return []
    logits = Perceptron(arrays, "sentiment")(held[rows])[:, :3]
    truth = feelings[rows, 0].astype(np.int64)
    degrees = temperature(logits, truth)
    arrays["sentiment.temperature"] = np.array(degrees, np.float32)
    shares = softmax(logits / degrees)
    told = shares.argmax(1)
    judged = classes(*(np.eye(len(CLASSES), dtype=np.bool_)[labels] for labels in (truth, told)))
    scores["sentiment, macro-recall"] = round(judged.macro_recall.at, 4)
    scores["sentiment, macro-F1"] = round(judged.macro_f1.at, 4)
    scores["sentiment, calibration error"] = round(calibration_error(shares.max(1), told == truth).at, 4)
    return ["sentiment"]


def _calibrate_chances(
    arrays: dict[str, npt.NDArray[np.floating]], held: npt.NDArray[np.float16], wishes: Vector, scores: dict[str, float]
) -> list[str]:
    logits = Perceptron(arrays, "intents")(held)
    lines = np.tile(np.array([1.0, 0.0, 0.5], np.float32), (len(CHANCES), 1))  # slope, shift, threshold
    answers = []
    for number, name in enumerate(CHANCES):
        rows = wishes[:, number] >= 0
        truth = wishes[rows, number].astype(np.int64)
        if min(truth.sum(), (truth == 0).sum()) < _FEW:
            continue
        slope, shift = platt(logits[rows, number], truth)
        chances = sigmoid(logits[rows, number] * slope + shift)
        threshold = best_threshold(chances, truth)
        lines[number] = slope, shift, threshold
        scores[f"{name}, F1"] = round(found(truth == 1, chances >= threshold).f1.at, 4)
        answers.append(name)
    arrays["intents.slopes"], arrays["intents.shifts"], arrays["intents.thresholds"] = lines.T
    return answers


def _inputs(encoder: HubEncoder, texts: Sequence[str]) -> npt.NDArray[np.float16]:
    _say(f"Encoding {len(texts)} texts.")
    different = list(dict.fromkeys(texts))
    vectors = encoder.encode([clean(text).spelled for text in different], progress=True)
    place = {text: row for row, text in enumerate(different)}
    return inputs_of(vectors[[place[text] for text in texts]], texts).astype(np.float16)


def _taught(groups: Sequence[Sequence[Example]]) -> _Taught:
    texts = [each.text for group in groups for each in group]
    feelings = np.concatenate([_feelings(group) for group in groups if group])
    wishes = [[each.intents.get(name, UNKNOWN) for name in CHANCES] for group in groups for each in group]
    return _Taught(texts, feelings, np.array(wishes, np.float32))


def _feelings(group: Sequence[Example]) -> Vector:
    """Class, mixed, weight, and whether the set leaves neutral out, for each example."""
    neutral = any(each.sentiment == 1 for each in group)
    rows = [[each.sentiment, each.mixed, 1.0, not neutral] for each in group]
    return np.array(rows, np.float32)


def _own(file: Path) -> list[Example]:
    """The operator's own labelled texts; none where there is no such file."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_own_example(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _own_example(file: Path, number: int, line: str) -> Example:
    try:
        row: Mapping[str, object] = json.loads(line)
        example = Example(str(row["text"]))
        feeling, intents = row.get("sentiment"), row.get("intents")
        if feeling == "mixed":
            example.mixed = 1
        elif feeling is not None:
            example.sentiment, example.mixed = [str(each) for each in CLASSES].index(str(feeling)), 0
        if isinstance(intents, list):
            example.intents = {**dict.fromkeys(Intent, 0), **dict.fromkeys(map(Intent, intents), 1)}
        example.intents |= {name: int(bool(row[name])) for name in CHANCES if name in row}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file}, line {number} is not a labelled text: {error}.") from error
    return example


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp.hub.refit", description=__doc__)
    parser.add_argument("--encoder", required=True, help="a name on the hub, or a folder")
    parser.add_argument("--name", help="what nlp.yaml calls the encoder, where that is not the folder")
    parser.add_argument("--revision", help="a commit, tag or branch of the hub")
    parser.add_argument("--prompt", default="", help="what the model wants to see before each text")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--output", type=Path, required=True, help="folder for the heads")
    parser.add_argument("--most", type=int, default=2_000, help="texts that are taken of a set (default: 2000)")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--precision", default="auto", choices=("auto", "fp32", "bf16", "fp16"))
    parser.add_argument("--batch-texts", type=int, default=32)
    parser.add_argument("--stated-licences-only", action="store_true", help="leave out sets without a stated licence")
    return parser


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
