"""The index of places that the reading asks: from PostGIS in the service, from files in a command.

Reading never waits for it and never fails with it: until it is there, and where it cannot be had, names are
only told. The service keeps one a process (29,127 places: 1.0 s, 25 MB) and makes it anew when a row of
`communities.Place` changes, in a thread of its own.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from itertools import chain

from django.db import connection

from communities import names, places
from reports.reading import place_index

log = logging.getLogger(__name__)

REFRESH_S = 30
REGISTER = "idn-area-data"  # the Indonesian register names 17,373 islands, most of them known to one village
# Every insert, update and delete changes it; 29,058 rows take 15 ms.
VERSION = (
    "SELECT count(*), COALESCE(sum(hashtextextended(ctid::text || xmin::text, 0)), 0) FROM communities_place"
)
ROWS = (
    "SELECT name, kind, ST_X(position::geometry), ST_Y(position::geometry), country, source,"
    " community_id, search_names, alt_names FROM communities_place WHERE retired_at IS NULL"
)


def from_files(own: Iterable[tuple[place_index.Place, Iterable[str]]] = ()) -> place_index.PlaceIndex:
    """Build the index from the shipped gazetteer, the Indonesian register and rows of one's `own`.

    Raises FaultyFile.
    """
    files = (places.GAZETTEER, places.WATERS, places.INDONESIAN_ISLANDS)
    place = _maker()
    charted = (
        (
            place(row.name, *row.position, row.kind, row.country, row.source),
            names.search_names(row.name, row.alt_names),
        )
        for path in files
        for row in places.read_file(path)
    )
    return place_index.PlaceIndex(chain(charted, own), places.other_scripts())


def from_database() -> tuple[place_index.PlaceIndex, tuple]:
    """Build the index from every Place in use; return it and the version it is of."""
    place = _maker()
    version = current_version()  # before the rows: a change in between is seen the next time
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        index = place_index.PlaceIndex(
            (
                (
                    place(name, lon, lat, kind, country, source, community),
                    search_names or names.search_names(name, alt_names),
                )
                for name, kind, lon, lat, country, source, community, search_names, alt_names in cursor
            ),
            places.other_scripts(),
        )
    return index, version


def _maker() -> Callable[..., place_index.Place]:
    """What makes a place of the index from name, lon, lat, kind, country, source and community of a row."""
    reach_m = places.extents_m()

    def make(name, lon, lat, kind, country, source, community=None) -> place_index.Place:
        known_m = reach_m.get(names.full_name(name)) if kind in place_index.EXTENDED else None
        village = str(community or "")
        return place_index.Place(name, lon, lat, kind, country, source == REGISTER, known_m, village)

    return make


def current_version() -> tuple:
    """What changes whenever a Place does."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        return tuple(cursor.fetchone())


class LazyIndex:
    """An index built when the first text needs it. Where that fails no name is known, and the log says it."""

    def __init__(self, build: Callable[[], place_index.PlaceIndex] = from_files):
        self._build = build
        self._index: place_index.PlaceIndex | None = None
        self._failed = False

    def named(self, name: str, **options) -> place_index.Named | None:
        """As PlaceIndex.named."""
        if self._index is None and not self._failed:
            try:
                self._index = self._build()
            except Exception:
                log.exception("names of places cannot be loaded; texts are read without them")
                self._failed = True
        return self._index.named(name, **options) if self._index is not None else None

    @property
    def has_secrets(self) -> bool:
        """As PlaceIndex.has_secrets, of an index that was needed already."""
        return self._index is not None and self._index.has_secrets


class _Kept:
    """The process's index and the version it is of."""

    def __init__(self):
        self.index: place_index.PlaceIndex | None = None
        self.version: tuple | None = None
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()
        self.stopping = threading.Event()


_kept = _Kept()


def index() -> place_index.PlaceIndex | None:
    """The index as it was last loaded; None until `refresh` has run in this process."""
    return _kept.index


def refresh() -> bool:
    """Load the index if a Place has changed since; True if it did. Never raises."""
    try:
        if current_version() == _kept.version:
            return False
        _kept.index, _kept.version = from_database()
    except Exception:
        log.exception("names of places cannot be loaded; texts are read with those known before")
        return False
    log.info("%d names of places known", len(_kept.index))
    return True


def keep_fresh(every_s: float = REFRESH_S) -> None:
    """Start the thread that refreshes the index for as long as the process lives; once a process."""
    with _kept.lock:
        if _kept.thread is None:
            _kept.thread = threading.Thread(
                target=_run, args=(_kept, every_s), name="known-places", daemon=True
            )
            _kept.thread.start()


def _run(kept: _Kept, every_s: float) -> None:
    while not kept.stopping.is_set():
        refresh()
        connection.close()  # back to the pool: a thread that sleeps needs none
        kept.stopping.wait(every_s)
