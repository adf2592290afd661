"""A made-up Google Play with one review of our app."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from integrations.base import JSON
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, On, Refused, json_of, query_of, route
from tests.contract.repliers.google_sign_in import QUOTAS, GoogleFake, credentials, of_another_account
from tests.recorded.google import PACKAGE, PUBLISHER, play_review
from tests.recorded.signing import GoogleSignIn
from tests.recorded.web import Asked, Reply

REVIEW = rf"/androidpublisher/v3/applications/{PACKAGE}/reviews/gp%3A1"


@dataclass
class Platform(GoogleFake):
    """reviews.get and reviews.reply."""

    idempotent = True
    peculiar = QUOTAS
    checks_on = On.SIGN_IN

    sign_in: GoogleSignIn = field(default_factory=lambda: GoogleSignIn(scope=PUBLISHER))
    text: str | None = "The lamp 1 flickers"
    answer: str | None = None

    def __post_init__(self) -> None:
        self.secrets = credentials("GOOGLE_PLAY_SERVICE_ACCOUNT")
        self.wrong = {"GOOGLE_PLAY_SERVICE_ACCOUNT": of_another_account()}
        self.place = Place(external_id="gp:1", text="The lamp 1 flickers", options={"package": PACKAGE})

    def held(self) -> list[str]:
        return [self.answer] if self.answer is not None else []

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = text
        return True

    @route("GET", REVIEW)
    def review(self, asked: Asked) -> Reply:
        """reviews.get."""
        query_of(asked)
        if self.text is None:
            raise Refused(404, "reviewNotFound")
        shown = play_review(1, answer=self.answer, changed=int(NOW.timestamp()), text=self.text)
        return Reply(shown)

    @route("POST", REVIEW + ":reply")
    def reply(self, asked: Asked) -> Reply:
        """reviews.reply."""
        text = json_of(asked, {"replyText"})["replyText"]
        if self.text is None:
            raise Refused(404, "reviewNotFound")
        if not isinstance(text, str) or not text.strip() or len(text) > 350:
            raise Refused(400, "invalidReplyText")
        self.answer = re.sub(r"<[^<>]*>", "", text)
        edited: JSON = {"seconds": str(int(NOW.timestamp())), "nanos": 0}
        return Reply({"result": {"replyText": self.answer, "lastEdited": edited}})
