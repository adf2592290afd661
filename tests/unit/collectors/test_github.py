"""GitHub: what issues, comments and discussions become; nothing is lost while lists move and runs break off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.base import JSON, Cursor, Page, PostKind, SourceBusy, SourceRefused
from collectors.github import SPEC, Github
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import github
from tests.recorded.github import at, discussion, issue, issue_comment, said
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Asked, Reply, Web, serve

TOKEN = {"GITHUB_TOKEN": "t0ken"}


@contextmanager
def listening(
    world: Answering, secrets: dict[str, str] | None = None, **options: object
) -> Iterator[tuple[Github, Web]]:
    """A collector of studio/lamps that asks the given world."""
    chosen = read_options(SPEC, {"repo": "studio/lamps", "page_size": 10, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = SPEC.build(chosen, TOKEN if secrets is None else secrets, net)
        assert isinstance(collector, Github)
        yield collector, web


def walk(
    hub: Github, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(hub.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    ids = [post.external_id for page in pages for post in page.posts]
    return ids, json.loads(json.dumps(cursors[-1] if cursors else cursor, sort_keys=True)), pages


def test_an_issue_and_a_comment_become_posts() -> None:
    """Every field that REST shows is found again; what the template told the author is left out."""
    with listening(github.Github(), product="Lantern") as (hub, _):
        post = hub.parse({"what": "issue", "item": issue(4), "repo": "studio/lamps", "product": "Lantern"})
        answer = hub.parse(
            {"what": "issue comment", "item": issue_comment(5, updated_at=at(9)), "repo": "studio/lamps"}
        )
    assert (post.kind, post.external_id, post.title) == (PostKind.POST, "I_4", "Lamp 4 flickers")
    assert post.text == "Lamp 4 **flickers**."
    assert post.url == "https://github.com/studio/lamps/issues/4"
    assert post.created_at == datetime.fromtimestamp(BEGIN + 240, UTC)
    assert (post.edited_at, post.product, post.thread_id) == (None, "Lantern", "studio/lamps#4")
    assert post.author is not None
    assert (post.author.external_id, post.author.handle) == ("504", "player-4")
    assert (post.engagement.likes, post.engagement.replies) == (4, 1)
    assert (answer.kind, answer.external_id, answer.thread_id) == (PostKind.COMMENT, "IC_5", "studio/lamps#1")
    assert answer.edited_at == datetime.fromtimestamp(BEGIN + 540, UTC)


def test_odd_values_do_not_harm() -> None:
    """No author, no body, no node id, null counts."""
    odd: dict[str, JSON] = {
        "id": 5, "title": "Dark\x00", "body": None, "user": None, "created_at": "2026-09-21T10:00:00Z",
        "html_url": "javascript:alert(1)", "reactions": None, "comments": "7", "number": "12",
    }  # fmt: skip
    with listening(github.Github()) as (hub, _):
        post = hub.parse({"what": "issue", "item": odd, "repo": "a/b"})
    assert (post.external_id, post.url, post.author, post.thread_id) == ("issue 5", None, None, "a/b#12")
    assert (post.engagement.likes, post.engagement.replies) == (None, None)


def test_all_is_read_and_then_only_what_changed() -> None:
    """Edited and new issues come; pull requests and programs do not, unless they are wanted."""
    world = github.Github([issue(n) for n in range(1, 36)], [issue_comment(n) for n in range(1, 25)])
    world.issues[3]["pull_request"] = {"url": "x"}
    world.issues[4]["user"] = {"login": "dependabot[bot]", "id": 1, "type": "Bot"}
    world.comments[0]["html_url"] = "https://github.com/studio/lamps/pull/4#issuecomment-1"
    with listening(world) as (hub, web):
        ids, cursor, _ = walk(hub)
        assert len(ids) == len(set(ids)) == 35 - 2 + 23
        world.issues[7] = issue(8, body="Mended", updated_at=at(80))
        world.issues.append(issue(90))
        ids, cursor, pages = walk(hub, cursor)
        assert ids == ["I_8", "I_90"]
        assert pages[0].posts[0].text == "Mended"
        assert all(asked.headers["authorization"] == "Bearer t0ken" for asked in web.asked)
    with listening(world, pull_requests=True, bots=True, comments=False) as (hub, _):
        assert len(walk(hub)[0]) == 36


def test_unchanged_lists_are_not_sent_again() -> None:
    """Once a run found nothing new, the next asks with its tag, and is told so."""
    with listening(github.Github([issue(1), issue(2)]), comments=False) as (hub, _):
        _, cursor, _ = walk(hub)
        ids, cursor, pages = walk(hub, cursor)
        assert (ids, pages[0].not_modified) == ([], False)
        _, _, pages = walk(hub, cursor)
    assert [page.not_modified for page in pages] == [True]


def test_what_moves_while_we_read_is_not_lost() -> None:
    """An issue of the first page is changed: by numbers, the first of the second page would be skipped."""
    world = github.Github([issue(n) for n in range(1, 31)])
    with listening(world, comments=False) as (hub, _):
        pages = hub.pages(None)
        found = {post.external_id for post in next(pages).posts}
        world.issues[2]["updated_at"] = at(99)
        found |= {post.external_id for page in pages for post in page.posts}
    assert found == {f"I_{n}" for n in range(1, 31)}


def test_many_changes_in_one_second_are_read_whole() -> None:
    """Then only GitHub's own next page goes on."""
    world = github.Github([issue(n, updated_at=at(50 if 4 < n < 48 else n)) for n in range(1, 61)])
    with listening(world, comments=False) as (hub, web):
        ids, cursor, _ = walk(hub)
        assert sorted(ids) == sorted(f"I_{n}" for n in range(1, 61))
        assert walk(hub, cursor)[0] == []
    assert len(web.asked) < 20


