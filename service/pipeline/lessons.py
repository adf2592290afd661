"""Learning from labels: fit what they teach, and let whoever reads pick it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from sqlmodel import Session

from nlp.base import TextInput
from nlp.heads.agreement import rest_of_agreement
from nlp.learning.adapter import Adapter
from nlp.learning.bags import joined
from nlp.learning.fitting import Texts
from nlp.learning.labels import targets
from nlp.learning.replay import REPLAY, Replay
from nlp.learning.teaching import teach
from service.pipeline.outcome import Job
from service.store import corrections
from service.store.corrections import LabelledText
from service.store.database import transaction
from service.tools import Tools

if TYPE_CHECKING:
    from nlp.runtime import Understanding

LEARN = Job(task="learn", arguments={}, queue="upkeep", lock="learn", queueing_lock="learn")
READ_AGAIN = Job(task="read_again", arguments={}, queue="upkeep", lock="read_again", queueing_lock="read_again")
_CHUNK = 512


def due(session: Session) -> list[Job]:
    """What labels make necessary now: a lesson that knows them, and posts to be read again."""
    known = corrections.newest_lesson(session)
    state = corrections.state(session)
    behind = state != known[1] if known else state != corrections.NO_LABELS
    return [*([LEARN] if behind else []), *([READ_AGAIN] if corrections.next_to_read_again(session, most=1) else [])]


def keep_up(session: Session, models: Understanding) -> list[Job]:
    """Let the models read with the newest lesson that was fitted for them; one small question where nothing changed.

    Where the lessons there are were fitted for other models, as after an upgrade, a new one is asked for.
    """
    newest = corrections.newest_lesson(session, models.model_version)
    if newest is None:
        models.use_corrections(Adapter.none())
        return [LEARN] if corrections.newest_lesson(session) else []
    if newest[0] != models.corrections:
        models.use_corrections(Adapter.load(corrections.lesson(session, newest[0]).content))
    return []


def learn(tools: Tools) -> None:
    """Fit all labels that hold, and store what came of it. Nothing is kept of a lesson that does not end."""
    models = tools.understanding()
    with transaction(tools.engine) as session:
        newest = corrections.newest_lesson(session, models.model_version)
        state = corrections.state(session)  # before the texts: a label that comes in between is learnt once more
        # A reply that only agrees has no words of its own: a label on it would teach "same here" what its thread says.
        found = corrections.all_texts(session, may_train=tools.may_train)
        telling = [each for each in found if rest_of_agreement(each.text) is None]
    if newest and newest[1] == state:
        return
    texts = _untaught(models, telling)
    replay = Replay.load(models.folder / REPLAY)
    wanted = targets([each.labels for each in telling], models.outputs)
    lesson = teach(texts, wanted, replay, models.outputs, topics=models.topic_logits(replay.texts.vectors))
    with transaction(tools.engine) as session:
        row = corrections.start_lesson(session, models=models.model_version, seen=state, now=tools.clock())
        row.content = lesson.adapter.numbered(row.id or 0).dump()
        row.verdicts = [asdict(verdict) for verdict in lesson.verdicts]
        corrections.forget_earlier(session, row.id or 0)


def _untaught(models: Understanding, found: Sequence[LabelledText]) -> Texts:
    """The texts as labels teach them, a chunk at a time, so that memory stays flat."""
    inputs = [TextInput(text=each.text, title=each.title, language=each.language) for each in found]
    parts = [models.untaught(inputs[start : start + _CHUNK]) for start in range(0, len(inputs), _CHUNK)]
    if not parts:
        return models.untaught([])
    keys = [
        part.bags.keys[part.bags.starts[row] : part.bags.starts[row + 1]] for part in parts for row in range(len(part))
    ]
    return Texts(
        np.concatenate([part.vectors for part in parts]), joined(keys), np.concatenate([part.logits for part in parts])
    )
