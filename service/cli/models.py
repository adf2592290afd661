"""`earful models …`: the models of nlp.yaml: what they are, fetching them, refitting the heads for an encoder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from nlp.base import ModelMissing
from nlp.files import open_files
from nlp.hub.choice import Choice, EncoderChoice, NamedModel
from nlp.hub.fitted import read_facts
from nlp.hub.places import fetch as fetch_model
from nlp.hub.places import find
from service.cli.console import OUT, complain, say
from service.configuration.nlp import FILE, load_nlp
from service.errors import ConfigError
from service.settings import Settings

if TYPE_CHECKING:
    from nlp.runtime import Understanding

app = typer.Typer(help="Other models than the shipped ones, by name.", no_args_is_help=True)


def choice() -> Choice:
    """The operator's choice of models, from the configuration folder in use."""
    settings = Settings.load()
    return load_nlp(settings.config_dir / FILE, data_dir=settings.data_dir)


def refuse_missing(chosen: Choice) -> None:
    """A cheap look before the start: the shipped files, the named models and the encoder's heads are here.

    Raises:
        ConfigError: one is not; says what to do.
    """
    try:
        open_files()
        for model in chosen.models:
            find(model)
        if chosen.encoder is not None:
            read_facts(chosen.encoder.heads)
    except ModelMissing as error:
        raise ConfigError(str(error), fix="") from None


def loaded(load: Callable[[], Understanding]) -> Understanding:
    """The models; a file that is missing or damaged becomes a sentence and exit code 2."""
    try:
        return load()
    except ModelMissing as error:
        raise ConfigError(str(error), fix="") from None


@app.command("list")
def list_models() -> None:
    """Show the models that nlp.yaml names, and whether they are on this machine. Exit code 1 where one is not.

    Example: earful models list
    """
    chosen = choice()
    if not chosen.models:
        OUT.print("The shipped models answer for everything.")
    problems = [problem for model in chosen.models if (problem := _show(model))]
    if chosen.encoder is not None:
        problems += filter(None, [_show_heads(chosen.encoder)])
    if problems:
        raise typer.Exit(1)


@app.command()
def fetch() -> None:
    """Download the models that nlp.yaml names, so that Earful can load them without a network.

    Weights come as safetensors only; no code of a model's is fetched or run.

    Example: earful models fetch
    """
    chosen = choice()
    if not chosen.models:
        say("Nothing to fetch: the shipped models are part of Earful.")
    for model in chosen.models:
        try:
            place = fetch_model(model)
        except ModelMissing as error:
            complain(str(error))
            raise typer.Exit(1) from None
        say(f"{place.name} at {place.revision} is here ({place.size / 1e6:.0f} MB).")


@app.command()
def refit(
    data: Annotated[Path, typer.Option("--data", metavar="FOLDER", help="Labelled sets, own.jsonl, or both.")],
    most: Annotated[int, typer.Option("--most", min=100, help="Texts that are taken of a set.")] = 2_000,
) -> None:
    """Fit the heads for the encoder that nlp.yaml names, on labelled texts.

    Some thousand texts take minutes, and all the sets of the model card half an hour to an hour on two cores; --most is
    how to take fewer.

    Example: earful models refit --data labelled
    """
    chosen = choice()
    if chosen.encoder is None:
        raise ConfigError(f"{FILE} names no encoder but the shipped one, whose heads are shipped too.", fix="")
    if not data.is_dir():
        raise ConfigError(f"{data} is not a folder.", fix="")
    # A program of its own: nothing that serves ever loads what trains.
    arguments = _arguments(chosen, chosen.encoder, data, most)
    done = subprocess.run([sys.executable, "-m", "nlp.hub.refit", *arguments], check=False)  # noqa: S603  ours
    if done.returncode:
        raise typer.Exit(1)


def _arguments(chosen: Choice, encoder: EncoderChoice, data: Path, most: int) -> list[str]:
    model, running = encoder.model, chosen.running
    revision = [] if model.revision is None else [f"--revision={model.revision}"]
    return [
        f"--encoder={model.folder or model.name}",
        f"--name={model.name}",
        *revision,
        f"--prompt={encoder.prompt}",
        f"--data={data}",
        f"--output={encoder.heads}",
        f"--most={most}",
        f"--device={running.device}",
        f"--precision={running.precision}",
        f"--batch-texts={running.batch_texts}",
    ]


def _show(model: NamedModel) -> str | None:
    """Print a model's line; returns what is wrong with it, if anything is."""
    try:
        place = find(model)
    except ModelMissing as error:
        OUT.print(Text("✗ ", style="red") + Text(str(error)), soft_wrap=True)
        return str(error)
    OUT.print(Text("✓ ", style="green") + Text(f"{place.name} at {place.revision}, {place.size / 1e6:.0f} MB"))
    return None


def _show_heads(encoder: EncoderChoice) -> str | None:
    try:
        facts = read_facts(encoder.heads)
    except ModelMissing as error:
        OUT.print(Text("✗ ", style="red") + Text(str(error)), soft_wrap=True)
        return str(error)
    OUT.print(Text("✓ ", style="green") + Text(f"heads for {', '.join(facts.answers)} in {encoder.heads}"))
    for name, score in facts.scores.items():
        OUT.print(Text(f"    {name}: {score:.3f}"))
    return None
