"""The inbox: what is listed, in which order, under which filters, and what it says when it is empty."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from parsel import Selector
from sqlmodel import Session

from service.models import Telling
from service.models.columns import id_of
from service.testing.factories import (
    NOW,
    make_author,
    make_case,
    make_customer,
    make_identity,
    make_issue,
    make_post,
    make_reply,
    make_source,
    make_user,
)
from service.web.views import VIEWS

Storing = Callable[[], AbstractContextManager[Session]]
Look = Callable[[str], Selector]


@pytest.fixture
def posts(storing: Storing) -> dict[str, int]:
    """One post for each thing that can be filtered by, newest first in this order."""
    with storing() as session:
        steam = make_source(session, name="steam", kind="steam", product="Lantern Hollow")
        shop = make_source(session, name="shop", kind="tabular", product="Ironwake")
        ada = make_author(session, handle="ada")
        customer = make_customer(session)
        make_identity(session, ada, customer)
        crash = make_post(
            session,
            steam,
            text="It crashes at the ferry since 2.3.1",
            author=ada,
            rating=0.0,
            rating_label="1/5",
            reading={
                "sentiment": "negative",
                "intents": {"bug_report": 0.9},
                "topics": {"crashes": 0.8},
                "urgency": 0.9,
            },
        )
        made = {
            "crash": crash,
            "praise": make_post(
                session,
                shop,
                text="Me encanta el faro",
                created_at=NOW - timedelta(hours=3),
                rating=1.0,
                reading={"sentiment": "positive", "intents": {"praise": 0.9}, "language": "es", "toxicity": 0.6},
            ),
            "spam": make_post(
                session, shop, text="Cheap gold", created_at=NOW - timedelta(hours=4), reading={"spam": 0.99}
            ),
            "mumble": make_post(
                session,
                shop,
                text="ok",
                created_at=NOW - timedelta(hours=5),
                reading={"understood": False, "why_not": "too short", "sentiment": None},
            ),
            "gone": make_post(session, shop, text="", created_at=NOW - timedelta(hours=6), deleted_at=NOW, read=False),
            "unread": make_post(session, shop, text="全然動かない", created_at=NOW - timedelta(hours=7), read=False),
            "claimed": make_post(session, shop, text="Refund please", created_at=NOW - timedelta(days=9), version=2),
        }
        make_case(session, made["claimed"], state="claimed")
        make_issue(session, posts=[crash])
        found = {name: post.id or 0 for name, post in made.items()}
        return {**found, "customer": customer.id or 0}


def listed(page: Selector) -> list[int]:
    """The ids of the posts in the list, in its order."""
    return [int(number) for number in page.css("[data-list] a::attr(data-id)").getall()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["crash", "praise", "mumble", "unread", "claimed"]),
        ("view=needs", ["crash", "claimed"]),
        ("view=new", ["crash", "praise", "mumble", "unread"]),
        ("view=bugs", ["crash"]),
        ("view=praise", ["praise"]),
        ("view=not-understood", ["mumble"]),
        ("view=spam", ["spam"]),
        ("toxic=true", ["praise"]),
        ("toxic=false&source=shop", ["mumble", "unread", "claimed"]),
        ("spam=true&toxic=true", []),
        ("source=steam", ["crash"]),
        ("source=steam&source=shop", ["crash", "praise", "mumble", "unread", "claimed"]),
        ("product=Ironwake", ["praise", "mumble", "unread", "claimed"]),
        ("language=es", ["praise"]),
        ("sentiment=negative&sentiment=positive", ["crash", "praise"]),
        ("intent=bug_report", ["crash"]),
        ("topic=crashes", ["crash"]),
        ("urgency=high", ["crash"]),
        ("urgency=0.95", []),
        ("rating=low", ["crash"]),
        ("rating=high", ["praise"]),
        ("rating=none", ["mumble", "unread", "claimed"]),
        ("issue=any", ["crash"]),
        ("issue=none", ["praise", "mumble", "unread", "claimed"]),
        ("customer=any", ["crash"]),
        ("state=claimed", ["claimed"]),
        ("state=edited", ["claimed"]),
        ("state=unread", ["unread"]),
        ("since=2d", ["crash", "praise", "mumble", "unread"]),
        ("until=2026-03-11", ["claimed"]),
        ("since=2026-03-20", ["crash", "praise", "mumble", "unread"]),
        ("since=2026-03-20T10:30", ["crash"]),
        ("q=crash", ["crash"]),
        ("q=crash ferry 2.3.1", ["crash"]),
        ("q=refunds", []),
        ("q=動かない", ["unread"]),
        ("q='; DROP TABLE posts; --", []),
        ("q=%25", []),
        ("q=faro&sentiment=positive&source=shop", ["praise"]),
        ("q=&source=&rating=&since=", ["crash", "praise", "mumble", "unread", "claimed"]),
    ],
)
def test_filters_list_what_they_say(look: Look, posts: dict[str, int], query: str, expected: list[str]) -> None:
    """Each filter, alone and together, newest first."""
    assert listed(look(f"/?{query}")) == [posts[name] for name in expected]


def test_the_list_is_paged_without_loss(look: Look, posts: dict[str, int]) -> None:
    """Following “More” to the end shows every post once."""
    seen: list[int] = []
    address = "/?limit=2"
    for _ in range(5):
        page = look(address)
        seen += listed(page)
        following = page.css("a[rel=next]::attr(href)").get()
        if following is None:
            break
        address = f"{following}&limit=2"
    assert seen == [posts[name] for name in ("crash", "praise", "mumble", "unread", "claimed")]


def test_who_wrote_again_comes_first(look: Look, storing: Storing, posts: dict[str, int]) -> None:
    """After an answer or a telling, and until somebody has seen to it; page by page no post is lost or shown twice."""
    with storing() as session:
        kim, source = make_user(session, name="Kim"), make_source(session, name="forum")
        telling = Telling(
            issue_id=id_of(make_issue(session, posts=[])),
            fixed_at=NOW,
            version="2.4",
            prepared_by_id=id_of(kim),
            prepared_at=NOW,
        )
        session.add(telling)
        session.flush()
        written = []
        for days, told_by, state in ((8, None, None), (7, telling.id, None), (6, None, "solved")):
            author, at = make_author(session), NOW - timedelta(days=days)
            first = make_post(session, source, text="Broken", author=author, created_at=at - timedelta(hours=9))
            make_reply(session, make_case(session, first, state="answered"), kim, sent_at=at, telling_id=told_by)
            post = make_post(session, source, text="Still", author=author, created_at=at + timedelta(hours=1))
            if state:
                make_case(session, post, state=state)
            written.append(id_of(post))
    answered, told, _ = written
    assert listed(look("/?view=again")) == [told, answered]
    page = look("/?order=again")
    assert listed(page)[:3] == [told, answered, posts["crash"]]
    chips = [" ".join(row.css(".marks .act::text").getall()) for row in page.css("[data-list] li")]
    assert chips[:3] == ["Wrote again after being told of a fix", "Wrote again after our answer", "Urgent"]
    assert page.css("nav[aria-label=Order] [aria-current]::text").get() == "Wrote again first"
    assert look("/?view=needs").css("nav[aria-label=Order] [aria-current]::text").get() == "Wrote again first"
    seen, address = [], "/?order=again&limit=1"
    for _ in range(20):
        page = look(address)
        seen += listed(page)
        following = page.css("a[rel=next]::attr(href)").get()
        if following is None:
            break
        address = f"{following}&limit=1"
    assert seen == listed(look("/?order=again"))
    assert len(seen) == 11


def test_the_views_carry_their_counts(look: Look, posts: dict[str, int]) -> None:
    """The margin says how many wait in each view; an empty one has no number."""
    views = {
        view.css("::attr(href)").get(): "".join(view.css(".number::text").getall()).strip()
        for view in look("/").css(".views a")
    }
    assert views["/?view=needs"] == "2"
    assert views["/"] == "5"
    assert views["/?view=spam"] == "1"
    assert views["/?view=questions"] == ""


def test_a_post_stands_beside_the_list(look: Look, posts: dict[str, int]) -> None:
    """The address names it; without a name, the first of the list is shown."""
    assert look("/").css("[data-pane] [data-post]::attr(data-post)").get() == str(posts["crash"])
    chosen = look(f"/?view=praise&post={posts['praise']}")
    assert chosen.css("[data-pane] [data-post]::attr(data-post)").get() == str(posts["praise"])
    assert chosen.css("[data-list] a[aria-current]::attr(data-id)").get() == str(posts["praise"])


def test_each_filter_in_force_can_be_taken_away(look: Look, posts: dict[str, int]) -> None:
    """The others stay in the address."""
    links = look("/?view=bugs&source=steam&q=ferry").css(".applied a::attr(href)").getall()
    assert links == ["/?view=bugs&q=ferry", "/?view=bugs&source=steam"]


def test_new_posts_are_counted_not_shown(client: TestClient, posts: dict[str, int]) -> None:
    """The page asks how many came in after what it shows, under the same filters."""
    ask = f"/inbox/new?seen={posts['mumble']}"
    assert client.get(ask).json() == {"new": 2}
    assert client.get(f"{ask}&language=es").json() == {"new": 0}
    assert client.get(f"/inbox/new?seen={max(posts.values())}").json() == {"new": 0}


def test_an_empty_store_says_what_to_do(look: Look) -> None:
    """A newcomer's inbox names the file and the command."""
    page = look("/")
    assert "config/sources.yaml" in page.css(".empty code::text").getall()
    assert page.css(".empty a::attr(href)").get() == "/sources"


