"""Addresses of the console, all below /console/."""

from django.urls import path

from alerts.console import desk, export, incident, language, photos, saved_views, shift, units_board

urlpatterns = [
    path("", desk.desk, name="console"),
    path("incidents/<uuid:pk>/", incident.incident, name="console-incident"),
    path("incidents/<uuid:pk>/act/<slug:name>/", incident.act, name="console-act"),
    path("incidents/<uuid:pk>/undo/<uuid:act_id>/", incident.undo_act, name="console-undo"),
    path("incidents/<uuid:pk>/lease/", incident.renew_lease, name="console-lease"),
    path("photos/<uuid:pk>/", photos.photo, name="console-photo"),
    path("queue/", desk.queue, name="console-queue"),
    path("stream", desk.stream, name="console-stream"),
    path("changes/", desk.changed, name="console-changes"),
    path("views/", saved_views.save, name="console-view-save"),
    path("views/<uuid:pk>/rename/", saved_views.rename, name="console-view-rename"),
    path("views/<uuid:pk>/default/", saved_views.make_default, name="console-view-default"),
    path("views/<uuid:pk>/remove/", saved_views.remove, name="console-view-remove"),
    path("views/<uuid:pk>/restore/", saved_views.restore, name="console-view-restore"),
    path("units/", units_board.board, name="console-units"),
    path("units/<uuid:pk>/status/", units_board.status, name="console-unit-status"),
    path("units/status-changes/<uuid:pk>/undo/", units_board.undo_status, name="console-unit-status-undo"),
    path("shift/", shift.shift, name="console-shift"),
    path("shift/hand-over/", shift.hand_over, name="console-hand-over"),
    path("shift/take/", shift.take, name="console-take-waiting"),
    path("shift/log/", shift.log, name="console-log"),
    path("shift/log.csv", shift.log_file, name="console-log-file"),
    path("incidents/<uuid:pk>/export.csv", export.as_csv, name="console-incident-csv"),
    path("incidents/<uuid:pk>/export.pdf", export.as_pdf, name="console-incident-pdf"),
    path("language/", language.choose, name="console-language"),
]
