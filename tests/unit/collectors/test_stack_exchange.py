"""Stack Exchange: what questions and answers become, how lists are walked, and that we keep still where it asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import JSON, Cursor, Page, PostKind, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from collectors.stack_exchange import SPEC, StackExchange
from collectors.stack_exchange_item import home_of, unfold
from tests.recorded import stack_exchange
from tests.recorded.platforms import BEGIN
from tests.recorded.stack_exchange import answer, question, remark
from tests.recorded.web import Answering, Reply, Web, serve


@contextmanager
def listening(
    world: Answering, pauses: list[float] | None = None, **options: object
) -> Iterator[tuple[StackExchange, Web]]:
    """A collector of the tag lamps that asks the given world."""
    chosen = read_options(SPEC, {"tags": "lamps", **options})
    sleep = (pauses if pauses is not None else []).append
    with serve(world) as web, Net(web.url, sleep=sleep) as net:
        collector = SPEC.build(chosen, {"STACK_EXCHANGE_KEY": "k3y"}, net)
        assert isinstance(collector, StackExchange)
        yield collector, web


def walk(
    stack: StackExchange, cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(stack.pages(cursor, since=since))
    cursors = [page.cursor for page in pages if page.cursor is not None]
    ids = [post.external_id for page in pages for post in page.posts]
    return ids, json.loads(json.dumps(cursors[-1], sort_keys=True)), pages


def test_a_question_and_what_hangs_on_it_become_posts() -> None:
    """Every field that the API shows is found again, entities and markup gone."""
    world = stack_exchange.StackExchange(
        [question(7, last_edit_date=BEGIN + 999, last_activity_date=BEGIN + 999)],
        [answer(8, 7)],
        [remark(1, 7), remark(2, 8, "answer")],
    )
    with listening(world, product="Lantern") as (stack, web):
        posts = {post.external_id: post for page in stack.pages(None) for post in page.posts}
    asked, answered = posts["question-7"], posts["answer-8"]
    assert (asked.kind, asked.title) == (PostKind.POST, 'Why does "lamp 7" flicker?')
    assert asked.text == "It flickers:\n\nlamp < 7"
    assert asked.url == "https://stackoverflow.com/questions/7/lamp"
    assert asked.created_at == datetime.fromtimestamp(BEGIN + 420, UTC)
    assert asked.edited_at == datetime.fromtimestamp(BEGIN + 999, UTC)
    assert asked.author is not None
    assert (asked.author.external_id, asked.author.name) == ("7", "Ana & 7")
    assert asked.author.url == "https://stackoverflow.com/users/7/ana"
    assert (asked.engagement.likes, asked.engagement.replies, asked.product) == (None, 1, "Lantern")
    assert (answered.kind, answered.parent_id, answered.edited_at) == (PostKind.COMMENT, "question-7", None)
    assert answered.url == "https://stackoverflow.com/a/8"
    assert (posts["comment-1"].thread_id, posts["comment-2"].parent_id) == ("question-7", "answer-8")
    assert posts["comment-2"].url == "https://stackoverflow.com/posts/8#comment2_8"
    assert "k3y" not in json.dumps([post.raw for post in posts.values()])
    assert all(asked.query["key"] == "k3y" for asked in web.asked)


def test_answers_inside_a_question_are_posts_of_their_own() -> None:
    """As richer filters bring them; without the options they are left out."""
    rich = question(1, answers=[answer(2, 1, comments=[remark(3, 2, "answer")])], comments=[remark(4, 1), None])
    world = stack_exchange.StackExchange([rich])
    with listening(world) as (stack, _):
        ids, _, pages = walk(stack)
    assert sorted(ids) == ["answer-2", "comment-3", "comment-4", "question-1"]
    assert len(pages[0].set_aside) == 1
    assert "answers" not in json.dumps(pages[0].posts[0].raw)
    with listening(world, answers=False, comments=False) as (stack, web):
        assert walk(stack)[0] == ["question-1"]
    assert len(web.asked) == 1


@pytest.mark.parametrize("changed", [{"creation_date": None}, {"creation_date": "x"}, {"question_id": None},
                                     {"question_id": "a;b"}, {"last_edit_date": True}])  # fmt: skip
def test_a_damaged_question_is_set_aside(changed: dict[str, JSON]) -> None:
    """Its neighbours are read."""
    items: list[JSON] = [question(3), {**question(2), **changed}, None, question(1)]
    with listening(lambda _: Reply({"items": items}), answers=False, comments=False) as (stack, _):
        ids, _, pages = walk(stack)
    assert ids == ["question-3", "question-1"]
    assert len(pages[0].set_aside) == 2


def test_odd_values_do_not_harm() -> None:
    """A deleted author, no body, no link, a number as text."""
    odd: JSON = {"answer_id": "8", "creation_date": 1.5, "owner": {"user_type": "does_not_exist"}, "title": 5}
    with listening(stack_exchange.StackExchange()) as (stack, _):
        post = stack.parse({"what": "answer", "item": odd, "site": "gamedev"})
        note = stack.parse({"what": "comment", "item": {"comment_id": 1, "creation_date": 1}, "site": "gamedev"})
    assert (post.author, post.text, post.thread_id) == (None, "", None)
    assert post.url == "https://gamedev.stackexchange.com/a/8"
    assert (note.url, note.thread_id, note.parent_id) == (None, None, None)


def test_all_is_read_and_then_only_what_moved() -> None:
    """A question that something happened to comes again, with all that hangs on it."""
    world = stack_exchange.StackExchange([question(n) for n in range(1, 60)], [answer(101, 5), answer(102, 9)], page=20)
    with listening(world) as (stack, web):
        ids, cursor, _ = walk(stack)
        assert len(ids) == len(set(ids)) == 61
        assert walk(stack, cursor)[0] == []
        before = len(web.asked)
        world.answers.append(answer(103, 5))
        world.questions[4]["last_activity_date"] = BEGIN + 9999
        ids, cursor, _ = walk(stack, cursor)
        assert sorted(ids) == ["answer-101", "answer-103", "question-5"]
        assert len(web.asked) - before == 3
        assert walk(stack, cursor)[0] == []


def test_what_moves_while_we_read_is_not_lost() -> None:
    """A question of a later page moves up, and one of ours too."""
    world = stack_exchange.StackExchange([question(n) for n in range(1, 50)], page=10)
    with listening(world) as (stack, _):
        pages = stack.pages(None)
        found = {post.external_id for post in next(pages).posts}
        world.questions[44]["last_activity_date"] = BEGIN + 9999
        del world.questions[47]
        found |= {post.external_id for page in pages for post in page.posts}
    assert found >= {f"question-{n}" for n in range(1, 40)}


def test_a_walk_that_broke_off_is_taken_up_below() -> None:
    """And what came meanwhile is found by the next."""
    world = stack_exchange.StackExchange([question(n) for n in range(1, 50)], page=10)
    with listening(world, answers=False, comments=False) as (stack, _):
        first = next(iter(stack.pages(None)))
        world.questions.append(question(90))
        ids, cursor, _ = walk(stack, json.loads(json.dumps(first.cursor)))
        assert {f"question-{n}" for n in range(1, 40)} <= set(ids)
        assert walk(stack, cursor)[0] == ["question-90"]


def test_many_of_one_second_are_read_by_their_pages() -> None:
    """And a list that repeats itself ends."""
    same = [question(n, last_activity_date=BEGIN) for n in range(1, 50)]
    with listening(stack_exchange.StackExchange(same, page=10), answers=False, comments=False) as (stack, _):
        assert len(walk(stack)[0]) == 49
    endless = Reply({"items": [question(1), question(2)], "has_more": True})
    with listening(lambda _: endless) as (stack, web):
        _, _, pages = walk(stack)
    assert [post.external_id for page in pages for post in page.posts] == ["question-1", "question-2"]
    assert len(web.asked) < 12


def test_several_lists_and_since() -> None:
    """A question with two tags comes once; older ones are not walked to."""
    world = stack_exchange.StackExchange([question(n, tags=["lamps", "wood"]) for n in range(1, 30)])
    chosen = {"tags": "lamps,wood", "searches": "dark", "answers": False, "comments": False}
    with listening(world, **chosen) as (stack, web):
        ids, _, _ = walk(stack, since=datetime.fromtimestamp(BEGIN + 60 * 25, UTC))
    assert ids == [f"question-{n}" for n in range(29, 24, -1)]
    assert [asked.path for asked in web.asked] == ["/2.3/questions", "/2.3/questions", "/2.3/search/advanced"]


def test_backoff_is_kept() -> None:
    """A short one by waiting, a long one by coming back; the same for a day that is used up."""
    world = stack_exchange.StackExchange([question(1)], extra={"backoff": 7})
    pauses: list[float] = []
    with listening(world, pauses) as (stack, _):
        walk(stack)
    assert pauses == [7, 7]
    for extra, wait in (({"backoff": 600}, 600), ({"quota_remaining": 0}, 3600)):
        world.extra = dict(extra)
        with listening(world) as (stack, web), pytest.raises(SourceBusy) as caught:
            walk(stack)
        assert caught.value.retry_after == wait
        assert len(web.asked) == 1


def test_recheck_tells_edits_and_deletions() -> None:
    """Three questions for three sorts of posts."""
    world = stack_exchange.StackExchange(
        [question(1), question(2, body="<p>Mended</p>")], [answer(3, 1)], [remark(4, 1)]
    )
    names = ["question-1", "question-2", "question-9", "answer-3", "answer-2", "comment-4", "comment-x", "word"]
    with listening(world) as (stack, web):
        page = stack.recheck(names)
        with pytest.raises(SourceBusy, match="Taken as a fault"):
            stack.recheck([f"question-{n}" for n in range(50, 60)])
    assert sorted(post.external_id for post in page.posts) == ["answer-3", "comment-4", "question-1", "question-2"]
    assert sorted(page.gone) == ["answer-2", "question-9"]
    assert "Mended" in {post.text for post in page.posts}
    assert len(web.asked) == 4


@pytest.mark.parametrize(
    ("number", "message", "error", "wait"),
    [
        (502, "too many requests from this IP, more requests available in 84390 seconds", SourceBusy, 84390),
        (503, "the API is down", SourceBusy, None), (500, "oops", SourceBusy, None),
        (403, "`key` is not valid", SourceRefused, None), (400, "site not found", SourceRefused, None),
    ],
)  # fmt: skip
def test_what_400_means_is_said_inside(
    number: int, message: str, error: type[SourceBusy | SourceRefused], wait: float | None
) -> None:
    """In words of its own."""
    reply = Reply({"error_id": number, "error_message": message}, status=400)
    with listening(lambda _: reply) as (stack, _), pytest.raises(error, match=str(number)) as caught:
        walk(stack)
    assert getattr(caught.value, "retry_after", None) == wait


@pytest.mark.parametrize("body", ["<html>", [], {"error_id": "x"}])
def test_other_refusals_go_to_the_common_table(body: object) -> None:
    """A body of another form."""
    with listening(lambda _: Reply(body, status=400)) as (stack, _), pytest.raises(SourceRefused, match="our request"):
        walk(stack)


@pytest.mark.parametrize("options", [{"tags": ""}, {"site": "a/b"}, {"site": "A"}])
def test_options_that_lead_nowhere_are_refused(options: dict[str, object]) -> None:
    """Nothing to listen to, and what is no site."""
    with pytest.raises(BadOption):
        read_options(SPEC, {"tags": "lamps", **options})


@pytest.mark.parametrize(
    ("site", "home"),
    [
        ("stackoverflow", "https://stackoverflow.com"), ("gamedev", "https://gamedev.stackexchange.com"),
        ("mathoverflow", "https://mathoverflow.net"), ("ru.stackoverflow.com", "https://ru.stackoverflow.com"),
    ],
)  # fmt: skip
def test_where_a_site_is(site: str, home: str) -> None:
    """By its name in the API."""
    assert home_of(site) == home


@pytest.mark.shared
def test_recorded_questions_are_read(shared_folder: Path) -> None:
    """Every question, answer and comment that was recorded."""
    found = 0
    with listening(stack_exchange.StackExchange()) as (stack, _):
        for file in sorted((shared_folder / "payloads" / "stackexchange" / "questions").glob("*.json")):
            body = json.loads(file.read_text(encoding="utf-8"))
            for recorded in body.get("items", [body]):
                for what, item in unfold("question", recorded):
                    post = stack.parse({"what": what, "item": item, "site": "stackoverflow", "product": None})
                    assert post.author
                    assert post.created_at.year >= 2016
                    found += 1
    assert found >= 15
