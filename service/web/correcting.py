"""What pages and the API share about correcting: where a change may come from, and what a form says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from nlp.base import Intent, Sentiment
from service.domain.corrections import INTENT, NO, SENTIMENT, SPAM, TOPIC, TOXIC, YES, said_by_models
from service.errors import Invalid, NotAllowed
from service.store.inbox import ReadingView
from service.web import words


@dataclass(frozen=True, slots=True)
class HeadToLabel:
    """A choice in the form: a head, and what may be said of it."""

    name: str
    title: str
    values: Sequence[tuple[str, str]]


def from_our_own_page(request: Request) -> None:
    """Let changes come from our own pages alone, not from another site that is open in the same browser.

    Raises:
        NotAllowed: the browser says that the request was made elsewhere, or does not say where.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site == "same-origin":
            return
    elif _host(request.headers.get("origin", "")) == request.headers.get("host", "").lower() != "":
        return
    raise NotAllowed("This change was not asked for on one of Earful's own pages. Open the page and try it there.")


def as_json(request: Request) -> None:
    """Let a program change things with JSON alone, which no other site's page can send here unasked.

    Raises:
        NotAllowed: it is not JSON, or a browser says that another site asks.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise NotAllowed("Send the labels as application/json.")


def heads_to_label(topics: Sequence[str]) -> list[HeadToLabel]:
    """Everything that a person may say about a reading in the form."""
    yes_no = [(YES, "yes"), (NO, "no")]
    return [
        HeadToLabel(SENTIMENT, "Sentiment", [(each, words.sentiment(each)) for each in Sentiment]),
        *(HeadToLabel(f"{INTENT}{each}", words.intent(each), yes_no) for each in Intent),
        *(HeadToLabel(f"{TOPIC}{each}", words.topic(each), yes_no) for each in topics),
        *(HeadToLabel(each, words.MARKS[each], yes_no) for each in (SPAM, TOXIC)),
    ]


def labels_of(given: Sequence[str]) -> dict[str, str]:
    """From the form's `head=value` fields, those that say something.

    Raises:
        Invalid: one of them is not of that form.
    """
    said = [each.rpartition("=") for each in given if each]
    if any(not separator for _, separator, _ in said):
        raise Invalid("A label has the form head=value.")
    return {head: value for head, _, value in said}


def confirmed(reading: ReadingView | None) -> dict[str, str]:
    """That everything which a reading shows is right, as labels; nothing where there is no reading.

    Raises:
        Invalid: the post was not understood, so that there is nothing to confirm.
    """
    if reading is None or not reading.understood:
        raise Invalid("The models said nothing about this post, so there is nothing to confirm.")
    topics = {each.label: each.score for each in reading.topics}
    columns = {
        "understood": True,
        "sentiment": reading.sentiment.label if reading.sentiment else None,
        "intents": {each.label: each.score for each in reading.intents},
        "topics": topics,
        "spam": reading.spam,
        "toxicity": reading.toxicity,
    }
    heads = [
        SENTIMENT,
        *(f"{INTENT}{each}" for each in Intent),
        *(f"{TOPIC}{each}" for each in topics),
        SPAM,
        TOXIC,
    ]
    found = {head: said_by_models(head, columns) for head in heads}
    return {head: value for head, value in found.items() if value}


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
