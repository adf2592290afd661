"""How well posts are read that players and buyers might write, in languages for which few sets label what they want.

The posts are our own, written for this (`posts.tsv`: language, feeling, intents, text). Nothing was fitted on them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from nlp.base import Intent, TextInput
from nlp.evaluation.answers import answer
from nlp.evaluation.data import Row
from nlp.evaluation.exams import SENTIMENTS, Exam, Task
from nlp.evaluation.judging import Judged, together
from nlp.evaluation.scores import by_label, calibration_error, calibration_error_by_chance
from nlp.evaluation.slices import entries_of
from nlp.evaluation.tables import (
    BY_CHANCE,
    CALIBRATION,
    CLASS_MEASURES,
    F1,
    OURS,
    PRECISION,
    RECALL,
    Entry,
    Section,
    details,
    of_found,
)
from nlp.runtime import Understanding

FILE = Path(__file__).with_name("posts.tsv")
INTENTS = tuple(map(str, Intent))

_SET = "own/posts"
_LEAD = """## Posts of our own

{count:,} posts in {languages} languages besides English, as players and buyers write them, with slang, irony and
missing accents: up to {most_of} of a language. We wrote and labelled them for this report. No native speaker has gone
over them, and nothing was fitted on them. A post may have several intents, or none.
"""


def read() -> list[Row]:
    """Every post, with its feeling and its intents as labels."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [_row(*line) for line in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def section(models: Understanding) -> Section:
    """Feeling and intents by language, each intent alone, and how far its probability can be trusted."""
    posts = read()
    feelings = _judged(models, Exam(Task.SENTIMENT, _SET, {label: frozenset({label}) for label in SENTIMENTS}), posts)
    intents = _judged(models, Exam(Task.INTENTS, _SET, {label: frozenset({label}) for label in INTENTS}), posts)
    by_feeling, by_intent = _by_language("posts, sentiment", feelings), _by_language("posts, intents", intents)
    alone = _alone(together(list(intents.values())))
    lead = _LEAD.format(
        count=len(posts), languages=len(intents), most_of=max(len(each.rows) for each in intents.values())
    )
    markdown = [
        lead,
        "Sentiment, of those that are not mixed:\n",
        details("language", by_feeling, CLASS_MEASURES),
        "Intents; accuracy is the share of posts of which all six are told rightly:\n",
        details("language", by_intent, CLASS_MEASURES),
        "Each intent alone, in all languages:\n",
        details("intent", alone, (F1, PRECISION, RECALL, CALIBRATION, BY_CHANCE)),
    ]
    return Section("\n".join(markdown), [*by_feeling, *by_intent, *alone])


def _row(language: str, feeling: str, intents: str, text: str) -> Row:
    labels = frozenset({feeling, *intents.split(",")})
    return Row(TextInput(text=text), language, "", labels, frozenset(), "", "")


def _judged(models: Understanding, exam: Exam, posts: Sequence[Row]) -> Mapping[str, Judged]:
    """The exam by language, on the posts that have an answer to it."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row, marks in zip(posts, exam.truth(posts), strict=True):
        if not exam.exclusive or marks.sum() == 1:
            found[row.language].append(row)
    judged = {}
    for language, some in sorted(found.items()):
        told, doubts = answer(models, exam, [row.text for row in some])
        judged[language] = Judged(exam.labels, some, exam.truth(some), {OURS: told}, doubts)
    return judged


def _by_language(what: str, judged: Mapping[str, Judged]) -> list[Entry]:
    whole = entries_of(f"{what}: all", together(list(judged.values())))
    return whole + [entry for language, part in judged.items() for entry in entries_of(f"{what}: {language}", part)]


def _alone(judged: Judged) -> list[Entry]:
    entries = []
    scores = by_label(judged.truth, judged.told[OURS])
    for at, (label, found) in enumerate(zip(judged.labels, scores, strict=True)):
        entry = of_found(f"posts, intent: {label}", OURS, found)
        understood = judged.doubts.understood
        chances, true = judged.doubts.stated[label][understood], judged.truth[understood, at]
        trust = {CALIBRATION: calibration_error(chances, true), BY_CHANCE: calibration_error_by_chance(chances)}
        entries.append(Entry(entry.what, OURS, entry.n, {**entry.values, **trust}))
    return entries
