"""What land or sea and miles to the coast cost: loading, memory, one question.

.venv/bin/python tests/bench/bench_coast.py
"""

import random
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from communities import coast

QUESTIONS = 5000


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(label: str, position) -> None:
    before, started = memory_mb(), time.perf_counter()
    coast.is_land(*position)
    print(f"load {label}: {time.perf_counter() - started:.2f} s, {memory_mb() - before:.0f} MB")


def main() -> None:
    load("1:10m of the region", (100.5, 4.2))
    load("1:50m of the world", (0.0, 51.5))
    draw = random.Random(1)
    points = [(draw.uniform(90, 135), draw.uniform(-13, 24)) for _ in range(QUESTIONS)]
    for ask in (coast.is_land, coast.distance_to_coast_m):
        started = time.perf_counter()
        for point in points:
            ask(*point)
        print(f"{ask.__name__}: {(time.perf_counter() - started) / QUESTIONS * 1e6:.0f} us a question")


if __name__ == "__main__":
    main()
