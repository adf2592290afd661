"""Instagram: what comments and answers become, which media are looked at again, and how deletions are found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Cursor, Page, PostKind, SourceBusy, SourceRefused
from collectors.graph_threads import Threads
from collectors.instagram import SPEC
from collectors.net import Net
from collectors.options import BadOption, read_options
from tests.recorded import graph
from tests.recorded.graph import ACCOUNT, media_comment, medium
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Answering, Reply, Web, serve


@contextmanager
def listening(world: Answering, **options: object) -> Iterator[tuple[Threads, Web]]:
    """A collector of the account lamps that asks the given world."""
    chosen = read_options(SPEC, {"account": ACCOUNT, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        collector = SPEC.build(chosen, {"INSTAGRAM_TOKEN": "t0ken"}, net)
        assert isinstance(collector, Threads)
        yield collector, web


def walk(
    source: Threads, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(source.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    ids = [post.external_id for page in pages for post in page.posts]
    return ids, json.loads(json.dumps(cursors[-1], sort_keys=True)), pages


def account(*comments: list[dict[str, JSON]], size: int = 50) -> graph.Graph:
    """An account with a medium for each list of comments."""
    media = [medium(number, comments=len(said)) for number, said in enumerate(comments)]
    lists = {f"{ACCOUNT}/media": media}
    lists |= {f"{one['id']}/comments": said for one, said in zip(media, comments, strict=True)}
    return graph.Graph(lists, size=size)


def test_a_comment_and_its_answer_become_posts() -> None:
    """Every field that Meta shows is found again; both point to the medium, since they have no address."""
    world = account([media_comment(5, [media_comment(6)])])
    with listening(world, product="Lantern") as (source, _):
        comment, answer = (post for page in source.pages(None) for post in page.posts)
    assert (comment.kind, comment.external_id, comment.text) == (PostKind.COMMENT, "18000005", "So bright 💡 5")
    assert comment.created_at == datetime.fromtimestamp(BEGIN + 300, UTC)
    assert comment.url == answer.url == "https://www.instagram.com/p/C0/"
    assert comment.author is not None
    assert (comment.author.external_id, comment.author.handle) == ("555", "ana.5")
    assert comment.author.url == "https://www.instagram.com/ana.5/"
    assert (comment.engagement.likes, comment.engagement.replies, comment.parent_id) == (2, 1, None)
    assert (answer.external_id, answer.parent_id, answer.engagement.replies) == ("18000006", "18000005", None)
    assert comment.thread_id == answer.thread_id == "17890000000"
    assert comment.product == "Lantern"
    assert "t0ken" not in json.dumps([comment.raw, answer.raw])


def test_many_answers_are_read_to_the_end() -> None:
    """Those that did not come with their comment are asked for; what is stored holds no address with the token."""
    world = account([media_comment(1, [media_comment(n) for n in range(10, 17)])])
    with listening(world) as (source, web):
        ids, _, pages = walk(source)
    assert sorted(ids) == ["18000001", *(f"180000{n}" for n in range(10, 17))]
    assert len(web.asked) == 3
    assert "t0ken" not in json.dumps([post.raw for page in pages for post in page.posts])


def test_what_the_account_itself_writes_is_left_out() -> None:
    """Unless it is wanted; answers to it are heard."""
    world = account(
        [media_comment(1, [media_comment(2)], username="lamps"), media_comment(3, [media_comment(4, username="lamps")])]
    )
    with listening(world) as (source, _):
        assert walk(source)[0] == ["18000002", "18000003"]
    with listening(world, own=True) as (source, _):
        assert len(walk(source)[0]) == 4


def test_only_media_with_another_number_of_comments_are_looked_at_again() -> None:
    """All their comments are read, since an answer may stand under an old one."""
    world = account([media_comment(n) for n in range(10)], [media_comment(n) for n in range(20, 30)], [], size=4)
    with listening(world) as (source, web):
        ids, cursor, _ = walk(source)
        assert len(ids) == len(set(ids)) == 20
        before = len(web.asked)
        assert walk(source, cursor)[0] == []
        assert len(web.asked) == before + 1
        world.lists[f"{ACCOUNT}/media"][1]["comments_count"] = 11
        world.lists["17890000001/comments"][0]["replies"] = [media_comment(99)]
        ids, cursor, _ = walk(source, cursor)
        assert "18000099" in ids
        assert len(ids) == 11
        assert walk(source, cursor)[0] == []


def test_a_run_that_breaks_off_is_taken_up() -> None:
    """A medium whose comments were not read to the end is read again."""
    world = account([media_comment(n) for n in range(5)], [media_comment(n) for n in range(20, 29)], size=4)
    with listening(world) as (source, _):
        pages = iter(source.pages(None))
        kept = [next(pages), next(pages), next(pages)]
        found = {post.external_id for page in kept for post in page.posts}
        cursors = [page.cursor for page in kept if page.cursor]
        ids, _, _ = walk(source, json.loads(json.dumps(cursors[-1])))
    assert len(found) == 9
    assert len(ids) == 9
    assert len(found | set(ids)) == 14


def test_since_leaves_older_comments_out() -> None:
    """Only of media that are read for the first time."""
    with listening(account([media_comment(n) for n in range(10)])) as (source, _):
        ids, _, _ = walk(source, since=datetime.fromtimestamp(BEGIN + 60 * 8, UTC))
    assert ids == ["18000008", "18000009"]


@pytest.mark.parametrize("changed", [{"timestamp": None}, {"id": None}, {"id": ""}, {"timestamp": "late"}])
def test_a_damaged_comment_is_set_aside(changed: dict[str, JSON]) -> None:
    """Also one that is no object, and an answer; the neighbours are read."""
    bad: JSON = {**media_comment(2), **changed, "replies": {"data": [media_comment(5), 7]}}
    items: list[JSON] = [
        media_comment(1),
        bad,
        None,
        media_comment(3, text=None, like_count="2", username=None, **{"from": None}),
    ]
    media = Reply({"data": [medium(1)]})
    with listening(lambda asked: media if asked.path.endswith("media") else Reply({"data": items})) as (source, _):
        ids, _, pages = walk(source)
    assert ids == ["18000001", "18000005", "18000003"]
    assert len([item for page in pages for item in page.set_aside]) == 3


def test_recheck_tells_deletions() -> None:
    """Fifty in one question."""
    world = account([media_comment(n) for n in range(60)])
    world.lost = {"18000007"}
    with listening(world) as (source, web):
        page = source.recheck([*(f"18{n:06d}" for n in range(61)), "word"])
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            source.recheck(["1", "2", "3", "4"])
    assert sorted(page.gone) == ["18000007", "18000060"]
    assert len(web.asked) == 3


def test_a_missing_token_is_refused() -> None:
    """And a wrong account, in Meta's words."""
    with Net() as net, pytest.raises(SourceRefused, match="INSTAGRAM_TOKEN"):
        SPEC.build(read_options(SPEC, {"account": ACCOUNT}), {}, net)
    with listening(graph.Graph()) as (source, _), pytest.raises(SourceRefused, match="does not exist"):
        walk(source)


