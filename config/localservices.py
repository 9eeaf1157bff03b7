"""A private PostgreSQL with PostGIS and a private Redis under var/, for one checkout.

    python -m config.localservices start|stop|status|env|clean [--fast]

Needs the standard library alone. The servers listen on loopback ports, ask for generated passwords
and belong to an unprivileged user. `--fast` is a second pair, for tests, that may lose data in a
power cut. Where DATABASE_URL or REDIS_URL is set already that server is used and none is started.
The values chosen, and secrets for development, go to var/env, which config.settings reads.
"""

import argparse
import base64
import contextlib
import fcntl
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Below the range from which the kernel takes ports for outgoing connections (32768 up).
PORTS = range(20000, 32000)
#: PostgreSQL refuses a socket path of more bytes (sun_path less its NUL).
LONGEST_SOCKET_PATH = 103
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
INSTALL_HINT = (
    "Install it, then run this again:\n"
    "  Debian, Ubuntu:  apt-get install postgresql postgresql-postgis redis-server   (or: make setup)\n"
    "  macOS:           brew install postgresql@16 postgis gdal redis"
)
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
if sys.platform == "linux":
    # Before it recovers from a crash PostgreSQL flushes each file of its folder, 2 to 6 s on a busy disk. One
    # call for all of them took 0.02 to 0.07 s there.
    DURABLE["recovery_init_sync_method"] = "syncfs"
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "2GB"}


class Failed(Exception):
    """A server could not be had; the message says what to do."""


@dataclass(frozen=True)
class Owner:
    """The unprivileged user whom the servers belong to; `drop` only when we are root."""

    uid: int
    gid: int
    drop: bool

    def run(self, *command: str | Path, **options) -> subprocess.CompletedProcess:
        """Run a command as this user, in a clean environment, its output captured as text."""
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/"}
        env |= options.pop("env", {})
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}
        options = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, "cwd": "/"} | options
        return subprocess.run([str(part) for part in command], env=env, **identity, **options)

    def may_write(self, folder: Path) -> bool:
        return self.run("/bin/sh", "-c", 'cd "$0" && test -w .', folder).returncode == 0

    def make(self, folder: Path) -> None:
        """Make a folder of this user's alone; refuse one that somebody else put there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.drop and folder.stat().st_uid == 0:
            os.chown(folder, self.uid, self.gid)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != self.uid:
            raise Failed(f"{folder} belongs to another user. Remove it and try again.")
        folder.chmod(0o700)


def find_owner() -> Owner:
    """Ourselves; as root whoever called sudo, else `nobody`, since PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid(), drop=False)
    caller = int(os.environ.get("SUDO_UID", "0"))
    user = pwd.getpwuid(caller) if caller else pwd.getpwnam("nobody")
    return Owner(user.pw_uid, user.pw_gid, drop=True)


def say(text: str) -> None:
    print(f"services: {text}", flush=True)


# --- What was chosen: var/env and var/services.json ---


def read_env(path: Path) -> dict[str, str]:
    """NAME=value lines; quotes round a value are taken off. An absent file reads as empty."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError as exc:
        raise Failed(f"{path} belongs to another user: go on as that user.") from exc
    found = (re.fullmatch(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*", line) for line in lines)
    return {match[1]: match[2].strip("'\"") for match in found if match}


def write_env(path: Path, values: dict[str, str]) -> None:
    """Replace the file in one step, readable by its owner only."""
    text = "# Written by config.localservices; .env and the environment come before it.\n"
    write_private(path, text + "".join(f"{name}={value}\n" for name, value in values.items()))


def write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)


def development_secrets(have: dict[str, str]) -> dict[str, str]:
    """Secrets that a service on this machine needs, kept where they exist: rows are encrypted with them."""
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "IDENTITY_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "IDENTITY_HASH_KEY": secrets.token_urlsafe(32),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }
    return {name: have.get(name) or value for name, value in fresh.items()}


def free_port(preferred: int | None = None, ports: range = PORTS) -> int:
    """A loopback port that nobody listens on, `preferred` if it may be had."""
    start = secrets.randbelow(len(ports))
    for port in [preferred, *ports[start:], *ports[:start]]:
        if port and not port_is_taken(port):
            return port
    raise Failed("No free port on this machine.")


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def command_line(pid: int) -> str:
    """The words that a process was started with; empty if there is no such process."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout


