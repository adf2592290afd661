"""What people ask of us besides answering: labels, long texts, their home, `/earful`, links, messages made feedback."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from service.models import Correction, Delivery, Post, Reading, Source
from service.models.columns import id_of
from service.pipeline import channel_digest
from service.pipeline.outcome import Job
from service.store import deliveries
from service.store.database import transaction
from service.store.deliveries import Wanted
from service.testing.factories import make_case, make_customer, make_issue, make_post
from tests.desk.bench import ADA, CHANNEL, KIM, STRANGER, VIC, Desk


def labels_of(desk: Desk) -> dict[str, str]:
    """What people said of the post, by head."""
    with transaction(desk.tools.engine) as session:
        return {each.head: each.value for each in session.scalars(select(Correction))}


def read_as(desk: Desk, **columns: object) -> None:
    """Let the models have said this of the post."""
    with transaction(desk.tools.engine) as session:
        reading = session.scalars(select(Reading).where(col(Reading.post_id) == desk.answering.post_id)).one()
        for name, value in columns.items():
            setattr(reading, name, value)


def test_one_tap_says_that_it_is_no_bug(desk: Desk) -> None:
    """The label is stored, and the card follows."""
    read_as(desk, sentiment="negative", intents={"bug_report": 0.91})
    desk.choose(KIM, desk.ts, "case:more", f"label:open {desk.answering.case_id}")
    taps = [each for each in desk.names(desk.modal(KIM)) if each.startswith("label:at_once")]
    assert len(taps) == 3
    desk.click(KIM, str(desk.modal(KIM)["id"]), taps[1])

    assert labels_of(desk) == {"intent:bug_report": "no"}
    assert "reports a bug" not in str(desk.card()["blocks"])
    assert "Noted." in str(desk.modal(KIM)["blocks"])


def test_the_form_stores_what_is_different_and_nothing_else(desk: Desk) -> None:
    """Feeling, intents, topics and marks."""
    read_as(desk, sentiment="negative", intents={"bug_report": 0.91}, topics={"crashes": 0.8})
    desk.choose(KIM, desk.ts, "case:more", f"label:open {desk.answering.case_id}")
    desk.submit(KIM, {"sentiment": "mixed", "intents": ["bug_report", "question"], "topics": [], "marks": ["spam"]})

    assert labels_of(desk) == {"sentiment": "mixed", "intent:question": "yes", "topic:crashes": "no", "spam": "yes"}
    assert "Mixed feelings" in str(desk.card()["blocks"])


def test_a_viewer_corrects_nothing(desk: Desk) -> None:
    """It is said who may."""
    desk.choose(VIC, desk.ts, "case:more", f"label:open {desk.answering.case_id}")
    assert desk.workspace.modal(VIC) is None
    assert "say what is right about a reading" in desk.whispers(VIC)[0]


def test_a_long_post_is_read_page_by_page(desk: Desk) -> None:
    """The button stands where the card cuts; nothing of the text is lost between pages."""
    words = " ".join(f"word{number}" for number in range(1500))
    with transaction(desk.tools.engine) as session:
        session.get_one(Post, desk.answering.post_id).text = words
    desk.jobs.append((desk.tools.clock(), Job(task="deliver", arguments={"delivery_id": desk.delivery_id})))
    desk.work()

    desk.click(VIC, desk.ts, "text:all")
    seen = []
    for page in range(10):
        view = desk.modal(VIC)
        (quoted,) = [part for part in view["blocks"][1]["elements"] if part["type"] == "rich_text_quote"]
        seen.append(quoted["elements"][0]["text"])
        if f"text:page#{page + 1}" not in desk.names(view):
            break
        desk.click(VIC, str(view["id"]), f"text:page#{page + 1}")
    assert " ".join(seen) == words
    assert max(map(len, seen)) <= 3000


def test_a_home_shows_what_needs_its_owner(desk: Desk) -> None:
    """Late ones first; a click there is seen there at once."""
    desk.answering.clock.pass_(30 * 3600)
    desk.people.open_home(KIM)
    desk.work()
    home = desk.workspace.homes[KIM]
    shown = str(home.payload["blocks"])
    assert "To be answered now · 1" in shown
    assert "Nobody's yet · 1" in shown
    assert "You have no cases." in shown
    assert "The lamp flickers" in shown

    block = next(each for each in home.payload["blocks"] if "case:claim" in str(each))
    desk.click(KIM, home.id, "case:claim", block["block_id"])
    shown = str(desk.workspace.homes[KIM].payload["blocks"])
    assert "Yours · 1" in shown
    assert "Everything is taken." in shown


def test_a_strangers_home_says_what_to_do(desk: Desk) -> None:
    """And nothing else."""
    desk.people.open_home(STRANGER)
    desk.work()
    shown = str(desk.workspace.homes[STRANGER].payload["blocks"])
    assert "earful user add dee@lantern-works.example" in shown
    assert "lamp" not in shown


def test_customers_and_issues_are_found(desk: Desk) -> None:
    """By name, by words, by number; only who asked sees it."""
    with transaction(desk.tools.engine) as session:
        make_customer(session, name="Ana Map")
        issue = make_issue(session, title="Crash when the map opens")
        number = id_of(issue)
    desk.people.slash(VIC, CHANNEL, "/earful map")
    desk.people.slash(VIC, CHANNEL, f"/earful #{number}")
    desk.people.slash(VIC, CHANNEL, "/earful zyzzyva")
    desk.people.slash(VIC, CHANNEL, "/earful help")
    desk.work()

    found, one, none, helped = [str(each["blocks"]) for each in desk.workspace.seen_by(VIC)]
    assert "Ana Map" in found
    assert f"#{number} Crash when the map opens" in found
    assert "Crash when the map opens" in one
    assert "Nothing is called “zyzzyva” here." in none
    assert "/earful pause 2h" in helped


def test_a_pause_holds_new_cards_and_lets_the_rest_follow(desk: Desk) -> None:
    """What waited comes when the pause is over, or ended, and once."""
    desk.people.slash(KIM, CHANNEL, "/earful pause 2h")
    desk.work()
    another = another_card(desk)
    assert len(cards(desk)) == 1
    desk.click(KIM, desk.ts, "case:claim")
    assert " with Kim" in str(cards(desk)[0]["blocks"])

    desk.people.slash(KIM, CHANNEL, "/earful resume")
    desk.work()
    assert len(cards(desk)) == 2
    assert "1 cards that waited come now." in desk.whispers(KIM)[-1]
    desk.later(3 * 3600)
    assert len(cards(desk)) == 2
    with transaction(desk.tools.engine) as session:
        assert session.get_one(Delivery, another).state == "sent"


def test_a_pause_ends_by_itself(desk: Desk) -> None:
    """Nobody has to remember it."""
    desk.people.slash(KIM, CHANNEL, "/earful pause 30m")
    desk.work()
    another_card(desk)
    desk.later(29 * 60)
    assert len(cards(desk)) == 1
    desk.later(120)
    assert len(cards(desk)) == 2


def test_a_pause_needs_a_time_and_a_role(desk: Desk) -> None:
    """What is wrong is said in a sentence."""
    desk.people.slash(KIM, CHANNEL, "/earful pause soon")
    desk.people.slash(VIC, CHANNEL, "/earful pause 2h")
    desk.work()
    assert desk.whispers(KIM) == ["For how long? /earful pause 30m, 2h or 1d."]
    assert "may work on cases" in desk.whispers(VIC)[0]
    another_card(desk)
    assert len(cards(desk)) == 2


def test_links_to_our_pages_unfold(desk: Desk) -> None:
    """A post with its words, an issue, a customer without a name; other hosts and removed posts stay as they are."""
    with transaction(desk.tools.engine) as session:
        number = id_of(make_issue(session, title="Crash when the map opens"))
        customer = id_of(make_customer(session, name="Ana Secret"))
    page = desk.tools.page_url
    desk.workspace.app.unfurl_domains.add(page.split("//")[1].split(":")[0])
    for path in (f"posts/{desk.answering.post_id}", f"issues/{number}", f"customers/{customer}"):
        desk.people.share_link(ADA, CHANNEL, f"{page}/{path}")
    desk.people.share_link(ADA, CHANNEL, f"{page}.evil.example/posts/{desk.answering.post_id}")
    desk.work()

    shown = str([each for each in desk.workspace.messages() if each["ts"] != desk_ts(desk)])
    assert "The lamp flickers" in shown
    assert "Crash when the map opens" in shown
    assert f"record {customer}" in shown
    assert "Ana Secret" not in shown


def test_a_message_becomes_a_post_once(desk: Desk) -> None:
    """With the words, the product and the time of the message; the same message again is the same post."""
    said = desk.people.say(ADA, CHANNEL, "A player told me at the fair: the map is too dark.")
    ts = said.ts
    for _ in range(2):
        desk.people.message_shortcut(ADA, ts, "feedback:make")
        desk.work()
        desk.submit(ADA, {"product": "Lantern Hollow"})

    with transaction(desk.tools.engine) as session:
        source = session.scalars(select(Source).where(col(Source.name) == "colleagues")).one()
        (post,) = session.scalars(select(Post).where(col(Post.source_id) == id_of(source))).all()
        assert (post.text, post.product) == ("A player told me at the fair: the map is too dark.", "Lantern Hollow")
        assert post.author_id is None
    assert [job.task for _, job in desk.jobs] == []
    assert "Taken in." in desk.whispers(ADA)[-1]


def cards(desk: Desk) -> list[dict[str, object]]:
    """The cards in #community."""
    return [each for each in desk.workspace.messages() if each["channel"] == CHANNEL]


