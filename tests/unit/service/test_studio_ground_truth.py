"""The sample studio's ground truth and its company's records agree with the posts, link by link and count by count."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import pytest
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from service.testing.studio.content import FOLDER, Studio, load_studio
from service.testing.studio.model import SamplePost


class PlantedHere(BaseModel):
    """What ground_truth.yaml says about one issue."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    product: str
    posts: int
    customers: int
    first_day: float
    last_day: float
    by_language: dict[str, int]
    members: list[str]


class GroundTruth(BaseModel):
    """ground_truth.yaml, whole."""

    model_config = ConfigDict(extra="forbid")
    posts: int
    by_source: dict[str, int]
    by_product: dict[str, int]
    by_language: dict[str, int]
    by_sentiment: dict[str, int]
    by_intent: dict[str, int]
    by_topic: dict[str, int]
    issues: dict[str, PlantedHere]
    links: dict[str, list[str]]
    linked_posts: int
    reddit_link_traps: list[str]
    unverified_link_traps: list[str]
    spam: list[str]
    bomb: list[str]
    edited: list[str]
    deleted: list[str]
    second_phase: list[str]
    near_misses: dict[str, list[str]]
    small_themes: dict[str, list[str]]


@pytest.fixture(scope="module")
def studio() -> Studio:
    """The shipped sample studio."""
    return load_studio()


@pytest.fixture(scope="module")
def truth() -> GroundTruth:
    """What ground_truth.yaml says was planted."""
    return GroundTruth.model_validate(YAML(typ="safe").load((FOLDER / "ground_truth.yaml").read_text(encoding="utf-8")))


def linked(post: SamplePost, studio: Studio) -> str | None:
    """The customer that a lawful, exact key of this post names."""
    writer = studio.content.writers[post.author]
    customers = studio.records.customers.values()
    if post.source == "survey":
        mails = {customer.email: customer.id for customer in customers if customer.email_verified}
        orders = {order.number: order.customer for order in studio.records.orders.values()}
        return mails.get(post.email) or orders.get(post.order or "")
    if post.source == "steam":
        return next((c.id for c in customers if c.steam_id and c.steam_id == writer.steamid), None)
    if post.source == "forum":
        return next((c.id for c in customers if c.forum_handle and c.forum_handle == writer.handle), None)
    return None


def counted(posts: Iterable[SamplePost], labels: Callable[[SamplePost], Iterable[str]]) -> dict[str, int]:
    """How many posts have each label."""
    return dict(Counter(label for post in posts for label in labels(post)))


def chosen(posts: Iterable[SamplePost], holds: Callable[[SamplePost], bool]) -> set[str]:
    """The ids of the posts for which something holds."""
    return {post.id for post in posts if holds(post)}


def test_the_counts_agree_with_the_posts(studio: Studio, truth: GroundTruth) -> None:
    """Every count in ground_truth.yaml is what the posts say."""
    posts = studio.content.posts
    assert truth.posts == len(posts)
    assert truth.by_source == counted(posts, lambda post: [post.source])
    assert truth.by_product == counted(posts, lambda post: [post.product])
    assert truth.by_language == counted(posts, lambda post: [post.language])
    assert truth.by_sentiment == counted(posts, lambda post: [post.truth.sentiment])
    assert truth.by_intent == counted(posts, lambda post: post.truth.intents)
    assert truth.by_topic == counted(posts, lambda post: post.truth.topics)


def test_the_lists_agree_with_the_posts(studio: Studio, truth: GroundTruth) -> None:
    """Spam, bomb, edits, deletions and the second phase are listed as the posts have them."""
    posts = studio.content.posts
    assert set(truth.spam) == chosen(posts, lambda post: post.truth.spam)
    assert set(truth.bomb) == chosen(posts, lambda post: post.truth.bomb)
    assert set(truth.edited) == chosen(posts, lambda post: post.edited is not None)
    assert set(truth.deleted) == chosen(posts, lambda post: post.deleted)
    assert set(truth.second_phase) == chosen(posts, lambda post: post.phase == 2)


