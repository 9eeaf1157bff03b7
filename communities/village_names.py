"""Names that only one village uses: written down, changed, taken back, undone by whom it confides in.

Every act is one transaction that appends a PlaceChange with the place as it was and as it is. Rows are locked
place first, then communities, so that of two officers who write down one name at once the second is told.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities import names, places
from communities.models import Community, Place, PlaceChange, User
from communities.sphere import NAUTICAL_MILE_M, Position, great_circle_m

Act = PlaceChange.Act
SOURCE = "officer"
#: One village has no two places of one name nearer together than this; the reading would take them for one.
SAME_PLACE_M = 10 * NAUTICAL_MILE_M
#: An officer who comes back is offered to undo an act no older than this: one watch.
UNDO_OFFERED = timedelta(hours=12)


class Kind(models.TextChoices):
    """What a village's own place may be, in the words of the shipped lists where these have one."""

    FISHING_GROUND = "fishing_ground", gettext_lazy("fishing ground (lubuk)")
    FISH_SHELTER = "fish_shelter", gettext_lazy("fish shelter (unjam, tukun, rumpon, payao)")
    REEF = "reef", gettext_lazy("reef, rock or shoal")
    WRECK = "wreck", gettext_lazy("wreck")
    ISLAND = "island", gettext_lazy("island")
    CAPE = "cape", gettext_lazy("cape")
    BAY = "bay", gettext_lazy("bay")
    STRAIT = "strait", gettext_lazy("strait or channel")
    RIVER_MOUTH = "river_mouth", gettext_lazy("river mouth (kuala)")
    ANCHORAGE = "anchorage", gettext_lazy("anchorage or shelter")
    LANDING = "landing", gettext_lazy("jetty or landing place")
    COASTAL_VILLAGE = "coastal_village", gettext_lazy("village")
    MARK = "mark", gettext_lazy("other mark")


class NotTheirs(Exception):
    """There is no such place, community or act, or none that confides in this officer."""

    problem_status = 404


class AlreadyNamed(Exception):
    """The village has that name written down close by."""

    problem_status = 409
    problem_type = "already-named"

    def __init__(self, place: Place, distance_m: float) -> None:
        miles = distance_m / NAUTICAL_MILE_M
        super().__init__(
            _("%(community)s calls a place %(miles).1f NM from here %(name)s already. Change that one.")
            % {"community": place.community.name, "miles": miles, "name": place.name}
        )
        self.problem_extra = {"place": str(place.pk)}


class ChangedSince(Exception):
    """Somebody changed the place after the act that is to be undone."""

    problem_status = 409
    problem_type = "changed-since"


def state(place: Place) -> dict:
    """The place as a PlaceChange keeps it: JSON, `position` [lon, lat] in degrees."""
    return {
        "name": place.name,
        "alt_names": list(place.alt_names),
        "kind": place.kind,
        "position": [place.position.x, place.position.y],
        "community": str(place.community_id) if place.community_id else None,
        "note": place.note,
        "in_use": place.retired_at is None,
    }


@transaction.atomic
def add(
    *,
    by: User,
    community: Community,
    name: str,
    position: Position,
    kind: str,
    alt_names: Iterable[str] = (),
    note: str = "",
    now: datetime | None = None,
) -> PlaceChange:
    """Write down what a community calls the place at `position` (lon, lat); raise NotTheirs, AlreadyNamed."""
    place = Place(name=name, alt_names=list(alt_names), kind=kind, note=note, source=SOURCE)
    place.source_id = str(place.pk)
    place.position = Point(*position, srid=4326)
    place.community = _locked(by, community.pk)[0]
    return _keep(place, None, Act.ADD, by, now)


@transaction.atomic
def change(place_id, *, by: User, now: datetime | None = None, **values) -> PlaceChange | None:
    """Give a place other `values` (those of `add`); None if it has them already.

    Raises NotTheirs, also for a charted name, and AlreadyNamed.
    """
    place = _locked_place(place_id, by)
    before = state(place)
    for name, value in values.items():
        setattr(place, name, Point(*value, srid=4326) if name == "position" else value)
    _locked(by, *{before["community"], str(place.community_id)})
    after = state(place)
    if after == before:
        return None
    moved = after | {"position": before["position"]} == before
    return _keep(place, before, Act.MOVE if moved else Act.CHANGE, by, now)


def retire(place_id, *, by: User, now: datetime | None = None) -> PlaceChange | None:
    """Take a name out of use: no text is read with it any more. None if it is; raises NotTheirs."""
    return _set_in_use(place_id, False, Act.RETIRE, by, now)


def restore(place_id, *, by: User, now: datetime | None = None) -> PlaceChange | None:
    """Take a name back into use. None if it is; raises NotTheirs, AlreadyNamed."""
    return _set_in_use(place_id, True, Act.RESTORE, by, now)


