"""Addresses of reports, under /api/v1/; `reports/` itself is in alerts.urls, which has the words for it."""

from django.urls import path

from reports import views

api_urlpatterns = [
    path("reports/<uuid:id>/photos/", views.Photos.as_view(), name="photos"),
    path("incidents/", views.Incidents.as_view(), name="incidents"),
    path("incidents.geojson", views.IncidentMap.as_view(), name="incidents-map"),
]