def desk_ts(desk: Desk) -> str:
    """The first card's name."""
    return str(cards(desk)[0]["ts"])


def another_card(desk: Desk) -> int:
    """A second card for #community; its delivery."""
    with transaction(desk.tools.engine) as session:
        source = session.scalars(select(Source).where(col(Source.name) == "lamps")).one()
        post = make_post(session, source, text="Another one", created_at=desk.tools.clock() - timedelta(minutes=1))
        make_case(session, post)
        wanted = Wanted(post_id=id_of(post), target="slack", address="#community", reason="a question", rules=[])
        (delivery_id,) = deliveries.ask(session, [wanted], now=desk.tools.clock())
    desk.jobs.append((desk.tools.clock(), Job(task="deliver", arguments={"delivery_id": delivery_id})))
    desk.work()
    return delivery_id


def test_a_channel_gets_its_digest_once_a_morning_with_what_waits(desk: Desk) -> None:
    """Subscribed with a command; at half past eight it comes, and says what the pause holds back."""
    desk.people.slash(KIM, CHANNEL, "/earful digest daily")
    desk.work()
    assert "gets a digest every morning" in desk.whispers(KIM)[-1]
    desk.people.slash(KIM, CHANNEL, "/earful pause 1d")
    desk.work()
    another_card(desk)

    now = desk.tools.clock().astimezone(desk.tools.company.time_zone)
    morning = datetime.combine(now.date() + timedelta(days=1), channel_digest.MORNING, now.tzinfo)
    desk.answering.clock.now = morning
    for _ in range(3):
        with transaction(desk.tools.engine) as session:
            jobs = channel_digest.due(session, desk.tools)
        for job in jobs:
            channel_digest.run(job.arguments["channel_id"], desk.tools)

    card, digest = cards(desk)
    assert card["ts"] == desk_ts(desk)
    shown = str(digest["blocks"])
    assert "1 card waits, because this channel is paused until" in shown
    assert "The whole digest" in shown

    desk.people.slash(KIM, CHANNEL, "/earful digest off")
    desk.work()
    desk.answering.clock.now = morning + timedelta(days=1)
    with transaction(desk.tools.engine) as session:
        assert channel_digest.due(session, desk.tools) == []
