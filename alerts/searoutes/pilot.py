"""The pilot: a process of its own that knows the sea.

The compiler behind the search takes 150 MB and a second to load, and a fault in compiled code ends a process.
So neither the web process nor the dispatcher loads it: whoever first asks for a way starts a pilot, and it
ends with who started it. Started as `python -m alerts.searoutes.pilot <file descriptor> <seconds idle>`;
takes the arguments of `SeaMap.distances` and answers with its result. Without arguments it compiles the
search, which takes some ten seconds, and ends: so that no later start must.
"""

import signal
import sys
from multiprocessing.connection import Connection


def serve(line: Connection, idle_s: float | None, sea) -> None:
    """Answer from a `SeaMap` until the other end closes, or nothing was asked for `idle_s`."""
    sea.warm()
    line.send("ready")
    while line.poll(idle_s):
        try:
            origin, targets, limits = line.recv()
        except EOFError:
            return
        try:
            answer = sea.distances(origin, targets, **limits)
        except Exception as error:  # told to who asked, who goes on without
            answer = error
        line.send(answer)


if __name__ == "__main__":
    from alerts.searoutes.seamap import SeaMap

    if len(sys.argv) == 1:
        SeaMap().warm()
        sys.exit()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with its line, not at the terminal's Ctrl-C
    with Connection(int(sys.argv[1])) as line:
        serve(line, float(sys.argv[2]) or None, SeaMap())
