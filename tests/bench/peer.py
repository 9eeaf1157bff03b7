"""The peer: the same three rows by a stock Django REST framework view.

Token, ModelSerializer with its UniqueValidator, three creates in atomic(), Django's default middleware and,
to be fair, its connection pool. `python -m tests.bench.peer migrate` makes the tables of tokens.
"""

import os
import sys
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application

_url = urlsplit(os.environ["FLOOR_URL"])
settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="only-for-measuring",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.gis",
        "rest_framework",
        "rest_framework.authtoken",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "HOST": _url.hostname,
            "PORT": _url.port,
            "USER": _url.username,
            "PASSWORD": _url.password,
            "NAME": _url.path.strip("/"),
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
)
django.setup()

from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework import generics, serializers


class Report(models.Model):
    external_id = models.CharField(max_length=120, unique=True)
    text = models.TextField()
    type = models.CharField(max_length=30)
    position = models.PointField(geography=True, null=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label, db_table, managed = "peer", "report", False

    def __str__(self) -> str:
        return self.external_id


class Event(models.Model):
    report = models.ForeignKey(Report, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label, db_table, managed = "peer", "event", False

    def __str__(self) -> str:
        return self.kind


class Outbox(models.Model):
    report = models.ForeignKey(Report, on_delete=models.PROTECT)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label, db_table, managed = "peer", "outbox", False

    def __str__(self) -> str:
        return str(self.due_at)


class PositionSerializer(serializers.Serializer):
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)


class ReportSerializer(serializers.ModelSerializer):
    position = PositionSerializer(write_only=True)

    class Meta:
        model = Report
        fields = ["id", "external_id", "text", "type", "position", "received_at"]
        read_only_fields = ["received_at"]

    @transaction.atomic
    def create(self, validated_data):
        position = validated_data.pop("position")
        report = Report.objects.create(
            position=Point(position["longitude"], position["latitude"], srid=4326), **validated_data
        )
        Event.objects.create(report=report, kind="received")
        Outbox.objects.create(report=report)
        return report


class Reports(generics.CreateAPIView):
    queryset = Report.objects.all()
    serializer_class = ReportSerializer


urlpatterns = [path("reports/", Reports.as_view())]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
