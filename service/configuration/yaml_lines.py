"""Reads a YAML file so that every later complaint can say in which line the mistake is.

Only plain data: no tags, no anchors, no key twice. Words such as `on` and `no` stay words (YAML 1.2), dates stay texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from service.errors import ConfigError
from service.settings import default_config_dir

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"
Place: TypeAlias = tuple[str | int, ...]
"""Where in a file a value stands: ("sources", 2, "options", "app_id")."""

_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a file says, where it says it, and what was found wrong so far."""

    file: Path
    data: Value = None
    lines: dict[Place, int] = field(default_factory=dict)  # of each entry's key or list item, counted from 1
    expanded: dict[Place, str] = field(default_factory=dict)  # as written, where ${…} was filled in: may be a secret
    problems: dict[Place, ConfigError] = field(default_factory=dict)  # the first of each place

    def line(self, place: Place) -> int | None:
        """The line of `place`, or of the nearest thing around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)

    def at(self, place: Place) -> Value:
        """The value at `place`; None where the file has none."""
        value = self.data
        for step in place:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def written(self, place: Place) -> Value:
        """The value at `place` as an error may show it: `${…}` unfilled."""
        return self.expanded.get(place, self.at(place))

    def complain(self, place: Place, message: str, *, fix: str, line: int | None = None) -> None:
        """Note what is wrong at `place`. What was said of it before stands; one mistake is told once."""
        found = ConfigError(message, fix=fix, file=self.file, line=line or self.line(place))
        self.problems.setdefault(place, found)

    def error(self) -> ConfigError:
        """All that was found wrong (there must be something), in the order of the lines."""
        return ConfigError.several(sorted(self.problems.values(), key=lambda problem: problem.line or 0))


def spelled(place: Place) -> str:
    """A place as people write it: `sources[2].options.app_id`, counted from 1."""
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place)
    return f"`{text.lstrip('.')}`"


def read(file: Path, env: Mapping[str, str] | None = None) -> Document:
    """Read `file`; `${NAME}` and `${NAME:-default}` in its texts are filled in from `env`, `$$` is a plain `$`.

    What can be read around is noted in the document's `problems` (a key twice, a tag, a variable that is not set); the
    caller adds what it finds and raises `error()`.

    Raises:
        ConfigError: there is no such file, or it is not YAML.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        fix = f"Copy {default_config_dir() / file.name} there and change what you need."
        raise ConfigError("There is no such file.", fix=fix, file=file) from error
    except UnicodeDecodeError as error:
        raise ConfigError("This is not UTF-8 text.", fix="Save it as UTF-8.", file=file) from error
    except OSError as error:
        raise ConfigError(f"It cannot be read: {error.strerror}.", fix="Mend the file's rights.", file=file) from error
    document = Document(file=file)
    node = _compose(text, file)
    return replace(document, data=_Builder(document, env or {}).value(node, ())) if node else document


def _compose(text: str, file: Path) -> Node | None:
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        begun = "flow" in (error.context or "")  # a bracket that is not closed is a mistake where it was opened
        mark = error.context_mark if begun else error.problem_mark
        line = mark.line + 1 if mark else None
        raise ConfigError(f"This is not YAML: {error.problem}.", fix=_hint(text, line), file=file, line=line) from error
    except YAMLError as error:
        fix = "Remove characters that cannot be seen, or write the file anew."
        raise ConfigError("This is not YAML: it holds a forbidden character.", fix=fix, file=file) from error
    return node


def _hint(text: str, line: int | None) -> str:
    near = text.splitlines()[max(0, (line or 1) - 2) : line]
    if any("\t" in each for each in near):
        return "Indent with spaces; tabs are not allowed."
    if any(re.search(r"[:,{\[]\s+#\S", each) for each in near):
        return 'A # begins a comment: put texts with # in quotes, as in "#community".'
    if any(re.search(r"[{\[].*\$\{", each) for each in near):
        return 'Put ${…} in quotes where it stands within [ ] or { }, as in "${NAME}".'
    return "Look at this line and the one before: quotes, brackets, the colon and the indent."


class _Builder:
    """Turns nodes into values, and notes lines and problems in the document on the way."""

    def __init__(self, document: Document, env: Mapping[str, str]) -> None:
        self._document, self._env = document, env
        self._seen: set[int] = set()
        self._scalars = YAML(typ="safe", pure=True).constructor

    def value(self, node: Node, place: Place) -> Value:
        if id(node) in self._seen:
            self._refuse(node, place, "An anchor (&, *) is used.", "Write the value out where it is needed.")
            return None
        self._seen.add(id(node))
        kind = str(node.tag).replace("tag:yaml.org,2002:", "!!")
        if isinstance(node, MappingNode) and kind == "!!map":
            return {key: self.value(child, (*place, key)) for key, child in self._entries(node, place)}
        if isinstance(node, SequenceNode) and kind == "!!seq":
            return [self.value(child, (*place, index)) for index, child in self._items(node, place)]
        if isinstance(node, ScalarNode) and kind in ("!!str", "!!timestamp"):
            return self._filled(node, place)
        if isinstance(node, ScalarNode) and kind in ("!!int", "!!float", "!!bool", "!!null"):
            return self._plain(node, place)
        self._refuse(node, place, f"The tag {kind} is not allowed.", "Write a plain text, number, list or mapping.")
        return None

    def _entries(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Node]]:
        lines = self._document.lines
        for key, child in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else "?"
            here = (*place, name)
            if name in ("?", "<<"):
                self._refuse(key, here, "A key must be a plain word.", "Write `name: value`.")
            elif here in lines:
                message = f"{spelled(here)} stands here twice (first in line {lines[here]})."
                self._refuse(key, here, message, "Keep one of them.")
            else:
                lines[here] = key.start_mark.line + 1
                yield name, child

    def _items(self, node: SequenceNode, place: Place) -> Iterator[tuple[int, Node]]:
        for index, child in enumerate(node.value):
            self._document.lines[(*place, index)] = child.start_mark.line + 1
            yield index, child

    def _plain(self, node: ScalarNode, place: Place) -> Value:
        try:
            value: Value = self._scalars.construct_object(node)
        except ValueError:
            self._refuse(node, place, f"{node.value} is not a number.", "Put it in quotes if it is a text.")
            return None
        return value

    def _filled(self, node: ScalarNode, place: Place) -> str:
        text = str(node.value)

        def fill(match: re.Match[str]) -> str:
            if match["escaped"]:
                return "$"
            name = match["name"]
            self._document.expanded[place] = text
            value = self._env.get(name) or match["default"]
            if value is None:
                message = f"{spelled(place)} needs {name}, and the environment has no such variable."
                self._refuse(node, place, message, f"Set {name}, or write ${{{name}:-default}}.")
            return value or ""

        return _VARIABLE.sub(fill, text)

    def _refuse(self, node: Node, place: Place, message: str, fix: str) -> None:
        self._document.complain(place, message, fix=fix, line=node.start_mark.line + 1)
