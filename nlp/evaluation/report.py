"""One run: judges what was asked for, and writes the report in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nlp.evaluation import history, languages, posts, published, slices, space, targets, trust
from nlp.evaluation.baselines import Contender, contenders, untuned_minilm
from nlp.evaluation.exams import Exam, Task, exams
from nlp.evaluation.history import Run
from nlp.evaluation.judging import Judged, judge
from nlp.evaluation.retrieval import COUNTED, Encode, counted
from nlp.evaluation.tables import OURS, Section
from nlp.runtime import Understanding

MOST = 3000  # texts of a set that are judged where nobody says otherwise

_INTRODUCTION = """# How well the shipped models do

Written by `python -m nlp.evaluation` (`make eval`). Model version `{version}`.

Every text here was held out from fitting the networks. The dev splits of the sets named in the
[model card](card.md) did set the temperature and the thresholds of the heads, and the settings of topics and grouping
were chosen on some of the sets below. The sets marked *not used* gave nothing at all. Ratings and languages beside a
text were not shown to the models. At most {most} texts of a set are judged, the same ones every time.

All measures are in hundredths, with the interval that holds the true value 95 times in a hundred, as far as chance in
the choice of texts goes. Averages are plain means over the classes that a set has; a `mixed` answer and a refusal count
as wrong.

{baselines}
"""
_WITH = """
A baseline is fitted on the training texts of the set that it is judged on, for each language apart, so it knows which
labels the set has and how its labellers think; Earful is one model for all sets. TF-IDF counts words, pairs of words
and pieces of words of at most 15,000 texts of a set, and has a balanced logistic regression (LR) on top. Frozen
encoders have the same on top, fitted on at most 10,000 texts (MiniLM: 5,000); the frozen vector is the shipped encoder
without our heads. In tables of all systems, a baseline's column has the first measure, and the best of a line is
bold.{left}
"""
_WITHOUT = "The baselines were left out of this run."


class Part(StrEnum):
    """What can be asked for by itself."""

    SENTIMENT = "sentiment"
    INTENTS = "intents"
    SPAM = "spam"
    TOXICITY = "toxicity"
    POSTS = "posts"
    LANGUAGE = "language"
    TOPICS = "topics"
    GROUPING = "grouping"
    VECTOR = "vector"
    TRANSLATIONS = "translations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to judge, and against what."""

    data: Path
    parts: Sequence[Part] = tuple(Part)
    most: int = MOST  # texts of a set
    baselines: bool = True
    minilm: Encode | None = None
    left_out: str = ""  # a sentence about a baseline that cannot run


def run(models: Understanding, plan: Plan, last: Run | None, say: Callable[[str], None]) -> tuple[str, Run]:
    """The report, and the scores behind it; `say` is told what is being done.

    Raises:
        BaselinesMissing: baselines are wanted, and their libraries are not installed.
        SetBroken: a labelled set cannot be read.
    """
    rivals = _contenders(models, plan)
    judged = {task: _judged(models, plan, task, rivals, say) for task in Task if Part(task.value) in plan.parts}
    judged = {task: found for task, found in judged.items() if found}
    sections = [slices.section(task, found) for task, found in judged.items()]
    if judged:
        sections.append(trust.section(judged))
    for part, section in _rest(models, plan).items():
        if part in plan.parts:
            say(part)
            sections.append(section())
    done = Run(models.model_version, [entry for section in sections for entry in section.entries])
    front = [_introduction(models, plan), targets.section(done.entries), history.section(last, done)]
    parts = [*front, *sections, published.section(done.entries)]
    return "\n".join(part.markdown for part in parts if part.markdown), done


def _contenders(models: Understanding, plan: Plan) -> list[Contender]:
    if not plan.baselines:
        return []
    found = contenders(models.vectors)
    return [*found, untuned_minilm(plan.minilm)] if plan.minilm else found


def _judged(
    models: Understanding, plan: Plan, task: Task, rivals: Sequence[Contender], say: Callable[[str], None]
) -> dict[Exam, Mapping[str, Judged]]:
    found: dict[Exam, Mapping[str, Judged]] = {}
    asked = exams(plan.data, task)
    for number, exam in enumerate(asked, 1):
        say(f"{task} {number} of {len(asked)}: {exam.name}")
        judged = judge(models, exam, plan.data, plan.most, rivals)
        if judged:
            found[exam] = judged
    return found


def _rest(models: Understanding, plan: Plan) -> Mapping[Part, Callable[[], Section]]:
    """What has no exam: each part's section, made when called."""
    encoders: dict[str, Encode] = {OURS: models.vectors}
    if plan.baselines:
        encoders[COUNTED] = counted
    if plan.baselines and plan.minilm:
        encoders["MiniLM"] = plan.minilm
    return {
        Part.POSTS: lambda: posts.section(models),
        Part.LANGUAGE: lambda: Section(languages.section(plan.data)),
        Part.TOPICS: lambda: space.topics(models, plan.data, plan.most),
        Part.GROUPING: lambda: space.grouping(models, plan.data, plan.most),
        Part.VECTOR: lambda: space.nearness(plan.data, encoders, plan.most, with_clusters=plan.baselines),
        Part.TRANSLATIONS: lambda: space.translations(models, plan.data),
    }


def _introduction(models: Understanding, plan: Plan) -> Section:
    left = f" {plan.left_out}" if plan.left_out else ""
    baselines = _WITH.format(left=left).strip() if plan.baselines else _WITHOUT
    return Section(_INTRODUCTION.format(version=models.model_version, most=f"{plan.most:,}", baselines=baselines))
