"""YouTube: what a comment becomes, answers, units, comments that are gone, videos without comments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collectors.base import JSON, Cursor, Page, PostUnreadable, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.options import BadOption, read_options
from collectors.youtube import SPEC, YouTube, YouTubeOptions
from tests.recorded import signing
from tests.recorded.google import BEGIN, Tube, comment, thread
from tests.recorded.web import Answering, Reply, serve

VIDEO = "lantern0001"
CHANNEL = "UC" + "x" * 22


@contextmanager
def listening(world: Answering, **options: object) -> Iterator[YouTube]:
    """A collector of one video, unless told otherwise, that asks the given world."""
    chosen = YouTubeOptions.model_validate({"videos": VIDEO, **options})
    with serve(world) as web, Net(web.url, sleep=lambda _: None) as net:
        built = SPEC.build(chosen, signing.keys(), net)
        assert isinstance(built, YouTube)
        yield built


def walk(collector: YouTube, cursor: Cursor | None = None) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store, and the pages."""
    pages = list(collector.pages(cursor))
    return [post.external_id for page in pages for post in page.posts], json.loads(json.dumps(pages[-1].cursor)), pages


def test_a_thread_becomes_a_comment_and_its_answers() -> None:
    """Answers name the video of their thread, and are not kept a second time in its payload."""
    with listening(Tube([thread(3, answers=1)]), product="Lantern") as collector:
        top, answer = next(collector.pages(None)).posts
    assert (top.external_id, top.thread_id, top.parent_id) == ("Ug3", "Ug3", None)
    assert top.url == "https://www.youtube.com/watch?v=lantern0001&lc=Ug3"
    assert top.text == "My lamp 3 flickers <3"
    assert top.created_at == datetime.fromtimestamp(BEGIN + 180, UTC).replace(microsecond=806781)
    assert top.edited_at is None
    assert top.author is not None
    assert (top.author.external_id, top.author.handle) == ("UCp3", "@player3")
    assert (top.product, top.engagement.likes, top.engagement.replies) == ("Lantern", 3, 1)
    assert (answer.external_id, answer.thread_id, answer.parent_id) == ("Ug3.a0", "Ug3", "Ug3")
    assert answer.url == "https://www.youtube.com/watch?v=lantern0001&lc=Ug3.a0"
    assert (answer.product, answer.engagement.replies) == ("Lantern", None)
    assert "a0" not in json.dumps(top.raw)
    assert "faces" not in json.dumps([top.raw, answer.raw])


def test_all_answers_are_read_and_only_where_some_are_missing() -> None:
    """A thread shows some; the others cost a unit a page."""
    world = Tube([thread(1, answers=2), thread(2, answers=5)], most=3)
    with listening(world) as collector:
        ids, _, _ = walk(collector)
    assert len(ids) == 9
    assert [asked["path"].rpartition("/")[2] for asked in world.asked] == ["commentThreads", "comments", "comments"]


def test_answers_can_be_left_out() -> None:
    """Then nothing is asked for them."""
    world = Tube([thread(1, answers=5)])
    with listening(world, replies=False) as collector:
        assert walk(collector)[0] == ["Ug1"]
    assert [asked["part"] for asked in world.asked] == ["snippet"]


def test_edits_and_new_answers_come_again() -> None:
    """A thread with another answer is new again, with all its answers; the list is asked once."""
    world = Tube([thread(n) for n in range(5)])
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.threads[1] = thread(1, textDisplay="Fixed", updatedAt="2026-09-22T00:00:00Z")
        world.threads[2] = thread(2, answers=1)
        world.threads.append(thread(9))
        again, cursor, pages = walk(collector, cursor)
        assert walk(collector, cursor)[0] == []
    assert again == ["Ug9", "Ug2", "Ug2.a0", "Ug1"]
    assert pages[0].posts[-1].edited_at == datetime(2026, 9, 22, tzinfo=UTC)


def test_a_run_spends_no_more_than_its_units() -> None:
    """The next one goes on below."""
    world = Tube([thread(n) for n in range(12)], most=3)
    with listening(world, most_units=2) as collector:
        first, cursor, pages = walk(collector)
        second, cursor, _ = walk(collector, cursor)
        third, _, _ = walk(collector, cursor)
    assert len(pages) == 2
    assert len({*first, *second}) == 12
    assert third == []


