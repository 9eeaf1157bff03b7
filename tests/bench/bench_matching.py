"""Recall and false joins of matching, and its speed over a month of busy intake.

    .venv/bin/python tests/bench/bench_matching.py [FOLDER]

FOLDER holds `asam_*.csv`, `imb_mpa_*.csv` and `duplicate_pairs_*.csv`; without it the extract in tests/data is used.
Every report of the two lists is streamed in order of time, as `match_reports` does, and pairs count as joined when
they end up in one group; a bare date is noon give or take 12 h, the vessel's name is the text where there is none.
"""

import csv
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from communities.jsonlines import answer_lines
from reports.management.commands.match_reports import Matcher

EXTRACT = Path(__file__).parents[1] / "data" / "matching" / "pairs.csv"
BUSY_LINES = 10_000


def read(path: Path) -> list[dict]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def report(id, date, lat, lon, text) -> dict:
    return {"id": id, "at": date, "position": [float(lon), float(lat)], "text": text}


def load(folder: Path | None) -> tuple[list[dict], list[tuple[str, str, str]]]:
    """Give the reports by time and the pairs (label, id, id) whose both sides are there."""
    reports = {}
    if folder is None:
        rows = read(EXTRACT)
        for row in rows:
            for side in "ab":
                fields = [row[f"{side}_{name}"] for name in ("id", "date", "lat", "lon", "text")]
                reports[fields[0]] = report(*fields)
        pairs = [(row["label"], row["a_id"], row["b_id"]) for row in rows]
    else:
        for path in [*folder.glob("asam_*.csv"), *folder.glob("imb_mpa_*.csv")]:
            for row in read(path):
                text = row["description"] or row.get("vessel_name", "")
                reports[row["incident_id"]] = report(
                    row["incident_id"], row["date"], row["lat"], row["lon"], text
                )
        rows = [row for path in folder.glob("duplicate_pairs_*.csv") for row in read(path)]
        pairs = [(row["label"], row["a_id"], row["b_id"]) for row in rows]
    pairs = [pair for pair in pairs if pair[1] in reports and pair[2] in reports]
    return sorted(reports.values(), key=lambda row: row["at"]), pairs


def groups(reports: list[dict]) -> tuple[dict, float]:
    """Stream the reports through the command's own frame; give the first report of each one's group, and seconds."""
    first = {}
    started = time.perf_counter()
    for line in answer_lines(map(json.dumps, reports), Matcher().answer):
        row = json.loads(line)
        first[row["id"]] = row["id"] if row.get("same_as") is None else first[row["same_as"]]
    return first, time.perf_counter() - started


def busy() -> list[dict]:
    draw = random.Random(1)
    words = (
        "tolong bot karam orang lanun tenggelam enjin rosak SRI JAYA MUTIARA BINTANG LAUT pukat asing".split()
    )
    kinds = ("sinking", "piracy_armed_robbery", "iuu_foreign", "unclassified")
    return [
        {
            "id": n,
            "at": f"2026-03-{1 + n * 28 // BUSY_LINES:02d}T{draw.randrange(24):02d}:{draw.randrange(60):02d}:07Z",
            "type": draw.choice(kinds),
            "position": None if n % 20 == 0 else [draw.uniform(95, 125), draw.uniform(-8, 12)],
            "text": " ".join(draw.choices(words, k=8)),
        }
        for n in range(BUSY_LINES)
    ]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    reports, pairs = load(folder)
    first, seconds = groups(reports)
    for label, meaning in (("same", "recall"), ("different", "false joins")):
        chosen = [pair for pair in pairs if pair[0] == label]
        joined = sum(first[a] == first[b] for _, a, b in chosen)
        print(
            f"{meaning}: {joined} of {len(chosen)} `{label}` pairs joined ({joined / max(1, len(chosen)):.1%})"
        )
    print(f"{len(reports)} reports in {seconds:.1f} s")
    joined, seconds = groups(busy())
    print(f"busy month, {BUSY_LINES} reports: {seconds / BUSY_LINES * 1e3:.2f} ms a report")


if __name__ == "__main__":
    main()
