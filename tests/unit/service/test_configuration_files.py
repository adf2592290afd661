"""company.yaml, topics.yaml and sources.yaml: what is right is read, what is wrong is told with line and fix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path
from textwrap import dedent

import pytest

from service.configuration.company import Company, DigestRhythm, load_company
from service.configuration.sources import SourceConfig, load_sources
from service.configuration.topics import load_topics
from service.errors import ConfigError
from service.settings import Settings

COMPANY = """\
name: Acme Games
currency: EUR
time_zone: Europe/Berlin
products:
  - name: Roadrunner
    aliases: [RR, road-runner]
  - name: Anvil
teams:
  - name: Support
    channel: "#support"
    digest: daily
    digest_at: "07:15"
    topics: crashes
"""


def company(folder: Path, text: str) -> Company:
    """The text, read as a company.yaml whose topics are crashes and pricing."""
    (folder / "company.yaml").write_text(text, encoding="utf-8")
    return load_company(folder / "company.yaml", topics=("crashes", "pricing"))


def sources(folder: Path, text: str) -> tuple[SourceConfig, ...]:
    """The text, read as a sources.yaml of a company that makes Roadrunner."""
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    return load_sources(folder / "sources.yaml", {"FORUM": "forum.example.org"}, products=("Roadrunner",))


def told(load: Callable[[], object], file: Path) -> list[tuple[int | None, str, str]]:
    """What `load` complains of: line, message, fix. All of it in `file`."""
    with pytest.raises(ConfigError) as wrong:
        load()
    assert {problem.file for problem in wrong.value.problems} == {file}
    assert all(str(file) in line for line in str(wrong.value).splitlines())
    return [(problem.line, problem.message, problem.fix) for problem in wrong.value.problems]


def assert_told(problems: list[tuple[int | None, str, str]], line: int | None, message: str, fix: str) -> None:
    """One of the problems is this one."""
    (found,) = [problem for problem in problems if message in problem[1]]
    assert found[0] == line
    assert fix in found[2]


def test_a_company_is_read(tmp_path: Path) -> None:
    """Products are found by any of their names, teams have their rhythm."""
    acme = company(tmp_path, COMPANY)
    assert (acme.name, acme.currency, acme.time_zone.key) == ("Acme Games", "EUR", "Europe/Berlin")
    assert [acme.product(words) for words in (" rr ", "ROADRUNNER", "Coyote", "", None)] == [
        "Roadrunner",
        "Roadrunner",
        None,
        None,
        None,
    ]
    team = acme.team("support")
    assert team is not None
    assert (team.channel, team.digest, team.digest_at) == ("#support", DigestRhythm.DAILY, time(7, 15))
    assert team.topics == ("crashes",)
    assert acme.team("Sales") is None


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message", "fix"),
    [
        ("name: Acme Games\n", "", None, "`name` is missing.", "Add `name`: the company's name."),
        ("currency: EUR", "currency: euro", 2, '`currency` is "euro".', "as three letters"),
        ("currency: EUR", "currency: 5", 2, "`currency` is 5.", "It must be a text (numbers and dates need quotes"),
        ("currency: EUR", "curency: EUR", 2, "There is no `curency`.", "Did you mean `currency`?"),
        ("Europe/Berlin", "Europe/Belin", 3, '`time_zone` is "Europe/Belin".', "Did you mean `Europe/Berlin`?"),
        ("currency: EUR", "currency: EUR\nrates: {USD: -1}", 3, "`rates.USD` is -1.", "It must be more than 0."),
        ("Europe/Berlin", "home", 3, '`time_zone` is "home".', "Use a name such as Europe/Berlin or UTC."),
        ("name: Anvil", "nam: Anvil", 7, "There is no `products[2].nam`.", "Did you mean `name`?"),
        ("name: Anvil", "name: RoadRunner", 7, 'The name "RoadRunner" is taken (line 5).', "a name of its own"),
        ("name: Anvil", "{name: Anvil, aliases: rr}", 7, '"rr" names Roadrunner and Anvil.', "Keep it with one"),
        ('"#support"', "#support", 10, "`teams[1].channel` is empty.", 'in quotes, as in "#rnd"'),
        ('"#support"', "support", 10, '`teams[1].channel` is "support".', 'Write "#support", in quotes.'),
        ('"#support"', '"#Sup Port"', 10, '`teams[1].channel` is "#Sup Port".', "Give a channel as Slack writes it"),
        ("digest: daily", "digest: dayly", 11, '`teams[1].digest` is "dayly".', "Did you mean `daily`?"),
        ('"07:15"', '"7.15"', 12, '`teams[1].digest_at` is "7.15".', 'in quotes, as in "08:30"'),
        ("topics: crashes", "topics: [crash]", 13, 'topics.yaml has no topic "crash".', "Did you mean `crashes`?"),
        ("topics: crashes", "topics: 3", 13, "`teams[1].topics` is 3.", "It must be a list."),
    ],
)
def test_mistakes_in_company_yaml(
    tmp_path: Path, right: str, wrong: str, line: int | None, message: str, fix: str
) -> None:
    """Each mistake is told with its line and what would be right."""
    problems = told(lambda: company(tmp_path, COMPANY.replace(right, wrong, 1)), tmp_path / "company.yaml")
    assert_told(problems, line, message, fix)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "- a\n", "hello\n"])
def test_a_company_file_that_is_no_mapping(tmp_path: Path, text: str) -> None:
    """An empty file lacks what is required; anything but a mapping is refused."""
    problems = told(lambda: company(tmp_path, text), tmp_path / "company.yaml")
    assert all("`name`" in message + fix for _, message, fix in problems[:1])


def test_topics_are_read_in_their_order(tmp_path: Path) -> None:
    """A topic is a name, a sentence and examples."""
    file = tmp_path / "topics.yaml"
    file.write_text(
        dedent(
            """\
            topics:
              - name: save_games
                description: Lost or broken saved progress.
                examples: [My save is gone., 存档丢了]
              - {name: pricing, description: What it costs and whether it is worth it.}
            """
        ),
        encoding="utf-8",
    )
    first, second = load_topics(file)
    assert (first.name, second.name) == ("save_games", "pricing")
    assert tuple(first.examples) == ("My save is gone.", "存档丢了")


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("", 1, "The file is empty.", "none: `topics: []`"),
        ("- a\n", 1, "The file is a list.", "It must begin with `topics:`."),
        ("topics: {a: 1}\n", 1, "`topics` is a mapping.", "It must be a list"),
        ("topic: []\n", 1, "There is no `topic` here.", "Did you mean `topics`?"),
        ("topics:\n  - Save games\n", 2, '`topics[1]` is "Save games".', "a mapping with `name`, `description` or"),
        ("topics:\n  - name: Save games\n", 2, '`topics[1].name` is "Save games".', "small letters, digits and _"),
        ("topics:\n  - name: a_b\n", 2, "`topics[1].description` is missing.", "Add `description`: one sentence"),
        ("topics:\n  - {name: ab, description: short}\n", 2, '`topics[1].description` is "short".', "10 or more char"),
    ],
)
def test_mistakes_in_topics_yaml(tmp_path: Path, text: str, line: int, message: str, fix: str) -> None:
    """Each mistake is told with its line and what would be right."""
    file = tmp_path / "topics.yaml"
    file.write_text(text, encoding="utf-8")
    assert_told(told(lambda: load_topics(file), file), line, message, fix)


SOURCES = """\
sources:
  - name: steam-reviews
    kind: steam
    product: Roadrunner
    options:
      appid: 440
  - name: forum
    kind: feed
    enabled: false
    every_minutes: 60
    base_url: http://127.0.0.1:9000
    own: true
    options: {url: "https://${FORUM}/latest.rss"}
