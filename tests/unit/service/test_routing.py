"""Routing decisions: which posts and issues go where, and why, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.conditions import All, Any, Condition, Holds, Is, Not, Within
from service.domain.facts import Facts, IssueChange, IssueFacts
from service.domain.fields import ISSUE_FIELDS, POST_FIELDS
from service.domain.routing import AnyRule, Decision, Destination, Rule, decide, in_words
from service.domain.vocabulary import Field, Flag, Number, Words

RND, SUPPORT = Destination("slack", "#rnd"), Destination("slack", "#support")

POST = Facts(
    source="steam-reviews",
    source_kind="steam",
    product="Ironwake",
    product_version="2.3.1",
    language="pt-BR",
    rating=0.0,
    sentiment="negative",
    sentiment_score=0.93,
    intents={"bug_report": 0.88, "complaint": 0.61},
    topics={"save_games": 0.8},
    unsure=("intent:complaint", "intent:question"),
    urgency=0.72,
    reach=1204,
    customer_known=True,
    customer_segments=("Tournament",),
    customer_lifecycle="advocate",
    customer_value=1240.0,
    organisation="North Sea League",
    issue_number=7,
    issue_state="rising",
    issue_posts=34,
)
UNKNOWN = Facts(source="forum", source_kind="feed", understood=False)
ISSUE = IssueFacts(
    number=7,
    change=IssueChange.RETURNED,
    product="Ironwake",
    product_versions=("2.3.1", "2.3.0"),
    languages=("en", "pt-BR"),
    sources=("steam-reviews",),
    topics={"save_games": 0.9},
    posts=34,
    people=31,
    customers=4,
    value=5320.0,
    urgency=0.9,
)


def post(name: str) -> Field[Facts]:
    """A field of posts."""
    return POST_FIELDS[name]


def holds(name: str, *words: str, confidence: float | None = None) -> Condition[Facts]:
    """A condition on a field of posts that holds words."""
    field = post(name)
    assert isinstance(field, Words)
    return Holds(field, words, confidence)


def within(name: str, **bounds: float) -> Condition[Facts]:
    """A condition on a number of posts."""
    field = post(name)
    assert isinstance(field, Number)
    return Within(field=field, **bounds)


def flag(name: str, wanted: bool) -> Condition[Facts]:
    """A condition on a flag of posts."""
    field = post(name)
    assert isinstance(field, Flag)
    return Is(field, wanted)


def rule(name: str, when: Condition[Facts], *destinations: Destination, stop: bool = False) -> Rule[Facts]:
    """A rule on posts."""
    return Rule(name=name, about=Facts, when=when, destinations=destinations, stop=stop)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (holds("sentiment", "negative"), "negative (0.93)"),
        (holds("sentiment", "positive"), None),
        (holds("sentiment", "negative", confidence=0.93), "negative (0.93)"),
        (holds("sentiment", "negative", confidence=0.94), None),
        (holds("intent", "bug_report", "complaint"), "reports a bug (0.88)"),
        (holds("intent", "bug_report", "complaint", confidence=0.6), "reports a bug (0.88) and complains (0.61)"),
        (holds("intent", "bug_report", "complaint", confidence=0.8), "reports a bug (0.88)"),
        (holds("intent", "praise"), None),
        (holds("intent", "complaint"), None),
        (holds("intent", "complaint", confidence=0.0), "complains (0.61)"),
        (holds("topic", "save_games"), "about save games (0.80)"),
        (holds("product", "IRONWAKE"), "on IRONWAKE"),
        (holds("product_version", "2.3"), None),
        (holds("language", "pt"), "in pt"),
        (holds("language", "pt-br"), "in pt-br"),
        (holds("language", "p"), None),
        (holds("source_kind", "steam"), "from steam"),
        (holds("source", "steam-reviews"), "heard by steam-reviews"),
        (holds("customer_segment", "tournament"), "from the segment tournament"),
        (holds("customer_lifecycle", "advocate"), "from a customer at the stage advocate"),
        (holds("organisation", "north sea league"), "from north sea league"),
        (holds("issue_state", "rising"), "its issue is rising"),
        (within("urgency", at_least=0.72), "urgency 0.72"),
        (within("urgency", above=0.72), None),
        (within("urgency", at_most=0.72), "urgency 0.72"),
        (within("urgency", below=0.72), None),
        (within("rating", below=0.3), "rating 0"),
        (within("reach", at_least=1000, below=2000), "reach 1,204"),
        (within("customer_value", above=500), "from a customer worth 1,240 €"),
        (within("issue_posts", above=30), "its issue has 34 posts"),
        (within("spam", below=0.5), "spam 0"),
        (flag("understood", True), "understood"),
        (flag("customer_known", False), None),
        (flag("in_issue", True), "part of an issue"),
        (Not(holds("topic", "pricing")), "not about pricing"),
        (Not(holds("topic", "save_games")), None),
        (Any((holds("intent", "praise"), within("urgency", above=0.5))), "urgency 0.72"),
        (Any((holds("intent", "praise"), within("urgency", above=0.8))), None),
        (All((holds("intent", "bug_report"), within("urgency", above=0.8))), None),
        (All(()), "everything"),
        (Any((All(()), holds("intent", "praise"))), "everything"),
    ],
)
def test_conditions_hold_with_a_reason(condition: Condition[Facts], reason: str | None) -> None:
    """Each sort of condition holds, or does not, and says why."""
    because = condition.met(POST)
    assert (None if because is None else in_words(because)) == reason
    assert (condition.unmet(POST) == ()) == (reason is not None)


NEEDS_KNOWLEDGE = [name for name in POST_FIELDS if name not in ("source", "source_kind")]


@pytest.mark.parametrize("name", NEEDS_KNOWLEDGE)
def test_what_is_not_known_fits_nothing(name: str) -> None:
    """A post of which nothing is known meets no condition on words or bounds, and meets `not` of each."""
    field = post(name)
    if isinstance(field, Flag) or name in ("spam", "toxicity"):
        return
    condition = holds(name, *(field.known or ("x",))) if isinstance(field, Words) else within(name, at_least=0)
    assert condition.met(UNKNOWN) is None
    assert Not(condition).met(UNKNOWN) is not None


def test_a_reason_reads_as_a_sentence() -> None:
    """First what the post says, then from whom and where; the rule by its name."""
    when = All(
        (
            within("customer_value", at_least=500),
            holds("sentiment", "negative", "mixed"),
            holds("intent", "bug_report"),
            Not(holds("source_kind", "reddit")),
        )
    )
    (decision,) = decide([rule("Unhappy valued customers", when, SUPPORT)], POST)
    assert decision.reason == (
        "negative (0.93) and reports a bug (0.88), from a customer worth 1,240 €, not from reddit:"
        " rule 'Unhappy valued customers'"
    )


def test_one_place_gets_one_decision_with_all_the_reasons() -> None:
    """Rules that agree on a place are one card; each place is told in the order of the rules."""
    rules = [
        rule("Bugs", holds("intent", "bug_report"), RND),
        rule("Praise", holds("intent", "praise"), SUPPORT),
        rule("Urgent", within("urgency", at_least=0.6), SUPPORT, RND),
    ]
    assert decide(rules, POST) == (
        Decision(
            target="slack",
            address="#rnd",
            rules=("Bugs", "Urgent"),
            reason="reports a bug (0.88): rule 'Bugs'; urgency 0.72: rule 'Urgent'",
        ),
        Decision(target="slack", address="#support", rules=("Urgent",), reason="urgency 0.72: rule 'Urgent'"),
    )


def test_a_rule_that_stops_is_the_last_one() -> None:
    """Spam that a rule keeps back goes nowhere; a rule that stops without fitting stops nothing."""
    keep_back = rule("Advertising", within("spam", at_least=0.7), stop=True)
    bugs = rule("Bugs", holds("intent", "bug_report"), RND)
    assert decide([keep_back, bugs], replace(POST, spam=0.9)) == ()
    assert [d.address for d in decide([keep_back, bugs], POST)] == ["#rnd"]


def test_posts_and_issues_have_rules_of_their_own() -> None:
    """A rule on issues says nothing of posts, and the other way round."""
    change = ISSUE_FIELDS["change"]
    value = ISSUE_FIELDS["value"]
    assert isinstance(change, Words)
    assert isinstance(value, Number)
    when = All((Holds(change, ("rising", "returned")), Within(field=value, above=1000)))
    rules: list[AnyRule] = [
        Rule(name="Back", about=IssueFacts, when=when, destinations=(RND,)),
        rule("All posts", All(()), SUPPORT),
    ]
    assert [(d.address, d.reason) for d in decide(rules, ISSUE)] == [
        ("#rnd", "the issue is back, touching customers worth 5,320 €: rule 'Back'")
    ]
    assert [d.address for d in decide(rules, POST)] == ["#support"]
    assert rules[0].unmet(POST) == ("an issue",)


def issue_words(field: Field[IssueFacts]) -> Condition[IssueFacts]:
    """A condition that the sample issue meets, whatever the field."""
    if isinstance(field, Words):
        return Holds(field, tuple(field.read(ISSUE)))
    assert isinstance(field, Number)
    return Within(field=field, at_least=0)


@pytest.mark.parametrize("name", list(ISSUE_FIELDS))
def test_every_field_of_issues_can_be_asked(name: str) -> None:
    """Each field of an issue meets a condition on what it holds, with a reason."""
    because = issue_words(ISSUE_FIELDS[name]).met(ISSUE)
    assert because
    assert in_words(because)


def test_what_is_missing_is_said() -> None:
    """For a dry run: the parts of a rule that a post does not meet, in words."""
    when = All(
        (
            holds("intent", "bug_report"),
            within("urgency", at_least=0.9),
            Any((holds("topic", "crashes", "audio"), flag("customer_known", False))),
            holds("sentiment", "mixed", confidence=0.5),
        )
    )
    assert rule("R", when, RND).unmet(POST) == (
        "urgency at least 0.9",
        "(about crashes or audio or from nobody on record)",
        "mixed (at least 0.5 sure)",
    )


def test_a_reason_never_repeats_what_a_stranger_wrote() -> None:
    """Reasons speak in the rule's words: a hostile version or language tag from a platform is not in them."""
    hostile = replace(POST, language="pt-<script>", product_version="<b>2</b>")
    (decision,) = decide([rule("R", holds("language", "pt"), RND)], hostile)
    assert "<" not in decision.reason


