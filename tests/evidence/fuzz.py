"""Damaged payloads for every parser, as many as one likes: `make fuzz CASES=100000`.

A parser may say that it cannot read a payload, and nothing else may come out of it but a post that can be stored. What
breaks that is written into tests/evidence/found, where it is a test from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
import traceback
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from collectors import registry
from collectors.abilities import abilities_of
from collectors.base import JSON, Collector, PostUnreadable, RawPost, SourceBusy, SourceRefused
from collectors.plain import storable
from collectors.public import post_from_json, post_to_json
from tests.evidence import documents
from tests.evidence.damage import damaged, damaged_bytes
from tests.evidence.recordings import read
from tests.recorded.cases import Case, case_of, listening
from tests.recorded.web import Asked, Reply, serve

FOUND = Path(__file__).parent / "found"
PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "payloads"
_NOBODY = "http://127.0.0.1:9"  # parsing asks nobody
_SEEDS = 400  # payloads a kind to begin from
_SLOW = 3.0  # seconds of work for one document
NO_ANSWERS = {"email", "feed", "product_pages", "tabular", "webhook"}  # what they are sent is no JSON over HTTP


@dataclass
class Tried:
    """How often a kind was tried, and what came of it."""

    kind: str
    cases: int = 0
    read: int = 0  # so many were still posts
    answers: int = 0  # so many whole answers of the platform were damaged
    broken: list[tuple[RawPost, str]] = field(default_factory=list)
    documents: int = 0  # so many whole documents had their bytes damaged
    spoilt: list[tuple[bytes, str]] = field(default_factory=list)  # those that broke it
    strange: list[str] = field(default_factory=list)  # what damaged answers made a run say that it should not

    @property
    def count_broken(self) -> int:
        """How often something came of it that may not."""
        return len(self.broken) + len(self.spoilt) + len(self.strange)


def try_parser(kind: str, cases: int, *, payloads: Path = PAYLOADS, seed: int = 1) -> Tried:
    """Damage payloads of a kind so many times, and parse them."""
    tried, chance = Tried(kind), Random(f"{kind} {seed}")
    with scratch() as folder:
        case = case_of(kind, folder)
        whole = [*_made_up(kind, case), *read(kind, payloads).raws]
        chance.shuffle(whole)
        with listening(kind, case, _NOBODY) as collector:
            for number in range(cases):
                raw = damaged(whole[number % min(len(whole), _SEEDS)], chance)
                if not isinstance(raw, dict):
                    continue
                tried.cases += 1
                problem, is_post = problem_of(collector, kind, raw)
                tried.read += is_post
                if problem is not None:
                    tried.broken.append((raw, problem))
    return tried


def problem_of(collector: Collector, kind: str, raw: RawPost) -> tuple[str | None, bool]:
    """What is wrong with how a payload is read, in words, and whether it is a post."""
    try:
        post = collector.parse(raw)
    except PostUnreadable:
        return None, False
    except Exception as error:  # noqa: BLE001 - that is what we look for
        return _named(error), False
    if post.raw != raw:
        return "the payload that is kept is another", True
    form = post_to_json(post, collector=kind)
    try:
        again = post_from_json(json.loads(json.dumps(form, allow_nan=False)))
    except Exception as error:  # noqa: BLE001 - the same
        return f"in its public form: {_named(error)}", True
    if storable(form) != form:
        return "it has signs that a database cannot hold", True
    return (None if again == post else "its public form is another post"), True


def try_documents(tried: Tried, cases: int, *, payloads: Path = PAYLOADS, seed: int = 1) -> None:
    """Damage the bytes of documents so many times, read them, and parse what comes out of them."""
    chance = Random(f"{tried.kind} documents {seed}")
    whole = documents.whole(tried.kind, payloads)
    with scratch() as folder, listening(tried.kind, case_of(tried.kind, folder), _NOBODY) as collector:
        for _ in range(cases):
            tried.documents += 1
            document = damaged_bytes(chance.choice(whole), chance)
            problem = problem_of_document(collector, tried.kind, document)
            if problem is not None:
                tried.spoilt.append((document, problem))


def problem_of_document(collector: Collector, kind: str, document: bytes) -> str | None:
    """What is wrong with how a document is read, in words: also that it takes too long."""
    begun = time.process_time()
    try:
        raws = list(documents.READ[kind](document))
    except (PostUnreadable, SourceBusy, SourceRefused):
        raws = []
    except Exception as error:  # noqa: BLE001 - that is what we look for
        return _named(error)
    problems = (problem_of(collector, kind, raw)[0] for raw in raws)
    problem = next((problem for problem in problems if problem is not None), None)
    slow = time.process_time() - begun > _SLOW
    return problem or (f"it takes more than {_SLOW:g} seconds" if slow else None)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what a kind reads from files."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _named(error: Exception) -> str:
    """The sort of error and where it was raised: those of one place are one finding."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if "/collectors/" in frame.filename]
    where = f"{Path(places[-1].filename).name}, {places[-1].name}" if places else "elsewhere"
    return f"{type(error).__name__} in {where}"


