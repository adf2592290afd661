"""routing.yaml: rules as people write them become decisions, and each mistake is told with line and fix."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.configuration.routing import load_routing
from service.domain.facts import Facts, IssueChange, IssueFacts
from service.domain.fields import POST_FIELDS
from service.domain.routing import AnyRule, decide
from service.domain.vocabulary import Flag, Words
from service.errors import ConfigError

CRASH = Facts(
    source="steam-reviews",
    source_kind="steam",
    sentiment="negative",
    sentiment_score=0.9,
    intents={"bug_report": 0.8},
    topics={"crashes": 0.7},
    urgency=0.7,
    customer_known=True,
    customer_value=300.0,
)


def load(folder: Path, text: str) -> tuple[AnyRule, ...]:
    """The text, read as a routing.yaml beside topics crashes and pricing and the product Ironwake."""
    (folder / "routing.yaml").write_text(text, encoding="utf-8")
    return load_routing(folder / "routing.yaml", topics=("crashes", "pricing"), products=("Ironwake",)).rules


def when(folder: Path, condition: str) -> AnyRule:
    """The one rule with this `when`."""
    (rule,) = load(folder, f'rules:\n  - name: R\n    when: {condition}\n    send: {{slack: "#rnd"}}\n')
    return rule


def test_the_example_of_the_manual(tmp_path: Path) -> None:
    """The rule that the documentation begins with sends a crash to #rnd, and says why."""
    manual = Path(__file__).parents[3] / "docs" / "reference" / "routing.md"
    example = manual.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    (decision,) = decide(load(tmp_path, example), CRASH)
    assert (decision.target, decision.address, decision.rules) == ("slack", "#rnd", ("Crashes to R&D",))
    assert decision.reason == "reports a bug (0.80), negative (0.90) and urgency 0.7: rule 'Crashes to R&D'"


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("everything", True),
        ("{sentiment: negative}", True),
        ("{sentiment: Negative}", True),
        ("{sentiment: [positive, mixed]}", False),
        ("{intent: {is: bug_report, confidence: 0.8}}", True),
        ("{intent: {is: [bug_report, praise], confidence: 0.81}}", False),
        ("{topic: pricing}", False),
        ("{not: {topic: pricing}}", True),
        ("{not: {topic: crashes, sentiment: positive}}", True),
        ("{urgency: {at_least: 0.7, below: 0.8}}", True),
        ("{urgency: 0.7}", True),
        ("{customer_value: {above: 300}}", False),
        ("{customer_known: true, in_issue: false}", True),
        ("{any: [{topic: pricing}, {urgency: {above: 0.5}}]}", True),
        ("{all: [{topic: crashes}, {topic: pricing}]}", False),
        ("{any: [{all: [{topic: crashes}, {not: {intent: praise}}]}, {topic: pricing}]}", True),
        ("{source_kind: steam, source: steam-reviews}", True),
    ],
)
def test_conditions_as_people_write_them(tmp_path: Path, condition: str, fits: bool) -> None:
    """Each form of a condition does what the manual says."""
    assert (when(tmp_path, condition).because(CRASH) is not None) == fits


def test_several_channels_and_stop(tmp_path: Path) -> None:
    """A rule may send to several channels, and may be the last; a channel named twice gets one card."""
    text = """\
rules:
  - name: First
    when: everything
    send: {slack: ["#rnd", "#support", "#rnd", C012345678]}
    stop: true
  - {name: Second, when: everything, send: {slack: "#never"}}
"""
    assert [d.address for d in decide(load(tmp_path, text), CRASH)] == ["#rnd", "#support", "C012345678"]


def test_rules_on_issues(tmp_path: Path) -> None:
    """A rule `on: issue` asks what has changed with an issue."""
    text = 'rules:\n  - {name: R, on: issue, when: {change: [rising, returned]}, send: {slack: "#rnd"}}\n'
    rules = load(tmp_path, text)
    assert [d.reason for d in decide(rules, IssueFacts(number=1, change=IssueChange.RISING))] == [
        "the issue is rising: rule 'R'"
    ]
    assert decide(rules, IssueFacts(number=1, change=IssueChange.OPENED)) == ()


