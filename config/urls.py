"""Addresses of the service; each app brings its own, already prefixed by nothing."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import alerts.console.urls
import alerts.phones
import alerts.urls
import communities.urls
import reports.urls
from config import health
from config.home import home

admin.site.site_header = admin.site.site_title = "Suar"
admin.site.site_url = "/phones/" if settings.PHONES != "off" else None

urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path(
        "api/v1/",
        include(
            communities.urls.api_urlpatterns + reports.urls.api_urlpatterns + alerts.urls.api_urlpatterns
        ),
    ),
    path("webhooks/", include(alerts.urls.webhook_urlpatterns)),
    path("phones/", include(alerts.phones.urlpatterns)),
    path("console/", include(alerts.console.urls.urlpatterns)),
    path("", include(communities.urls.page_urlpatterns + alerts.urls.page_urlpatterns)),
]

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"
