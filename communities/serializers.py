"""Devices as JSON, and the shape of every error."""

from rest_framework import serializers

from communities.languages import Language
from communities.models import Device


class ProblemSerializer(serializers.Serializer):
    """An error (RFC 9457), served as application/problem+json."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = serializers.DictField(required=False, help_text="what is wrong, by field")


def problems(*statuses: int) -> dict:
    """For the schema: these statuses are answered with a problem."""
    return {(status, "application/problem+json"): ProblemSerializer for status in statuses}


class PositionSerializer(serializers.Serializer):
    """WGS 84, degrees."""

    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)


class DeviceSettingsSerializer(serializers.Serializer):
    """What an app tells about itself; all of it may be left out."""

    platform = serializers.CharField(max_length=20, required=False, allow_blank=True)
    app_version = serializers.CharField(max_length=20, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=Language.choices, required=False, allow_blank=True)
    push_kind = serializers.ChoiceField(choices=Device.PushKind.choices, required=False, allow_blank=True)
    push_target = serializers.CharField(max_length=400, required=False, allow_blank=True)

    def validate(self, values: dict) -> dict:
        if ("push_kind" in values) != ("push_target" in values):
            raise serializers.ValidationError("push_kind and push_target go together.")
        if bool(values.get("push_kind")) != bool(values.get("push_target")):
            raise serializers.ValidationError("Give both push_kind and push_target, or leave both empty.")
        return values


class DeviceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    platform = serializers.CharField()
    app_version = serializers.CharField()
    language = serializers.CharField()
    push_kind = serializers.CharField()
    created_at = serializers.DateTimeField()


class EnrolledDeviceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    token = serializers.CharField(help_text="shown once; send it as `Authorization: Device <token>`")
