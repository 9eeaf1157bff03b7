"""Sectors for a demonstration: the waters nearer to a station than to any other, out to 100 nautical miles.

Real sectors are the agencies' own and are loaded as zones. Where none is loaded the zone is unknown and
blocks nothing.
"""

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection, transaction

from communities.csvfiles import Changes
from communities.models import Zone
from communities.sphere import NAUTICAL_MILE_M

REACH_NM = 100
#: In the name, so that a sector that an agency drew is never taken for a derived one.
MARK = "(derived)"

# Centres without units have no waters of their own. Two stations in one harbour share the first one's sector.
# Cells are cut in plain degrees: near the equator a boundary is at most a few miles off the true middle.
_SQL = """
WITH bases AS (
    SELECT DISTINCT ON (ST_AsBinary(position)) name, code, agency_id, position
    FROM alerts_station station
    WHERE kind <> 'mrcc' OR EXISTS (SELECT FROM alerts_patrolunit unit WHERE unit.station_id = station.id)
    ORDER BY ST_AsBinary(position), code
), cells AS (
    SELECT (ST_Dump(ST_VoronoiPolygons(ST_Collect(position::geometry), 0, ST_Expand(ST_Extent(position::geometry)::geometry, 4)))).geom
    FROM bases
), circles AS (
    SELECT *, ST_Buffer(position, %s)::geometry AS circle FROM bases
)
SELECT left(name, 80) || ' ' || code || ' ' || %s, agency_id,
       ST_AsBinary(ST_Multi(ST_CollectionExtract(ST_Intersection(COALESCE(geom, circle), circle), 3)))
FROM circles LEFT JOIN cells ON ST_Contains(geom, position::geometry)
ORDER BY code
"""  # noqa: E501


@transaction.atomic
def derive() -> tuple[Changes, int]:
    """Draw one sector a station; return what changed and how many derived ones of former stations went.

    Sectors that were not derived here are left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [REACH_NM * NAUTICAL_MILE_M, MARK])
        drawn = cursor.fetchall()
    known = {zone.name: zone for zone in derived()}
    changes = Changes()
    for name, agency_id, wkb in drawn:
        area = GEOSGeometry(memoryview(bytes(wkb)), srid=4326)
        if not isinstance(area, MultiPolygon) or area.empty:
            continue
        zone = known.pop(name, None)
        if zone is None:
            Zone.objects.create(kind=Zone.Kind.SECTOR, name=name, agency_id=agency_id, area=area)
            changes.created.append(name)
        elif zone.area.equals_exact(area, 1e-9) and zone.agency_id == agency_id:
            changes.unchanged += 1
        else:
            zone.area, zone.agency_id = area, agency_id
            zone.save(update_fields=["area", "agency"])
            changes.updated[name] = {"area": ("", "drawn anew")}
    for zone in known.values():
        zone.delete()
    return changes, len(known)


def derived():
    """The sectors that `derive` drew."""
    return Zone.objects.filter(kind=Zone.Kind.SECTOR, name__endswith=f" {MARK}")


def loaded():
    """The sectors that came from elsewhere: an agency's own."""
    return Zone.objects.filter(kind=Zone.Kind.SECTOR).exclude(name__endswith=f" {MARK}")
