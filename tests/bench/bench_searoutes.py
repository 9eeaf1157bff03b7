"""How true and how fast distances by sea are, beside the great circle, searoute and scgraph.

    .venv/bin/python -m tests.bench.bench_searoutes [--plot]

Errors are against tests/data/distances/reference.csv (`sea_reference` makes it). `--plot` draws
docs/images/sea-growth.png anew.
"""

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from alerts import searoutes
from alerts.searoutes.seamap import SeaMap
from communities.sphere import NAUTICAL_MILE_M, destination, great_circle_m

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "data" / "distances" / "reference.csv"
GOALS = {"median": 0.5, "p95": 2.0, "p99": 4.0}
FIRST = """
import resource, time
began = time.perf_counter()
from alerts.searoutes.seamap import SeaMap
SeaMap().way((103.9, 1.2), (104.2, 1.75))
print(time.perf_counter() - began, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def percentiles(values, *which) -> list[float]:
    return [float(value) for value in np.percentile(values, which)]


def reference() -> list[tuple[tuple, tuple, float]]:
    with REFERENCE.open(newline="") as file:
        return [
            ((float(row["from_lon"]), float(row["from_lat"])), (float(row["to_lon"]), float(row["to_lat"])),
             float(row["distance_m"]))
            for row in csv.DictReader(file)
        ]  # fmt: skip


def by_searoute(a, b) -> float:
    import searoute

    return searoute.searoute(a, b, units="km", append_orig_dest=True).properties["length"] * 1000


def by_scgraph(a, b) -> float:
    from scgraph.geographs.marnet import marnet_geograph

    ends = [{"longitude": lon, "latitude": lat} for lon, lat in (a, b)]
    return marnet_geograph.get_shortest_path(*ends, output_units="km")["length"] * 1000


def errors(sea: SeaMap) -> None:
    pairs = reference()
    print(f"error against the reference in %, {len(pairs)} pairs; in brackets those with land in the way")
    methods = {
        "great circle": great_circle_m,
        "searoute": by_searoute,
        "scgraph, marnet": by_scgraph,
        "Suar": lambda a, b: sea.way(a, b).distance_m,
    }
    for name, method in methods.items():
        method(*pairs[0][:2])
        began = time.perf_counter()
        found = [method(a, b) for a, b, _ in pairs]
        each_ms = (time.perf_counter() - began) / len(pairs) * 1e3
        off = [100 * abs(metres / true - 1) for metres, (_, _, true) in zip(found, pairs, strict=True)]
        round_land = [
            error
            for error, (a, b, true) in zip(off, pairs, strict=True)
            if true > 1.01 * great_circle_m(a, b)
        ]
        all_of, some_of = (percentiles(part, 50, 95, 99, 100) for part in (off, round_land))
        words = "  ".join(
            f"{label} {one:.2f} ({other:.2f})"
            for label, one, other in zip(("median", "p95", "p99", "worst"), all_of, some_of, strict=True)
        )
        print(f"  {name:16} {words}  {each_ms:.2f} ms a pair")
    met = all(value <= goal for value, goal in zip(all_of, GOALS.values(), strict=False))
    print(f"  goals {GOALS}: {'met' if met else 'NOT MET'}")


def coastal(sea: SeaMap, draw: random.Random, near=None, within_nm: float = 0) -> tuple[float, float]:
    """A place on the water; without `near`, one with land within some 20 miles, where incidents are."""
    while True:
        if near:
            place = destination(
                near, draw.uniform(0, 360), within_nm * NAUTICAL_MILE_M * draw.random() ** 0.5
            )
        else:
            place = (draw.uniform(95, 130), draw.uniform(-9, 19))
        if not sea.region.chart.is_sea(*place):
            continue
        if near or any(
            not sea.region.chart.is_sea(*destination(place, bearing, 20 * NAUTICAL_MILE_M))
            for bearing in range(0, 360, 45)
        ):
            return place


def scene(
    ask, sea: SeaMap, *, units: int, within_nm: float, want: int, trials: int, seed: int
) -> list[tuple[float, float]]:
    """Milliseconds, and milliseconds of CPU, for each of `trials` incidents, each with its own fleet."""
    draw, taken = random.Random(seed), []
    for _ in range(trials):
        incident = coastal(sea, draw)
        fleet = [coastal(sea, draw, incident, within_nm) for _ in range(units)]
        began, worked = time.perf_counter(), time.thread_time()
        ask(incident, fleet, want=want)
        taken.append(((time.perf_counter() - began) * 1e3, (time.thread_time() - worked) * 1e3))
    return taken


def times(sea: SeaMap) -> None:
    print("ms a question, each from a new incident")
    for label, limits in {
        "500 units within 200 nm, nearest 5 (goal p50 5, p99 20)": {"units": 500, "within_nm": 200, "want": 5, "trials": 200},
        "60 units within 200 nm, nearest 5": {"units": 60, "within_nm": 200, "want": 5, "trials": 200},
        "6 units within 300 nm, nearest 5 (goal p99 150)": {"units": 6, "within_nm": 300, "want": 5, "trials": 150},
    }.items():  # fmt: skip
        for whose, ask in (("in process", sea.distances), ("by the pilot", searoutes.distances)):
            taken = scene(ask, sea, **limits, seed=6)
            wall, cpu = (percentiles(part, 50, 90, 99, 100) for part in zip(*taken, strict=True))
            print(f"  {label}, {whose}: " + "  ".join(
                f"{name} {value:.2f}" for name, value in zip(("p50", "p90", "p99", "worst"), wall, strict=True)
            ))  # fmt: skip
            if whose == "in process":
                print(f"    of CPU p50 {cpu[0]:.2f}  p99 {cpu[2]:.1f}")


def start_up() -> None:
    print("first answer of a fresh process, imports and chart included")
    for label, folder in (("compiled on disk", None), ("nothing compiled", tempfile.mkdtemp())):
        env = {**os.environ, **({"NUMBA_CACHE_DIR": folder} if folder else {})}
        out = subprocess.run(
            [sys.executable, "-c", FIRST], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        ).stdout.split()
        wall, cpu, peak = map(float, out)
        print(f"  {label}: {wall:.2f} s ({cpu:.2f} s of CPU), {peak:.0f} MB at most")
    began = time.perf_counter()
    searoutes.warm()
    print(f"  the pilot is ready after {time.perf_counter() - began:.2f} s, {pilot_mb():.0f} MB")


def pilot_mb() -> float:
    """What the pilot holds now; nan where /proc does not tell."""
    status = Path(f"/proc/{searoutes._pilot.process.pid}/status")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024 if status.exists() else float("nan")


def growth(sea: SeaMap, plot: bool) -> None:
    def median(**limits) -> float:
        return statistics.median(wall for wall, _ in scene(sea.distances, sea, **limits, trials=25))

    by_radius = {nm: median(units=6, within_nm=nm, want=6, seed=7) for nm in (25, 50, 100, 200, 400, 800)}
    by_units = {
        units: median(units=units, within_nm=200, want=min(5, units), seed=8)
        for units in (2, 5, 20, 60, 200, 500, 2000)
    }
    print("growth, ms at the median: six units within so many nm, all of them wanted:", rounded(by_radius))
    print("  so many units within 200 nm, nearest five:", rounded(by_units))
    if plot:
        from tests.bench.plot import lines

        lines(
            ROOT / "docs" / "images" / "sea-growth.png",
            {
                "six units, all wanted, by the radius they lie in, nm": by_radius,
                "nearest five within 200 nm, by the number of units": by_units,
            },
            unit="ms",
        )


def rounded(values: dict) -> dict:
    return {key: round(value, 2) for key, value in values.items()}


def main() -> None:
    start_up()
    sea = SeaMap()
    sea.warm()
    errors(sea)
    times(sea)
    growth(sea, "--plot" in sys.argv)
    print(f"the pilot after all that: {pilot_mb():.0f} MB")


if __name__ == "__main__":
    main()
