"""Addresses of communities: the API under /api/v1/, and pages. Places are written in reports.urls."""

from django.contrib import admin
from django.urls import path

from communities import place_views, views

api_urlpatterns = [
    path("devices/", views.DeviceEnrolment.as_view(), name="devices"),
    path("devices/<uuid:id>/", views.OwnDevice.as_view(), name="device"),
    path("places/<uuid:id>/retire/", place_views.Retire.as_view(), name="retire-place"),
    path("places/<uuid:id>/restore/", place_views.Restore.as_view(), name="restore-place"),
    path("place-changes/<uuid:id>/undo/", place_views.Undo.as_view(), name="undo-place-change"),
]
page_urlpatterns = [
    path("places/", admin.site.admin_view(place_views.page), name="places-page"),
]
