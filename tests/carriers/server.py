"""A carrier's HTTP server on loopback, what it writes down, and the ways in which one can let us down."""

import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Literal

from tests.carriers.journal import Journal


@dataclass
class Fault:
    """What goes wrong with the next request that sends something (or, with `on="token"`, asks for a token).

    answer   this status, headers and body; nothing is taken
    hang     no answer at all for `hold_s`, or as long as the carrier runs
    trickle  the true answer, one byte every `interval_s`, so that no single read ever times out
    slow     the true answer, after `interval_s`
    reset    the connection is reset in place of an answer
    garbage  status 200 or 201, and a body that is no answer
    close    the true answer, and the connection closed after it
    All but the first take the message unless `taken` is False. `times`: how many requests it meets, 0 for all
    until it is taken away; `share`: of those that come, which part.
    """

    kind: Literal["answer", "hang", "trickle", "slow", "reset", "garbage", "close"]
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    taken: bool = True
    interval_s: float = 0.05
    hold_s: float = 60
    times: int = 1
    share: float = 1.0
    on: Literal["send", "token", "other"] = "send"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


class Carrier:
    """A server that answers from `respond`, keeps every request in `requests`, and fails as `faults` say, in turn.

    `answers` holds path, status and body of what was answered truly; `taking` are called with each message or call
    taken. With a `journal`, every request, answer, message and webhook is on the disk before it is acted on.
    """

    name = "carrier"

    def __init__(self, *, port: int = 0, journal: Journal | None = None, seed: int = 0) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: list[tuple[str, int, bytes]] = []
        self.taking: list[Callable[[dict], None]] = []
        self.journal = journal
        self.faults: deque[Fault] = deque()
        self.chance = Random(seed)
        self.lock = threading.RLock()
        self._stopping = threading.Event()
        carrier = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                carrier._serve(self)

            def do_POST(self) -> None:
                carrier._serve(self)

            def log_message(self, *args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", port), Handler)
        self._server.handle_error = lambda *args: None  # a client that gives up is what many tests are about
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def encrypt(self, certificate: str) -> None:
        """Speak TLS from now on, with the key and certificate in this file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake is left to each connection's own thread: one that never ends holds up no other.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.origin = self.origin.replace("http:", "https:")

    def fail(self, kind: str, **details: object) -> None:
        """Queue one fault."""
        self.faults.append(Fault(kind, **details))

    def kind_of(self, method: str, path: str) -> str:
        """Return "send", "token" or "other"."""
        raise NotImplementedError

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Do what the carrier does."""
        raise NotImplementedError

    def write_down(self, kind: str, **facts: object) -> None:
        if self.journal is not None:
            self.journal.write(kind, carrier=self.name, **facts)

    def took(self, entry: dict) -> None:
        """Tell whoever listens that a message or call was taken."""
        for listener in self.taking:
            listener(entry)

    def _fault_for(self, kind: str) -> Fault | None:
        for fault in self.faults:
            if fault.on == kind and (fault.share >= 1 or self.chance.random() < fault.share):
                if fault.times == 1:
                    self.faults.remove(fault)
                elif fault.times:
                    fault.times -= 1
                return fault
        return None

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        method, path = handler.command, handler.path
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length") or 0))
        with self.lock:
            self.requests.append((method, path, headers, body))
            kind = self.kind_of(method, path)
            fault = self._fault_for(kind)
        self.write_down(
            "request",
            method=method,
            path=path,
            body=body.decode(errors="replace"),
            fault=fault and fault.kind,
        )
        if fault is None:
            self._write(handler, self._true_answer(method, path, headers, body))
            return
        answer = None
        if fault.taken and fault.kind != "answer":
            answer = self._true_answer(method, path, headers, body)
        match fault.kind:
            case _ if fault.kind in ("slow", "close", "garbage", "trickle") and answer is None:
                self._write(handler, Answer(503, b""))
            case "slow":
                self._stopping.wait(fault.interval_s)
                self._write(handler, answer)
            case "answer":
                self._write(handler, Answer(fault.status, fault.body, fault.headers))
            case "close":
                answer.headers["Connection"] = "close"
                handler.close_connection = True
                self._write(handler, answer)
            case "garbage":
                self._write(handler, Answer(answer.status, b"<html>", {}, "text/html"))
            case "trickle":
                whole = _head(answer) + answer.body
                for at in range(len(whole)):
                    handler.wfile.write(whole[at : at + 1])
                    if self._stopping.wait(fault.interval_s):
                        break
                handler.close_connection = True
            case "hang":
                self._stopping.wait(fault.hold_s)
                handler.close_connection = True
            case "reset":
                linger = struct.pack("ii", 1, 0)  # close() then sends RST
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                handler.close_connection = True
                handler.connection.close()

    def _true_answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = self.respond(method, path, headers, body)
        with self.lock:
            self.answers.append((path, answer.status, answer.body))
        self.write_down("answer", path=path, status=answer.status)
        return answer

    def _write(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.wfile.write(_head(answer) + answer.body)


def _head(answer: Answer) -> bytes:
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))} | answer.headers
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()
