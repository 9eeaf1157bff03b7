"""Calls to duty officers."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from alerts import desk_calls
from communities import rows
from tests import factories

pytestmark = pytest.mark.django_db


def is_last(unit) -> bool:
    [[(answer,)]] = rows.read(desk_calls.asked_if_last(unit.call_sign))
    return answer


class TestTheLastArmedUnit:
    """A false distress is a known way to empty an area."""

    @pytest.fixture
    def armed(self, agency):
        station = factories.Station(code="ONE", agency=agency, position=factories.point((100.6, 4.2)))
        return factories.PatrolUnit(call_sign="A", station=station, capabilities=["armed_boarding"])

    def other(self, position, **fields):
        station = factories.Station(code="TWO", position=factories.point(position))
        fields = {"capabilities": ["sar_surface", "armed_boarding"], "status": "available"} | fields
        return factories.PatrolUnit(call_sign="B", station=station, **fields)

    @pytest.fixture
    def sector(self):
        area = MultiPolygon(Polygon.from_bbox((100.0, 3.8, 100.9, 4.6)), srid=4326)
        return factories.Zone(kind="sector", name="Perak", area=area)

    def test_is_told_of_by_itself(self, armed):
        assert is_last(armed)

    def test_is_none_where_nobody_is_armed(self, armed):
        assert not is_last(self.other((100.6, 4.2), capabilities=["sar_surface"]))

    @pytest.mark.parametrize(
        ("position", "fields", "last"),
        [
            ((100.2, 4.0), {}, False),
            ((100.2, 4.0), {"status": "returning"}, False),
            ((100.2, 4.0), {"status": "en_route"}, True),
            ((100.2, 4.0), {"capabilities": ["sar_surface"]}, True),
            ((101.9, 2.0), {}, True),
        ],
    )
    def test_of_a_sector(self, armed, sector, position, fields, last):
        self.other(position, **fields)
        assert is_last(armed) is last

    def test_without_sectors_is_that_of_its_station(self, armed):
        self.other((100.2, 4.0))
        assert is_last(armed)
        factories.PatrolUnit(call_sign="C", station=armed.station, capabilities=["armed_boarding"])
        assert not is_last(armed)