@pytest.mark.parametrize("options", [{}, {"account": "lamps"}, {"account": ACCOUNT, "media": 0}])
def test_options_that_lead_nowhere_are_refused(options: dict[str, object]) -> None:
    """The account is a number."""
    with pytest.raises(BadOption):
        read_options(SPEC, options)


@pytest.mark.shared
def test_recorded_comments_are_read(shared_folder: Path) -> None:
    """Answers, a comment that mentions somebody, and media as they are listed."""
    folder = shared_folder / "payloads" / "instagram"
    replies = json.loads((folder / "comments" / "pyfacebook__comments__replies.json").read_text(encoding="utf-8"))
    mention = json.loads((folder / "users" / "pyfacebook__users__mentioned_comment.json").read_text(encoding="utf-8"))
    media = json.loads((folder / "users" / "pyfacebook__users__medias_p1.json").read_text(encoding="utf-8"))
    with listening(graph.Graph()) as (source, _):
        for item in [*replies["data"], mention["mentioned_comment"]]:
            post = source.parse({"item": item, "media": media["data"][0], "product": None})
            assert post.text
            assert post.url == media["data"][0]["permalink"]
    with listening(lambda asked: Reply(media if asked.path.endswith("media") else replies)) as (source, _):
        ids, _, _ = walk(source)
    assert set(ids) == {item["id"] for item in replies["data"]}
