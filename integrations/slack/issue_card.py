"""One issue as blocks: its title, how many people it stands for, and what they say."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.base import CardFix, IssueCard, Payload
from integrations.slack import kit, names, words
from integrations.slack.escape import cut, one_line
from integrations.slack.kit import Confirm
from integrations.slack.words import dotted, name

_QUOTE = 300
_QUOTES = 3
_NAMES = 5
_DONE = {"fixed": "✅ fixed"}
_OVER = frozenset({"merged", "muted"})
_TAKE_BACK = Confirm(
    title="It is not fixed?",
    text="Its posts decide again how it stands, and nobody more is told that it is fixed.",
    yes="It is not fixed",
)


def blocks(card: IssueCard) -> list[Payload]:
    """The card's blocks, without the buttons."""
    counts = [kit.span(text, bold=True) for text in _counts(card)]
    lines = [kit.line(*kit.between(counts, " · "))]
    if change := one_line(card.change):
        lines.append(kit.line(kit.span(cut(change, kit.SENTENCE))))
    if card.fix is not None:
        lines.append(kit.line(*_fixed(card.fix)))
    if told := one_line(card.told):
        lines.append(kit.line(kit.span(cut(told, kit.SENTENCE))))
    lines += [kit.quote(cut(text, _QUOTE)) for text in _quotes(card)]
    shown = [
        kit.context(kit.plain_text(dotted(f"Issue #{card.number}", _state(card)), kit.SENTENCE)),
        kit.header(one_line(card.title) or f"Issue #{card.number}"),
        kit.rich_text(*lines),
    ]
    return [
        *shown,
        *kit.small_print(dotted(_since(card.versions), _list(card.sources), _list(card.languages)), card.why),
    ]


def pressed(card: IssueCard) -> list[Payload]:
    """The buttons that ask us to do something. Who may is decided when one is pressed: all see the same card."""
    if card.fix is not None:
        return [kit.press(names.NOT_FIXED, "It is not fixed", str(card.number), confirm=_TAKE_BACK)]
    return [] if card.state in _OVER else [kit.press(names.FIXED, "It is fixed", str(card.number))]


def text(card: IssueCard) -> str:
    """What a notification shows and a screen reader says: escaped, one line."""
    title, counts = cut(one_line(card.title), kit.TITLE), ", ".join(_counts(card))
    return kit.fallback(f"Issue #{card.number}, {_state(card)}: {title} ({counts}). {card.change}")


def _fixed(fix: CardFix) -> list[Payload]:
    """Such as: Fixed in 1.4 by Ada · 61 can be told: review and send."""
    who = f" by {name(fix.by)}" if name(fix.by) else ""
    version = f" in {name(fix.version)}" if name(fix.version) else ""
    spans = [kit.span(f"Fixed{version}{who}", bold=True)]
    if not fix.telling_url:
        return spans
    if not fix.to_review:
        way = "See who is told"
    elif fix.reachable:
        way = f"{fix.reachable:,} can be told: review and send"
    else:
        way = "Nobody can be told: see why"
    return [*spans, kit.span(" · "), kit.link(way, fix.telling_url)]


def _state(card: IssueCard) -> str:
    return _DONE.get(card.state, words.plain(name(card.state)))


def _counts(card: IssueCard) -> list[str]:
    """Posts and people always, customers and value where there are any."""
    counts = [words.count(card.posts, "post"), words.count(card.people, "person", "people")]
    if card.customers:
        counts.append(words.count(card.customers, "customer"))
    return [*counts, *filter(None, [name(card.value)])]


def _quotes(card: IssueCard) -> list[str]:
    return [text for text in map(one_line, card.quotes) if text][:_QUOTES]


def _since(versions: Sequence[str]) -> str:
    listed = _list(versions)
    return f"in {listed}" if listed else ""


def _list(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = [short for short in map(name, names) if short]
    more = f" and {len(shown) - _NAMES:,} more" if len(shown) > _NAMES else ""
    return ", ".join(shown[:_NAMES]) + more
