"""Devices and places as JSON, and the shape of every error."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from communities import names, village_names
from communities.languages import Language
from communities.models import Community, Device, PlaceChange
from communities.sphere import is_position


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


class BoxField(serializers.CharField):
    """`west,south,east,north` in degrees, as a tuple of floats."""

    def to_internal_value(self, data) -> tuple[float, float, float, float]:
        text = super().to_internal_value(data)
        try:
            west, south, east, north = (float(word) for word in text.split(","))
        except ValueError:
            raise serializers.ValidationError("Give four numbers: west,south,east,north.") from None
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise serializers.ValidationError("Give west < east and south < north, in degrees.")
        return west, south, east, north


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


class PlaceFilterSerializer(serializers.Serializer):
    """Which places are asked for: those in a box, or those that a search finds."""

    bbox = BoxField(required=False, help_text="west,south,east,north in degrees")
    q = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="words of a name")
    near = serializers.CharField(required=False, help_text="latitude,longitude: the nearest come first")
    retired = serializers.BooleanField(default=False, help_text="names that were taken out of use")
    limit = serializers.IntegerField(default=300, min_value=1, max_value=1000)

    def validate_near(self, value: str) -> tuple[float, float]:
        try:
            lat, lon = (float(word) for word in value.split(","))
        except ValueError:
            raise serializers.ValidationError("Give two numbers: latitude,longitude.") from None
        if not is_position((lon, lat)):
            raise serializers.ValidationError("This is no position on earth.")
        return lon, lat


class PlaceSerializer(serializers.Serializer):
    """A name of the sea; `community` is whose own it is, null for a charted one."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    alt_names = serializers.ListField(child=serializers.CharField())
    kind = serializers.CharField()
    latitude = serializers.FloatField(source="position.y")
    longitude = serializers.FloatField(source="position.x")
    country = serializers.CharField()
    community = serializers.UUIDField(source="community_id", allow_null=True)
    note = serializers.CharField()
    in_use = serializers.SerializerMethodField()
    distance_m = serializers.SerializerMethodField(help_text="from `near`, if that was given")

    def get_in_use(self, place) -> bool:
        return place.retired_at is None

    def get_distance_m(self, place) -> float | None:
        distance_m = getattr(place, "distance_m", None)
        return None if distance_m is None else round(distance_m, 1)


class PlacesSerializer(serializers.Serializer):
    places = PlaceSerializer(many=True)
    more = serializers.BooleanField(help_text="there are more: charted names are left out, or the list ends")


class PlaceChangeSerializer(serializers.Serializer):
    """One act on a place. `before` is null for the first."""

    id = serializers.UUIDField()
    act = serializers.ChoiceField(choices=PlaceChange.Act.choices)
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField()


class PlaceStorySerializer(PlaceSerializer):
    changes = PlaceChangeSerializer(many=True, source="story", help_text="the newest first, at most 50")


class PlaceActSerializer(serializers.Serializer):
    """What an act did. `change` can be undone by its id; null: nothing was to be done."""

    place = PlaceSerializer()
    change = PlaceChangeSerializer(allow_null=True)


class NewPlaceSerializer(serializers.Serializer):
    """What a village calls a place. Changing one, whatever is left out stays as it is."""

    # Its context holds `refuse_name` and `refuse_position`, which raise ValueError with a sentence.
    name = serializers.CharField(max_length=200)
    alt_names = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=20, required=False, help_text="other names"
    )
    kind = serializers.ChoiceField(choices=village_names.Kind.choices)
    position = PositionSerializer()
    community = serializers.PrimaryKeyRelatedField(queryset=Community.objects.none())
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)

    def get_fields(self):
        fields = super().get_fields()
        if (request := self.context.get("request")) is not None:
            fields["community"].queryset = Community.objects.confiding_in(request.user)
        return fields

    def validate_name(self, value: str) -> str:
        name = _findable(value)
        self._ask("refuse_name", name)
        return name

    def validate_alt_names(self, value: list[str]) -> list[str]:
        return list(dict.fromkeys(self.validate_name(name) for name in value))

    def validate_position(self, value: dict) -> tuple[float, float]:
        position = value["longitude"], value["latitude"]
        if not is_position(position):
            raise serializers.ValidationError(_("0, 0 is no place at sea that we know."))
        self._ask("refuse_position", position)
        return position

    def _ask(self, refusal: str, value) -> None:
        try:
            self.context[refusal](value)
        except ValueError as refused:
            raise serializers.ValidationError(str(refused)) from refused


def _findable(name: str) -> str:
    """The name with single spaces; raises where nothing is left of it once it is folded."""
    if not any(char.isalpha() for char in names.fold(name)):
        raise serializers.ValidationError(_("A name needs letters."))
    return " ".join(name.split())


class AlikeFilterSerializer(serializers.Serializer):
    name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    position = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="in any notation"
    )
    community = serializers.UUIDField(required=False)
    place = serializers.UUIDField(required=False, help_text="the one that is being changed: not counted")


class AlikeSerializer(serializers.Serializer):
    """What an officer should know before a name is saved."""

    position = PositionSerializer(allow_null=True)
    position_text = serializers.CharField(help_text="as charts print it; empty where nothing could be read")
    same_name = PlaceSerializer(many=True, help_text="at most 5, the nearest first")
    nearby = PlaceSerializer(many=True, help_text="at most 5 within 5 nautical miles, the nearest first")
    advice = serializers.ListField(child=serializers.CharField(), help_text="sentences to show")
