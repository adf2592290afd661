"""The door to torch and to the libraries of the hub: what is said where they are missing, and where models run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nlp.base import ModelMissing
from nlp.hub.choice import Running

if TYPE_CHECKING:
    import torch

INSTALL = "Run: pip install 'earful[models]'"


@contextmanager
def installed() -> Iterator[None]:
    """Imports of the hub's libraries stand within this.

    Raises:
        ModelMissing: one of them is not installed; says which extra brings it.
    """
    try:
        yield
    except ImportError as error:
        raise ModelMissing(
            f"nlp.yaml names a model of the hub, and {error.name or error} is not installed.",
            what_to_do=f"{INSTALL}, or write `encoder: shipped` and no `heads`.",
        ) from error


def prepare(running: Running) -> tuple[str, torch.dtype]:
    """The device to run on and the precision to compute in; processors get the cores that this process owns.

    Raises:
        ModelMissing: torch is not installed, or a GPU was asked for and there is none.
    """
    with installed():
        import torch
        import transformers
    transformers.utils.logging.disable_progress_bar()  # what is loaded is said once, by us
    device = _device(running, gpu=torch.cuda.is_available())
    if device == "cpu":
        torch.set_num_threads(running.threads or _cores())
    half = torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float16
    chosen = {
        "auto": torch.float32 if device == "cpu" else half,
        "fp32": torch.float32,
        "bf16": torch.bfloat16,
        "fp16": torch.float16,
    }
    return device, chosen[running.precision]


def _device(running: Running, *, gpu: bool) -> str:
    if running.device == "cuda" and not gpu:
        raise ModelMissing(
            "nlp.yaml says `device: cuda`, and torch finds no GPU here.",
            what_to_do="Write `device: auto`, or install a driver and a torch that fits it.",
        )
    return "cuda" if gpu and running.device != "cpu" else "cpu"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
