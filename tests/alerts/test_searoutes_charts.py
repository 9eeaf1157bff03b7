"""From polygons of land to a chart on disk and back."""

import json
import lzma

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from alerts.management.commands import build_sea_mask
from alerts.searoutes import charts, raster, search

GRID = {"west": 100.0, "south": 0.0, "cell_deg": 0.1, "rows": 64, "columns": 64}


def ring(west, south, east, north, *, hole=False):
    points = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return np.array(points[::-1] if hole else points)


def share(*rings):
    points = np.concatenate(rings)
    of = np.repeat(np.arange(len(rings)), [len(one) for one in rings])
    return raster.water_share((points, of), **GRID, told=lambda rows: None)


class TestWaterShare:
    def test_what_is_land_and_what_is_half_of_it(self):
        found = share(ring(101.0, 1.0, 102.05, 2.0))
        assert (found[15, 15], found[5, 15], found[15, 20], found[15, 21]) == (0, 16, 8, 16)
        assert (found == 0).sum() == 100

    def test_a_hole_is_water_and_what_overlaps_is_land_still(self):
        found = share(
            ring(101, 1, 104, 4),
            ring(102, 2, 103, 3, hole=True),
            ring(103.5, 1, 105, 4),
            ring(103.8, 1, 104.2, 4),
        )
        assert (found[25, 25], found[25, 15], found[25, 37], found[25, 40], found[25, 51]) == (
            16,
            0,
            0,
            0,
            16,
        )

    def test_land_that_begins_outside_reaches_in(self):
        found = share(ring(90, -5, 101, 90))
        assert (found[:, :10] == 0).all()
        assert (found[:, 10:] == 16).all()


class TestStraits:
    def test_each_next_cell_of_a_line_shares_a_side(self):
        water = np.zeros((64, 64), np.bool_)
        raster.draw(
            water,
            [(True, [(100.05, 0.05), (103.25, 1.95), (105.05, 6.05)])],
            west=100.0,
            south=0.0,
            cell_deg=0.1,
        )
        _bodies, sizes = raster.label(water, raster.NOTHING[1])
        assert len(sizes) == 1
        assert sizes[0] == 1 + 32 + 19 + 18 + 41

    def test_the_shipped_ones_say_why_and_what(self):
        for chart in build_sea_mask.CHARTS:
            assert raster.read_straits(charts.DATA / "straits.csv", chart)
        for is_open, line in raster.read_straits(charts.DATA / "straits.csv", "region"):
            region = charts.read("region")
            assert all(region.is_sea(*place) == is_open for place in line)


def test_the_open_sea_is_parted_from_lakes_and_ponds():
    water = share(
        ring(101, 1, 105, 5), ring(102, 2, 102.4, 2.4, hole=True), ring(104, 4, 104.3, 4.9, hole=True)
    ) >= 8  # fmt: skip
    sea, inland = raster.part(water)
    assert sea.sum() == 64 * 64 - 40 * 40
    assert inland.sum() == 16
    assert inland[20:24, 20:24].all()


def test_what_is_written_is_read_again(tmp_path, monkeypatch):
    draw = np.random.default_rng(1)
    sea, inland = draw.random((64, 64)) < 0.7, draw.random((64, 64)) < 0.01
    size = charts.write(
        tmp_path / "toy.xz", west=100.0, south=0.0, cell_deg=0.1, sea=sea, inland=inland,
        cut_off=np.array([3, 77]), source="made up",
    )  # fmt: skip
    monkeypatch.setattr(charts, "DATA", tmp_path)
    chart = charts.read("toy")
    assert size == (tmp_path / "toy.xz").stat().st_size
    assert (chart.rows, chart.columns, chart.cut_off.tolist()) == (64, 64, [3, 77])
    for y in range(64):
        for x in range(64):
            place = chart.place(x + 0.5, y + 0.5)
            assert (chart.is_sea(*place), bool(chart.is_inland(*place))) == (sea[y, x], inland[y, x])
    assert not chart.is_sea(99.9, 1.0)
    assert not chart.is_inland(101.0, 99.0)


class TestMainBodies:
    BODY_OF, MIDDLE_OF = search.main_bodies()

    @pytest.mark.parametrize(
        ("tile", "body"),
        [
            (0x0000, 0x0000),
            (0xFFFF, 0xFFFF),
            (0x7770, 0x7770),
            (0xF00F, 0x000F),  # two of a size: the southern one
            (0x900F, 0x000F),
            (0x8421, 0x0001),  # a diagonal hangs together nowhere
            (0xF801, 0xF800),
            (0x10F8, 0x00F8),
        ],
    )
    def test_largest_body(self, tile, body):
        assert self.BODY_OF[tile] == body

    def test_its_middle_lies_in_it(self):
        tiles = np.arange(1, 65536)
        assert ((self.BODY_OF[tiles] >> self.MIDDLE_OF[tiles]) & 1).all()


class TestCommand:
    def test_builds_a_chart_from_geojson(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setitem(build_sea_mask.CHARTS, "region", GRID)
        land = tmp_path / "land.geojson"
        shape = {"type": "Polygon", "coordinates": [ring(101, 1, 105, 5).tolist()]}
        land.write_text(json.dumps({"type": "FeatureCollection", "features": [{"geometry": shape}]}))
        (tmp_path / "straits.csv").write_text("chart,action,name,line,why\n")
        monkeypatch.setattr(charts, "DATA", tmp_path)
        call_command("build_sea_mask", "region", str(land), source="made up", to=tmp_path)
        assert "2496 cells of sea" in capsys.readouterr().out
        assert not charts.read("region").is_sea(103, 3)
        head = json.loads(lzma.decompress((tmp_path / "region.xz").read_bytes()).partition(b"\n")[0])
        assert head["source"] == "made up"

    def test_says_what_is_missing(self, tmp_path):
        with pytest.raises(CommandError, match="is not a file"):
            call_command("build_sea_mask", "region", str(tmp_path / "none"), source="x")
