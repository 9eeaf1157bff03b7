"""Reports, photos and incidents as JSON."""

import hashlib
import math
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from rest_framework import serializers

from communities.ids import uuid7
from communities.languages import Language
from communities.serializers import BoxField, PositionSerializer
from reports.intake import Incoming
from reports.media import LONGEST_KEY as LONGEST_PHOTO_KEY
from reports.models import Incident, Report
from reports.taxonomy import IncidentType

LONGEST_KEY = 100
#: What a program prints for a key that it does not have; two phones may both say it.
NO_KEYS = {"nan", "infinity", "-infinity", "null", "none", "undefined"}
MOST_PERSONS = 5000
CLOCK_SLACK = timedelta(minutes=5)
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)  # a phone that lost its clock says 1970 or 2000
NULL_ISLAND_DEG = 0.01  # what a phone without a fix says: 0, 0
#: Whose position the app may say it sends; whatever else it says is its own fix.
POSITION_SOURCES = ("device_gnss", "typed", "map_link", "plus_code")


class Text(serializers.CharField):
    """Words as they were sent: blank ones too, with their spaces; a number is its digits."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False} | kwargs)


class Moment(serializers.DateTimeField):
    """When it was seen. A phone whose clock is plainly wrong has said nothing."""

    def to_internal_value(self, value) -> datetime:
        moment = super().to_internal_value(value)
        if not EARLIEST <= moment <= timezone.now() + CLOCK_SLACK:
            raise serializers.ValidationError("This clock is wrong.")
        return moment


class ClaimedPositionSerializer(PositionSerializer):
    """A position that a phone claims; `error_m` holds the true one 9 times in 10."""

    error_m = serializers.FloatField(min_value=0, max_value=2_000_000, required=False, allow_null=True)
    source = serializers.ChoiceField(choices=POSITION_SOURCES, required=False, allow_null=True)

    def to_internal_value(self, data) -> dict:
        """Raise for latitude and longitude only; what else is nonsense is left out and named in `dropped`."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("A position is an object.")
        if any(isinstance(data.get(name), bool) for name in ("latitude", "longitude")):
            raise serializers.ValidationError("A position is two numbers.")
        fields = self.fields
        point = [fields[name].run_validation(data.get(name)) for name in ("longitude", "latitude")]
        if not all(math.isfinite(degrees) for degrees in point) or max(map(abs, point)) < NULL_ISLAND_DEG:
            raise serializers.ValidationError("A phone without a fix says this.")
        values = {"position": tuple(point), "dropped": []}
        for name in ("error_m", "source"):
            try:
                values[name] = fields[name].run_validation(data.get(name))
            except serializers.ValidationError:
                values["dropped"].append(name)
        error_m = values.get("error_m")
        if error_m is not None and not math.isfinite(error_m):
            del values["error_m"]
            values["dropped"].append("error_m")
        return values


class ReportSubmissionSerializer(serializers.Serializer):
    """A report as an app sends it. No field can make it refused.

    What is nonsense is left out, flagged `invalid_<field>` and kept raw beside the reading.
    Without an `external_id` a key is made and answered; only with one is a repeat recognised.
    """

    external_id = serializers.CharField(
        max_length=LONGEST_KEY, required=False, help_text="the app's UUID of this report"
    )
    text = Text(required=False, help_text="in the reporter's own words; may be empty")
    type = serializers.ChoiceField(choices=IncidentType.choices, required=False, allow_null=True)
    position = ClaimedPositionSerializer(required=False, allow_null=True)
    observed_at = Moment(required=False, allow_null=True)
    persons_on_board = serializers.IntegerField(
        min_value=0, max_value=MOST_PERSONS, required=False, allow_null=True
    )
    quiet = serializers.BooleanField(required=False, help_text="answer with no more than a receipt")
    language = serializers.ChoiceField(choices=Language.choices, required=False, allow_null=True)

    def to_internal_value(self, data) -> dict:
        if not isinstance(data, dict):
            raise serializers.ValidationError({"non_field_errors": ["The body is not an object."]})
        values, flags, raw = {}, [], {}
        for name, field in self.fields.items():
            if name == "external_id" or data.get(name) is None:
                continue
            try:
                values[name] = field.run_validation(data[name])
            except (serializers.ValidationError, ValueError, OverflowError):
                flags.append(f"invalid_{name}")
                raw[name] = data[name]
        position = values.pop("position", None)
        if position:
            flags += [f"invalid_position_{name}" for name in position["dropped"]]
            raw |= {f"position.{name}": data["position"][name] for name in position["dropped"]}
            values["position"] = position["position"]
            values["position_error_m"] = position.get("error_m")
            values["position_source"] = position.get("source") or "device_gnss"
        key, key_flags = key_of(data.get("external_id"))
        return {"text": "", **values, "external_id": key, "flags": (*flags, *key_flags), "extra": raw}


# One for all requests: its fields keep nothing of a request, and copying them costs more than reading one.
_submission = ReportSubmissionSerializer()


def incoming(data: object, *, flags: tuple[str, ...] = (), **sender) -> Incoming:
    """Read what an app sent, ready for intake; raise ValidationError only where it is no object at all."""
    values = _submission.to_internal_value(data)
    return Incoming(source=Report.Source.APP, **values | {"flags": (*values["flags"], *flags)}, **sender)


