"""Start all that Suar is made of, and stop it cleanly.

    python -m config.supervise run       services, database, data, then the processes of the Procfile
    python -m config.supervise demo      the same with demo settings; tells the story, then serves on
    python -m config.supervise stop      end a running one and the private servers

A process or a private server that dies is started again, whatever killed it; only Ctrl-C, SIGTERM
and `stop` end all. ONCE=1 ends the demo after its story, with the story's exit status.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import datetime
from pathlib import Path

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

from config.keep import Kept
from config.localservices import ROOT, Failed, Services, command_line, port_is_taken, tail, wait_until

PYTHON = str(ROOT / ".venv" / "bin" / "python")
PID_FILE = ROOT / "var" / "supervisor.pid"
DEMO_LOG = ROOT / "var" / "demo.log"
READY_TIMEOUT_S = 90
#: Longer than the web server's own patience with requests that are still being answered.
END_TIMEOUT_S = 15
#: How often the private servers are looked at.
WATCH_S = 1.0
#: Exit statuses of a stop by Ctrl-C and by SIGTERM, as shells count them.
STOPPED = {128 + signal.SIGINT, 128 + signal.SIGTERM}
#: A process of the Procfile that is started only where a setting says what for.
ONLY_WITH = {"ais": "AIS_SOURCE"}
#: The demo speaks to simulated phones only and does not wait minutes for the ladder.
DEMO_ENVIRONMENT = {
    "DEBUG": "0",
    "TWILIO_ACCOUNT_SID": "",
    "FIREBASE_CREDENTIALS": "",
    "ALLOWED_HOSTS": "",
    "PHONES": "open",
    "AIS_SOURCE": "",
    "LADDER_SCALE": "0.05",
    "HASHED_STATIC": "1",
}


def say(text: str) -> None:
    print(f"suar: {text}", flush=True)


class Supervisor:
    """The processes of the Procfile and the private servers, kept running until a signal."""

    def __init__(self, services: Services, environment: dict[str, str], *, log: Path | None = None) -> None:
        self.services = services
        self.environment = environment
        self.port = environment["PORT"]
        self.log = log
        self.processes = {
            name: command
            for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items()
            if name not in ONLY_WITH or environment.get(ONLY_WITH[name])
        }
        self.colours = dict(zip(self.processes, get_colours(), strict=False))
        width = max(map(len, [*self.processes, "system"]))
        self.printer = Printer(log.open("w") if log else sys.stdout, width=width)
        self.printing = threading.Lock()
        self.ending = threading.Event()
        self.failed = threading.Event()
        self.status = 0
        self.kept: list[Kept] = []

    def prepare(self, *, demo_data: bool) -> None:
        """Database, static files and data; raises Failed if any of it does not work."""
        command = [PYTHON, "manage.py", "prepare", *(["--demo-data"] if demo_data else [])]
        if subprocess.run(command, cwd=ROOT, env=self.environment).returncode:
            raise Failed("the database could not be prepared; the lines above say why")

    def serve(self) -> int:
        """Run until a signal or `end`; return the exit status."""
        if port_is_taken(int(self.port)):
            raise Failed(f"port {self.port} is in use: give another with PORT=")
        self.kept = [
            Kept(name, command, self.environment, ROOT,
                 write=self.write, say=self.note, cannot_start=self.cannot_start)
            for name, command in self.processes.items()
        ]  # fmt: skip
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.on_signal)
        PID_FILE.write_text(f"{os.getpid()}\n")
        watch = threading.Thread(target=self.watch, daemon=True)
        try:
            for kept in self.kept:
                kept.start()
            watch.start()
            self.ending.wait()
            self.end_processes()
            watch.join()  # else it might start a server after all were stopped
        finally:
            PID_FILE.unlink(missing_ok=True)
        return self.status

    def on_signal(self, number: int, _frame: object) -> None:
        # In a thread: the handler may have interrupted the very lock that `ending` takes.
        threading.Thread(target=self.end, args=[128 + number]).start()

    def end(self, status: int = 0) -> None:
        self.status = self.status or status
        self.ending.set()

    def end_processes(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + END_TIMEOUT_S
            for kept in self.kept:
                kept.end(number)
            if all(kept.ended(end - time.monotonic()) for kept in self.kept):
                return

    def watch(self) -> None:
        """Start a private server again that is gone, and go on trying."""
        while not self.ending.wait(WATCH_S):
            try:
                if not (gone := self.services.missing()):
                    continue
                self.note(f"{' and '.join(gone)} GONE: starting again", loud=True)
                values = self.services.start()
            except (Failed, OSError) as exc:
                self.note(f"the private servers: {exc}", loud=True)
                continue
            self.note(f"{' and '.join(gone)} back", loud=True)
            fresh = {name: values[name] for name in ("DATABASE_URL", "REDIS_URL") if name in values}
            moved = fresh.items() - self.environment.items()
            self.environment.update(moved)
            for kept in self.kept:
                kept.restart() if moved else kept.hurry()

    def write(self, name: str, line: str) -> None:
        """Print a line as `name`'s; called from many threads."""
        with self.printing:
            now = datetime.now().astimezone()
            self.printer.write(Message("line", line, now, name, self.colours.get(name)))

    def note(self, text: str, *, loud: bool = False) -> None:
        """Say what the supervisor did among the processes' lines; loudly, on the terminal too."""
        self.write("system", text)
        if loud and self.log:
            say(text)

    def cannot_start(self, text: str) -> None:
        self.failed.set()
        self.note(text, loud=True)

    def wait_ready(self) -> bool:
        """True once /readyz says yes; False when a process cannot start or the time is over."""
        answer: list[bool] = []

        def asked() -> bool:
            if self.failed.is_set() or self.ending.is_set():
                return True
            if ready(f"http://127.0.0.1:{self.port}/readyz"):
                answer.append(True)
            return bool(answer)

        wait_until(asked, READY_TIMEOUT_S, step_s=0.1)
        return bool(answer)


def ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  our own loopback address
            return json.load(response)["status"] == "ok"
    except (OSError, ValueError, KeyError):
        return False


def run(services: Services, environment: dict[str, str], *, private: bool) -> int:
    """Serve; a private database gets made-up units to work with, an outside one never."""
    supervisor = Supervisor(services, environment)
    supervisor.prepare(demo_data=private)

    def announce() -> None:
        if supervisor.wait_ready():
            say(f"serving at http://127.0.0.1:{supervisor.port}/ - Ctrl-C stops")

    threading.Thread(target=announce, daemon=True).start()
    return supervisor.serve()


def demo(services: Services, environment: dict[str, str], *, once: bool) -> int:
    """Tell the story beside the running processes, whose log goes to a file."""
    supervisor = Supervisor(services, environment, log=DEMO_LOG)
    say("settings of the demo: simulated phones open to this machine, "
        f"escalation {1 / float(environment['LADDER_SCALE']):g} times as fast as in service")  # fmt: skip
    supervisor.prepare(demo_data=True)
    outcome: list[int] = []

    def tell() -> None:
        if not supervisor.wait_ready():
            say(f"the service did not become ready; the end of its log:\n{tail(DEMO_LOG, 30)}")
            outcome.append(1)
        else:
            story = subprocess.run([PYTHON, "manage.py", "demo"], cwd=ROOT, env=supervisor.environment)
            outcome.append(story.returncode)
        if once or outcome[0]:
            supervisor.end()
        else:
            say(f"serving on; the processes write to {DEMO_LOG.relative_to(ROOT)} - Ctrl-C stops")

    story = threading.Thread(target=tell, daemon=True)
    story.start()
    status = supervisor.serve()
    story.join(timeout=10)
    if outcome and outcome[0]:
        return outcome[0]
    return 0 if once and outcome else status


def stop() -> int:
    """End a running supervisor, then the private servers, the tests' too."""
    try:
        pid = int(PID_FILE.read_text())
    except (FileNotFoundError, ValueError):
        pid = 0
    if pid and "config.supervise" in command_line(pid):
        say(f"stopping the processes (pid {pid})")
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not command_line(pid), 20)
    for fast in (False, True):
        Services(fast=fast).stop()
    return 0


def main(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else ""
    if wanted == "stop":
        return stop()
    if wanted not in {"run", "demo"}:
        print(__doc__, file=sys.stderr)
        return 2
    services = Services()
    ours = not any(services.status().values())
    started = time.monotonic()
    try:
        values = services.start()
        environment = {**os.environ, **values, **services.given()}
        if wanted == "demo":
            environment |= DEMO_ENVIRONMENT | {"PUBLIC_ORIGIN": f"http://127.0.0.1:{environment['PORT']}"}
            if "DATABASE_URL" in values:  # ours, so a password may be set that the story's end can print
                environment.setdefault("DEMO_PASSWORD", secrets.token_urlsafe(9))
            status = demo(services, environment, once=os.environ.get("ONCE") == "1")
        else:
            status = run(services, environment, private="DATABASE_URL" in values)
    except Failed as exc:
        print(f"suar: {exc}", file=sys.stderr)
        status = 1
    finally:
        if ours:
            services.stop()
    say(f"stopped after {time.monotonic() - started:.0f} s")
    # To be asked to stop is no failure, unless a story was to be told to its end.
    return 0 if status in STOPPED and os.environ.get("ONCE") != "1" else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
