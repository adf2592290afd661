"""What changed, in three sentences, each number leading to its posts; and the paragraph about a burst of reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from service.digest import words
from service.digest.links import Links
from service.domain.digest import Digest, IssueLine, Storm
from service.domain.periods import Period

_AN_INSTANT = timedelta(microseconds=1)  # an end is not included


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and where they lead."""

    text: str
    href: str | None = None


Sentence: TypeAlias = Sequence[Piece]


def what_changed(digest: Digest, links: Links) -> list[Sentence]:
    """How much was said and in what mood; which issue moved; which customers are touched."""
    return [_volume(digest, links), _movement(digest, links), _value(digest, links)]


def about_storm(storm: Storm, digest: Digest, links: Links) -> Sentence:
    """What is known of a burst of negative posts that names no defect."""
    burst, zone = storm.burst, digest.period.zone
    span = Period(
        since=burst.first_at.astimezone(zone), until=(burst.last_at + _AN_INSTANT).astimezone(zone), zone=zone
    )
    where = f"about {burst.product} ({storm.place})" if burst.product else f"on {storm.place}"
    usual = (
        f"{burst.times_usual:.0f} times the usual number"
        if burst.times_usual is not None
        else "where fewer than one is usual in such a time"
    )
    about = f"{_all_or(burst.about_topic, burst.posts)} about {burst.topic.replace('_', ' ')}; " if burst.topic else ""
    defects = f"{burst.defects or 'none'} of them {'report' if burst.defects > 1 else 'reports'} a bug"
    rest = words.negative(storm.otherwise)
    return [
        Piece(
            words.count(burst.posts, "negative post"),
            links.posts(span, source=storm.source, product=burst.product, sentiment="negative"),
        ),
        Piece(f" {where} came within {words.count(max(burst.hours, 1), 'hour')}"),
        Piece(f" ({words.days(burst.first_at, burst.last_at, digest.period)}), {usual}. "),
        Piece(_capital(f"{about}{defects}, and half of them have at most {burst.typical_length} characters.")),
        Piece(f" Without them, {rest} of what people wrote would be negative." if rest else ""),
    ]


def _volume(digest: Digest, links: Links) -> Sentence:
    period, mood, before = digest.period, digest.mood, digest.before
    earlier = Piece(words.change(mood.posts, before.posts, period), links.posts(period.before))
    if not mood.posts:
        told = f"; {words.count(before.posts, 'post')} in {words.the_time_before(period)}" if before.posts else ""
        return [Piece("We saw no post of this time"), Piece(told, links.posts(period.before)), Piece(".")]
    start = [Piece("People wrote "), Piece(words.count(mood.posts, "post"), links.posts()), Piece(", "), earlier]
    if not mood.felt:
        return [*start, Piece("; the models could tell the mood of none of them.")]
    moved = words.mood_change(mood, before)
    return [
        *start,
        Piece("; "),
        Piece(f"{words.negative(mood)} are negative", links.posts(sentiment="negative")),
        Piece(f", {moved}." if moved else "."),
    ]


def _movement(digest: Digest, links: Links) -> Sentence:
    changes = digest.changes
    told = [_named(line, "is rising", digest, links) for line in changes.rising[:1]]
    told += [_named(line, "came back", digest, links) for line in changes.returned[:1]]
    told += [_named(line, "was marked fixed", digest, links) for line in changes.fixed[:1] if len(told) < 2]
    if not told:
        return _standing(digest, links)
    more = len(changes.rising) + len(changes.returned) + len(changes.fixed) - len(told)
    sentence = [piece for at, each in enumerate(told) for piece in ([Piece("; ")] if at else []) + list(each)]
    return [*sentence, Piece(f"; {words.count(more, 'other issue')} moved." if more > 0 else ".")]


def _standing(digest: Digest, links: Links) -> Sentence:
    if not digest.by_people:
        return [Piece("No issue was written about.")]
    first = digest.by_people[0]
    return [
        Piece("No issue rose, came back or was fixed; most people ("),
        Piece(f"{first.people:,}", links.posts(issue=first.number)),
        Piece(") wrote about "),
        Piece(words.title(first.title), links.issue(first.number)),
        Piece("."),
    ]


def _named(line: IssueLine, what: str, digest: Digest, links: Links) -> list[Piece]:
    after = f" after {line.posts_before}" if line.posts_before else ""
    return [
        Piece(words.title(line.title), links.issue(line.number)),
        Piece(f" {what}: "),
        Piece(words.count(line.posts, "post"), links.posts(issue=line.number)),
        Piece(f"{after} in {words.the_time_before(digest.period)}" if after else ""),
        Piece(f", by {words.count(line.people, 'person', 'people')}" if line.people else ""),
    ]


def _value(digest: Digest, links: Links) -> Sentence:
    if not digest.by_people:
        return [Piece("So there is nothing to rank by value.")]
    if not digest.by_value:
        return [Piece("Nobody who wrote about an issue is tied to a customer who bought something.")]
    top = digest.by_value[0]
    all_of_it = words.money(digest.value_heard, digest.currency)
    share = words.money(top.value, digest.currency)
    return [
        Piece(words.count(digest.customers_heard, "customer"), links.posts(issue="any", customer="any")),
        Piece(f" wrote about issues, and bought for {all_of_it} so far"),
        Piece(f"; {share} of it by the " if top.customers > 1 else f"; {share} of it by the one who wrote about "),
        Piece(f"{top.customers} behind " if top.customers > 1 else ""),
        Piece(words.title(top.title), links.issue(top.number)),
        Piece("."),
    ]


def _all_or(part: int, whole: int) -> str:
    return "all are" if part == whole else f"{part} are"


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
