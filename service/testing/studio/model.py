"""The sample studio's content as values: titles, authors, planted issues, posts and what is true about each post.

Only shapes and the rules of one entry live here; `content.py` reads the files and checks entries against each other.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.dataclasses import dataclass

Source: TypeAlias = Literal["steam", "shop", "forum", "reddit", "survey"]
Language: TypeAlias = Literal["de", "en", "es", "fr", "it", "ja", "ko", "pl", "pt", "ru", "tr", "zh"]
Sentiment: TypeAlias = Literal["negative", "neutral", "positive", "mixed"]
Intent: TypeAlias = Literal["bug_report", "feature_request", "question", "praise", "complaint", "churn_threat"]
IssueKind: TypeAlias = Literal["rising", "returned", "bilingual", "valuable"]
Stars: TypeAlias = Annotated[int, Field(ge=1, le=5)]
Slug: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Days: TypeAlias = Annotated[float, Field(ge=-56, le=0)]
"""A moment, in days before "now"."""
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

_STRICT = ConfigDict(extra="forbid")
_RESERVED_ADDRESS = re.compile(r"[^@\s]+@([\w-]+\.)*example(\.(com|net|org))?")  # RFC 2606: nobody's address


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Version:
    """A release of a title."""

    number: str
    released: float  # days before "now"; negative


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Title:
    """One of the studio's games."""

    slug: Slug
    name: str
    appid: int
    shop_path: Annotated[str, Field(pattern=r"^/shop/[a-z0-9-]+$")]
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Writer:
    """An account that wrote posts; which of its names are needed depends on where it wrote."""

    key: str
    name: str
    handle: str
    steamid: Annotated[str, Field(pattern=r"^7656119\d{10}$")] | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class PlantedIssue:
    """One cause behind several posts, that grouping should find."""

    key: Slug
    title: str
    product: Slug
    story: str
    kind: IssueKind


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Expected:
    """What is true about a post, as a careful person would say."""

    sentiment: Sentiment
    intents: tuple[Intent, ...] = ()
    topics: tuple[str, ...] = ()
    issue: Slug | None = None
    customer: str | None = None
    spam: bool = False
    bomb: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Edit:
    """What the author changed later; None where that part stayed as it was."""

    at: Days
    text: Text | None = None
    title: str | None = None
    recommended: bool | None = None
    stars: Stars | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class SamplePost:
    """One made-up post, as its author wrote it first, and what happens to it in the second phase."""

    id: Slug
    source: Source
    product: Slug
    at: Days
    language: Language
    author: str
    text: Text
    truth: Expected
    title: str | None = None
    stars: Stars | None = None
    recommended: bool | None = None
    version: str | None = None
    parent: Slug | None = None
    order: str | None = None
    email: str | None = None
    phase: Literal[1, 2] = 1
    edited: Edit | None = None
    deleted: bool = False

    @model_validator(mode="after")
    def _fits_its_source(self) -> SamplePost:
        for name, sources in _ONLY.items():
            if getattr(self, name) is not None and self.source not in sources:
                raise ValueError(f"`{name}` is for {' and '.join(sources)}, not for {self.source}")
        if self.source == "steam" and self.recommended is None:
            raise ValueError("a Steam review needs `recommended: true` or `false`")
        if self.source == "shop" and self.stars is None:
            raise ValueError("a shop review needs `stars: 1` to `5`")
        if self.source == "reddit" and (self.title is None) == (self.parent is None):
            raise ValueError("on Reddit, a submission has a `title` and a comment has a `parent`; give one of them")
        if self.phase == 2 and (self.edited or self.deleted):
            raise ValueError("what first appears in phase 2 cannot also be edited or deleted there")
        if self.edited and self.deleted:
            raise ValueError("give `edited` or `deleted`, not both: both would happen in phase 2")
        if self.edited and self.edited.at < self.at:
            raise ValueError(f"edited at {self.edited.at}, before it was written at {self.at}")
        if self.email is not None and not _RESERVED_ADDRESS.fullmatch(self.email):
            raise ValueError(f"`{self.email}` must be under a name reserved for examples, such as example.org")
        return self


_ONLY: dict[str, tuple[Source, ...]] = {
    "stars": ("shop", "survey"),
    "recommended": ("steam",),
    "parent": ("reddit",),
    "order": ("survey",),
    "email": ("survey",),
    "title": ("shop", "reddit", "forum", "survey"),
}


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Content:
    """Everything that was written for the sample studio, checked."""

    studio: str
    titles: dict[str, Title]
    writers: dict[str, Writer]
    issues: dict[str, PlantedIssue]
    posts: tuple[SamplePost, ...]  # in the order of the files