scores = st.none() | st.floats(0, 1)


@given(urgency=scores, at_least=st.floats(0, 1), below=st.floats(0, 1))
def test_bounds_and_their_opposite_share_all_posts(urgency: float | None, at_least: float, below: float) -> None:
    """A condition or its `not` holds, never both; two bounds together are both of them."""
    facts = replace(POST, urgency=urgency)
    both = within("urgency", at_least=at_least, below=below)
    assert (both.met(facts) is None) != (Not(both).met(facts) is None)
    apart = All((within("urgency", at_least=at_least), within("urgency", below=below)))
    assert (both.met(facts) is None) == (apart.met(facts) is None)


leaves = st.sampled_from(
    [holds("sentiment", "negative"), holds("intent", "praise"), within("urgency", above=0.5), flag("in_issue", False)]
)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts)))
    ),
    max_leaves=8,
)


@given(tree=trees, sentiment=st.sampled_from(["negative", "positive", None]), urgency=scores)
def test_nested_conditions_are_logic(tree: Condition[Facts], sentiment: str | None, urgency: float | None) -> None:
    """Whatever the nesting: it holds exactly where nothing is unmet, and by De Morgan's laws."""
    facts = replace(POST, sentiment=sentiment, urgency=urgency)
    assert (tree.met(facts) is not None) == (tree.unmet(facts) == ())
    assert (Not(Not(tree)).met(facts) is None) == (tree.met(facts) is None)
    neither = All((Not(tree), Not(Not(tree))))
    assert neither.met(facts) is None
    assert Not(neither).met(facts) is not None
