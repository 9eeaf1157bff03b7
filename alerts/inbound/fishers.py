"""What a fisher texts, and what a crew or a desk texts as one who sees something: a report."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts import feedback, replies
from alerts.models import Dispatch, InboundMessage
from alerts.replies import Verb
from communities import identity, phones
from reports import intake
from reports.models import Report

# On the report, and by it on the incident, for an officer to reach the phone by another road.
STOP_FLAGS = ("stop_word", "carrier_may_mute")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back, and what the message turned out to be."""

    text: str
    kind: str
    report: Report | None = None
    dispatch: Dispatch | None = None


def text_of(sender: str, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    """A report, whatever it says."""
    # To a fisher CANCEL or STOP is a word and ends nothing; their carrier may take it for an opt-out.
    stop = replies.parse(form.get("Body", "")).verb is Verb.STOP
    return report(
        form,
        external_id,
        now,
        reporter=identity.reporter_for(sender) if sender else None,
        sender=sender,
        flags=STOP_FLAGS if stop else (),
    )


def report(
    form: Mapping[str, str], external_id: str, now: datetime, *, reporter=None, sender="", **fields
) -> Answer:
    country = phones.country_of(sender) or form.get("FromCountry", "")[:2].upper()
    receipt = intake.receive(
        intake.Incoming(
            source=Report.Source.SMS,
            external_id=external_id,
            text=form.get("Body", ""),
            reporter=reporter,
            sender_country=country or None,
            first_byte_at=now,
            extra={"sender_country": country, **_media(form)},
            **{"position": _pin(form), **fields},
        ),
        now=now,
    )
    report = receipt.conflict or receipt.report
    return Answer(feedback.hear(report, now=now), InboundMessage.Kind.REPORT, report=report)


def _media(form: Mapping[str, str]) -> dict:
    """Photos still to be fetched from the carrier, kept beside the text."""
    count = form.get("NumMedia", "0")
    if not (count.isdecimal() and len(count) < 3 and int(count)):
        return {}
    return {
        "media": [
            {"url": form.get(f"MediaUrl{n}", "")[:500], "type": form.get(f"MediaContentType{n}", "")[:60]}
            for n in range(min(int(count), 10))
        ]
    }


def _pin(form: Mapping[str, str]) -> tuple[float, float] | None:
    """(lon, lat) of a location that a chat app attached; None if there is none, or it is nowhere on earth."""
    try:
        lon, lat = float(form["Longitude"]), float(form["Latitude"])
    except (KeyError, ValueError):
        return None
    on_earth = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
    return (lon, lat) if on_earth and (lon, lat) != (0, 0) else None
