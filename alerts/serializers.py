"""Unit positions, dispatches and an incident's whole story as JSON."""

from django.utils import timezone
from rest_framework import serializers

from alerts import candidates, drift
from alerts.fixes import Reason
from alerts.models import Dispatch, SceneWeather
from alerts.positions import MOST_ROWS
from communities.serializers import PositionSerializer
from reports.models import Incident
from reports.serializers import IncidentSerializer, latitude_longitude


class UnitPositionSerializer(PositionSerializer):
    """One fix of a patrol unit. Only for the schema: alerts.positions reads the rows."""

    position_at = serializers.DateTimeField(help_text="with its offset")
    speed_kn = serializers.FloatField(required=False, allow_null=True)
    course_deg = serializers.FloatField(required=False, allow_null=True, help_text="true")


class UnitPositionBatchSerializer(serializers.ListSerializer):
    child = UnitPositionSerializer()
    max_length = MOST_ROWS


class FleetPositionSerializer(UnitPositionSerializer):
    """One fix of one of many units."""

    call_sign = serializers.CharField()


class RowErrorSerializer(serializers.Serializer):
    index = serializers.IntegerField(help_text="of the row in the batch, from 0")
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    detail = serializers.CharField()


class PositionOutcomeSerializer(serializers.Serializer):
    accepted = serializers.IntegerField(help_text="newer than the fix we had; the newest of them is kept")
    ignored = serializers.IntegerField(help_text="not newer; in the track all the same")
    repaired = serializers.IntegerField(help_text="taken, with a date put right by 1024 weeks (GPS rollover)")
    refused = serializers.DictField(child=serializers.IntegerField(), help_text="how many for which reason")
    errors = RowErrorSerializer(many=True)


class ReasonSerializer(serializers.Serializer):
    """Why, in a crew's words; may be left out."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class LikelyPlaceSerializer(serializers.Serializer):
    """Where the incident probably is at a time, by drift; a decision aid."""

    position = serializers.SerializerMethodField()
    radius_m = serializers.FloatField(help_text="should hold the true position")
    at = serializers.DateTimeField()
    drifted_m = serializers.FloatField()
    basis = serializers.CharField()

    def get_position(self, likely) -> PositionSerializer():
        return {"latitude": likely.position[1], "longitude": likely.position[0]}


class WeatherSerializer(serializers.ModelSerializer):
    """Wind, current and sea at the scene; null: not known.

    In an entry a figure left out stays as it was entered before, and null takes it back.
    """

    by = serializers.CharField(source="by.username", read_only=True)

    class Meta:
        model = SceneWeather
        fields = ["wind_kn", "wind_from_deg", "current_kn", "current_to_deg", "sea_state", "by", "at"]
        read_only_fields = ["at"]
        extra_kwargs = {
            "wind_kn": {"min_value": 0, "max_value": drift.MOST_WIND_KN},
            "wind_from_deg": {"min_value": 0, "max_value": 360, "help_text": "true, where it comes from"},
            "current_kn": {"min_value": 0, "max_value": drift.MOST_CURRENT_KN},
            "current_to_deg": {"min_value": 0, "max_value": 360, "help_text": "true, where it sets"},
            "sea_state": {"max_value": 9, "help_text": "Douglas scale"},
        }


class TaskSerializer(serializers.ModelSerializer):
    """An incident as a crew may know it: nothing of who reported, no report, no words."""

    position = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = [
            "reference",
            "type",
            "priority",
            "status",
            "emergency_phase",
            "drill",
            "position",
            "position_error_m",
            "position_at",
            "persons_on_board",
        ]
        read_only_fields = fields

    def get_position(self, incident) -> PositionSerializer(allow_null=True):
        return latitude_longitude(incident.position)


class DispatchSerializer(serializers.ModelSerializer):
    """A tasking as its crew sees it."""

    call_sign = serializers.CharField(source="unit.call_sign")
    incident = TaskSerializer()
    aim = serializers.SerializerMethodField(
        help_text="where the boat will have drifted when the unit arrives; null: the incident's position"
    )

    class Meta:
        model = Dispatch
        fields = [
            "id",
            "call_sign",
            "status",
            "role",
            "incident",
            "aim",
            "distance_m",
            "bearing_deg",
            "eta_s",
            "created_at",
            "acknowledged_at",
            "under_way_at",
            "on_scene_at",
            "ended_at",
        ]
        read_only_fields = fields

    def get_aim(self, dispatch) -> LikelyPlaceSerializer(allow_null=True):
        found = candidates.aim(dispatch.incident, max(timezone.now(), dispatch.arrives_at))
        return LikelyPlaceSerializer(found).data if found else None


class ToldReportSerializer(serializers.Serializer):
    """A report as the desk reads it; its reporter is a pseudonym."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    source = serializers.CharField()
    status = serializers.CharField()
    received_at = serializers.DateTimeField()
    observed_at = serializers.DateTimeField(allow_null=True)
    reporter = serializers.CharField(source="reporter.pseudonym", default=None, allow_null=True)
    text = serializers.CharField()
    language = serializers.CharField()
    type = serializers.CharField()
    position = serializers.SerializerMethodField()
    position_error_m = serializers.IntegerField(allow_null=True)
    position_source = serializers.CharField()
    position_status = serializers.CharField()
    persons_on_board = serializers.IntegerField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    reading = serializers.JSONField()
    photos = serializers.SerializerMethodField()

    def get_position(self, report) -> PositionSerializer(allow_null=True):
        return latitude_longitude(report.position)

    def get_photos(self, report) -> list[str]:
        return [str(attachment.pk) for attachment in report.attachments.all()]


