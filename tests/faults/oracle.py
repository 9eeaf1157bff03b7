"""Compares what clients were answered, what carriers took and what the tables say. Pure: a History in, findings out."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from tests.faults.history import Answered, Event, History, Taken, written_at

#: Second of each rung of a P1 (DOMAIN: 0, 60, 120, 180, 300, 600).
RUNGS_S = (0, 60, 120, 180, 300, 600)
#: What a sender had looked at once more and was handing over when the answer came.
IN_FLIGHT_S = 2.0
#: A row that is due and has not moved for so long, once all is quiet, never will.
STUCK_S = 30.0
#: How long before a repeat its cause may lie: a send ends within 8 s.
SEND_S = 10.0
REFERENCE = re.compile(r"\b[2-9CFGHJKMNPQRTVWXZ]{5}\b")
RUNG_KEY = re.compile(r":(\d+):(\d+):(?:sms|voice|push)")
VERBS = {"acknowledge": "acknowledged", "complete": "completed", "cannot-continue": "cannot_continue"}


@dataclass(frozen=True, slots=True)
class Repeat:
    """A notification that a carrier took once more; `cause` is the nearest event that can explain it."""

    notification: str
    at: float
    cause: Event | None


@dataclass(slots=True)
class Findings:
    """Each list names what should not be; `late_s` is how late each rung was: incident, step, seconds, and how
    many of them the database was there and a dispatcher at work.
    """

    lost: list[str] = field(default_factory=list)
    never_heard: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    lost_acks: list[str] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    other_reference: list[str] = field(default_factory=list)
    after_ack: list[str] = field(default_factory=list)
    two_leads: list[str] = field(default_factory=list)
    wrong_answers: list[str] = field(default_factory=list)
    twice_stored: list[str] = field(default_factory=list)
    forged_accepted: int = 0
    first_late_s: list[float] = field(default_factory=list)
    late_s: list[tuple[str, int, float, float]] = field(default_factory=list)

    def violations(self, history: History, *, late_limit_s: float) -> list[str]:
        """What breaks a promise, in words; empty: nothing does."""
        names = "lost untold stuck lost_acks other_reference after_ack two_leads wrong_answers twice_stored"
        said = []
        for name in names.split():
            if found := getattr(self, name):
                said.append(f"{name.replace('_', ' ')}: {len(found)} ({', '.join(found[:3])})")
        kills = sum(event.kills for event in history.events)
        unexplained = [one.notification for one in self.repeats if one.cause is None]
        if unexplained:
            said.append(f"sent twice without a cause: {len(unexplained)} ({', '.join(unexplained[:3])})")
        by_kill = sum(1 for one in self.repeats if one.cause is not None and one.cause.kills)
        if by_kill > kills:
            said.append(f"sent twice: {by_kill} times in {kills} kills")
        late = [
            f"{incident} rung {step} by {s:.1f} s" for incident, step, _, s in self.late_s if s > late_limit_s
        ]
        if late:
            said.append(f"rungs late by more than {late_limit_s:g} s: {len(late)} ({', '.join(late[:3])})")
        if self.forged_accepted:
            said.append(f"forged callbacks accepted: {self.forged_accepted}")
        return said


def judge(history: History) -> Findings:
    """Compare the three sides of a history."""
    found = Findings(forged_accepted=history.forged_accepted)
    _reports(history, found)
    _acknowledgements(history, found)
    _sent(history, found)
    _moving(history, found)
    _leads(history, found)
    _rungs(history, found)
    return found


def _reports(history: History, found: Findings) -> None:
    stored = defaultdict(list)
    for row in history.rows["reports"]:
        stored[row["external_id"]].append(row)
    replies = {row["external_id"]: row["reply"] for row in history.rows["inbound"]}
    photos = {row["external_id"] for row in history.rows["photos"]}
    for answer in history.answers:
        if answer.kind not in ("app", "sms", "photo"):
            continue
        if not answer.heard:
            found.never_heard.append(answer.key)
            continue
        if answer.kind == "photo":
            if answer.key not in photos:
                found.lost.append(answer.key)
            continue
        rows = stored[answer.key]
        if not rows:
            found.lost.append(answer.key)
        elif len(rows) > 1 or f"{answer.key}#2" in stored:
            found.twice_stored.append(answer.key)
        elif not _says_the_same(answer, rows[0], replies.get(answer.key)):
            found.wrong_answers.append(answer.key)


def _says_the_same(answer: Answered, row: dict, reply: str | None) -> bool:
    """Whether an answer tells of this row; one given while nothing was known names no reference."""
    if answer.kind == "app":
        named = answer.body.get("reference")
        return named in (None, row["reference"]) and answer.body.get("external_id") == row["external_id"]
    text = answer.body.get("text", "")
    return text == reply or not REFERENCE.search(text)


def _acknowledgements(history: History, found: Findings) -> None:
    reached = {(row["dispatch_id"], row["new"]) for row in history.rows["transitions"]}
    for answer in history.answers:
        if answer.heard and answer.kind in VERBS and (answer.key, VERBS[answer.kind]) not in reached:
            found.lost_acks.append(f"{answer.kind} {answer.key}")
    references = {row["id"]: row["reference"] for row in history.rows["incidents"]}
    acknowledged = {
        (row["phone"], references.get(row["incident_id"]))
        for row in history.rows["dispatches"]
        if (row["id"], "acknowledged") in reached
    }
    found.lost_acks += [
        f"{number} {ref}" for number, ref in history.human_acks if (number, ref) not in acknowledged
    ]


def _sent(history: History, found: Findings) -> None:
    known = {row["id"]: row for row in history.rows["notifications"]}
    failed = defaultdict(list)
    for notification, at in history.failed:
        failed[notification].append(at)
    times = defaultdict(list)
    for taken in history.taken:
        if taken.notification:
            times[taken.notification].append(taken)
    causes = sorted(
        (one for one in history.events if one.kills or one.ambiguous or one.stopped_s), key=lambda one: one.at
    )
    for notification, takes in times.items():
        row = known.get(notification)
        if row is None:
            found.other_reference.append(f"{notification}: no such row")
        elif len({take.reference for take in takes}) > 1:
            found.other_reference.append(notification)
        takes.sort(key=lambda take: take.at)
        for first, again in pairwise(takes):
            if any(first.at <= at <= again.at for at in failed[notification]):
                continue  # the carrier itself said that it did not arrive
            found.repeats.append(Repeat(notification, again.at, _cause_of(first, again, causes)))


def _cause_of(first: Taken, again: Taken, causes: list[Event]) -> Event | None:
    """The event nearest to the first send, of those under way between the two, that can explain the second."""
    fits = [one for one in causes if one.at <= again.at and one.until >= first.at - SEND_S]
    return min(fits, key=lambda one: abs(one.at - first.at), default=None)


def _moving(history: History, found: Findings) -> None:
    waited = history.ended_at - STUCK_S
    for row in history.rows["notifications"]:
        if row["status"] in ("pending", "leased", "failed_temp") and row["due_at"] < waited:
            found.stuck.append(f"notification {row['id']} {row['status']}")
    for row in history.rows["escalations"]:
        if row["state"] in ("wanted", "running") and row["due_at"] < waited:
            found.stuck.append(f"ladder {row['incident_id']}")
    told = {taken.notification for taken in history.taken}
    asked = {
        row["incident_id"]
        for row in history.rows["notifications"]
        if row["id"] in told and row["purpose"] in ("alert", "duty")
    }
    for row in history.rows["incidents"]:
        if row["wanted"] and row["status"] != "merged" and row["id"] not in asked:
            found.untold.append(row["id"])
    if history.spooled:
        found.stuck.append(f"{history.spooled} requests in the spool")


def _leads(history: History, found: Findings) -> None:
    """One lead at a time, by the order in which the rows were written; and silence after it."""
    dispatches = {row["id"]: row for row in history.rows["dispatches"] if row["role"] == "lead"}
    told = defaultdict(list)
    for taken in history.taken:
        told[taken.notification].append(taken.at)
    calls = defaultdict(list)
    for row in history.rows["notifications"]:
        if RUNG_KEY.search(row["key"]) and row["purpose"] in ("alert", "duty"):
            calls[row["incident_id"]].append(row)
    stories = defaultdict(list)
    for row in sorted(history.rows["transitions"], key=lambda row: row["id"]):
        if row["dispatch_id"] in dispatches:
            stories[dispatches[row["dispatch_id"]]["incident_id"]].append(row)
    for incident, story in stories.items():
        leading, since = "", 0.0
        for row in story:
            if row["new"] == "acknowledged":
                if leading:
                    found.two_leads.append(incident)
                leading, since = row["dispatch_id"], written_at(row["id"])
            elif row["dispatch_id"] == leading and row["new"] not in ("en_route", "on_scene"):
                _silence(history, found, calls[incident], told, since, written_at(row["id"]))
                leading = ""
        if leading:
            _silence(history, found, calls[incident], told, since, history.ended_at)


def _silence(history: History, found: Findings, calls: list[dict], told, since: float, until: float) -> None:
    for row in calls:
        for at in told[row["id"]]:
            held_s = max(
                (e.stopped_s for e in history.events if e.at <= at and e.until >= since - 1), default=0
            )
            if since + IN_FLIGHT_S + held_s < at < until:
                found.after_ack.append(f"{row['id']} {at - since:.1f} s after")


def _rungs(history: History, found: Findings) -> None:
    """How late each rung was: the first after the answer to the distress, the others after the rung before.

    A repeat of a rung's call on a unit that took another's place comes early, and says nothing of lateness.
    """
    incident_of = {row["external_id"]: row["incident_id"] for row in history.rows["reports"]}
    asked_at: dict[str, float] = {}
    for answer in history.answers:
        named = (
            answer.body.get("reference")
            if answer.kind == "app"
            else REFERENCE.search(answer.body.get("text", ""))
        )
        if answer.distress and answer.heard and named and answer.key in incident_of:
            incident = incident_of[answer.key]
            asked_at[incident] = min(answer.answered_at, asked_at.get(incident, answer.answered_at))
    first_told: dict[str, float] = {}
    for taken in history.taken:
        first_told.setdefault(taken.notification, taken.at)
    rungs = defaultdict(lambda: defaultdict(list))
    for row in history.rows["notifications"]:
        if row["purpose"] == "alert" and row["id"] in first_told and (key := RUNG_KEY.search(row["key"])):
            rungs[row["incident_id"], int(key[1])][int(key[2])].append(first_told[row["id"]])
    p1 = {row["id"] for row in history.rows["incidents"] if row["wanted"] and row["priority"] == 1}
    for (incident, climb), steps in rungs.items():
        if incident not in p1 or 0 not in steps:
            continue
        at = min(steps[0])
        if climb == 0 and incident in asked_at:
            found.first_late_s.append(max(0.0, at - asked_at[incident]))
            found.late_s.append(_late(history, incident, 0, asked_at[incident], at))
        for step in range(1, len(RUNGS_S)):
            due = at + RUNGS_S[step] - RUNGS_S[step - 1]
            came = [one for one in steps.get(step, ()) if one >= due - 1.5]
            if came:
                found.late_s.append(_late(history, incident, step, due, min(came)))
            at = min(came, default=due)


def _late(
    history: History, incident: str, step: int, due: float, came: float
) -> tuple[str, int, float, float]:
    """How late a rung was, and how late if only the time counts in which somebody could have carried it out."""
    late_s = max(0.0, came - due)
    away_s = sum(max(0.0, min(came, until) - max(due, since)) for since, until in history.unable)
    return incident, step, late_s, max(0.0, late_s - away_s)


def by_point(history: History, found: Findings) -> dict[str, Counter]:
    """For each crash point: how often it killed, and what was lost or repeated because of it."""
    counted: dict[str, Counter] = defaultdict(Counter)
    for event in history.events:
        if event.name:
            counted[event.name]["killed"] += event.kills
    lost = set(found.lost)
    for answer in history.answers:
        if answer.key in lost:
            for event in history.events:
                if event.name and answer.first_at <= event.at <= answer.answered_at + 1:
                    counted[event.name]["lost"] += 1
    for repeat in found.repeats:
        if repeat.cause is not None and repeat.cause.name:
            counted[repeat.cause.name]["repeated"] += 1
    return counted
