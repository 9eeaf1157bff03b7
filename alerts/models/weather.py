"""What an officer knows of wind and sea at the scene."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from alerts import drift
from communities.ids import uuid7


class SceneWeather(models.Model):
    """Wind, current and sea at an incident, as an officer entered them; the newest row counts.

    Append-only: a database trigger refuses UPDATE and DELETE.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="weather")
    wind_kn = models.FloatField(null=True, blank=True)
    wind_from_deg = models.FloatField(null=True, blank=True, help_text=_("true, where it comes from"))
    current_kn = models.FloatField(null=True, blank=True)
    current_to_deg = models.FloatField(null=True, blank=True, help_text=_("true, where it sets"))
    sea_state = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Douglas scale, 0 to 9"))
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = _("weather at the scene")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wind_kn__range=(0, 200)) | models.Q(wind_kn__isnull=True),
                name="weather_wind_of_this_world",
            ),
            models.CheckConstraint(
                condition=models.Q(current_kn__range=(0, 20)) | models.Q(current_kn__isnull=True),
                name="weather_current_of_this_world",
            ),
            models.CheckConstraint(
                condition=models.Q(sea_state__lte=9) | models.Q(sea_state__isnull=True),
                name="weather_sea_state_0_to_9",
            ),
        ]
        indexes = [
            # what is the weather there now?
            models.Index(fields=["incident", "-at"], name="weather_newest"),
        ]

    def __str__(self) -> str:
        said = []
        if self.wind_kn is not None:
            said.append(f"wind {self.wind_kn:g} kn{_towards(' from', self.wind_from_deg)}")
        if self.current_kn is not None:
            said.append(f"current {self.current_kn:g} kn{_towards(' to', self.current_to_deg)}")
        if self.sea_state is not None:
            said.append(f"sea state {self.sea_state}")
        return ", ".join(said) or "nothing known"

    @property
    def figures(self) -> drift.Weather:
        return drift.Weather(
            self.wind_kn, self.wind_from_deg, self.current_kn, self.current_to_deg, self.sea_state
        )


def _towards(word: str, degrees: float | None) -> str:
    return "" if degrees is None else f"{word} {degrees:03.0f}"
