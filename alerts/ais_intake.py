"""What is heard on AIS and what becomes of it: fixes of our units, vessels near us, calls of rescue devices.

Runs until it is told to stop, whatever it hears and whether or not the database is there. A distress call
is written at once and kept until it is; the rest once a second, and only the newest of it if that fails.
"""

import logging
import queue
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from datetime import datetime

from django.db import DataError, OperationalError, close_old_connections, connection
from django.db import Error as DatabaseError
from django.utils import timezone

from alerts import beacons, positions, pulses, vessels
from alerts.ais import POSITION_TYPES, STATIC_TYPES, Decoder, Heard
from alerts.ais_listener import Line, Listener
from alerts.fixes import Fix, NotAFix, check_fix
from alerts.models import UnitPosition

log = logging.getLogger(__name__)

WRITE_S = 1.0
AWAY_S = 1.0  # pause after the database did not answer
TELL_S = 600.0  # how often the log says what was heard
UNITS_S = 30.0  # how often the list of our units' numbers is read
MOST_SENDERS = 256
MOST_FIXES = 5000  # of our units, kept while the database is away
MOST_VESSELS = 50_000


class Intake:
    """One copy of the process. `run` blocks until `stop`. `counts` says what came of the lines."""

    def __init__(self, listener: Listener, clock: Callable[[], datetime] = timezone.now) -> None:
        self.listener = listener
        self.clock = clock
        self.counts: Counter[str] = Counter()
        self.decoders: OrderedDict[str, Decoder] = OrderedDict()
        self.calls: dict[str, beacons.Call] = {}
        self.fixes: list[tuple[str, Fix]] = []
        self.sightings: dict[str, vessels.Sighting] = {}
        self.urgent = False
        self.unit_numbers: frozenset[str] = frozenset()
        self.written_at = self.told_at = time.monotonic()
        self.units_read_at = -UNITS_S
        self.pulse = pulses.Writer("ais")

    def stop(self) -> None:
        self.listener.stopping.set()

    def run(self) -> None:
        """Take lines until stopped, then write what is left."""
        self.write()  # reads which numbers are our units'
        self.listener.start()
        while not self.listener.stopping.is_set():
            try:
                line = self.listener.lines.get(timeout=0.2)
            except queue.Empty:
                line = None
            if line is not None:
                self.take(line)
            if self.urgent or time.monotonic() - self.written_at >= WRITE_S:
                close_old_connections()
                self.write()
                self.pulse.beat("wrote what was heard")
        self.listener.stop()
        while not self.listener.lines.empty():
            self.take(self.listener.lines.get_nowait())
        self.write()
        self.pulse.end()
        self.tell()

    def take(self, line: Line) -> None:
        """Decode one line and sort what it says; nothing is written yet."""
        now = self.clock()
        decoder = self.decoders.pop(line.sender, None) or Decoder()
        self.decoders[line.sender] = decoder  # the last to speak stands last
        if len(self.decoders) > MOST_SENDERS:
            self.counts += self.decoders.popitem(last=False)[1].counts
        heard = decoder.hear(line.data, now)
        if heard is not None:
            self.sort(heard, now)

    def sort(self, heard: Heard, now: datetime) -> None:
        """Put a message where it belongs: a device's call, a unit's fix, or a vessel."""
        device = heard.mmsi[:3] in beacons.KINDS
        heard_at = heard.heard_at(now)
        if heard_at is None:
            self.counts["bad_time"] += 1
            if not device:
                return
            heard_at = now  # a receiver's wrong clock silences no distress
        fix = self.fix_of(heard, heard_at, now)
        if device:
            call = beacons.call_of(heard, heard_at, fix.lon_lat if fix else None)
            if call is None:
                self.counts["device_tests"] += 1
            elif call.position or call.mmsi not in self.calls:
                self.calls[call.mmsi] = call
                self.urgent = True
            return
        if heard.mmsi in self.unit_numbers:
            if fix is not None:
                self.fixes.append((heard.mmsi, fix))
                del self.fixes[:-MOST_FIXES]
        elif vessels.is_vessel(heard.mmsi) and (fix is not None or heard.type in STATIC_TYPES):
            self.see(heard, fix, heard_at)

    def fix_of(self, heard: Heard, heard_at: datetime, now: datetime) -> Fix | None:
        """The position in a message, unless it has none or one that is nonsense."""
        if heard.type not in POSITION_TYPES or heard.latitude is None:
            return None
        at = heard.position_at(heard_at)
        try:
            return check_fix(heard.latitude, heard.longitude, at, heard.speed_kn, heard.course_deg, now=now)
        except NotAFix as exc:
            self.counts[f"refused_{exc.reason}"] += 1
            return None

    def see(self, heard: Heard, fix: Fix | None, heard_at: datetime) -> None:
        sighting = vessels.Sighting(
            heard.mmsi, heard_at, heard.name, heard.call_sign, heard.ship_type, heard.length_m
        )
        if fix is not None:
            sighting.latitude, sighting.longitude, sighting.position_at = (
                fix.latitude,
                fix.longitude,
                fix.position_at,
            )
            sighting.speed_kn, sighting.course_deg, sighting.nav_status = (
                fix.speed_kn,
                fix.course_deg,
                heard.nav_status,
            )
        if (known := self.sightings.get(heard.mmsi)) is not None:
            known.add(sighting)
        elif len(self.sightings) < MOST_VESSELS:
            self.sightings[heard.mmsi] = sighting

    def write(self) -> None:
        """Write what was heard: distress first. What could not be written waits for the next time."""
        self.written_at, self.urgent = time.monotonic(), False
        try:
            self.write_calls()
            if self.written_at - self.units_read_at >= UNITS_S:
                self.unit_numbers = frozenset(positions.units_with_mmsi())
                self.units_read_at = self.written_at
            self.write_fixes()
            vessels.store(self.sightings.values())
            self.counts["vessels"] += len(self.sightings)
            self.sightings = {}
        except DataError:
            log.exception("AIS: what was heard cannot be stored; it is left out")
            self.fixes, self.sightings = [], {}
        except DatabaseError as exc:
            log.error("the database did not answer (%s); trying again in %s s", exc, AWAY_S)
            connection.close()
            self.listener.stopping.wait(AWAY_S)
        if time.monotonic() - self.told_at >= TELL_S:
            self.tell()

    def write_calls(self) -> None:
        """Report the calls of devices. One that fails is tried again each second, and holds up no other."""
        for mmsi, call in list(self.calls.items()):
            try:
                report = beacons.take(call, now=self.clock())
            except OperationalError:
                raise  # the database is away: so for all others too
            except Exception:
                log.exception("beacon %s could not be reported", mmsi)
                self.counts["calls_failed"] += 1
                continue
            self.counts["calls"] += 1
            self.counts["reports"] += report is not None
            del self.calls[mmsi]

    def write_fixes(self) -> None:
        if not self.fixes:
            return
        said = [positions.Said(index, mmsi, fix) for index, (mmsi, fix) in enumerate(self.fixes)]
        outcome = positions.record(
            positions.units_with_mmsi(), said, source=UnitPosition.Source.AIS, now=self.clock()
        )
        self.fixes = []
        self.counts["fixes"] += outcome.accepted
        self.counts += Counter({f"refused_{reason}": count for reason, count in outcome.refused.items()})

    def tell(self) -> None:
        """Say in the log what was heard since the start."""
        self.told_at = time.monotonic()
        log.info("AIS: %s", ", ".join(f"{name} {count}" for name, count in sorted(self.total().items())))

    def total(self) -> Counter[str]:
        """Of all lines so far, how many were what."""
        return sum((decoder.counts for decoder in self.decoders.values()), Counter(self.counts))