def wait_until(done, timeout_s: float, step_s: float = 0.02) -> bool:
    """Ask `done` until it says yes; False when the time is over."""
    end = time.monotonic() + timeout_s
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(step_s)
    return True


# --- PostgreSQL ---


def postgres_binaries(version: str | None) -> Path:
    """The folder of initdb and pg_ctl: of `version` if given, else the newest that has PostGIS."""
    folders = [Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"), Path("/usr/local/opt")]
    candidates = [path for folder in folders for path in folder.glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path))
    found: list[tuple[bool, float, Path]] = []
    for initdb in candidates:
        answer = subprocess.run([initdb, "--version"], capture_output=True, text=True).stdout
        match = re.search(r"(\d+)", answer)
        major = match[1] if match else "0"
        extension = Path(f"/usr/share/postgresql/{major}/extension/postgis.control")
        missing = str(initdb).startswith("/usr/lib/postgresql") and not extension.exists()
        if version in (None, major):
            found.append((not missing, float(major), initdb.parent))
    if not found or not max(found)[0]:
        wanted = f"PostgreSQL {version} (it made the data under var/)" if version else "PostgreSQL"
        raise Failed(f"{wanted} with PostGIS is not installed. {INSTALL_HINT}")
    return max(found)[2]


@dataclass
class Postgres:
    data: Path
    owner: Owner
    password: str
    settings: dict[str, str]
    port: int | None = None

    def running(self) -> bool:
        pid = self.pid()
        return pid is not None and str(self.data) in command_line(pid)

    def pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def start(self) -> None:
        version_file = self.data / "PG_VERSION"
        binaries = postgres_binaries(version_file.read_text().strip() if version_file.exists() else None)
        if not version_file.exists():
            self.initialise(binaries)
        if self.running():
            return
        if self.pid() and command_line(self.pid()):  # after a reboot the number may be another program's
            (self.data / "postmaster.pid").unlink()
        for _ in range(5):  # another program may take the port between our look and the start
            self.port = free_port(self.port)
            self.configure()
            say(f"starting PostgreSQL on 127.0.0.1:{self.port} ({self.data})")
            log = self.data.parent / "postgres.log"
            done = self.owner.run(
                binaries / "pg_ctl", "start", "-w", "-t", str(START_TIMEOUT_S), "-D", self.data, "-l", log,
                capture_output=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            if done.returncode == 0:
                return
            if not port_is_taken(self.port):
                break
            self.port = None
        raise Failed(f"PostgreSQL did not start. The end of {log}:\n{tail(log)}")

    def initialise(self, binaries: Path) -> None:
        say(f"making a PostgreSQL cluster in {self.data}")
        shutil.rmtree(self.data, ignore_errors=True)
        password_file = self.data.parent / "initdb-password"
        password_file.write_text(self.password)
        if self.owner.drop:
            os.chown(password_file, self.owner.uid, self.owner.gid)
        password_file.chmod(0o600)
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        done = self.owner.run(
            binaries / "initdb", "-D", self.data, "-U", "suar", "-A", "scram-sha-256",
            "--pwfile", password_file, "-E", "UTF8", "--locale", locale,
            *([] if self.settings["fsync"] == "on" else ["--no-sync"]),
        )  # fmt: skip
        password_file.unlink()
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Failed(f"initdb failed:\n{done.stderr.strip()}")

    def configure(self) -> None:
        sockets = self.data.parent
        # A deep checkout makes the path too long to listen on; loopback alone does then.
        if len(os.fsencode(f"{sockets}/.s.PGSQL.{self.port}.lock")) > LONGEST_SOCKET_PATH:
            sockets = ""
        values = self.settings | {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(sockets),
            "timezone": "UTC",
            "max_connections": "120",
        }
        lines = "".join(f"{name} = '{value}'\n" for name, value in values.items())
        conf = self.data / "postgresql.conf"
        kept = conf.read_text().split("# --- suar ---")[0]
        conf.write_text(f"{kept}# --- suar ---\n{lines}")

    def sql(self, database: str, statement: str) -> str:
        binaries = postgres_binaries((self.data / "PG_VERSION").read_text().strip())
        psql = binaries / "psql" if (binaries / "psql").exists() else "psql"
        done = self.owner.run(
            psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "suar",
            "-d", database, "-c", statement, env={"PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "10"},
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def create_database(self) -> None:
        """PostGIS goes into template1, so that every database made here has it, the tests' too."""
        if self.sql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'suar'"):
            return
        say("creating the database with PostGIS")
        self.sql("template1", "CREATE EXTENSION IF NOT EXISTS postgis")
        self.sql("postgres", "CREATE DATABASE suar")

    def stop(self) -> None:
        pid = self.pid()
        if pid is None or not self.running():
            return
        say(f"stopping PostgreSQL (pid {pid})")
        os.kill(pid, signal.SIGINT)  # fast shutdown: ends sessions, writes a checkpoint
        if not wait_until(lambda: not self.running(), STOP_TIMEOUT_S):
            raise Failed(f"PostgreSQL (pid {pid}) did not stop in {STOP_TIMEOUT_S} s.")


def tail(path: Path, lines: int = 10) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError as exc:
        return str(exc)


# --- Redis ---


@dataclass
class Redis:
    folder: Path
    owner: Owner
    password: str
    durable: bool
    port: int | None = None

    def ask(self, *words: str) -> str:
        """Send one command to our Redis and return its answer; empty if it is not there."""
        try:
            with socket.create_connection(("127.0.0.1", self.port or 0), timeout=2) as link:
                link.sendall(f"AUTH {self.password}\r\n{' '.join(words)}\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := link.recv(4096)):
                    answer += part
        except OSError:
            return ""
        first, _, rest = answer.decode(errors="replace").partition("\r\n")
        return rest.strip() if first == "+OK" else ""

    def running(self) -> bool:
        return bool(self.port) and self.ask("PING") == "+PONG"

    def start(self) -> None:
        if self.running():
            return
        binary = shutil.which("redis-server")
        if not binary:
            raise Failed(f"redis-server is not installed. {INSTALL_HINT}")
        self.port = free_port(self.port)
        say(f"starting Redis on 127.0.0.1:{self.port} ({self.folder})")
        log = self.folder / "redis.log"
        conf = self.folder / "redis.conf"
        values = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self.password,
            "dir": f'"{self.folder}"',
            "logfile": f'"{log}"',
            "daemonize": "yes",
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
        }
        write_private(conf, "".join(f"{name} {value}\n" for name, value in values.items()))
        if self.owner.drop:
            os.chown(conf, self.owner.uid, self.owner.gid)
        done = self.owner.run(binary, conf)
        if done.returncode or not wait_until(self.running, 15):
            raise Failed(f"Redis did not start. {done.stderr.strip()}\nThe end of {log}:\n{tail(log)}")

    def stop(self) -> None:
        """Shut it down by its own command: only ours knows the password."""
        if not self.running():
            return
        say(f"stopping Redis on port {self.port}")
        self.ask("SHUTDOWN")
        if not wait_until(lambda: not self.running(), STOP_TIMEOUT_S):
            raise Failed(f"Redis on port {self.port} did not stop in {STOP_TIMEOUT_S} s.")


# --- The pair ---


class Services:
    """The two servers of one checkout: those that `make run` uses, or the fast ones of the tests."""

    def __init__(self, root: Path = ROOT, *, fast: bool = False) -> None:
        self.root, self.fast = root, fast
        self.var = root / "var" / "test" if fast else root / "var"
        self.env_file = self.var / "env"
        self.state_file = self.var / "services.json"
        self.owner = find_owner()

    def given(self) -> dict[str, str]:
        """What the environment and .env say; the tests look at the environment alone."""
        file = {} if self.fast else read_env(self.root / ".env")
        return file | {name: value for name, value in os.environ.items() if value}

    @contextlib.contextmanager
    def locked(self):
        """One start or stop at a time: `make test` beside `make run` must not both make a cluster."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def folder(self) -> Path:
        """Where the servers keep their files: under var/, or in the system's temporary folder.

        A checkout under a folder that the servers' user may not enter (root's home) cannot hold them.
        """
        inside = self.var / "services"
        try:
            self.owner.make(inside)
            if self.owner.may_write(inside):
                return inside
        except OSError:
            pass
        # By chance and not by path: a new checkout in the place of a deleted one must not find that one's
        # servers, whose passwords and keys went with it.
        name = secrets.token_hex(6)
        # /var/tmp outlives a reboot, /tmp often does not.
        parent = "/var/tmp" if os.access("/var/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108  owner is checked
        outside = Path(parent) / f"suar-{name}"
        self.owner.make(outside)
        return outside

    def load(self) -> tuple[Postgres, Redis]:
        """The servers as they were left, or new ones with fresh passwords."""
        try:
            state = json.loads(self.state_file.read_text())
        except (FileNotFoundError, ValueError):
            state = {}
        folder = Path(state.get("folder", ""))
        if not (state.get("folder") and folder.is_dir()):
            folder = self.folder()
        password = state.get("password") or secrets.token_urlsafe(18)
        settings = FAST if self.fast else DURABLE
        postgres = Postgres(folder / "postgres", self.owner, password, settings, state.get("postgres_port"))
        return postgres, Redis(folder, self.owner, password, not self.fast, state.get("redis_port"))

    def start(self) -> dict[str, str]:
        """Start what is not given and not running; return and write the values to use."""
        given = self.given()
        with self.locked():
            kept = read_env(self.env_file)
            values = {} if self.fast else development_secrets(kept)
            if not self.fast and "PORT" not in given:
                values["PORT"] = kept.get("PORT") or str(free_port(8000, range(8001, 9000)))
            if not (given.get("DATABASE_URL") and given.get("REDIS_URL")):
                values |= self.start_servers(given)
            if self.fast and "DATABASE_URL" in values:
                values["ALLOW_NON_DURABLE_DATABASE"] = "1"
            if values != kept:
                write_env(self.env_file, values)
        return values

    def start_servers(self, given: dict[str, str]) -> dict[str, str]:
        postgres, redis = self.load()
        self.remember(postgres, redis)  # before the cluster is made: it is made with this password
        values = {}
        if not given.get("DATABASE_URL"):
            postgres.start()
            postgres.create_database()
            values["DATABASE_URL"] = f"postgis://suar:{postgres.password}@127.0.0.1:{postgres.port}/suar"
        if not given.get("REDIS_URL"):
            redis.start()
            values["REDIS_URL"] = f"redis://:{redis.password}@127.0.0.1:{redis.port}/0"
        self.remember(postgres, redis)
        return values

    def remember(self, postgres: Postgres, redis: Redis) -> None:
        state = {
            "folder": str(redis.folder),
            "password": postgres.password,
            "postgres_port": postgres.port,
            "redis_port": redis.port,
        }
        write_private(self.state_file, json.dumps(state, indent=1) + "\n")

    def stop(self) -> None:
        if self.state_file.exists():
            with self.locked():
                for server in self.load():
                    server.stop()

    def status(self) -> dict[str, bool]:
        if not self.state_file.exists():
            return {"PostgreSQL": False, "Redis": False}
        postgres, redis = self.load()
        return {"PostgreSQL": postgres.running(), "Redis": redis.running()}

    def missing(self) -> list[str]:
        """The private servers that were started once and are gone.

        A Redis that still listens is busy (it loads its file, or the machine is slow), not gone.
        """
        if not self.state_file.exists():
            return []
        given = self.given()
        postgres, redis = self.load()
        gone = []
        if not given.get("DATABASE_URL") and not postgres.running():
            gone.append("PostgreSQL")
        silent = bool(redis.port) and not redis.running() and not port_is_taken(redis.port)
        if not given.get("REDIS_URL") and silent:
            gone.append("Redis")
        return gone

    def clean(self) -> None:
        """Stop the servers and delete them with all data. Keys of rows in an outside database stay."""
        self.stop()
        if self.state_file.exists():
            shutil.rmtree(self.load()[1].folder, ignore_errors=True)
            self.state_file.unlink()
        if self.fast:
            shutil.rmtree(self.var, ignore_errors=True)
        elif "DATABASE_URL" in read_env(self.env_file):
            self.env_file.unlink()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m config.localservices", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["start", "stop", "status", "env", "clean"])
    parser.add_argument("--fast", action="store_true", help="the tests' pair, without durable settings")
    wanted = parser.parse_args(arguments)
    services = Services(fast=wanted.fast)
    try:
        match wanted.command:
            case "start":
                services.start()
                say("ready; the addresses are in " + str(services.env_file.relative_to(ROOT)))
            case "stop":
                services.stop()
            case "clean":
                services.clean()
            case "env":
                for name, value in read_env(services.env_file).items():
                    print(f"{name}={value}")
            case "status":
                for name, running in services.status().items():
                    say(f"{name} is {'running' if running else 'stopped'}")
    except Failed as exc:
        print(f"services: {exc}", file=sys.stderr)
        return 1
    except PermissionError as exc:
        print(f"services: {exc}. Another user started these services: go on as that user.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
