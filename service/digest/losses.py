"""What was not seen, and why, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from service.digest import words
from service.digest.links import Links
from service.digest.sentences import Piece, Sentence
from service.domain.digest import Digest, SourceTrouble
from service.domain.freshness import in_words
from service.domain.periods import Period
from service.domain.sources import SourceState

_STANDING = {
    SourceState.BUSY: "Waiting for the platform.",
    SourceState.REFUSED: "A person must act.",
    SourceState.OFF: "Switched off.",
}
_NAMED = 4


def not_seen(digest: Digest, links: Links) -> list[Sentence]:
    """Source by source what did not come, then what came and is in no figure; never empty."""
    missed, period = digest.not_seen, digest.period
    found: list[Sentence] = [_trouble(source, period, links) for source in missed.sources if source.any]
    found += _first_heard([source for source in missed.sources if source.first_heard_at], period)
    if missed.not_understood:
        why = f", mostly because: {_sentence(missed.why_not)}" if missed.why_not else "."
        number = Piece(words.count(missed.not_understood, "post"), links.posts(state="not_understood"))
        found.append([Piece("The models could not read "), number, Piece(why)])
    if missed.unread:
        number = Piece(words.count(missed.unread, "post"), links.posts(state="unread"))
        found.append([number, Piece(" still wait to be read by the models." if missed.unread > 1 else " still waits.")])
    if digest.topics and missed.without_topic:
        found.append(
            [Piece(f"{words.count(missed.without_topic, 'post')} fit no topic: they are in no team's digest.")]
        )
    if missed.spam:
        found.append([Piece(words.count(missed.spam, "post"), links.posts(view="spam")), Piece(" left out as spam.")])
    if missed.removed:
        found.append([Piece(f"{words.count(missed.removed, 'post')} left out, removed by author or platform.")])
    if missed.late:
        late = words.count(missed.late, "post")
        found.append([Piece(f"{late} from before this time came in only now, and are in no figure here.")])
    if missed.afterwards:
        found.append(
            [Piece(f"{words.count(missed.afterwards, 'post')} written after this time are left for the next digest.")]
        )
    if missed.switched_off:
        found.append([Piece(f"Switched off: {_names(missed.switched_off)}.")])
    return found or [[Piece("Every source answered every time, and everything that came could be read.")]]


def _trouble(source: SourceTrouble, period: Period, links: Links) -> Sentence:
    said = []
    if source.state in _STANDING:
        said.append(_STANDING[source.state])
    said.append(_sentence(source.reason))
    if source.quiet_since is not None and source.usual_quiet_hours is not None:
        said += [f"No post since {words.moment(source.quiet_since, period)}.", in_words(source.usual_quiet_hours)]
    if source.state is SourceState.BUSY:
        said.append(f"Next try on {words.moment(source.next_due_at, period)}.")
    if source.failed_runs:
        said.append(f"{source.failed_runs:,} of {words.count(source.runs, 'try', 'tries')} failed.")
    said += [f"Missed: {_sentence(gap)}" for gap in source.gaps]
    if source.set_aside:
        why = "because" if source.set_aside == 1 else "mostly because"
        items = words.count(source.set_aside, "item")
        said.append(f"{items} could not be read, {why}: {_sentence(source.set_aside_reason)}")
    return [Piece(source.title, links.source(source.name)), Piece(": " + " ".join(each for each in said if each))]


def _first_heard(sources: list[SourceTrouble], period: Period) -> list[Sentence]:
    if not sources:
        return []
    number = words.count(len(sources), "source was", "sources were")
    named = _names([source.title for source in sources])
    return [
        [
            Piece(f"{number} first listened to after {words.moment(period.since, period)} ({named}): "),
            Piece("what was removed there before that, nobody here saw."),
        ]
    ]


def _names(titles: Sequence[str]) -> str:
    return "; ".join(titles[:_NAMED]) + (f"; and {len(titles) - _NAMED} more" if len(titles) > _NAMED else "")


def _sentence(said: str) -> str:
    said = said.strip()
    return said if not said or said.endswith((".", "?", "!")) else f"{said}."
