"""What the vector is worth by itself, beside counted words and an encoder that nobody tuned.

Nearest neighbour: how often the labelled text that lies nearest asks for the same thing. Clusters: how well k-means,
told the true number of clusters, finds people's clusters again; that is how such numbers are published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from nlp.evaluation.baselines import counter
from nlp.evaluation.data import Row, rows, thinned
from nlp.evaluation.scores import Value, share
from nlp.evaluation.tables import ACCURACY, Entry

Encode: TypeAlias = Callable[[Sequence[str]], Any]  # texts to rows of unit length, dense or sparse

COUNTED = "TF-IDF"
NMI = "NMI"

_ASKED = ("support_intent/banking77", "support_intent/clinc150")
_OUT_OF_SCOPE = "oos"
_CLUSTERED = ("clustering/stackoverflow", "clustering/googlenews_ts", "clustering/agnews8000")
_BLOCK = 256  # texts that are compared at a time
_STARTS, _DRAW = 3, 5


def counted(texts: Sequence[str]) -> Any:
    """The texts as weighed words and pieces of words, counted among themselves."""
    return counter(rare=1).fit_transform(texts)


def neighbours(data: Path, encoders: Mapping[str, Encode], most: int) -> list[Entry]:
    """How often the nearest text of the train split has the label of the held-out one."""
    entries = []
    for name in _ASKED:
        held_out, known = (
            [row for row in rows(data, name, split=split) if _in_scope(row)] for split in ("dev", "train")
        )
        held_out = thinned(held_out, most)
        if not held_out or not known:
            continue
        labels, wanted = (np.array([_label(row) for row in some], dtype=object) for some in (known, held_out))
        for system, encode in encoders.items():
            vectors = encode([row.whole for row in (*known, *held_out)])
            told = labels[_nearest(vectors[len(known) :], vectors[: len(known)])]
            right = share(int((told == wanted).sum()), len(wanted))
            entries.append(Entry(f"nearest: {name.split('/')[1]}", system, len(wanted), {ACCURACY: right}))
    return entries


def clusters(data: Path, encoders: Mapping[str, Encode], most: int) -> list[Entry]:
    """Accuracy under the best matching of clusters, and normalised mutual information."""
    entries = []
    for name in _CLUSTERED:
        labelled = rows(data, name, split="train", most=most)
        if not labelled:
            continue
        true = np.unique([_label(row) for row in labelled], return_inverse=True)[1]
        for system, encode in encoders.items():
            accuracy, information = _clustered(encode([row.whole for row in labelled]), true)
            values = {ACCURACY: Value(accuracy), NMI: Value(information)}
            entries.append(Entry(f"clusters: {name.split('/')[1]}", system, len(labelled), values))
    return entries


def _nearest(these: Any, those: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each row of `these`, the row of `those` with the highest cosine."""
    found = [
        np.asarray(_dense(these[start : start + _BLOCK] @ those.T)).argmax(axis=1)
        for start in range(0, these.shape[0], _BLOCK)
    ]
    return np.concatenate(found)


def _dense(products: Any) -> Any:
    return products.toarray() if hasattr(products, "toarray") else products


def _clustered(vectors: Any, true: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[float, float]:
    from scipy.optimize import linear_sum_assignment
    from sklearn.cluster import KMeans
    from sklearn.metrics import normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    told = KMeans(n_clusters=int(true.max()) + 1, n_init=_STARTS, random_state=_DRAW).fit_predict(vectors)
    table = contingency_matrix(true, told)
    matched = table[linear_sum_assignment(-table)].sum()
    return float(matched / len(true)), float(normalized_mutual_info_score(true, told))


def _label(row: Row) -> str:
    return next(iter(row.labels))


def _in_scope(row: Row) -> bool:
    return _label(row) != _OUT_OF_SCOPE
