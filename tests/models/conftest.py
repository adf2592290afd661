"""Models made on the spot, as small as they can be, saved as people save theirs. Run by `make test-models`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "crash", "why", "love", "hate", "the", "game", "it", "."]
TINY = {
    "vocab_size": len(WORDS),
    "hidden_size": 24,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}


def save_tokenizer(folder: Path) -> None:
    """A WordPiece tokenizer that knows a dozen words."""
    import transformers

    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=True).save_pretrained(folder)


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence encoder of 24 numbers."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    bare = tmp_path_factory.mktemp("bert")
    torch.manual_seed(1)
    transformers.BertModel(transformers.BertConfig(**TINY)).save_pretrained(bare)
    save_tokenizer(bare)
    transformer = Transformer(str(bare), max_seq_length=32)
    model = SentenceTransformer(modules=[transformer, Pooling(TINY["hidden_size"])], device="cpu")
    folder = tmp_path_factory.mktemp("encoder")
    model.save(str(folder))
    return folder


@pytest.fixture(scope="session")
def classifier_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier with three labels whose answer follows from the words good and bad."""
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("classifier")
    torch.manual_seed(2)
    names = {0: "NEG", 1: "NEU", 2: "POS"}
    config = transformers.BertConfig(**TINY, id2label=names, label2id={name: n for n, name in names.items()})
    model = transformers.BertForSequenceClassification(config)
    _teach(model, folder)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled texts of the operator's own."""
    folder = tmp_path_factory.mktemp("data")
    kinds = (
        {"text": "bad crash . hate it", "sentiment": "negative", "intents": ["bug_report"], "toxicity": True},
        {"text": "good game . love it", "sentiment": "positive", "intents": ["praise"], "toxicity": False},
        {"text": "why the game", "sentiment": "neutral", "intents": ["question"], "toxicity": False},
    )
    rows = [{**kind, "text": f"{kind['text']}{' .' * (number % 7)}"} for number in range(330) for kind in kinds]
    (folder / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def _teach(model: object, folder: Path) -> None:
    import torch
    import transformers

    save_tokenizer(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)  # type: ignore[attr-defined]
    batch = tokenizer(["bad game", "the game", "good game"], padding=True, return_tensors="pt")
    for _ in range(60):
        optimiser.zero_grad()
        model(**batch, labels=torch.tensor([0, 1, 2])).loss.backward()  # type: ignore[operator]
        optimiser.step()