class NearVesselSerializer(serializers.Serializer):
    """A vessel heard on AIS that could help."""

    mmsi = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(help_text="by its AIS ship type: fishing boat, tug, cargo ship, tanker …")
    length_m = serializers.IntegerField(allow_null=True)
    position = serializers.SerializerMethodField()
    position_at = serializers.DateTimeField()
    speed_kn = serializers.FloatField(allow_null=True)
    course_deg = serializers.FloatField(allow_null=True, help_text="true")
    distance_m = serializers.FloatField(help_text="in a straight line")
    bearing_deg = serializers.FloatField(help_text="true, from the incident")
    eta_s = serializers.FloatField(help_text="at its present speed, at least 8 knots")

    def get_position(self, vessel) -> PositionSerializer:
        return {"latitude": vessel.latitude, "longitude": vessel.longitude}


class MomentSerializer(serializers.Serializer):
    """One line of the story."""

    at = serializers.DateTimeField()
    what = serializers.ChoiceField(choices=("incident", "dispatch", "notification"))
    unit = serializers.CharField(allow_null=True, help_text="call sign")
    field = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="null: by rule, or a unit's phone")
    via = serializers.CharField()
    reason = serializers.CharField()


class LadderSerializer(serializers.Serializer):
    purpose = serializers.CharField()
    state = serializers.CharField()
    next_step = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    ranking = serializers.JSONField(
        help_text="ranked, passed over and support, with reasons; datum, aim, waters, weather"
    )
    ranked_at = serializers.DateTimeField(allow_null=True)


class IncidentStorySerializer(IncidentSerializer):
    """An incident with all that was said, decided and sent."""

    score_terms = serializers.JSONField(help_text="the printed sum of the priority")
    rule_priority = serializers.IntegerField()
    outcome = serializers.CharField()
    reports = ToldReportSerializer(many=True)
    dispatches = DispatchSerializer(many=True)
    escalation = LadderSerializer(allow_null=True, default=None)
    unanswered = serializers.SerializerMethodField(help_text="asked, and not answered in time")
    weather = serializers.SerializerMethodField(help_text="as an officer entered it last")
    likely = serializers.SerializerMethodField(help_text="null where nothing drifts")
    timeline = serializers.SerializerMethodField()

    def get_unanswered(self, incident) -> list[str]:
        asked = incident.questions.unanswered(timezone.now())
        return sorted(set(asked.values_list("kind", flat=True)))

    def get_weather(self, incident) -> WeatherSerializer(allow_null=True):
        newest = candidates.scene_weather(incident)
        return WeatherSerializer(newest).data if newest else None

    def get_likely(self, incident) -> LikelyPlaceSerializer(allow_null=True):
        found = candidates.likely_now(incident, timezone.now())
        return LikelyPlaceSerializer(found).data if found else None

    def get_timeline(self, incident) -> MomentSerializer(many=True):
        return sorted(_moments(incident), key=lambda moment: moment["at"])


def _moments(incident: Incident):
    """Yield the incident's story from its three kinds of rows, unsorted."""
    for change in incident.transitions.all():
        yield _moment("incident", change, field=change.field)
    for dispatch in incident.dispatches.all():
        for change in dispatch.transitions.all():
            yield _moment("dispatch", change, unit=dispatch.unit.call_sign, via=change.via)
    for told in incident.notifications.all():
        unit = told.unit.call_sign if told.unit else None
        for state in ("created", "accepted", "delivered", "read"):
            if (at := getattr(told, f"{state}_at")) is not None:
                yield {
                    "at": at,
                    "what": "notification",
                    "unit": unit,
                    "field": told.purpose,
                    "old": "",
                    "new": state,
                    "by": None,
                    "via": told.channel,
                    "reason": "",
                }


def _moment(what: str, change, *, field: str = "status", unit: str | None = None, via: str = "") -> dict:
    return {
        "at": change.at,
        "what": what,
        "unit": unit,
        "field": field,
        "old": change.old,
        "new": change.new,
        "by": change.by.username if change.by else None,
        "via": via,
        "reason": change.reason,
    }
