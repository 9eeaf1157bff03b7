from communities.models.people import Agency, Boat, Device, User
from communities.models.places import Community, LandingSite, Place, PlaceChange, Zone
from communities.models.promises import Meeting, Promise
from communities.models.reporters import Identity, Reporter, Reveal

__all__ = [
    "Agency",
    "Boat",
    "Community",
    "Device",
    "Identity",
    "LandingSite",
    "Meeting",
    "Place",
    "PlaceChange",
    "Promise",
    "Reporter",
    "Reveal",
    "User",
    "Zone",
]
