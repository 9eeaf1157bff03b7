"""Addresses that apps, crews, carriers and simulated phones use."""

from django.urls import path

from alerts import feedback, kept_answers, views, webhooks
from alerts.console.access import incidents_for
from reports.views import IncidentMap, Incidents, Reports

api_urlpatterns = [
    path(
        "reports/",
        Reports.as_view(reply=feedback.hear, kept_reply=kept_answers.to_report),
        name="reports",
    ),
    path("incidents/", Incidents.as_view(seen_by=incidents_for), name="incidents"),
    path("incidents.geojson", IncidentMap.as_view(seen_by=incidents_for), name="incidents-map"),
    path("incidents/<uuid:id>/", views.IncidentStory.as_view(), name="incident"),
    path("incidents/<uuid:id>/weather/", views.Weather.as_view(), name="incident-weather"),
    path("incidents/<uuid:id>/vessels/", views.IncidentVessels.as_view(), name="incident-vessels"),
    path("patrol-units/positions/", views.FleetPositions.as_view(), name="fleet-positions"),
    path("patrol-units/<str:call_sign>/positions/", views.UnitPositions.as_view(), name="unit-positions"),
    path("dispatches/", views.Dispatches.as_view(), name="dispatches"),
    path("dispatches/<uuid:id>/acknowledge/", views.Acknowledge.as_view(), name="acknowledge"),
    path("dispatches/<uuid:id>/decline/", views.Decline.as_view(), name="decline"),
    path("dispatches/<uuid:id>/under-way/", views.UnderWay.as_view(), name="under-way"),
    path("dispatches/<uuid:id>/on-scene/", views.OnScene.as_view(), name="on-scene"),
    path("dispatches/<uuid:id>/complete/", views.Complete.as_view(), name="complete"),
    path("dispatches/<uuid:id>/cannot-continue/", views.CannotContinue.as_view(), name="cannot-continue"),
    path("dispatches/<uuid:id>/confirm/", views.Confirm.as_view(), name="confirm"),
]
webhook_urlpatterns = [
    path("twilio/sms/", webhooks.Sms.as_view(), name="twilio-sms"),
    path("twilio/status/", webhooks.Status.as_view(), name="twilio-status"),
    path("twilio/voice/", webhooks.Voice.as_view(), name="twilio-voice"),
]
page_urlpatterns: list = []
