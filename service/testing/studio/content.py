"""Reads what was written for the sample studio and checks it, so that a slip is named by file and entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from service.errors import ConfigError
from service.testing.studio.model import Content, PlantedIssue, SamplePost, Title, Writer
from service.testing.studio.records import Records, load_records, problem

FOLDER = Path(__file__).parent
_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """The whole sample: what the public wrote, and what the company knows."""

    content: Content
    records: Records


@cache
def load_studio() -> Studio:
    """The shipped sample studio, read once. Raises ConfigError as `load_content` and `load_records` do."""
    records = load_records(FOLDER)
    return Studio(content=load_content(FOLDER, records), records=records)


def load_content(folder: Path, records: Records) -> Content:
    """Read studio.yaml and posts/*.yaml under `folder`, and check them against each other and the records.

    Raises:
        ConfigError: something is missing, misspelt or points nowhere; names the file and the entry.
    """
    file = folder / "studio.yaml"
    plan = _read(file)
    if not isinstance(plan, dict) or not isinstance(plan.get("name"), str):
        raise ConfigError(
            "This is not the plan of a studio.", fix="It needs name, titles, authors and issues.", file=file
        )
    titles = _entries(plan.get("titles"), Title, file, key="slug")
    writers = _entries(plan.get("authors"), Writer, file, key="key")
    issues = _entries(plan.get("issues"), PlantedIssue, file, key="key")
    posts: dict[str, SamplePost] = {}
    for place in sorted((folder / "posts").glob("*.yaml")):
        found = _entries(_read(place), SamplePost, place, key="id")
        for twice in found.keys() & posts.keys():
            raise ConfigError(f"{twice} is in another file too.", fix="Give each post an id of its own.", file=place)
        posts |= found
    if not posts:
        raise ConfigError("There are no posts.", fix="Put them into posts/*.yaml.", file=folder / "posts")
    content = Content(studio=plan["name"], titles=titles, writers=writers, issues=issues, posts=tuple(posts.values()))
    for post in posts.values():
        wrong = _points_nowhere(post, content, posts, records)
        if wrong:
            raise ConfigError(f"{post.id}: {wrong}", fix="Mend that field.", file=folder / "posts")
    return content


def _read(file: Path) -> object:
    try:
        return YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("The file is missing.", fix="Put it back; the sample needs it.", file=file) from None
    except YAMLError as error:
        raise ConfigError(f"This is not YAML: {error}.", fix="Mend the indentation or the quotes.", file=file) from None


def _entries(given: object, kind: type[_Entry], file: Path, *, key: str) -> dict[str, _Entry]:
    """The entries of a list, or of a mapping whose keys are the entries' `key`, by that key and in their order."""
    if isinstance(given, dict):
        given = [{key: name, **entry} if isinstance(entry, dict) else entry for name, entry in given.items()]
    if not isinstance(given, list):
        raise ConfigError(f"Expected a list of entries with `{key}`.", fix="Write each as `- {key}: …`.", file=file)
    adapter = TypeAdapter(kind)
    entries: dict[str, _Entry] = {}
    for number, entry in enumerate(given, start=1):
        name = str(entry.get(key)) if isinstance(entry, dict) else "?"
        try:
            made = adapter.validate_python(entry)
        except ValidationError as error:
            raise ConfigError(f"Entry {number} ({name}): {problem(error)}", fix="Mend it.", file=file) from None
        if name in entries:
            raise ConfigError(f"Entry {number} ({name}) appears twice.", fix=f"Give it another {key}.", file=file)
        entries[name] = made
    return entries


def _points_nowhere(post: SamplePost, content: Content, posts: dict[str, SamplePost], records: Records) -> str | None:
    """The first thing a post names that does not exist, in words."""
    writer = content.writers.get(post.author)
    parent = posts.get(post.parent) if post.parent else None
    wrong = {
        f"product {post.product} is not in studio.yaml": post.product not in content.titles,
        f"author {post.author} is not in studio.yaml": writer is None,
        f"{post.author} writes on Steam without a steamid": post.source == "steam" and writer and not writer.steamid,
        f"issue {post.truth.issue} is not in studio.yaml": post.truth.issue and post.truth.issue not in content.issues,
        f"customer {post.truth.customer} is not in customers.csv": (
            post.truth.customer and post.truth.customer not in records.customers
        ),
        f"order {post.order} is not in orders.csv": post.order and post.order not in records.orders,
        f"parent {post.parent} is not a post on Reddit": post.parent and not (parent and parent.source == "reddit"),
        f"it answers {post.parent} before that was written": parent and parent.at > post.at,
        f"it answers {post.parent}, which appears later": parent and parent.phase > post.phase,
    }
    return next((words for words, broken in wrong.items() if broken), None)
