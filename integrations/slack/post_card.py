"""One post as blocks: its words in a quote, ours small around it, and what we do about it below."""

from __future__ import annotations

from integrations.base import CardCustomer, CardIssue, CardTranslation, Payload, PostCard
from integrations.slack import case_lines, kit, names, words
from integrations.slack.escape import clean, cut, cut_lines, one_line, units
from integrations.slack.words import dotted, name

_POST = 1000
_POST_LINES = 15


def blocks(card: PostCard, *, buttons: bool = True) -> list[Payload]:
    """The card's blocks, without what leads out of it. `buttons`: whether an app of ours hears clicks."""
    if card.deleted:
        return [*_gone(card), *_work(card, buttons=buttons)]
    shown = [kit.context(kit.plain_text(_where(card), kit.SENTENCE), kit.when(card.created_at)), _said(card)]
    lines = [line for line in (_reading(card), _who(card.customer), _refused(card), _issue(card.issue)) if line]
    if lines:
        shown.append(kit.rich_text(*lines))
    return [*shown, *kit.small_print(card.why), *_work(card, buttons=buttons)]


def text(card: PostCard) -> str:
    """What a notification shows and a screen reader says: escaped, one line."""
    if card.deleted:
        return kit.fallback(f"{name(card.source)}: the author removed this post.")
    said = cut(one_line(card.text) or one_line(card.title or ""), kit.FALLBACK // 2)
    case = case_lines.in_words(card.case) if card.case else ""
    reading = dotted(words.sentiment(card.sentiment) if card.sentiment else "", words.intents(card.intents), case)
    return kit.fallback(
        f"{name(card.author) or 'Someone'} on {name(card.source)}: {said} {f'({reading})' if reading else ''}"
    )


def _gone(card: PostCard) -> list[Payload]:
    """What is left when the author took the post back: neither the words nor who wrote them."""
    gone = kit.span("The author removed this post. Its text is gone from here, too.", italic=True)
    lines = [line for line in (kit.line(gone), _issue(card.issue)) if line]
    return [
        kit.context(kit.plain_text(name(card.source), kit.SENTENCE), kit.when(card.created_at)),
        kit.rich_text(*lines),
    ]


def _work(card: PostCard, *, buttons: bool) -> list[Payload]:
    """Who has it, how far the answer is, and the buttons for what comes next."""
    if card.case is None:
        return []
    shown = [kit.rich_text(*case_lines.lines(card.case))]
    if not buttons:
        return shown
    offered = case_lines.offered(card, card.case)
    pressed = [*offered.buttons, *_whole(card, card.case.case_id)]
    if offered.menu:
        pressed.append(kit.menu(names.MORE, offered.menu))
    return [*shown, kit.actions(pressed)] if pressed else shown


def _whole(card: PostCard, case_id: int) -> list[Payload]:
    """The way to all of the words, where the card shows only their beginning."""
    return (
        [kit.press(names.TEXT, "Show all", str(case_id))]
        if not card.deleted and _shown(card) != clean(card.text)
        else []
    )


def _where(card: PostCard) -> str:
    """Such as: Steam, Lantern Hollow · wolf_of_oak, 1,240 followers · ★★☆☆☆ · version 2.3.1 · edited."""
    author = name(card.author)
    if card.reach:
        author += f", {words.count(card.reach, 'follower')}"
    rating = words.stars(name(card.rating or ""))
    return dotted(name(card.source), author, rating, _product(card), "edited" if card.edited else "")


def _product(card: PostCard) -> str:
    """The product where the source does not bear its name already, and its version."""
    product = name(card.product or "")
    known = product in name(card.source)
    version = name(card.product_version or "")
    if not version:
        return "" if known else product
    return f"version {version}" if known else f"{product} {version}"


def _said(card: PostCard) -> Payload:
    """The title, the text, and the way to the rest where it is long."""
    whole, shown = clean(card.text), _shown(card)
    parts = []
    if title := one_line(card.title or ""):
        parts.append(kit.line(kit.span(cut(title, kit.TITLE), bold=True)))
    parts.append(kit.quote(shown) if shown else kit.line(kit.span("The author left no words.", italic=True)))
    if shown != whole:
        parts.append(kit.line(kit.link(f"Show all {units(whole):,} characters", card.page_url)))
    return kit.rich_text(*parts, *_translated(card.translation))


def _translated(found: CardTranslation | None) -> list[Payload]:
    """The words in our team's language, called what they are."""
    said = cut(cut_lines(clean(found.text), _POST_LINES), _POST) if found else ""
    if found is None or not said:
        return []
    called = cut(one_line(f"In {found.language}, as {found.by} puts it:"), kit.SENTENCE)
    return [kit.line(kit.span(called, italic=True)), kit.quote(said)]


def _shown(card: PostCard) -> str:
    return cut(cut_lines(clean(card.text), _POST_LINES), _POST)


def _reading(card: PostCard) -> Payload | None:
    """Such as: 🙁 Negative · reports a bug, may leave · Crashes, Save games · German. Urgency comes first."""
    if card.not_understood:
        return kit.line(kit.span(f"Not understood: {cut(one_line(card.not_understood), kit.SENTENCE)}", italic=True))
    said = dotted(
        words.sentiment(card.sentiment) if card.sentiment else "",
        words.intents(card.intents),
        words.topics(card.topics),
        ", ".join(card.marks),
        card.language or "",
    )
    spans = [kit.span("🔴 Urgent", bold=True)] if card.urgency >= words.URGENT_FROM else []
    if said := cut(one_line(said), kit.SENTENCE):
        spans.append(kit.span(f" · {said}" if spans else said))
    return kit.line(*spans) if spans else None


def _who(customer: CardCustomer | None) -> Payload | None:
    """Such as: Customer: Ana Pérez · advocate · € 240.00 · last contact Nov 3."""
    if customer is None:
        return None
    spans = [kit.span("Customer: "), kit.link(name(customer.name) or "no name", customer.url)]
    if facts := dotted(words.plain(name(customer.lifecycle)), name(customer.value)):
        spans.append(kit.span(f" · {facts}"))
    if customer.last_contact_at:
        spans += [kit.span(" · last contact "), kit.day(customer.last_contact_at)]
    return kit.line(*spans)


def _refused(card: PostCard) -> Payload | None:
    """Before somebody begins to answer. How they asked, and how to answer all the same, the form tells."""
    if card.refused_at is None:
        return None
    return kit.line(kit.span("✋ Asked not to be contacted", bold=True), kit.span(" · "), kit.day(card.refused_at))


def _issue(issue: CardIssue | None) -> Payload | None:
    """Such as: Issue: #12 Crash when the map opens · 84 posts."""
    if issue is None:
        return None
    title = f"#{issue.number} {cut(one_line(issue.title), kit.TITLE)}".rstrip()
    return kit.line(kit.span("Issue: "), kit.link(title, issue.url), kit.span(f" · {words.count(issue.posts, 'post')}"))
