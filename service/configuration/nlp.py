"""Which models read the posts: config/nlp.yaml. Without the file, the shipped ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from nlp.hub.choice import (
    HEADS,
    NOTHING,
    Choice,
    ClassifierChoice,
    Device,
    EncoderChoice,
    NamedModel,
    Precision,
    Running,
)
from service.configuration.checking import Section, checked
from service.configuration.yaml_lines import Document, Place, read, spelled
from service.domain.wording import did_you_mean, one_of, shown

FILE = "nlp.yaml"
SHIPPED = "shipped"

_ON_THE_HUB = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")


def _model_name(name: str) -> str:
    if name != SHIPPED and not _is_folder(name) and not _ON_THE_HUB.fullmatch(name):
        raise ValueError(
            "Write a name of the hub, as in sentence-transformers/all-MiniLM-L6-v2, or a folder that begins with ./ or "
            "with /."
        )
    return name


def _is_folder(name: str) -> bool:
    return name.startswith(("./", "../", "/", "~"))


_Model = Annotated[str, AfterValidator(_model_name)]
_Revision = Annotated[str, Field(min_length=1, max_length=100)]


class ClassifierSection(Section):
    """What an entry of its `heads` may say."""

    model: _Model = Field(description="a text classifier: its name on the hub, or a folder")
    revision: _Revision | None = Field(None, description="a commit, tag or branch of the hub")
    labels: dict[str, str] = Field(description="what each of the model's labels means in ours; `none`: nothing")


class NlpSection(Section):
    """What nlp.yaml may say."""

    encoder: _Model = Field(SHIPPED, description="`shipped`, a sentence encoder's name on the hub, or a folder")
    revision: _Revision | None = Field(None, description="a commit, tag or branch of the hub")
    fitted: str | None = Field(None, description="the folder of the refitted heads; none: `models` in the data folder")
    prompt: str = Field("", max_length=300, description="what the encoder wants to see before each text")
    heads: dict[str, ClassifierSection] = Field(
        default_factory=dict, description="`sentiment`, `intents`, `spam`, `toxicity`: a classifier that answers for it"
    )
    languages: tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...] = Field(
        (), description="codes of languages that these models read though the shipped ones do not"
    )
    device: Device = Field("auto", description="`auto` (a GPU where there is one), `cpu` or `cuda`")
    precision: Precision = Field(
        "auto", description="`auto` (half on a GPU, full on a processor), `fp32`, `bf16` or `fp16`"
    )
    batch_texts: int = Field(32, ge=1, le=4096, description="texts that go through a model at a time")


def load_nlp(path: Path, *, data_dir: Path) -> Choice:
    """Read nlp.yaml; the shipped models where there is none.

    Raises:
        ConfigError: it does not fit; names file, line and what would be right, for everything that is wrong.
    """
    if not path.exists():
        return Choice()
    document = read(path)
    section = checked(document, NlpSection)
    if section is not None:
        _check_heads(document, section)
        _check_revisions(document, section)
    if document.problems or section is None:
        raise document.error()
    return _choice(section, path.parent, data_dir)


def _check_heads(document: Document, section: NlpSection) -> None:
    """Heads and labels must be ours; a head that a classifier answers may mean each of its labels."""
    for head, classifier in section.heads.items():
        place: Place = ("heads", head)
        if head not in HEADS:
            document.complain(place, f"There is no head {shown(head)}.", fix=did_you_mean(head, list(HEADS)))
            continue
        known = [*HEADS[head], NOTHING]
        for theirs, ours in classifier.labels.items():
            if ours not in known:
                here = (*place, "labels", theirs)
                document.complain(here, f"{spelled(here)} is {shown(ours)}.", fix=f"Use {one_of(known)}.")
        if not set(classifier.labels.values()) & set(HEADS[head]):
            here = (*place, "labels")
            document.complain(here, f"{spelled(here)} leads to no label of ours.", fix=f"Use {one_of(known)}.")


def _check_revisions(document: Document, section: NlpSection) -> None:
    """Only the hub has revisions, and the shipped encoder has nothing to set."""
    models: list[tuple[Place, str, str | None]] = [((), section.encoder, section.revision)]
    models += [(("heads", head), each.model, each.revision) for head, each in section.heads.items()]
    for place, name, revision in models:
        if revision is not None and (_is_folder(name) or name == SHIPPED):
            here = (*place, "revision")
            document.complain(here, f"{spelled(here)} belongs to a model of the hub, not to {name}.", fix="Remove it.")
    for head, each in section.heads.items():
        if each.model == SHIPPED:
            here = ("heads", head)
            document.complain(here, f"{spelled(here)} is shipped anyhow.", fix="Remove the entry.")


def _choice(section: NlpSection, folder: Path, data_dir: Path) -> Choice:
    encoder = None
    if section.encoder != SHIPPED:
        heads = data_dir / "models" if section.fitted is None else folder / Path(section.fitted).expanduser()
        encoder = EncoderChoice(
            model=_named(section.encoder, section.revision, folder), heads=heads, prompt=section.prompt
        )
    return Choice(
        encoder=encoder,
        classifiers={
            head: ClassifierChoice(model=_named(each.model, each.revision, folder), labels=each.labels)
            for head, each in section.heads.items()
        },
        languages=section.languages,
        running=Running(device=section.device, precision=section.precision, batch_texts=section.batch_texts),
    )


def _named(name: str, revision: str | None, folder: Path) -> NamedModel:
    place = (folder / Path(name).expanduser()).resolve() if _is_folder(name) else None
    return NamedModel(name=name, revision=revision, folder=place)
