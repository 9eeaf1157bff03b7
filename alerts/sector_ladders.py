"""A sector's own ladders: what an officer may change, and which version counts.

P1 may only be made faster: `slower_than_shipped` is the rule.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.ladder import BY_PRIORITY, PUSH, SMS, VOICE, Call, Ladder, Rung
from alerts.models import SectorLadder
from communities import rows
from communities.models import User, Zone
from communities.rows import Asked

MOST_UNITS = 9
WHOM = (*(f"unit {n}" for n in range(1, MOST_UNITS + 1)), "told_units", "all_units", "duty", "centre")
FOR_UNITS = (PUSH, SMS, VOICE)
FOR_MANY = (PUSH, SMS)  # a dozen telephones ringing at once is a flood of the carrier, not of the crews
FOR_DESKS = (SMS, VOICE)
LEAST_REPEAT_S, LONGEST_S = 30, 86_400
MOST_CALLS = 60


class LadderRefused(Exception):
    """The ladder breaks a rule; `faults` say which, in words."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


def in_force(sector: str, priority: int) -> SectorLadder | None:
    """The version that counts in a sector; None: as shipped."""
    newest = "WHERE sector = %s AND priority = %s ORDER BY number DESC LIMIT 1"
    [found] = rows.read(Asked(newest, [sector, priority], SectorLadder))
    return next((row for row in found if not row.is_shipped), None)


def as_ladder(row: SectorLadder | None, priority: int) -> Ladder:
    """A version as `alerts.escalation` climbs it; None is the shipped one."""
    if row is None or row.is_shipped:
        return BY_PRIORITY[priority]
    return built(row.calls, row.repeat, row.repeat_s)


def built(calls: list, repeat: list, repeat_s: int) -> Ladder:
    """Rows `[second, channel, whom]` and `[channel, whom]` as a ladder."""
    rungs = defaultdict(list)
    for at_s, channel, whom in calls:
        rungs[at_s].append((channel, whom))
    return Ladder(
        tuple(Rung(at_s, _grouped(rungs[at_s])) for at_s in sorted(rungs)), _grouped(repeat), repeat_s
    )


def rows_of(ladder: Ladder) -> tuple[list, list]:
    """A ladder as rows: the calls, and what is repeated."""
    calls = [
        [rung.at_s, channel, whom_of(call)]
        for rung in ladder.rungs
        for call in rung.calls
        for channel in call.channels
    ]
    return calls, [[channel, whom_of(call)] for call in ladder.repeat for channel in call.channels]


def whom_of(call: Call) -> str:
    """A call's recipient as one of `WHOM`."""
    return f"unit {call.unit}" if call.to == "unit" else call.to


def _grouped(rows) -> tuple[Call, ...]:
    by_whom: dict[str, list[str]] = defaultdict(list)
    for channel, whom in rows:
        by_whom[whom].append(channel)
    calls = []
    for whom, channels in by_whom.items():
        unit = int(whom[5:]) if whom.startswith("unit ") else None
        calls.append(Call(tuple(channels), unit, "unit" if unit else whom))
    return tuple(calls)


# --- The rules ---


def faults(priority: int, calls: list, repeat: list, repeat_s: int | None) -> list[str]:
    """Everything that is wrong with a ladder, in words; empty if it may be used."""
    found = []
    if not calls or not repeat:
        found.append(_("A ladder needs at least one call, and something that is repeated without end."))
    if len(calls) > MOST_CALLS or len(repeat) > MOST_CALLS:
        found.append(_("At most %d calls.") % MOST_CALLS)
    if repeat_s is None or not LEAST_REPEAT_S <= repeat_s <= LONGEST_S:
        found.append(_("It is repeated every 30 seconds at most, and once a day at least."))
    if any(not 0 <= at_s <= LONGEST_S for at_s, *_rest in calls):
        found.append(_("A call lies between second 0 and a day."))
    pairs = [(channel, whom) for *_at, channel, whom in calls] + [tuple(row) for row in repeat]
    for channel, whom in dict.fromkeys(pairs):
        if whom not in WHOM or channel not in _channels_for(whom):
            found.append(_("%(whom)s cannot be called by %(channel)s.") % {"whom": whom, "channel": channel})
    if calls and not any(whom.startswith("unit ") for _at, _channel, whom in calls):
        found.append(_("No unit is called."))
    if not found and priority == 1:
        found += slower_than_shipped(built(calls, repeat, repeat_s), BY_PRIORITY[1])
    return found