@pytest.mark.parametrize(
    ("condition", "message", "fix"),
    [
        ("{intents: praise}", "There is no field `intents`.", "Did you mean `intent`?"),
        ("{posts: {above: 3}}", "There is no field `posts`.", "Issues have this: add `on: issue` to the rule."),
        ("{intent: bugreport}", 'There is no intent "bugreport".', "Did you mean `bug_report`?"),
        ("{topic: crash}", 'There is no topic "crash".', "Did you mean `crashes`?"),
        ("{product: Ironwork}", 'There is no product "Ironwork".', "Did you mean `Ironwake`?"),
        ("{sentiment: angry}", 'There is no sentiment "angry".', "Use `negative`, `neutral`, `positive` or `mixed`."),
        ("{source_kind: stem}", 'There is no source_kind "stem".', "Did you mean `steam`?"),
        ("{product_version: 1.4}", "`product_version` is 1.4.", "numbers need quotes"),
        ("{sentiment: }", "`sentiment` is empty.", "It must be a text"),
        ("{sentiment: []}", "`sentiment` is an empty list.", "Name one or more words"),
        ("{sentiment: {confidence: 0.8}}", "`sentiment` has no `is`.", "{is: word, confidence: 0.8}"),
        ("{sentiment: {is: negative, conf: 0.8}}", "`sentiment` has no `conf`.", "Use `is` or `confidence`."),
        ("{sentiment: {is: negative, confidence: 80}}", "`confidence` is 80.", "It goes from 0 to 1."),
        ("{urgency: high}", '`urgency` is "high".', "It must be a number, or a mapping with `at_least`, `above`"),
        ("{urgency: {}}", "`urgency` is a mapping.", "It must be a number, or a mapping with"),
        ("{urgency: {atleast: 0.5}}", "`urgency` has no `atleast`.", "Did you mean `at_least`?"),
        ("{urgency: {at_least: '0.5'}}", '`at_least` is "0.5".', "It must be a number."),
        ("{urgency: {at_least: true}}", "`at_least` is true.", "It must be a number."),
        ("{urgency: {at_least: 5}}", "`at_least` is 5.", "It goes from 0 to 1."),
        ("{reach: {above: -1}}", "`above` is -1.", "It goes from 0 up."),
        ("{reach: .nan}", "`reach` is nan.", "It goes from 0 up."),
        ("{urgency: {at_least: 0.8, at_most: 0.2}}", "No number is at_least 0.8 and at_most 0.2.", "Make the lower"),
        ("{urgency: {above: 0.5, at_most: 0.5}}", "No number is above 0.5 and at_most 0.5.", "Make the lower"),
        ("{customer_known: yes please}", '`customer_known` is "yes please".', "It must be true or false."),
        ("{any: {topic: crashes}}", "`any` is a mapping.", "It must be a list of mappings of fields."),
        ("{any: []}", "`any` is a list.", "It must be a list of mappings of fields."),
        ("{all: [crashes]}", '`all` is "crashes".', "It must be a mapping of fields, or `everything`."),
        ("{not: crashes}", '`not` is "crashes".', "It must be a mapping of fields"),
        ("always", '`when` is "always".', "It must be a mapping of fields, or `everything`."),
        ("{}", "`when` is a mapping.", "It must be a mapping of fields, or `everything`."),
    ],
)
def test_mistakes_in_conditions(tmp_path: Path, condition: str, message: str, fix: str) -> None:
    """Each mistake in a condition is told with file, line and what would be right, however deep it stands."""
    for nested in (condition, f"{{any: [{{topic: pricing}}, {{not: {condition}}}]}}"):
        with pytest.raises(ConfigError) as wrong:
            when(tmp_path, nested)
        (problem,) = wrong.value.problems
        assert (problem.file, problem.line) == (tmp_path / "routing.yaml", 3)
        assert problem.message.replace("`not` is", "`when` is") == message.replace("`not` is", "`when` is")
        assert fix in problem.fix


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("- name: R\n  when: everything\n", 2, 'The rule "R" sends nothing anywhere.', "Add `send:"),
        ('- when: everything\n  send: {slack: "#a"}\n', 2, "`rules[1].name` is missing.", "Add `name`: what people"),
        ('- name: R\n  send: {slack: "#a"}\n', 2, "`rules[1].when` is missing.", "Add `when`: the fields"),
        ("- name: R\n  when: everything\n  send:\n    slack: #rnd\n", 5, "`rules[1].send.slack` is empty.", '"#rnd"'),
        ("- name: R\n  when: everything\n  send: {slack: rnd}\n", 4, '`rules[1].send.slack` is "rnd".', 'Write "#rnd"'),
        (
            '- name: R\n  when: everything\n  send: {slack: ["#a", "#B"]}\n',
            4,
            '`rules[1].send.slack[2]` is "#B".',
            "small",
        ),
        ('- name: R\n  when: everything\n  send: {slck: "#a"}\n', 4, 'There is no target "slck".', "mean `slack`?"),
        ('- name: R\n  when: everything\n  send: "#a"\n', 4, '`rules[1].send` is "#a".', "It must be a mapping"),
        (
            '- name: R\n  whn: everything\n  send: {slack: "#a"}\n',
            3,
            "There is no `rules[1].whn`.",
            "Did you mean `when`?",
        ),
        ("- name: R\n  on: isue\n  when: everything\n  stop: true\n", 3, '`rules[1].on` is "isue".', "mean `issue`?"),
        ("- name: R\n  when: everything\n  stop: 7\n", 4, "`rules[1].stop` is 7.", "It must be true or false."),
        (
            "- name: R\n  on: issue\n  when: {intent: praise}\n  stop: true\n",
            4,
            "There is no field `intent`.",
            "Rules `on: issue` ask for `change`, `product`",
        ),
        (
            "- {name: R, when: everything, stop: true}\n- {name: r, when: everything, stop: true}\n",
            3,
            'The name "r" is taken (line 2).',
            "a name of its own",
        ),
    ],
)
def test_mistakes_in_rules(tmp_path: Path, text: str, line: int, message: str, fix: str) -> None:
    """Each mistake in a rule is told with file, line and what would be right."""
    indented = "".join(f"  {each}\n" for each in text.splitlines())
    with pytest.raises(ConfigError) as wrong:
        load(tmp_path, f"rules:\n{indented}")
    (problem,) = [each for each in wrong.value.problems if each.message == message]
    assert (problem.file, problem.line) == (tmp_path / "routing.yaml", line)
    assert fix in problem.fix
    assert f"routing.yaml, line {line}: {message}" in str(wrong.value)


