"""How we answered, in three sentences: what has no value yet is said in words, never as a 0."""

from __future__ import annotations

from service.digest import words
from service.digest.links import Links
from service.digest.sentences import Piece, Sentence
from service.domain.digest import Answering, Digest


def how_we_answered(digest: Digest, links: Links) -> list[Sentence]:
    """How many and how fast; what their authors did; who was told that something is fixed. One sentence for nothing."""
    found = digest.answering
    if found == Answering():
        return [[Piece("No post of this time wanted an answer, and nobody was to be told that something is fixed.")]]
    return [_answered(found, links), _moved(found), _told(found, links)]


def _answered(found: Answering, links: Links) -> Sentence:
    if not found.wanted:
        start = "No post of this time wanted an answer"
    elif not found.answered:
        start = f"We answered none of the {words.count(found.wanted, 'post')} that wanted an answer"
    else:
        start = f"We answered {found.answered:,} of {words.count(found.wanted, 'post')} that wanted an answer"
    speed = found.first_response
    if speed.value is not None:
        took = f"{words.hours(speed.value)} after the post"
        return [Piece(f"{start}; half of the first replies came within "), Piece(took, links.effect()), Piece(".")]
    few = f"; how fast cannot be said from {words.count(speed.of, 'first reply', 'first replies')}" if speed.of else ""
    return [Piece(f"{start}{few}.")]


def _moved(found: Answering) -> Sentence:
    if not found.replies:
        return [Piece("No reply of ours went out, so that nothing came of one.")]
    replies = words.count(found.replies, "reply", "replies")
    if not found.moved:
        return [Piece(f"After {replies}, no author has answered us or changed their stars so far.")]
    who = words.count(found.moved, "author")
    return [Piece(f"After {replies}, {who} answered us or changed their stars so far.")]


def _told(found: Answering, links: Links) -> Sentence:
    people = words.count(found.to_tell, "person", "people")
    if not found.to_tell:
        start = "Nobody was to be told that something is fixed"
    elif not found.told:
        start = f"{people} reported something that is fixed, and nobody was told so far"
    else:
        start = f"Told {found.told:,} of {people} that what they reported is fixed"
    if not found.again:
        return [Piece(f"{start}." if not found.told else f"{start}; nobody wrote again after being told.")]
    who = words.count(found.again, "person", "people")
    pieces = [Piece(f"{start}; {who} wrote again after being told: ")]
    for at, number in enumerate(found.again_about[:5]):
        pieces += [Piece(", ")] if at else []
        pieces.append(Piece(f"#{number}", links.issue(number)))
    return [*pieces, Piece(".")]