def slower_than_shipped(ladder: Ladder, shipped: Ladder) -> list[str]:
    """What a ladder does later than the shipped one, or not at all; empty if it is nowhere slower.

    Each of the shipped calls (whom, on which channel) is there as often, the first no later than the first,
    the second no later than the second …; the repeating begins no later, is no slower and leaves nobody out.
    """
    found = []
    ours, theirs = _times(ladder), _times(shipped)
    for (channel, whom), times in theirs.items():
        mine = ours.get((channel, whom), [])
        for n, at_s in enumerate(times):
            if n >= len(mine):
                found.append(_("Missing: %s") % said(at_s, ((channel, whom),)))
            elif mine[n] > at_s:
                found.append(
                    _("Later than second %(at)d: %(call)s")
                    % {"at": at_s, "call": said(mine[n], ((channel, whom),))}
                )
    if ladder.rungs[-1].at_s > shipped.rungs[-1].at_s:
        found.append(_("The repeating begins later than at second %d.") % shipped.rungs[-1].at_s)
    if ladder.repeat_s > shipped.repeat_s:
        found.append(_("It is repeated more slowly than every %d seconds.") % shipped.repeat_s)
    kept = {(channel, whom) for channel, whom in rows_of(ladder)[1]}
    for channel, whom in rows_of(shipped)[1]:
        if (channel, whom) not in kept:
            found.append(_("Not repeated: %s") % _who(channel, whom))
    return found


def _times(ladder: Ladder) -> dict[tuple[str, str], list[int]]:
    times = defaultdict(list)
    for at_s, channel, whom in rows_of(ladder)[0]:
        times[channel, whom].append(at_s)
    return {call: sorted(seconds) for call, seconds in times.items()}


def _channels_for(whom: str) -> tuple[str, ...]:
    if whom in ("duty", "centre"):
        return FOR_DESKS
    return FOR_MANY if whom in ("told_units", "all_units") else FOR_UNITS


# --- An officer's word ---


def change(
    sector: str,
    priority: int,
    calls: list,
    repeat: list,
    repeat_s: int,
    *,
    by: User,
    reason: str,
    now: datetime | None = None,
) -> SectorLadder:
    """Give a sector a ladder of its own from now on; those that run keep theirs. Raises LadderRefused."""
    calls = sorted(([int(at_s), channel, whom] for at_s, channel, whom in calls), key=lambda row: row[0])
    found = faults(priority, calls, repeat, repeat_s)
    if found:
        raise LadderRefused(found)
    fields = {"calls": calls, "repeat": [list(row) for row in repeat], "repeat_s": repeat_s}
    return _append(sector, priority, {**fields, "last_s": calls[-1][0]}, by=by, reason=reason, now=now)


def back_to_shipped(
    sector: str, priority: int, *, by: User, reason: str, now: datetime | None = None
) -> SectorLadder:
    """The shipped ladder counts again in a sector. Raises LadderRefused."""
    return _append(sector, priority, {}, by=by, reason=reason, now=now)


def _append(sector: str, priority: int, fields: dict, *, by: User, reason: str, now) -> SectorLadder:
    found = []
    if not reason.strip():
        found.append(_("Give a reason."))
    if priority not in BY_PRIORITY:
        found.append(_("There is no such priority."))
    if not Zone.objects.filter(kind=Zone.Kind.SECTOR, name=sector).exists():
        found.append(_("There is no such sector."))
    if found:
        raise LadderRefused(found)
    versions = SectorLadder.objects.filter(sector=sector, priority=priority)
    last = versions.order_by("-number").values_list("number", flat=True).first() or 0
    try:
        with transaction.atomic():
            return SectorLadder.objects.create(
                sector=sector,
                priority=priority,
                number=last + 1,
                reason=reason.strip()[:300],
                by=by,
                at=now or timezone.now(),
                **fields,
            )
    except IntegrityError:
        raise LadderRefused([_("Somebody else changed it in the same moment: look again.")]) from None


# --- In words ---


def in_words(ladder: Ladder) -> list[tuple[str, str]]:
    """A ladder as lines of a table: when, and who is called how."""
    lines = [(_("second %d") % rung.at_s, _calls(_pairs(rung.calls))) for rung in ladder.rungs]
    return [*lines, (_("then every %d s, without end") % ladder.repeat_s, _calls(_pairs(ladder.repeat)))]


def said(at_s: int, pairs: Iterable[tuple[str, str]]) -> str:
    """`second 60: voice to unit 1`."""
    return f"{_('second %d') % at_s}: {_calls(pairs)}"


def _pairs(calls: tuple[Call, ...]) -> Iterable[tuple[str, str]]:
    return ((channel, whom_of(call)) for call in calls for channel in call.channels)


def _calls(pairs: Iterable[tuple[str, str]]) -> str:
    by_whom: dict[str, list[str]] = defaultdict(list)
    for channel, whom in pairs:
        by_whom[whom].append(channel)
    return ", ".join(f"{'+'.join(channels)} → {who(whom)}" for whom, channels in by_whom.items())


def _who(channel: str, whom: str) -> str:
    return _calls(((channel, whom),))


def who(whom: str) -> str:
    """One of `WHOM` in words."""
    names = {
        "unit 1": _("nearest unit"),
        "told_units": _("every unit told so far"),
        "all_units": _("all capable units within 100 NM"),
        "duty": _("station's duty officer"),
        "centre": _("co-ordination centre"),
    }
    return names.get(whom) or _("unit %s in the ranking") % whom.removeprefix("unit ")
