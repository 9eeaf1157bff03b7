"""Rates and speed of the reading: `python -m tests.bench.bench_reading [folder] [--fuzz COUNT] [--seed SEED]`.

Without a folder it measures the extracts in tests/data/reading. A folder may hold sms_cases.csv,
positions.csv or vectors_dev.csv, no_reports.csv, nonreport_texts_dev.csv, disaster_messages_dev.csv, and
asam_dev.csv or imb_mpa_dev.csv: where attacks were, in words, in the story and as a position. Every name of
the shipped lists is known. Then it reads COUNT texts of nonsense and prints how long one took: CPU time of
the process, without the garbage collector's pauses, which are told apart.
"""

import argparse
import csv
import gc
import os
import resource
import time
from collections import Counter
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from communities import coast
from communities.sphere import great_circle_m
from reports import known_places
from reports.reading import read
from tests.bench import fuzzed_texts

ASSUMED = {"order_assumed", "hemisphere_assumed", "digits_repaired", "minutes_assumed"}
FAR_M = 5 * 1852
LONG_S = (
    0.025  # whatever took longer is read again: a neighbour that empties the caches is no fault of the text
)
PLACES = known_places.LazyIndex()


def main() -> None:
    parser = argparse.ArgumentParser(description="Rates and speed of the reading.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(__file__).parents[1] / "data" / "reading"
    )
    parser.add_argument("--fuzz", type=int, default=5_000, help="texts of nonsense to read")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start, before_kb = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read("dekat Pulau Sipadan, bot karam", places=PLACES)
    read("2.4521 107.7033", sender_country="62")
    coast.distance_to_coast_m(0.0, 0.0)  # the rest of the world's, asked at the edge of our waters
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    print(
        f"first readings: {time.process_time() - start:.1f} s CPU, {grown_kb / 1024:.0f} MB for names and coast"
    )
    rates(options.folder)
    nonsense(options.fuzz, options.seed)


