"""Reviews of a business on Trustpilot, by its API: the public list with a key, the business's own with the secret too.

Facts come from developers.trustpilot.com (business-units-api, service-reviews-api) and from other clients of it. The
private list tells the order number that came with the invitation, and is the same otherwise. Lists are ordered by when
reviews were written; edits further down than the newest hundred are found by asking again.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields, tokens
from collectors.abilities import Ability, tried
from collectors.base import (
    JSON,
    Author,
    Collector,
    Cursor,
    Engagement,
    Pace,
    Page,
    Passport,
    Post,
    PostKind,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    SetAside,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, need_secrets
from collectors.walk import Listing, Sheet, Walk, follow, numbered, posts_by

HOME = "https://api.trustpilot.com"
_API = f"{HOME}/v1"
_SIGN_IN = f"{_API}/oauth/oauth-business-users-for-applications/accesstoken"
_MOST = 100
_UNIT = re.compile(r"[0-9a-f]{24}\Z")
_REVIEW = re.compile(r"[\w-]{1,64}\Z")
_PRIVATE = {"referralEmail", "email", "links", "findReviewer"}  # addresses of people, and links with our key in them


class TrustpilotOptions(Options):
    """Which business."""

    business: str = Field(description="The domain as on its page (www.example.com), or the id of its business unit.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("business")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _UNIT.match(value) and not re.fullmatch(r"[\w-]+(\.[\w-]+)+", value):
            raise ValueError("give a domain such as www.example.com, or a business unit's id of 24 digits and letters")
        return value


class Trustpilot:
    """Listens to the reviews of one business."""

    def __init__(self, options: TrustpilotOptions, key: str, secret: str | None, net: Net) -> None:
        self._options = options
        self._key = key
        self._net = net
        self._unit: str | None = options.business if _UNIT.match(options.business) else None
        net.home(HOME, verdict=tokens.verdict(_SIGN_IN, "Trustpilot"))
        self._bearer = _sign_in(key, secret, net) if secret else None

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or changed, newest first; see `Collector.pages`."""
        return follow([Listing(name="Trustpilot", ask=self._ask, read=posts_by(self.parse))], cursor, since)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look reviews up again, one by one; what Trustpilot no longer has is gone. See `Rechecks.recheck`."""
        posts: list[Post] = []
        gone: list[str] = []
        set_aside: list[SetAside] = []
        for name in filter(_REVIEW.match, dict.fromkeys(external_ids)):
            try:
                posts.append(self.parse(self._raw(self._get(f"reviews/{name}", {}))))
            except SourceRefused as refused:
                if refused.status not in {404, 410}:
                    raise
                gone.append(name)
            except PostUnreadable as unreadable:
                set_aside.append(SetAside(place=f"review {name}", reason=str(unreadable), raw=unreadable.raw))
        if len(gone) > 3 and not posts:
            raise SourceBusy(f"Trustpilot knows none of {len(gone)} reviews. Taken as a fault, not as their deletion.")
        return Page(posts=posts, gone=gone, set_aside=set_aside)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one review; see `Collector.parse`."""
        review = fields.obj(raw, "review")
        name = fields.text(review, "id")
        if not name:
            raise PostUnreadable("The review has no id.", raw=fields.sample(review))
        rating, label = fields.stars(review, "stars")
        title = fields.text_or_none(review, "title")
        created, changed = fields.instant(review, "createdAt"), fields.instant_or_none(review, "updatedAt")
        return Post(
            kind=PostKind.REVIEW,
            external_id=name,
            url=f"https://www.trustpilot.com/reviews/{name}",
            title=title,
            text=fields.text_or_none(review, "text") or title or "",
            created_at=created,
            edited_at=changed if changed is not None and changed > created else None,
            author=_author(fields.obj_or_empty(review, "consumer")),
            language=fields.language_tag(fields.text_or_none(review, "language")),
            rating=rating,
            rating_label=label,
            product=fields.text_or_none(raw, "product"),
            order_number=fields.text_or_none(review, "referenceId"),
            engagement=Engagement(
                likes=fields.count_in_text(review, "numberOfLikes"),
                replies=1 if fields.obj_or_empty(review, "companyReply") else 0,
            ),
            raw=raw,
        )

    def abilities(self) -> Sequence[Ability]:
        """Whether the key reads, and whether order numbers come with it; see `Able.abilities`."""
        if self._bearer is not None:
            return tried("read reviews with their order numbers", lambda: self._ask(Walk.of({})))
        orders = Ability("read order numbers", False, f"Set TRUSTPILOT_API_SECRET: {_WHERE}.")
        return [*tried("read reviews", lambda: self._ask(Walk.of({}))), orders]

    def _ask(self, walk: Walk) -> Sheet:
        page, size = numbered(walk.position, _MOST)
        asked = {"page": str(page), "perPage": str(size), "orderBy": "createdat.desc"}
        answer = self._get(f"business-units/{self._business()}/reviews", asked)
        reviews = answer.get("reviews") if isinstance(answer, dict) else None
        if not isinstance(reviews, list):
            raise _strange()
        return Sheet(items=[self._raw(review) for review in reviews], onward=str(page + 1) if reviews else None)

    def _business(self) -> str:
        if self._unit is None:
            found = self._get("business-units/find", {"name": self._options.business}, public=True)
            self._unit = fields.text_or_none(found, "id") if isinstance(found, dict) else None
            if self._unit is None or not _UNIT.match(self._unit):
                self._unit = None
                raise _strange()
        return self._unit

    def _get(self, path: str, params: Mapping[str, str], *, public: bool = False) -> JSON:
        if self._bearer is None or public:
            return self._net.json(f"{_API}/{path}", params=params, headers={"apikey": self._key})
        return tokens.ask(self._net, self._bearer, f"{_API}/private/{path}", params)[1]

    def _raw(self, review: JSON) -> RawPost:
        return {"review": _public(review), "product": self._options.product}


