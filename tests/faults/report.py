"""The table of a run: for the terminal, and docs/reliability.md."""

from collections import Counter

from communities import crash_points
from tests.faults.history import History
from tests.faults.oracle import Findings, by_point


def percentile(values: list[float], share: float) -> float:
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def figures(history: History, found: Findings) -> list[tuple[str, str]]:
    """What a run came to, as pairs of name and figure."""
    said = [answer for answer in history.answers if answer.kind in ("app", "sms")]
    reports = {answer.key for answer in said if answer.heard}
    spooled = {a.key for a in said if a.body.get("status") == "spooled"}
    kills = sum(event.kills for event in history.events)
    late = [seconds for _, _, seconds, _ in found.late_s]
    could = [seconds for _, _, _, seconds in found.late_s]
    away_s = sum(until - since for since, until in history.unable)
    by_kill = Counter(one.cause.what if one.cause else "nothing known" for one in found.repeats)
    return [
        ("reports answered 2xx", str(len(reports))),
        ("of them kept in the spool first (app)", str(len(spooled))),
        ("reports never answered 2xx, told again to the end", str(len(found.never_heard))),
        ("kills", str(kills)),
        ("other faults", str(len([event for event in history.events if not event.kills]))),
        ("reports lost", str(len(found.lost))),
        ("reports stored twice", str(len(found.twice_stored))),
        ("answers that differ from the row", str(len(found.wrong_answers))),
        ("distress incidents that nobody was told of", str(len(found.untold))),
        ("rows due and never moved", str(len(found.stuck))),
        ("acknowledgements answered and lost", str(len(found.lost_acks))),
        ("messages taken by carriers", str(len(history.taken))),
        ("of them repeats after a kill", str(sum(1 for r in found.repeats if r.cause and r.cause.kills))),
        ("of them repeats after a carrier that took and did not say so, or a stop",
         str(sum(1 for r in found.repeats if r.cause and not r.cause.kills))),
        ("of them repeats without a cause", str(by_kill["nothing known"])),
        ("repeats with another reference", str(len(found.other_reference))),
        ("calls that left after an acknowledgement", str(len(found.after_ack))),
        ("two leads at once", str(len(found.two_leads))),
        ("first alert after the answer, s: P50, P99, most",
         f"{percentile(found.first_late_s, 0.5):.2f}, {percentile(found.first_late_s, 0.99):.2f},"
         f" {max(found.first_late_s, default=0):.2f} of {len(found.first_late_s)}"),
        ("ladder steps late by, s: P50, P99, most",
         f"{percentile(late, 0.5):.2f}, {percentile(late, 0.99):.2f}, {max(late, default=0):.2f} of {len(late)}"),
        ("the same, of time with a database and a dispatcher",
         f"{percentile(could, 0.5):.2f}, {percentile(could, 0.99):.2f}, {max(could, default=0):.2f}"),
        ("seconds without a database or a dispatcher", f"{away_s:.0f}"),
        ("forged callbacks sent, accepted", f"{history.forged}, {history.forged_accepted}"),
    ]  # fmt: skip


def points(history: History, found: Findings, armed: Counter) -> list[tuple[str, int, int, int, int]]:
    """For each crash point: armed, killed, lost, repeated."""
    counted = by_point(history, found)
    return [
        (name, armed[name], counted[name]["killed"], counted[name]["lost"], counted[name]["repeated"])
        for name in crash_points.NAMES
    ]


def kinds(history: History) -> Counter:
    """How often each kind of fault was done, whatever its seconds."""
    counted: Counter = Counter()
    for event in history.events:
        counted[" ".join(word for word in event.what.split() if not word.replace(".", "").isdigit())] += 1
    return counted


def markdown(history: History, found: Findings, armed: Counter, *, title: str) -> str:
    """The tables of one run."""
    lines = [f"### {title}", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {figure} |" for name, figure in figures(history, found)]
    lines += ["", "| crash point | armed | killed | lost | repeated |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in points(history, found, armed)]
    counted = "; ".join(f"{what} {times}" for what, times in sorted(kinds(history).items()))
    return "\n".join([*lines, "", f"Faults: {counted}.", ""])
