"""replies.yaml: what is right is read, what is wrong is told with line and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.base import Intent
from service.configuration.replies import RepliesConfig, load_replies
from service.domain.replies import ApprovalRules, internal_in
from service.errors import ConfigError
from service.settings import default_config_dir

FILE = """\
undo_seconds: 5
escalate_to: "#devs"
approval:
  first_replies: 2
  words: refund
templates:
  - name: Thanks
    language: en
    intents: [bug_report]
    text: Hi {author}, thanks for {product}.
"""


def loaded(folder: Path, text: str) -> RepliesConfig:
    """The text, read as replies.yaml beside a topic."""
    (folder / "replies.yaml").write_text(text, encoding="utf-8")
    return load_replies(folder / "replies.yaml", topics=["crashes"])


def test_without_the_file_there_are_defaults(tmp_path: Path) -> None:
    """An installation that is older than this file goes on."""
    assert load_replies(tmp_path / "replies.yaml") == RepliesConfig()


def test_everything_is_read(tmp_path: Path) -> None:
    """A single word may stand without brackets."""
    found = loaded(tmp_path, FILE)
    assert (found.undo_seconds, found.escalate_to) == (5, "#devs")
    assert found.approval == ApprovalRules(first_replies=2, words=("refund",))
    (template,) = found.templates
    assert template.intents == ("bug_report",)
    assert template.words({"author": "Mara", "product": "Ironwake"}) == "Hi Mara, thanks for Ironwake."
    assert template.words({"author": "Mara", "product": ""}) is None


@pytest.mark.parametrize(
    ("right", "wrong", "line", "fix"),
    [
        ("undo_seconds: 5", "undo_seconds: -1", 1, "It must be at least 0."),
        ('"#devs"', "devs", 2, 'Write "#devs", in quotes.'),
        ("first_replies: 2", "first_reply: 2", 4, "Did you mean `first_replies`?"),
        ("language: en", "language: English", 8, "a code such as en or pt-BR"),
        ("[bug_report]", "[bug_reports]", 9, "Did you mean `bug_report`?"),
        ("{author}", "{authors}", 10, "Did you mean `author`?"),
        ("    intents: [bug_report]", "    topics: [crash]", 9, "Did you mean `crashes`?"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, right: str, wrong: str, line: int, fix: str) -> None:
    """Each with its line and what would be right."""
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, FILE.replace(right, wrong))
    assert (refused.value.line, fix in refused.value.fix) == (line, True)


def test_one_name_is_one_template(tmp_path: Path) -> None:
    """People choose by the name."""
    again = "  - {name: thanks, language: de, text: Danke}\n"
    with pytest.raises(ConfigError, match="is taken"):
        loaded(tmp_path, FILE + again)


def test_a_greeting_is_said_with_and_without_a_name(tmp_path: Path) -> None:
    """In the template's language; what nobody knows is not said, what the writer fills in stays open."""
    greetings = "greetings:\n  - {language: en, named: 'Hi {author},', nameless: 'Hello,'}\n"
    file = FILE.replace("Hi {author}, thanks for {product}.", "'{greeting} see {link}'")
    (template,) = loaded(tmp_path, file.replace("templates:", f"{greetings}templates:")).templates
    assert template.words({"author": "{link} Mara"}) == "Hi {link} Mara, see {link}"
    assert template.words({"author": ""}) == "Hello, see {link}"
    assert internal_in("Hello, see {link}", {}) == ["{link} is not filled in."]
    with pytest.raises(ConfigError, match="There is no greeting in en"):
        loaded(tmp_path, file)


LANGUAGES = {"en", "de", "fr", "es", "pt", "it", "pl", "ru", "tr", "ja", "zh", "ko"}
LONGEST = 350  # what Google Play takes, the least of the stores
KNOWN = {"author": "Maximiliane Mustermann", "product": "Ironwake", "version": "1.4.2", "issue": "4711"}
LINK = "https://support.lantern-works.example/articles/4711"


def test_the_shipped_templates_can_be_said() -> None:
    """Each situation in each language, with a name and without; nothing internal is left, and stores have room."""
    found = load_replies(default_config_dir() / "replies.yaml", topics=["pricing"])
    for intent in Intent:
        assert {each.language for each in found.templates if intent in each.intents} == LANGUAGES, intent
    for known in (KNOWN, {**KNOWN, "author": ""}):
        for template in found.templates:
            words = template.words(known)
            assert words is not None, template.name
            text = words.replace("{link}", LINK)
            assert (internal_in(text, {}), "\n" in text, "  " in text) == ([], False, False), text
            assert len(text) <= LONGEST, (len(text), text)
            assert not set("!！¡") & set(text), text
        fixed = [(each.language, words) for each in found.closing.texts if (words := each.words(known)) is not None]
        assert {language for language, _ in fixed} == LANGUAGES
        assert [words for _, words in fixed if len(words) > LONGEST or "\n" in words] == []
