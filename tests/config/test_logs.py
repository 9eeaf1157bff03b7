import json
import logging
import sys

import pytest

from config import logs


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("SMS from +60123456789 read", "SMS from +… read"),
        ("From=%2B639171234567&To=x", "From=+…&To=x"),
        ("+63 917 123 4567", "+…"),
        ("+84-912-345-678.", "+…."),
        ("UTC+08:00 and +1234567", "UTC+08:00 and +1234567"),
        ("incident 7K3Q9 at 4.1700, 100.4200", "incident 7K3Q9 at 4.1700, 100.4200"),
    ],
)
def test_numbers_in_international_form_are_masked(text, masked):
    assert logs.mask(text) == masked


@pytest.mark.parametrize("formatter", [logs.LineFormatter(), logs.JsonFormatter()])
def test_a_number_in_arguments_and_in_a_traceback_is_masked(formatter):
    try:
        raise ValueError("no such phone: +60123456789")
    except ValueError:
        record = logging.LogRecord(
            "alerts", logging.ERROR, __file__, 1, "to %s", ("+60123456789",), sys.exc_info()
        )
    line = formatter.format(record)
    assert "ValueError: no such phone: +…" in line
    assert "60123456789" not in line


def test_a_json_line_is_one_line_of_json():
    record = logging.LogRecord("alerts", logging.WARNING, __file__, 1, "a\n%s", ("ü",), None)
    line = logs.JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line) | {"at": ""} == {
        "at": "",
        "level": "WARNING",
        "logger": "alerts",
        "message": "a\nü",
    }
