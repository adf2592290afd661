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
    assert (template.fields, template.intents) == ({"author", "product"}, ("bug_report",))


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


def test_the_shipped_templates_can_be_said() -> None:
    """They are in several languages, each intent has words, and filled in nothing internal is left."""
    templates = load_replies(default_config_dir() / "replies.yaml").templates
    assert {"en", "de", "fr", "es", "pt", "pl"} <= {template.language for template in templates}
    assert {intent for template in templates for intent in template.intents} == set(Intent)
    for template in templates:
        text = template.text
        for field in template.fields:
            text = text.replace(f"{{{field}}}", "Mara")
        assert internal_in(text, {}) == []
        assert "\n" not in text