"""


def test_sources_are_read_with_their_kinds_options(tmp_path: Path) -> None:
    """Options are the kind's own, variables are filled in, and the rhythm is the kind's unless told."""
    steam, forum = sources(tmp_path, SOURCES)
    assert steam.options.model_dump()["appid"] == 440
    assert (steam.enabled, steam.own, steam.product, steam.every_minutes > 0) == (True, False, "Roadrunner", True)
    assert forum.options.model_dump()["url"] == "https://forum.example.org/latest.rss"
    assert (forum.enabled, forum.own, forum.every_minutes) == (False, True, 60)
    assert forum.base_url == "http://127.0.0.1:9000"


def test_no_source_is_fine(tmp_path: Path) -> None:
    """An empty list is an answer."""
    assert sources(tmp_path, "sources: []\n") == ()


def test_missing_keys_are_named(tmp_path: Path) -> None:
    """A source says which credentials its kind requires and the environment lacks."""
    text = "sources:\n  - {name: r, kind: reddit, options: {subreddits: [godot]}}\n"
    (source,) = sources(tmp_path, text)
    missing = source.missing_secrets(Settings.load({}))
    assert missing
    assert source.missing_secrets(Settings.load({need.name: "x" for need in missing})) == ()


def test_a_source_may_have_keys_of_its_own(tmp_path: Path) -> None:
    """Under the name with the source's behind it; they go before the common ones."""
    text = "sources:\n  - {name: our-reddit, kind: reddit, options: {subreddits: [godot]}}\n"
    (source,) = sources(tmp_path, text)
    common = {"REDDIT_CLIENT_ID": "id", "REDDIT_CLIENT_SECRET": "secret"}
    settings = Settings.load({**common, "REDDIT_CLIENT_ID_OUR_REDDIT": "own"})
    assert source.secrets(settings) == {"REDDIT_CLIENT_ID": "own", "REDDIT_CLIENT_SECRET": "secret"}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message", "fix"),
    [
        ("kind: steam", "kind: stem", 3, 'There is no kind of source "stem".', "Did you mean `steam`?"),
        ("kind: steam", "kind: [steam]", 3, "`sources[1].kind` is a list.", "It must be a text"),
        ("    kind: steam\n", "", 2, "`sources[1].kind` is missing.", "Add `kind`: the kind of place"),
        ("name: forum", "name: Steam-Reviews", 7, '`sources[2].name` is "Steam-Reviews".', "small letters, digits"),
        ("name: forum", "name: steam-reviews", 7, 'The name "steam-reviews" is taken (line 2).', "name of its own"),
        ("Roadrunner", "Roadruner", 4, 'company.yaml has no product "Roadruner".', "Did you mean `Roadrunner`?"),
        ("appid: 440", "app_id: 440", 6, "There is no `sources[1].options.app_id`.", "Did you mean `appid`?"),
        ("appid: 440", "app_id: 440", 5, "`sources[1].options.appid` is missing.", "Add `appid`: The game's number"),
        ("appid: 440", "appid: half-life", 6, '`sources[1].options.appid` is "half-life".', "a whole number"),
        ("appid: 440", "appid: ${GAME}", 6, "`sources[1].options.appid` needs GAME", "Set GAME, or write ${GAME:-def"),
        ("    options:\n      appid: 440\n", "", 2, "`sources[1].options.appid` is missing.", "Add `appid`"),
        ("enabled: false", "enabled: maybe", 9, '`sources[2].enabled` is "maybe".', "It must be true or false."),
        ("every_minutes: 60", "every_minutes: 0", 10, "`sources[2].every_minutes` is 0.", "It must be at least 1."),
        ("http://127.0.0.1:9000", "localhost", 11, '`sources[2].base_url` is "localhost".', "begins with https://"),
        ('{url: "https://${FORUM}/latest.rss"}', "[x]", 13, "`sources[2].options` is a list.", "It must be a mapping"),
    ],
)
def test_mistakes_in_sources_yaml(tmp_path: Path, right: str, wrong: str, line: int, message: str, fix: str) -> None:
    """Each mistake is told with its line and what would be right, in the kind's own options too."""
    problems = told(lambda: sources(tmp_path, SOURCES.replace(right, wrong, 1)), tmp_path / "sources.yaml")
    assert_told(problems, line, message, fix)