def test_a_channel_and_videos_are_lists_of_their_own() -> None:
    """A comment that is in both comes once."""
    world = Tube([thread(n) for n in range(3)])
    with listening(world, channel=CHANNEL) as collector:
        ids, cursor, _ = walk(collector)
    assert len(ids) == 3
    assert set(cursor["lists"]) == {f"channel {CHANNEL}", f"video {VIDEO}"}
    assert world.asked[0]["allThreadsRelatedToChannelId"] == CHANNEL


def test_a_video_without_comments_does_not_hide_the_others() -> None:
    """They are read, then it is told which one."""
    with listening(Tube([thread(1)]), videos=f"switchedoff,{VIDEO}") as collector:
        iterator = collector.pages(None)
        assert [post.external_id for post in next(iterator).posts] == ["Ug1"]
        with pytest.raises(SourceRefused, match="switched off below the video switchedoff"):
            next(iterator)


def test_no_comments_where_there_were_some_are_fine() -> None:
    """They can all be deleted."""
    world = Tube([thread(1)])
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.threads = []
        assert walk(collector, cursor)[0] == []


@pytest.mark.parametrize(
    ("status", "reason", "error", "words"),
    [
        (403, "quotaExceeded", SourceBusy, "quota is spent"),
        (403, "rateLimitExceeded", SourceBusy, "slow down"),
        (403, "forbidden", SourceRefused, "forbids"),
        (400, "keyInvalid", SourceRefused, "does not accept our key"),
        (400, "API_KEY_INVALID", SourceRefused, "does not accept our key"),
        (400, "processingFailure", SourceRefused, "does not accept our request"),
        (404, "videoNotFound", SourceRefused, "nothing at this address"),
    ],
)
def test_refusals_of_youtube(status: int, reason: str, error: type[Exception], words: str) -> None:
    """Each has its own sentence, without the key."""
    with (
        listening(lambda _: signing.refused(status, reason)) as collector,
        pytest.raises(error, match=words) as caught,
    ):
        walk(collector)
    assert "tube" not in str(caught.value).replace("YouTube", "").replace("youtube", "")


def test_looking_again_tells_what_changed_and_what_is_gone() -> None:
    """Threads with their number of answers and their video, answers with the video of their thread."""
    world = Tube([thread(1, answers=1, textDisplay="Fixed"), thread(2, answers=2)])
    with listening(world) as collector:
        page = collector.recheck(["Ug1", "Ug1.a0", "Ug2.a1", "Ug2.a7", "Ug9", "Ug9.a0", "a b", "Ug1"])
    assert [post.external_id for post in page.posts] == ["Ug1", "Ug1.a0", "Ug2.a1"]
    assert page.posts[0].text == "Fixed"
    assert page.posts[0].engagement.replies == 1
    assert page.posts[2].url == "https://www.youtube.com/watch?v=lantern0001&lc=Ug2.a1"
    assert list(page.gone) == ["Ug2.a7", "Ug9", "Ug9.a0"]


def test_looking_again_finds_answers_to_old_comments() -> None:
    """A comment that has sunk below the newest hundred is not read again by listening."""
    world = Tube([thread(n, answers=1 if n == 3 else 0) for n in range(150)], most=50)
    with listening(world) as collector:
        _, cursor, _ = walk(collector)
        world.threads[3] = thread(3, answers=7)
        assert walk(collector, cursor)[0] == []
        page = collector.recheck(["Ug3", "Ug3.a0", "Ug4"])
    assert [post.external_id for post in page.posts] == ["Ug3", "Ug3.a0", "Ug4", *(f"Ug3.a{n}" for n in range(1, 7))]


def test_looking_again_asks_for_fifty_at_a_time() -> None:
    """What YouTube takes."""
    world = Tube([thread(n) for n in range(120)], most=50)
    with listening(world) as collector:
        page = collector.recheck([f"Ug{n}" for n in range(120)])
    assert len(page.posts) == 120
    assert len(world.asked) == 3


def test_a_comment_looked_up_again_is_the_same_post() -> None:
    """Else each look would count as an edit."""
    world = Tube([thread(1, answers=1)])
    with listening(world) as collector:
        (page,) = collector.pages(None)
        again = collector.recheck([post.external_id for post in page.posts])
    assert list(again.posts) == list(page.posts)


