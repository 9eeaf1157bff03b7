"""Addresses of communities, under /api/v1/."""

from django.urls import path

from communities import views

api_urlpatterns = [
    path("devices/", views.DeviceEnrolment.as_view(), name="devices"),
    path("devices/<uuid:id>/", views.OwnDevice.as_view(), name="device"),
]
