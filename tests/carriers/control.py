"""A small HTTP server beside the carriers, by which a harness sets faults and reads counters.

GET /counters; POST /faults `{"carrier", "kind", ...fields of Fault}`; POST /refuse `{number or target: code}`;
POST /calm takes all faults away; POST /people `{number: fields of Human}`; POST /plan `fields of Plan`; POST /stop.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.carriers.fcm import FakeFcm
from tests.carriers.humans import Human
from tests.carriers.plan import Plan
from tests.carriers.server import Fault
from tests.carriers.shift import Shift
from tests.carriers.twilio import FakeTwilio


class Control:
    """Serves on `port` of loopback (0: a free one); `stopped` is set when somebody asked for the end."""

    def __init__(self, twilio: FakeTwilio, fcm: FakeFcm, shift: Shift, port: int = 0) -> None:
        self.twilio, self.fcm, self.shift = twilio, fcm, shift
        self.stopped = threading.Event()
        control = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                control._reply(self, 200, control.counters())

            def do_POST(self) -> None:
                try:
                    asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
                    control.act(self.path, asked)
                except (ValueError, TypeError, KeyError, AttributeError) as exc:
                    control._reply(self, 400, {"error": f"{type(exc).__name__}: {exc}"})
                else:
                    control._reply(self, 200, control.counters())

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def counters(self) -> dict:
        """How much was asked, taken and told so far, and which faults wait."""
        return {
            "requests": len(self.twilio.requests) + len(self.fcm.requests),
            "messages": len(self.twilio.messages),
            "calls": len(self.twilio.calls),
            "pushes": len(self.fcm.messages),
            "forged": self.shift.forged,
            "forged_accepted": self.shift.forged_accepted,
            "webhook_faults": len(self.shift.faults),
            "faults_waiting": len(self.twilio.faults) + len(self.fcm.faults),
        }

    def act(self, path: str, asked: dict) -> None:
        """Do what one request asks. Raises ValueError and its like for what cannot be done."""
        match path:
            case "/faults":
                carrier = {"twilio": self.twilio, "fcm": self.fcm}[asked.pop("carrier", "twilio")]
                if "body" in asked:
                    asked["body"] = asked["body"].encode()
                carrier.faults.append(Fault(**asked))
            case "/refuse":
                for address, code in asked.items():
                    if isinstance(code, int):
                        self.twilio.refused_numbers[address] = code
                    else:
                        self.fcm.refused[address] = code
            case "/calm":
                self.twilio.faults.clear()
                self.fcm.faults.clear()
                self.twilio.refused_numbers.clear()
                self.fcm.refused.clear()
            case "/people":
                self.shift.people |= {number: Human(number, **acts) for number, acts in asked.items()}
            case "/plan":
                self.shift.plan = read_plan(asked)
            case "/stop":
                self.stopped.set()
            case _:
                raise ValueError(f"nothing at {path}")

    def _reply(self, handler: BaseHTTPRequestHandler, status: int, answer: dict) -> None:
        body = json.dumps(answer).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def read_plan(asked: dict) -> Plan:
    """Return a Plan from JSON, in which there are no tuples."""
    return Plan(**{name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()})