def test_the_issues_agree_with_the_posts(studio: Studio, truth: GroundTruth) -> None:
    """Each planted issue lists its members, its span, its languages and its customers."""
    assert truth.issues.keys() == studio.content.issues.keys()
    for key, told in truth.issues.items():
        found = [post for post in studio.content.posts if post.truth.issue == key]
        plan = studio.content.issues[key]
        assert (told.kind, told.product) == (plan.kind, plan.product)
        assert set(told.members) == {post.id for post in found}
        assert {post.product for post in found} == {plan.product}
        assert told.posts == len(found)
        assert told.customers == len({post.truth.customer for post in found} - {None})
        assert (told.first_day, told.last_day) == (min(p.at for p in found), max(p.at for p in found))
        assert told.by_language == counted(found, lambda post: [post.language])


def test_near_misses_and_small_themes_belong_to_no_issue(studio: Studio, truth: GroundTruth) -> None:
    """What only looks like an issue is of its product and outside it; a small theme is two posts and no issue."""
    posts = {post.id: post for post in studio.content.posts}
    assert truth.near_misses.keys() == studio.content.issues.keys()
    for key, ids in truth.near_misses.items():
        assert len(ids) >= 5, key
        assert {posts[one].product for one in ids} == {studio.content.issues[key].product}
        assert {posts[one].truth.issue for one in ids} == {None}
    assert len(truth.small_themes) >= 4
    for name, ids in truth.small_themes.items():
        assert len(ids) == 2, name
        assert {posts[one].truth.issue for one in ids} == {None}


def test_customers_are_linked_by_exact_lawful_keys_alone(studio: Studio, truth: GroundTruth) -> None:
    """The true customer of a post is the one that a verified key names, and the ground truth lists the same."""
    links: dict[str, set[str]] = defaultdict(set)
    for post in studio.content.posts:
        assert post.truth.customer == linked(post, studio), post.id
        if post.truth.customer:
            links[post.truth.customer].add(post.id)

    assert {customer: set(ids) for customer, ids in truth.links.items()} == links
    assert truth.linked_posts == sum(map(len, links.values()))
    assert truth.linked_posts > 100


def test_names_that_look_alike_link_nobody(studio: Studio, truth: GroundTruth) -> None:
    """Reddit authors named like a customer's forum account, and unverified addresses, are traps and stay unlinked."""
    content, customers = studio.content, studio.records.customers.values()
    handles = {customer.forum_handle for customer in customers if customer.forum_handle}
    doubtful = {customer.email for customer in customers if not customer.email_verified}
    posts = {post.id: post for post in content.posts}

    assert set(truth.reddit_link_traps) == chosen(
        content.posts, lambda post: post.source == "reddit" and content.writers[post.author].handle in handles
    )
    assert set(truth.unverified_link_traps) == chosen(
        content.posts, lambda post: post.email is not None and post.email in doubtful
    )
    assert len({posts[one].author for one in truth.reddit_link_traps}) == 3
    assert len(truth.unverified_link_traps) >= 3
    assert {posts[one].truth.customer for one in truth.reddit_link_traps + truth.unverified_link_traps} == {None}


def test_the_company_knows_its_customers(studio: Studio) -> None:
    """150 customers, 12 organisations, 400 orders over two years; reserved addresses only; keys of real authors."""
    records = studio.records
    people = list(records.customers.values())
    accounts = {writer.steamid for writer in studio.content.writers.values() if writer.steamid}
    handles = {studio.content.writers[post.author].handle for post in studio.content.posts if post.source == "forum"}

    assert (len(people), len(records.organisations), len(records.orders)) == (150, 12, 400)
    assert {person.lifecycle for person in people} == {"prospect", "lead", "customer", "advocate", "former"}
    assert all(re.fullmatch(r"[a-z.]+@([a-z-]+\.)?example\.(com|org|net)", person.email or "") for person in people)
    assert len({person.email for person in people}) == 150
    assert len([person for person in people if person.steam_id in accounts]) >= 40
    assert len([person for person in people if person.forum_handle in handles]) >= 20
    assert all(-730 <= order.placed_day <= -1 for order in records.orders.values())
    assert {order.product for order in records.orders.values()} == studio.content.titles.keys()


def test_an_order_in_a_survey_was_placed_before_it_was_named(studio: Studio) -> None:
    """Order numbers in surveys are of the same title and older than the answer."""
    named = [post for post in studio.content.posts if post.order]
    assert len(named) >= 10
    for post in named:
        order = studio.records.orders[post.order or ""]
        assert (order.product, order.placed_day < post.at) == (post.product, True), post.id
