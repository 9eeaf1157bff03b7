"""Phones and crews: each says what it has to say over HTTP until it is told that it was heard."""

import contextlib
import http.client
import io
import itertools
import json
import queue
import threading
import time
from collections.abc import Iterable
from random import Random
from urllib.parse import urlencode
from uuid import UUID
from xml.etree import ElementTree

from PIL import Image
from twilio.request_validator import RequestValidator

from tests.carriers.twilio import FORM
from tests.faults import cast
from tests.faults.history import Answered

TIMEOUT_S = 12
PAUSE_S = (0.2, 3.0)
#: Of reports: sent by app, distress, sent once more after the answer, with a photo after it.
BY_APP, DISTRESS, DOUBLED, WITH_PHOTO = 0.5, 0.05, 0.05, 0.02
QUIET_WORDS = (
    "nampak bot mencurigakan tanpa lampu",
    "kapal asing tarik pukat",
    "minyak tumpah di laut",
    "bot seludup rokok",
    "kayu balak hanyut",
)


class Line:
    """One kept connection to the service, made anew when it breaks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.link: http.client.HTTPConnection | None = None

    def call(
        self, method: str, path: str, body: bytes = b"", headers: dict | None = None
    ) -> tuple[int, bytes]:
        """Status and body; 0 where no answer came."""
        try:
            if self.link is None:
                self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
            self.link.request(method, path, body, headers or {})
            answer = self.link.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as exc:
            with contextlib.suppress(Exception):
                self.link.close()
            self.link = None
            return 0, type(exc).__name__.encode()


class Reporters:
    """`count` reports at `rate` a second, as one seed tells them; `answered` is what became of each."""

    def __init__(self, stage, seed: int, count: int, rate: float, threads: int = 24) -> None:
        self.stage, self.count, self.rate = stage, count, rate
        self.chance = Random(f"{seed}:reports")
        self.signer = RequestValidator(stage.auth_token)
        self.answered: list[Answered] = []
        self.lock = threading.Lock()
        self.giving_up = threading.Event()
        self.waiting: queue.Queue[dict | None] = queue.Queue()
        self.sent = 0
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()
        threading.Thread(target=self._pace, daemon=True).start()

    def finish(self, within_s: float) -> None:
        """Wait until each report was heard; after `within_s` seconds nobody tries any more."""
        end = time.monotonic() + within_s
        for thread in self.threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.giving_up.set()
        for thread in self.threads:
            thread.join(TIMEOUT_S + 5)

    def stop(self) -> None:
        """Tell nothing new from now on."""
        self.count = 0

    def _pace(self) -> None:
        begun = time.monotonic()
        for number in itertools.count():
            if number >= self.count:
                break
            time.sleep(max(0.0, begun + number / self.rate - time.monotonic()))
            self.waiting.put(self._make(number))
            self.sent = number + 1
        for _ in self.threads:
            self.waiting.put(None)

    def _make(self, number: int) -> dict:
        chance = self.chance
        latitude, longitude = 4 + chance.random() * 0.6, 100.05 + chance.random() * 0.4
        degrees = f"4 {(latitude - 4) * 60:06.3f}N 100 {(longitude - 100) * 60:06.3f}E"
        distress = chance.random() < DISTRESS
        words = "TOLONG bot karam" if distress else chance.choice(QUIET_WORDS)
        key = str(UUID(int=chance.getrandbits(128), version=4))
        return {
            "kind": "app" if chance.random() < BY_APP else "sms",
            "key": key,
            "text": f"{words} {degrees} no {number}",
            "from": chance.choice(cast.FISHERS),
            "distress": distress,
            "doubled": chance.random() < DOUBLED,
            "photo": chance.random() < WITH_PHOTO,
            "pauses": chance.getrandbits(32),
        }

    def _work(self) -> None:
        line = Line(self.stage.port)
        while (report := self.waiting.get()) is not None:
            self._tell(line, report)

    def _tell(self, line: Line, report: dict) -> None:
        pauses = Random(report["pauses"])
        first_at, tries = time.time(), 0
        while not self.giving_up.is_set():
            tries += 1
            status, body = self._send(line, report)
            if 200 <= status < 300:
                self._note(report, first_at, tries, status, body)
                if report["doubled"]:
                    status, body = self._send(line, report)
                    if 200 <= status < 300:
                        self._note(report, first_at, tries + 1, status, body)
                if report["photo"] and report["kind"] == "app":
                    self._send_photo(line, report, body, pauses)
                return
            time.sleep(pauses.uniform(*PAUSE_S) * min(tries, 3) / 3)
        self._note(report, first_at, tries, 0, b"")

    def _send(self, line: Line, report: dict) -> tuple[int, bytes]:
        if report["kind"] == "app":
            said = {"external_id": report["key"], "text": report["text"]}
            return line.call(
                "POST", "/api/v1/reports/", json.dumps(said).encode(), {"Content-Type": "application/json"}
            )
        sid = sid_of(report["key"])
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self.stage.account_sid,
            "From": report["from"], "To": self.stage.number, "Body": report["text"], "NumMedia": "0",
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        signature = self.signer.compute_signature(f"{self.stage.origin}/webhooks/twilio/sms/", fields)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        return line.call("POST", "/webhooks/twilio/sms/", urlencode(fields).encode(), headers)

    def _send_photo(self, line: Line, report: dict, body: bytes, pauses: Random) -> None:
        report_id = json.loads(body).get("id")
        key = f"photo-{report['key'][:20]}"
        form = form_with(picture(pauses), key)
        first_at, tries = time.time(), 0
        while report_id and tries < 30 and not self.giving_up.is_set():
            tries += 1
            status, said = line.call(
                "POST", f"/api/v1/reports/{report_id}/photos/", form,
                {"Content-Type": "multipart/form-data; boundary=suar"},
            )  # fmt: skip
            if 200 <= status < 300:
                self._note(report | {"kind": "photo", "key": key}, first_at, tries, status, said)
                return
            time.sleep(pauses.uniform(*PAUSE_S))

    def _note(self, report: dict, first_at: float, tries: int, status: int, body: bytes) -> None:
        key = sid_of(report["key"]) if report["kind"] == "sms" else report["key"]
        with self.lock:
            self.answered.append(
                Answered(
                    kind=report["kind"], key=key, status=status, body=read_answer(report["kind"], body),
                    first_at=first_at, answered_at=time.time(), tries=tries, distress=report["distress"],
                )
            )  # fmt: skip


class Crews:
    """Everybody aboard who has the app: acknowledges what its units are asked, and ends what was begun.

    `hurry`: from then on whatever is open is acknowledged, whoever the unit's crew is, so that all ends.
    """

    LOOK_EVERY_S = 1.0
    TASK_S = 4.0

    def __init__(self, stage, seed: int, token: str) -> None:
        self.line, self.headers = Line(stage.port), {"Authorization": f"Token {token}"}
        self.chance = Random(f"{seed}:crews")
        self.answered: list[Answered] = []
        self.hurry = threading.Event()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(60)

    def _work(self) -> None:
        seen: dict[str, float] = {}
        while not self.stopping.wait(self.LOOK_EVERY_S):
            status, body = self.line.call("GET", "/api/v1/dispatches/", headers=self.headers)
            if status != 200:
                continue
            rows = json.loads(body)
            self.chance.shuffle(rows)
            busy = {row["call_sign"] for row in rows if row["acknowledged_at"]}
            answered: set[str] = set()
            for row in rows:
                if row["acknowledged_at"] is None and row["incident"]["reference"] in answered:
                    continue  # another unit goes
                if row["acknowledged_at"] is None and row["call_sign"] in busy:
                    continue  # it ends its task first
                if self.stopping.is_set():
                    return
                if self._act(row, seen):
                    answered.add(row["incident"]["reference"])
                    busy.add(row["call_sign"])

    def _act(self, row: dict, seen: dict[str, float]) -> bool:
        """Say what there is to say about one dispatch; True where its unit goes."""
        manner = cast.manner_of(int(row["call_sign"].rpartition("-")[2]))
        known_s = time.monotonic() - seen.setdefault(f"{row['id']}{row['status']}", time.monotonic())
        if row["status"] in ("alerting", "no_answer"):
            if (manner == "app" and row["status"] == "alerting" and known_s > 1) or self.hurry.is_set():
                return self._say(row, "acknowledge")
        elif known_s > self.TASK_S or self.hurry.is_set():
            gives_up = self.chance.random() < 0.1 and not self.hurry.is_set()
            self._say(row, "cannot-continue" if gives_up else "complete")
        return False

    def _say(self, row: dict, verb: str) -> bool:
        first_at = time.time()
        status, body = self.line.call(
            "POST", f"/api/v1/dispatches/{row['id']}/{verb}/", b"{}",
            self.headers | {"Content-Type": "application/json"},
        )  # fmt: skip
        heard = 200 <= status < 300
        if heard:
            self.answered.append(
                Answered(
                    kind=verb, key=row["id"], status=status, body=json.loads(body),
                    first_at=first_at, answered_at=time.time(), tries=1, distress=False,
                )
            )  # fmt: skip
        return heard


def sid_of(key: str) -> str:
    return f"SM{UUID(key).hex}"


def read_answer(kind: str, body: bytes) -> dict:
    """The JSON of an answer; of TwiML its words, as `{"text"}`."""
    if not body:
        return {}
    if kind == "sms":
        return {"text": "".join(ElementTree.fromstring(body).itertext())}
    return json.loads(body)


def picture(chance: Random) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), tuple(chance.choices(range(256), k=3))).save(file, "JPEG")
    return file.getvalue()


def form_with(photo: bytes, key: str) -> bytes:
    parts: Iterable[bytes] = (
        b'--suar\r\nContent-Disposition: form-data; name="external_id"\r\n\r\n' + key.encode() + b"\r\n",
        b'--suar\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n--suar--\r\n",
    )
    return b"".join(parts)
