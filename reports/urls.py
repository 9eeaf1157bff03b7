"""Addresses of photos and of names of places, under /api/v1/; the others of reports are in alerts.urls."""

from django.urls import path

from communities.place_views import OnePlace, Places, PlacesAlike
from reports import place_names, views

# What the reading knows of names, for views that may not import it.
writing = {"refuse_name": place_names.refuse_name, "refuse_position": place_names.refuse_position}
api_urlpatterns = [
    path("reports/<uuid:id>/photos/", views.Photos.as_view(), name="photos"),
    path("places/", Places.as_view(**writing), name="places"),
    path("places/<uuid:id>/", OnePlace.as_view(**writing), name="place"),
    path(
        "places/alike/",
        PlacesAlike.as_view(
            read_position=place_names.read_position, is_understood=place_names.is_understood, **writing
        ),
        name="places-alike",
    ),
]
