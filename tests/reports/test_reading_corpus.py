"""The whole reading on whole messages: the corpus of the domain notes, fishers' texts, and texts that are no reports."""

import csv
from pathlib import Path

import pytest

from reports.reading import READING_VERSION, read
from reports.taxonomy import category_of

DATA = Path(__file__).parents[1] / "data" / "reading"
ASSUMED = {"order_assumed", "hemisphere_assumed"}


def rows(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("corpus.csv"), ids=lambda row: row["number"])
def test_message_of_the_corpus_is_read_as_its_row_says(row):
    reading = read(row["text"])
    assert (reading.type, reading.language) == (row["type"], row["language"])
    if row["lat"]:
        lon, lat = reading.position
        assert lat == pytest.approx(float(row["lat"]), abs=1.01e-4)
        assert lon == pytest.approx(float(row["lon"]), abs=1.01e-4)
    else:
        assert reading.position is None
        assert reading.position_status == "none"


@pytest.mark.parametrize("row", rows("sms_cases.csv"), ids=lambda row: row["id"])
def test_fishers_text_gives_category_position_and_people(row):
    reading = read(row["text"])
    assert reading.category in {row["type"], *row["type_alt"].split("|")}
    if row["lat"]:
        lon, lat = reading.position
        assert lat == pytest.approx(float(row["lat"]), abs=float(row["tol_deg"]))
        assert lon == pytest.approx(float(row["lon"]), abs=float(row["tol_deg"]))
    else:
        assert reading.position is None
    assert bool(ASSUMED & set(reading.flags)) == (row["position_status"] == "assumed")
    assert ("invalid_position" in reading.flags) == (row["position_status"] == "invalid")
    if row["persons_on_board"] != "any":
        assert str(reading.persons_on_board or "") == row["persons_on_board"]


def test_texts_of_somebody_who_did_not_know_the_reading_are_read_well():
    texts = rows("unseen.csv")
    readings = [read(row["text"]) for row in texts]
    pairs = list(zip(texts, readings, strict=True))
    category = [reading.category in row["category"].split("|") for row, reading in pairs]
    kind = [reading.type in row["type"].split("|") for row, reading in pairs if row["type"]]
    persons = [
        row["persons_on_board"] in ("any", str(reading.persons_on_board or "")) for row, reading in pairs
    ]
    placed = [(row, reading) for row, reading in pairs if row["lat"]]
    found = [is_at(reading, row) for row, reading in placed]
    assert share(category) >= 0.97
    assert share(kind) >= 0.95
    assert share(persons) >= 0.95
    assert share(found) >= 0.97
    for row, reading in pairs:
        if not row["lat"]:
            assert reading.position is None
        elif not is_at(reading, row):
            assert reading.position is None or reading.position_status != "ok"


def is_at(reading, row):
    lon, lat = reading.position or (999, 999)
    return abs(lat - float(row["lat"])) <= 5e-4 and abs(lon - float(row["lon"])) <= 5e-4


def share(answers):
    return sum(answers) / len(answers)


def test_texts_that_are_no_reports_raise_few_alarms_and_no_positions():
    readings = [read(row["text"]) for row in rows("no_reports.csv")]
    assert [reading.position for reading in readings if reading.position] == []
    alarms = [reading for reading in readings if reading.category != "other"]
    assert len(alarms) <= 0.03 * len(readings)


def test_reading_is_the_same_each_time_and_ready_for_json():
    text = "tolong bot karam 4-35.21U 118-40.91T 3 org"
    facts = read(text).as_dict()
    assert facts == read(text).as_dict()
    assert facts["reading_version"] == READING_VERSION
    assert (facts["latitude"], facts["longitude"]) == (4.586833, 118.681833)
    assert facts["category"] == category_of(facts["type"]) == "emergency"
    assert facts["priority_floor"] == 1
    assert "position" not in facts
