"""Looks at a post where it stands, for whoever is about to answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from collectors.base import ReplyDoor
from integrations.base import IntegrationError
from integrations.replies import ReplyRules, Standing
from service.domain.contact import Refusal, why_not
from service.domain.replies import UNSEEN, changed_since, digest_of
from service.errors import NotFound
from service.models import Post, Source
from service.store import contact, replies
from service.store.database import transaction
from service.store.replies import as_collected
from service.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A post as its platform shows it at this moment, and what may be done about it."""

    post_id: int
    post_version: int  # of what we hold
    standing: Standing | None  # None: its platform could not be asked, or lets no program ask
    digest: str  # what a reply that is written now is bound to
    changed: Sequence[str]  # in sentences, what differs from what we hold
    warnings: Sequence[str]  # in sentences, what a writer should know
    rules: ReplyRules | None
    door: ReplyDoor
    deep_link: str | None  # where a person answers by hand
    refusal: Refusal | None  # its author asked not to be contacted
    answerable: bool  # False: it was written before they asked


def look(post_id: int, tools: Tools) -> Seen:
    """Ask the post's platform how it stands there. No transaction may be open: this waits for others.

    Raises:
        NotFound: there is no such post, or its author removed it.
    """
    with transaction(tools.engine) as session:
        post, source = post_and_source(session, post_id)
        place = replies.place_of(session, post, source)
        refusal = contact.of_author(session, post.author_id)
    replier = tools.replier(source)
    held = as_collected(post)
    standing, digest, warnings = None, digest_of(held), _by_hand(source, tools)
    if replier is not None:
        try:
            standing = replier.look(place)
            digest, warnings = digest_of(standing), _warnings(standing, tools.reply_rules(source))
        except IntegrationError as error:
            digest, warnings = UNSEEN, [f"It could not be looked at: {error}"]
    return Seen(
        post_id=post_id,
        post_version=post.version,
        standing=standing,
        digest=digest,
        changed=changed_since(held, standing) if standing else [],
        warnings=[*_unwanted(refusal, post), *warnings],
        rules=tools.reply_rules(source),
        door=tools.door(source),
        deep_link=post.url,
        refusal=refusal,
        answerable=refusal is None or post.created_at > refusal.at,
    )


def post_and_source(session: Session, post_id: int) -> tuple[Post, Source]:
    """A post that is still there, and where it is from. Raises NotFound."""
    post = session.get(Post, post_id)
    if post is None or post.deleted_at is not None:
        raise NotFound(f"There is no post {post_id}.")
    return post, session.get_one(Source, post.source_id)


def _unwanted(refusal: Refusal | None, post: Post) -> list[str]:
    found = why_not(refusal, written_at=post.created_at)
    return [found] if found else []


def _by_hand(source: Source, tools: Tools) -> list[str]:
    door = tools.door(source)
    if door is ReplyDoor.NONE:
        return ["Nobody can be answered there."]
    needs = tools.reply_needs(source)
    if needs:
        return [f"Without {' and '.join(needs)} in the environment, a person has to paste the reply."]
    return ["No program may answer there: a person has to paste the reply."]


def _warnings(standing: Standing, rules: ReplyRules | None) -> list[str]:
    told = [] if standing.may_answer else [standing.why_not or "Nobody may answer there any more."]
    ours = [answer for answer in standing.answers if answer.ours]
    if ours and rules is not None and rules.one_for_each_post:
        told.append("Our answer stands there; a new one takes its place.")
    elif ours:
        told.append("Somebody answered with our account already.")
    return told
