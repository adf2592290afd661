"""A made-up YouTube with one comment below a video."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.base import JSON, MessageRejected
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, Peculiar, Refused, checked, iso, json_of, query_of, route
from tests.contract.repliers.google_sign_in import QUOTAS, GoogleFake
from tests.recorded.google import comment
from tests.recorded.signing import refused
from tests.recorded.web import Asked, Reply

VIDEO, TOP, MINE = "lantern0001", "Ug1", "UCours"
API = "/youtube/v3"


@dataclass
class Platform(GoogleFake):
    """commentThreads, comments and channels; a page of answers has two."""

    peculiar = (
        *QUOTAS,
        Peculiar(name="comments-off", reply=refused(403, "commentsDisabled"), error=MessageRejected),
    )

    text: str | None = "My lamp 1 flickers <3"
    may: bool = True
    answers: dict[str, dict[str, JSON]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.secrets = {
            "YOUTUBE_CLIENT_ID": "client",
            "YOUTUBE_CLIENT_SECRET": "hush",
            "YOUTUBE_REFRESH_TOKEN": "refresh",
        }
        self.wrong = {**self.secrets, "YOUTUBE_REFRESH_TOKEN": "withdrawn-token"}
        self.place = Place(
            external_id=TOP, url=f"https://www.youtube.com/watch?v={VIDEO}&lc={TOP}", kind="comment",
            text="My lamp 1 flickers <3", handle="@player1",
        )  # fmt: skip
        for number in range(3):
            self.say(f"Mine too, {number}", by=f"UCp{number}")

    def held(self) -> list[str]:
        return [str(self.text_of(one)) for one in self.answers.values() if self.author_of(one) == MINE]

    def remove(self) -> None:
        self.text = None
        self.answers.clear()

    def change(self, text: str) -> bool:
        self.text = text
        return True

    def lock(self) -> bool:
        self.may = False
        return True

    def chatter(self, text: str) -> bool:
        self.say(text, by="UCp9")
        return True

    def say(self, text: str, *, by: str) -> dict[str, JSON]:
        """An answer below the comment."""
        name = f"{TOP}.a{len(self.answers)}"
        self.answers[name] = comment(
            name, 1, textDisplay=text, textOriginal=text, parentId=TOP, authorChannelId={"value": by},
            publishedAt=iso(NOW), updatedAt=iso(NOW),
        )  # fmt: skip
        return self.answers[name]

    @staticmethod
    def text_of(one: dict[str, JSON]) -> JSON:
        return one["snippet"]["textOriginal"]  # type: ignore[index,call-overload]

    @staticmethod
    def author_of(one: dict[str, JSON]) -> JSON:
        return one["snippet"]["authorChannelId"]["value"]  # type: ignore[index,call-overload]

    @route("GET", f"{API}/channels")
    def channels(self, asked: Asked) -> Reply:
        """Whose token it is."""
        if query_of(asked, {"part", "mine"}) != {"part": "snippet", "mine": "true"}:
            raise Refused(400, "badRequest")
        return Reply({"items": [{"id": MINE, "snippet": {"title": "Lantern Works"}}]})

    @route("GET", f"{API}/commentThreads")
    def threads(self, asked: Asked) -> Reply:
        """Threads by id; what is gone is left out."""
        query = query_of(asked, {"part", "id", "textFormat"})
        if self.text is None or query["id"] != TOP:
            return Reply({"items": []})
        first = comment(TOP, 1, textDisplay=self.text, textOriginal=self.text)
        snippet: JSON = {
            "videoId": VIDEO,
            "topLevelComment": first,
            "canReply": self.may,
            "totalReplyCount": len(self.answers),
        }
        return Reply({"items": [{"id": TOP, "snippet": snippet}]})

    @route("GET", f"{API}/comments")
    def below(self, asked: Asked) -> Reply:
        """The answers, two a page."""
        query = query_of(asked, {"part", "parentId", "maxResults", "textFormat"}, {"pageToken"})
        if self.text is None or query["parentId"] != TOP:
            raise Refused(404, "commentNotFound")
        start = int(query.get("pageToken", "0"))
        more = {"nextPageToken": str(start + 2)} if start + 2 < len(self.answers) else {}
        return Reply({"items": [*self.answers.values()][start : start + 2], **more})

    @route("POST", f"{API}/comments")
    def insert(self, asked: Asked) -> Reply:
        """An answer of ours."""
        query_of(asked, {"part"})
        snippet = checked(json_of(asked, {"snippet"})["snippet"], {"parentId", "textOriginal"})
        if self.text is None or snippet["parentId"] != TOP:
            raise Refused(404, "parentCommentNotFound")
        if not self.may:
            raise Refused(403, "forbidden")
        return Reply(self.say(self.fitting(snippet["textOriginal"]), by=MINE))

    @route("PUT", f"{API}/comments")
    def update(self, asked: Asked) -> Reply:
        """Other words for an answer of ours."""
        query_of(asked, {"part"})
        body = json_of(asked, {"id", "snippet"})
        text = self.fitting(checked(body["snippet"], {"textOriginal"})["textOriginal"])
        found = self.answers.get(body["id"])
        if found is None or self.author_of(found) != MINE:
            raise Refused(404, "commentNotFound")
        found["snippet"] |= {"textOriginal": text, "textDisplay": text}  # type: ignore[operator]
        return Reply(found)

    @route("DELETE", f"{API}/comments")
    def delete(self, asked: Asked) -> Reply:
        """One answer less."""
        if self.answers.pop(query_of(asked, {"id"})["id"], None) is None:
            raise Refused(404, "commentNotFound")
        return Reply(b"", status=204)

    @staticmethod
    def fitting(text: object) -> str:
        """What YouTube takes."""
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "commentTextRequired")
        if len(text) > 10_000:
            raise Refused(400, "commentTextTooLong")
        return text
