"""Lines from AIS receivers: by a TCP call to them, by their calls to us, or by UDP.

Each source has threads of its own and is never given up: what breaks is opened again, after 1 s, 2 s … 60 s.
"""

import logging
import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

LONGEST_LINE = 4096  # bytes without an end of line: whoever sends this sends no NMEA
LOOK_S = 0.5  # how often a waiting socket looks whether it should stop
SILENT_S = 300  # a TCP link that says nothing for so long may be dead without knowing it
CONNECT_S = 10
LONGEST_PAUSE_S = 60
MOST_CALLERS = 32
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """What one sender sent, up to the end of the line; `sender` tells apart whose parts belong together."""

    sender: str
    data: bytes


class Listener:
    """All sources at once: `lines` has what they said. `addresses` as in settings.AIS_SOURCE."""

    def __init__(self, addresses: list[str]) -> None:
        self.lines: queue.Queue[Line] = queue.Queue(MOST_LINES)
        self.stopping = threading.Event()
        self.ports: dict[str, int] = {}
        self._callers = threading.Semaphore(MOST_CALLERS)
        self._threads = [
            threading.Thread(target=self._keep_open, args=[address], name=address, daemon=True)
            for address in addresses
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask all to end; returns once those of the sources have."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(timeout=2 * LOOK_S + 1)

    def _keep_open(self, address: str) -> None:
        parts = urlsplit(address)
        way = {"tcp": self._call, "tcp-listen": self._be_called, "udp": self._receive}[parts.scheme]
        pause_s = 1.0
        while not self.stopping.is_set():
            try:
                if way(address, parts.hostname, parts.port):
                    pause_s = 1.0
                log.info("%s has ended", address)
            except OSError as exc:
                log.warning("%s: %s; again in %.0f s", address, exc, pause_s)
            self.stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _call(self, address: str, host: str, port: int) -> bool:
        """Read from a receiver that waits for calls; whether it said anything."""
        with socket.create_connection((host, port), CONNECT_S) as link:
            log.info("%s answers", address)
            return self._read(link, address)

    def _be_called(self, address: str, host: str, port: int) -> bool:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as server:
            server.settimeout(LOOK_S)
            self._opened(address, server)
            while not self.stopping.is_set():
                try:
                    link, peer = server.accept()
                except TimeoutError:
                    continue
                if not self._callers.acquire(blocking=False):
                    log.warning("%s: over %d callers, one more is refused", address, MOST_CALLERS)
                    link.close()
                    continue
                name = f"{address} {peer[0]}:{peer[1]}"
                threading.Thread(target=self._answer, args=[link, name], name=name, daemon=True).start()
        return True

    def _answer(self, link: socket.socket, name: str) -> None:
        try:
            with link:
                self._read(link, name)
        except OSError as exc:
            log.info("%s: %s", name, exc)
        finally:
            self._callers.release()

    def _receive(self, address: str, host: str, port: int) -> bool:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as server:
            server.bind((host, port))
            server.settimeout(LOOK_S)
            self._opened(address, server)
            while not self.stopping.is_set():
                try:
                    data, peer = server.recvfrom(65_536)
                except TimeoutError:
                    continue
                for line in data.splitlines():
                    self._put(f"{address} {peer[0]}", line)
        return True

    def _opened(self, address: str, server: socket.socket) -> None:
        self.ports[address] = server.getsockname()[1]
        log.info("%s listens at port %d", address, self.ports[address])

    def _read(self, link: socket.socket, sender: str) -> bool:
        """Pass on the lines of a TCP link until it ends or stays silent; whether there were any."""
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        link.settimeout(LOOK_S)
        said = False
        for line in self._lines(link):
            self._put(sender, line)
            said = True
        return said

    def _lines(self, link: socket.socket) -> Iterator[bytes]:
        rest, silent_s = b"", 0.0
        while not self.stopping.is_set():
            try:
                data = link.recv(65_536)
            except TimeoutError:
                silent_s += LOOK_S
                if silent_s >= SILENT_S:
                    raise TimeoutError(f"silent for {SILENT_S} s") from None
                continue
            silent_s = 0.0
            if not data:
                if rest:
                    yield rest
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from lines
            if len(rest) > LONGEST_LINE:
                rest = b""

    def _put(self, sender: str, data: bytes) -> None:
        """Queue a line; while the queue is full the sender waits (TCP) or the system drops (UDP)."""
        while not self.stopping.is_set():
            try:
                self.lines.put(Line(sender, data), timeout=LOOK_S)
            except queue.Full:
                continue
            return
