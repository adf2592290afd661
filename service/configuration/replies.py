"""How we answer: config/replies.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from collectors import registry
from nlp.base import Intent
from service.configuration.addresses import SlackAddress
from service.configuration.checking import Name, Names, Section, checked, unique
from service.configuration.yaml_lines import Document, read
from service.domain.cases import AnswerWithin
from service.domain.closing import Pace
from service.domain.replies import ApprovalRules
from service.domain.wording import did_you_mean

FILE = "replies.yaml"
FIELDS = ("author", "product", "issue", "version", "link")
"""What a template may leave open, written as {author}. A link is for whoever writes to fill in."""

_GREETING = "greeting"
_BY_HAND = frozenset({"link"})

CLOSING = "Fixed"
"""What the words that tell of a fix are called among templates."""

Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
_OPEN = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Words to begin a reply with."""

    name: str
    language: str  # BCP 47
    text: str
    nameless: str | None = None  # the same, where nobody knows what the author is called
    intents: tuple[str, ...] = ()  # what the post does; none: whatever it does
    topics: tuple[str, ...] = ()

    def words(self, values: Mapping[str, str]) -> str | None:
        """What can be said with what is known of a post, filled in; None where too little is."""
        for text in (self.text, self.nameless):
            if text is not None and all(values.get(gap) or gap in _BY_HAND for gap in _OPEN.findall(text)):
                return _OPEN.sub(lambda gap: values.get(gap[1]) or gap[0], text)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingConfig:
    """How we tell reporters that an issue is fixed."""

    second_person_from: int | None = 5  # so many people at once need a second person; None: never for their number
    pace: Pace = field(default_factory=Pace)
    texts: tuple[Template, ...] = ()  # of one language the first that can be said and fits is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesConfig:
    """How we answer."""

    undo_seconds: float = 20.0  # in which whoever published may take it back
    escalate_to: str = "#rnd"  # the Slack channel of those who can mend what people report
    answer_within: AnswerWithin = field(default_factory=AnswerWithin)
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    templates: tuple[Template, ...] = ()
    closing: ClosingConfig = field(default_factory=ClosingConfig)


class ApprovalSection(Section):
    """What `approval` may say."""

    first_replies: int = Field(3, ge=0, le=1000, description="so many first replies of each colleague")
    customer_value_from: float | None = Field(
        None, ge=0, description="replies to customers whose orders are worth so much, in the company's currency"
    )
    words: Names = Field((), description="replies where the post or the reply says one of these")


class AnswerWithinSection(Section):
    """What `answer_within_hours` may say."""

    urgent: float = Field(4.0, gt=0, le=1000, description="hours until an urgent post (urgency 0.75) is answered")
    usual: float = Field(24.0, gt=0, le=1000, description="hours until every other post with a case is answered")


class GreetingSection(Section):
    """What an entry of `greetings` may say."""

    language: Language = Field(description="the language that it is written in, as a code such as en or pt-BR")
    named: str = Field(min_length=1, max_length=200, description="the greeting with a name: `Hi {author},`")
    nameless: str = Field(min_length=1, max_length=200, description="the same where the author's name is not known")


class TemplateSection(Section):
    """What an entry of `templates` may say."""

    name: Name = Field(description="what we call it; one name for one language")
    language: Language = Field(description="the language that it is written in, as a code such as en or pt-BR")
    intents: Names = Field((), description="for posts that do one of these; none: whatever they do")
    topics: Names = Field((), description="for posts about one of these; none: whatever they are about")
    text: str = Field(
        min_length=1,
        max_length=5000,
        description="the words; `{greeting}`, `{author}`, `{product}`, `{issue}` and `{version}` are filled in, "
        "`{link}` by whoever writes",
    )


class ClosingTextSection(Section):
    """What an entry of `closing.texts` may say."""

    language: Language = Field(description="the language that it is written in, as a code such as en or pt-BR")
    text: str = Field(
        min_length=1, max_length=5000, description="the words; `{author}`, `{product}` and `{version}` are filled in"
    )


class ClosingSection(Section):
    """What `closing` may say."""

    second_person_from: int | None = Field(
        5, ge=1, description="telling so many people at once needs a second person; empty: never for their number"
    )
    an_hour: int = Field(20, ge=1, le=3600, description="how many people are told in an hour on one platform")
    an_hour_on: dict[str, Annotated[int, Field(ge=1, le=3600)]] = Field(
        default_factory=dict, description="the same for single platforms, by kind of source: `reddit: 6`"
    )
    texts: tuple[ClosingTextSection, ...] = Field(
        (), description="the words; of one language the first whose fields are all known, and that fits, is taken"
    )


