"""The process that listens to AIS: lines over real sockets become fixes, vessels and incidents."""

import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, OperationalError, connection
from pyais import encode_dict

from alerts import ais_intake, ais_listener, beacons, vessels
from alerts.ais_intake import Intake
from alerts.ais_listener import Line, Listener
from alerts.models import UnitPosition, UnitTrack, Vessel
from reports.models import Incident, Report
from tests import factories

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


def sentences(**message) -> list[bytes]:
    return [line.encode() + b"\r\n" for line in encode_dict(message)]


def position(mmsi, *, lat=4.2, lon=100.45, second=25, status=0, **more) -> bytes:
    (line,) = sentences(
        type=1, mmsi=mmsi, lat=lat, lon=lon, second=second, status=status, speed=10.0, course=90.0, **more
    )
    return line


@pytest.fixture
def intake(db) -> Intake:
    intake = Intake(Listener([]), clock=lambda: NOW)
    intake.write()
    return intake


def hear(intake: Intake, *lines: bytes) -> None:
    for line in lines:
        intake.take(Line("a", line))
    intake.write()


class TestWhatBecomesOfIt:
    def test_a_unit_with_a_number_moves(self, db):
        unit = factories.PatrolUnit(mmsi="533000099")
        intake = Intake(Listener([]), clock=lambda: NOW)
        intake.write()
        hear(intake, position(533000099))
        fix = UnitPosition.objects.get()
        assert (fix.unit, fix.source, fix.speed_kn, fix.course_deg) == (unit, "ais", 10, 90)
        assert (fix.latitude, fix.longitude) == (pytest.approx(4.2), pytest.approx(100.45))
        assert fix.position_at == NOW.replace(second=25)
        assert not Vessel.objects.exists()

    def test_the_same_message_by_two_receivers_is_one_fix(self, db):
        factories.PatrolUnit(mmsi="533000099")
        intake = Intake(Listener([]), clock=lambda: NOW)
        intake.write()
        intake.take(Line("a", position(533000099)))
        intake.take(Line("b", position(533000099)))
        intake.write()
        assert UnitTrack.objects.count() == 1

    def test_a_jump_is_refused_and_counted(self, db):
        factories.PatrolUnit(mmsi="533000099", speed_kn=25)
        intake = Intake(Listener([]), clock=lambda: NOW)
        intake.write()
        hear(intake, position(533000099, second=10), position(533000099, lat=9.0, second=20))
        assert intake.total()["refused_too_fast"] == 1
        assert UnitPosition.objects.get().latitude == pytest.approx(4.2)

    def test_another_vessel_is_kept_with_its_name(self, intake):
        hear(
            intake,
            position(533000001),
            *sentences(type=5, mmsi=533000001, shipname="MERANTI", ship_type=30, to_bow=10, to_stern=8),
        )
        vessel = Vessel.objects.get()
        assert (vessel.mmsi, vessel.name, vessel.ship_type, vessel.length_m) == (
            "533000001",
            "MERANTI",
            30,
            18,
        )
        assert not UnitPosition.objects.exists()

    def test_shore_stations_buoys_and_ships_without_a_fix_are_no_vessels(self, intake):
        hear(
            intake,
            *sentences(type=4, mmsi=5330001, lat=4.2, lon=100.4),
            *sentences(type=21, mmsi=995330001, lat=4.2, lon=100.4),
            position(533000001, lat=91, lon=181),
            position(533000002, lat=0, lon=0),
        )
        assert not Vessel.objects.exists()
        assert intake.total()["refused_null_island"] == 1

    def test_a_call_for_help_is_an_incident_before_anything_else_is_written(self, intake, monkeypatch):
        monkeypatch.setattr(
            vessels,
            "store",
            lambda rows: pytest.fail("first the call") if not Report.objects.exists() else None,
        )
        hear(intake, position(533000001), position(970110001, status=14))
        assert Incident.objects.get().type == "beacon_alert"

    def test_a_test_is_none(self, intake):
        hear(intake, position(970110001, status=15), *sentences(type=14, mmsi=970110001, text="SART TEST"))
        assert not Report.objects.exists()
        assert not Vessel.objects.exists()
        assert intake.total()["device_tests"] == 2

    def test_a_call_with_a_position_is_not_lost_behind_one_in_words(self, intake):
        hear(intake, position(970110001, status=14), *sentences(type=14, mmsi=970110001, text="SART ACTIVE"))
        assert Incident.objects.get().position is not None

    def test_an_old_capture_moves_nobody_but_a_wrong_clock_silences_no_distress(self, intake):
        tag = b"\\s:rORBCOMM104,q:u,c:1418172113,T:2014-12-10 00.41.53*55\\"
        hear(intake, tag + position(533000001), tag + position(970110001, status=14))
        assert not Vessel.objects.exists()
        assert Report.objects.get().observed_at >= NOW - timedelta(minutes=1)
        assert intake.total()["bad_time"] == 2

    def test_a_null_island_call_is_a_call_without_a_position(self, intake):
        hear(intake, position(970110001, status=14, lat=0, lon=0))
        assert Incident.objects.get().position is None


