"""A preview keeps what would have been sent, and sends nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.recorder import PreviewTarget, Recorded
from integrations.slack.blocks import payload
from service.testing.cards import POST_CARD, post_card

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def test_it_keeps_what_slack_would_have_got() -> None:
    """The channel's own payload is handed over, with address and key."""
    kept: list[Recorded] = []
    receipt = PreviewTarget(kept.append, render=payload).send(POST_CARD, address="#community", key="k1")
    assert kept == [
        Recorded(address="#community", key="k1", remote_id=receipt.remote_id, payload=payload(POST_CARD, "k1"))
    ]


def test_an_update_is_kept_under_the_same_id() -> None:
    """The new form replaces the old one: same key, same id."""
    kept: list[Recorded] = []
    target = PreviewTarget(kept.append, render=payload)
    first = target.send(POST_CARD, address="#community", key="k1")
    second = target.update(post_card(deleted=True), receipt=first, key="k1")
    assert second == first
    assert [recorded.remote_id for recorded in kept] == [first.remote_id] * 2
    assert kept[0].payload != kept[1].payload


def test_it_finds_what_another_process_kept() -> None:
    """With `recall`, what counts is what the store has, not what this object was given."""
    stored = {("#community", "k1")}
    target = PreviewTarget(lambda _: None, render=payload, recall=lambda address, key: (address, key) in stored)
    found = target.find(address="#community", key="k1", after=LONG_AGO)
    assert found is not None
    assert target.find(address="#community", key="k2", after=LONG_AGO) is None


def test_nothing_counts_as_sent_that_could_not_be_kept() -> None:
    """Where keeping fails, the delivery is not found afterwards."""

    def refuse(recorded: Recorded) -> None:
        raise OSError(recorded.key)

    target = PreviewTarget(refuse, render=payload)
    with pytest.raises(OSError, match="k1"):
        target.send(POST_CARD, address="#community", key="k1")
    assert target.find(address="#community", key="k1", after=LONG_AGO) is None
