"""Everything that we show in Slack, over hostile texts, as often as one likes: `make fuzz-cards CASES=100000`.

Each case must be what Slack takes, as JSON that can be sent, without a sign from outside in a field that Slack reads as
markup.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from integrations.base import DigestCard, IssueCard, Payload, PostCard
from integrations.slack import names
from integrations.slack.blocks import payload
from integrations.slack.views import digest, feedback, fixed, found, home, labels, outcome, post, reply, work
from service.testing.slack.rules import validate_message, validate_unfurls, validate_view
from tests.evidence.hostile import made_up, odd_text

Show = Callable[[Random], Payload]
Problems = Callable[[Payload], list[str]]


@dataclass(frozen=True)
class Shown:
    """One thing that we show: how it is made of odd values, and what Slack would say to it."""

    name: str
    show: Show
    problems: Problems


def _message(message: found.Message) -> Payload:
    return {"text": message.text, "blocks": list(message.blocks)}


def _unfurl(unfurled: Payload) -> list[str]:
    return validate_unfurls({"https://earful.example/posts/1": unfurled})


def _unfolded(blocks: Sequence[Payload]) -> Payload:
    return {"blocks": list(blocks)}


def _home(chance: Random) -> home.Home:
    """Buttons are ours: their names are never odd."""
    made = made_up(home.Home, chance)
    pressed = [(names.CLAIM, "Claim", False), (names.RETRY, "Try again", True)]
    return replace(made, groups=[replace(group, buttons=pressed) for group in made.groups[:6]])


def _texts(chance: Random, most: int = 12) -> list[str]:
    return [odd_text(chance) for _ in range(chance.randint(0, most))]


_IDS: Payload = {"case": 12, "post": 7, "seen": "gone"}
EVERY: Sequence[Shown] = (
    Shown("post card", lambda c: payload(made_up(PostCard, c), "key", buttons=c.random() < 0.8), validate_message),
    Shown("issue card", lambda c: payload(made_up(IssueCard, c), "key", buttons=c.random() < 0.8), validate_message),
    Shown("reply form", lambda c: reply.form(made_up(reply.ReplyForm, c)), validate_view),
    Shown("looking", lambda c: reply.looking(odd_text(c), _IDS), validate_view),
    Shown("saving", lambda _: reply.saving(_IDS), validate_view),
    Shown("outcome", lambda c: outcome.outcome(made_up(outcome.WrittenReply, c)), validate_view),
    Shown("approval", lambda c: outcome.approval(made_up(outcome.WrittenReply, c), _IDS), validate_view),
    Shown("sending back", lambda c: outcome.sending_back(made_up(outcome.WrittenReply, c), _IDS), validate_view),
    Shown("by hand", lambda c: outcome.posted_by_hand(made_up(outcome.WrittenReply, c), _IDS), validate_view),
    Shown("notice", lambda c: outcome.notice(odd_text(c), *_texts(c)), validate_view),
    Shown("whole post", lambda c: post.whole(made_up(post.ShownPost, c), c.randint(-2, 40), _IDS), validate_view),
    Shown("labels", lambda c: labels.form(made_up(labels.Labels, c)), validate_view),
    Shown("assign", lambda _: work.assign(_IDS), validate_view),
    Shown("snooze", lambda _: work.snooze(_IDS, first=date(2026, 12, 1)), validate_view),
    Shown("dismiss", lambda _: work.dismiss(_IDS), validate_view),
    Shown("escalate", lambda c: work.escalate(_IDS, channel=odd_text(c)), validate_view),
    Shown("fixed", lambda c: fixed.form(made_up(fixed.ShownFix, c), _IDS), validate_view),
    Shown("marked fixed", lambda c: fixed.done(made_up(fixed.ShownFix, c)), validate_view),
    Shown("home", lambda c: home.page(_home(c)), validate_view),
    Shown("stranger's home", lambda c: home.stranger(_texts(c)), validate_view),
    Shown(
        "hits", lambda c: _message(found.hits(odd_text(c), [made_up(found.Hit, c) for _ in range(9)])), validate_message
    ),
    Shown("help", lambda _: _message(found.helped()), validate_message),
    Shown("note", lambda c: _message(found.note(*_texts(c))), validate_message),
    Shown(
        "unfurled post",
        lambda c: _unfolded(found.unfurled_post(made_up(post.ShownPost, c), _texts(c), odd_text(c))),
        _unfurl,
    ),
    Shown("unfurled", lambda c: _unfolded(found.unfurled(made_up(found.Hit, c))), _unfurl),
    Shown("digest", lambda c: _message(digest.message(made_up(DigestCard, c))), validate_message),
    Shown("team's digest", lambda c: payload(made_up(DigestCard, c), "key"), validate_message),
    Shown("lost words", lambda c: {"text": "", "blocks": reply.kept_words(odd_text(c), odd_text(c))}, validate_message),
    Shown("feedback", lambda c: feedback.form(odd_text(c), _texts(c, 120), _IDS), validate_view),
)


def problem_of(shown: Shown, seed: str) -> str | None:
    """What is wrong with one case; None: Slack takes it."""
    try:
        made = shown.show(Random(seed))
        json.dumps(made, ensure_ascii=False).encode()
    except Exception as error:  # noqa: BLE001 - that is what we look for
        return f"{type(error).__name__}: {error}"
    problems = shown.problems(made)
    problems += [f"markup from outside: {text[:80]!r}" for text in markup_of(made) if not _is_a_date(text)]
    return problems[0] if problems else None


def markup_of(value: object) -> Iterator[str]:
    """Every text that Slack reads as markup, in blocks."""
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield str(value["text"])
        for field in value.values():
            yield from markup_of(field)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from markup_of(item)


def _is_a_date(text: str) -> bool:
    return text.startswith("<!date^") and text.count("<") == text.count(">") == 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Try everything that is shown; returns 1 where Slack would refuse one."""
    parser = argparse.ArgumentParser(description="Try what we show in Slack on hostile texts.")
    parser.add_argument("--cases", type=int, default=100_000, help="cases in all")
    parser.add_argument("--seed", type=int, default=1, help="another number tries others")
    chosen = parser.parse_args(arguments)
    begun, broken = time.perf_counter(), 0
    each = -(-chosen.cases // len(EVERY))
    for shown in EVERY:
        problems: dict[str, str] = {}
        for number in range(each):
            seed = f"{shown.name} {chosen.seed} {number}"
            if (problem := problem_of(shown, seed)) is not None:
                problems.setdefault(problem, seed)
        broken += len(problems)
        for problem, seed in list(problems.items())[:10]:
            print(f"{shown.name}: {problem[:300]} (seed {seed!r})")
    took = time.perf_counter() - begun
    print(f"{each * len(EVERY):,} cases of {len(EVERY)} things that we show, {broken} kinds of problem, {took:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