def key_of(value: object) -> tuple[str, tuple[str, ...]]:
    """The key of a report and flags: as given; hashed if too long; made if there is none."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        key = str(value).strip()
        if len(key) > LONGEST_KEY:
            return hashed(key), ("long_external_id",)
        if key and key.lower() not in NO_KEYS:
            return key, ()
    return f"made:{uuid7()}", ("no_external_id",)


def photo_key(value: object) -> str:
    """The key of a photo: as given, without NUL; hashed if too long; empty if there is none."""
    key = value.replace("\0", "\ufffd").strip() if isinstance(value, str) else ""
    return key if len(key) <= LONGEST_PHOTO_KEY else hashed(key)


def hashed(key: str) -> str:
    """A key that stands for one too long to be kept, 71 characters."""
    return f"sha256:{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"


class ReceiptSerializer(serializers.Serializer):
    """What the reporter may know of a report just stored. The same for every repeat of it.

    While the database is away `status` is `spooled`, and `id` and `reference` are not known yet.
    """

    id = serializers.UUIDField(allow_null=True)
    reference = serializers.CharField(allow_null=True)
    external_id = serializers.CharField()
    status = serializers.ChoiceField(choices=("received", "spooled"))
    received_at = serializers.DateTimeField()
    position = PositionSerializer(allow_null=True)
    position_error_m = serializers.IntegerField(allow_null=True)
    position_status = serializers.ChoiceField(choices=Report.PositionStatus.choices)
    reply = serializers.CharField(help_text="what a phone would have heard by SMS")
    quiet = serializers.BooleanField()


class ConflictSerializer(serializers.Serializer):
    """409: other content came under a key. Both are kept; `id` is the second's."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    reference = serializers.CharField()
    conflicts_with = serializers.UUIDField()
    reply = serializers.CharField()


class OwnReportSerializer(serializers.Serializer):
    """A report and what became of it, for its reporter. A quiet one never says more than received."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    external_id = serializers.CharField()
    received_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=("received", "being_looked_at", "help_on_the_way", "closed"))
    quiet = serializers.BooleanField()


class PhotoKey(serializers.CharField):
    """A key that is never refused."""

    def run_validation(self, data=serializers.empty) -> str:
        return photo_key(data)


class PhotoUploadSerializer(serializers.Serializer):
    photo = serializers.FileField(help_text="JPEG, PNG, WebP, AVIF or GIF; HEIC where the server can read it")
    external_id = PhotoKey(
        max_length=LONGEST_PHOTO_KEY,
        required=False,
        help_text="or the header Idempotency-Key; the same key with the same photo is a repeat",
    )


class PhotoSerializer(serializers.Serializer):
    """A photo as it was stored. The same for every repeat of it."""

    id = serializers.UUIDField()
    report = serializers.UUIDField(source="report_id")
    external_id = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class PhotoConflictSerializer(serializers.Serializer):
    """409: another photo came under a key. Both are kept; `id` is the second's."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    id = serializers.UUIDField()
    report = serializers.UUIDField()
    external_id = serializers.CharField()


class IncidentFilterSerializer(serializers.Serializer):
    """The queue's filters. Several values of one filter are separated by commas."""

    status = serializers.CharField(required=False, help_text="default: every open status")
    priority = serializers.CharField(required=False, help_text="1 to 5")
    type = serializers.CharField(required=False)
    q = serializers.CharField(required=False, max_length=5, help_text="the beginning of a reference")
    bbox = BoxField(required=False, help_text="west,south,east,north in degrees")
    since = serializers.DateTimeField(required=False, help_text="a report came in at or after this time")

    def validate_status(self, value: str) -> list[str]:
        return _words(value, Incident.Status.values)

    def validate_priority(self, value: str) -> list[int]:
        return [int(word) for word in _words(value, list("12345"))]

    def validate_type(self, value: str) -> list[str]:
        return _words(value, IncidentType.values)


def _words(value: str, known: list[str]) -> list[str]:
    words = [word.strip() for word in value.split(",") if word.strip()]
    if unknown := [word for word in words if word not in known]:
        raise serializers.ValidationError(f"Not known: {', '.join(unknown)[:80]}.")
    return words


class IncidentSerializer(serializers.Serializer):
    """An incident as the queue lists it."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=Incident.Status.choices)
    type = serializers.ChoiceField(choices=IncidentType.choices)
    priority = serializers.IntegerField()
    score = serializers.IntegerField()
    emergency_phase = serializers.CharField()
    response_phase = serializers.CharField()
    severity = serializers.CharField()
    drill = serializers.BooleanField()
    position = serializers.SerializerMethodField()
    position_error_m = serializers.IntegerField(allow_null=True)
    position_source = serializers.CharField()
    position_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField()
    persons_on_board = serializers.IntegerField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    received_at = serializers.DateTimeField()
    last_report_at = serializers.DateTimeField()
    held_by = serializers.CharField(source="held_by.username", allow_null=True, default=None)
    held_until = serializers.DateTimeField(allow_null=True)

    def get_position(self, incident) -> PositionSerializer(allow_null=True):
        return latitude_longitude(incident.position)


def latitude_longitude(point) -> dict[str, float] | None:
    """A point as people read it, latitude first."""
    return {"latitude": point.y, "longitude": point.x} if point else None
