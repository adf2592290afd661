"""What the actions on replies share: holding one, refusing what does not fit, moving it on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlmodel import Session, col

from integrations.counting import count
from service.actions.actors import Actor
from service.actions.auditing import audit
from service.actions.replies.looking import post_and_source
from service.domain.outbox import OutboxState, move
from service.domain.replies import Circumstances, approval_reasons, clean, internal_in, text_digest
from service.errors import Conflict, Invalid, NotAllowed, NotFound
from service.models import Case, Order, Post, Reply, Source, User
from service.models.columns import id_of
from service.pipeline import cards, flow
from service.pipeline.outcome import Job, Outcome
from service.store import contact, facts, replies
from service.tools import Tools

_TELLING = 5  # letters; a shorter number of ours may stand in any text


def hold(session: Session, reply_id: int) -> tuple[Reply, Case]:
    """The reply and its case, held until the transaction ends. Raises NotFound."""
    found = replies.hold(session, reply_id)
    if found is None:
        raise NotFound(f"There is no reply {reply_id}.")
    return found


def fitting(session: Session, text: str, post: Post, source: Source, tools: Tools) -> str:
    """The text as it will be sent.

    Raises:
        Invalid: it is empty, longer than the platform allows, or holds what must not leave the house.
    """
    text = clean(text)
    if not text:
        raise Invalid("There is nothing to say: the reply is empty.")
    rules = tools.reply_rules(source)
    if rules is not None and rules.limit is not None and (length := count(text, rules.counting)) > rules.limit:
        raise Invalid(f"It is {length:,} long as the platform counts, and {rules.limit:,} are allowed.")
    if found := internal_in(text, _held(session, post, tools)):
        raise Invalid(f"{' '.join(found)} That stays inside; take it out.")
    return text


def _held(session: Session, post: Post, tools: Tools) -> dict[str, list[str]]:
    known = facts.of_posts(session, [id_of(post)])[0].customer
    customer = known.customer if known else None
    orders = session.scalars(select(col(Order.number)).where(col(Order.customer_id) == customer.id)) if customer else ()
    numbers = [*orders, post.order_number or "", (customer.external_id or "") if customer else ""]
    return {
        "an address of Earful itself": [tools.page_url, urlsplit(tools.page_url).netloc],
        "an e-mail address of the customer": [post.verified_email or "", (customer.email or "") if customer else ""],
        "a number of the customer or of an order": [number for number in numbers if len(number) >= _TELLING],
        "an e-mail address of our team": list(session.scalars(select(col(User.email)))),
    }


def reasons(session: Session, text: str, post: Post, *, by: Actor, tools: Tools) -> list[str]:
    """Why a second person must look at what `by` wrote; none where nobody must."""
    known = facts.of_posts(session, [id_of(post)])[0].customer
    about = Circumstances(
        writer=by.name,
        role=by.role,
        replies_so_far=replies.written_by(session, by.user_id),
        text=text,
        post_text=f"{post.title or ''}\n{post.text}",
        customer_value=float(known.value) if known else None,
        currency=tools.company.currency,
    )
    return approval_reasons(tools.replies.approval, about)


def unchanged(session: Session, post_id: int, version: int) -> tuple[Post, Source]:
    """The post, where it is what the writer saw.

    Raises:
        NotFound: it is gone. Conflict: its author edited it since.
    """
    post, source = post_and_source(session, post_id)
    if post.version != version:
        raise Conflict("The author changed the post since you saw it. Look at it again, then answer.")
    return post, source


def refuse_unwanted(session: Session, reply: Reply, post: Post) -> None:
    """Let no words leave for somebody who wants none: decision 37.

    Raises:
        NotAllowed: they asked not to be contacted; says what can be answered all the same.
    """
    if found := contact.why_not_to(session, reply, post):
        raise NotAllowed(found)


def in_spite_of(session: Session, post: Post, refusal_id: int | None) -> int | None:
    """The refusal that a writer saw and answers in spite of; None where it is not the one that holds."""
    holds = contact.of_author(session, post.author_id)
    return holds.id if holds is not None and holds.id == refusal_id else None


def refuse_second(session: Session, reply: Reply) -> None:
    """Let nobody answer where somebody does.

    Raises:
        Conflict: a reply of ours stands there or is on its way; says whose.
    """
    living = replies.alive_of(session, reply.post_id, telling_id=reply.telling_id)
    if living is not None and living.id != reply.id:
        raise Conflict(someone_answers(session, living))


def someone_answers(session: Session, living: Reply) -> str:
    """Who answers already, in a sentence."""
    who = session.get_one(User, living.written_by_id).name
    stands = living.state == OutboxState.SENT or living.remote_id is not None
    return f"{who}'s reply stands there already." if stands else f"{who} answers already: a reply is on its way."


def same_words(reply: Reply, digest: str) -> None:
    """Bind a decision to exact words.

    Raises:
        Conflict: the reply says something else now.
    """
    if text_digest(reply.text) != digest:
        raise Conflict("The reply says something else now than what you read. Read it again.")


def to(reply: Reply, wanted: OutboxState, refusal: str) -> None:
    """Move the reply on.

    Raises:
        Conflict: it is too far, or not far enough; `refusal` says so.
    """
    try:
        reply.state = move(OutboxState(reply.state), wanted)
    except ValueError:
        raise Conflict(refusal) from None


def send(session: Session, reply: Reply, *, wait: float, now: datetime) -> list[Job]:
    """Let the reply leave in `wait` seconds: the job for it, and its post's cards."""
    reply.send_after = now + timedelta(seconds=wait)
    reply.problem = reply.what_to_do = None
    session.flush()
    return [flow.reply(id_of(reply), wait_seconds=wait), *cards.of_post(session, reply.post_id)]


def done(
    session: Session,
    verb: str,
    reply: Reply,
    *,
    by: Actor,
    now: datetime,
    jobs: Sequence[Job] | None = None,
    **detail: Any,
) -> Outcome:
    """Note what was done, and let the cards show it."""
    session.flush()
    audit(session, verb, "reply", id_of(reply), by=by, now=now, words=text_digest(reply.text)[:8], **detail)
    return Outcome(next=cards.of_post(session, reply.post_id) if jobs is None else jobs)


def void_approval(reply: Reply) -> None:
    """What was approved is not what it says any more."""
    reply.approved_by_id = reply.approved_at = reply.approved_digest = None
