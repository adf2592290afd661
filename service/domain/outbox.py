"""The one state machine of whatever leaves: deliveries, replies, tickets."""

from __future__ import annotations

from enum import StrEnum


class OutboxState(StrEnum):
    """How far an outgoing message has come."""

    DRAFT = "draft"
    APPROVED = "approved"  # to be sent
    SENDING = "sending"  # left, or about to; whoever finds it here looks before sending again
    SENT = "sent"
    UNCERTAIN = "uncertain"  # may have arrived; settled by looking
    FAILED = "failed"
    MANUAL = "manual"  # only a person can do it
    DROPPED = "dropped"  # a person took it back before it left


MOVES: dict[OutboxState, frozenset[OutboxState]] = {
    OutboxState.DRAFT: frozenset({OutboxState.APPROVED, OutboxState.DROPPED, OutboxState.SENT}),
    OutboxState.APPROVED: frozenset(
        {
            OutboxState.SENDING,
            OutboxState.MANUAL,
            OutboxState.FAILED,
            OutboxState.DRAFT,
            OutboxState.DROPPED,
            OutboxState.SENT,  # a change of what stands there was taken back before it left
        }
    ),
    OutboxState.SENDING: frozenset({OutboxState.SENT, OutboxState.UNCERTAIN, OutboxState.FAILED, OutboxState.APPROVED}),
    OutboxState.UNCERTAIN: frozenset({OutboxState.SENT, OutboxState.APPROVED, OutboxState.FAILED}),
    # An update in place; of a reply, once its new words are approved.
    OutboxState.SENT: frozenset({OutboxState.SENDING, OutboxState.APPROVED, OutboxState.DRAFT}),
    # From here a person goes on: again as it is, with other words, by hand, or not at all.
    OutboxState.FAILED: frozenset({OutboxState.APPROVED, OutboxState.DRAFT, OutboxState.SENT, OutboxState.DROPPED}),
    OutboxState.MANUAL: frozenset({OutboxState.SENT, OutboxState.DRAFT, OutboxState.DROPPED}),
    OutboxState.DROPPED: frozenset(),
}


def move(current: OutboxState, wanted: OutboxState) -> OutboxState:
    """The wanted state, where the machine allows it.

    Raises:
        ValueError: the move is not in the table; the caller's idea of the message is wrong.
    """
    if wanted not in MOVES[current]:
        raise ValueError(f"a message that is {current} cannot become {wanted}")
    return wanted