@transaction.atomic
def undo(change_id, *, by: User, now: datetime | None = None) -> PlaceChange:
    """Put a place back as it was before an act of one's own; a new name goes out of use.

    An undo can be undone. Raises NotTheirs, ChangedSince, AlreadyNamed.
    """
    act = PlaceChange.objects.filter(pk=change_id, by=by).first()
    if act is None:
        raise NotTheirs(_("There is no such act of yours."))
    place = _locked_place(act.place_id, by)
    if place.changes.first() != act or state(place) != act.after:
        raise ChangedSince(_("%(name)s was changed since. Look at it again.") % {"name": place.name})
    wanted = act.before or act.after | {"in_use": False}
    if wanted["community"] is None:
        raise NotTheirs(_("It was a charted name before; an administrator can make it one again."))
    _locked(by, *{act.after["community"], wanted["community"]})
    place.name, place.alt_names = wanted["name"], wanted["alt_names"]
    place.kind, place.note = wanted["kind"], wanted["note"]
    place.position = Point(*wanted["position"], srid=4326)
    place.community_id = wanted["community"]
    place.retired_at = None if wanted["in_use"] else now or timezone.now()
    return _keep(place, act.after, Act.UNDO, by, now, undoes=act)


def last_act(by: User, now: datetime | None = None) -> PlaceChange | None:
    """The act that `by` may want to undo: the own last one, of this watch, that nobody built on."""
    since = (now or timezone.now()) - UNDO_OFFERED
    act = PlaceChange.objects.filter(by=by, at__gte=since).select_related("place").first()
    if act is None or act.place.community_id is None or act.place.changes.first() != act:
        return None
    return act


def record(place: Place, before: dict | None, *, by: User, now: datetime | None = None) -> PlaceChange | None:
    """Keep what was done to a place elsewhere (the admin); None if nothing was."""
    after = state(place)
    if after == before:
        return None
    act = Act.CHANGE if before else Act.ADD
    return PlaceChange.objects.create(
        place=place, by=by, at=now or timezone.now(), act=act, before=before, after=after
    )


@transaction.atomic
def _set_in_use(place_id, in_use: bool, act: Act, by: User, now: datetime | None) -> PlaceChange | None:
    place = _locked_place(place_id, by)
    if (place.retired_at is None) == in_use:
        return None
    _locked(by, place.community_id)
    before = state(place)
    place.retired_at = None if in_use else now or timezone.now()
    return _keep(place, before, act, by, now)


def _locked_place(place_id, by: User) -> Place:
    rows = Place.objects.own_to_villages_of(by).select_for_update(of=("self",))
    place = rows.filter(pk=place_id).first()
    if place is None:
        raise NotTheirs(_("There is no such name, or it is not yours to change."))
    return place


def _locked(by: User, *ids) -> list[Community]:
    """The communities, locked against a second name at once, not against new reporters."""
    rows = Community.objects.confiding_in(by).filter(pk__in=ids).order_by("pk")
    rows = rows.select_for_update(no_key=True)
    if len(found := list(rows)) != len(ids):
        raise NotTheirs(_("There is no such community, or it is not yours."))
    return found


def _keep(place, before, act, by, now, undoes=None) -> PlaceChange:
    """Save the place and the act; raise AlreadyNamed where that makes two of one name in one place."""
    if place.retired_at is None:
        _refuse_second(place)
    place.country = place.community.country
    place.save()
    return PlaceChange.objects.create(
        place=place,
        by=by,
        at=now or timezone.now(),
        act=act,
        before=before,
        after=state(place),
        undoes=undoes,
    )


def _refuse_second(place: Place) -> None:
    here = (place.position.x, place.position.y)
    others = Place.objects.in_use().filter(
        community=place.community_id, search_names__contains=[names.full_name(place.name)[:200]]
    )
    for other in others.exclude(pk=place.pk).select_related("community"):
        distance_m = great_circle_m(here, (other.position.x, other.position.y))
        if distance_m < SAME_PLACE_M:
            raise AlreadyNamed(other, distance_m)


def search(user: User, words: str, near: Position | None = None, *, retired: bool = False) -> models.QuerySet:
    """Names known to `user` that hold `words`, folded: villages' own first, then the nearest to `near`.

    Without words the villages' own alone; `retired`: of these, the ones that were taken out of use. Each has
    `distance_m` from `near` (lon, lat), or None.
    """
    folded = names.fold(words)
    if words.strip() and not folded:
        return Place.objects.none()
    rows = Place.objects.known_to(user) if folded and not retired else Place.objects.own_to_villages_of(user)
    rows = rows.filter(retired_at__isnull=not retired).annotate(
        is_charted=models.Case(models.When(community__isnull=True, then=1), default=0)
    )
    if folded:
        # No index: 29,058 places take about 30 ms, which whoever types a name does not notice.
        forms = models.Func(
            "search_names", models.Value("\n"), function="array_to_string", output_field=models.TextField()
        )
        rows = rows.alias(forms=forms).filter(
            models.Q(forms__contains=folded) | models.Q(forms__contains=names.full_name(words))
        )
    if near is None:
        rows = rows.annotate(distance_m=models.Value(None, output_field=models.FloatField()))
        return rows.order_by("is_charted", "name", "id")
    rows = rows.annotate(distance_m=places.SphereDistance("position", near))
    return rows.order_by("is_charted", "distance_m")
