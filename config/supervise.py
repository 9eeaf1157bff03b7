"""Start all that Suar is made of, and stop it cleanly.

    python -m config.supervise run       services, database, data, then every process of the Procfile
    python -m config.supervise demo      the same with demo settings; tells the story, then serves on
    python -m config.supervise stop      end a running one and the private servers

ONCE=1 ends the demo after its story, with the story's exit status. Ctrl-C and SIGTERM end all.
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
from pathlib import Path

from honcho import manager as honcho_manager
from honcho.environ import parse_procfile
from honcho.printer import Printer

from config.localservices import ROOT, Failed, Services, command_line, port_is_taken, tail, wait_until

PYTHON = str(ROOT / ".venv" / "bin" / "python")
PID_FILE = ROOT / "var" / "supervisor.pid"
DEMO_LOG = ROOT / "var" / "demo.log"
READY_TIMEOUT_S = 90
#: Exit statuses of a stop by Ctrl-C and by SIGTERM, as shells count them.
STOPPED = {128 + signal.SIGINT, 128 + signal.SIGTERM}
#: The demo speaks to simulated phones only and does not wait minutes for the ladder.
DEMO_ENVIRONMENT = {
    "DEBUG": "0",
    "TWILIO_ACCOUNT_SID": "",
    "FIREBASE_CREDENTIALS": "",
    "ALLOWED_HOSTS": "",
    "PHONES": "open",
    "LADDER_SCALE": "0.05",
    "HASHED_STATIC": "1",
}


# Longer than the web server's own patience with requests that are still being answered.
honcho_manager.KILL_WAIT = 15


def say(text: str) -> None:
    print(f"suar: {text}", flush=True)


class Supervisor:
    """The processes of the Procfile, under one roof and one signal."""

    def __init__(self, environment: dict[str, str], *, log: Path | None = None) -> None:
        self.environment = environment
        self.port = environment["PORT"]
        self.log = log
        output = log.open("w") if log else sys.stdout
        self.manager = honcho_manager.Manager(Printer(output))

    def prepare(self, *, demo_data: bool) -> None:
        """Database, static files and data; raises Failed if any of it does not work."""
        command = [PYTHON, "manage.py", "prepare", *(["--demo-data"] if demo_data else [])]
        if subprocess.run(command, cwd=ROOT, env=self.environment).returncode:
            raise Failed("the database could not be prepared; the lines above say why")

    def serve(self) -> int:
        """Run until a signal or until one process ends; return the exit status."""
        if port_is_taken(int(self.port)):
            raise Failed(f"port {self.port} is in use: give another with PORT=")
        for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
            self.manager.add_process(name, command, env=self.environment, cwd=str(ROOT))
        PID_FILE.write_text(f"{os.getpid()}\n")
        try:
            self.manager.loop()
        finally:
            PID_FILE.unlink(missing_ok=True)
        return self.manager.returncode or 0

    def wait_ready(self) -> bool:
        """True once /readyz says yes; False when a process ended or the time is over."""
        answer: list[bool] = []

        def asked() -> bool:
            if self.manager.returncode is not None:
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


def run(environment: dict[str, str], *, private: bool) -> int:
    """Serve; a private database gets made-up units to work with, an outside one never."""
    supervisor = Supervisor(environment)
    supervisor.prepare(demo_data=private)

    def announce() -> None:
        if supervisor.wait_ready():
            say(f"serving at http://127.0.0.1:{supervisor.port}/ - Ctrl-C stops")

    threading.Thread(target=announce, daemon=True).start()
    return supervisor.serve()


def demo(environment: dict[str, str], *, once: bool) -> int:
    """Tell the story beside the running processes, whose log goes to a file."""
    supervisor = Supervisor(environment, log=DEMO_LOG)
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
            supervisor.manager.terminate()
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
            status = demo(environment, once=os.environ.get("ONCE") == "1")
        else:
            status = run(environment, private="DATABASE_URL" in values)
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
