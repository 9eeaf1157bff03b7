"""One report's way from a plain phone to a patrol boat and back, told against the running service.

Every step goes through HTTP as a phone, an app or a desk would, and counts only once its effect
was seen there. The simulated carriers have to be on: what a phone got is read at `/phones/`.
"""

import json
import secrets
import time
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from alerts import dispatch
from alerts.models import PatrolUnit
from alerts.signatures import FORM, sign
from communities import identity
from communities.models import Device, User
from reports.models import Incident

#: British numbers kept for fiction; the made-up units and desks have the ones below 700.
NUMBERS = [f"+447700900{last}" for last in range(700, 1000)]
PLATFORM = "demo"  # of the story's app
SMUGGLERS = "nampak bot laju hantar kotak rokok seludup, tiada lampu, dekat Pulau Mabul"
PATIENCE_S = 15.0
CHANCE = secrets.SystemRandom()
WATCHED_S = 2.0  # how long nothing may happen before "nothing happened" is believed


class NotSeen(Exception):
    """A step of the story did not happen, or not as it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """The running service, seen from outside."""

    def __init__(self, origin: str, token: str) -> None:
        self.origin = origin
        self.token = token

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """GET, or POST a body; whatever the status."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.origin + path, body, named)  # noqa: S310  our own origin
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.read())
        except OSError as problem:
            raise NotSeen(f"{self.origin}{path} does not answer: {problem}") from None

    def desk(self, path: str) -> Any:
        """What the desk's API says."""
        return self._good(path, self.ask(path, Authorization=f"Token {self.token}"))

    def app(self, path: str, content: dict | None = None, token: str = "") -> Any:
        """What the app's API says; with `content` it is posted."""
        headers = {"Authorization": f"Device {token}"} if token else {}
        body = None if content is None else json.dumps(content).encode()
        return self._good(path, self.ask(path, body, Content_Type="application/json", **headers))

    def sms(self, form: dict[str, str]) -> Answer:
        """Deliver a text as the carrier does, signed."""
        path = "/webhooks/twilio/sms/"
        body = urlencode(form).encode()
        signature = sign(settings.PUBLIC_ORIGIN.rstrip("/") + path, body)
        return self.ask(path, body, Content_Type=FORM, X_Twilio_Signature=signature)

    def phone_of(self, call_sign: str) -> str:
        """The number of a unit's simulated phone."""
        found = self._phones("search", q=call_sign)["phones"]
        number = next((phone["key"] for phone in found if phone["title"] == call_sign), "")
        if not number.startswith("+"):
            raise NotSeen(f"{call_sign} has no simulated phone with a number")
        return number

    def heard_by(self, number: str, since: datetime) -> list[dict]:
        """What a simulated phone was sent since then, oldest first."""
        lines = self._phones("conversation", phone=number)["lines"]
        return [line for line in lines if not line["sent"] and datetime.fromisoformat(line["at"]) >= since]

    def _phones(self, page: str, **query: str) -> dict:
        path = f"/phones/{page}/?{urlencode(query)}"
        return self._good(path, self.ask(path))

    def _good(self, path: str, answer: Answer) -> Any:
        if answer.status not in (200, 201):
            raise NotSeen(f"{path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
        return answer.json


class Story:
    """Tells it: `say` is called with each line as its step is seen. Raises NotSeen."""

    def __init__(self, service: Service, say: Callable[[str], None], number: str) -> None:
        self.service = service
        self.say = say
        self.fisher = number
        self.started = timezone.now()
        # Where no unit is based and two can come: off Semporna, a little different each time.
        self.minutes = (minutes(19, 21), minutes(44, 46))

    def tell(self) -> None:
        first, answer, mine = self.a_fisher_texts()
        incident = self.it_is_a_p1(mine)
        unit, number = self.the_nearest_unit_is_told(incident)
        second, second_number = self.nobody_answers(incident, unit, number)
        self.a_crew_goes(incident, second, second_number, mine)
        quiet = self.an_app_reports_smugglers(incident)
        self.the_first_webhook_again(first, answer, incident, quiet, [self.fisher, number, second_number])

    def a_fisher_texts(self) -> tuple[dict[str, str], Answer, str]:
        north, east = self.minutes
        text = f"TOLONG bot karam 04 {north:.3f}N 118 {east:.3f}E 5 orang"
        self.step(f"a phone without internet, {self.fisher}, texts: {text}")
        form = self.form(self.fisher, text)
        answer = self.service.sms(form)
        said = spoken(answer)
        position = f"04-{north:05.2f}U 118-{east:05.2f}T"
        if position not in said:
            raise NotSeen(f"the answer does not read the position {position} back: {said!r}")
        self.step(f"it hears at once: {said}")
        report = said.partition("ruj ")[2][:5]
        return form, answer, report

    def it_is_a_p1(self, report: str) -> str:
        incident = self.until("the incident in the queue", lambda: self.incident_of(report, priority=1))
        story = self.story(incident)
        if (story["type"], story["persons_on_board"]) != ("sinking", 5):
            raise NotSeen(f"it was read as {story['type']} with {story['persons_on_board']} aboard")
        terms = [f"{term['term']} {term['value']}" for term in story["score_terms"] if term["value"]]
        self.step(
            f"the queue shows incident {story['reference']}: P{story['priority']}, {story['type']},"
            f" {story['persons_on_board']} aboard, {' + '.join(terms)} = {story['score']}"
        )
        return incident

    def the_nearest_unit_is_told(self, incident: str) -> tuple[str, str]:
        unit, row = self.until("a unit tasked", lambda: self.tasked(incident, 0))
        number = self.service.phone_of(unit)
        reference = self.story(incident)["reference"]
        line = self.until(f"the alert on the phone of {unit}", lambda: self.heard(number, reference))
        away = f"{row['distance_m'] / 1852:.0f} nautical miles, {row['eta_s'] / 60:.0f} min"
        self.step(f"the nearest fit unit is {unit} ({away}); its phone {number} gets: {line['text']}")
        took_s = (datetime.fromisoformat(line["at"]) - self.started).total_seconds()
        self.step(f"{took_s:.1f} s from the fisher's text to the crew's phone")
        return unit, number

    def nobody_answers(self, incident: str, unit: str, number: str) -> tuple[str, str]:
        wait_s = 60 * settings.LADDER_SCALE
        self.step(f"{unit} does not answer; next rung after 60 s, here {wait_s:g} s")
        second, _ = self.until(
            "a second unit tasked", lambda: self.tasked(incident, 1), within_s=wait_s + PATIENCE_S
        )
        if second == unit:
            raise NotSeen(f"{unit} was tasked twice")
        second_number = self.service.phone_of(second)
        reference = self.story(incident)["reference"]
        line = self.until(f"the alert on the phone of {second}", lambda: self.heard(second_number, reference))
        self.until(f"a call to {unit}", lambda: self.heard(number, kind="voice"))
        self.step(f"{unit} is rung up, and {second}, phone {second_number}, gets: {line['text']}")
        return second, second_number

    def a_crew_goes(self, incident: str, unit: str, number: str, report: str) -> None:
        reference = self.story(incident)["reference"]
        self.step(f"{unit} texts: 1 {reference}")
        said = spoken(self.service.sms(self.form(number, f"1 {reference}")))
        if reference not in said:
            raise NotSeen(f"the crew's answer does not confirm {reference}: {said!r}")
        self.step(f"it hears: {said}")
        story = self.story(incident)
        leads = [row["call_sign"] for row in story["dispatches"] if row["role"] == "lead"]
        if (story["status"], leads, story["escalation"]["state"]) != ("responding", [unit], "answered"):
            raise NotSeen(
                f"the incident is {story['status']}, led by {leads}: {story['escalation']['state']}"
            )
        line = self.until("word to the fisher", lambda: self.heard(self.fisher, unit))
        if report not in line["text"] or reference in line["text"]:
            raise NotSeen(f"the fisher may hear of report {report} only: {line['text']!r}")
        self.step(f"the ladder has stopped; the fisher hears: {line['text']}")

    def an_app_reports_smugglers(self, rescue: str) -> str:
        app = self.service.app("/api/v1/devices/", {"platform": PLATFORM, "language": "ms"})
        sent = {
            "external_id": str(uuid.uuid4()),
            "text": SMUGGLERS,
            "position": {"latitude": 4.26, "longitude": 118.66, "error_m": 15},
        }
        self.step(f"an app reports: {SMUGGLERS}")
        receipt = self.service.app("/api/v1/reports/", sent, app["token"])
        if receipt["reply"] != f"OK {receipt['reference']}":
            raise NotSeen(f"that should be answered with OK and a reference alone: {receipt['reply']!r}")
        self.step(f"it hears: {receipt['reply']} - and nothing more, whoever holds the phone")
        incident = self.until("the incident in the queue", lambda: self.incident_of(receipt["reference"]))
        time.sleep(WATCHED_S)
        story = self.story(incident)
        if incident == rescue or story["status"] != "open" or story["dispatches"] or story["escalation"]:
            raise NotSeen(f"it should wait for an officer; it is {story['status']}, {story['dispatches']}")
        own = self.service.app("/api/v1/reports/", token=app["token"])["results"]
        if [row["state"] for row in own] != ["received"]:
            raise NotSeen(f"the app should see one report received: {own}")
        self.step(
            f"incident {story['reference']}, P{story['priority']} {story['type']}, waits for an officer;"
            f" after {WATCHED_S:g} s no unit was called"
        )
        return incident

    def the_first_webhook_again(
        self, form: dict[str, str], first: Answer, incident: str, other: str, phones: list[str]
    ) -> None:
        def all_there_is() -> tuple:
            stories = [self.story(one) for one in (incident, other)]
            heard = [len(self.service.heard_by(number, self.started)) for number in phones]
            told = [len(self.service.desk(f"/api/v1/incidents/?since={stamp(self.started)}")["results"])]
            return (
                [(len(s["reports"]), len(s["dispatches"]), len(s["timeline"])) for s in stories],
                heard,
                told,
            )

        before = all_there_is()
        again = self.service.sms(form)
        if (again.status, again.body) != (first.status, first.body):
            raise NotSeen(f"the repeat was answered otherwise: {again.body.decode(errors='replace')}")
        time.sleep(WATCHED_S)
        if (after := all_there_is()) != before:
            raise NotSeen(f"the repeat changed something: {before} became {after}")
        self.step("the carrier repeats its first webhook: same answer, no new row, nobody is told again")

    # --- Seeing ---

    def step(self, text: str) -> None:
        now = timezone.now()
        local = timezone.localtime(now)
        since = (now - self.started).total_seconds()
        self.say(f"{local:%H:%M:%S}.{local.microsecond // 1000:03} {since:5.1f} s  {text}")

    def until(self, what: str, look: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
        """What `look` returns, once it is something."""
        end = time.monotonic() + within_s
        while not (found := look()):
            if time.monotonic() > end:
                raise NotSeen(f"{what} was not seen within {within_s:g} s")
            time.sleep(0.1)
        return found

    def story(self, incident: str) -> dict:
        return self.service.desk(f"/api/v1/incidents/{incident}/")

    def incident_of(self, report: str, **wanted: object) -> str | None:
        """Id of the incident with this report, among those of the queue that have news."""
        query = urlencode({"since": stamp(self.started), **wanted})
        for row in self.service.desk(f"/api/v1/incidents/?{query}")["results"]:
            if any(one["reference"] == report for one in self.story(row["id"])["reports"]):
                return row["id"]
        return None

    def tasked(self, incident: str, place: int) -> tuple[str, dict] | None:
        """Call sign and ranking of the unit that was tasked first, second, …"""
        story = self.story(incident)
        if len(story["dispatches"]) <= place:
            return None
        unit = story["dispatches"][place]["call_sign"]
        # The rows are read one after the other: what is not there yet is looked for again.
        ranked = (story["escalation"]["ranking"] or {}).get("ranked", [])
        row = next((row for row in ranked if row["call_sign"] == unit), None)
        return row and (unit, row)

    def heard(self, number: str, words: str = "", *, kind: str = "sms") -> dict | None:
        """The first message on a phone with these words."""
        lines = self.service.heard_by(number, self.started)
        return next((line for line in lines if line["kind"] == kind and words in line["text"]), None)

    def form(self, sender: str, text: str) -> dict[str, str]:
        """What Twilio posts for a text, as far as anybody needs it."""
        return {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "AccountSid": f"AC{'0' * 32}",
            "From": sender,
            "To": settings.TWILIO_FROM or "+6015550100",
            "FromCountry": "MY",
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }


def minutes(low: int, high: int) -> float:
    """Minutes of arc in thousandths, from `low` to `high`; none ends in 5, which rounds to either side."""
    return CHANCE.choice([n for n in range(1000 * low, 1000 * high) if n % 10 != 5]) / 1000


def spoken(answer: Answer) -> str:
    """The words of a TwiML answer."""
    if answer.status != 200:
        raise NotSeen(f"the webhook answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    return "".join(message.text or "" for message in ET.fromstring(answer.body).iter("Message"))  # noqa: S314


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def a_new_number() -> str:
    """A number that never wrote before; any of the story's, if all have."""
    numbers = CHANCE.sample(NUMBERS, len(NUMBERS))
    return next((number for number in numbers if identity.find(number) is None), numbers[0])


def clear_stage(by: User) -> int:
    """End what earlier tellings left open, and make their units available; return how many incidents."""
    hashes = [identity.keyed_hash(number) for number in NUMBERS]
    told_before = Q(reports__reporter__identity__phone_hash__in=hashes) | Q(
        reports__device__in=Device.objects.filter(platform=PLATFORM)
    )
    incidents = list(Incident.objects.open().filter(told_before).distinct())
    for incident in incidents:
        dispatch.stand_down(incident.pk, by=by, reason="the demonstration begins again")
    PatrolUnit.objects.filter(dispatches__incident__in=incidents, status="returning").update(
        status="available"
    )
    return len(incidents)
