"""Questions about many communities or places."""

from django.contrib.auth import get_user_model
from django.contrib.gis.db import models
from django.contrib.gis.geos import Polygon
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast


class CommunityQuerySet(models.QuerySet):
    def confiding_in(self, user):
        """Communities whose own names `user` may see and change.

        A liaison officer's are the own ones. At the desk they are those that a liaison officer of the same
        agency serves, and those of the agency's country that nobody serves yet. An administrator's are all.
        """
        if not user.is_active:
            return self.none()
        if user.is_superuser or user.role == user.Role.ADMIN:
            return self
        if user.role == user.Role.LIAISON:
            return self.filter(pk__in=user.communities.values("pk"))
        if user.is_desk and user.agency_id:
            officers = get_user_model().objects.filter(communities=OuterRef("pk"))
            ours = Exists(officers.filter(agency=user.agency_id))
            return self.filter(ours | (~Exists(officers) & Q(country=user.agency.country)))
        return self.none()


class PlaceQuerySet(models.QuerySet):
    def in_use(self):
        """Without the names that were taken back."""
        return self.filter(retired_at__isnull=True)

    def charted(self):
        """Names that anybody may know: those of the shipped lists."""
        return self.filter(community__isnull=True)

    def known_to(self, user):
        """The charted names, and those of the communities that confide in `user`."""
        return self.filter(Q(community__isnull=True) | Q(community__in=self._theirs(user)))

    def own_to_villages_of(self, user):
        """The names that one village uses, of the communities that confide in `user`."""
        return self.filter(community__in=self._theirs(user))

    def inside(self, box: tuple[float, float, float, float]):
        """Those between the meridians and parallels of `box`: west, south, east, north in degrees."""
        # As plain degrees: the edges of a box on the globe would bulge away from its parallels.
        plane = Cast("position", models.PointField(srid=4326))
        return self.alias(plane=plane).filter(plane__bboverlaps=Polygon.from_bbox(box))

    def _theirs(self, user):
        communities = self.model._meta.get_field("community").related_model
        return communities.objects.confiding_in(user).values("pk")