def rates(folder: Path) -> None:
    for path in sorted(folder.rglob("*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if "position_status" in rows[0]:
            print(path.name, messages(rows))
        elif "tol_deg" in rows[0]:
            print(path.name, positions(rows))
        elif "position_text" in rows[0]:
            print(path.name, "narratives", narratives(rows))
            if "location_description" in rows[0]:
                print(path.name, "descriptions", descriptions(rows))
        elif path.name.startswith(("no_reports", "nonreport", "disaster")):
            print(path.name, false_alarms([row.get("text") or row["message"] for row in rows]))


def timed(texts: list[str]) -> tuple[list, float]:
    """Read all; return the readings and the mean milliseconds of CPU for one."""
    start = time.process_time()
    readings = [read(text, places=PLACES) for text in texts]
    return readings, round((time.process_time() - start) / len(texts) * 1000, 3)


def messages(rows: list[dict]) -> dict:
    readings, ms = timed([row["text"] for row in rows])
    pairs = list(zip(rows, readings, strict=True))
    return {
        "rows": len(rows),
        "category": sum(r.category in {row["type"], *row["type_alt"].split("|")} for row, r in pairs),
        "position": sum(is_right(row, r) for row, r in pairs),
        "persons_on_board": sum(
            row["persons_on_board"] in ("any", str(r.persons_on_board or "")) for row, r in pairs
        ),
        "language": sum(row["lang"] == r.language for row, r in pairs),
        "wrong_unflagged": sum(is_wrong_unflagged(row, r) for row, r in pairs),
        "ms": ms,
    }


def positions(rows: list[dict]) -> dict:
    readings, ms = timed([row["text"] for row in rows])
    right, wrong = Counter(), 0
    for row, reading in zip(rows, readings, strict=True):
        expected = dict(row, lat="") if row["expect"] == "reject" else row
        right[row["expect"], is_right(expected, reading)] += 1
        wrong += row["expect"] == "ok" and is_wrong_unflagged(row, reading)
    return {
        "rows": len(rows),
        **{f"{e} {'right' if ok else 'not'}": n for (e, ok), n in sorted(right.items())},
        "wrong_unflagged": wrong,
        "ms": ms,
    }


def narratives(rows: list[dict]) -> dict:
    """Of stories with a position written inside: how often it is found where its own text puts it."""
    rows = [row for row in rows if row["position_text"]]
    readings, ms = timed([row["description"] for row in rows])
    found = Counter()
    for row, reading in zip(rows, readings, strict=True):
        alone = read(row["position_text"], places=PLACES).position
        known = float(row["lon"]), float(row["lat"])
        if reading.position is None:
            found["none"] += 1
        elif alone and great_circle_m(reading.position, alone) < 1852:
            found["as written"] += 1
        elif great_circle_m(reading.position, known) <= FAR_M:
            found["where it was"] += 1
        else:
            found[f"elsewhere {reading.position_status}"] += 1
    return {"rows": len(rows), **dict(sorted(found.items())), "ms": ms}


def descriptions(rows: list[dict]) -> dict:
    """Of places in words with a known position: how often it lies inside the stated error."""
    rows = [
        row for row in rows if row["lat"] and -13 < float(row["lat"]) < 24 and 90 < float(row["lon"]) < 135
    ]
    readings, ms = timed([f"robbery {row['location_description']}" for row in rows])
    inside = Counter()
    for row, reading in zip(rows, readings, strict=True):
        if reading.position is None:
            inside["none"] += 1
            continue
        off_m = great_circle_m(reading.position, (float(row["lon"]), float(row["lat"])))
        where = "inside" if off_m <= reading.position_error_m else "outside"
        inside[f"{reading.position_source} {reading.position_status} {where}"] += 1
    return {"rows": len(rows), **dict(sorted(inside.items())), "ms": ms}


def false_alarms(texts: list[str]) -> dict:
    readings, ms = timed(texts)
    return {
        "rows": len(texts),
        **Counter(reading.category for reading in readings),
        "floor 2": sum(reading.priority_floor == 2 for reading in readings),
        "positions": sum(reading.position is not None for reading in readings),
        "ms": ms,
    }


def nonsense(count: int, seed: int) -> None:
    """Read `count` fuzzed texts and print P50, P99 and the worst of each length, in milliseconds."""
    pauses: list[float] = []
    begun = [0.0]

    def collecting(phase: str, info: dict) -> None:
        if phase == "start":
            begun[0] = time.process_time()
        else:
            pauses.append(time.process_time() - begun[0])

    times: dict[bool, list[float]] = {True: [], False: []}
    slowest, longest_pause, again = (0.0, ""), 0.0, 0
    gc.callbacks.append(collecting)

    def took_s(text: str) -> float:
        pauses.clear()
        start = time.process_time()
        read(text, places=PLACES)
        return time.process_time() - start - sum(pauses)

    for number, text in enumerate(fuzzed_texts.texts(count, seed), 1):
        took = took_s(text)
        longest_pause = max([longest_pause, *pauses])
        if took > LONG_S:
            again += 1
            took = min(took, took_s(text), took_s(text))
        times[len(text) <= fuzzed_texts.SEGMENT].append(took)
        slowest = max(slowest, (took, text))
        if number % 50_000 == 0:
            print(f"  {number} read, worst {slowest[0] * 1000:.1f} ms", flush=True)
    gc.callbacks.remove(collecting)
    for short, name in ((True, "one segment"), (False, f"to {fuzzed_texts.LONGEST} characters")):
        of_length = sorted(times[short])
        p50, p99, worst = (of_length[int(share * (len(of_length) - 1))] * 1000 for share in (0.5, 0.99, 1))
        print(
            f"nonsense, {name}: {len(of_length)} texts, P50 {p50:.2f}, P99 {p99:.2f}, worst {worst:.1f} ms CPU"
        )
    print(f"worst text: {slowest[1][:120]!a}; longest pause of the collector {longest_pause * 1000:.0f} ms")
    print(
        f"{again} texts took over {LONG_S * 1000:.0f} ms at first and were read twice more: the best of three counts"
    )


def is_right(row: dict, reading) -> bool:
    if not row["lat"] or reading.position is None:
        return not row["lat"] and reading.position is None
    lon, lat = reading.position
    tolerance = float(row["tol_deg"])
    return abs(lat - float(row["lat"])) <= tolerance and abs(lon - float(row["lon"])) <= tolerance


def is_wrong_unflagged(row: dict, reading) -> bool:
    """A position more than 5 NM off, or where none was, that nothing marks as doubtful."""
    if reading.position is None or reading.position_status != "ok" or ASSUMED & set(reading.flags):
        return False
    return not row["lat"] or great_circle_m(reading.position, (float(row["lon"]), float(row["lat"]))) > FAR_M


if __name__ == "__main__":
    main()
