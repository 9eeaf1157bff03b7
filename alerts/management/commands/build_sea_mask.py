from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from alerts.searoutes import charts, raster

# Rows are a multiple of 4 and columns of 8, so that the chart is whole tiles and bytes.
CHARTS = {
    "region": {"west": 90.0, "south": -13.0, "cell_deg": 0.005, "rows": 7400, "columns": 10400},
    "world": {"west": -180.0, "south": -60.0, "cell_deg": 0.05, "rows": 2640, "columns": 7200},
}


class Command(BaseCommand):
    help = "Make a chart for sea routes from polygons of land; run once for each coastline. No database."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("chart", choices=CHARTS)
        parser.add_argument("land", type=Path, help="GeoJSON (.json, .geojson, .gz) or an npm package (.tgz)")
        parser.add_argument("--source", required=True, help="name, version and licence, kept in the chart")
        parser.add_argument("--to", type=Path, default=charts.DATA, help="folder to write to")

    def handle(self, chart: str, land: Path, source: str, to: Path, **options) -> None:
        grid = CHARTS[chart]
        if not land.is_file():
            raise CommandError(f"{land} is not a file")
        self.stdout.write(f"reading {land}")
        rings = raster.read_rings(land)
        self.stdout.write(f"{len(rings[0])} points; drawing {grid['rows']} rows")
        share = raster.water_share(rings, **grid, told=self._tell(grid["rows"]))
        water = raster.open_water(share)
        place = {key: grid[key] for key in ("west", "south", "cell_deg")}
        straits = raster.read_straits(charts.DATA / "straits.csv", chart)
        raster.draw(water, straits, **place)
        self.stdout.write(f"{len(straits)} straits opened or closed; looking for the open sea")
        sea, inland = raster.part(water)
        cut_off = raster.cut_off(sea)
        size = charts.write(
            to / f"{chart}.xz", **place, sea=sea, inland=inland, cut_off=cut_off, source=source
        )
        self.stdout.write(
            f"{sea.sum()} cells of sea, {inland.sum()} of inland water, "
            f"{(water & ~sea & ~inland).sum()} of ponds and rivers taken as land; "
            f"{len(cut_off)} tiles in narrow creeks; {size} bytes"
        )

    def _tell(self, rows: int):
        def tell(done: int) -> None:
            if self.stdout.isatty():
                self.stdout.write(f"\r{100 * done // rows} %", ending="\n" if done >= rows else "")
                self.stdout.flush()
            elif done * 10 // rows != (done - raster.STRIP_ROWS) * 10 // rows:
                self.stdout.write(f"{100 * done // rows} %")

        return tell
