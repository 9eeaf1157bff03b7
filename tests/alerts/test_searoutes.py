import json

import pytest

from alerts.management.commands.sea_distance import answer
from alerts.searoutes import sea_distance
from communities.jsonlines import answer_lines


def test_the_way_says_that_it_is_only_the_great_circle():
    way = sea_distance((103.85, 1.29), (120.97, 14.58))
    # SELECT ST_DistanceSphere(ST_MakePoint(103.85, 1.29), ST_MakePoint(120.97, 14.58))   -- PostGIS 3.3
    assert way.distance_m == pytest.approx(2391918.968, abs=0.01)
    assert (way.reachable, way.method) == (None, "great_circle")
    assert way.path == ((103.85, 1.29), (120.97, 14.58))


def test_command_answers_each_line_and_says_what_it_cannot_read():
    lines = [
        b'{"id": "a", "from": [100.63333, 4.23333], "to": [100.35, 5.41667]}',
        b'{"id": "b", "from": [100.6, 4.2]}',
        b'{"id": "c", "from": [100.6, 4.2], "to": [NaN, 4]}',
        b'{"id": "d", "from": [100.6, 4.2], "to": [100.6, 4.2]}',
        b"",
        b"\xff",
    ]
    first, second, third, fourth, fifth = [json.loads(line) for line in answer_lines(lines, answer)]
    assert first == {
        "id": "a", "distance_m": 135274.6, "path": [[100.63333, 4.23333], [100.35, 5.41667]],
        "reachable": None, "method": "great_circle",
    }  # fmt: skip
    assert (second["id"], third["id"]) == ("b", "c")
    assert all(row["error"] for row in (second, third, fifth))
    assert fourth["distance_m"] == 0
