"""Every kind that can be answered keeps the contract of `integrations.replies`, against a strict made-up platform.

Kinds come from the registry, and their platforms from the module of the same name beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

import pytest

from integrations.base import (
    IntegrationError,
    MessageRejected,
    OutcomeUncertain,
    Receipt,
    TargetBusy,
    TargetRefused,
)
from integrations.counting import count
from integrations.repliers.registry import kinds, missing, spec
from integrations.replies import Counting, Replier, ReplierSpec, Standing
from tests.contract.repliers.fake import Fake, Fault, On, Peculiar

KEY = "0f9c2b4e-5d1a-4c55-9e0b-6a2f4d6b7c81"
TEXT = "Thank you, Ana. The lamp is fixed in 2.1.1 – tell us if it still flickers."
HOSTILE = (
    "*bold* _it_ ~no~ `code` <b>tag</b> <script>alert(1)</script> & &amp; @everyone @here <!channel> <@U1>\n"
    "[link](javascript:alert(1)) \u202egnihton\u202c \u200b“quotes” \\ \"'; DROP TABLE 💡 %s {0}"
)


@dataclass
class Stage:
    """A running platform and a replier that talks to it."""

    spec: ReplierSpec
    fake: Fake
    replier: Replier

    def send(self, text: str = TEXT, key: str = KEY) -> Receipt:
        return self.replier.send(text, place=self.fake.place, key=key)

    def look(self) -> Standing:
        return self.replier.look(self.fake.place)

    def find(self, text: str = TEXT, key: str = KEY, *, later: timedelta = timedelta()) -> Receipt | None:
        return self.replier.find(text, place=self.fake.place, key=key, after=self.fake.now + later)

    def ours(self) -> list[tuple[str, str]]:
        """Our answers, as looking shows them: names and words."""
        return [(answer.remote_id, plain(answer.text)) for answer in self.look().answers if answer.ours]


def plain(text: str) -> str:
    """Words alone: platforms move white space about."""
    return " ".join(text.split())


def platform(kind: str) -> type[Fake]:
    """The made-up platform of a kind."""
    found: type[Fake] = import_module(f"tests.contract.repliers.{kind}").Platform
    return found


SIGHTED = [kind for kind in kinds() if not platform(kind).blind]


@pytest.fixture(params=kinds())
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A fresh platform on loopback, of every kind in turn."""
    found, fake = spec(request.param), platform(request.param)()
    assert found is not None
    with fake.running():
        yield Stage(found, fake, found.build(fake.url, fake.secrets))


@pytest.mark.parametrize("kind", kinds())
def test_it_describes_itself(kind: str) -> None:
    """What a person reads before writing, and what has to be set, are whole sentences; methods are what rules say."""
    found = spec(kind)
    assert found is not None
    assert found.kind == kind
    assert found.rules.notes
    assert all(note.endswith(".") for note in found.rules.notes)
    assert found.rules.shown.why.endswith(".")
    assert (found.rules.shown.within_seconds or 60) >= 60  # less than a gateway on the way may keep a request
    assert all(secret.name.isupper() and secret.where for secret in found.secrets)
    fake = platform(kind)()
    assert missing(kind, fake.secrets) == ()
    replier = found.build(None, fake.secrets)
    assert (hasattr(replier, "edit"), hasattr(replier, "delete")) == (found.rules.edits, found.rules.deletes)


def test_the_post_is_seen_as_it_stands(stage: Stage) -> None:
    """With its words, without answers, and free to be answered; nothing is written by looking."""
    standing = stage.look()
    assert standing.exists
    assert standing.may_answer, standing.why_not
    assert plain(standing.text) == plain(stage.fake.place.text)
    assert [answer for answer in standing.answers if answer.ours] == []
    assert stage.fake.writes() == 0


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_what_was_sent_stands_there(stage: Stage) -> None:
    """One request, one answer; the receipt leads to it, and it is known as ours."""
    receipt = stage.send()
    assert stage.fake.writes() == 1
    assert len(stage.fake.held()) == 1
    assert stage.ours() == [(receipt.remote_id, TEXT)]
    assert receipt.address
    assert stage.find() == receipt


