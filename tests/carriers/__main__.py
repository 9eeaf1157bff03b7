"""Both carriers as a process of their own: `python -m tests.carriers --port 4010 --journal FILE --script FILE`.

Prints one JSON line, where everything is and with what login, then works until SIGTERM or POST /stop. The script is
JSON: `{"people": {number: {"texts": [...], "calls": [...], "after_s": 0}}, "others": {...}, "plan": {...}, "faults":
[{"carrier": "twilio", "kind": "hang", ...}], "refuse": {number: code}}`. A journal that exists is gone on with: what
an earlier run took is known again.
"""

import argparse
import json
import signal
from pathlib import Path

from tests.carriers.control import Control, read_plan
from tests.carriers.fcm import FakeFcm
from tests.carriers.humans import Human
from tests.carriers.journal import Journal, read
from tests.carriers.shift import Shift
from tests.carriers.twilio import FakeTwilio


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.carriers", description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="of Twilio (0: a free one)")
    parser.add_argument("--fcm-port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--journal", required=True, help="file to append to")
    parser.add_argument("--script", help="JSON file: who does what, which faults")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()

    script = json.loads(Path(asked.script).read_text(encoding="utf-8")) if asked.script else {}
    earlier = read(asked.journal) if Path(asked.journal).exists() else []
    journal = Journal(asked.journal)
    twilio, fcm = FakeTwilio(port=asked.port, journal=journal), FakeFcm(port=asked.fcm_port, journal=journal)
    twilio.recall(earlier)
    people = {number: Human(number, **acts) for number, acts in script.get("people", {}).items()}
    shift = Shift(
        twilio,
        people=people,
        others=Human(**script.get("others", {})),
        plan=read_plan({"seed": asked.seed} | script.get("plan", {})),
    )
    with twilio, fcm, shift:
        control = Control(twilio, fcm, shift, asked.control_port)
        for fault in script.get("faults", ()):
            control.act("/faults", dict(fault))
        control.act("/refuse", script.get("refuse", {}))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: control.stopped.set())
        begun = {
            "twilio": twilio.origin,
            "account_sid": twilio.account_sid,
            "auth_token": twilio.auth_token,
            "number": twilio.number,
            "fcm": fcm.origin,
            "service_account": fcm.service_account(),
            "control": control.origin,
            "seed": asked.seed,
        }
        journal.write("begun", seed=asked.seed, recalled=len(twilio.messages) + len(twilio.calls))
        print(json.dumps(begun), flush=True)
        control.stopped.wait()
        control.close()
    journal.write("ended", **control.counters())
    journal.close()


if __name__ == "__main__":
    main()
