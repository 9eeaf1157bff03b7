"""An app's own device over HTTP."""

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities import enrolment
from communities.authentication import DeviceAuthentication
from communities.models import Device
from communities.permissions import IsDevice
from communities.serializers import (
    DeviceSerializer,
    DeviceSettingsSerializer,
    EnrolledDeviceSerializer,
    problems,
)

#: Answers about one person or one unit: no cache on the way may keep them.
private = method_decorator(never_cache, name="dispatch")


@private
class DeviceEnrolment(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="enrol_device",
        request=DeviceSettingsSerializer,
        responses={201: EnrolledDeviceSerializer} | problems(400),
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Enrol an app. No login, no number, no name; the token is shown once."""
        wanted = DeviceSettingsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        device, token = enrolment.enrol(**wanted.validated_data)
        return Response({"id": str(device.pk), "token": token}, status=status.HTTP_201_CREATED)


@private
class OwnDevice(APIView):
    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]

    def device(self, id) -> Device:
        if self.request.auth.pk != id:
            raise Http404
        return self.request.auth

    @extend_schema(operation_id="read_device", responses={200: DeviceSerializer} | problems(401, 404))
    def get(self, request: Request, id) -> Response:
        """What is known of this app."""
        return Response(DeviceSerializer(self.device(id)).data)

    @extend_schema(
        operation_id="update_device",
        request=DeviceSettingsSerializer,
        responses={200: DeviceSerializer} | problems(400, 401, 404),
    )
    def patch(self, request: Request, id) -> Response:
        """Change language, app version or push target."""
        device = self.device(id)
        wanted = DeviceSettingsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(DeviceSerializer(enrolment.update(device, **wanted.validated_data)).data)

    @extend_schema(operation_id="revoke_device", responses={204: None} | problems(401, 404))
    def delete(self, request: Request, id) -> Response:
        """Revoke this app's token. Its reports stay."""
        enrolment.revoke(self.device(id))
        return Response(status=status.HTTP_204_NO_CONTENT)
