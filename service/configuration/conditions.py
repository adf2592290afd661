"""Reads a rule's `when`: a mapping of fields to what is wanted of them, with `all`, `any` and `not` around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Generic

from service.configuration.yaml_lines import Document, Place, Value
from service.domain.conditions import All, Any, Condition, Holds, Is, Not, Within
from service.domain.vocabulary import F, Field, Flag, Number, Words
from service.domain.wording import did_you_mean, figure, one_of, shown

EVERYTHING = "everything"
_GROUPS = ("all", "any", "not")
_BOUNDS = ("at_least", "above", "at_most", "below")


class _Wrong(Exception):
    """What does not fit, where, and what would."""

    def __init__(self, place: Place, message: str, fix: str) -> None:
        super().__init__(message)
        self.place, self.message, self.fix = place, message, fix


class ConditionReader(Generic[F]):
    """Turns parts of a document into conditions, and notes in the document what does not fit.

    A condition that was read around a mistake lacks that part: use none while the document has problems.
    """

    def __init__(
        self,
        document: Document,
        fields: Mapping[str, Field[F]],
        *,
        elsewhere: Mapping[str, str],
        known: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`elsewhere`: what to say of fields that only rules of the other sort have; `known`: words by field."""
        self._document = document
        self._fields: Mapping[str, Field[F]] = fields
        self._elsewhere = elsewhere
        self._known = known

    def read(self, place: Place) -> Condition[F]:
        """The condition at `place`."""
        parts: list[Condition[F]] = []
        with self._noting():
            given = self._document.at(place)
            if given == EVERYTHING:
                return All(())
            if not isinstance(given, dict) or not given:
                fix = f"It must be a mapping of fields, or `{EVERYTHING}`."
                raise _Wrong(place, f"`{_called(place)}` is {shown(given)}.", fix)
            for name in given:
                with self._noting():
                    parts.append(self._part((*place, name), name))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self, place: Place, name: str) -> Condition[F]:
        field = self._fields.get(name)
        if isinstance(field, Words):
            return self._words(place, field)
        if isinstance(field, Number):
            return self._number(place, field)
        if isinstance(field, Flag):
            return self._flag(place, field)
        if name == "not":
            return Not(self.read(place))
        if name in _GROUPS:
            return self._group(place, name)
        fix = self._elsewhere.get(name) or did_you_mean(name, [*self._fields, *_GROUPS])
        raise _Wrong(place, f"There is no field `{name}`.", fix)

    def _group(self, place: Place, name: str) -> Condition[F]:
        given = self._document.at(place)
        if not isinstance(given, list) or not given:
            raise _Wrong(place, f"`{name}` is {shown(given)}.", "It must be a list of mappings of fields.")
        parts = tuple(self.read((*place, index)) for index in range(len(given)))
        return Any(parts) if name == "any" else All(parts)

    def _words(self, place: Place, field: Words[F]) -> Condition[F]:
        given = self._document.at(place)
        confidence: float | None = None
        if isinstance(given, dict):
            self._only(place, given, ("is", "confidence"))
            if "is" not in given:
                fix = f"Write `{field.name}: word`, or `{field.name}: {{is: word, confidence: 0.8}}`."
                raise _Wrong(place, f"`{field.name}` has no `is`.", fix)
            if "confidence" in given:
                confidence = self._bounded((*place, "confidence"), given["confidence"], 1.0)
            place, given = (*place, "is"), given["is"]
        if given == []:
            raise _Wrong(place, f"`{field.name}` is an empty list.", "Name one or more words, or leave the field out.")
        words: list[str] = []
        for index, word in enumerate(given if isinstance(given, list) else [given]):
            with self._noting():
                words.append(self._word((*place, index) if isinstance(given, list) else place, field, word))
        return Holds(field, tuple(words), confidence)

    def _word(self, place: Place, field: Words[F], given: Value) -> str:
        if not isinstance(given, str) or not given.strip():
            raise _Wrong(
                place, f"`{field.name}` is {shown(given)}.", "It must be a text; numbers need quotes to be one."
            )
        known = field.known or self._known.get(field.name)
        if known is None:
            return given.strip()
        found = next((word for word in known if word.casefold() == given.strip().casefold()), None)
        if found is None:
            raise _Wrong(place, f'There is no {field.name} "{given}".', did_you_mean(given, known))
        return str(found)

    def _number(self, place: Place, field: Number[F]) -> Condition[F]:
        given = self._document.at(place)
        if isinstance(given, int | float) and not isinstance(given, bool):
            exact = self._bounded(place, given, field.highest)
            return Within(field=field, at_least=exact, at_most=exact)
        if not isinstance(given, dict) or not given:
            fix = f"It must be a number, or a mapping with {one_of(_BOUNDS)}."
            raise _Wrong(place, f"`{field.name}` is {shown(given)}.", fix)
        self._only(place, given, _BOUNDS)
        bounds: dict[str, float] = {}
        for name, value in given.items():
            with self._noting():
                bounds[name] = self._bounded((*place, name), value, field.highest)
        _check_possible(place, bounds)
        return Within(field=field, **bounds)

    def _bounded(self, place: Place, given: Value, highest: float | None) -> float:
        name = _called(place)
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise _Wrong(place, f"`{name}` is {shown(given)}.", "It must be a number.")
        if not 0 <= given <= (float("inf") if highest is None else highest):
            upper = "up" if highest is None else f"to {figure(highest)}"
            raise _Wrong(place, f"`{name}` is {shown(given)}.", f"It goes from 0 {upper}.")
        return float(given)

    def _flag(self, place: Place, field: Flag[F]) -> Condition[F]:
        given = self._document.at(place)
        if not isinstance(given, bool):
            raise _Wrong(place, f"`{field.name}` is {shown(given)}.", "It must be true or false.")
        return Is(field, given)

    def _only(self, place: Place, given: Mapping[str, Value], known: tuple[str, ...]) -> None:
        for name in given.keys() - set(known):
            fix = did_you_mean(name, known)
            raise _Wrong((*place, name), f"`{_called(place)}` has no `{name}`.", fix)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """What is wrong within is noted, and reading goes on after it."""
        try:
            yield
        except _Wrong as wrong:
            self._document.complain(wrong.place, wrong.message, fix=wrong.fix)


def _called(place: Place) -> str:
    """The name of the field or key that `place` belongs to."""
    return next(str(step) for step in reversed(place) if isinstance(step, str))


def _check_possible(place: Place, bounds: Mapping[str, float]) -> None:
    infinite = float("inf")
    low = max(bounds.get("at_least", 0.0), bounds.get("above", 0.0))
    high = min(bounds.get("at_most", infinite), bounds.get("below", infinite))
    open_end = bounds.get("above") == low or bounds.get("below") == high
    if low > high or (low == high and open_end):
        said = " and ".join(f"{name} {figure(bound)}" for name, bound in bounds.items())
        raise _Wrong(place, f"No number is {said}.", "Make the lower bound smaller than the upper one.")
