"""Saying what is right about a reading: one tap for the commonest, a form for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.base import JSON, Payload
from integrations.slack import kit, names, words
from integrations.slack.views import forms, post
from integrations.slack.views.post import ShownPost

_TAPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What the models (or people) said, and what there is to say."""

    post: ShownPost
    sentiment: str | None
    intents: Sequence[str]
    topics: Sequence[str]
    marks: Sequence[str]  # of `spam` and `toxic`
    sentiments: Sequence[str]  # all that there are
    every_intent: Sequence[str]
    every_topic: Sequence[str]
    metadata: Mapping[str, JSON]


def form(labels: Labels) -> Payload:
    """What holds now is chosen already; what is changed counts."""
    topics = [*labels.topics, *(topic for topic in labels.every_topic if topic not in labels.topics)]
    marks = [("spam", "spam"), ("abusive", "toxic")]
    sentiments = forms.options((words.feeling(each), each) for each in labels.sentiments)
    blocks: list[Payload] = [post.head(labels.post), post.said(labels.post, most=600)]
    if taps := _taps(labels):
        blocks.append(kit.actions(taps))
    if sentiments:
        blocks.append(
            forms.choice_field(
                names.FIELD_SENTIMENT, "Feeling", sentiments, initial=labels.sentiment or "", optional=True
            )
        )
    for field, label, choices, chosen in (
        (
            names.FIELD_INTENTS,
            "What the author does",
            [(words.deed(each), each) for each in labels.every_intent],
            labels.intents,
        ),
        (names.FIELD_TOPICS, "Topics", [(words.plain(each), each) for each in topics], labels.topics),
        (names.FIELD_MARKS, "The text is", marks, labels.marks),
    ):
        if options := forms.options(choices):
            blocks.append(forms.choices_field(field, label, options, initial=chosen))
    blocks += kit.small_print("What you change is shown at once, and Earful learns from it.")
    return forms.modal(
        names.LABEL, "Wrong label", blocks, submit="That is right", close="Cancel", metadata=labels.metadata
    )


def _taps(labels: Labels) -> list[Payload]:
    """One tap for each thing that is said, to say that it is not so."""
    taps = []
    if labels.sentiment == "negative":
        taps.append(("Not negative, neutral", "sentiment", "neutral"))
    if labels.sentiment == "positive":
        taps.append(("Not positive, negative", "sentiment", "negative"))
    taps += [(f"Not: {words.deed(intent)}", f"intent:{intent}", "no") for intent in labels.intents]
    taps += [
        (f"Not {word}", mark, "no") for mark, word in (("spam", "spam"), ("toxic", "abusive")) if mark in labels.marks
    ]
    taps += [("Spam", "spam", "yes")] if "spam" not in labels.marks else []
    return [
        kit.press(f"{names.LABEL_AT_ONCE}#{number}", text, f"{head}={answer}")
        for number, (text, head, answer) in enumerate(taps[:_TAPS])
    ]
