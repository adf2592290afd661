"""What is said on the sample's Reddit while it runs: the studio's answers, and what people say to them.

Whoever is answered writes back a little later, most of the time; whoever threatened to leave does not. Kept in a file
beside the shop's exports, so that a restart shows it again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from service.testing.studio.ids import base36, number
from service.testing.studio.showing import Shown

ANSWERS_AFTER = timedelta(seconds=20)
_FILE = "reddit-answers.json"
_FIRST_NUMBER = 36**7  # above those of the sample's posts

_THANKS = {
    "bug_report": {
        "en": "Thanks for looking into it. It still happens here every time; tell me if you need a log.",
        "de": "Danke fürs Nachsehen. Bei mir passiert es weiterhin jedes Mal; sagt, wenn ihr ein Log braucht.",
        "es": "Gracias por mirarlo. Aquí sigue pasando siempre; si necesitáis un registro, decidlo.",
        "fr": "Merci de vous en occuper. Chez moi ça arrive toujours ; dites-moi s'il vous faut un journal.",
        "pt": "Obrigado por verem isso. Aqui ainda acontece sempre; digam se precisarem de um log.",
    },
    "": {
        "en": "I did not expect the studio to read this. Thank you!",
        "de": "Ich hätte nicht gedacht, dass das Studio das liest. Danke!",
        "es": "No esperaba que el estudio leyera esto. ¡Gracias!",
        "fr": "Je ne pensais pas que le studio lisait ça. Merci !",
        "pt": "Não esperava que o estúdio lesse isto. Obrigado!",
    },
}
_LATER = {
    "en": "Works here now. Thank you for telling me.",
    "de": "Geht jetzt bei mir. Danke fürs Bescheidsagen.",
    "es": "Ahora me funciona. Gracias por avisar.",
    "fr": "Ça marche maintenant. Merci de m'avoir prévenu.",
    "pt": "Agora funciona. Obrigado por avisar.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One comment. `writer`: the key of the sample's writer; empty for the studio itself."""

    name: str  # t1_…
    parent: str
    thread: str
    writer: str
    text: str
    at: float  # seconds since 1970
    edited_at: float | None = None


class Conversation:
    """The comments of this run and of those before it. Safe to use from several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = None if folder is None else folder / _FILE
        self._lock = threading.Lock()
        held = self._path is not None and self._path.exists()
        lines = json.loads(self._path.read_text(encoding="utf-8")) if self._path and held else []
        self._said = {line["name"]: Said(**line) for line in lines}
        self._count = 1 + max((int(name[3:], 36) for name in self._said), default=_FIRST_NUMBER - 1)

    def heard(self, now: datetime) -> Sequence[Said]:
        """What stands there now, newest first."""
        with self._lock:
            return sorted(
                (said for said in self._said.values() if said.at <= now.timestamp()), key=lambda said: -said.at
            )

    def say(self, text: str, *, parent: str, thread: str, under: Shown | None, now: datetime) -> Said:
        """The studio's comment below a thing; `under`: the sample's post, whose writer may answer it."""
        with self._lock:
            ours = self._add(parent=parent, thread=thread, writer="", text=text, at=now.timestamp())
            answer = _answer(under, again=self._spoke(parent) > 1) if under is not None else ""
            if under is not None and answer:
                at = (now + ANSWERS_AFTER).timestamp()
                self._add(parent=ours.name, thread=thread, writer=under.writer.key, text=answer, at=at)
            self._keep()
            return ours

    def edit(self, name: str, text: str, *, now: datetime) -> Said | None:
        """Other words in the studio's comment; None where it has none of this name."""
        with self._lock:
            held = self._ours(name)
            if held is not None:
                held = self._said[name] = replace(held, text=text, edited_at=now.timestamp())
                self._keep()
            return held

    def delete(self, name: str) -> None:
        """Take the studio's comment away."""
        with self._lock:
            if self._ours(name) is not None:
                del self._said[name]
                self._keep()

    def _ours(self, name: str) -> Said | None:
        held = self._said.get(name)
        return held if held is not None and not held.writer else None

    def _spoke(self, parent: str) -> int:
        return sum(said.parent == parent and not said.writer for said in self._said.values())

    def _add(self, *, parent: str, thread: str, writer: str, text: str, at: float) -> Said:
        name = "t1_" + base36(self._count)
        self._count += 1
        said = self._said[name] = Said(name=name, parent=parent, thread=thread, writer=writer, text=text, at=at)
        return said

    def _keep(self) -> None:
        if self._path is not None:
            text = json.dumps([asdict(said) for said in self._said.values()], ensure_ascii=False, indent=1)
            new = self._path.with_suffix(".new")
            new.write_text(text, encoding="utf-8")
            new.replace(self._path)  # whole or not at all, whenever the sample is killed


def _answer(under: Shown, *, again: bool) -> str:
    """What its writer says to an answer; empty where nothing."""
    intents = under.post.truth.intents
    if "churn_threat" in intents or (not again and number(under.post.id + "answers", 4) == 0):
        return ""
    texts = _LATER if again else _THANKS["bug_report" if "bug_report" in intents else ""]
    return texts.get(under.post.language, texts["en"])