def test_a_filter_that_nothing_fits_offers_the_way_back(look: Look, posts: dict[str, int]) -> None:
    """Not the newcomer's text, but a link to the whole view."""
    page = look("/?view=bugs&q=zebra")
    assert page.css(".empty h2::text").get() == "No post fits"
    assert page.css(".empty a::attr(href)").get() == "/?view=bugs"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_says_what_its_emptiness_means(look: Look, storing: Storing, view: str) -> None:
    """No view is a blank."""
    with storing() as session:
        make_post(session, make_source(session), deleted_at=NOW, text="", read=False)
    page = look(f"/?view={view}")
    assert page.css(".list-pane .empty h2::text").get() == VIEWS[view].empty


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("view=bug", "Did you mean `bugs`?"),
        ("sorce=steam", "There is no parameter `sorce`. Did you mean `source`?"),
        ("limit=500", '`limit` is "500". It must be at most 200.'),
        ("since=yesterday", "Give a day (2026-03-01)"),
        ("sentiment=angry", '`sentiment` is "angry".'),
        ("issue=first", "Give its number, `any` or `none`."),
        ("cursor=abc", "`cursor` does not belong to this list."),
        ("cursor=WyJ4Il0", "`cursor` does not belong to this list."),
    ],
)
def test_a_wrong_parameter_is_refused_in_words(client: TestClient, query: str, sentence: str) -> None:
    """The same words on the page and in the API."""
    page = client.get(f"/?{query}")
    assert page.status_code == 422
    assert sentence in Selector(page.text).css("h1::text").get("")
    api = client.get(f"/api/posts?{query}")
    assert api.status_code == 422
    assert sentence in api.json()["error"]
