"""Requests kept on this machine's disk while the database is away: one encrypted file each, until replayed.

A file is written beside its place, flushed to the disk, moved into place, and its folder flushed: what stands
under `waiting` is whole, whatever died. Names begin with the time of receipt, so that their order is that of
receipt. The line before the encryption tells the format; the keys are the vault's (IDENTITY_KEYS).

    waiting/      to be replayed, oldest first       .name     being written, or left by whoever died writing
    quarantine/   could not be replayed, or cannot be read: for a human

Files are for their owner alone (0600, folders 0700): they hold who reported.
"""

import base64
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.conf import settings

from communities import identity

FORMAT = b"SUAR-SPOOL-1\n"
#: Of the room that SPOOL_MOST_MB gives, what senders without a signature may fill.
SHARE_OF_ANYBODY = 0.75
#: How long the sum of all files is believed, in seconds.
COUNTED_FOR_S = 2.0
#: A file still being written after so long was left by a process that died.
LEFT_AFTER_S = 60.0


class SpoolClosed(Exception):
    """The request could not be kept: no room, no right to write, or a disk that fails."""


class Unreadable(Exception):
    """A file that is torn, altered, or encrypted with a key that we do not have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One request as it came. `kind` names who can replay it; `key` is what makes a repeat the same row.

    `headers` are those that a replay needs, names in lower case. `received_at` is aware.
    """

    kind: str
    path: str
    body: bytes = field(repr=False)
    key: str
    received_at: datetime
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    name: str = ""


class _Room:
    """The bytes that the spool takes, counted anew every two seconds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.used = 0
        self.counted_at = float("-inf")

    def take(self, size: int, most: float) -> bool:
        """Whether `size` bytes more stay below `most`; if so they count from now on."""
        with self.lock:
            if time.monotonic() - self.counted_at > COUNTED_FOR_S:
                self.used, self.counted_at = _bytes_used(), time.monotonic()
            if self.used + size > most:
                return False
            self.used += size
            return True


_room = _Room()


def folder(name: str = "waiting") -> Path:
    return Path(settings.SPOOL_ROOT) / name


def prepare() -> None:
    """Make the folders, for their owner alone. Raises OSError."""
    for path in (Path(settings.SPOOL_ROOT), folder(), folder("quarantine")):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)


def trouble() -> str:
    """Why nothing could be kept now; "" if it could. Writes, flushes and deletes a small file."""
    try:
        prepare()
        _write(probe := f"probe-{os.getpid()}-{secrets.token_hex(4)}", b"probe")
        (folder() / probe).unlink()
    except OSError as exc:
        return f"not writable: {exc.strerror or type(exc).__name__}"
    return "" if _bytes_used() < _most(signed=True) else "full: SPOOL_MOST_MB is used up"


def append(kept: Kept, *, signed: bool = False) -> Kept:
    """Keep a request so that it survives a power cut; return it with its name. Raises SpoolClosed.

    `signed`: a carrier vouches for it, so that strangers cannot have filled its share of the room.
    """
    words = {
        "kind": kept.kind,
        "path": kept.path,
        "body": base64.b64encode(kept.body).decode(),
        "key": kept.key,
        "received_at": kept.received_at.isoformat(),
        "headers": kept.headers,
    }
    content = FORMAT + identity.encrypt(json.dumps(words).encode())
    if not _room.take(len(content), _most(signed=signed)):
        raise SpoolClosed("the spool is full: SPOOL_MOST_MB is used up")
    name = f"{int(kept.received_at.timestamp() * 1e6):017d}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        try:
            _write(name, content)
        except FileNotFoundError:  # somebody cleaned up
            prepare()
            _write(name, content)
    except OSError as exc:
        raise SpoolClosed(f"the spool cannot be written: {exc.strerror or type(exc).__name__}") from exc
    return replace(kept, name=name)


def waiting() -> list[str]:
    """Names of what is to be replayed, oldest first. Raises OSError."""
    return _names("waiting")


def quarantined() -> list[str]:
    """Names of what waits for a human, oldest first. Raises OSError."""
    return _names("quarantine")


def read(name: str, *, within: str = "waiting") -> Kept:
    """What was kept under a name. Raises Unreadable, FileNotFoundError."""
    try:
        content = (folder(within) / name).read_bytes()
    except PermissionError as exc:
        raise Unreadable("not ours to read") from exc
    if not content.startswith(FORMAT):
        raise Unreadable("not the format of this version")
    try:
        words = json.loads(identity.decrypt(content.removeprefix(FORMAT)))
        return Kept(
            kind=words["kind"],
            path=words["path"],
            body=base64.b64decode(words["body"]),
            key=words["key"],
            received_at=datetime.fromisoformat(words["received_at"]),
            headers=words["headers"],
            name=name,
        )
    except (InvalidToken, ValueError, KeyError, TypeError) as exc:
        raise Unreadable(f"torn, altered, or of a key that is not ours ({type(exc).__name__})") from exc


def done(name: str) -> None:
    """Forget a request that has become rows. A second time does nothing."""
    (folder() / name).unlink(missing_ok=True)


def set_aside(name: str) -> None:
    """Keep a request for a human, out of the way of the others."""
    prepare()
    os.replace(folder() / name, folder("quarantine") / name)
    _flush_folder(folder("quarantine"))


def put_back() -> int:
    """Let everything that was set aside be tried again; return how many."""
    names = quarantined()
    for name in names:
        os.replace(folder("quarantine") / name, folder() / name)
    return len(names)


def clear_leftovers() -> tuple[int, int]:
    """Take in what a process that died had written whole; delete what it had not. Return both counts.

    No client was told that these are kept; a whole one is a report all the same.
    """
    whole = torn = 0
    for path in folder().glob(".*"):
        if not path.is_file() or time.time() - path.stat().st_mtime < LEFT_AFTER_S:
            continue
        name = path.name.lstrip(".")
        try:
            read(path.name)
        except Unreadable:
            path.unlink(missing_ok=True)
            torn += 1
        else:
            os.replace(path, folder() / name)
            whole += 1
    return whole, torn


def _write(name: str, content: bytes) -> None:
    """A file that is there whole or not at all, and stays. Raises OSError."""
    place = folder() / name
    beside = place.with_name(f".{name}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, place)
        _flush_folder(place.parent)
    except OSError:
        beside.unlink(missing_ok=True)
        place.unlink(missing_ok=True)
        raise


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _names(within: str) -> list[str]:
    """Files alone; one that somebody else put there counts too, since it may hold a report."""
    try:
        with os.scandir(folder(within)) as found:
            files = [entry.name for entry in found if entry.is_file(follow_symlinks=False)]
        return sorted(name for name in files if not name.startswith((".", "probe-")))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _bytes_used() -> int:
    """Bytes of all files; what vanishes meanwhile does not count."""
    used = 0
    for within in ("waiting", "quarantine"):
        try:
            with os.scandir(folder(within)) as found:
                for entry in found:
                    try:
                        used += entry.stat().st_size
                    except FileNotFoundError:
                        continue
        except FileNotFoundError:
            continue
    return used


def _most(*, signed: bool) -> float:
    return settings.SPOOL_MOST_MB * 1024 * 1024 * (1 if signed else SHARE_OF_ANYBODY)
