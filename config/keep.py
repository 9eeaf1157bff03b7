"""Keep a command running: start it again whenever it ends, after a pause that grows."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

LONGEST_PAUSE_S = 10.0
#: A command that ran this long had started; how often it failed before does not count any more.
SETTLED_S = 20.0
#: As many ends in a row, none of them settled, are a command that cannot start.
FAILURES = 5


def pause_s(failures: int) -> float:
    """Seconds to wait before the next start: 0.5, 1, 2, 4, then 10 each time."""
    return LONGEST_PAUSE_S if failures >= FAILURES else 0.5 * 2 ** (failures - 1)


class Kept:
    """A shell command with a process group of its own. `environment` is read at each start.

    `write` gets each line that it prints, `say` what happened to it; both are called from threads.
    """

    def __init__(
        self,
        name: str,
        command: str,
        environment: dict[str, str],
        folder: Path,
        *,
        write: Callable[[str, str], None],
        say: Callable[[str], None],
        cannot_start: Callable[[str], None],
    ) -> None:
        self.name, self.command, self.environment, self.folder = name, command, environment, folder
        self.write, self.say, self.cannot_start = write, say, cannot_start
        self.failures = 0
        self._child: subprocess.Popen | None = None
        self._ending = False
        self._lock = threading.Lock()  # no start between the order to end and the signal
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def restart(self) -> None:
        """Start it at once if it pauses, anew if it runs."""
        with self._lock:
            self._signal(signal.SIGTERM)
        self.hurry()

    def hurry(self) -> None:
        """Cut a pause short: what it failed for may be over."""
        self.failures = 0
        self._awake.set()

    def end(self, number: int = signal.SIGTERM) -> None:
        """Signal the whole group, and start it no more."""
        with self._lock:
            self._ending = True
            self._signal(number)
        self._awake.set()

    def ended(self, timeout_s: float) -> bool:
        self._thread.join(max(0, timeout_s))
        return not self._thread.is_alive()

    def _signal(self, number: int) -> None:
        if self._child and self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)

    def _keep(self) -> None:
        while not self._ending:
            self._awake.clear()
            started = time.monotonic()
            try:
                how = self._run()
            except OSError as exc:  # no memory, no more processes: that may pass
                how = f"before it began: {exc}"
            if self._ending:
                self.say(f"{self.name} ended {how}")
                return
            self.failures = 1 if time.monotonic() - started >= SETTLED_S else self.failures + 1
            pause = pause_s(self.failures)
            self.say(f"{self.name} ended {how}; it is started again in {pause:g} s")
            if self.failures == FAILURES:
                self.cannot_start(
                    f"{self.name} DOES NOT START: it ended {FAILURES} times in a row, now {how}. "
                    f"It is tried again every {pause:g} s"
                )
            self._awake.wait(pause)

    def _run(self) -> str:
        """Run the command once, to its end; return how it ended."""
        with self._lock:
            if self._ending:
                return "before it began"
            child = self._child = subprocess.Popen(
                ["/bin/sh", "-c", self.command], cwd=self.folder, env=self.environment,
                start_new_session=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.say(f"{self.name} started (pid {child.pid})")
        reader = threading.Thread(target=self._read, args=[child], daemon=True)
        reader.start()
        status = child.wait()
        # What outlived its parent would hold the port or do the work twice.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        reader.join(2)
        return f"by signal {-status}" if status < 0 else f"with status {status}"

    def _read(self, child: subprocess.Popen) -> None:
        with child.stdout as lines:
            for line in lines:
                self.write(self.name, line.decode(errors="replace"))