def _sign_in(key: str, secret: str, net: Net) -> tokens.Bearer:
    basic = b64encode(f"{key}:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    return tokens.Exchanged(net, _SIGN_IN, lambda: form, headers={"Authorization": f"Basic {basic}"})


def _public(review: JSON) -> JSON:
    """The review without what is nobody's business here."""
    if not isinstance(review, dict):
        return review
    kept = {name: value for name, value in review.items() if name not in _PRIVATE}
    consumer = kept.get("consumer")
    if isinstance(consumer, dict):
        kept["consumer"] = {name: value for name, value in consumer.items() if name not in _PRIVATE}
    return kept


def _author(consumer: Mapping[str, JSON]) -> Author | None:
    name, account = fields.text_or_none(consumer, "displayName"), fields.text_or_none(consumer, "id")
    if name is None and account is None:
        return None
    url = f"https://www.trustpilot.com/users/{account}" if account and _UNIT.match(account) else None
    return Author(external_id=account, name=name, url=url)


def _strange() -> SourceBusy:
    return SourceBusy("Trustpilot answered in a form that we do not know; its API may have changed.")


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where the key is missing."""
    need_secrets(SPEC, secrets)
    secret = secrets.get("TRUSTPILOT_API_SECRET")
    return Trustpilot(cast("TrustpilotOptions", options), secrets["TRUSTPILOT_API_KEY"], secret, net)


_WHERE = "https://businessapp.b2b.trustpilot.com/applications (a plan with API access)"

SPEC = Spec(
    kind="trustpilot",
    title="Trustpilot",
    options=TrustpilotOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="Review on Trustpilot, with its stars, its author's name and a link",
        terms="For your own business, with a plan that includes the API; the pages may not be scraped. What is "
        "shown is looked up again within 24 hours. An author may be tied to a customer by the order number "
        "that went out with the invitation, and by nothing else. As far as we know passing on and fitting "
        "models are not allowed.",
    ),
    secrets=(
        Secret(name="TRUSTPILOT_API_KEY", where=_WHERE),
        Secret(name="TRUSTPILOT_API_SECRET", where=f"{_WHERE}: with it order numbers are read", required=False),
    ),
    home=HOME,
    # 833 in five minutes and 10,000 an hour (Trustpilot: Rate limits).
    pace=Pace(requests=2),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=30,
)