def test_a_run_that_breaks_off_is_taken_up() -> None:
    """From the last stored page."""
    world = github.Github([issue(n) for n in range(1, 41)], [issue_comment(1)])
    with listening(world) as (hub, _):
        first = next(iter(hub.pages(None)))
        ids, _, _ = walk(hub, json.loads(json.dumps(first.cursor)))
    assert len(first.posts) == 10
    assert set(ids) == {f"I_{n}" for n in range(11, 41)} | {"IC_1"}


def test_pages_that_only_their_links_tell_apart_are_all_read() -> None:
    """A server that knows nothing of since and size, and links in a circle."""
    urls = [f"https://api.github.com/repositories/9/issues?page={n}" for n in range(4)]

    def answering(asked: Asked) -> Reply:
        page = int(asked.query.get("page", "1"))
        link = f'<{urls[page % 3 + 1]}>; rel="next"'
        return Reply([issue(page * 2), issue(page * 2 + 1)], headers={"Link": link})

    with listening(answering, comments=False) as (hub, web):
        ids, _, _ = walk(hub)
    assert sorted(ids) == [f"I_{n}" for n in range(2, 8)]
    assert len(web.asked) < 12


def test_a_link_to_elsewhere_is_not_followed() -> None:
    """Our token goes nowhere else."""
    link = {"Link": '<https://evil.example/issues?page=2>; rel="next"'}
    with listening(lambda _: Reply([issue(1)], headers=link), comments=False) as (hub, web):
        assert walk(hub)[0] == ["I_1"]
    assert len(web.asked) == 1


def test_since_begins_there() -> None:
    """GitHub is asked for nothing older."""
    with listening(github.Github([issue(n) for n in range(1, 30)]), comments=False) as (hub, web):
        ids, _, _ = walk(hub, since=datetime.fromtimestamp(BEGIN + 60 * 28, UTC))
    assert ids == ["I_28", "I_29"]
    assert len(web.asked) == 1


def test_a_damaged_issue_is_set_aside() -> None:
    """Its neighbours are read."""
    items: list[JSON] = [issue(1), None, {**issue(2), "created_at": None}, {**issue(3), "title": []}, {}, issue(4)]
    with listening(lambda _: Reply(items), comments=False) as (hub, _):
        ids, _, pages = walk(hub)
    assert ids == ["I_1", "I_4"]
    assert [item.place for item in pages[0].set_aside] == [f"issues, page 1, item {n}" for n in (2, 3, 4, 5)]


