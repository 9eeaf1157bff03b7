"""Addresses of the console, all below /console/."""

from django.urls import path

from alerts.console import desk

urlpatterns = [
    path("", desk.desk, name="console"),
]