class RepliesSection(Section):
    """What replies.yaml may say."""

    undo_seconds: float = Field(
        20.0, ge=0, le=600, description="how long a published reply waits, so that it can be taken back"
    )
    escalate_to: SlackAddress = Field("#rnd", description='the Slack channel that a case is escalated to: "#rnd"')
    answer_within_hours: AnswerWithinSection = Field(
        default_factory=AnswerWithinSection,
        description="how soon authors should hear from us; homes in Slack name what is late",
    )
    approval: ApprovalSection = Field(
        default_factory=ApprovalSection, description="when a second person must look before a reply leaves"
    )
    greetings: tuple[GreetingSection, ...] = Field(
        (), description="how a reply begins, for each language: what `{greeting}` in a template stands for"
    )
    templates: tuple[TemplateSection, ...] = Field((), description="words to begin a reply with")
    closing: ClosingSection = Field(
        default_factory=ClosingSection, description="how those who reported an issue are told that it is fixed"
    )


def load_replies(path: Path, *, topics: Iterable[str] | None = None) -> RepliesConfig:
    """Read replies.yaml; the defaults where there is no such file. `topics`: those that templates may name.

    Raises:
        ConfigError: it does not fit; names file, line and what would be right, for everything that is wrong.
    """
    if not path.exists():
        return RepliesConfig()
    document = read(path)
    section = checked(document, RepliesSection)
    listed = document.at(("templates",))
    unique(document, [("templates", index) for index in range(len(listed) if isinstance(listed, list) else 0)])
    greetings = {each.language: each for each in section.greetings} if section is not None else {}
    if section is not None:
        for index, greeting in enumerate(section.greetings):
            _check_gaps(document, ("greetings", index, "named"), greeting.named, ("author",))
            _check_gaps(document, ("greetings", index, "nameless"), greeting.nameless, ())
        for index, template in enumerate(section.templates):
            _check(document, index, template, None if topics is None else tuple(topics))
            _check_greeted(document, index, template, greetings)
        _check_closing(document, section.closing)
    if section is None or document.problems:
        raise document.error()
    return RepliesConfig(
        undo_seconds=section.undo_seconds,
        escalate_to=section.escalate_to,
        answer_within=AnswerWithin(**section.answer_within_hours.model_dump()),
        approval=ApprovalRules(**section.approval.model_dump()),
        templates=tuple(_greeted(template, greetings) for template in section.templates),
        closing=ClosingConfig(
            second_person_from=section.closing.second_person_from,
            pace=Pace(an_hour=section.closing.an_hour, an_hour_on=section.closing.an_hour_on),
            texts=tuple(Template(name=CLOSING, **each.model_dump()) for each in section.closing.texts),
        ),
    )


def _greeted(template: TemplateSection, greetings: Mapping[str, GreetingSection]) -> Template:
    """The template as it is said: with the greeting of its language, once with a name and once without."""
    made, gap = Template(**template.model_dump()), f"{{{_GREETING}}}"
    if gap not in made.text:
        return made
    greeting = _greeting_for(template.language, greetings)
    if greeting is None:
        return made  # complained of already
    named, nameless = (made.text.replace(gap, words) for words in (greeting.named, greeting.nameless))
    return replace(made, text=named, nameless=nameless)


def _greeting_for(language: str, greetings: Mapping[str, GreetingSection]) -> GreetingSection | None:
    return greetings.get(language) or greetings.get(language.split("-", maxsplit=1)[0])


def _check_greeted(
    document: Document, index: int, template: TemplateSection, greetings: Mapping[str, GreetingSection]
) -> None:
    if f"{{{_GREETING}}}" in template.text and _greeting_for(template.language, greetings) is None:
        message = f"There is no greeting in {template.language}."
        document.complain(("templates", index, "text"), message, fix="Add one to `greetings`, or write it out.")


def _check(document: Document, index: int, template: TemplateSection, topics: tuple[str, ...] | None) -> None:
    _check_gaps(document, ("templates", index, "text"), template.text, (_GREETING, *FIELDS))
    known = {"intents": tuple(Intent), "topics": topics}
    for key, names in known.items():
        for name in getattr(template, key):
            if names is not None and name not in names:
                message = f'There is no {key.removesuffix("s")} "{name}".'
                document.complain(("templates", index, key), message, fix=did_you_mean(name, names))


def _check_closing(document: Document, closing: ClosingSection) -> None:
    for index, each in enumerate(closing.texts):
        _check_gaps(document, ("closing", "texts", index, "text"), each.text, ("author", "product", "version"))
    for kind in closing.an_hour_on:
        if kind not in registry.kinds():
            fix = did_you_mean(kind, registry.kinds())
            document.complain(("closing", "an_hour_on", kind), f'There is no kind of source "{kind}".', fix=fix)


def _check_gaps(document: Document, at: tuple[str | int, ...], text: str, fields: Sequence[str]) -> None:
    for gap in _OPEN.findall(text):
        if gap not in fields:
            document.complain(at, f"There is no field {{{gap}}}.", fix=did_you_mean(gap, fields))