def talk(number: int, minute: float) -> dict[str, Any]:
    """A discussion with three comments, the first of which has two replies."""
    replies: list[JSON] = [said(f"DR_{number}a", minute), said(f"DR_{number}b", minute)]
    comments = [said(f"DC_{number}{n}", minute, replies=replies if n == 1 else []) for n in (1, 2, 3)]
    return discussion(number, comments, updatedAt=at(minute))


def test_discussions_come_with_all_their_comments() -> None:
    """Also those that did not fit into one answer; then only discussions that changed."""
    world = github.Github(discussions=[talk(n, n) for n in range(1, 31)], together=1)
    with listening(world, comments=False, discussions=True) as (hub, web):
        ids, cursor, pages = walk(hub)
        assert len(ids) == len(set(ids)) == 30 * 6
        posts = {post.external_id: post for page in pages for post in page.posts}
        assert walk(hub, cursor)[0] == []
        world.discussions[2] = talk(3, 77)
        before = len(web.asked)
        ids, cursor, _ = walk(hub, cursor)
        assert set(ids) == {"D_3", "DC_31", "DC_32", "DC_33", "DR_3a", "DR_3b"}
        assert len(web.asked) - before <= 8
    assert posts["D_3"].title == "Idea 3"
    assert (posts["D_3"].engagement.likes, posts["D_3"].engagement.replies) == (3, 3)
    assert posts["DC_31"].parent_id == "D_3"
    assert posts["DR_3a"].parent_id == "DC_31"
    assert {posts[name].thread_id for name in ("D_3", "DC_31", "DR_3a")} == {"studio/lamps#3"}
    assert (posts["DR_3a"].author.external_id if posts["DR_3a"].author else None) == "9"


def test_a_walk_through_discussions_is_taken_up() -> None:
    """Below what was handed over."""
    world = github.Github(discussions=[talk(n, n) for n in range(1, 41)])
    with listening(world, comments=False, discussions=True) as (hub, _):
        pages = list(hub.pages(None))
        assert len(pages) == 2
        ids, _, _ = walk(hub, json.loads(json.dumps(pages[0].cursor)))
    assert {name for name in ids if name.startswith("D_")} == {f"D_{n}" for n in range(1, 16)}


def test_damaged_parts_of_a_discussion_are_set_aside() -> None:
    """A node that is null, a comment without a time, a reply that is no object."""
    bad = discussion(1, [{**said("DC_1", 1), "createdAt": None, "replies": []}, {**said("DC_2", 1), "replies": [5]}])
    part = {"pageInfo": None, "totalCount": "many", "nodes": [None, _folded(bad)]}
    answer = {"data": {"repository": {"discussions": part}}}
    with listening(
        lambda asked: Reply(answer if asked.path == "/graphql" else []), comments=False, discussions=True
    ) as (hub, _):
        ids, _, pages = walk(hub)
    assert ids == ["D_1", "DC_2"]
    assert len(pages[-1].set_aside) == 3


def _folded(node: dict[str, Any]) -> dict[str, Any]:
    parts = {name: {"nodes": [_folded(n) if isinstance(n, dict) else n for n in node[name]]}
             for name in ("comments", "replies") if name in node}  # fmt: skip
    return {**node, **parts}


def test_recheck_tells_deletions() -> None:
    """Of all sorts of posts, a hundred in one question; a guest cannot ask."""
    world = github.Github([issue(n) for n in range(1, 130)], [issue_comment(1)], [talk(1, 1)])
    names = [*(f"I_{n}" for n in range(1, 132)), "IC_1", "IC_2", "D_1", "DC_11", "DR_1a", "issue comment 5"]
    with listening(world) as (hub, web):
        page = hub.recheck(names)
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            hub.recheck(["X_1", "X_2", "X_3", "X_4"])
        assert hub.recheck(["X_1"]).gone == ["X_1"]
    assert page.gone == ["I_130", "I_131", "IC_2"]
    assert len(web.asked) == 4
    with listening(world, {}) as (hub, web):
        assert (hub.recheck(names).gone, web.asked) == ((), [])


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait"),
    [
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800"}, {}, 1_000_000),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800"}, {}, 1_000_000),
        (403, {"Retry-After": "41"}, {}, 41),
        (403, {}, {"message": "You have exceeded a secondary rate limit."}, 60),
        (403, {}, {"message": "You have triggered an abuse detection mechanism."}, 60),
    ],
)
def test_too_fast_is_busy(status: int, headers: dict[str, str], body: JSON, wait: float) -> None:
    """GitHub says it with 403 as well."""
    with (
        listening(lambda _: Reply(body, status=status, headers=headers)) as (hub, _),
        pytest.raises(SourceBusy) as told,
    ):
        walk(hub)
    assert (told.value.retry_after or 0) >= wait