def test_twice_under_one_key_is_once_where_the_platform_sees_to_it(stage: Stage) -> None:
    """Where it does not, both stand there: that is why nothing is sent again blindly."""
    stage.send()
    stage.send()
    assert len(stage.fake.held()) == (1 if stage.fake.idempotent else 2)


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_an_answer_that_got_lost_is_settled_by_looking(stage: Stage) -> None:
    """The connection broke after the write: one request was made, none again, and the reply is found."""
    stage.fake.fail(Fault.DROPPED)
    with pytest.raises(OutcomeUncertain):
        stage.send()
    assert stage.fake.writes() == 1
    found = stage.find()
    assert found is not None
    assert stage.ours() == [(found.remote_id, TEXT)]


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_what_did_not_arrive_is_not_found(stage: Stage) -> None:
    """Nor is somebody else's answer of the same words taken for ours."""
    stage.fake.fail(Fault.LOST)
    with pytest.raises(OutcomeUncertain):
        stage.send()
    assert stage.find() is None
    stage.fake.chatter(TEXT)
    assert stage.find() is None
    assert stage.ours() == []


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_an_older_answer_is_not_taken_for_this_one(stage: Stage) -> None:
    """Without a key, the same words count only if they are not older than the sending."""
    stage.send()
    assert stage.find(later=timedelta(minutes=4)) is not None
    assert (stage.find(later=timedelta(hours=1)) is not None) == stage.fake.by_key
    assert stage.find(TEXT + " Really.", key="another-key") is None


FAULTS = [
    (Fault.UNAUTHORISED, TargetRefused, TargetRefused),
    (Fault.FORBIDDEN, TargetRefused, TargetRefused),
    (Fault.BUSY, TargetBusy, TargetBusy),
    (Fault.WRONG, MessageRejected, MessageRejected),
    (Fault.BROKEN, OutcomeUncertain, TargetBusy),
    (Fault.UNAVAILABLE, OutcomeUncertain, TargetBusy),
    (Fault.HTML, OutcomeUncertain, TargetBusy),
    (Fault.GARBAGE, OutcomeUncertain, TargetBusy),
    (Fault.STRANGE, OutcomeUncertain, TargetBusy),
]


@pytest.mark.parametrize(("fault", "writing", "reading"), FAULTS, ids=[fault for fault, *_ in FAULTS])
def test_every_fault_says_who_acts_next(
    stage: Stage, fault: Fault, writing: type[IntegrationError], reading: type[IntegrationError]
) -> None:
    """Wait, tell a person, give the message up, or look; and after the fault all goes on."""
    reading = stage.fake.unlike.get((fault, On.READ), reading)
    json_only = {Fault.HTML, Fault.GARBAGE, Fault.STRANGE}
    if not stage.fake.speaks_json and fault in json_only:
        fault = Fault.BROKEN  # a platform without JSON breaks in one way only
    stage.fake.fail(fault, On.READ)
    assert_raises(reading, stage, stage.look)
    stage.fake.fail(fault, On.WRITE)
    assert_raises(writing, stage, stage.send)
    assert stage.fake.held() == []
    if not stage.fake.blind:
        stage.fake.fail(fault, On.READ)
        assert_raises(reading, stage, stage.find)
    stage.send()
    assert len(stage.fake.held()) == 1


def assert_raises(wanted: type[IntegrationError], stage: Stage, act: Callable[[], object]) -> None:
    """The error, with what it has to tell and without secrets."""
    with pytest.raises(wanted) as caught:
        act()
    assert_no_secret(stage, caught.value)
    if isinstance(caught.value, TargetBusy) and "503" not in str(caught.value):
        assert caught.value.retry_after in (stage.fake.waits, None)
    if isinstance(caught.value, TargetRefused):
        assert caught.value.what_to_do


