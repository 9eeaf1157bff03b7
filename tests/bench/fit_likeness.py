"""Fit `reports.reading.likeness` anew: `python -m tests.bench.fit_likeness [--print]`.

Multinomial logistic regression on tests/data/reading/written/*.jsonl. The threshold is the lowest at which
at most one ordinary text in a hundred is raised by a model that has not seen it (ten folds). Writes the
weights that the product ships; the same texts and library give the same file. `--print` only prints.
"""

import argparse
import hashlib
import json
import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # small work; more threads only wait for one another

import django

django.setup()

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from reports.reading import likeness
from reports.reading.folding import fold

WRITTEN = Path(__file__).parents[1] / "data" / "reading" / "written"
ORDER = ("other", *map(str, likeness.RAISED))
RAISED_OF_ORDINARY = 0.01
LEAST_SURE = 0.5
STRENGTH, FOLDS, SEED = 30.0, 10, 1


def texts_hash() -> str:
    """SHA-256 of all training texts with their labels, by file name."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(WRITTEN.glob("*.jsonl")))).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the second opinion of the reading.")
    parser.add_argument("--print", action="store_true", help="only print the figures, write nothing")
    options = parser.parse_args()
    lines = [
        line for path in sorted(WRITTEN.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    rows = [json.loads(line) for line in lines]
    said = np.array([ORDER.index(row["category"]) for row in rows])
    pieces = matrix([row["text"] for row in rows])
    raised = held_out(pieces, said)
    ordinary = np.sort(raised[said == 0])
    allowed = int(len(ordinary) * RAISED_OF_ORDINARY)
    threshold = max(LEAST_SURE, float(np.nextafter(ordinary[-allowed - 1], 1)))
    for label, name in enumerate(ORDER):
        of_it = raised[said == label]
        print(f"{name}: {len(of_it)} texts, {(of_it >= threshold).sum()} raised unseen at {threshold:.3f}")
    if not options.print:
        write(fit(pieces, said), threshold)
        print(f"{likeness.PATH.name}: {likeness.PATH.stat().st_size} bytes")


def matrix(texts: list[str]) -> sparse.csr_matrix:
    rows = [likeness.buckets(fold(text)) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    values = np.concatenate([np.full(len(row), len(row) ** -0.5) for row in rows])
    return sparse.csr_matrix(
        (values, np.concatenate(rows), starts), shape=(len(texts), 1 << likeness.BUCKETS_LOG2)
    )


def fit(pieces, said) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3).fit(pieces, said)


def held_out(pieces, said) -> np.ndarray:
    """How little ordinary each text looks to a model fitted without it."""
    raised = np.zeros(len(said))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(pieces, said):
        raised[unseen] = 1 - fit(pieces[seen], said[seen]).predict_proba(pieces[unseen])[:, 0]
    return raised


def write(fitted: LogisticRegression, threshold: float) -> None:
    weights = fitted.coef_[1:] - fitted.coef_[0]
    intercepts = fitted.intercept_[1:] - fitted.intercept_[0]
    scale = float(np.abs(weights).max() / 127)
    head = {
        "texts": texts_hash(),
        "scale": scale,
        "intercepts": [round(float(one), 6) for one in intercepts],
        "threshold": round(threshold, 4),
    }
    body = np.round(weights / scale).astype(np.int8).tobytes()
    likeness.PATH.write_bytes(json.dumps(head).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
