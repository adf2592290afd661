"""`python -m nlp.evaluation.speed --data FOLDER`: how fast this machine reads, and how much memory that takes.

Beside it the usual way: a classifier of RoBERTa's size, run by transformers one text at a time (extra `models`; its
weights are random, which takes the same time). Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from tokenizers import Tokenizer

from nlp.base import TextInput
from nlp.clean import clean
from nlp.encoder import Encoder
from nlp.english import LANGUAGE, TOKENIZER, EnglishNetwork
from nlp.evaluation.data import rows
from nlp.files import FOLDER, open_files
from nlp.multilingual import MultilingualNetwork
from nlp.runtime import Understanding

ENGLISH, OTHERS = "English", "other languages"

_ROUNDS = 5  # of which the middle one counts
_USUAL = 40  # texts that the usual way reads
_AT_ONCE = 1000  # texts, as many as a large import reads at a time
_LOADED = "from nlp.runtime import Understanding; Understanding.load()"


def measure(data: Path, *, texts: int, long_run: int) -> Iterator[tuple[str, str]]:
    """What was measured, line by line: a name, and a value with its unit."""
    yield "machine", f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"
    yield "start until models are loaded", f"{_start():.2f} s"
    models = Understanding.load()
    tweets = [row.text for row in rows(data, "sentiment/tweeteval_sentiment", most=texts)]
    tweets += [row.text for row in rows(data, "sentiment/umsab", most=texts)]
    given: dict[str, list[TextInput]] = {ENGLISH: [], OTHERS: []}
    for tweet, reading in zip(tweets, models.read(tweets), strict=True):
        given[ENGLISH if reading.language.label == LANGUAGE else OTHERS].append(tweet)
    for some in given.values():
        models.read(some)
    yield "peak memory", f"{_peak():.0f} MB"
    whole: dict[str, float] = {}
    for name, passes in _bare().items():
        some = given[name]
        spelled = [clean(each.text).spelled for each in some]
        whole[name], bare = _in_turn(partial(models.read, some), partial(passes, spelled))
        yield f"{name}: whole readings", f"{len(some) / whole[name]:,.0f} texts a second ({len(some)} texts)"
        yield f"{name}: against the bare passes", f"{whole[name] / bare:.2f} times their time"
    if long_run:
        yield from _flat([each for some in given.values() for each in some], long_run)
    usual = _usual([each.text for each in given[ENGLISH][:_USUAL]])
    if usual:
        yield "the usual way, one text at a time", f"{usual:.1f} texts a second"
        rate = len(given[ENGLISH]) / whole[ENGLISH]
        yield "English against the usual way", f"{rate / usual:.0f} times as fast"
    else:
        yield "the usual way", "not measured: pip install 'earful[models]'"


def _start() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _LOADED], check=True)  # noqa: S603 - ourselves
    return time.perf_counter() - started


def _bare() -> dict[str, Callable[[Sequence[str]], object]]:
    """The passes through the networks alone, on cleaned texts."""
    files = open_files()
    encoder, english = Encoder(files), EnglishNetwork(files)
    multilingual = MultilingualNetwork(files, encoder.pieces)
    return {
        ENGLISH: lambda spelled: (encoder.encode(spelled), english(spelled)),
        OTHERS: lambda spelled: multilingual(encoder.encode(spelled).tokens),
    }


def _in_turn(*works: Callable[[], object]) -> list[float]:
    """The seconds that each takes, done by turns: what else the machine does slows all of them alike."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(_ROUNDS):
        for work, times in zip(works, found, strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    return [median(times) for times in found]


def _flat(texts: Sequence[TextInput], count: int) -> Iterator[tuple[str, str]]:
    """Read so many texts, no two alike, in a process that does nothing else; its memory on the way and at the end."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        early, late, peak, seconds = process.submit(_read_many, texts, count).result()
    yield f"memory after {count:,} texts", f"{late:.0f} MB, {late - early:+.0f} MB since the first tenth"
    yield f"peak memory over {count:,} texts", f"{peak:.0f} MB"
    yield f"reading {count:,} texts", f"{count / seconds:,.0f} texts a second"


def _read_many(texts: Sequence[TextInput], count: int) -> tuple[float, float, float, float]:
    """The memory after a tenth, at the end and at most, in MB, and the seconds; stderr hears of each tenth."""
    models = Understanding.load()
    endless = (replace(each, text=f"{each.text} {number}") for number, each in enumerate(cycle(texts)))
    found: list[float] = []
    started = time.perf_counter()
    for done in range(_AT_ONCE, count + 1, _AT_ONCE):
        models.read(list(islice(endless, _AT_ONCE)))
        if done * 10 // count > len(found):
            found.append(_now())
            sys.stderr.write(f"{done:12,} texts  {found[-1]:.0f} MB  {time.perf_counter() - started:,.0f} s\n")
    return found[0], _now(), _peak(), time.perf_counter() - started


def _usual(texts: Sequence[str]) -> float:
    """Texts a second of a pipeline with a random model of RoBERTa's size; 0 where the libraries are not installed."""
    try:
        import torch
        from transformers import RobertaConfig, RobertaForSequenceClassification
    except ImportError:
        return 0.0
    model = RobertaForSequenceClassification(RobertaConfig(num_labels=3)).eval()
    tokens = [each.ids for each in Tokenizer.from_file(str(FOLDER / TOKENIZER)).encode_batch(list(texts))]
    with torch.inference_mode():
        model(torch.tensor([tokens[0]]))
        started = time.perf_counter()
        for ids in tokens:
            model(torch.tensor([ids]))
        return len(tokens) / (time.perf_counter() - started)


def _peak() -> float:
    """Of this process alone: what `getrusage` says begins with the size of the process that started it."""
    return _memory("VmHWM")


def _now() -> float:
    return _memory("VmRSS")


def _memory(name: str) -> float:
    """In MB, as Linux keeps it of this process."""
    kept = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in kept if line.startswith(f"{name}:"))


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluation.speed", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets, such as ../shared/data")
    parser.add_argument("--texts", type=int, default=2000, help="texts of each kind (default: 2000)")
    parser.add_argument(
        "--long-run", type=int, default=0, help="also read so many texts (1000 or more) and watch the memory"
    )
    chosen = parser.parse_args(arguments)
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is not a folder.")
    if 0 < chosen.long_run < _AT_ONCE:
        parser.error(f"--long-run needs {_AT_ONCE} texts or more.")
    for name, value in measure(chosen.data, texts=chosen.texts, long_run=chosen.long_run):
        sys.stdout.write(f"{name:36}  {value}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
