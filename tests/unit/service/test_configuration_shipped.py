"""What Earful ships: its configuration loads without a complaint, and its reference pages are current."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from collectors import registry
from nlp.base import Intent, Sentiment
from service.configuration import Configuration, load
from service.configuration.reference import TABLES, rendered
from service.configuration.sources import load_sources
from service.domain.facts import Facts, IssueChange, IssueFacts
from service.domain.routing import decide
from service.errors import ConfigError
from service.settings import CONFIG_FILES, Settings, default_config_dir

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    """The configuration that a newcomer starts with."""
    return load(default_config_dir(), {})


def test_nothing_is_listened_to_at_first(shipped: Configuration) -> None:
    """There is an example of every kind, all are switched off, and what stands above one names the key it needs."""
    assert {source.kind for source in shipped.sources} == {*registry.kinds()}
    assert not any(source.enabled for source in shipped.sources)
    written = (default_config_dir() / "sources.yaml").read_text(encoding="utf-8")
    for source in shipped.sources:
        comment = written.partition(f"- name: {source.name}\n")[0].rpartition("\n\n")[2]
        missing = source.missing_secrets(Settings.load({}))
        assert ("Needs" in comment) is bool(missing), source.name
        assert not missing or any(need.name in comment for need in missing), source.name


def test_the_samples_sources_load() -> None:
    """The sample studio's sources are as well formed as an operator's own."""
    env = {"EARFUL_SAMPLE_URL": "http://127.0.0.1:9", "EARFUL_SAMPLE_EXPORTS": "/tmp"}
    assert load_sources(default_config_dir() / "sample" / "sources.yaml", env)


def test_topics_have_examples_in_several_languages(shipped: Configuration) -> None:
    """Each topic has three to six examples, some not in Latin letters; no example serves two topics."""
    examples = [example for topic in shipped.topics for example in topic.examples]
    assert len(examples) == len(set(examples))
    for topic in shipped.topics:
        assert 3 <= len(topic.examples) <= 6
        assert any(not example.isascii() for example in topic.examples)


def test_every_team_can_be_reached(shipped: Configuration) -> None:
    """Each channel that rules and alarms name belongs to a team."""
    channels = {team.channel for team in shipped.company.teams}
    assert {place.address for rule in shipped.rules for place in rule.destinations} <= channels
    assert {place.address for place in shipped.alarms} <= channels


QUIET = Facts(source="s", source_kind="steam", urgency=0.1)


@pytest.mark.parametrize(
    ("facts", "addresses"),
    [
        (replace(QUIET, sentiment="positive", sentiment_score=0.9, intents={"praise": 0.9}), []),
        (replace(QUIET, sentiment="negative", sentiment_score=0.9, intents={"complaint": 0.9}), []),
        (
            replace(
                QUIET, sentiment="negative", intents={"bug_report": 0.9}, topics={"crashes": 0.8}, spam=0.9, reach=10**6
            ),
            [],
        ),
        (replace(QUIET, sentiment="negative", intents={"bug_report": 0.9}, topics={"crashes": 0.8}), ["#rnd"]),
        (replace(QUIET, intents={"bug_report": 0.9}, topics={"crashes": 0.8}, issue_number=3, issue_posts=12), []),
        (replace(QUIET, intents={"bug_report": 0.9}, topics={"crashes": 0.8}, issue_posts=12, urgency=0.65), ["#rnd"]),
        (
            replace(QUIET, sentiment="negative", sentiment_score=0.8, customer_known=True, customer_value=900.0),
            ["#support"],
        ),
        (replace(QUIET, sentiment="negative", sentiment_score=0.4, customer_known=True, customer_value=900.0), []),
        (
            replace(QUIET, sentiment="positive", sentiment_score=0.9, intents={"praise": 0.9}, reach=5000),
            ["#community"],
        ),
        (replace(QUIET, sentiment="neutral", sentiment_score=0.9, intents={"question": 0.9}), ["#community"]),
        (replace(QUIET, intents={"churn_threat": 0.9}, customer_known=True, customer_value=20.0), ["#support"]),
        (replace(QUIET, understood=False, reach=5), []),
        (IssueFacts(number=1, change=IssueChange.RISING), ["#rnd"]),
        (IssueFacts(number=1, change=IssueChange.OPENED, people=1), []),
        (IssueFacts(number=1, change=IssueChange.OPENED, people=2, value=2000.0), ["#rnd", "#support"]),
        (IssueFacts(number=1, change=IssueChange.FIXED), ["#community"]),
    ],
)
def test_the_shipped_rules_avoid_noise(shipped: Configuration, facts: Facts | IssueFacts, addresses: list[str]) -> None:
    """What needs somebody goes to the team that can act; the rest stays in the inbox."""
    assert [decision.address for decision in decide(shipped.rules, facts)] == addresses


@pytest.mark.parametrize(
    ("name", "right", "wrong", "fix"),
    [
        ("routing.yaml", "topic: [pricing, support]", "topic: [prices, support]", "Did you mean `pricing`?"),
        ("sources.yaml", "product: Ironwake", "product: Ironwork", "Did you mean `Ironwake`?"),
        ("company.yaml", "topics: [support, pricing", "topics: [suport, pricing", "Did you mean `support`?"),
        ("topics.yaml", "- name: pricing", "- name: prices", "Did you mean `prices`?"),
    ],
)
def test_files_are_checked_against_each_other(tmp_path: Path, name: str, right: str, wrong: str, fix: str) -> None:
    """A rule, a source and a team may only name topics and products that there are."""
    folder = shutil.copytree(default_config_dir(), tmp_path / "config")
    text = (folder / name).read_text(encoding="utf-8")
    assert right in text
    (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(folder, {})
    assert fix in {problem.fix for problem in refused.value.problems}


def test_a_missing_file_is_told_beside_other_mistakes(tmp_path: Path) -> None:
    """An empty folder lacks four files, and says so four times."""
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert {problem.file.name for problem in refused.value.problems if problem.file} == set(CONFIG_FILES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_reference_pages_are_current(page: Path) -> None:
    """After a change, run `python -m service.configuration.reference docs/reference`."""
    text = page.read_text(encoding="utf-8")
    assert rendered(text) == text


def test_every_table_is_on_a_page() -> None:
    """No table is made that nobody can read, and every setting is in its table."""
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    assert all(any(f"<!-- table: {name} -->" in text for text in texts) for name in TABLES)
    names = {field.alias for field in Settings.model_fields.values() if field.alias}
    assert all(f"`{name}`" in TABLES["settings"]() for name in names)


def test_labels_of_the_manual_are_those_of_the_models() -> None:
    """The manual names every sentiment and intent that a reading may have."""
    manual = (ROOT / "docs" / "reference" / "routing.md").read_text(encoding="utf-8")
    assert all(f"`{label}`" in manual for label in [*Sentiment, *Intent])
