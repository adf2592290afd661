"""Deliveries -> messages: what a card says, from what the store knows at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from integrations.base import (
    CardCase,
    CardCustomer,
    CardFix,
    CardIssue,
    CardLabel,
    CardReply,
    CardTranslation,
    IssueCard,
    Message,
    PostCard,
    SourceCard,
)
from integrations.replies import ReplyRules
from service.domain.alarms import Trouble, is_over, trouble_of
from service.domain.closing import TellingState
from service.domain.corrections import HOLDS_FROM, INTENT, SENTIMENT, TOPIC
from service.domain.freshness import in_words
from service.domain.issues import IssueState, change_in_words
from service.domain.languages import UNDETERMINED, language_name
from service.domain.people import shown_name
from service.domain.wording import money
from service.models import Case, Delivery, Issue, Post, Reading, Reply, Source, User
from service.models.columns import id_of
from service.pipeline import team_digest
from service.store import contact, events, facts, issue_facts, replies, tellings, translations
from service.store.facts import PostFacts
from service.tools import Tools


def compose(session: Session, delivery: Delivery, tools: Tools) -> Message:
    """The message of a delivery as it should read now."""
    if delivery.post_id is not None:
        return _post_card(session, facts.of_posts(session, [delivery.post_id])[0], delivery, tools)
    if delivery.source_id is not None:
        return _source_card(session.get_one(Source, delivery.source_id), delivery, tools)
    if delivery.team is not None:
        return team_digest.compose(session, delivery, tools)
    if delivery.issue_id is None:
        raise ValueError(f"delivery {delivery.key} is about nothing")
    return _issue_card(session, delivery.issue_id, delivery, tools)


def _post_card(session: Session, known: PostFacts, delivery: Delivery, tools: Tools) -> PostCard:
    post, author, reading = known.post, known.author, known.reading
    gone = post.deleted_at is not None
    return PostCard(
        text=post.text,
        title=post.title,
        source=tools.source_title(known.source),
        author=shown_name(author.name or author.handle or author.account) if author else "",
        author_url=author.url if author else None,
        reach=author.reach if author else None,
        created_at=post.created_at,
        edited=post.version > 1 and not gone,
        deleted=gone,
        rating=post.rating_label,
        product=post.product,
        product_version=post.product_version,
        language=_language(reading),
        translation=_translation(session, post),
        sentiment=_sentiment(reading),
        intents=_labels(reading.intents, INTENT, reading) if reading else (),
        topics=_labels(reading.topics, TOPIC, reading) if reading else (),
        marks=_marks(reading),
        urgency=reading.urgency if reading else 0.0,
        not_understood=reading.why_not if reading else None,
        case=None if gone else _case(session, known, tools),
        customer=_customer(session, known, post.created_at, tools),
        refused_at=None if gone else _refused_at(session, post),
        issue=_issue(known, tools),
        why=delivery.reason,
        page_url=f"{tools.page_url}/posts/{post.id}",
        original_url=post.url,
    )


def _refused_at(session: Session, post: Post) -> datetime | None:
    refusal = contact.of_author(session, post.author_id)
    return refusal.at if refusal else None


def _case(session: Session, known: PostFacts, tools: Tools) -> CardCase | None:
    case = session.scalars(select(Case).where(col(Case.post_id) == id_of(known.post))).one_or_none()
    if case is None:
        return None
    reply = replies.shown_of(session, case.post_id)
    people = {
        id_of(user): user.name for user in session.scalars(select(User).where(col(User.id).in_(_ids(case, reply))))
    }
    return CardCase(
        case_id=id_of(case),
        state=case.state,
        door=tools.door(known.source),
        assignee=people.get(case.assignee_id or 0),
        snoozed_until=case.snoozed_until,
        escalated=case.escalated_at is not None,
        reply=_reply(reply, people, tools.reply_rules(known.source)) if reply else None,
    )


def _ids(case: Case, reply: Reply | None) -> list[int]:
    held = [case.assignee_id, *((reply.written_by_id, reply.approved_by_id) if reply else ())]
    return [each for each in held if each is not None]


def _reply(reply: Reply, people: Mapping[int, str], rules: ReplyRules | None) -> CardReply:
    there = reply.remote_id is not None  # put there by a program, which can change it
    return CardReply(
        reply_id=id_of(reply),
        state=reply.state,
        text=reply.text,
        by=people[reply.written_by_id],
        approval_reasons=() if reply.approved_by_id else tuple(reply.approval_reasons),
        approved_by=people.get(reply.approved_by_id or 0),
        send_after=reply.send_after,
        sent_at=reply.sent_at,
        url=reply.remote_url,
        problem=reply.problem,
        what_to_do=reply.what_to_do,
        may_edit=there and rules is not None and rules.edits,
        may_take_down=there and rules is not None and rules.deletes,
    )


def _issue_card(session: Session, issue_id: int, delivery: Delivery, tools: Tools) -> IssueCard:
    known = issue_facts.of_issue(session, issue_id)
    fix, telling = _fix(session, known.issue, tools), tellings.of_issue(session, issue_id)
    taken_back = fix is None and telling is not None and telling.state == TellingState.DRAFT
    return IssueCard(
        number=issue_id,
        title=known.issue.title,
        state=known.issue.state,
        change=change_in_words(known.times, now=tools.clock()),
        posts=len(known.times),
        people=known.people,
        customers=known.customers,
        value=money(float(known.value), tools.company.currency),
        languages=[language_name(code) for code in known.languages],
        sources=known.sources,
        versions=known.versions,
        quotes=known.quotes,
        why=delivery.reason,
        page_url=f"{tools.page_url}/issues/{issue_id}",
        told="" if taken_back else tellings.said_of_issue(session, issue_id),
        fix=fix,
    )


def _fix(session: Session, issue: Issue, tools: Tools) -> CardFix | None:
    if issue.state != IssueState.FIXED or issue.fixed_version is None:
        return None
    issue_id = id_of(issue)
    said = events.last(session, "issue", issue_id, verbs=("fix",))
    telling = tellings.of_issue(session, issue_id)
    ours = telling if telling is not None and telling.fixed_at == issue.state_changed_at else None
    return CardFix(
        version=issue.fixed_version,
        by=said.actor if said else "",
        reachable=tellings.can_be_told(session, id_of(ours)) if ours else 0,
        to_review=ours is not None and ours.state == TellingState.DRAFT,
        telling_url=f"{tools.page_url}/issues/{issue_id}/telling" if ours else "",
    )


def _source_card(source: Source, delivery: Delivery, tools: Tools) -> SourceCard:
    silent = trouble_of(delivery.event) is Trouble.SILENT
    over = is_over(delivery.event, source.last_succeeded_at, source.quiet_since)
    name = tools.source_title(source)
    if over:
        headline, said, what_to_do = f"{name} speaks again", "", ""
    elif silent and source.usual_quiet_hours is not None:
        headline, said = f"{name} is silent for unusually long", in_words(source.usual_quiet_hours)
        what_to_do = f"Look whether people still write there: earful source try {source.name}"
    else:
        headline, said = f"{name} refuses to be read", source.state_reason or "It is being asked again."
        what_to_do = f"Put it right, then press “Try again” on its page, or: earful source retry {source.name}"
    return SourceCard(
        name=source.name,
        headline=headline,
        text=said,
        what_to_do=what_to_do,
        since=source.quiet_since if silent and not over and source.quiet_since else delivery.created_at,
        over=over,
        why=delivery.reason,
        page_url=f"{tools.page_url}/sources/{source.name}",
    )


def _labels(scores: dict[str, float], kind: str, reading: Reading) -> list[CardLabel]:
    return [
        CardLabel(label=label, score=score, sure=f"{kind}{label}" not in reading.unsure)
        for label, score in sorted(scores.items(), key=lambda pair: -pair[1])
    ]


def _marks(reading: Reading | None) -> list[str]:
    if reading is None:
        return []
    found = {"spam": reading.spam, "abusive": reading.toxicity}
    return [word for word, score in found.items() if score >= HOLDS_FROM]


def _translation(session: Session, post: Post) -> CardTranslation | None:
    found = translations.of_post(session, post)
    if found is None:
        return None
    return CardTranslation(text=found.text, language=language_name(found.language), by=found.made_by)


def _language(reading: Reading | None) -> str | None:
    if reading is None or reading.language == UNDETERMINED:
        return None
    return language_name(reading.language)


def _sentiment(reading: Reading | None) -> CardLabel | None:
    if reading is None or reading.sentiment is None:
        return None
    sure = SENTIMENT not in reading.unsure
    return CardLabel(label=reading.sentiment, score=reading.sentiment_score or 0.0, sure=sure)


def _customer(session: Session, known: PostFacts, before: datetime, tools: Tools) -> CardCustomer | None:
    if known.customer is None:
        return None
    customer = known.customer.customer
    return CardCustomer(
        name=customer.name,
        lifecycle=customer.lifecycle,
        value=money(float(known.customer.value), tools.company.currency),
        last_contact_at=facts.last_post_before(session, id_of(customer), before),
        url=f"{tools.page_url}/customers/{customer.id}",
    )


def _issue(known: PostFacts, tools: Tools) -> CardIssue | None:
    issue = known.issue
    if issue is None:
        return None
    return CardIssue(
        number=id_of(issue), title=issue.title, posts=issue.post_count, url=f"{tools.page_url}/issues/{issue.id}"
    )
