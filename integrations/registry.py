"""The kinds of targets, one line each. A kind's module is imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module

from integrations.base import IntegrationError, Spec, Target
from integrations.recorder import PreviewTarget, Recorded

_MODULES: Mapping[str, str] = {
    "slack": "integrations.slack.spec",
}


class UnknownKind(IntegrationError, LookupError):
    """There is no such kind of target; the message names the near ones."""


def kinds() -> tuple[str, ...]:
    """The kinds that there are, in the order they are listed to people."""
    return tuple(_MODULES)


def spec(kind: str) -> Spec:
    """Everything about a kind.

    Raises UnknownKind where there is no such kind.
    """
    if kind not in _MODULES:
        near = get_close_matches(kind, _MODULES, n=1)
        meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(_MODULES)}."
        raise UnknownKind(f"There is no kind of target named “{kind}”. {meant}")
    found: Spec = import_module(_MODULES[kind]).SPEC
    return found


def missing(kind: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the settings that a kind needs and that are not set. Raises as `spec`."""
    return tuple(secret.name for secret in spec(kind).secrets if secret.required and not settings.get(secret.name))


def open_target(
    kind: str,
    settings: Mapping[str, str],
    *,
    keep: Callable[[Recorded], None],
    recall: Callable[[str, str], bool] | None = None,
) -> Target:
    """The target itself, or, where a setting it needs is not set, its preview, which gives what it gets to `keep`.

    `recall(address, key)` says whether the preview was kept before. Raises as `spec`.
    """
    found = spec(kind)
    if missing(kind, settings):
        return PreviewTarget(keep, render=found.render, recall=recall)
    return found.build(settings)