def try_answers(tried: Tried, cases: int, *, seed: int = 1) -> None:
    """Damage what the platform answers so many times, each time for a whole run of the collector."""
    chance = Random(f"{tried.kind} {seed}")
    with scratch() as folder:
        case = case_of(tried.kind, folder)
        for _ in range(cases):
            tried.answers += 1
            with serve(_Spoilt(case, chance)) as web, listening(tried.kind, case, web.url) as collector:
                try:
                    abilities_of(collector, ())
                    for number, page in enumerate(collector.pages(None)):
                        json.dumps(page.cursor, allow_nan=False)
                        if number > 200:
                            tried.strange.append("it does not end")
                            break
                except (SourceBusy, SourceRefused):
                    pass
                except Exception as error:  # noqa: BLE001 - that is what we look for
                    tried.strange.append(_named(error))


@dataclass
class _Spoilt:
    """A platform of which about every second answer is damaged."""

    case: Case
    chance: Random

    def __call__(self, asked: Asked) -> Reply:
        try:
            reply = self.case.answering(asked)
        except (ValueError, KeyError, TypeError, AttributeError):  # asked for with what we damaged
            return Reply({"error": "bad request"}, status=400)
        if self.chance.random() < 0.5:
            return reply
        try:
            body: JSON = json.loads(reply.data())
        except ValueError:
            return reply
        return Reply(json.dumps(damaged(body, self.chance)), status=reply.status, headers=reply.headers)


def _made_up(kind: str, case: Case) -> Sequence[RawPost]:
    """Payloads of the platform that our tests play."""
    with case.serving() as world, listening(kind, case, world.url) as collector:
        return [post.raw for page in collector.pages(None) for post in page.posts]


def keep(kind: str, found: RawPost | bytes, problem: str) -> Path:
    """Write a payload or a document that broke a parser where the tests find it."""
    kept = {"document": b64encode(found).decode()} if isinstance(found, bytes) else {"raw": found}
    text = json.dumps({"problem": problem, **kept}, indent=1, sort_keys=True)
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
    path.write_text(text + "\n", encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all parsers, or those that are named; returns 1 where one broke."""
    parser = argparse.ArgumentParser(description="Try collectors on damaged payloads.")
    parser.add_argument("kinds", nargs="*", default=registry.kinds(), help="which; all by default")
    parser.add_argument("--cases", type=int, default=100_000, help="damaged payloads for each parser")
    parser.add_argument("--answers", type=int, default=200, help="runs with damaged answers for each kind")
    parser.add_argument("--documents", type=int, default=20_000, help="feeds, pages and letters with damaged bytes")
    parser.add_argument("--seed", type=int, default=1, help="another number tries others")
    chosen = parser.parse_args(arguments)
    broken = 0
    for kind in chosen.kinds:
        begun = time.perf_counter()
        tried = try_parser(kind, chosen.cases, seed=chosen.seed)
        if kind not in NO_ANSWERS:
            try_answers(tried, chosen.answers, seed=chosen.seed)
        if kind in documents.READ:
            try_documents(tried, chosen.documents, seed=chosen.seed)
        took = time.perf_counter() - begun
        print(
            f"{kind}: {tried.cases:,} payloads ({tried.read:,} still posts), {tried.answers:,} runs, "
            f"{tried.documents:,} documents, {tried.count_broken} broke it, {took:.0f} s"
        )
        once = {problem: found for found, problem in reversed([*tried.broken, *tried.spoilt])}
        for problem, found in once.items():
            print(f"  {problem[:200]} ({keep(kind, found, problem).name})")
        for strange in dict.fromkeys(tried.strange):
            print(f"  a run: {strange[:200]}")
        broken += len(once) + len(tried.strange)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