class TestTrouble:
    def test_the_database_is_away_and_the_call_waits(self, intake, monkeypatch):
        def away(*args, **kwargs):
            raise OperationalError("gone")

        monkeypatch.setattr(ais_intake, "AWAY_S", 0)
        with monkeypatch.context() as patch:
            patch.setattr(beacons, "take", away)
            patch.setattr(connection, "close", lambda: None)  # the test's own transaction
            hear(intake, position(970110001, status=14), position(533000001))
        assert not Report.objects.exists()
        intake.write()
        assert Report.objects.count() == Vessel.objects.count() == 1

    def test_a_call_that_fails_holds_up_no_other_and_is_tried_again(self, intake, monkeypatch):
        take = beacons.take

        def broken(call, **more):
            if call.mmsi == "970110001":
                raise ValueError("a mistake of ours")
            return take(call, **more)

        with monkeypatch.context() as patch:
            patch.setattr(beacons, "take", broken)
            hear(intake, position(970110001, status=14), position(970110002, status=14), position(533000001))
        assert Report.objects.get().reading["extra"]["mmsi"] == "970110002"
        assert Vessel.objects.count() == 1
        assert intake.total()["calls_failed"] == 1
        intake.write()
        assert Report.objects.count() == 2

    def test_what_cannot_be_stored_is_left_out_and_not_tried_for_ever(self, intake, monkeypatch):
        def refuse(rows):
            raise DataError("no")

        with monkeypatch.context() as patch:
            patch.setattr(vessels, "store", refuse)
            hear(intake, position(533000001))
        assert intake.sightings == {}
        hear(intake, position(533000001))
        assert Vessel.objects.count() == 1

    def test_many_senders_do_not_fill_the_memory_and_their_counts_stay(self, intake):
        for number in range(ais_intake.MOST_SENDERS + 50):
            intake.take(Line(f"udp {number}", position(533000001)))
        assert len(intake.decoders) == ais_intake.MOST_SENDERS
        assert intake.total()["messages"] == ais_intake.MOST_SENDERS + 50


# --- Over real sockets ---