def assert_no_secret(stage: Stage, *things: object) -> None:
    """Neither what is shown nor what is logged holds a credential."""
    for secret in filter(lambda value: len(value) > 5, stage.fake.secrets.values()):
        assert not any(secret in f"{thing} {thing!r}" for thing in things)


def test_a_busy_platform_says_how_long_to_wait(stage: Stage) -> None:
    """The wait is the platform's own; nothing was sent."""
    stage.fake.fail(Fault.BUSY)
    with pytest.raises(TargetBusy) as caught:
        stage.send()
    assert caught.value.retry_after == (pytest.approx(stage.fake.waits, abs=2) if stage.fake.waits else None)
    assert stage.fake.held() == []


PECULIAR = [(kind, peculiar) for kind in kinds() for peculiar in platform(kind).peculiar]


@pytest.mark.parametrize(
    ("stage", "peculiar"), PECULIAR, indirect=["stage"], ids=[f"{kind}-{one.name}" for kind, one in PECULIAR]
)
def test_what_only_this_platform_says_is_understood(stage: Stage, peculiar: Peculiar) -> None:
    """Codes in bodies, quotas sent as refusals, refusals sent as success."""
    stage.fake.fail(peculiar.reply, peculiar.on)
    with pytest.raises(IntegrationError) as caught:
        stage.send() if peculiar.on is On.WRITE else stage.look()
    assert type(caught.value) is peculiar.error, caught.value
    assert getattr(caught.value, "retry_after", None) == peculiar.retry_after


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_hostile_words_arrive_as_words(stage: Stage) -> None:
    """Nothing is called, run or reordered by them, and they are recognised, however the platform writes them."""
    stage.fake.fail(Fault.DROPPED)
    with pytest.raises(OutcomeUncertain):
        stage.send(HOSTILE)
    found = stage.find(HOSTILE)
    assert found is not None
    assert [name for name, _ in stage.ours()] == [found.remote_id]


def test_the_limit_is_the_platforms(stage: Stage) -> None:
    """What is as long as the rules allow is taken, one more is refused with the platform's reason, and so is a book."""
    rules = stage.spec.rules
    if rules.limit is None:
        stage.send("x" * 40_000)
        assert len(stage.fake.held()) == 1
        return
    for text in ("x" * (rules.limit + 1), "x" * max(40_000, rules.limit * 2)):
        with pytest.raises(MessageRejected):
            stage.send(text)
    assert stage.fake.held() == []
    stage.send("x" * rules.limit)
    assert len(stage.fake.held()) == 1