def test_that_all_comments_are_gone_is_not_believed() -> None:
    """More likely YouTube has trouble."""
    with listening(Tube([])) as collector, pytest.raises(SourceBusy, match="Taken as a fault"):
        collector.recheck([f"Ug{n}" for n in range(4)])


@pytest.mark.parametrize(
    "item",
    [
        None, 7, [], {}, {"id": "x", "snippet": None}, {"snippet": {"topLevelComment": "x"}},
        {"snippet": {"topLevelComment": comment("", 1)}},
        {"snippet": {"topLevelComment": comment("x", 1, publishedAt=3)}},
        {"snippet": {"topLevelComment": comment("x", 1, textDisplay=None)}},
    ],
)  # fmt: skip
def test_a_damaged_thread_is_set_aside(item: JSON) -> None:
    """With its place; the neighbour is read."""
    with listening(lambda _: Reply({"items": [item, thread(5)]})) as collector:
        ids, _, pages = walk(collector)
    assert ids == ["Ug5"]
    assert [aside.place for aside in pages[0].set_aside] == [f"video {VIDEO}, page 1, item 1"]


def test_a_damaged_answer_is_set_aside() -> None:
    """Its thread and its neighbours are read."""
    broken = {**thread(1, answers=2), "replies": {"comments": [None, comment("Ug1.a1", 2)]}}
    with listening(lambda _: Reply({"items": [broken]})) as collector:
        ids, _, pages = walk(collector)
    assert ids == ["Ug1", "Ug1.a1"]
    assert [aside.place for aside in pages[0].set_aside] == ["answer 1 to Ug1"]


def test_answers_that_go_in_circles_end() -> None:
    """Where YouTube sends the same position for ever."""

    def circling(asked: object) -> Reply:
        if "commentThreads" in str(asked):
            return Reply({"items": [{**thread(1), "snippet": {**thread(1)["snippet"], "totalReplyCount": 9}}]})
        return Reply({"items": [comment("Ug1.a0", 2)], "nextPageToken": "same"})

    with listening(circling) as collector:
        assert walk(collector)[0] == ["Ug1", "Ug1.a0"]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"textOriginal": "a <b> & c", "textDisplay": "a &lt;b&gt; &amp; c"}, "a <b> & c"),
        ({"textDisplay": "one<br>two <a href='x'>three</a> &amp; four"}, "one\ntwo three & four"),
        ({"textDisplay": "I <3 R&D > all"}, "I <3 R&D > all"),
    ],
)
def test_texts_for_display_lose_their_markup(said: dict[str, JSON], text: str) -> None:
    """What was written is better; what is plain stays as it is."""
    with listening(Tube([])) as collector:
        assert collector.parse({"comment": comment("Ug1", 1, **said)}).text == text


def test_what_is_missing_is_left_out() -> None:
    """Authors whose account is gone, and comments on a channel instead of a video."""
    nobody: dict[str, JSON] = {"authorDisplayName": "", "authorChannelId": None, "likeCount": "12", "updatedAt": None}
    with listening(Tube([])) as collector:
        post = collector.parse({"comment": comment("Ug1", 1, **nobody)})
    assert (post.author, post.url, post.edited_at, post.engagement.likes) == (None, None, None, 12)


def test_a_key_that_no_request_can_carry_is_refused() -> None:
    """Such as one in quotes from a word processor; it is not shown."""
    with Net("http://127.0.0.1:9") as net, pytest.raises(SourceRefused, match="character") as caught:
        list(SPEC.build(YouTubeOptions(videos=(VIDEO,)), {"YOUTUBE_API_KEY": "“hush”"}, net).pages(None))
    assert "hush" not in str(caught.value)


def test_options() -> None:
    """A channel's id, ids of videos, and at least one of them."""
    wanted = YouTubeOptions(channel=CHANNEL, videos=(VIDEO,))
    assert read_options(SPEC, {"channel": CHANNEL, "videos": f"{VIDEO},{VIDEO}"}) == wanted
    for wrong in (
        {},
        {"channel": "@lantern"},
        {"videos": "https://youtu.be/lantern0001"},
        {"videos": VIDEO, "most_units": 0},
    ):
        with pytest.raises(BadOption):
            read_options(SPEC, wrong)


def test_parse_refuses_what_is_no_payload_of_ours() -> None:
    """A payload without a comment."""
    with listening(Tube([])) as collector, pytest.raises(PostUnreadable, match="comment is missing"):
        collector.parse({"product": None})
