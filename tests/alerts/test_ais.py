"""AIS sentences: agreement with the captures, parts, tag blocks, and whatever else a radio picks up."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyais import encode_dict

from alerts.ais import MOST_WAITING, Decoder, Heard

DATA = Path(__file__).resolve().parents[1] / "data" / "ais"
NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
EXPECTED = list(csv.DictReader((DATA / "expected.csv").read_text().splitlines()))
POSITION = b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"


def hear(sentences: list[bytes], decoder: Decoder | None = None) -> list[Heard]:
    decoder = decoder or Decoder()
    return [heard for line in sentences if (heard := decoder.hear(line, NOW)) is not None]


def test_every_capture_is_decoded_as_expected():
    same = 0
    for row in EXPECTED:
        found = hear([sentence.encode() for sentence in row["sentences"].split(" | ")])
        if row["status"] != "ok":
            assert found == [], row
            continue
        (heard,) = found
        told = {
            "msg_type": str(heard.type),
            "mmsi": str(int(heard.mmsi)),
            "lat": "" if heard.latitude is None else f"{heard.latitude:.6f}",
            "lon": "" if heard.longitude is None else f"{heard.longitude:.6f}",
            "nav_status": "" if heard.nav_status is None else str(heard.nav_status),
            "shipname_or_text": heard.name or heard.text,
        }
        wanted = {name: row[name] for name in told}
        if not row["shipname_or_text"]:
            del told["shipname_or_text"], wanted["shipname_or_text"]
        assert told == wanted, row
        same += 1
    print(f"\nAIS captures: {same} of {same} messages decoded as expected")
    assert same > 140


@pytest.mark.parametrize(
    "row", [row for row in EXPECTED if row["status"] == "ok"][::10], ids=lambda row: row["msg_type"]
)
def test_one_wrong_character_is_a_bad_checksum_and_no_message(row):
    for sentence in row["sentences"].split(" | "):
        wrong = (
            sentence.replace(",", ",0", 1)
            if len(sentence) < 20
            else sentence[:16] + chr(ord(sentence[16]) ^ 1) + sentence[17:]
        )
        decoder = Decoder()
        assert hear([wrong.encode()], decoder) == []
        assert decoder.counts["bad_checksum"] + decoder.counts["broken"] == 1


def test_tag_blocks_and_parts_with_another_message_between():
    decoder = Decoder()
    found = hear((DATA / "libais_tagblock.nmea").read_bytes().splitlines(), decoder)
    assert [(one.type, one.mmsi) for one in found] == [
        (1, "224651000"),
        (5, "219005012"),
        (1, "224651000"),
        (1, "224651000"),
    ]
    assert found[0].sent_at == datetime(2014, 12, 10, 0, 41, 53, tzinfo=UTC)
    assert found[1].sent_at == datetime(2014, 12, 10, 0, 0, 1, tzinfo=UTC)
    assert decoder.counts == {"messages": 4, "parts": 2}


def parts(mmsi: int, name: str) -> list[bytes]:
    return [line.encode() for line in encode_dict({"type": 5, "mmsi": mmsi, "shipname": name}, seq_id=3)]


def test_a_lost_part_does_not_mix_two_ships():
    first, second = parts(533000001, "MERANTI"), parts(533000002, "CENGAL")
    decoder = Decoder()
    found = hear([first[0], second[0], second[1]], decoder)
    assert [one.name for one in found] == ["CENGAL"]
    assert decoder.counts["incomplete"] == 1


def test_parts_far_apart_in_time_do_not_belong_together():
    first, second = parts(533000001, "MERANTI")
    decoder = Decoder()
    assert decoder.hear(first, NOW) is None
    assert decoder.hear(second, NOW + timedelta(minutes=1)) is None


def test_parts_may_come_in_any_order():
    assert [one.name for one in hear(parts(533000001, "MERANTI")[::-1])] == ["MERANTI"]


def test_parts_that_never_complete_do_not_fill_the_memory():
    decoder = Decoder()
    for number in range(3 * MOST_WAITING):
        line = encode_dict({"type": 5, "mmsi": 533000001, "shipname": "X"}, seq_id=number % 10)[0]
        payload = line.split("*")[0].replace(",A,", f",{number},")[1:]
        check = 0
        for character in payload:
            check ^= ord(character)
        decoder.hear(f"!{payload}*{check:02X}".encode(), NOW)
    assert len(decoder._waiting) <= MOST_WAITING


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        (b"", "other"),
        (b"# a comment", "other"),
        (b"GET / HTTP/1.1", "other"),
        (b"$GPGGA,120000,0412.0,N,10027.0,E,1,08,0.9,5,M,,M,,*47", "broken"),
        (b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B", "bad_checksum"),
        (b"!AIVDM,1,1,,A,,0*26", "broken"),
        (b"!AIVDM", "broken"),
        (b"!AIVDM,1,1,,A", "broken"),
        (b"!AIVDM,9,1,,A,1,0*00", "bad_checksum"),
        (b"!AIVDM,x,y,,A,1,0*00", "broken"),
        (b"\\s:x", "broken"),
        (b"\\\\\\", "broken"),
        (b"!" + b"A" * 5000, "broken"),
        (b"!AIVDM,1,1,,A,\xff\xfe,0*00", "broken"),
    ],
)
def test_what_is_no_message_is_counted(line, counted):
    decoder = Decoder()
    assert decoder.hear(line, NOW) is None
    assert decoder.counts == {counted: 1}


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=90),
            st.text(max_size=60).map(lambda t: b"!AIVDM," + t.encode("utf-8", "replace")),
        ),
        max_size=4,
    )
)
def test_any_bytes_are_survived(lines):
    hear(lines)


@given(
    st.text("0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw", min_size=1, max_size=70),
    st.integers(0, 5),
)
def test_any_payload_with_a_right_checksum_is_survived(payload, fill):
    body = f"AIVDM,1,1,,A,{payload},{fill}"
    check = 0
    for character in body:
        check ^= ord(character)
    for heard in hear([f"!{body}*{check:02X}".encode()]):
        assert len(heard.mmsi) == 9
        assert heard.latitude is None or (-90 <= heard.latitude <= 90 and -180 <= heard.longitude <= 180)


def test_not_available_is_none():
    (heard,) = hear(
        [
            encode_dict(
                {
                    "type": 1,
                    "mmsi": 533000001,
                    "lat": 91,
                    "lon": 181,
                    "speed": 102.3,
                    "course": 360,
                    "second": 60,
                    "status": 15,
                }
            )[0].encode()
        ]
    )
    assert (heard.latitude, heard.longitude, heard.speed_kn, heard.course_deg, heard.second) == (None,) * 5


@pytest.mark.parametrize(
    ("second", "at"),
    [
        (29, datetime(2026, 3, 1, 12, 0, 29, tzinfo=UTC)),
        (32, datetime(2026, 3, 1, 12, 0, 32, tzinfo=UTC)),  # our clock is a little behind
        (45, datetime(2026, 3, 1, 11, 59, 45, tzinfo=UTC)),
        (None, NOW),
    ],
)
def test_the_second_of_a_position_is_of_the_minute_that_is_running(second, at):
    assert Heard(1, "533000001", second=second).position_at(NOW) == at


@pytest.mark.parametrize(
    ("sent_at", "heard_at"),
    [
        (None, NOW),
        (NOW - timedelta(hours=5), NOW - timedelta(hours=5)),  # buffered by the receiver
        (NOW + timedelta(seconds=50), NOW),
        (NOW + timedelta(hours=1), None),
        (datetime(2014, 12, 10, tzinfo=UTC), None),
    ],
)
def test_a_receivers_clock_is_believed_within_reason(sent_at, heard_at):
    assert Heard(1, "533000001", sent_at=sent_at).heard_at(NOW) == heard_at


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("1418172113", datetime(2014, 12, 10, 0, 41, 53, tzinfo=UTC)),
        ("1418172113000", datetime(2014, 12, 10, 0, 41, 53, tzinfo=UTC)),
        ("soon", None),
        ("9" * 300, None),
        ("nan", None),
        ("-1e18", None),
    ],
)
def test_a_tag_block_tells_when(stamp, expected):
    body = f"s:x,c:{stamp}"
    check = 0
    for character in body:
        check ^= ord(character)
    (heard,) = hear([b"\\" + f"{body}*{check:02X}".encode() + b"\\" + POSITION])
    assert heard.sent_at == expected