def test_the_limit_counts_as_the_platform_does(stage: Stage) -> None:
    """Emoji and Greek are counted by the platform as the rules say."""
    limit, counting = stage.spec.rules.limit, stage.spec.rules.counting
    if limit is None or counting is Counting.WEIGHTED:
        return
    each = count("🪔", counting)
    full = "🪔" * (limit // each)
    with pytest.raises(MessageRejected):
        stage.send(full + "🪔")
    stage.send(full)
    assert len(stage.fake.held()) == 1


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_a_post_that_is_gone_is_not_answered(stage: Stage) -> None:
    """It is seen as gone; sending is refused for good, and nothing of ours is there."""
    stage.fake.remove()
    assert not stage.look().exists
    assert stage.find() is None


def test_sending_to_a_post_that_is_gone_says_so(stage: Stage) -> None:
    """It is told as a fault of the message or of the place, never as an uncertain outcome."""
    stage.fake.remove()
    with pytest.raises((MessageRejected, TargetRefused)):
        stage.send()


def test_a_locked_post_says_why(stage: Stage) -> None:
    """A person reads why not before writing; who sends nevertheless is refused."""
    if not stage.fake.lock():
        return
    standing = stage.look()
    assert standing.exists
    assert not standing.may_answer
    assert standing.why_not.endswith(".")
    with pytest.raises((MessageRejected, TargetRefused)):
        stage.send()


def test_an_edited_post_is_seen_with_its_new_words(stage: Stage) -> None:
    """So that nobody answers what is no longer said."""
    if stage.fake.change("The lamp is fine now."):
        assert plain(stage.look().text) == "The lamp is fine now."


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_words_can_be_replaced(stage: Stage) -> None:
    """In place, twice without harm, and a broken connection is told as uncertain."""
    if not stage.spec.rules.edits:
        return
    receipt = stage.send()
    edit = stage.replier.edit  # type: ignore[attr-defined]  # the rules say so
    for _ in range(2):
        assert edit("Fixed in 2.1.2.", place=stage.fake.place, receipt=receipt).remote_id == receipt.remote_id
    assert stage.ours() == [(receipt.remote_id, "Fixed in 2.1.2.")]
    stage.fake.fail(Fault.DROPPED)
    with pytest.raises(OutcomeUncertain):
        edit("Fixed in 2.1.3.", place=stage.fake.place, receipt=receipt)
    assert [text for _, text in stage.ours()] == ["Fixed in 2.1.3."]
    stage.fake.fail(Fault.WRONG)
    with pytest.raises(MessageRejected):
        edit("Fixed in 2.1.4.", place=stage.fake.place, receipt=receipt)


@pytest.mark.parametrize("stage", SIGHTED, indirect=True)
def test_a_reply_can_be_taken_back(stage: Stage) -> None:
    """Twice without harm."""
    if not stage.spec.rules.deletes:
        return
    receipt = stage.send()
    delete = stage.replier.delete  # type: ignore[attr-defined]  # the rules say so
    for _ in range(2):
        delete(place=stage.fake.place, receipt=receipt)
    assert stage.fake.held() == []
    assert stage.ours() == []
    assert stage.find() is None


def test_the_check_knows_whether_it_could_answer(stage: Stage) -> None:
    """All well with our credentials; with others a person is told what to do; a fault is a finding."""
    check = stage.replier.check  # type: ignore[attr-defined]  # every replier here has it
    good = check()
    assert good
    assert all(finding.ok and not finding.what_to_do for finding in good), good
    for fault in (Fault.BROKEN, Fault.HTML, Fault.STRANGE, Fault.LOST, Fault.FORBIDDEN):
        stage.fake.fail(fault, stage.fake.checks_on)
        assert not all(finding.ok for finding in check())
    wrong = stage.spec.build(stage.fake.url, stage.fake.wrong).check()  # type: ignore[attr-defined]
    assert any(not finding.ok and finding.what_to_do for finding in wrong)
    assert stage.fake.writes() == 0
    assert_no_secret(stage, good, wrong)


def test_wrong_credentials_are_told_to_a_person(stage: Stage) -> None:
    """Nothing is sent, and the error says what to do."""
    replier = stage.spec.build(stage.fake.url, stage.fake.wrong)
    for act in (
        lambda: replier.send(TEXT, place=stage.fake.place, key=KEY),
        lambda: replier.look(stage.fake.place),
    ):
        with pytest.raises(TargetRefused) as caught:
            act()
        assert caught.value.what_to_do
        assert not any(value in str(caught.value) for value in stage.fake.wrong.values() if len(value) > 5)
    assert stage.fake.held() == []


def test_where_nobody_listens_nothing_was_sent(stage: Stage) -> None:
    """A platform that cannot be reached is busy, and no outcome is uncertain."""
    replier = stage.spec.build("http://127.0.0.1:9", stage.fake.secrets)
    with pytest.raises(TargetBusy):
        replier.send(TEXT, place=stage.fake.place, key=KEY)
    with pytest.raises(TargetBusy):
        replier.look(stage.fake.place)


def test_no_secret_is_shown(stage: Stage) -> None:
    """A replier can be printed."""
    assert_no_secret(stage, stage.replier)
