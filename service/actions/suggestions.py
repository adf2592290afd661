"""Words to begin a reply with: the company's templates, and what it answered to similar posts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from service.actions.actors import Actor, require
from service.configuration.replies import Template
from service.domain.people import shown_name
from service.domain.roles import Deed
from service.errors import NotFound
from service.store import facts, similar
from service.store.facts import PostFacts
from service.store.similar import EarlierReply
from service.tools import Tools

_ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Words to begin with."""

    text: str
    name: str  # the template's, or where the words come from
    why: str  # in a sentence
    template: str | None = None  # its name
    reply_id: int | None = None  # the earlier reply


def drafts_for(session: Session, post_id: int, *, by: Actor, tools: Tools, most: int = 3) -> list[Suggestion]:
    """Words for this post, best first: in its language, for what it does and is about.

    Raises:
        NotFound: there is no such post. NotAllowed: `by` does not write replies.
    """
    require(by, Deed.WRITE, session=session)
    found = facts.of_posts(session, [post_id])
    if not found or found[0].post.deleted_at is not None:
        raise NotFound(f"There is no post {post_id}.")
    known = found[0]
    earlier = [_from_earlier(each, known) for each in similar.replies(session, known.reading, most=most)]
    templates = _fitting(tools.replies.templates, known)
    # The company's own words first, but never only them: a template is never about somebody else.
    kept = earlier[: most - 1] if templates else earlier
    return [*kept, *templates][:most]


def _fitting(templates: Sequence[Template], known: PostFacts) -> list[Suggestion]:
    """The templates that can be said, filled in, those that fit best first."""
    language = (known.reading.language if known.reading else _ENGLISH).split("-")[0]
    values = values_of(known)
    intents = known.reading.intents if known.reading else {}
    topics = known.reading.topics if known.reading else {}

    def fit(template: Template) -> tuple[bool, float]:
        scores = [intents.get(name, 0.0) for name in template.intents] + [topics.get(n, 0.0) for n in template.topics]
        return template.language.split("-")[0] == language, max(scores, default=0.1)

    able = [
        template
        for template in templates
        if (not template.intents or any(name in intents for name in template.intents))
        and (not template.topics or any(name in topics for name in template.topics))
        and template.language.split("-")[0] in (language, _ENGLISH)
    ]
    ordered = sorted(able, key=fit, reverse=True)
    said = [(template.name, words) for template in ordered if (words := template.words(values)) is not None]
    return [Suggestion(text=words, name=name, why="A template of replies.yaml.", template=name) for name, words in said]


def values_of(known: PostFacts) -> Mapping[str, str]:
    """What templates may leave open, as far as it is known of a post."""
    post, author = known.post, known.author
    name = (author.name or author.handle or "") if author else ""
    return {
        "author": "" if shown_name(name) != name else name,  # nobody is called by the end of a number
        "product": post.product or "",
        "version": post.product_version or "",
        "issue": str(known.issue.id) if known.issue else "",
    }


def _from_earlier(earlier: EarlierReply, known: PostFacts) -> Suggestion:
    """An earlier reply, with whoever it was for replaced by whoever this is for."""
    text, name = earlier.text, values_of(known)["author"] or "…"
    for other in sorted({each for each in earlier.names if each and len(each) > 1}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(other)}(?!\w)", lambda _: name, text, flags=re.IGNORECASE)
    why = f"{earlier.by} answered a similar post with it."
    return Suggestion(text=text, name="Answered before", why=why, reply_id=earlier.reply_id)