def wait_for(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@contextmanager
def listening(*addresses: str):
    listener = Listener(list(addresses))
    listener.start()
    try:
        yield listener
    finally:
        listener.stop()


def taken(listener: Listener, count: int) -> list[bytes]:
    return [listener.lines.get(timeout=10).data for _ in range(count)]


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(ais_listener, "LOOK_S", 0.05)


class TestSockets:
    def test_udp_datagrams_hold_one_line_or_more(self, hurried):
        address = "udp://127.0.0.1:0"
        with listening(address) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            wait_for(lambda: address in listener.ports)
            sender.sendto(b"one\r\ntwo\r\n", ("127.0.0.1", listener.ports[address]))
            sender.sendto(b"three", ("127.0.0.1", listener.ports[address]))
            assert taken(listener, 3) == [b"one", b"two", b"three"]

    def test_callers_may_be_several_and_lines_may_come_in_pieces(self, hurried):
        address = "tcp-listen://127.0.0.1:0"
        with listening(address) as listener:
            wait_for(lambda: address in listener.ports)
            first, second = (
                socket.create_connection(("127.0.0.1", listener.ports[address])) for _ in range(2)
            )
            with first, second:
                first.sendall(b"a1\nhal")
                assert taken(listener, 1) == [b"a1"]
                second.sendall(b"b1\n")
                assert taken(listener, 1) == [b"b1"]
                first.sendall(b"f\n")
                assert taken(listener, 1) == [b"half"]
                first.sendall(b"x" * 10_000 + b"\nafter\n")
                assert b"after" in taken(listener, 2)

    def test_a_receiver_that_hangs_up_is_called_again(self, hurried, monkeypatch):
        monkeypatch.setattr(ais_listener, "LONGEST_PAUSE_S", 0.05)
        with (
            socket.create_server(("127.0.0.1", 0)) as receiver,
            listening(f"tcp://127.0.0.1:{receiver.getsockname()[1]}") as listener,
        ):
            for word in (b"one", b"two"):
                link, _ = receiver.accept()
                with link:
                    link.sendall(word + b"\n")
            assert taken(listener, 2) == [b"one", b"two"]

    def test_a_receiver_that_is_not_there_yet_is_called_until_it_is(self, hurried, monkeypatch):
        monkeypatch.setattr(ais_listener, "LONGEST_PAUSE_S", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as receiver:
            port = receiver.getsockname()[1]
        with listening(f"tcp://127.0.0.1:{port}") as listener:
            time.sleep(0.2)
            with socket.create_server(("127.0.0.1", port)) as receiver:
                link, _ = receiver.accept()
                with link:
                    link.sendall(b"here\n")
                    assert taken(listener, 1) == [b"here"]

    def test_a_silent_link_is_given_up(self, hurried, monkeypatch):
        monkeypatch.setattr(ais_listener, "SILENT_S", 0.2)
        monkeypatch.setattr(ais_listener, "LONGEST_PAUSE_S", 0.05)
        with (
            socket.create_server(("127.0.0.1", 0)) as receiver,
            listening(f"tcp://127.0.0.1:{receiver.getsockname()[1]}"),
        ):
            link, _ = receiver.accept()
            again, _ = receiver.accept()  # it called again by itself
            link.close()
            again.close()

    def test_a_port_that_is_taken_is_tried_again(self, hurried, monkeypatch):
        monkeypatch.setattr(ais_listener, "LONGEST_PAUSE_S", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as taken_one:
            port = taken_one.getsockname()[1]
            listener = Listener([f"tcp-listen://127.0.0.1:{port}"])
            listener.start()
            time.sleep(0.2)
        wait_for(lambda: listener.ports)
        listener.stop()


@pytest.mark.django_db(transaction=True)
def test_a_call_over_udp_is_in_the_queue_within_a_second(hurried):
    address = "udp://127.0.0.1:0"
    intake = Intake(Listener([address]))

    def run():
        try:
            intake.run()
        finally:
            connection.close()

    process = threading.Thread(target=run)
    process.start()
    try:
        wait_for(lambda: address in intake.listener.ports)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            target = ("127.0.0.1", intake.listener.ports[address])
            sender.sendto(b"\xff\xfe rubbish \x00", target)
            sender.sendto(b"!AIVDM,1,1,,A,1>M:l<NP028O2aP2Kin4d00uP000,0*00", target)
            started = time.monotonic()
            sender.sendto(position(970110001, status=14), target)
            wait_for(Report.objects.exists)
            assert time.monotonic() - started < 5
    finally:
        intake.stop()
        process.join(timeout=10)
    assert not process.is_alive()
    assert Incident.objects.get().priority == 1
    assert intake.total()["bad_checksum"] == 1
