"""Addresses of the console, all below /console/."""

from django.urls import path

from alerts.console import desk, units_board

urlpatterns = [
    path("", desk.desk, name="console"),
    path("units/", units_board.board, name="console-units"),
    path("units/<uuid:pk>/status/", units_board.status, name="console-unit-status"),
    path("units/status-changes/<uuid:pk>/undo/", units_board.undo_status, name="console-unit-status-undo"),
]
