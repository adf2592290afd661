"""Settings -> what answers authors: the passport first, then whether a program can, then whether its keys are there."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from sqlalchemy import Engine

from collectors import registry as collector_kinds
from collectors.base import ReplyDoor
from integrations.repliers import registry as replier_kinds
from integrations.replies import Replier, ReplierSpec, ReplyRules
from service.models import Source
from service.settings import Settings
from service.store.paces import SharedPace, digest_of_keys

_PATIENCE = 1.0  # seconds that a turn may be away and is still waited for


class Answering:
    """What one process answers with. A replier is made once for each source, when it is first asked for."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings, self._engine = settings, engine
        self._made: dict[tuple[str, str, str | None], Replier] = {}
        self._making = Lock()

    def door(self, source: Source) -> ReplyDoor:
        """How the source's authors can be answered: a program's door is a link as long as its keys are missing."""
        allowed = self._allowed(source)
        if allowed is ReplyDoor.API and (self._spec(source) is None or self.needs(source)):
            return ReplyDoor.LINK
        return allowed

    def rules(self, source: Source) -> ReplyRules | None:
        """What the platform allows of a reply, also where a person pastes it."""
        spec = self._spec(source)
        return spec.rules if spec else None

    def needs(self, source: Source) -> Sequence[str]:
        """The names of the settings that a program needs to answer there, and that are not set."""
        spec = self._spec(source)
        if spec is None or self._allowed(source) is not ReplyDoor.API:
            return ()
        have = self._secrets(spec, source)
        return [each.name for each in spec.secrets if each.required and each.name not in have]

    def replier(self, source: Source) -> Replier | None:
        """What answers there; None where only a person can."""
        spec = self._spec(source)
        if spec is None or self.door(source) is not ReplyDoor.API:
            return None
        with self._making:
            key = (source.kind, source.name, source.base_url)
            if key not in self._made:
                self._made[key] = spec.build(source.base_url, self._secrets(spec, source))
            return self._made[key]

    def turn(self, source: Source) -> float:
        """Take the turn of our account there, and say in how many seconds it is: few enough to wait for.

        Where it is more than a second, no turn was taken.
        """
        spec = self._spec(source)
        if spec is None:
            return 0.0
        pace = SharedPace(
            engine=self._engine,
            platform=None,
            credential=digest_of_keys(source.kind, self._secrets(spec, source)),
            step=spec.rules.seconds_apart,
        )
        return pace.turn(f"replies:{source.base_url or source.kind}", patience=_PATIENCE)

    def _allowed(self, source: Source) -> ReplyDoor:
        if source.kind not in collector_kinds.kinds():
            return ReplyDoor.NONE
        return collector_kinds.spec(source.kind).passport.may_reply

    def _spec(self, source: Source) -> ReplierSpec | None:
        return replier_kinds.spec(source.kind)

    def _secrets(self, spec: ReplierSpec, source: Source) -> dict[str, str]:
        """What the replier asks for, by name: a source's own credential before the common one. Never log them."""
        names = [each.name for each in spec.secrets]
        return {name: value for name in names if (value := self._settings.secret(name, source=source.name))}