@pytest.mark.parametrize(("status", "body"), [(403, {"message": "Resource not accessible"}), (403, []), (403, "x")])
def test_forbidden_is_refused(status: int, body: object) -> None:
    """Without a sign of haste."""
    with listening(lambda _: Reply(body, status=status)) as (hub, _), pytest.raises(SourceRefused, match="forbids"):
        walk(hub)


def test_a_wrong_token_and_a_wrong_repository_are_refused() -> None:
    """And the token is in no message."""
    with listening(github.Github(), {"GITHUB_TOKEN": "wr0ng"}) as (hub, _):
        with pytest.raises(SourceRefused, match="credentials") as told:
            walk(hub)
        assert "wr0ng" not in str(told.value)
    with listening(github.Github(), repo="studio/dark") as (hub, _), pytest.raises(SourceRefused, match="nothing at"):
        walk(hub)
    empty = {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND"}]}
    with (
        listening(lambda asked: Reply(empty if asked.method == "POST" else []), discussions=True) as (hub, _),
        pytest.raises(SourceRefused, match="shows us no repository"),
    ):
        walk(hub)
    with pytest.raises(SourceRefused, match="GITHUB_TOKEN"), listening(github.Github(), {}, discussions=True):
        pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}, SourceBusy),
        ({"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}, SourceRefused),
        ({"errors": None}, SourceBusy), ({"data": []}, SourceBusy), ([], SourceBusy),
    ],
)  # fmt: skip
def test_errors_inside_good_answers_are_seen(answer: JSON, error: type[Exception]) -> None:
    """GraphQL answers 200 to everything."""
    with (
        listening(lambda asked: Reply(answer if asked.method == "POST" else []), discussions=True) as (hub, _),
        pytest.raises(error),
    ):
        walk(hub)


def test_an_answer_of_another_form_is_busy() -> None:
    """An object where a list is due."""
    with listening(lambda _: Reply({"items": []})) as (hub, _), pytest.raises(SourceBusy, match="form that we do not"):
        walk(hub)


@pytest.mark.parametrize("repo", ["lamps", "a/b/c", "studio/..", "../x", "a b/c", ""])
def test_what_is_no_repository_is_refused(repo: str) -> None:
    """Its address is taken, too."""
    with pytest.raises(BadOption):
        read_options(SPEC, {"repo": repo})
    assert read_options(SPEC, {"repo": "https://github.com/a/b.c"}).model_dump()["repo"] == "a/b.c"


@pytest.mark.shared
def test_recorded_items_are_read(shared_folder: Path) -> None:
    """Every issue, comment and discussion that was recorded, from lists and from webhooks."""
    folder, found = shared_folder / "payloads" / "github", 0
    whats = {"issue": "issue", "comment": "issue comment", "discussion": "discussion", "answer": "discussion comment"}
    with listening(github.Github()) as (hub, _):
        for file in sorted(folder.glob("*/*.json")):
            body = json.loads(file.read_text(encoding="utf-8"))
            units = [("issue comment", one) for one in body if "body" in one] if isinstance(body, list) else []
            if isinstance(body, dict):
                units = [(what, body[name]) for name, what in whats.items() if body.get(name)]
                units += [("issue", body)] if "issues/" in str(body.get("html_url")) else []
            for what, item in units:
                post = hub.parse({"what": what, "item": item, "repo": "studio/lamps", "product": None})
                assert post.text
                assert post.url
                assert post.author
                assert post.external_id
                found += 1
    assert found >= 45
