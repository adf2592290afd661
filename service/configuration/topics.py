"""What people write about, in the company's own words: config/topics.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from nlp.base import Topic
from service.configuration.checking import Section, checked, entries, unique
from service.configuration.yaml_lines import read

_Example = Annotated[str, Field(min_length=3, max_length=500)]


class TopicSection(Section):
    """What an entry of topics.yaml may say."""

    name: str = Field(
        pattern="^[a-z][a-z0-9_]{1,40}$",
        description="a short name of small letters, digits and _; posts and rules are labelled with it",
    )
    description: str = Field(min_length=10, max_length=300, description="one sentence: what belongs to it")
    examples: tuple[_Example, ...] = Field(
        (), max_length=50, description="texts as people write them; the more languages, the better"
    )


def load_topics(path: Path) -> tuple[Topic, ...]:
    """Read topics.yaml, in its order.

    Raises:
        ConfigError: it does not fit; names file, line and what would be right, for everything that is wrong.
    """
    document = read(path)
    places = entries(document, "topics")
    sections = [checked(document, TopicSection, place) for place in places]
    unique(document, places)
    if document.problems:
        raise document.error()
    return tuple(Topic(name=s.name, description=s.description, examples=s.examples) for s in sections if s)