def test_every_mistake_of_a_file_is_told(tmp_path: Path) -> None:
    """A wrong key of a rule does not hide what is wrong in its condition, nor the rules after it."""
    text = """\
rules:
  - name: One
    wen: x
    when:
      intent: [prase, bug_report, complain]
      urgency: {at_least: 7, at_most: x}
    send: {slack: "#ok"}
  - name: Two
    when: {topic: crashs}
    send: {slack: nope!}
"""
    with pytest.raises(ConfigError) as wrong:
        load(tmp_path, text)
    assert [problem.line for problem in wrong.value.problems] == [3, 5, 5, 6, 6, 9, 10]


NAMES = st.sampled_from([*POST_FIELDS, "all", "any", "not", "is", "at_least", "nonsense"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(-1, 2) | st.sampled_from(["negative", "everything", "crashes", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=6,
)


@given(condition=VALUES)
def test_any_condition_is_read_or_refused(condition: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever stands in `when`: a rule that can be asked, or a ConfigError whose problems all have line and fix."""
    folder = tmp_path_factory.mktemp("rules")
    rule, problems = _attempt(folder, _flow(condition))
    assert all(problem.file and problem.line and problem.fix for problem in problems)
    assert rule is None or (rule.because(CRASH) is None) == bool(rule.unmet(CRASH))


def _attempt(folder: Path, condition: str) -> tuple[AnyRule | None, tuple[ConfigError, ...]]:
    try:
        return when(folder, condition), ()
    except ConfigError as error:
        return None, error.problems


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_flow(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) else f"{value:.3f}"


@pytest.mark.parametrize("name", list(POST_FIELDS))
def test_every_field_can_be_written(tmp_path: Path, name: str) -> None:
    """Each field of the manual's table is read in its own form."""
    field = POST_FIELDS[name]
    known = {"topic": "crashes", "product": "Ironwake", "source_kind": "steam"}
    word = known.get(name) or (field.known[0] if isinstance(field, Words) and field.known else "x")
    value = word if isinstance(field, Words) else "true" if isinstance(field, Flag) else "{at_least: 0.5}"
    assert when(tmp_path, f"{{{name}: {value}}}").when.describe()