RULES = """\
hosts: [shop.example.org]
review: li.review
text: .text
rating: {select: ".stars", pattern: "([0-9])"}
"""
SHOP = "sources:\n  - {name: s, kind: product_pages, options: {url: https://shop.example.org/p}}\n"


def test_rules_beside_sources_yaml_are_for_the_sources_of_their_kind(tmp_path: Path) -> None:
    """The files of the folder product_pages become the option `rules`, which survives being stored."""
    folder = tmp_path / "product_pages"
    folder.mkdir()
    (folder / "shop.yaml").write_text(RULES, encoding="utf-8")
    (folder / "other.yaml").write_text(RULES.replace("shop.", "other."), encoding="utf-8")
    (shop,) = sources(tmp_path, SHOP)
    stored = shop.options.model_dump(mode="json", exclude_unset=True)
    assert [each["hosts"] for each in stored["rules"]] == [["other.example.org"], ["shop.example.org"]]
    assert type(shop.options).model_validate(stored) == shop.options
    (forum,) = sources(tmp_path, "sources:\n  - {name: f, kind: feed, options: {url: https://f.example.org/}}\n")
    assert "rules" not in forum.options.model_dump()


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message", "fix"),
    [
        ("text: .text\n", "", None, "`text` is missing.", "Add `text`: the review's words."),
        ("review: li.review", "review: li..review", 2, '`review` is "li..review".', "is no CSS selector"),
        ("text: .text", "txt: .text", 3, "There is no `txt`.", "Did you mean `text`?"),
        ('"([0-9])"', '"[0-9]"', 4, "`rating.pattern` is", "A pattern has one group"),
        ("shop.example.org", "https://shop", 1, "`hosts`", "is no host in small letters"),
        ("[shop", "[[shop", 1, "This is not YAML", "Look at this line"),
    ],
)
def test_mistakes_in_rules(tmp_path: Path, right: str, wrong: str, line: int | None, message: str, fix: str) -> None:
    """Each mistake is told with its file, its line and what would be right."""
    folder = tmp_path / "product_pages"
    folder.mkdir()
    (folder / "shop.yaml").write_text(RULES.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        sources(tmp_path, SHOP)
    first = next(problem for problem in caught.value.problems if problem.line == line)
    assert (first.file, first.line) == (folder / "shop.yaml", line)
    assert message in first.message
    assert fix in first.fix


def test_everything_wrong_is_told_in_the_order_of_the_lines(tmp_path: Path) -> None:
    """One start is enough to see all mistakes of a file, each once."""
    text = SOURCES.replace("kind: steam", "kind: stem").replace("enabled:", "enable:").replace("60", "x")
    problems = told(lambda: sources(tmp_path, text), tmp_path / "sources.yaml")
    assert [line for line, _, _ in problems] == [3, 9, 10]


def test_what_a_variable_holds_is_never_shown(tmp_path: Path) -> None:
    """A wrong value that came from the environment is shown as it is written in the file."""
    text = SOURCES.replace("appid: 440", "appid: ${FORUM}")
    ((_, message, _),) = told(lambda: sources(tmp_path, text), tmp_path / "sources.yaml")
    assert message == '`sources[1].options.appid` is "${FORUM}".'
