"""What we set ourselves to reach, and whether it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.evaluation.scores import Value, mean
from nlp.evaluation.slices import ABOVE
from nlp.evaluation.tables import (
    BY_CHANCE,
    CALIBRATION,
    MACRO_F1,
    MACRO_RECALL,
    OURS,
    Entry,
    Section,
    difference,
    percent,
    shown,
    table,
)

_ABOVE_IN_ENGLISH = 0.10
_MEAN_OF_TWEETS = 0.65
_MOST_OFF = 0.05
_LIKE_THE_BEST = 0.728  # TweetEval's own RoBERTa, retrained on tweets, on the test split

_ENGLISH = {"maalej2016": "maalej2016", "gplay_student": "gplay_student", "minibar [en]": "minibar, English"}
_FRENCH = {"minibar [fr]": "minibar, French", "apia2022_fr": "apia2022_fr"}
_TWEETS = "sentiment: umsab ["


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to reach."""

    what: str
    wanted: str
    found: str
    reached: bool
    told: bool = True  # False: there are too few texts to miss it


def section(entries: Sequence[Entry]) -> Section:
    """The table of targets; those whose sets were not judged are left out."""
    targets = list(_targets({entry.what: entry.values for entry in entries if entry.system == OURS}))
    if not targets:
        return Section("")
    lines = [(each.what, each.wanted, _verdict(each), each.found) for each in targets]
    reached = sum(each.reached for each in targets)
    lead = (
        f"## Targets\n\n{reached} of {len(targets)} are reached, by the measured value; in brackets its interval. "
        "“Too few texts”: probabilities that are all true would miss it on as few, by what chance alone does.\n\n"
    )
    return Section(lead + table(("target", "wanted", "reached", "value"), lines))


def _verdict(target: Target) -> str:
    if target.reached:
        return "yes"
    return "**no**" if target.told else "too few texts"


def _targets(ours: Mapping[str, Mapping[str, Value]]) -> Iterator[Target]:
    yield from _intents(ours)
    yield from _tweets(ours)
    if (recall := ours.get("sentiment: tweeteval_sentiment", {}).get(MACRO_RECALL)) is not None:
        wanted = f"{percent(_LIKE_THE_BEST)} or more, as RoBERTa retrained on tweets on the test split"
        yield Target("TweetEval sentiment, macro-recall", wanted, shown(recall), recall.at >= _LIKE_THE_BEST)
    for what, values in ours.items():
        kind, _, answer = what.partition(": ")
        if kind == "calibration":
            error, by_chance = values[CALIBRATION], values[BY_CHANCE]
            name = f"calibration error, {answer.replace('_', ' ')}"
            told = not _MOST_OFF < error.at <= by_chance.at
            found = shown(error) if told else f"{shown(error)}; true ones: {percent(by_chance.at)}"
            yield Target(name, f"{percent(_MOST_OFF)} at most", found, error.at <= _MOST_OFF, told)


def _intents(ours: Mapping[str, Mapping[str, Value]]) -> Iterator[Target]:
    """Of app reviews, macro-F1 of bug reports and feature requests, against counted words on the same texts."""
    for sets, least, wanted in (
        (_ENGLISH, _ABOVE_IN_ENGLISH, f"{100 * _ABOVE_IN_ENGLISH:.0f} points or more"),
        (_FRENCH, 0.0, "more than 0"),
    ):
        for name, called in sets.items():
            above = ours.get(f"intents: {name}", {}).get(ABOVE)
            if above is not None:
                reached = above.at >= least if least else above.at > 0
                yield Target(f"intents above TF-IDF + LR, {called}", wanted, difference(above), reached)


def _tweets(ours: Mapping[str, Mapping[str, Value]]) -> Iterator[Target]:
    """UMSAB: the mean of its languages, and each of them against counted words."""
    languages = {what.removeprefix(_TWEETS)[:-1]: values for what, values in ours.items() if what.startswith(_TWEETS)}
    if not languages:
        return
    average = mean([values[MACRO_F1] for values in languages.values()])
    wanted = f"{percent(_MEAN_OF_TWEETS)} or more"
    name = f"UMSAB, mean macro-F1 of {len(languages)} languages"
    yield Target(name, wanted, shown(average), average.at >= _MEAN_OF_TWEETS)
    for language, values in languages.items():
        if (above := values.get(ABOVE)) is not None:
            yield Target(f"UMSAB above TF-IDF + LR, {language}", "more than 0", difference(above), above.at > 0)
