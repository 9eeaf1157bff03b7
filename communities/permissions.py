"""Who may call what. Each view names one of these, or says that anybody may."""

from rest_framework.permissions import BasePermission

from communities.models import Device, User


class IsDevice(BasePermission):
    """An app that enrolled."""

    message = "Only an enrolled app may do this."

    def has_permission(self, request, view) -> bool:
        return isinstance(request.auth, Device)


class IsDesk(BasePermission):
    """Dispatcher, supervisor or administrator."""

    message = "Only the dispatch desk may do this."

    def has_permission(self, request, view) -> bool:
        return request.user.is_authenticated and request.user.is_desk


class IsCrew(BasePermission):
    """A patrol crew or an AVL box. Which unit it may speak for is the view's to check."""

    message = "Only a patrol crew may do this."

    def has_permission(self, request, view) -> bool:
        user = request.user
        return user.is_authenticated and user.is_active and user.role == User.Role.CREW


class NamesPlaces(BasePermission):
    """A liaison officer or the desk. Whose names each of them sees is the queryset's to say."""

    message = "Only a liaison officer or the dispatch desk may do this."

    def has_permission(self, request, view) -> bool:
        user = request.user
        return user.is_authenticated and (user.is_desk or (user.is_active and user.role == User.Role.LIAISON))
