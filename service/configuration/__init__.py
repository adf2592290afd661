"""What the operator writes in files: one file a concern, each mistake reported with its line and what would be right.

`load` reads all files of a folder. Settings in the environment are `service.settings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from nlp.base import Topic
from nlp.hub.choice import Choice
from service.configuration.company import Company, load_company
from service.configuration.nlp import FILE as NLP
from service.configuration.nlp import load_nlp
from service.configuration.replies import FILE as REPLIES
from service.configuration.replies import RepliesConfig, load_replies
from service.configuration.routing import load_routing
from service.configuration.sources import SourceConfig, load_sources
from service.configuration.topics import load_topics
from service.domain.routing import AnyRule, Destination
from service.errors import ConfigError

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All configuration files of one folder, checked, also against each other."""

    company: Company
    sources: tuple[SourceConfig, ...]
    topics: tuple[Topic, ...]
    rules: tuple[AnyRule, ...]
    alarms: tuple[Destination, ...] = ()  # who hears of a source that needs somebody
    models: Choice = field(default_factory=Choice)  # beside the shipped ones
    replies: RepliesConfig = field(default_factory=RepliesConfig)


def load(config_dir: Path, env: Mapping[str, str], *, data_dir: Path = Path()) -> Configuration:
    """Read company.yaml, topics.yaml, sources.yaml, routing.yaml and, where there are any, nlp.yaml and replies.yaml.

    `env` (Settings.environment) fills in `${NAME}`; `data_dir` is where refitted heads are, unless nlp.yaml says.

    Raises:
        ConfigError: something does not fit; `problems` names file, line and what would be right for all of it.
    """
    problems: list[ConfigError] = []

    def tried(part: Callable[[], _Part]) -> _Part | None:
        try:
            return part()
        except ConfigError as error:
            problems.extend(error.problems)
            return None

    topics = tried(lambda: load_topics(config_dir / "topics.yaml"))
    topic_names = None if topics is None else tuple(topic.name for topic in topics)
    company = tried(lambda: load_company(config_dir / "company.yaml", topics=topic_names))
    products = tuple(product.name for product in company.products) or None if company else None
    sources = tried(lambda: load_sources(config_dir / "sources.yaml", env, products=products))
    routing = tried(lambda: load_routing(config_dir / "routing.yaml", topics=topic_names, products=products))
    models = tried(lambda: load_nlp(config_dir / NLP, data_dir=data_dir))
    replies = tried(lambda: load_replies(config_dir / REPLIES, topics=topic_names))
    if topics is None or company is None or sources is None or routing is None or models is None or replies is None:
        raise ConfigError.several(problems)
    return Configuration(
        company=company,
        sources=sources,
        topics=topics,
        rules=routing.rules,
        alarms=routing.alarms,
        models=models,
        replies=replies,
    )
